"""Who speaks and where, in the service's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from telegram import CallbackQuery, Chat, Message, User

from bot.sentences import DEFAULT_LOCALE
from bot.service import Person, Place


@dataclass(frozen=True)
class Target:
    """Where an answer goes; kept with a request as text, so that a restarted bot still knows.

    Attributes:
        chat_id: of the chat.
        reply_to: message id that is answered, None for a plain message.
        thread_id: of a forum's topic, None elsewhere.
        owner: user id of whom the card is for.
        locale: language of that person's app, such as "pt-br".
    """

    chat_id: int
    reply_to: int | None
    thread_id: int | None
    owner: int
    locale: str = DEFAULT_LOCALE

    @classmethod
    def of_message(cls, message: Message, user: User | None = None) -> Self:
        """Return where to answer `message`, for `user` or else for whom it is from."""
        who = user or message.from_user
        return cls(
            chat_id=message.chat.id,
            reply_to=message.message_id,
            thread_id=message.message_thread_id if message.is_topic_message else None,
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
            owner=int(ref["owner"]),
            locale=ref["locale"],
        )

    @property
    def ref(self) -> dict[str, str]:
        """The target as text by name, without what is None."""
        return {name: str(value) for name, value in vars(self).items() if value is not None}


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
    """Return a chat; groups have boards of their own."""
    scope = None if chat.type == Chat.PRIVATE else str(chat.id)
    return Place("telegram", str(chat.id), scope)


def locale_of(user: User | None) -> str:
    """Return the language of somebody's app, English where it is not told."""
    return (user.language_code if user else None) or DEFAULT_LOCALE
