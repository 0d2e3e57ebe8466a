"""Who chooses a card from among its candidates, and that its seeds name what was chosen."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from generator.art import Painter
from generator.engine import Engine, MadeCard
from generator.schema import FIRST_CHOSEN_SEED, MAX_FEATURES, Card, CardRequest, Choice
from generator.taste import BOUND, named_art, named_text
from tests.generator.text.steered import UNFIT, SteeredWriter
from tests.generator.text.tiny import tiny_weights

RANDOM = Choice(by="random")


@pytest.fixture(scope="module")
def engine(painter: Painter) -> Engine:
    return Engine(SteeredWriter(replace(tiny_weights(), version="text-tiny")), painter)


def liking(**weights: float) -> Choice:
    return Choice(version="test", weights={name.replace("_", ":"): worth for name, worth in weights.items()})


def cards(engine: Engine, choice: Choice | None, seeds: range = range(0, 12 * 32, 32)) -> list[MadeCard]:
    return engine.make([CardRequest(seed=seed, choice=choice) for seed in seeds])


def facts(card: Card) -> dict[str, object]:
    return card.model_dump(exclude={"chosen_by"})


def assert_same(one: MadeCard, other: MadeCard) -> None:
    assert facts(one.card) == facts(other.card)
    assert np.array_equal(np.asarray(one.picture), np.asarray(other.picture))


def test_a_seed_alone_leaves_the_choice_to_the_models(engine: Engine) -> None:
    made = cards(engine, None)
    assert [card.card.seed for card in made] == [card.card.art_seed for card in made] == list(range(0, 12 * 32, 32))
    assert {card.card.chosen_by for card in made} == {"likelihood"}


@pytest.mark.parametrize("choice", [RANDOM, liking(title_length=1, brightness=1)], ids=["random", "taste"])
def test_a_chosen_card_comes_again_from_its_seeds_alone_in_any_company(engine: Engine, choice: Choice) -> None:
    request = CardRequest(seed=77, weirdness=6, genres=("Horror",), choice=choice)
    *_, made = engine.make([CardRequest(seed=3), request])
    assert made.card.chosen_by == choice.by
    assert made.card.seed == made.card.art_seed >= FIRST_CHOSEN_SEED
    assert named_text(made.card.seed) not in UNFIT
    bare = CardRequest(seed=made.card.seed, art_seed=made.card.art_seed, weirdness=6, genres=("Horror",))
    again, *_ = engine.make([bare, CardRequest(seed=4, choice=RANDOM)])
    assert again.card.chosen_by == "seed"
    assert_same(made, again)
    assert_same(made, *engine.make([bare.model_copy(update={"choice": choice})]))  # a named choice is kept


def test_taste_gets_what_it_likes_and_chance_all_sorts(engine: Engine) -> None:
    liked = liking(title_length=9, hair_blue=5, layout_moon=0.1)
    tasty, disliked = cards(engine, liked), cards(engine, liking(title_length=-9, hair_blue=-5))
    lengths = [np.mean([len(made.card.title) for made in group]) for group in (disliked, cards(engine, RANDOM), tasty)]
    assert lengths[0] < lengths[1] < lengths[2]
    blue = [sum("hair:blue" in made.card.features for made in group) for group in (disliked, tasty)]
    assert blue[0] < blue[1]
    named = {(named_text(made.card.seed), named_art(made.card.art_seed)) for made in cards(engine, RANDOM)}
    assert len({text for text, _ in named}) > 3 and len({art for _, art in named}) == 4


def test_only_what_is_open_is_chosen(engine: Engine) -> None:
    choice = liking(title_length=1)
    text_only, own_art = engine.make(
        [
            CardRequest(seed=64, art_seed=5, choice=choice.model_copy(update={"art": False})),
            CardRequest(seed=64, art_seed=5, choice=choice),
        ]
    )
    assert text_only.card.art_seed == 5 and text_only.card.seed >= FIRST_CHOSEN_SEED
    assert own_art.card.seed == text_only.card.seed != own_art.card.art_seed >= FIRST_CHOSEN_SEED
    for made in (text_only, own_art):
        assert_same(made, *engine.make([CardRequest(seed=made.card.seed, art_seed=made.card.art_seed)]))
    (poster,) = engine.make([CardRequest(seed=made.card.seed, art_seed=6)])
    assert poster.card.synopsis == made.card.synopsis and poster.card.art_seed == 6


def test_a_named_text_that_is_not_fit_falls_back_to_the_models(engine: Engine) -> None:
    base = FIRST_CHOSEN_SEED + 32 * 5
    unfit, fit = engine.make([CardRequest(seed=base | UNFIT[0] << 2), CardRequest(seed=base | UNFIT[1] << 2)])
    assert unfit.card.synopsis == fit.card.synopsis and unfit.card.title == fit.card.title
    assert unfit.card.seed == base | UNFIT[0] << 2


def test_every_card_tells_its_features_within_bounds(engine: Engine) -> None:
    titles = ["!?", "x" * 120, "☆", "Kaze no Machi"]
    made = engine.make([CardRequest(seed=9, title=title, choice=RANDOM) for title in titles])
    for card in (item.card for item in [*made, *cards(engine, None, range(2))]):
        assert all(np.isfinite(value) and abs(value) <= BOUND for value in card.features.values())
        assert {"likelihood", "critic:world", "brightness", "text:tiny:0"} <= set(card.features)
        assert len(card.features) < MAX_FEATURES and len(card.model_dump_json()) < 6000
        assert {f"genre:{genre}" for genre in card.genres} <= set(card.features)
    assert "title:romaji" in made[-1].card.features and "title:exclamation" in made[0].card.features


def test_options_are_what_the_choice_has(engine: Engine) -> None:
    seed = FIRST_CHOSEN_SEED + 32 * 7
    (options,) = engine.options([CardRequest(seed=seed)])
    assert len(options) == 8 - len(UNFIT) and {len(option.arts) for option in options} == {4}
    random = engine.make([CardRequest(seed=7 * 32 + step, choice=RANDOM) for step in range(3)])
    assert all(any(option.text.items() <= made.card.features.items() for option in options) for made in random)


def test_the_networks_are_called_from_one_thread(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called from several at once, TensorFlow crashes; a batch's lettering has threads of its own."""
    callers: list[int] = []
    for name in ("attempts", "finished"):
        paint = getattr(engine.painter, name)

        def noted(*args: Any, paint: Any = paint) -> Any:
            callers.append(threading.get_ident())
            return paint(*args)

        monkeypatch.setattr(engine.painter, name, noted)
    assert len(cards(engine, None, range(0, 4 * 32, 32))) == 4
    assert len(callers) == 8 and set(callers) == {threading.get_ident()}
