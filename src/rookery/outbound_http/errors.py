"""What the guard refuses. Both are httpx errors, so that callers who know only httpx still catch them."""

import httpx


class ForbiddenAddress(httpx.ConnectError):
    """The name leads only to addresses or ports that must not be connected to. Nothing was sent."""


class TooMuch(httpx.StreamError):
    """The answer is longer than the caller's limit of `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the answer is longer than {limit} bytes")
