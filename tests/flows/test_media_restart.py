"""A download that kill -9 interrupts is taken up again by the next start, without anybody's hand."""

from __future__ import annotations

import pytest

from rookery.sandbox.faults import Fault
from rookery.sandbox.thread import SandboxThread
from tests.flows.box import wait_until
from tests.flows.conftest import MakeBox

ADA = "15550000101"
STATES = "SELECT state FROM conversations_attachment ORDER BY id"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_download_is_resumed_after_the_server_was_killed(make_box: MakeBox, gateway: SandboxThread) -> None:
    box = make_box()
    box.set_up(gateway.url)
    gateway.world.hook.url, gateway.world.hook.secret = box.webhook_url, box.secret
    gateway.world.add_contact(ADA, "Ada Example")
    box.start()
    gateway.world.faults.add(Fault(mode="trickle", path="/statics", seconds=60))
    gateway.world.say(ADA, kind="image")
    wait_until(lambda: box.database.column(STATES) == ["fetching"], 30, "the download to begin")
    box.kill()
    gateway.world.faults.clear()
    box.start()
    wait_until(lambda: box.database.column(STATES) == ["stored"], 60, "the picture")
    assert box.database.column("SELECT attempts FROM conversations_attachment") == [2]
