"""A collection from beginning to end, against doubles of both APIs."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.processes import environment
from tests.training.collect import doubles
from tests.training.collect.doubles import anime, collected, jikan_fault, plain_fault, running
from training.art_data import load_pictures, prepare_art
from training.collect import polite
from training.collect.run import Plan, collect
from training.prepare import SPLITS, prepare_text

DAY = 86_400.0


def rows(folder: Path) -> list[dict[str, Any]]:
    with gzip.open(folder / "anime.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def packed(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "posters" / "posters.jsonl").read_text().splitlines()]


async def test_from_nothing_to_training_sets(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 121)]) as apis:
        report, run = await collected(apis, tmp_path / "data", "jikan anilist")
    assert run.troubles == []
    assert report["titles"] == report["stories"] == report["posters"] == 120
    assert report["joined by the id on MyAnimeList"] == 120
    text = prepare_text(tmp_path / "data", tmp_path / "prepared" / "text", pieces=420)
    art = prepare_art(tmp_path / "data", tmp_path / "prepared")
    assert text["rows"] == 120 and text["franchises"] == 120
    assert sum(text[split]["own story"] for split in SPLITS) == 120
    assert text["duplicates"]["texts in two splits"] == 0
    assert art["art"]["pictures"] == 120 and art["art"]["native"] > 100
    assert art["face"] == {"pictures": 0}
    assert load_pictures(tmp_path / "prepared", "art").images.shape == (120, 144, 96, 3)


async def test_rows_have_our_columns_and_say_where_they_come_from(tmp_path: Path) -> None:
    async with running([anime(7)]) as apis:
        await collected(apis, tmp_path, "jikan anilist")
    (row,) = rows(tmp_path)
    columns = (
        "mal_id anilist_id kitsu_id title title_english title_japanese synopsis n_words story synopsis_repair"
        " synopsis_dup nsfw_words synopsis_alt genres themes demographics tags type episodes year season source studio"
        " score members rating image_url provenance provenance_alt franchise"
    )
    assert set(row) == {*columns.split(), "sources"}
    assert row["synopsis"] == doubles.story(7)
    assert row["synopsis_alt"] == [doubles.story(1007)]
    assert (row["provenance"], row["provenance_alt"]) == ("jikan:7", ["anilist:500007"])
    assert [source["url"] for source in row["sources"]] == [
        "https://myanimelist.net/anime/7",
        "https://anilist.co/anime/500007",
    ]
    assert all(source["retrieved"].startswith("2027-01-15T") for source in row["sources"])
    assert (row["rating"], row["tags"], row["demographics"]) == ("PG-13", ["Coming of Age"], ["Shounen"])
    (line,) = packed(tmp_path)
    assert line["source_file"] == row["image_url"] == f"{apis.url}/pictures/500007.jpg"
    assert line["mal_id"] == 7 and line["native_width"] == 225 and line["retrieved"].startswith("2027-01-15T")


async def test_the_limits_of_both_apis_are_kept(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 400)]) as apis:
        _, run = await collected(apis, tmp_path / "jikan", pictures=False)
        _, other = await collected(apis, tmp_path / "anilist", "anilist", pictures=False)
    assert run.troubles == other.troubles == []
    jikan, anilist = apis.times("/v4/anime"), apis.times("/graphql")
    assert len(jikan) == 16 and len(anilist) > 30
    assert min(after - before for before, after in itertools.pairwise(jikan)) >= 4
    assert min(after - before for before, after in itertools.pairwise(anilist)) >= 2
    assert max(sum(start <= at < start + 60 for at in anilist) for start in anilist) <= 30
    # The doubles answer 429 as soon as a limit is broken; each page was asked for once.
    assert len(apis.pages("/v4/anime")) == len(set(apis.pages("/v4/anime")))
    assert len(apis.pages("/graphql")) == len(set(apis.pages("/graphql")))


async def test_every_request_says_who_asks(tmp_path: Path) -> None:
    async with running([anime(1)]) as apis:
        await collected(apis, tmp_path, "jikan anilist", contact="https://example.org/me")
    assert {seen.path for seen in apis.seen} >= {"/v4/anime", "/graphql", "/robots.txt", "/pictures/500001.jpg"}
    assert {seen.agent for seen in apis.seen} == {f"fakeanime/{polite.version('fakeanime')} (https://example.org/me)"}


async def test_a_second_run_asks_only_for_what_is_new_or_old(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 61)]) as apis:
        await collected(apis, tmp_path)
        assert apis.pages("/v4/anime") == [("all", 1), ("all", 2), ("all", 3)]
        apis.seen.clear()
        apis.time.seconds += DAY
        apis.catalogue += [anime(number) for number in range(61, 91)]
        await collected(apis, tmp_path)
        assert apis.pages("/v4/anime") == [("all", 3), ("all", 4)]  # the last one, where new titles appear
        assert len(apis.times("/pictures/")) == 30
        assert len(rows(tmp_path)) == len(packed(tmp_path)) == 90
        apis.seen.clear()
        apis.time.seconds += 29.5 * DAY
        del apis.catalogue[4]
        await collected(apis, tmp_path)
        # Old pages are asked for again, and what the source has no longer goes.
        assert apis.pages("/v4/anime") == [("all", 1), ("all", 2), ("all", 4)]
        assert apis.times("/pictures/") == []
    assert 5 not in {row["mal_id"] for row in rows(tmp_path)}
    assert len(rows(tmp_path)) == 88  # the one that slid from page 3 to 2 comes with page 3


async def test_past_years_of_anilist_are_not_asked_for_again(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 31)]) as apis:
        await collected(apis, tmp_path, "anilist", pictures=False)
        first = len(apis.seen)
        apis.seen.clear()
        await collected(apis, tmp_path, "anilist", pictures=False)
    assert first > 30
    assert [part for part, _ in apis.pages("/graphql")] == ["2027", "2028"]


async def test_max_and_minutes_end_a_run_and_another_goes_on(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 200)]) as apis:
        report, _ = await collected(apis, tmp_path, most=30, pictures=False)
        assert report["titles"] == 50  # whole pages
        report, _ = await collected(apis, tmp_path, most=30, pictures=False)
        assert report["requests to Jikan"] == 0
        report, run = await collected(apis, tmp_path, minutes=0.1, pictures=False)
        assert report["stopped because the time was over"] == 1 and run.troubles == []
        assert report["requests to Jikan"] == 2 and report["titles"] == 100


async def test_adult_titles_are_left_out_whoever_says_so(tmp_path: Path) -> None:
    listed = [
        anime(1),
        anime(2, rating="Rx - Hentai"),  # sfw keeps it back
        anime(3, genres=["Drama", "Erotica"]),
        anime(4, genres=["Hentai"]),
        anime(5, adult=True),
    ]
    async with running(listed) as apis:
        listed[4]["entry"] = apis.jikan_entry(listed[4]) | {"rating": "Rx - Hentai"}  # although asked for sfw
        report, _ = await collected(apis, tmp_path, "jikan anilist")
    assert [row["mal_id"] for row in rows(tmp_path)] == [1]
    assert report["adult titles left out"] == 3
    assert report["titles of AniList that MyAnimeList's safe list lacks"] == 1
    assert doubles.story(5).encode() not in (tmp_path / "collect.sqlite").read_bytes()


async def test_pictures_that_are_none_are_left_out(tmp_path: Path) -> None:
    listed = [anime(number) for number in range(1, 9)]
    listed[6]["rating"] = "R+ - Mild Nudity"
    listed[7]["picture"] = "http://127.0.0.1:9/8.jpg"
    bad = {
        "1.jpg": doubles.picture(1)[:2000],
        "2.jpg": b"<html>not found</html>",
        "3.jpg": doubles.picture(3, (80, 112)),
        "4.jpg": doubles.picture(4, (600, 300)),
        "5.jpg": doubles.picture(6),  # the same as number 6
    }
    async with running(listed, pictures=bad) as apis:
        report, run = await collected(apis, tmp_path)
        assert run.troubles == []
        assert [line["mal_id"] for line in packed(tmp_path)] == [5]
        assert report["posters refused"] == 4
        assert report["posters shown by another title as well"] == 1
        assert report["posters at hosts that are not asked"] == 1
        assert len(rows(tmp_path)) == 8
        apis.seen.clear()
        await collected(apis, tmp_path)
        assert apis.times("/pictures/") == []  # unfit ones are remembered


async def test_robots_txt_of_the_picture_host_is_obeyed(tmp_path: Path) -> None:
    rules = "User-agent: *\nCrawl-delay: 7\nDisallow: /pictures/2"
    async with running([anime(1), anime(2), anime(3)], robots=rules) as apis:
        report, _ = await collected(apis, tmp_path)
    asked = apis.times("/pictures/")
    assert [line["mal_id"] for line in packed(tmp_path)] == [1, 3]
    assert report["posters that robots.txt keeps back"] == 1
    assert asked[1] - asked[0] >= 7


async def test_without_a_readable_robots_txt_no_picture_is_asked_for(tmp_path: Path) -> None:
    async with running([anime(1)]) as apis:
        apis.faults["/robots.txt"] = [plain_fault(503, "down")] * polite.TRIES
        report, run = await collected(apis, tmp_path)
    assert apis.times("/pictures/") == []
    assert report["titles"] == 1 and len(run.troubles) == 1
    assert not (tmp_path / "posters").exists()


async def test_rubbish_is_skipped_and_counted(tmp_path: Path) -> None:
    listed = [anime(number) for number in range(1, 6)]
    listed[0]["entry"] = {"mal_id": "many"}
    listed[1]["entry"] = None
    async with running(listed) as apis:
        listed[2]["entry"] = apis.jikan_entry(listed[2]) | {"title": " "}
        report, run = await collected(apis, tmp_path, pictures=False)
    assert run.troubles == []
    assert report["entries skipped because they are no listings"] == 3
    assert [row["mal_id"] for row in rows(tmp_path)] == [4, 5]


async def test_an_outage_ends_in_a_sentence_and_the_next_run_goes_on(tmp_path: Path) -> None:
    down = jikan_fault(504, "BadResponseException", "Jikan failed to connect to MyAnimeList.")
    async with running([anime(number) for number in range(1, 61)]) as apis:
        apis.faults["/v4/anime"] = [down] * polite.TRIES * 2
        report, run = await collected(apis, tmp_path, "jikan anilist", pictures=False)
        assert len(run.troubles) == 1 and "Jikan gave no answer in 6 tries (Jikan failed to connect" in run.troubles[0]
        assert report["titles"] == 60  # AniList's
        assert apis.time.seconds > 2 * 31  # it waited longer and longer
        report, run = await collected(apis, tmp_path, pictures=False)
        assert run.troubles == [] and report["joined by the id on MyAnimeList"] == 60


async def test_one_page_that_fails_does_not_bar_the_rest(tmp_path: Path) -> None:
    wrong = jikan_fault(500, "ParserException", "Unable to parse this request.")
    async with running([anime(number) for number in range(1, 61)]) as apis:
        apis.faults["/v4/anime"] = [wrong] * polite.TRIES
        report, run = await collected(apis, tmp_path, pictures=False)
        assert run.troubles == []
        assert report["titles"] == 35 and report["pages passed over, for the next run"] == 1
        report, _ = await collected(apis, tmp_path, pictures=False)
        assert report["titles"] == 60


async def test_a_refusal_is_told_and_not_repeated(tmp_path: Path) -> None:
    closed = "The AniList API has been temporarily disabled due to severe stability issues."
    async with running([anime(1)]) as apis:
        apis.faults["/graphql"] = [doubles.anilist_fault(403, 403, closed)]
        _, run = await collected(apis, tmp_path, "anilist", pictures=False)
    assert run.troubles == [f"AniList refuses the request (status 403: {closed.rstrip('.')})."]
    assert len(apis.seen) == 1


async def test_a_signal_ends_a_run_with_what_is_there(tmp_path: Path) -> None:
    async with running([anime(number) for number in range(1, 61)], limits={}) as apis:
        asked = asyncio.Event()

        async def first(request: web.Request) -> web.StreamResponse:
            asked.set()
            return apis._jikan(request)

        apis.faults["/v4/anime"] = [first]
        plan = Plan(tmp_path, "me@example.org", {"jikan": f"{apis.url}/v4"}, pictures=False)
        going = asyncio.create_task(collect(plan))
        await asked.wait()
        await asyncio.sleep(1.5)  # of the four seconds that it waits before the second page
        os.kill(os.getpid(), signal.SIGTERM)
        report, troubles = await going
    assert troubles == [] and report["titles"] == len(rows(tmp_path)) == 25
    assert apis.pages("/v4/anime") == [("all", 1)]


@pytest.mark.timeout(300)
async def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """Through the real command and the real clock."""
    async with running([anime(number) for number in range(1, 61)], limits={}) as apis:
        words = ("--contact", "me@example.org", "--accept-terms", "--jikan-url", f"{apis.url}/v4", "--no-posters")
        command = [sys.executable, "-m", "training", "collect", "--out", str(tmp_path / "data"), "--json", *words]
        quiet = {"env": environment(tmp_path), "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        started = await asyncio.create_subprocess_exec(*command, **quiet)

        async def die(request: web.Request) -> web.StreamResponse:
            started.send_signal(signal.SIGKILL)
            return web.Response(text="too late")

        async def first(request: web.Request) -> web.StreamResponse:
            apis.faults["/v4/anime"] = [die]
            return apis._jikan(request)

        apis.faults["/v4/anime"] = [first]
        assert await started.wait() == -signal.SIGKILL
        apis.seen.clear()
        again = await asyncio.create_subprocess_exec(*command, **quiet)
        out, _ = await again.communicate()
    assert again.returncode == 0
    assert apis.pages("/v4/anime") == [("all", 2), ("all", 3)]
    assert json.loads(out)["titles"] == len(rows(tmp_path / "data")) == 60
    assert (tmp_path / "data" / ".gitignore").read_text() == "*\n"
