"""The words below a card, within Telegram's limits."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.service import StoredCard
from bot.telegram.captions import Caption, card_caption, facts, listing, needs_story, rating_sign, whole_story
from bot.telegram.text import units
from generator.schema import CardRequest
from tests.bot.house import tiny_card

FIRE = "🔥" * 40


def stored(**changes: Any) -> StoredCard:
    card = tiny_card(CardRequest(seed=7, art_seed=7, genres=("Drama",))).model_copy(update=changes)
    return StoredCard("abcdefgh", card, Path("none"), datetime.now(UTC), False, None, 4.25, 7)


def part(caption: Caption, kind: str) -> str:
    (entity,) = [entity for entity in caption.entities if entity.type == kind]
    text = caption.text.encode("utf-16-le")
    return text[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def test_title_facts_story_and_how_to_get_it_again() -> None:
    caption = card_caption(stored(title="Kumo", title_english="Cloud", title_kana="クモ"))
    assert caption.text.split("\n") == [
        "Kumo",
        "Cloud · クモ",
        "TV · 12 episodes · Spring 2031 · Studio Tsuki",
        "Drama",
        "",
        "A lighthouse keeper finds a door in the fog. Behind it waits the summer that never came.",
        "",
        "does not exist · seed 7 · weird 3 · abcdefgh",
    ]
    assert part(caption, "bold") == "Kumo"
    assert part(caption, "italic") == "does not exist · seed 7 · weird 3 · abcdefgh"


def test_another_painting_has_its_own_number() -> None:
    assert "seed 7 · art 9 · weird 3" in card_caption(stored(art_seed=9)).text


def test_facts_without_season_and_with_one_episode() -> None:
    assert facts(stored(season=None, episodes=1, type="Movie").card) == "Movie · 1 episode · 2031 · Studio Tsuki"


def test_formatting_is_right_beside_emoji_and_under_a_heading() -> None:
    caption = card_caption(stored(title=FIRE, synopsis=f"{FIRE}. End."), heading=f"{FIRE} Day", spoiler=True)
    assert part(caption, "bold") == FIRE
    assert part(caption, "spoiler") == f"{FIRE}. End."
    assert part(caption, "italic").startswith("does not exist")
    assert caption.text.startswith(f"{FIRE} Day\n\n{FIRE}\n")


def test_a_title_that_stands_in_the_heading_as_well_is_the_right_one() -> None:
    caption = card_caption(stored(title="Card"), heading="Card of the day")
    assert caption.entities[0].offset == units("Card of the day\n\n")


def test_a_long_story_is_cut_after_a_sentence_and_needs_the_button() -> None:
    long = stored(synopsis="The lamp went out. " * 60)
    text = card_caption(long).text
    assert units(text) <= 1024
    assert "The lamp went out. …\n\n" in text
    assert needs_story(long)
    assert whole_story(long).text.count("lamp") == 60
    assert not needs_story(stored())


def test_the_archive_is_named() -> None:
    assert card_caption(replace(stored(), from_archive=True)).text.endswith("a card from the archive.")


def test_nobody_is_notified() -> None:
    text = card_caption(stored(title="@ann", synopsis="Ask @ben.", studio="@cyd")).text
    assert "@ann" not in text
    assert text.count("@\u2060") == 3


def test_signs_that_need_no_language() -> None:
    assert (rating_sign(0, None), rating_sign(7, 4.25)) == ("☆", "★ 4.2 · 7")


def test_a_list_fits_whatever_its_titles() -> None:
    caption = listing([stored(title=FIRE * 3)] * 50, "Heading")
    assert units(caption.text) <= 4096
    assert part(caption, "bold") == "Heading"


@given(
    title=st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "So")), min_size=1, max_size=120),
    words=st.lists(
        st.sampled_from(["fire", "🔥", "end.", "Mr.", "why?", "家族。", "👨\u200d👩\u200d👧"]), max_size=400
    ),
    heading=st.text(alphabet="ab 🏆", max_size=300),
    archive=st.booleans(),
)
def test_every_caption_fits(title: str, words: list[str], heading: str, archive: bool) -> None:
    card = replace(stored(title=title, synopsis=" ".join(words) or "x", studio=title), from_archive=archive)
    caption = card_caption(card, heading=heading, spoiler=True)
    assert units(caption.text) <= 1024
    assert part(caption, "italic").startswith("does not exist")
