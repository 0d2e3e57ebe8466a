"""From an acknowledged interaction to a posted card, now or after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import discord

from bot.discord import limits
from bot.discord.buttons import AgainButton, CardView, DeleteButton
from bot.discord.embed import card_embed, card_picture, shorten
from bot.discord.faults import sentence_for
from bot.discord.reply import Reply, person_of, place_of
from bot.ratings import SEEDED
from bot.sentences import say
from bot.service import CardService, OnProgress, Owed, Progress, StoredCard
from generator.errors import FakeanimeError
from generator.schema import CardRequest

log = logging.getLogger(__name__)

RESUMED_AT_ONCE = 4  # owed requests worked on together after a start


class Making:
    """Asks the service for cards and posts them.

    Args:
        client: sends the messages.
        service: makes and keeps the cards.
    """

    def __init__(self, client: discord.Client, service: CardService) -> None:
        self._client = client
        self._service = service
        self._running: set[asyncio.Task[Any]] = set()

    async def make(self, interaction: discord.Interaction[Any], request: CardRequest, *, spoiler: bool) -> None:
        """Acknowledge, make the card and put it into the acknowledged message; a failure becomes its sentence."""
        async with self._stoppable():
            reply = await Reply.defer(interaction, spoiler=spoiler)
            try:
                stored = await self._service.make(
                    person_of(interaction),
                    place_of(interaction),
                    request,
                    reply_ref=reply.as_ref(),
                    on_progress=self._news(reply),
                )
            except FakeanimeError as error:
                await self._refuse(reply, request, error)
                return
            await self._post(reply, stored, request, str(interaction.user.id))

    async def show(self, interaction: discord.Interaction[Any], stored: StoredCard) -> None:
        """Post a card that was made before."""
        async with self._stoppable():
            reply = await Reply.defer(interaction)
            await self._post(reply, stored, None, str(interaction.user.id))

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

    async def _pay(self, debt: Owed, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                reply = Reply.from_ref(debt.reply_ref)
            except (KeyError, ValueError):
                await self._service.abandon(debt.request_id, "the reply reference cannot be read")
                return
            try:
                stored = await self._service.resume(debt, self._news(reply))
                await self._post(reply, stored, debt.request, debt.person.user_id)
            except FakeanimeError as error:
                await self._refuse(reply, debt.request, error)
            except Exception as error:  # noqa: BLE001 - one debt that cannot be paid must not stop the others
                sentence = sentence_for(error, reply.locale, f"owed request {debt.request_id}")
                await self._say(reply, sentence, None)

    def _news(self, reply: Reply) -> OnProgress:
        """Return what writes the place in line into the message; a card that is next and soon there needs no news."""
        shown = False

        async def tell(progress: Progress) -> None:
            nonlocal shown
            if shown or (progress.position or 0) > 1:
                shown = True
                await self._say(reply, _place_in_line(progress, reply.locale), None)

        return tell

    async def _refuse(self, reply: Reply, request: CardRequest, error: FakeanimeError) -> None:
        log.info("no card for message %s: %s", reply.message_id, error.message)
        again = AgainButton.packed(request, spoiler=bool(reply.spoiler), keep_seed=True) if error.retryable else None
        await self._say(reply, error.message, AgainButton.alone(again, reply.locale) if again else None)

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

    async def _post(self, reply: Reply, stored: StoredCard, request: CardRequest | None, user_id: str) -> None:
        summary = await self._service.summary(stored.id)
        spoiler = bool(reply.spoiler)
        own = request is not None and not stored.from_archive
        view = CardView(
            summary,
            reply.locale,
            again=AgainButton.packed(request, spoiler=spoiler, keep_seed=False) if request else None,
            delete=DeleteButton.packed(stored.id, user_id, whole=own),
        )
        try:
            message_id = await self._deliver(reply, stored, view)
        except (discord.HTTPException, OSError) as error:
            if stored.request_id is not None:
                await self._service.abandon(stored.request_id, f"cannot be posted: {error}")
            raise
        await self._service.posted(stored, str(reply.channel_id), str(message_id), platform="discord")
        if reply.present:
            await self._seed(reply, message_id)

    async def _deliver(self, reply: Reply, stored: StoredCard, view: discord.ui.View) -> int:
        """Put the card into the acknowledged message, or into the channel when the token is too old for that."""
        spoiler = bool(reply.spoiler)
        content = say("discord.from_archive", reply.locale) if stored.from_archive else None
        embed = card_embed(stored, reply.locale, spoiler=spoiler)
        picture = partial(card_picture, stored, reply.locale, spoiler=spoiler)
        if not reply.expired:
            try:
                await reply.webhook(self._client).edit_message(
                    reply.message_id, content=content, embed=embed, attachments=[picture()], view=view
                )
                return reply.message_id
            except discord.HTTPException as error:
                if error.code not in limits.EXPIRED_TOKEN:
                    raise
        late = say("discord.late", reply.locale)
        sent = await reply.channel(self._client).send(
            content=f"{late}\n{content}" if content else late, embed=embed, file=picture(), view=view
        )
        return sent.id

    async def _seed(self, reply: Reply, message_id: int, emoji: Sequence[str] = SEEDED) -> None:
        message = reply.channel(self._client).get_partial_message(message_id)
        try:
            for one in emoji[: limits.SEEDED_AT_MOST]:
                await message.add_reaction(one)
        except discord.HTTPException as error:  # the buttons rate as well, so a missing permission harms nobody
            log.info("message %s takes no reactions: %s", message_id, error)


def _place_in_line(progress: Progress, locale: str) -> str:
    if progress.position is None:
        return say("discord.painting", locale)
    if progress.eta_seconds is None:
        return say("discord.in_line", locale, position=progress.position)
    seconds = max(1, round(progress.eta_seconds))
    return say("discord.in_line_eta", locale, position=progress.position, seconds=seconds)
