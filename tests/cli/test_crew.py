"""The worker's parts: one that fails ends the process, and hardly any space lets them stand still."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rookery.cli import crew
from rookery.ops import space
from tests.cli.running import wait_for


class Parts:
    """Stands in for processing and the loop; counts how often they were started and how many run."""

    def __init__(self) -> None:
        self.started = self.running = 0
        self.fails = False
        self._lock = threading.Lock()

    def run(self, stop: threading.Event) -> None:
        if self.fails:
            raise RuntimeError("broken")
        with self._lock:
            self.started += 1
            self.running += 1
        stop.wait()
        with self._lock:
            self.running -= 1


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> Parts:
    made = Parts()
    monkeypatch.setattr("rookery.processing.worker.run", made.run)
    monkeypatch.setattr(crew, "_run_loop", made.run)
    monkeypatch.setattr(crew, "LOOK_AT_SPACE", 0.01)
    return made


def test_work_stands_still_without_space_and_goes_on_when_enough_is_back(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10**12]
    monkeypatch.setattr(space, "free", lambda: free[0])
    ending = threading.Event()
    team = crew.Crew(ending.set)
    main = threading.Thread(target=crew._work_while_there_is_room, args=(team, ending))
    main.start()
    wait_for(lambda: parts.running == 2)
    free[0] = space.CRITICAL - 1
    wait_for(lambda: parts.running == 0)
    free[0] = space.CRITICAL + 1
    ending.wait(0.1)
    assert parts.running == 0
    free[0] = space.CRITICAL + space.RELIEF
    wait_for(lambda: parts.running == 2)
    assert parts.started == 4
    ending.set()
    main.join()
    team.stop()
    assert parts.running == 0


def test_part_that_fails_is_reported_once_it_ends(parts: Parts) -> None:
    parts.fails = True
    failed = threading.Event()
    team = crew.Crew(failed.set)
    team.start()
    assert failed.wait(5)
    team.stop()


def test_part_that_was_asked_to_end_is_no_failure(parts: Parts) -> None:
    failed = threading.Event()
    team = crew.Crew(failed.set)
    team.start()
    wait_for(lambda: parts.running == 2)
    team.stop()
    assert not failed.is_set()
