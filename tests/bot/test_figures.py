"""What the chat side counts has a place for whatever happens."""

from typing import get_args

from bot.figures import LIMITS, RATINGS
from bot.ratings import RATINGS as STEPS
from bot.service import Platform, Source


def test_every_way_of_rating_has_its_place() -> None:
    shown = {labels for labels, _ in RATINGS.samples()}
    assert shown == {f'{{value="{step}",source="{source}"}}' for step in STEPS for source in get_args(Source)}


def test_only_platforms_ask_for_a_slower_pace() -> None:
    assert {labels for labels, _ in LIMITS.samples()} == {
        f'{{platform="{name}"}}' for name in get_args(Platform) if name != "web"
    }
