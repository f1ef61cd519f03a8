"""Rows into view-models: they ask the queries, know the viewer, and put states into words."""
