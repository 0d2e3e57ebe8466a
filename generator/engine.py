"""From requests to finished cards: text, then art, then the lettered poster, for a whole batch at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.schema import Card, CardRequest

if TYPE_CHECKING:  # the models load only where cards are made
    from PIL.Image import Image

    from generator.art import Painter
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


class Engine:
    """The models together. Not for use by several threads at once.

    Args:
        writer: the text models.
        painter: the art models.
    """

    def __init__(self, writer: Writer, painter: Painter) -> None:
        self.writer = writer
        self.painter = painter
        versions = f"{writer.version}/{painter.version}"
        self.version = hashlib.sha256(versions.encode()).hexdigest()[:8]

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
        from generator.card import choose_layout, render

        seeded = [request.with_seeds() for request in requests]
        drafts = self.writer.write(seeded)
        paintings = self.painter.paint(seeded, [draft.genres for draft in drafts])
        made = []
        for request, draft, painting in zip(seeded, drafts, paintings, strict=True):
            assert request.art_seed is not None
            card = self._card(request, draft, choose_layout(request.art_seed, draft.genres))
            made.append(MadeCard(card, render(card, painting.art, painting.face)))
        return made

    def _card(self, request: CardRequest, draft: Draft, layout: str) -> Card:
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
        )
