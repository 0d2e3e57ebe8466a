"""From a request to a card in the chat, or to a sentence that says why there is none."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.sentences import say
from bot.service import CardService, OnProgress, Owed, Person, Place, StoredCard, explain
from bot.telegram.arguments import Wish
from bot.telegram.faults import fault_sentence
from bot.telegram.flow import Tasks
from bot.telegram.keyboards import Press, single
from bot.telegram.places import Target
from bot.telegram.posting import Poster
from bot.telegram.waiting import Waiting
from generator.errors import FakeanimeError

log = logging.getLogger(__name__)
Source = Callable[[OnProgress], Awaitable[StoredCard]]


class Maker:
    """Makes cards in the background, so that nobody's next message waits for them.

    Args:
        bot: shows signs of life.
        service: makes the cards.
        poster: posts cards and sentences.
        tasks: what runs, and ends with the bot.
    """

    def __init__(self, bot: Bot, service: CardService, poster: Poster, tasks: Tasks) -> None:
        self._bot = bot
        self._service = service
        self._poster = poster
        self._tasks = tasks

    def start(self, person: Person, place: Place, wish: Wish, target: Target) -> None:
        """Begin a card for somebody; it is answered to `target`, whatever comes."""
        where = replace(target, spoiler=wish.spoiler, retry=wish.retry)

        async def source(on_progress: OnProgress) -> StoredCard:
            return await self._service.make(person, place, wish.request, reply_ref=where.ref, on_progress=on_progress)

        self._tasks.spawn(self._answer(source, where))

    async def resume(self) -> None:
        """Begin what an earlier run of the bot left open."""
        for owed in await self._service.owed("telegram"):
            if owed.daily:
                await self._service.daily_interrupted(owed)
                continue
            try:
                target = Target.of_ref(owed.reply_ref)
            except (KeyError, ValueError):
                await self._service.abandon(owed.request_id, "it is not known where to answer")
                continue
            log.info("request %s is answered after a restart", owed.request_id)
            self._tasks.spawn(self._answer(self._resumed(owed), target))

    def _resumed(self, owed: Owed) -> Source:
        async def source(on_progress: OnProgress) -> StoredCard:
            return await self._service.resume(owed, on_progress)

        return source

    async def _answer(self, source: Source, target: Target) -> None:
        waiting = Waiting(self._bot, target)
        self._tasks.spawn(waiting.run())
        try:
            stored = await source(waiting.progress)
            await self._poster.post(stored, target)
        except FakeanimeError as error:
            await self._apologise(target, explain(error, target.locale), retry=error.retryable)
        except (Forbidden, BadRequest) as error:
            log.info("chat %s does not take the card: %s", target.chat_id, error)
            await self._apologise(target, say("telegram.not_postable", target.locale), retry=False)
        except TelegramError as error:
            log.error("a card for chat %s stays owed until the next start: %s", target.chat_id, error)
        except Exception as error:  # noqa: BLE001 -- logged with an id by fault_sentence
            await self._apologise(target, fault_sentence(error, target.locale), retry=True)
        finally:
            waiting.over()

    async def _apologise(self, target: Target, sentence: str, *, retry: bool) -> None:
        press = Press.read(target.retry) or Press("retry")
        button = single(say("telegram.button_retry", target.locale), press) if retry else None
        try:
            await self._poster.tell(target, sentence, button)
        except TelegramError as error:
            log.info("chat %s cannot be told: %s", target.chat_id, error)
