"""Whether a request was written to its end."""

from typing import Any, Final

import httpcore

_FAILED: Final = ("http11.send_request_headers.failed", "http11.send_request_body.failed")


class WriteWatch:
    """Give it to a request as `extensions={"trace": watch}`; afterwards `cut_short` says what became of it.

    httpcore passes over a failed write and reads on, for the server may have answered early; what is raised in the
    end then looks like a connection that was lost after the request. A time-out is not counted: its last bytes
    may still leave while the connection is being closed.
    """

    def __init__(self) -> None:
        self.cut_short = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event in _FAILED and isinstance(info.get("exception"), httpcore.WriteError):
            self.cut_short = True
