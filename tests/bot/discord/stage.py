"""A simulated Discord with the real bot on it, over the real service, queue and worker loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bot.discord.client import FakeanimeClient
from bot.service import CardService, Place, StoredCard
from generator.schema import CardRequest
from tests.bot.house import House
from tests.generator.cards import SmallEngine, card_for


@dataclass
class Stage:
    """What a test plays on."""

    env: simcord.Env
    house: House
    engine: SmallEngine
    guild: GuildHandle
    channel: ChannelHandle
    alice: MemberActor

    @property
    def service(self) -> CardService:
        return self.house.service

    @property
    def place(self) -> Place:
        return Place("discord", str(self.channel.id), str(self.guild.id))

    @property
    def shown(self) -> discord.Message:
        """The last message in the channel."""
        message = self.channel.last_message
        assert message is not None
        return message

    def guest(self, name: str, *, bot: bool = False) -> MemberActor:
        return self.guild.add_member(self.env.create_user(name, bot=bot))

    async def card(self, **options: object) -> discord.Message:
        """Let Alice make a card; return its message."""
        await self.alice.slash(self.channel, "fakeanime", **options)
        return self.shown

    def moderator(self, name: str = "mod") -> MemberActor:
        """A member who may delete messages."""
        role = self.guild.create_role("moderators", permissions=discord.Permissions(manage_messages=True))
        return self.guild.add_member(self.env.create_user(name), roles=[role])

    def administrator(self, name: str = "admin") -> MemberActor:
        """A member who may change the server."""
        role = self.guild.create_role("administrators", permissions=discord.Permissions(manage_guild=True))
        return self.guild.add_member(self.env.create_user(name), roles=[role])

    def closed_channel(self, name: str) -> ChannelHandle:
        """A channel in which the bot may not write."""
        assert self.guild.me is not None
        denied = discord.PermissionOverwrite(send_messages=False)
        return self.guild.create_text_channel(name, overwrites={self.guild.me: denied})

    async def send_bot_away(self) -> None:
        """Take the bot out of the server; who brought it along as a user-installed app still has it."""
        backend = self.env.backend
        backend.get_guild(self.guild.id).members.pop(backend.bot_user.id)
        backend.emit("GUILD_DELETE", {"id": str(self.guild.id)})
        await self.env.settle()

    async def leave(self) -> None:
        """Stop the bot's work as closing does, and what was asked of it stays owed."""
        client = self.env.bot
        assert isinstance(client, FakeanimeClient)
        for chore in (client.refresh_scores, client.tend_hall, client.post_daily):
            chore.cancel()
        await client.making.stop()

    async def come_back(self) -> None:
        """Start a new bot on what the old one left."""
        await self.env.restart_bot(FakeanimeClient(await self.house.restart(), shard_count=1))

    @contextmanager
    def gateway_away(self) -> Iterator[None]:
        """Let the bot hear of nothing that happens meanwhile."""
        listening = list(self.env.backend.subscribers)
        self.env.backend.subscribers.clear()
        yield
        self.env.backend.subscribers.extend(listening)

    @contextmanager
    def speaking(self, locale: str) -> Iterator[None]:
        """Let everybody's Discord be in a language."""
        listening = list(self.env.backend.subscribers)

        def translated(event: str, payload: Mapping[str, Any]) -> None:
            spoken = {**payload, "locale": locale} if event == "INTERACTION_CREATE" else payload
            for one in listening:
                one(event, spoken)

        self.env.backend.subscribers[:] = [translated]
        yield
        self.env.backend.subscribers[:] = listening


def card_id(message: discord.Message) -> str:
    """Return the id that a card's message shows."""
    footer = message.embeds[0].footer.text
    assert footer is not None
    return footer.rsplit(" · ", 1)[1]


def item_ids(message: discord.Message) -> list[str]:
    """Return the `custom_id` of every button and menu under a message."""
    return [
        item.custom_id or ""
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for item in row.children
        if isinstance(item, discord.Button | discord.SelectMenu)
    ]


def item(message: discord.Message, kind: str) -> str:
    """Return the `custom_id` of the one button or menu of a kind, such as "delete" or "rate:...:5"."""
    (found,) = [one for one in item_ids(message) if one.startswith(f"fa:{kind}")]
    return found


def label(message: discord.Message, kind: str) -> str | None:
    """Return what the button of a kind says."""
    view = discord.ui.View.from_message(message, timeout=None)
    (found,) = [
        one for one in view.children if isinstance(one, discord.ui.Button) and (one.custom_id or "").startswith(kind)
    ]
    return found.label


async def until(happened: object) -> None:
    """Wait until a condition, given as a function, holds."""
    assert callable(happened)
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - conditions of any kind
            await asyncio.sleep(0.01)


def stored_card(title: str = "Fog", synopsis: str = "A door opens.", **facts: object) -> StoredCard:
    """Return a card as the service gives it, kept nowhere."""
    card = card_for(CardRequest(title=title, seed=7), synopsis).model_copy(update=facts)
    created = datetime(2026, 5, 1, tzinfo=UTC)
    return StoredCard("aaaabbbb", card, Path("aaaabbbb.jpg"), created, False, None, None, 0)
