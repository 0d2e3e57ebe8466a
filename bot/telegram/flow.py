"""The order and pace in which updates are handled and requests are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, BaseUpdateProcessor

from bot.figures import LIMITS
from bot.telegram.limits import FLOOD_RETRIES, UNCOUNTED_METHODS, UPDATES_AT_ONCE


class InOrderPerPerson(BaseUpdateProcessor):
    """Handles updates side by side, those of one person one after the other: the last reaction must win."""

    def __init__(self) -> None:
        super().__init__(UPDATES_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        async with self._lock(update):
            await coroutine

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""

    def _lock(self, update: object) -> asyncio.Lock:
        speaker = None
        if isinstance(update, Update):
            speaker = update.effective_user or update.effective_sender or update.effective_chat
        return self._locks.setdefault(speaker.id if speaker else 0, asyncio.Lock())


class FloodControl(AIORateLimiter):
    """Keeps to Telegram's rates and waits out a 429, but lets signs and answers to taps pass a group's own limit."""

    def __init__(self) -> None:
        super().__init__(max_retries=FLOOD_RETRIES)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        async def noted(*args: Any, **kwargs: Any) -> bool | dict[str, Any] | list[dict[str, Any]]:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter:
                LIMITS.add("telegram")
                raise

        counted = {} if endpoint in UNCOUNTED_METHODS else data
        return await super().process_request(noted, args, kwargs, endpoint, counted, rate_limit_args)


class Tasks:
    """Tasks that end with the bot: references are kept, and `cancel` waits until all have ended."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run `coroutine`, which handles its own errors."""
        task = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        """Cancel all tasks and wait for them."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
