"""The database cannot be written: the door keeps answering, loses nothing, and order holds afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.flows import story
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox
from tests.flows.gateway import Courier, Outcome, recorded

CHATS, EACH = 50, 20
LOCKED = 60.0
MIGRATION = 60.0
FIRST_TRY_ONLY = (0.0,)
"""A second attempt would hide that the first was not answered."""
DISK_MB = 420

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def events() -> tuple[World, list[bytes]]:
    start = int(time.time()) - 3600
    return recorded(lambda world: story.tell(world, CHATS, EACH, start))


def check_answers(outcomes: Sequence[Outcome]) -> None:
    """Each of them taken at the first try, within a second."""
    assert [outcome.statuses for outcome in outcomes if outcome.statuses != [200]] == []
    slow = [seconds for outcome in outcomes for seconds in outcome.seconds if seconds > 1.0]
    assert slow == [], f"{len(slow)} of {len(outcomes)} waited longer than a second"


def check_nothing_lost(box: Box, world: World) -> None:
    box.wait_ready()
    box.wait_processed()
    expected = story.on_phones(world)
    # What waits in a spool is not a stored event yet: ask until it is there.
    wait_until(
        lambda: story.difference(expected, story.in_rows(box.database)) == "", 60, "every message", 1.0
    )
    assert story.difference(expected, story.through_api(box.api())) == ""


def ready_words(box: Box) -> tuple[int, str]:
    answer = httpx.get(f"{box.url}/health/ready", timeout=30)
    return answer.status_code, answer.text


def test_every_webhook_is_taken_within_a_second_while_the_database_is_write_locked_for_a_minute(
    make_any_box: MakeBox, gateway: SandboxThread
) -> None:
    """1,000 webhooks while another process holds the write lock."""
    world, bodies = events()
    box = make_any_box()
    box.set_up(gateway.url)
    box.start()
    courier = Courier(box.webhook_url, box.secret, at_once=8, pauses=FIRST_TRY_ONLY)
    with box.database.locked():
        begun = time.monotonic()
        outcomes = courier.deliver(bodies, per_second=len(bodies) / (LOCKED - 8))
        check_answers(outcomes)
        assert "waiting" in ready_words(box)[1]
        time.sleep(max(0.0, begun + LOCKED - time.monotonic()))
    check_nothing_lost(box, world)
    assert box.metric("rookery_webhooks_spooled_total") >= 0.9 * len(bodies)


def test_every_webhook_is_taken_within_a_second_while_a_migration_takes_a_minute(
    make_box: MakeBox, gateway: SandboxThread
) -> None:
    """1,000 webhooks; the door opens before the migration, which holds the write lock for its whole length."""
    world, bodies = events()
    box = make_box()
    box.set_up(gateway.url)
    box.hooks = {"slow_migration": MIGRATION}
    begun = time.monotonic()
    box.start(wait=False)
    box.wait_open(20)
    courier = Courier(box.webhook_url, box.secret, at_once=8, pauses=FIRST_TRY_ONLY)
    outcomes = courier.deliver(bodies, per_second=len(bodies) / (MIGRATION - 15))
    assert time.monotonic() - begun < MIGRATION, "the migration was over before the last webhook"
    check_answers(outcomes)
    assert ready_words(box)[0] == 503
    box.wait_ready(60)
    check_nothing_lost(box, world)
    assert box.database.value("SELECT count(*) FROM slow_app_mark") == 0


class SmallDisk:
    """A disk of its own in memory, which can be filled to its last block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hooks: dict[str, str] = {}
        self._filler = folder / "filler"

    def fill(self) -> None:
        with self._filler.open("wb") as file:
            while left := shutil.disk_usage(self.folder).free:
                # The processes take blocks at the same time.
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, left)

    def relieve(self) -> None:
        self._filler.unlink()


class PretendedDisk(SmallDisk):
    """Where nobody may mount one: hooks make the processes see no free byte and fail every transaction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hooks = {"full": str(self._filler)}

    def fill(self) -> None:
        self._filler.touch()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "rookery-test"]
    try:
        mounted = (
            subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        mounted = False
    if not mounted:
        yield PretendedDisk(folder)
        return
    yield SmallDisk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_webhooks_are_taken_and_the_page_says_so_when_the_disk_is_full(
    make_box: MakeBox, gateway: SandboxThread, small_disk: SmallDisk
) -> None:
    """1,000 webhooks with no free block left, the last 200 after a start on the full disk: the spool was there."""
    world, bodies = events()
    settings = {"MEDIA_MIN_FREE_MB": "1", "MEDIA_MIN_FREE_PERCENT": "0"}
    box = make_box(data=small_disk.folder / "data", settings=settings, hooks=small_disk.hooks)
    box.set_up(gateway.url)
    box.start()
    client = box.signed_in()
    small_disk.fill()
    courier = Courier(box.webhook_url, box.secret, at_once=8, pauses=FIRST_TRY_ONLY)
    check_answers(courier.deliver(bodies[:800], per_second=100))
    assert box.metric("rookery_webhooks_spooled_total") > 0, "the disk was not full"
    status, words = ready_words(box)
    assert (status, "critical" in words) == (503, True), words
    page = client.get("/inbox", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "The disk is almost full" in page.text
    doctor = box.cli("doctor", check=False)
    assert (doctor.returncode, "red     space" in doctor.stdout) == (1, True), doctor.stdout
    box.kill()
    box.start(wait=False)
    box.wait_open()
    check_answers(courier.deliver(bodies[800:], per_second=100))
    small_disk.relieve()
    check_nothing_lost(box, world)
