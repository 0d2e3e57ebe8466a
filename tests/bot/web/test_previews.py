"""The card as the chats show it: what is drawn is what the bots send."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.discord.embed import ACCENT, card_embed
from bot.discord.reply import Look
from bot.ratings import RATINGS
from bot.service import StoredCard
from bot.telegram.captions import card_caption
from bot.telegram.keyboards import card_keyboard
from bot.web.previews import discord_markup, discord_preview, telegram_preview
from generator.schema import CardRequest
from tests.bot.house import tiny_card
from tests.bot.web.studio import Studio
from tests.bot.web.visit import Visitor


def stored(title: str = "Fog*Door", synopsis: str = "One. Two.") -> StoredCard:
    card = tiny_card(CardRequest(title=title, seed=7, art_seed=7)).model_copy(
        update={"synopsis": synopsis, "title_kana": "フォグドア"}
    )
    return StoredCard("abcdefgh", card, Path("x.jpg"), datetime.now(UTC), False, None, None, 0)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("**bold** and not", "<strong>bold</strong> and not"),
        (r"Fog\*Door \_ \\ \[x\]", r"Fog*Door _ \ [x]"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("**left open", "<strong>left open</strong>"),
        ("a * b", "a * b"),
        ("ends with \\", "ends with \\"),
    ],
)
def test_the_markup_of_discord_becomes_html(text: str, html: str) -> None:
    assert discord_markup(text) == html


async def test_the_embed_is_the_one_that_the_bot_sends() -> None:
    shown = discord_preview(stored())
    embed = card_embed(stored(), Look("en"))
    assert shown.title == "Fog*Door"
    assert "<strong>フォグドア</strong>" in shown.description
    assert shown.description.endswith("One. Two.")
    assert shown.footer == embed.footer.text
    assert [name for name, _ in shown.fields] == [field.name for field in embed.fields]
    assert shown.colour == str(ACCENT)
    assert [button.sign for button in shown.rows[0]] == list(RATINGS.values())
    assert [button.menu for button in shown.rows[1]] == [True]
    assert all(button.sign or button.words for row in shown.rows for button in row)


def test_the_caption_is_the_one_that_the_bot_sends() -> None:
    shown = telegram_preview(stored("<Fog & Door>"))
    assert shown.caption.startswith("<b>&lt;Fog &amp; Door&gt;</b>")
    assert shown.caption.striptags().split() == card_caption(stored("<Fog & Door>")).text.split()
    assert not shown.cut
    assert shown.rows[0] == tuple(RATINGS.values())
    assert len(shown.rows) == len(card_keyboard(stored()).inline_keyboard)


def test_a_long_story_is_cut_where_telegram_cuts_it() -> None:
    shown = telegram_preview(stored(synopsis="A sentence that goes on. " * 80))
    assert shown.cut
    assert len(shown.caption.striptags()) <= 1024


async def test_the_page_of_a_card_shows_both(studio: Studio, visitor: Visitor) -> None:
    card = await studio.card(title="A <sign> & *more*")
    page = await visitor.page(f"/c/{card.id}")
    assert '<p class="embed-title">A &lt;sign&gt; &amp; *more*</p>' in page
    assert "<b>A &lt;sign&gt; &amp; *more*</b>" in page
