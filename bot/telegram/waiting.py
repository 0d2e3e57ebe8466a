"""Signs of life while a card is made: the chat action at once, and the place in line where there is a line."""

from __future__ import annotations

import asyncio
import logging
import math

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.sentences import say
from bot.service import Progress
from bot.telegram.limits import CHAT_ACTION_SECONDS
from bot.telegram.places import Target

log = logging.getLogger(__name__)


class Waiting:
    """Shows that work goes on. `run` is a task of its own, so that a slow sign never delays the card.

    Args:
        bot: sends the signs.
        target: where somebody waits.
    """

    def __init__(self, bot: Bot, target: Target) -> None:
        self._bot = bot
        self._target = target
        self._over = False
        self._news = asyncio.Event()
        self._progress: Progress | None = None
        self._status: Message | None = None

    async def progress(self, progress: Progress) -> None:
        """Take the news; it is shown as soon as Telegram's limits allow, and only the latest."""
        self._progress = progress
        self._news.set()

    def over(self) -> None:
        """The card is there, or there will be none: stop, and take the status message away."""
        self._over = True
        self._news.set()

    async def run(self) -> None:
        """Show signs until `over`. Trouble with them is logged and spoils nothing."""
        try:
            while not self._over:
                await self._show()
                self._news.clear()
                try:
                    async with asyncio.timeout(CHAT_ACTION_SECONDS):
                        await self._news.wait()
                except TimeoutError:
                    continue
            if self._status:
                await self._status.delete()
        except TelegramError as error:
            log.info("no signs of progress in chat %s: %s", self._target.chat_id, error)

    async def _show(self) -> None:
        target = self._target
        await self._bot.send_chat_action(target.chat_id, ChatAction.UPLOAD_PHOTO, message_thread_id=target.thread_id)
        progress, self._progress = self._progress, None
        if progress is None or self._over:
            return
        text = progress_sentence(progress, target.locale)
        if self._status is not None:
            if text != self._status.text:
                edited = await self._status.edit_text(text)
                self._status = edited if isinstance(edited, Message) else self._status
        elif (progress.position or 0) > 1:  # whoever is next has the card before the sentence is read
            self._status = await self._bot.send_message(
                target.chat_id,
                text,
                message_thread_id=target.thread_id,
                reply_parameters=reply_to(target),
                disable_notification=True,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )


def progress_sentence(progress: Progress, locale: str) -> str:
    """Return the place in line and the time left, as far as they are known."""
    if progress.position is None:
        return say("telegram.at_work", locale)
    if progress.eta_seconds is None:
        return say("telegram.in_line", locale, position=progress.position)
    seconds = max(1, math.ceil(progress.eta_seconds))
    key, amount = (
        ("telegram.in_line_minutes", math.ceil(seconds / 60)) if seconds > 90 else ("telegram.in_line_seconds", seconds)
    )
    return say(key, locale, position=progress.position, amount=amount)


def reply_to(target: Target) -> ReplyParameters | None:
    """Return what makes a message an answer, also when the question has been deleted."""
    if target.reply_to is None:
        return None
    return ReplyParameters(target.reply_to, allow_sending_without_reply=True)
