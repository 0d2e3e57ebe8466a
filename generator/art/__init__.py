"""The picture networks and how they serve. Importing this package imports neither Keras nor a backend."""

from generator.art.painter import Painter, Painting

__all__ = ["Painter", "Painting"]
