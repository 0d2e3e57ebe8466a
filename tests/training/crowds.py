"""Invented crowds whose taste is known."""

import numpy as np

from training.taste_model import Array, Crowd


def invented(
    worth: Array,
    later: Array | None = None,
    *,
    ratings: int,
    cards: int | None = None,
    names: tuple[str, ...] | None = None,
    seed: int = 1,
) -> Crowd:
    """Return ratings 3 + features @ worth + shift of the rater + noise, by raters who rate three cards each.

    Args:
        worth: of each feature; `later` holds for the second half of the ratings.
        cards: how many there are; as many as ratings by default.
    """
    dice = np.random.default_rng(seed)
    cards, raters = cards or ratings, max(1, ratings // 3)
    table = dice.normal(size=(cards, len(worth))).astype(np.float32)
    order = dice.permutation(ratings)
    card, rater = order % cards, np.minimum(order // 3, raters - 1)
    turned = np.arange(ratings) >= ratings // 2
    liking = np.where(turned, table[card] @ (worth if later is None else later), table[card] @ worth)
    value = 3 + liking + dice.normal(0, 0.5, raters)[rater] + dice.normal(0, 0.7, ratings)
    return Crowd(
        names=names or tuple(f"feature:{i}" for i in range(len(worth))),
        cards=table,
        card=card,
        rater=rater,
        value=value,
        weight=np.ones(ratings),
        place=np.full(ratings, -1),
        raters=raters,
    )
