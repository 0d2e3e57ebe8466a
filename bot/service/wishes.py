"""New wishes from finished cards: rerolls, sequels and remixes."""

from __future__ import annotations

import random
import secrets
from itertools import chain, zip_longest
from typing import Literal

from bot.service.base import ServicePart, find_card
from bot.service.errors import Wrong, storage
from bot.titles import remix_title, sequel_title
from db.models import CardRow
from generator.schema import FIRST_CHOSEN_SEED, MAX_GENRES, Card, CardRequest

Part = Literal["all", "title", "synopsis", "poster"]


class Wishes(ServicePart):
    """Builds requests; `make` takes them. Seeds are left open where the taste may choose."""

    async def reroll(self, card_id: str, part: Part) -> CardRequest:
        """Return the wish for a card with one part made anew.

        The model writes a story for its title, so a new title brings a new story; the painting stays then.

        Args:
            part: "all" keeps what was asked for; "poster" also keeps the text, as long as the weights are the same;
                "synopsis" keeps title and painting; "title" keeps genres and painting.

        Raises:
            NoCard: no such card.
        """
        card, asked = await self._asked(card_id)
        if part == "all":
            return asked.model_copy(update={"seed": None, "art_seed": None})
        if part == "poster":
            return asked.model_copy(update={"art_seed": _other_seed(card.seed, card.art_seed)})
        return CardRequest(
            genres=card.genres,
            title=card.title if part == "synopsis" else None,
            weirdness=card.weirdness,
            art_seed=card.art_seed,
        )

    async def sequel(self, card_id: str) -> CardRequest:
        """Return the wish for a card that goes on: its title counted on, its genres, a new story and painting.

        Raises:
            NoCard: no such card.
        """
        card, _ = await self._asked(card_id)
        title = sequel_title(card.title, japanese=card.title_kana is not None, choice=random.Random())
        return CardRequest(genres=card.genres, title=title, weirdness=card.weirdness)

    async def remix(self, card_id: str, other_id: str) -> CardRequest:
        """Return the wish for a child of two cards.

        It has half of each title, genres of both in turn, the higher weirdness, and the first card's painting seen
        through the new genres.

        Raises:
            NoCard: no such card.
            BadRequest: both are the same.
        """
        (one, _), (other, _) = await self._asked(card_id), await self._asked(other_id)
        if card_id.strip().lower() == other_id.strip().lower():
            raise Wrong("common.same_card")
        return CardRequest(
            genres=_mixed_genres(one, other),
            title=remix_title(one.title, other.title),
            weirdness=max(one.weirdness, other.weirdness),
            art_seed=one.art_seed,
        )

    async def _asked(self, card_id: str) -> tuple[Card, CardRequest]:
        """Return a card and what was asked for it."""
        with storage():
            async with self._database.read() as session:
                row: CardRow = await find_card(session, card_id)
        return Card.model_validate(row.facts), CardRequest.model_validate(row.options)


def _mixed_genres(one: Card, other: Card) -> tuple[str, ...]:
    in_turn = chain.from_iterable(zip_longest(one.genres, other.genres))
    return tuple(dict.fromkeys(genre for genre in in_turn if genre is not None))[:MAX_GENRES]


def _other_seed(*known: int) -> int:
    """Draw a seed that is none of those known, and leaves the choice among its candidates to the models."""
    while (seed := secrets.randbelow(FIRST_CHOSEN_SEED)) in known:
        continue
    return seed
