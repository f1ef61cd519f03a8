"""A read-ahead of stored events, dealt out lane by lane (decisions A5).

A lane gives fairness and keeps one chat's events together; correctness comes from the indexes and event times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from rookery.intake.claims import NewEvent
from rookery.waid import LANES


class Lanes:
    """Events waiting in memory, at most `room` of them."""

    def __init__(self, room: int = 5_000) -> None:
        self.room = room
        self._lanes: list[deque[NewEvent]] = [deque() for _ in range(LANES)]
        self._held: set[int] = set()
        self._next = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def free(self) -> int:
        return self.room - len(self._held)

    def add(self, events: Iterable[tuple[int, NewEvent]]) -> None:
        """Put (lane, event) in; an event that is held already is not held twice."""
        for lane, event in events:
            if event.id not in self._held:
                self._held.add(event.id)
                self._lanes[lane].append(event)

    def take(self, count: int) -> list[NewEvent]:
        """The next events, one of each lane in turn, in order within a lane."""
        taken: list[NewEvent] = []
        empty = 0
        while len(taken) < count and empty < LANES:
            lane = self._lanes[self._next]
            self._next = (self._next + 1) % LANES
            if lane:
                taken.append(lane.popleft())
                empty = 0
            else:
                empty += 1
        self._held.difference_update(event.id for event in taken)
        return taken

    def put_back(self, events: list[tuple[int, NewEvent]]) -> None:
        """Undo a `take`: each event goes to the head of its lane again."""
        for lane, event in reversed(events):
            if event.id not in self._held:
                self._held.add(event.id)
                self._lanes[lane].appendleft(event)

    def clear(self) -> None:
        """Forget everything; the rows are still there."""
        for lane in self._lanes:
            lane.clear()
        self._held.clear()
