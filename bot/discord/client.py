"""The Discord client: what it listens to, how it starts and how it stops."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import tasks

from bot.discord.boards import raters, top, weirdest
from bot.discord.buttons import FavouriteButton, RateButton, ScoreButton
from bot.discord.commands import card, facts, fakeanime, remix
from bot.discord.daily import DailyCards, daily
from bot.discord.faults import CommandTree, sentence_for, tell
from bot.discord.hall import HallOfFame
from bot.discord.lists import ShowMenu
from bot.discord.making import Making
from bot.discord.permissions import invite_link
from bot.discord.personal import (
    ExportButton,
    ForgetButton,
    PageButton,
    favourites,
    forgetme,
    help_,
    mystats,
    privacy,
)
from bot.discord.posting import Posting
from bot.discord.reactions import Reactions
from bot.discord.removal import DeleteButton, ReasonMenu, ReportButton
from bot.discord.scores import Scores
from bot.discord.settings import settings
from bot.discord.variations import AgainButton, RerollMenu, SequelButton
from bot.discord.words import CatalogueTranslator, locale_of
from bot.figures import LIMITS
from bot.sentences import DEFAULT_LOCALE, say
from bot.service import CardService, Place

log = logging.getLogger(__name__)

COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu, ...] = (
    fakeanime,
    remix,
    card,
    top,
    weirdest,
    raters,
    favourites,
    mystats,
    daily,
    settings,
    privacy,
    forgetme,
    help_,
    facts,
)
DYNAMIC_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    RateButton,
    ScoreButton,
    FavouriteButton,
    RerollMenu,
    SequelButton,
    AgainButton,
    DeleteButton,
    ReportButton,
    ReasonMenu,
    ShowMenu,
    PageButton,
    ExportButton,
    ForgetButton,
)


class FakeanimeClient(discord.AutoShardedClient):
    """Discord's side of the service, with the least it must be told: servers and reactions, no message text.

    Args:
        service: makes, keeps and rates the cards.
        shard_count: Discord's own recommendation when not given.
    """

    def __init__(self, service: CardService, *, shard_count: int | None = None) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=shard_count,
            http_trace=_limits_noted(),
        )
        self.service = service
        posting = Posting(self, service)
        self.making = Making(self, service, posting)
        self._scores = Scores(self, service)
        self.reactions = Reactions(self, service, self._scores)
        self._hall = HallOfFame(self, service, posting)
        self._daily = DailyCards(self, service, posting)
        self.tree = CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        for command in COMMANDS:
            self.tree.add_command(command)
        self._catching_up: asyncio.Task[None] | None = None
        self._chores = (self.refresh_scores, self.tend_hall, self.post_daily)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(*DYNAMIC_ITEMS)
        await self.tree.set_translator(CatalogueTranslator())
        try:
            await self.tree.sync()
        except discord.HTTPException:
            log.exception("the commands could not be registered; Discord goes on offering those of the last start")
        self._catching_up = asyncio.create_task(self._catch_up(), name="discord-catch-up")
        for chore in self._chores:
            chore.start()

    async def close(self) -> None:
        background = [self._catching_up, *(chore.get_task() for chore in self._chores)]
        running = [task for task in background if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.making.stop()
        await super().close()

    @tasks.loop(seconds=15)
    async def tend_hall(self) -> None:
        await self._step("the hall of fame", self._hall.tend)

    @tasks.loop(seconds=10)
    async def refresh_scores(self) -> None:
        await self._step("the scores", self._scores.refresh)

    @tasks.loop(minutes=1)
    async def post_daily(self) -> None:
        await self._step("the cards of the day", self._daily.post_due)

    @tend_hall.before_loop
    @refresh_scores.before_loop
    @post_daily.before_loop
    async def _before_chores(self) -> None:
        await self.wait_until_ready()

    async def on_ready(self) -> None:
        log.info("Discord: ready as %s in %d servers", self.user, len(self.guilds))
        log.info("Discord: invite it: %s", invite_link(self.application_id or 0))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.service.place_left(Place("discord", None, str(guild.id)))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a button or menu of an older version that nothing here understands any more."""
        if interaction.type is not discord.InteractionType.component or interaction.data is None:
            return
        custom_id = str(interaction.data.get("custom_id"))
        if not any(item.__discord_ui_compiled_template__.fullmatch(custom_id) for item in DYNAMIC_ITEMS):
            await tell(interaction, say("discord.old_button", locale_of(interaction)))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        await self.reactions.added(event)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        await self.reactions.removed(event)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        await self.reactions.cleared(event)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        await self.reactions.cleared(event)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            sentence_for(error, DEFAULT_LOCALE, event_method)

    async def _catch_up(self) -> None:
        """Do once after the start what was left undone: answers that are owed, reactions that were missed."""
        await self.wait_until_ready()
        await asyncio.gather(
            self._step("answering what is owed", self.making.pay_debts),
            self._step("looking for missed reactions", self.reactions.catch_up),
        )

    async def _step(self, doing: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - logged under an id; the bot works on without this step
            sentence_for(error, DEFAULT_LOCALE, doing)


def _limits_noted() -> aiohttp.TraceConfig:
    """Count the answers by which Discord asks for a slower pace; discord.py itself waits and tries again."""

    async def ended(_session: aiohttp.ClientSession, _context: object, answer: aiohttp.TraceRequestEndParams) -> None:
        if answer.response.status == HTTPStatus.TOO_MANY_REQUESTS:
            LIMITS.add("discord")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace
