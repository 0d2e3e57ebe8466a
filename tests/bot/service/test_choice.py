"""Who chooses a request's candidates, over a real database of tastes."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from bot.service import CardService, Person, Place
from bot.service.choice import KEPT_TASTES, VARIETY_CARDS, WILD, Chooser, Wish
from db import tastes
from db.models import CardRow, RequestRow, TasteRow
from db.tastes import Taste
from generator.schema import FIRST_CHOSEN_SEED, GENRES, CardRequest, Choice
from tests.bot.house import ALICE, House
from tests.bot.service.steps import make
from tests.db.rows import card_row

SURE = Taste(("genre:Horror", "genre:Comedy", "likelihood"), (-0.4, 0.6, 0.2), (0.0,) * 6)
HORROR = Taste(("genre:Horror", "likelihood"), (0.5, -0.25), (0.125, 0.0625, 0.25))


def row(taste: Taste, version: str = "2026-05-01.1", scope: str = "") -> TasteRow:
    return TasteRow(
        version=version, scope=scope, created=datetime.now(UTC), ratings=60, model=taste.as_dict(), figures={}
    )


async def keep(house: House, *rows: TasteRow) -> None:
    async with house.database.write() as session:
        await tastes.keep(session, rows)


async def ask(house: House, chooser: Chooser, scope: str | None = "server-1", **options: object) -> CardRequest:
    async with house.database.read() as session:
        return (await chooser.wish(session, ALICE, scope, CardRequest.model_validate(options))).request


def chooser(house: House, **settings: object) -> Chooser:
    return Chooser(house.settings.model_copy(update=settings), random.Random(1))


async def test_before_there_is_a_taste_a_share_is_random_and_the_models_judge_the_rest(house: House) -> None:
    judge = chooser(house, explore_share=0.25)
    choices = [(await ask(house, judge)).choice for _ in range(200)]
    assert 30 < choices.count(Choice(by="random")) < 70
    assert choices.count(None) == 200 - choices.count(Choice(by="random"))


async def test_the_taste_chooses_by_weights_drawn_from_what_it_knows(house: House) -> None:
    await keep(house, row(HORROR))
    judge = chooser(house, explore_share=0)
    wishes = [await ask(house, judge) for _ in range(400)]
    assert {(wish.choice.by, wish.choice.version, wish.choice.art) for wish in wishes if wish.choice} == {
        ("taste", "2026-05-01.1", True)
    }
    drawn = np.array([list(wish.choice.weights.values()) for wish in wishes if wish.choice])
    assert drawn.mean(axis=0) == pytest.approx(HORROR.mean, abs=0.015)
    factor = tastes.DRAW_SPREAD * np.array([[0.125, 0], [0.0625, 0.25]])
    assert np.cov(drawn.T) == pytest.approx(factor @ factor.T, abs=0.0012)
    assert all(wish.seed is not None and wish.seed == wish.art_seed < FIRST_CHOSEN_SEED for wish in wishes)


async def shown(house: House, *genres: str, scope: str | None = "server-1") -> None:
    """Put cards of these genres into a place, the oldest first."""
    now = datetime.now(UTC)
    async with house.database.write() as session:
        for number, genre in enumerate(genres):
            card = card_row(f"{scope or 'none'}{number:03}"[-8:], now - timedelta(seconds=len(genres) - number))
            card.genres, card.scope = f"|{genre}|", scope
            session.add(card)


async def asked_for(house: House, scope: str | None = "server-1") -> dict[str, float]:
    """Return the weights that are asked for of a taste that is sure of itself."""
    choice = (await ask(house, chooser(house, explore_share=0), scope)).choice
    assert choice is not None
    return choice.weights


async def test_a_genre_comes_nearer_to_the_best_one_with_every_card_that_is_not_of_it(house: House) -> None:
    await keep(house, row(SURE))
    known = dict(zip(SURE.features, SURE.mean, strict=True))
    assert await asked_for(house) == known
    await shown(house, "Sports", "Comedy", "Horror|Drama", "Drama")
    weights = await asked_for(house)
    assert weights.pop("likelihood") == known["likelihood"]
    assert weights.pop("genre:Horror") == pytest.approx(-0.4 + (0.6 + 0.4) * 1 / VARIETY_CARDS)
    assert weights.pop("genre:Comedy") == 0.6  # the best one has nothing to gain
    assert weights.pop("genre:Sports") == pytest.approx(0.6 * 3 / VARIETY_CARDS)
    assert "genre:Drama" not in weights  # the last card is one
    assert set(weights.values()) == {0.6 * 4 / VARIETY_CARDS}
    assert len(weights) == len(GENRES) - 4


async def test_no_genre_counts_more_than_the_best_and_cards_count_where_they_are_made(house: House) -> None:
    await keep(house, row(SURE))
    await shown(house, "Horror", *["Drama"] * (VARIETY_CARDS + 20))
    await shown(house, "Mystery", scope="server-2")
    here, there, anywhere = [await asked_for(house, scope) for scope in ("server-1", "server-2", None)]
    assert (here["genre:Horror"], here["genre:Mystery"], "genre:Drama" in here) == (0.6, 0.6, False)
    assert (there["genre:Horror"], there["genre:Drama"]) == (-0.395, 0.003)
    assert "genre:Mystery" not in anywhere  # it was made last of all
    assert (anywhere["genre:Drama"], anywhere["genre:Horror"]) == (0.003, 0.6)


async def test_seeds_that_were_given_are_left_alone(house: House) -> None:
    await keep(house, row(HORROR))
    judge = chooser(house, explore_share=0)
    assert await ask(house, judge, seed=7) == CardRequest(seed=7, art_seed=7)
    kept_painting = await ask(house, judge, art_seed=9)
    assert kept_painting.choice is not None
    assert (kept_painting.choice.art, kept_painting.art_seed) == (False, 9)


async def test_the_wild_are_left_to_chance(house: House) -> None:
    await keep(house, row(HORROR))
    judge = chooser(house, explore_share=0)
    assert (await ask(house, judge, weirdness=WILD)).choice == Choice(by="random", version="2026-05-01.1")
    tame = (await ask(house, judge, weirdness=WILD - 1)).choice
    assert tame is not None
    assert tame.by == "taste"


async def test_a_place_with_a_taste_of_its_own_is_asked_for_it(house: House) -> None:
    own = Taste(("genre:Drama",), (0.5,), (0.0,))
    await keep(house, row(HORROR), row(own, scope="server-1"))
    judge = chooser(house, explore_share=0)
    for scope, names in (
        ("server-1", {"genre:Drama"}),
        ("server-2", set(HORROR.features)),
        (None, set(HORROR.features)),
    ):
        choice = (await ask(house, judge, scope)).choice
        assert choice is not None
        assert set(choice.weights) == names


async def test_a_newer_taste_is_taken_up_at_once_and_a_host_can_go_back_or_do_without(house: House) -> None:
    judge = chooser(house, explore_share=0)

    async def version() -> str | None:
        choice = (await ask(house, judge)).choice
        return choice.version if choice else None

    assert await version() is None
    for day in ("2026-05-01.1", "2026-05-02.1"):
        await keep(house, row(HORROR, day))
        assert await version() == day
    async with house.database.write() as session:
        assert await tastes.use(session, "2026-05-01.1")
        assert not await tastes.use(session, "2026-04-01.1")
    assert await version() == "2026-05-01.1"
    await keep(house, row(HORROR, "2026-05-03.1"))  # does not undo what the host decided
    assert await version() == "2026-05-01.1"
    async with house.database.write() as session:
        await tastes.use_none(session)
    everything_random = chooser(house, explore_share=1)
    assert await version() is None
    assert (await ask(house, everything_random)).choice is None  # off is off


async def test_without_the_setting_the_models_judge(house: House) -> None:
    await keep(house, row(HORROR))
    assert (await ask(house, chooser(house, taste=False, explore_share=1))).choice is None


async def test_few_tastes_are_held_in_memory(house: House) -> None:
    await keep(house, row(HORROR))
    judge = chooser(house, explore_share=0)
    for number in range(KEPT_TASTES + 10):
        await ask(house, judge, f"server-{number}")
    assert len(judge._tastes) == KEPT_TASTES
    assert ("2026-05-01.1", "") in judge._tastes


async def test_the_arm_of_an_experiment_decides(house: House) -> None:
    (house.settings.data_dir / "experiment.toml").write_text(
        'name = "heat"\n[[arms]]\nname = "plain"\n[[arms]]\nname = "hot"\nexplore_share = 1\nweirdness_shift = 2\n'
    )
    judge = chooser(house, explore_share=0)
    judge.start()
    seen = set()
    for number in range(40):
        async with house.database.read() as session:
            wish = await judge.wish(session, Person("web", str(number)), None, CardRequest())
        assert Wish.from_options(wish.as_options()) == wish
        seen.add((wish.experiment, wish.request.weirdness, wish.request.choice and wish.request.choice.by))
    assert seen == {("heat:plain", 3, None), ("heat:hot", 5, "random")}
    assert (await ask(house, judge, weirdness=1)).weirdness == 1
    async with house.database.read() as session:
        assert (await judge.wish(session, ALICE, None, CardRequest(seed=7))).experiment is None


async def test_a_card_keeps_what_chose_it_and_how_to_have_it_again(house: House) -> None:
    await keep(house, row(HORROR))
    service: CardService = await house.restart()
    service._chooser = chooser(house, explore_share=0)
    stored = await make(house, genres=("Horror",))
    async with house.database.read() as session:
        card = await session.get_one(CardRow, stored.id)
        request = (await session.scalars(select(RequestRow))).one()
    assert (card.chosen_by, card.taste_version, card.experiment) == ("taste", "2026-05-01.1", None)
    assert card.features == {"genre:Horror": 1.0}
    assert "features" not in card.facts
    assert card.options["seed"] == stored.card.seed >= FIRST_CHOSEN_SEED
    assert card.options["choice"] is None
    assert request.options["choice"] is None  # its weights are not kept for ever
    again = await service.make(ALICE, Place("discord", "c", None), CardRequest(seed=stored.card.seed), reply_ref={})
    assert again.card.seed == stored.card.seed
    async with house.database.read() as session:
        assert (await session.get_one(CardRow, again.id)).taste_version is None


async def test_a_resumed_request_is_the_same_to_the_queue(house: House) -> None:
    await keep(house, row(HORROR))
    house.worker.go.clear()
    house.service._chooser = chooser(house, explore_share=0)

    task = asyncio.create_task(make(house))
    await house.in_line(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    service = await house.restart()
    [owed] = await service.owed("discord")
    assert owed.request.choice is not None
    assert owed.request.choice.weights
    house.worker.go.set()
    await service.resume(owed)
    assert house.worker.made == 1
    async with house.database.read() as session:
        assert (await session.scalars(select(CardRow.taste_version))).all() == ["2026-05-01.1"]
