"""Open streams and what each may see."""

from __future__ import annotations

import asyncio
from collections import deque

from rookery.conversations.access import Viewer
from rookery.realtime.frames import RESET, Frame
from rookery.telemetry import metrics

ROOM = 1_000  # frames a slow browser may fall behind before it is told to start over


class Stream:
    """One browser's queue. Lives on the event loop; bounded, so that a stalled browser costs no memory."""

    def __init__(self, viewer: Viewer, session_key: str) -> None:
        self.viewer = viewer
        self.session_key = session_key
        self.closed = False
        self.recheck = False  # something about rights changed: ask again before the next frame
        self._frames: deque[Frame] = deque()
        self._overflowed = False
        self._wake = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        """Queue a frame if its account is the viewer's; whether it may be seen is asked when it is taken."""
        if frame.account_id != self.viewer.account.pk:
            return
        if frame.kind == "access.changed":
            self.recheck = True
        if len(self._frames) >= ROOM:
            self._frames.clear()
            self._overflowed = True
        self._frames.append(frame)
        self._wake.set()

    def close(self) -> None:
        """End it as soon as its sender looks."""
        self.closed = True
        self._wake.set()

    async def wait(self, seconds: float) -> bool:
        """True when there is something to take, False after `seconds`."""
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    def take(self, after: int) -> tuple[bytes, int]:
        """Everything queued that the viewer may see and that is newer than `after`, as one piece; and the new position."""
        pieces: list[bytes] = []
        if self._overflowed:
            self._overflowed = False
            self._frames.clear()
            metrics.stream_resets.inc()
            return RESET, after
        while self._frames:
            frame = self._frames.popleft()
            if frame.id is not None:
                if frame.id <= after:
                    continue
                after = frame.id
            if may_see(self.viewer, frame):
                pieces.append(frame.data)
        return b"".join(pieces), after


def may_see(viewer: Viewer, frame: Frame) -> bool:
    """Facts of an inbox go to those who see the inbox; the rest to administrators and to the user it is about."""
    if frame.account_id != viewer.account.pk:
        return False
    if frame.inbox_id is not None:
        return viewer.sees_inbox(frame.inbox_id)
    return viewer.is_administrator or frame.user_id == viewer.user.pk
