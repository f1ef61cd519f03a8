"""Things that would stop a weaker program: an event that kills its process, files that were built to hurt."""

from __future__ import annotations

import base64
import json

import pytest

from rookery.sandbox.thread import SandboxThread
from tests import make
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox
from tests.flows.gateway import Courier
from tests.media import samples

ADA, BIA = "15550000101", "15550000102"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


def texts(box: Box) -> set[str]:
    return set(box.database.column("SELECT content FROM conversations_message"))


def test_event_that_kills_the_worker_is_parked_after_three_tries_and_stops_nobody(
    make_box: MakeBox, gateway: SandboxThread
) -> None:
    box = make_box(hooks={"die": "DIE-NOW"})
    box.set_up(gateway.url)
    box.start()
    others = [
        make.text_event(f"harmless {number}", chat=f"1555888{number % 20:04d}") for number in range(200)
    ]
    same_chat = [make.text_event(f"beside it {number}", chat=ADA) for number in range(20)]
    deadly = make.text_event("please DIE-NOW", chat=ADA)
    bodies = [*others[:100], *same_chat[:10], deadly, *same_chat[10:], *others[100:]]
    outcomes = Courier(box.webhook_url, box.secret).deliver(bodies)
    assert all(outcome.kept for outcome in outcomes)
    box.wait_processed(90)
    wanted = {json.loads(body)["payload"]["body"] for body in bodies if body is not deadly}
    assert texts(box) == wanted
    parked = box.database.rows("SELECT body, attempts, error FROM intake_rawevent WHERE state = 2")
    assert [(bytes(body), attempts, error) for body, attempts, error in parked] == [
        (deadly, 3, "never_finished")
    ]
    box.wait_ready()
    late = make.text_event("after all that", chat=ADA)
    assert Courier(box.webhook_url, box.secret).deliver([late])[0].kept
    wait_until(lambda: "after all that" in texts(box), 20, "the worker to go on")


def file_of(name: str, kind: str, data: bytes) -> dict[str, str]:
    return {"name": name, "mime_type": kind, "base64": base64.b64encode(data).decode()}


def test_hurtful_files_are_kept_and_stop_nothing_else(make_box: MakeBox, gateway: SandboxThread) -> None:
    box = make_box()
    box.set_up(gateway.url)
    box.start()
    world = gateway.world
    world.hook.url, world.hook.secret = box.webhook_url, box.secret
    for phone in (ADA, BIA):
        world.add_contact(phone, f"Person {phone[-1]}")
    hurtful = {
        "vast": ("image", file_of("vast.png", "image/png", samples.vast_png())),
        "lying": ("image", file_of("lying.png", "image/png", samples.lying_png())),
        "cut": ("video", file_of("cut.mp4", "video/mp4", samples.truncated_video())),
        "bomb": ("document", file_of("bomb.zip", "application/zip", samples.zip_bomb())),
    }
    for text, (kind, file) in hurtful.items():
        world.say(ADA, text, kind=kind, file=file)
    for number in range(30):
        world.say(BIA, f"meanwhile {number}")
    world.say(BIA, "a good one", kind="image")
    wait_until(
        lambda: {f"meanwhile {number}" for number in range(30)} <= texts(box), 20, "the other chat's texts"
    )
    query = "SELECT m.content, a.state FROM conversations_attachment a JOIN conversations_message m ON m.id = a.message_id"
    wanted = dict.fromkeys([*hurtful, "a good one"], "stored")
    wait_until(lambda: dict(box.database.rows(query)) == wanted, 90, "every file to be stored")
    shown = box.signed_in().get("/inbox").text
    assert "Person 1" in shown
    assert "Person 2" in shown
    box.wait_ready()
