"""The making of a card: text model, art models, card rendering, and the queue that carries requests to them."""
