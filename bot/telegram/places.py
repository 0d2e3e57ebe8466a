"""Who speaks, where and in which language, in the service's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from telegram import (
    CallbackQuery,
    Chat,
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    MaybeInaccessibleMessage,
    Message,
    User,
)
from telegram.error import BadRequest as RefusedByTelegram

from bot.sentences import DEFAULT_LOCALE
from bot.service import CardService, Person, Place


@dataclass(frozen=True)
class Target:
    """Where an answer goes; kept with a request as text, so that a restarted bot still knows.

    Attributes:
        chat_id: of the chat.
        reply_to: message id that is answered, None for a plain message.
        thread_id: of a forum's topic, None elsewhere.
        owner: user id of whom the answer is for, 0 for everybody.
        locale: language of the answer, such as "pt-br".
        spoiler: whether the picture is covered until somebody taps it.
        retry: callback data of a button that asks for the same again; "" where the answered command can be repeated.
    """

    chat_id: int
    reply_to: int | None = None
    thread_id: int | None = None
    owner: int = 0
    locale: str = DEFAULT_LOCALE
    spoiler: bool = False
    retry: str = ""

    @classmethod
    def of_message(cls, message: MaybeInaccessibleMessage, user: User | None = None) -> Self:
        """Return where to answer `message`, for `user` or else for whom it is from."""
        known = message if isinstance(message, Message) else None  # of old ones chat and id alone are told
        who = user or (known.from_user if known else None)
        return cls(
            chat_id=message.chat.id,
            reply_to=message.message_id,
            thread_id=known.message_thread_id if known and known.is_topic_message else None,
            owner=who.id if who else 0,
            locale=locale_of(who),
        )

    @classmethod
    def of_ref(cls, ref: dict[str, str]) -> Self:
        """Return what `ref` was made of.

        Raises:
            KeyError, ValueError: `ref` does not hold a target.
        """
        return cls(
            chat_id=int(ref["chat_id"]),
            reply_to=int(ref["reply_to"]) if "reply_to" in ref else None,
            thread_id=int(ref["thread_id"]) if "thread_id" in ref else None,
            owner=int(ref.get("owner", 0)),
            locale=ref["locale"],
            spoiler="spoiler" in ref,
            retry=ref.get("retry", ""),
        )

    @property
    def ref(self) -> dict[str, str]:
        """The target as text by name, without what is not set."""
        return {name: str(value) for name, value in vars(self).items() if value}


async def target_of(service: CardService, message: MaybeInaccessibleMessage, user: User | None = None) -> Target:
    """Return where to answer `message`, in the group's language if it has chosen one."""
    target = Target.of_message(message, user)
    return replace(target, locale=await place_locale(service, message.chat.id) or target.locale)


async def spoken(service: CardService, chat: Chat | None, user: User | None) -> str:
    """Return the language that a group has chosen, else that of somebody's app."""
    chosen = await place_locale(service, chat.id) if chat else None
    return chosen or locale_of(user)


async def place_locale(service: CardService, chat_id: int) -> str | None:
    """Return the language that a group has chosen, if it has."""
    return (await service.place_settings(place_of_id(chat_id))).locale


def person_of_message(message: Message) -> Person:
    """Return the author: a user, or the chat that anonymous admins and channels speak as."""
    return person_of(message.from_user, message.sender_chat)


def person_of_query(query: CallbackQuery) -> Person:
    """Return who pressed a button; that is always a user."""
    return person_of(query.from_user, None)


def person_of(user: User | None, chat: Chat | None) -> Person:
    """Return a user, or the chat in whose name somebody acts, as one person."""
    if chat is not None:
        return Person("telegram", f"chat:{chat.id}")
    assert user is not None, "Telegram names a user wherever it names no chat"
    return Person("telegram", str(user.id))


def place_of(chat: Chat) -> Place:
    """Return a chat; groups and channels have boards and settings of their own."""
    return place_of_id(chat.id)


def place_of_id(chat_id: int) -> Place:
    """Return a chat by its id, which is below zero for groups and channels alone."""
    return Place("telegram", str(chat_id), str(chat_id) if chat_id < 0 else None)


def locale_of(user: User | None) -> str:
    """Return the language of somebody's app, English where it is not told."""
    return (user.language_code if user else None) or DEFAULT_LOCALE


async def speaks_for(message: Message) -> bool:
    """Return whether the author of a message may decide for its chat."""
    if message.chat.type == Chat.PRIVATE or message.sender_chat == message.chat:
        return True
    return message.from_user is not None and await is_administrator(message.chat, message.from_user)


async def is_administrator(chat: Chat | ChatFullInfo, user: User) -> bool:
    """Return whether somebody is among the administrators of a group or channel."""
    member = await _membership(chat, user)
    return member is not None and member.status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)


async def is_moderator(chat: Chat, user: User) -> bool:
    """Return whether somebody may delete what others write in a group or channel."""
    member = await _membership(chat, user)
    if isinstance(member, ChatMemberAdministrator):
        return member.can_delete_messages
    return member is not None and member.status == ChatMember.OWNER


async def _membership(chat: Chat | ChatFullInfo, user: User) -> ChatMember | None:
    if chat.type == Chat.PRIVATE:
        return None
    try:
        return await chat.get_member(user.id)
    except RefusedByTelegram:  # the list of a channel's members is for its administrators alone
        return None
