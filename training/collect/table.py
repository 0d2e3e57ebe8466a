"""Joins the sources' listings into the table that `prepare` reads, one row for an anime."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.wordlist import forbidden
from training.collect import clean
from training.collect.listing import Listing
from training.prepare import note_words

FILE = "anime.jsonl.gz"
STORY_WORDS = 25
STORY_WORDS_PER_NOTE = 20  # fewer words for each word about the production, and it is no plot
SAME_TEXT = 0.6  # Jaccard index of two texts' runs of six words
OTHER_WORDING = 0.35  # share of common runs of four words below which a second synopsis is worth having
_NO_MAL_ID = 10**9  # franchise numbers of what only AniList has begin here
_WORD = re.compile(r"\w+")
_TITLE_END = re.compile(r"[:：]| - ")
_SMALL = {"no", "wa", "ga", "wo", "o", "ni", "to", "na", "de", "x", "of", "the", "and", "a", "kara", "e"}


def build(
    listings: Iterable[tuple[Listing, float]], counts: Counter[str], safe_list: bool = False
) -> list[dict[str, Any]]:
    """Return the rows of the table, the best known first; what was left out or joined is added to `counts`.

    Args:
        listings: each with the Unix time of its retrieval, MyAnimeList's before AniList's.
        safe_list: whether all that MyAnimeList takes for fit is among the listings. AniList's titles that are known
            there and are not on its list are then left out, for the two do not agree on what is adult.
    """
    rows = joined(listings, counts, safe_list)
    _mark_duplicates(rows)
    for row in rows:
        text = row["synopsis"] or ""
        row["n_words"] = len(text.split())
        notes = note_words(text) * STORY_WORDS_PER_NOTE >= row["n_words"]
        row["story"] = row["n_words"] >= STORY_WORDS and not notes and not row["synopsis_dup"]
        row["nsfw_words"] = forbidden(f"{row['title']} {text}") is not None
    for row, franchise in zip(rows, franchises(rows), strict=True):
        row["franchise"] = franchise
    return rows


def joined(listings: Iterable[tuple[Listing, float]], counts: Counter[str], safe_list: bool) -> list[dict[str, Any]]:
    """Return one row for an anime, without what only a comparison of all rows tells; see `build`."""
    rows = _by_id(listings, counts)
    if safe_list:
        known = [row for row in rows if row["mal_id"] is None or row["sources"][0]["source"] == "jikan"]
        counts["titles of AniList that MyAnimeList's safe list lacks"] += len(rows) - len(known)
        rows = known
    rows = _by_title(rows, counts)
    rows.sort(key=lambda row: (-(row["members"] or 0), row["mal_id"] or _NO_MAL_ID, row["anilist_id"] or 0))
    return rows


def write(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write the table; whoever reads meanwhile sees the old one or the new one whole."""
    part = folder / f"{FILE}.part"
    with part.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    part.replace(folder / FILE)


