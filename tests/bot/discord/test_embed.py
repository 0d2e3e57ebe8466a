"""How a card looks, whatever it holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord import limits
from bot.discord.embed import card_embed, card_picture, facts_embed, plain, seed_text, shorten, text_embed
from bot.discord.reply import Look
from tests.bot.discord.stage import stored_card

LOOK = Look("en")
COVERED = Look("en", spoiler=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a*b_c~d`e|f[g]<h", r"a\*b\_c\~d\`e\|f\[g\]\<h"),
        ("# not a heading\n- nor a list\n> nor a quote", "\\# not a heading\n\\- nor a list\n\\> nor a quote"),
        ("C:\\", "C:\\\\"),
        ("3 - 2 > 0", "3 - 2 > 0"),
        ("日本語 <@1>", r"日本語 \<@1>"),
    ],
)
def test_text_is_shown_to_the_letter(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_short_text_stays() -> None:
    assert shorten("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("One. Two two two. Three three", 20, "One. Two two two."),
        ("Onetwothree four five", 15, "Onetwothree…"),
        ("x" * 30, 10, "xxxxxxxxx…"),
    ],
)
def test_long_text_ends_well(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(short) <= limit


def test_a_card_is_told_in_full() -> None:
    stored = stored_card(title_kana="フォグ", season="fall", source="Manga", episodes=1, studio="Studio *Star*")
    embed = card_embed(stored, LOOK)
    assert {field.name: field.value for field in embed.fields} == {
        "Genres": "Gourmet",
        "Type": "TV · 1 episode",
        "Shown": "Fall 2031",
        "Studio": r"Studio \*Star\*",
        "Source": "Manga",
    }
    assert embed.description == "**フォグ**\n\nA door opens."
    assert embed.image.url == "attachment://fakeanime-aaaabbbb.jpg"
    assert embed.footer.text == "This anime does not exist · seed 7 · weirdness 3 · aaaabbbb"


@pytest.mark.parametrize("look", [LOOK, COVERED])
def test_the_fullest_card_fits(look: Look) -> None:
    stored = stored_card(
        title="*" * 120,
        synopsis="A_b. " * 3000,
        title_english="|" * 400,
        title_kana="ア" * 400,
        genres=("Slice of Life", "Boys Love", "Avant Garde"),
        studio="*" * 2000,
        source="~" * 2000,
    )
    embed = card_embed(stored, look)
    assert len(embed.title or "") <= limits.EMBED_TITLE
    assert len(embed.description or "") <= limits.EMBED_DESCRIPTION
    assert all(len(field.value or "") <= limits.EMBED_FIELD_VALUE for field in embed.fields)
    assert len(embed) <= limits.EMBED_TOTAL
    facts = facts_embed(stored, dict.fromkeys(range(1, 6), 10**6), "en")
    assert len(facts) <= limits.EMBED_TOTAL
    assert len(facts.fields) <= 25


def test_a_spoiler_covers_the_story_and_embeds_no_picture(tmp_path: Path) -> None:
    picture = tmp_path / "card.jpg"
    picture.write_bytes(b"jpeg")
    stored = replace(stored_card(title="Fog"), picture=picture)
    embed = card_embed(stored, COVERED)
    assert embed.description == "||A door opens.||"
    assert embed.image.url is None
    file = card_picture(stored, COVERED)
    assert file.fp.read() == b"jpeg"
    file.close()
    assert file.filename == "SPOILER_fakeanime-aaaabbbb.jpg"
    assert file.description == "Poster of the invented anime “Fog”"


def test_a_painting_with_a_seed_of_its_own_shows_both() -> None:
    assert seed_text(stored_card(art_seed=7)) == "7"
    assert seed_text(stored_card(art_seed=9)) == "7/9"


def test_plain_texts_fit() -> None:
    assert len(text_embed("Help", "x" * 5000).description or "") == limits.EMBED_DESCRIPTION
