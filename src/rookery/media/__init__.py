"""Pictures, audio and files: fetched, stored, looked at and served. See docs/rooms/media.md.

Nothing is imported here: the probe's child process passes through this package and must not load Django.
"""
