"""From requests to finished cards: text, then art, then the lettered poster, for a whole batch at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generator import taste
from generator.schema import FIRST_CHOSEN_SEED, Card, CardRequest, ChosenBy, Features
from generator.stages import stage

if TYPE_CHECKING:  # the models load only where cards are made
    from PIL.Image import Image

    from generator.art import Attempts, Painter, Painting
    from generator.text import Draft, Writer

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class MadeCard:
    """A finished card: the facts, and the poster of 800 x 1200 pixels in RGB."""

    card: Card
    picture: Image

    def png(self) -> bytes:
        """Return the poster without loss, under 1.5 MB."""
        from generator.card import to_png

        return to_png(self.picture)

    def jpeg(self) -> bytes:
        """Return the poster for chats, under 400 KB."""
        from generator.card import to_jpeg

        return to_jpeg(self.picture)


@dataclass(frozen=True)
class Option:
    """A text that a request might get, and the paintings that it might get with it.

    Attributes:
        text: its features.
        arts: features of each painting; what the models judge best comes first.
    """

    text: Features
    arts: tuple[Features, ...]


class Engine:
    """The models together. Not for use by several threads at once; it has threads of its own, as many as cores.

    Args:
        writer: the text models.
        painter: the art models.
    """

    def __init__(self, writer: Writer, painter: Painter) -> None:
        self.writer = writer
        self.painter = painter
        versions = f"{writer.version}/{painter.version}"
        self.version = hashlib.sha256(versions.encode()).hexdigest()[:8]
        self._threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "card")

    @classmethod
    def load(cls, folder: Path = WEIGHTS, progress: Callable[[str], None] = lambda _: None) -> Engine:
        """Read the weights and compile the models, so that the first card is as quick as the next.

        Args:
            folder: of the shipped weights.
            progress: is told in a few words what is being done.

        Raises:
            WeightsError: a file is missing, damaged or of another version.
        """
        from generator.art import Painter
        from generator.text import Writer

        progress("loading the text model")
        writer = Writer.load(folder)
        progress("loading the art models")
        painter = Painter.load(folder)
        progress("warming the text model")
        writer.warm()
        progress("warming the art models")
        painter.warm()
        return cls(writer, painter)

    def make(self, requests: Sequence[CardRequest]) -> list[MadeCard]:
        """Make one card for each request, in order; requests without seeds get random ones.

        The same request with seeds gives the same card, whatever else is in the batch.
        """
        seeded = [request.with_seeds() for request in requests]
        with stage("text"):
            drafts = self.writer.write([_for_text(request) for request in seeded])
        # Lettering knows one card at a time; in a batch the next card is painted meanwhile. The networks are called
        # from this thread alone: called from several at once, TensorFlow has been seen to crash.
        making = []
        for request, draft in zip(seeded, drafts, strict=True):
            with stage("art"):
                card, painting = self._painted(request, draft)
            making.append(self._threads.submit(copy_context().run, _lettered, card, painting))
        return [card.result() for card in making]

    def options(self, requests: Sequence[CardRequest]) -> list[list[Option]]:
        """Return what each request might get, best first by the models' judgement; nothing if the first round failed.

        Args:
            requests: with open seeds and without a choice.
        """
        options = []
        for request, texts in zip(requests, self.writer.options(requests), strict=True):
            options.append([Option(text, self._arts(request, genres)) for genres, text in texts])
        return options

    def _arts(self, request: CardRequest, genres: tuple[str, ...]) -> tuple[Features, ...]:
        seed = request.seed or 0
        attempts = self.painter.attempts(seed, request.weirdness, genres)
        arts = [self._seen(attempts, taste.naming(seed, 0, number), genres) for number in range(taste.ARTS)]
        return tuple(sorted(arts, key=lambda art: -art["critic:world"] - art["critic:face"]))

    def _painted(self, request: CardRequest, draft: Draft) -> tuple[Card, Painting]:
        """Paint a written card, and name in its seeds what was chosen."""
        from generator.card import choose_layout

        seed, art_seed, genres = request.seed or 0, request.art_seed or 0, draft.genres
        follows = art_seed == seed
        if _text_open(request):
            seed = taste.naming(taste.open_seed(seed), draft.number, 0)
        if _art_open(request):
            art_seed = seed if follows else taste.open_seed(art_seed)
        attempts = self.painter.attempts(art_seed, request.weirdness, genres)
        if request.choice is not None and _art_open(request):
            seen = [self._seen(attempts, art_seed + number, genres) for number in range(taste.ARTS)]
            art_seed += taste.choose(request.choice, seen, np.random.default_rng([art_seed, 19]))
            seed = art_seed if follows else seed
        named = request.model_copy(update={"seed": seed, "art_seed": art_seed})
        features = draft.features | self._seen(attempts, art_seed, genres)
        card = self._card(named, draft, choose_layout(art_seed, genres), _chosen_by(request), features)
        return card, self.painter.finished(attempts, *attempts.named(art_seed))

    def _seen(self, attempts: Attempts, art_seed: int, genres: tuple[str, ...]) -> Features:
        """Return the features of the painting that a seed leads to."""
        from generator.card import choose_layout

        return self.painter.features(attempts, *attempts.named(art_seed), choose_layout(art_seed, genres), genres)

    def _card(self, request: CardRequest, draft: Draft, layout: str, chosen_by: ChosenBy, features: Features) -> Card:
        return Card(
            title=draft.title,
            title_english=draft.title_english,
            title_kana=draft.title_kana,
            genres=draft.genres,
            type=draft.type,
            episodes=draft.episodes,
            year=draft.year,
            season=draft.season,
            source=draft.source,
            studio=draft.studio,
            synopsis=draft.synopsis,
            seed=request.seed or 0,
            art_seed=request.art_seed or 0,
            weirdness=request.weirdness,
            layout=layout,
            model_version=self.version,
            chosen_by=chosen_by,
            features=features,
        )


def _text_open(request: CardRequest) -> bool:
    return request.choice is not None and (request.seed or 0) < FIRST_CHOSEN_SEED


def _art_open(request: CardRequest) -> bool:
    return request.choice is not None and request.choice.art and (request.art_seed or 0) < FIRST_CHOSEN_SEED


def _for_text(request: CardRequest) -> CardRequest:
    """Return the request with an open seed if its choice has a text to choose, and without a choice if not."""
    if not _text_open(request):
        return request.model_copy(update={"choice": None})
    return request.model_copy(update={"seed": taste.open_seed(request.seed or 0)})


def _chosen_by(request: CardRequest) -> ChosenBy:
    if request.choice is not None and (_text_open(request) or _art_open(request)):
        return request.choice.by
    named = max(request.seed or 0, request.art_seed or 0) >= FIRST_CHOSEN_SEED
    return "seed" if named else "likelihood"


def _lettered(card: Card, painting: Painting) -> MadeCard:
    from generator.card import render

    with stage("lettering"):
        return MadeCard(card, render(card, painting.art, painting.face))
