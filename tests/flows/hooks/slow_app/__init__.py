"""A migration that takes long, for boxes whose hooks ask for it."""
