"""The card: art, face and facts composed, lettered and finished as a poster of 800x1200."""

from generator.card.layouts import LAYOUTS, choose_layout
from generator.card.poster import Poster, compose, render, to_jpeg, to_png

__all__ = ["LAYOUTS", "Poster", "choose_layout", "compose", "render", "to_jpeg", "to_png"]
