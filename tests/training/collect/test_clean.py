"""Texts of listings become plain lines."""

import pytest

from training.collect.clean import one_line, synopsis

PLOT = "A girl finds a lantern that remembers the names of the dead."


@pytest.mark.parametrize(
    "text",
    [
        PLOT,
        f"{PLOT}\n\n[Written by MAL Rewrite]",
        f"{PLOT}<br><br>\n(Source: Crunchyroll, edited)",
        f"{PLOT} [Source: MangaHelpers]",
        f"{PLOT} (ANN)",
        f"{PLOT}\n\nNote: the first episode was shown early at a fair.",
        f"{PLOT}<br />\n<i>Notes:</i> bundled with a disc.",
        PLOT.replace("lantern", "<i>lantern</i>"),
        PLOT.replace("lantern", "lan<b>tern</b>"),
        PLOT.replace("lantern", "__lantern__"),
        PLOT.replace("lantern", "[lantern](https://example.org/lantern)"),
        PLOT.replace("remembers", "~!remembers!~"),
        PLOT.replace("lantern", "lantern (提灯, Chōchin)"),
        PLOT.replace(" finds", "\u200b finds\n\t"),
        f"{PLOT} https://example.org/page?x=1",
    ],
)
def test_markup_credits_notes_and_foreign_script_go(text: str) -> None:
    assert synopsis(text) == PLOT


def test_quotes_and_dots_become_plain_ones() -> None:
    assert synopsis("“Wait…” she said – and didn’t wait at all &amp; ran.") == (
        '"Wait..." she said - and didn\'t wait at all & ran.'
    )


def test_what_only_looks_like_markup_stays() -> None:
    text = "In <Infinite Garden> every player holds 2 * 3 keys and snake_case_names."
    assert synopsis(text) == text


@pytest.mark.parametrize(
    "text", [None, "", "No synopsis information has been added to this title. Help us.", "Too short."]
)
def test_placeholders_and_scraps_are_no_synopsis(text: str | None) -> None:
    assert synopsis(text) is None


def test_titles_keep_their_script_on_one_line() -> None:
    assert one_line(" 作品\u200b \n&quot;A&quot; ") == '作品 "A"'
