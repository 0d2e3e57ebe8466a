"""What tests of the Telegram bot do again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Self

from pydantic import SecretStr

from bot.service import Person, Place, PlaceSettings, StoredCard
from bot.settings import BotSettings
from bot.telegram import FakeanimeTelegram
from generator.schema import CardRequest
from tests.bot.house import House
from tests.bot.telegram.double import TelegramDouble
from tests.bot.telegram.server import TOKEN, Call

ANN, BEN, CYD = 11, 12, 13  # private chats have the number of their person
GROUP = -1001


class Stage:
    """The bot between house and double; closed with the context.

    Attributes:
        house: service, queue and worker.
        double: Telegram.
        bot: the running bot, after `start`.
    """

    def __init__(self, house: House, double: TelegramDouble) -> None:
        self.house = house
        self.double = double
        self.bot: FakeanimeTelegram | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def settings(self, **changes: Any) -> BotSettings:
        """Return the settings of a bot that talks to the double."""
        changes = {"telegram_token": SecretStr(TOKEN), "telegram_api_base": self.double.base, **changes}
        return self.house.settings.model_copy(update=changes)

    async def start(self, **changes: Any) -> FakeanimeTelegram:
        """Start a bot with changed settings."""
        self.bot = FakeanimeTelegram(self.house.service, self.settings(**changes))
        await self.bot.start()
        return self.bot

    async def stop(self) -> None:
        """Close the bot if one runs."""
        if self.bot is not None:
            await self.bot.close()
            self.bot = None

    async def restart(self) -> None:
        """Do what a new process would find and do."""
        await self.stop()
        await self.house.restart()
        await self.start()

    def person(self, number: int) -> Person:
        """Return somebody in the service's words."""
        return Person("telegram", str(number))

    def person_of_chat(self, chat: int) -> Person:
        """Return whoever speaks in a chat's name, in the service's words."""
        return Person("telegram", f"chat:{chat}")

    def place(self, chat: int) -> Place:
        """Return a chat in the service's words."""
        return Place("telegram", str(chat), str(chat) if chat < 0 else None)

    def wish(self, seed: int, **options: Any) -> CardRequest:
        """Return a request."""
        return CardRequest(seed=seed, **options)

    async def kept(self, seed: int = 7, *, person: int = ANN, chat: int = ANN, **options: Any) -> StoredCard:
        """Return a card that somebody has made, without any message about it."""
        request = self.wish(seed, **options)
        service = self.house.service
        stored = await service.make(self.person(person), self.place(chat), request, reply_ref={})
        await service.posted(stored, "nowhere", stored.id)
        return replace(stored, request_id=None)

    async def configure(self, chat: int, **changes: Any) -> None:
        """Let a group have such settings."""
        await self.house.service.configure(self.place(chat), PlaceSettings(**changes))

    async def speak(self, chat: int, locale: str) -> None:
        """Let a group have chosen a language."""
        await self.configure(chat, locale=locale)

    async def rated(self, card_id: str, *values: int) -> None:
        """Let as many people rate a card."""
        for number, value in enumerate(values):
            await self.house.service.rate(self.person(900 + number), card_id, value, "button")

    async def said(self, person: int, text: str, chat: int | None = None, **fields: Any) -> Call:
        """Let somebody write something; return the message that answers."""
        chat_id = person if chat is None else chat
        self.double.chat(chat_id)
        count = len(self.double.made("sendMessage"))
        await self.double.write(chat_id, person, text, **fields)
        return await self.double.wait_for("sendMessage", count + 1)

    def labels(self, message: Call) -> list[list[str]]:
        """Return what stands on a message's buttons now, row by row."""
        markup = self.double.messages[self.double.posted(message)].get("reply_markup", {"inline_keyboard": []})
        return [[button["text"] for button in row] for row in markup["inline_keyboard"]]

    async def card(self, chat: int = ANN, person: int = ANN, text: str = "/generate seed:7", **fields: Any) -> Call:
        """Let somebody ask for a card; return the photo as it was sent, once its post is remembered."""
        self.double.chat(chat)
        count = len(self.double.made("sendPhoto"))
        await self.double.write(chat, person, text, **fields)
        call = await self.double.wait_for("sendPhoto", count + 1)
        await self.card_id(call)
        return call

    async def card_id(self, photo: Call) -> str:
        """Return which card a sent photo shows, once the service knows."""
        chat_id, message_id = self.double.posted(photo)
        ask = self.house.service.card_of_message
        return str(await self.eventually(lambda: ask("telegram", str(chat_id), str(message_id))))

    async def shows(self, message: Call, label: str) -> None:
        """Wait until a button below a message begins so."""
        await self.double.wait_until(
            lambda: any(text.startswith(label) for row in self.labels(message) for text in row)
        )

    async def tap(self, message: Call, label: str, person: int = ANN, **fields: Any) -> str | None:
        """Let somebody press the button that begins with `label`; return what they were told."""
        chat_id, message_id = self.double.posted(message)
        buttons = self.double.buttons(chat_id, message_id)
        data = next(data for text, data in buttons.items() if text.startswith(label))
        return await self.double.answered(await self.double.press(chat_id, message_id, person, data, **fields))

    async def eventually_true(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds, for what Telegram is not told."""

        async def ask() -> bool:
            return condition()

        await self.eventually(ask)

    async def eventually(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return the first true answer of the coroutine function `ask`."""
        async with asyncio.timeout(10):
            while not (answer := await ask()):  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.01)
        return answer
