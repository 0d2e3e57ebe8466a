"""The making of the models: prepare, train, evaluate, export."""
