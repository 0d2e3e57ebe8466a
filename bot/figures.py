"""What the chat side counts for Prometheus; shown at `/metrics` of its process."""

from __future__ import annotations

from generator.metrics import Figure

RATINGS = Figure(
    "ratings_total",
    "counter",
    "Ratings given, by value and by how.",
    {"value": [str(value) for value in range(1, 6)], "source": ("reaction", "button", "web")},
)
POOL = Figure("pool_cards", "gauge", "Cards made ahead that nobody has been given yet.")
LIMITS = Figure(
    "platform_limits_total",
    "counter",
    "Times that a platform asked for a slower pace (status 429).",
    {"platform": ("discord", "telegram")},
)
