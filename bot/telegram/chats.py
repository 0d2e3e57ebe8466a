"""What happens to chats: a group becomes a supergroup, the bot is thrown out or blocked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import ChatMember, Update
from telegram.ext import BaseHandler, ChatMemberHandler, ContextTypes, MessageHandler, filters

from bot.service import CardService
from bot.telegram.places import place_of

_OUT = (ChatMember.LEFT, ChatMember.BANNED)


class Chats:
    """The handlers of such news.

    Args:
        service: follows the chats.
    """

    def __init__(self, service: CardService) -> None:
        self._service = service

    @property
    def handlers(self) -> Sequence[BaseHandler[Any, Any, Any]]:
        """What the application has to be given."""
        return (
            MessageHandler(filters.StatusUpdate.MIGRATE, self._migrated),
            ChatMemberHandler(self._membership, ChatMemberHandler.MY_CHAT_MEMBER),
        )

    async def _migrated(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Telegram tells it twice, in the old chat and in the new one."""
        message = update.effective_message
        assert message is not None
        old = message.migrate_from_chat_id or message.chat.id
        new = message.migrate_to_chat_id or message.chat.id
        await self._service.chat_moved("telegram", str(old), str(new))

    async def _membership(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        change = update.my_chat_member
        assert change is not None
        if change.new_chat_member.status in _OUT:
            await self._service.daily_off("telegram", str(change.chat.id))
            await self._service.place_left(place_of(change.chat))
