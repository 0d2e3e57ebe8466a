"""Rerolls, sequels and remixes: what is kept and what is new."""

import asyncio

import pytest

from bot.service import NoCard
from generator.errors import BadRequest
from generator.schema import FIRST_CHOSEN_SEED
from tests.bot.house import ALICE, House
from tests.bot.service.steps import make


async def test_rerolling_all_keeps_what_was_asked(house: House) -> None:
    stored = await make(house, genres=("Horror",), weirdness=8, seed=7)
    wish = await house.service.reroll(stored.id, "all")
    assert (wish.genres, wish.title, wish.weirdness) == (("Horror",), None, 8)
    assert (wish.seed, wish.art_seed) == (None, None)
    titled = await make(house, title="My Own Title", seed=9)
    assert (await house.service.reroll(titled.id, "all")).title == "My Own Title"


async def test_rerolling_the_poster_keeps_the_text(house: House) -> None:
    stored = await make(house, seed=7)
    wish = await house.service.reroll(stored.id, "poster")
    assert wish.model_copy(update={"art_seed": 7}) == wish.model_copy(update={"art_seed": stored.card.art_seed})
    assert (wish.seed, wish.genres, wish.title) == (7, (), None)  # as asked: the same words come again
    assert wish.art_seed is not None
    assert 7 != wish.art_seed < FIRST_CHOSEN_SEED


async def test_rerolling_the_synopsis_keeps_title_and_painting(house: House) -> None:
    stored = await make(house, genres=("Horror", "Drama"), seed=7, art_seed=8, weirdness=2)
    wish = await house.service.reroll(stored.id, "synopsis")
    assert (wish.title, wish.genres, wish.art_seed, wish.weirdness) == (stored.card.title, ("Horror", "Drama"), 8, 2)
    assert wish.seed is None


async def test_rerolling_the_title_keeps_genres_and_painting(house: House) -> None:
    stored = await make(house, title="My Own Title", seed=7, art_seed=8)
    wish = await house.service.reroll(stored.id, "title")
    assert (wish.title, wish.genres, wish.art_seed) == (None, stored.card.genres, 8)
    assert wish.seed is None


async def test_a_sequel_counts_on_and_keeps_the_genres(house: House) -> None:
    stored = await make(house, title="Steel Garden 2", genres=("Horror",), weirdness=5, seed=7)
    wish = await house.service.sequel(stored.id.upper())
    assert (wish.title, wish.genres, wish.weirdness, wish.art_seed) == ("Steel Garden 3", ("Horror",), 5, None)
    assert wish.seed is None


async def test_a_remix_takes_from_both(house: House) -> None:
    one = await make(house, title="Kumo no Niwa", genres=("Horror", "Drama"), weirdness=1, seed=7)
    other = await make(house, title="Steel Hearts Club", genres=("Comedy", "Drama"), weirdness=9, seed=8)
    wish = await house.service.remix(one.id, other.id)
    assert (wish.title, wish.genres) == ("Kumo no Hearts Club", ("Horror", "Comedy", "Drama"))
    assert (wish.weirdness, wish.art_seed) == (9, 7)
    assert wish.seed is None
    with pytest.raises(BadRequest, match="two different"):
        await house.service.remix(one.id, one.id.upper())


async def test_wishes_for_cards_that_are_gone_are_a_sentence(house: House) -> None:
    stored = await make(house)
    for wish in (
        house.service.reroll("gone", "all"),
        house.service.sequel("gone"),
        house.service.remix(stored.id, "gone"),
        house.service.remix("gone", stored.id),
    ):
        with pytest.raises(NoCard, match="gone"):
            await wish


async def test_what_was_asked_outlives_the_person(house: House) -> None:
    house.worker.go.clear()
    task = asyncio.create_task(make(house, genres=("Horror",), seed=7))
    await house.in_line(1)
    await house.service.forget(ALICE)
    house.worker.go.set()
    wish = await house.service.reroll((await task).id, "poster")
    assert (wish.genres, wish.seed) == (("Horror",), 7)
