"""The shapes as JSON Schema, written by hand: the promise that `shapes/` is tested against."""
