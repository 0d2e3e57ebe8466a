"""Whether the bot may post somewhere."""

from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.discord.permissions import invite_link, require_posting
from bot.discord.reply import Interaction
from generator.errors import BadRequest
from tests.bot.discord.stage import Stage

pytestmark = pytest.mark.simcord(settle_timeout=8)


async def seen(stage: Stage) -> Interaction:
    await stage.env.settle()
    return cast(Interaction, SimpleNamespace(guild=stage.env.bot.get_guild(stage.guild.id)))


async def test_an_open_channel_is_fine(stage: Stage) -> None:
    require_posting(await seen(stage), stage.channel.id)


@pytest.mark.parametrize("missing", ["view_channel", "send_messages", "embed_links", "attach_files"])
async def test_each_missing_permission_is_found(stage: Stage, missing: str) -> None:
    assert stage.guild.me is not None
    denied = discord.PermissionOverwrite(**{missing: False})
    channel = stage.guild.create_text_channel("closed", overwrites={stage.guild.me: denied})
    with pytest.raises(BadRequest, match=f"I may not post cards in <#{channel.id}>"):
        require_posting(await seen(stage), channel.id)


async def test_channels_out_of_sight_are_refused(stage: Stage) -> None:
    with pytest.raises(BadRequest, match="I may not post cards in <#1>"):
        require_posting(await seen(stage), 1)


def test_the_invite_asks_for_little() -> None:
    link = invite_link(42)
    assert "client_id=42" in link
    assert "scope=bot+applications.commands" in link
    assert "permissions=274878024768" in link
