"""The writing of a card: a record model, a name model, and the choice among candidates.

TensorFlow comes in by `Writer.load` alone.
"""

from generator.text.writer import Draft, Writer

__all__ = ["Draft", "Writer"]