def _by_id(listings: Iterable[tuple[Listing, float]], counts: Counter[str]) -> list[dict[str, Any]]:
    """Join by the id on MyAnimeList."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    adult: set[tuple[str, int]] = set()
    for listing, retrieved in listings:
        key = ("mal", listing.mal_id) if listing.mal_id else (listing.source, listing.id)
        if listing.adult:
            adult.add(key)
        elif key in rows:
            _add(rows[key], _row(listing, retrieved))
            counts["joined by the id on MyAnimeList"] += 1
        else:
            rows[key] = _row(listing, retrieved)
    counts["adult titles left out"] += len(adult)
    return [row for key, row in rows.items() if key not in adult]


def _by_title(rows: list[dict[str, Any]], counts: Counter[str]) -> list[dict[str, Any]]:
    """Join what has no id on MyAnimeList with the row of the same title, type and year."""
    known = {_likeness(row): row for row in reversed(rows) if row["mal_id"]}
    kept = []
    for row in rows:
        same = None if row["mal_id"] or row["year"] is None else known.setdefault(_likeness(row), row)
        if same is None or same is row:
            kept.append(row)
        else:
            _add(same, row)
            counts["joined by title, type and year"] += 1
    return kept


def _likeness(row: dict[str, Any]) -> tuple[str, str | None, int | None]:
    return " ".join(_WORD.findall(row["title"].casefold())), row["type"], row["year"]


def _row(listing: Listing, retrieved: float) -> dict[str, Any]:
    source = {
        "source": listing.source,
        "id": listing.id,
        "url": listing.url,
        "retrieved": datetime.fromtimestamp(retrieved, UTC).isoformat(timespec="seconds"),
    }

    def line(text: str | None) -> str | None:
        return (text and clean.one_line(text)) or None

    def names(words: tuple[str, ...]) -> list[str]:
        return list(dict.fromkeys(filter(None, map(clean.one_line, words))))

    synopsis = clean.synopsis(listing.synopsis)
    return {
        "mal_id": listing.mal_id,
        "anilist_id": listing.anilist_id,
        "kitsu_id": None,
        "title": line(listing.title) or str(listing.id),
        "title_english": line(listing.title_english),
        "title_japanese": line(listing.title_japanese),
        "synopsis": synopsis,
        "synopsis_repair": synopsis and "none",
        "synopsis_alt": [],
        "genres": names(listing.genres),
        "themes": names(listing.themes),
        "demographics": names(listing.demographics),
        "tags": names(listing.tags),
        "type": listing.type,
        "episodes": listing.episodes,
        "year": listing.year,
        "season": listing.season,
        "source": listing.origin,
        "studio": names(listing.studio),
        "score": listing.score,
        "members": listing.members,
        "rating": listing.rating,
        "image_url": listing.image_url,
        "provenance": f"{listing.source}:{listing.id}",
        "provenance_alt": [],
        "sources": [source],
    }


def _add(row: dict[str, Any], other: dict[str, Any]) -> None:
    """Fill what `row` lacks from another source's row of the same anime."""
    main, second = row["synopsis"], other["synopsis"]
    if main and second and _share(second, main, 4) < OTHER_WORDING:
        row["synopsis_alt"].append(second)
        row["provenance_alt"].append(other["provenance"])
    elif second and not main:
        row["synopsis"], row["synopsis_repair"], row["provenance"] = second, "none", other["provenance"]
    row["sources"] += other["sources"]
    for column, value in other.items():
        if row[column] in (None, []):
            row[column] = value
    # AniList's covers are the larger ones and carry less lettering.
    if other["image_url"] and other["sources"][0]["source"] == "anilist":
        row["image_url"] = other["image_url"]


def _runs(text: str, length: int) -> Iterator[str]:
    words = _WORD.findall(text.casefold())
    return (" ".join(words[i : i + length]) for i in range(len(words) - length + 1))


def _share(text: str, other: str, length: int) -> float:
    """Return the share of the runs of `text` that `other` has as well."""
    runs = set(_runs(text, length))
    return len(runs.intersection(_runs(other, length))) / len(runs) if runs else 1.0


def _mark_duplicates(rows: list[dict[str, Any]]) -> None:
    """Mark each text that a better known row has, or nearly has."""
    owners: dict[str, int] = {}
    sizes: dict[int, int] = {}
    for number, row in enumerate(rows):
        runs = set(_runs(row["synopsis"] or "", 6)) or set(filter(None, [row["synopsis"]]))
        common = Counter(owners[run] for run in runs if run in owners)
        row["synopsis_dup"] = any(
            count >= SAME_TEXT * (len(runs) + sizes[owner] - count) for owner, count in common.items()
        )
        sizes[number] = len(runs)
        for run in runs:
            owners.setdefault(run, number)


def franchises(rows: list[dict[str, Any]]) -> list[int]:
    """Return each row's franchise: rows with one opening of the title or a common run of ten words share it.

    The number is the lowest id of the group, so that it stays when later parts of the franchise are added.
    """
    parents = list(range(len(rows)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        texts = [row["synopsis"] or "", *row["synopsis_alt"]]
        for key in (f"title {opening(row['title'])}", *(run for text in texts for run in _runs(text, 10))):
            parents[root(place)] = root(first.setdefault(key, place))
    numbers = [row["mal_id"] or _NO_MAL_ID + (row["anilist_id"] or 0) for row in rows]
    lowest: dict[int, int] = {}
    for place, number in enumerate(numbers):
        lowest[root(place)] = min(number, lowest.get(root(place), number))
    return [lowest[root(place)] for place in range(len(rows))]


def opening(title: str) -> str:
    """Return how a title begins: up to its colon, its first two words, or three where the second is a small one."""
    words = _WORD.findall(_TITLE_END.split(title.casefold(), maxsplit=1)[0]) or [title]
    if words[0] in ("the", "a") and len(words) > 1:
        words = words[1:]
    return " ".join(words[: 3 if len(words) > 1 and words[1] in _SMALL else 2])
