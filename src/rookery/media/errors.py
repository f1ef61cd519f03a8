"""Why a file is not taken. `code` and `params` are what rows and pages keep; the text is English for logs."""

from __future__ import annotations

from typing import ClassVar


class MediaError(Exception):
    """Base: the file was not stored."""

    code: ClassVar[str] = "media_error"

    def __init__(self, text: str = "", **params: int | str) -> None:
        self.params = params
        super().__init__(text or self.code)


class TooLarge(MediaError):
    """More bytes than `params["limit"]`."""

    code = "too_large_here"


class Empty(MediaError):
    """An upload without a byte in it."""

    code = "empty_file"


class NoSpace(MediaError):
    """The disk is nearly full: media stops so that messages can go on."""

    code = "no_space"
