"""Reactions as ratings. Telegram tells them in private chats, and in groups where the bot is administrator."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram import MessageReactionCountUpdated, MessageReactionUpdated, ReactionType, ReactionTypeEmoji, Update
from telegram.ext import ContextTypes, MessageReactionHandler

from bot.ratings import RATINGS, value_of
from bot.service import CardService, Person
from bot.telegram.boards import Boards
from bot.telegram.places import locale_of, person_of, place_of

log = logging.getLogger(__name__)
_MOST_ANONYMOUS = 1000  # votes counted of one emoji below one message; each is a row


class Reactions:
    """The handler of reactions.

    Args:
        service: keeps the ratings.
        boards: show the rating below a card.
    """

    def __init__(self, service: CardService, boards: Boards) -> None:
        self._service = service
        self._boards = boards

    @property
    def handler(self) -> MessageReactionHandler[ContextTypes.DEFAULT_TYPE, None]:
        """What the application has to be given."""
        return MessageReactionHandler(self._reacted)

    async def _reacted(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        change = update.message_reaction or update.message_reaction_count
        assert change is not None
        chat_id, message_id = change.chat.id, change.message_id
        card_id = await self._service.card_of_message("telegram", str(chat_id), str(message_id))
        if card_id is None:
            return
        if isinstance(change, MessageReactionCountUpdated):
            await self._count(change, card_id)
        else:
            await self._rate(change, card_id)
        self._boards.refresh((chat_id, message_id), card_id, locale_of(update.effective_user))

    async def _rate(self, change: MessageReactionUpdated, card_id: str) -> None:
        """Follow one person from their old reactions to the new ones: what was added last counts."""
        if change.user is not None and change.user.is_bot:
            return
        person, scope = person_of(change.user, change.actor_chat), place_of(change.chat).scope
        if added := _values([reaction for reaction in change.new_reaction if reaction not in change.old_reaction]):
            await self._service.rate(person, card_id, added[-1], "reaction", scope)
            return
        left = _values(change.new_reaction)
        for value in set(_values(change.old_reaction)).difference(left):
            # Only what still counts is taken back: a button pressed since then stays.
            summary = await self._service.withdraw(person, card_id, value)
            if summary.own is None and left:
                await self._service.rate(person, card_id, left[-1], "reaction", scope)

    async def _count(self, change: MessageReactionCountUpdated, card_id: str) -> None:
        """Bring as many nameless votes into being as are counted, where Telegram tells no names.

        The votes of each value are numbered, and so a change of a count only adds or withdraws the difference.
        """
        wanted = dict.fromkeys(RATINGS, 0)
        for reaction in change.reactions:
            value = _value(reaction.type)
            if value is not None:
                wanted[value] = min(_MOST_ANONYMOUS, wanted[value] + reaction.total_count)
        scope = place_of(change.chat).scope
        message = f"count:{change.chat.id}:{change.message_id}:"
        voters = {f"{message}{value}:{number}": value for value in wanted for number in range(wanted[value])}
        counted = {voter for voter in await self._service.reacted("telegram", card_id) if voter.startswith(message)}
        for voter in counted - voters.keys():
            await self._service.withdraw(Person("telegram", voter), card_id)
        for voter in voters.keys() - counted:
            await self._service.rate(Person("telegram", voter), card_id, voters[voter], "reaction", scope)


def _values(reactions: Sequence[ReactionType]) -> list[int]:
    return [value for value in map(_value, reactions) if value is not None]


def _value(reaction: ReactionType) -> int | None:
    return value_of(reaction.emoji) if isinstance(reaction, ReactionTypeEmoji) else None
