"""Each limit is just what the simulated Discord takes, which has its numbers from Discord's own documentation."""

from collections.abc import Callable

import discord
import pytest

from bot.discord import limits
from bot.ratings import SEEDED
from tests.bot.discord.stage import Stage

pytestmark = pytest.mark.simcord(settle_timeout=8)

FULLEST: dict[str, tuple[int, Callable[[int], dict[str, object]]]] = {
    "title": (limits.EMBED_TITLE, lambda size: {"embed": discord.Embed(title="x" * size)}),
    "description": (limits.EMBED_DESCRIPTION, lambda size: {"embed": discord.Embed(description="x" * size)}),
    "field": (
        limits.EMBED_FIELD_VALUE,
        lambda size: {"embed": discord.Embed().add_field(name="x", value="x" * size)},
    ),
    "footer": (limits.EMBED_FOOTER, lambda size: {"embed": discord.Embed(title="x").set_footer(text="x" * size)}),
    "total": (
        limits.EMBED_TOTAL,
        lambda size: {"embed": discord.Embed(description="x" * 4000).set_footer(text="x" * (size - 4000))},
    ),
    "content": (limits.CONTENT, lambda size: {"content": "x" * size}),
}


@pytest.mark.parametrize("kind", FULLEST)
async def test_discord_takes_as_much_and_no_more(stage: Stage, kind: str) -> None:
    await stage.env.settle()
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    limit, message = FULLEST[kind]
    await channel.send(**message(limit))  # type: ignore[arg-type]
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(**message(limit + 1))  # type: ignore[arg-type]
    assert refused.value.status == 400


def test_all_seeded_reactions_are_allowed() -> None:
    assert len(SEEDED) <= limits.SEEDED_AT_MOST
