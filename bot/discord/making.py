"""From an acknowledged interaction to a posted card, now or after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import discord

from bot.discord import limits
from bot.discord.embed import shorten
from bot.discord.faults import explained, sentence_for
from bot.discord.posting import Posting
from bot.discord.reply import Interaction, Look, Reply, is_present, person_of, place_of
from bot.discord.variations import AgainButton
from bot.discord.words import locale_of
from bot.sentences import say
from bot.service import CardService, OnProgress, Owed, Progress, StorageFailed, StoredCard
from generator.errors import FakeanimeError, GenerationFailed, QueueFull, QueueUnreachable
from generator.schema import CardRequest

log = logging.getLogger(__name__)

RESUMED_AT_ONCE = 4  # owed requests worked on together after a start
# Failures of ours are told where the card was awaited; refusals concern nobody but the person refused.
_OF_OURS = (GenerationFailed, QueueFull, QueueUnreachable, StorageFailed)


class Making:
    """Asks the service for cards and has them posted.

    Args:
        client: sends the messages.
        service: makes and keeps the cards.
        posting: shows them.
    """

    def __init__(self, client: discord.Client, service: CardService, posting: Posting) -> None:
        self._client = client
        self._service = service
        self._posting = posting
        self._running: set[asyncio.Task[Any]] = set()

    async def make(self, interaction: Interaction, request: CardRequest, *, spoiler: bool) -> None:
        """Acknowledge, make the card and put it into the acknowledged message; a failure becomes its sentence."""
        async with self._stoppable():
            reply = await self._acknowledge(interaction, spoiler=spoiler)
            try:
                stored = await self._service.make(
                    person_of(interaction),
                    place_of(interaction),
                    request,
                    reply_ref=reply.as_ref(),
                    on_progress=self._news(reply),
                )
            except _OF_OURS as error:
                await self._fail(reply, request, error)
            except FakeanimeError as error:
                await self._refuse(interaction, reply, request, error)
            else:
                await self._post(reply, stored, str(interaction.user.id))

    async def show(self, interaction: Interaction, stored: StoredCard) -> None:
        """Post a card that was made before."""
        async with self._stoppable():
            reply = await self._acknowledge(interaction, spoiler=False)
            await self._post(reply, stored, str(interaction.user.id))

    async def pay_debts(self) -> None:
        """Answer what an earlier run took and did not answer."""
        async with self._stoppable():
            owed = await self._service.owed("discord")
            gate = asyncio.Semaphore(RESUMED_AT_ONCE)
            await asyncio.gather(*(self._pay(debt, gate) for debt in owed))

    async def stop(self) -> None:
        """Stop all work under way; the service keeps it as owed."""
        running = self._running - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @asynccontextmanager
    async def _stoppable(self) -> AsyncIterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    async def _acknowledge(self, interaction: Interaction, *, spoiler: bool) -> Reply:
        reply = await Reply.defer(interaction)
        settings = await self._service.place_settings(place_of(interaction))
        look = Look.by(settings, locale_of(interaction), present=is_present(interaction), spoiler=spoiler)
        return replace(reply, look=look)

    async def _pay(self, debt: Owed, gate: asyncio.Semaphore) -> None:
        async with gate:
            if debt.daily:
                await self._service.daily_interrupted(debt)
                return
            try:
                reply = Reply.from_ref(debt.reply_ref)
            except (KeyError, ValueError):
                await self._service.abandon(debt.request_id, "the reply reference cannot be read")
                return
            try:
                stored = await self._service.resume(debt, self._news(reply))
                await self._post(reply, stored, debt.person.user_id)
            except FakeanimeError as error:
                await self._fail(reply, debt.request, error)
            except Exception as error:  # noqa: BLE001 - one debt that cannot be paid must not stop the others
                sentence = sentence_for(error, reply.look.locale, f"owed request {debt.request_id}")
                await self._say(reply, sentence, None)

    def _news(self, reply: Reply) -> OnProgress:
        """Return what writes the place in line into the message; a card that is next and soon there needs no news."""
        shown = False

        async def tell(progress: Progress) -> None:
            nonlocal shown
            if shown or (progress.position or 0) > 1:
                shown = True
                await self._say(reply, _place_in_line(progress, reply.look.locale), None)

        return tell

    async def _fail(self, reply: Reply, request: CardRequest, error: FakeanimeError) -> None:
        log.info("no card for message %s: %s", reply.message_id, error.message)
        locale = reply.look.locale
        again = AgainButton.alone_for(request, spoiler=reply.look.spoiler, locale=locale) if error.retryable else None
        await self._say(reply, explained(error, locale), again)

    async def _refuse(
        self, interaction: Interaction, reply: Reply, request: CardRequest, error: FakeanimeError
    ) -> None:
        """Tell the person alone, and take the public message away again."""
        log.info("refused: %s", error.message)
        locale = locale_of(interaction)
        sentence = explained(error, locale)
        again = AgainButton.alone_for(request, spoiler=reply.look.spoiler, locale=locale) if error.retryable else None
        await self._say(reply, sentence, None)  # ends the "thinking", and stays if the rest fails
        try:
            await interaction.followup.send(sentence, view=again or discord.utils.MISSING, ephemeral=True)
            await interaction.delete_original_response()
        except discord.HTTPException as failure:
            log.info("the refusal in message %s stays public: %s", reply.message_id, failure)

    async def _say(self, reply: Reply, text: str, view: discord.ui.View | None) -> None:
        """Write into the acknowledged message; what cannot be written there is not worth a message of its own."""
        if reply.expired:
            return
        try:
            await reply.webhook(self._client).edit_message(
                reply.message_id, content=shorten(text, limits.CONTENT), view=view
            )
        except discord.HTTPException as error:
            log.info("message %s cannot be edited: %s", reply.message_id, error)

    async def _post(self, reply: Reply, stored: StoredCard, user_id: str) -> None:
        """Put the card into the acknowledged message, or into the channel when the token is too old for that."""
        locale = reply.look.locale
        content = say("discord.from_archive", locale) if stored.from_archive else None
        try:
            if not await self._posting.fill(reply, stored, content, user_id):
                late = say("discord.late", locale)
                content = f"{late}\n{content}" if content else late
                await self._posting.send(reply.channel_id, stored, reply.look, content, user_id)
        except (discord.HTTPException, OSError) as error:
            if stored.request_id is not None:
                await self._service.abandon(stored.request_id, f"cannot be posted: {error}")
            raise


def _place_in_line(progress: Progress, locale: str) -> str:
    if progress.position is None:
        return say("discord.painting", locale)
    if progress.eta_seconds is None:
        return say("discord.in_line", locale, position=progress.position)
    seconds = max(1, round(progress.eta_seconds))
    return say("discord.in_line_eta", locale, position=progress.position, seconds=seconds)
