"""The picture networks and how they serve. Importing this package imports neither Keras nor a backend."""

from generator.art.painter import Attempts, Painter, Painting

__all__ = ["Attempts", "Painter", "Painting"]
