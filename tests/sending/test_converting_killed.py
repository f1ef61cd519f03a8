"""kill -9 while a file is converted: the next start takes it up again, and the phone shows it once."""

from __future__ import annotations

import pytest

from rookery.sandbox.thread import SandboxThread
from tests.flows.box import wait_until
from tests.flows.conftest import MakeBox, gateway, installation, make_box
from tests.media import outgoing_samples as made

__all__ = ["gateway", "installation", "make_box"]

ADA = "15550000101"
STATES = "SELECT state FROM conversations_attachment ORDER BY id"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_conversion_is_resumed_after_the_server_was_killed(make_box: MakeBox, gateway: SandboxThread) -> None:
    box = make_box()
    box.set_up(gateway.url)
    gateway.world.hook.url, gateway.world.hook.secret = box.webhook_url, box.secret
    gateway.world.add_contact(ADA, "Ada Example")
    box.start()
    gateway.world.say(ADA, "Show me")
    wait_until(box.api().conversations, 30, "the customer's message")
    api = box.api()
    (chat,) = api.conversations()
    clip = made.video("avi", "mpeg4", seconds=20.0, size=(1920, 1080))  # quickly made, slowly converted
    posted = api.client.post(
        f"{api.root}/conversations/{chat['id']}/messages",
        data={"content": "Here"},
        files={"attachments[]": ("clip.avi", clip, "video/x-msvideo")},
    )
    assert posted.status_code == 200, posted.text
    api.post(chat["id"], "After it", "7d2c6f0e-0f6e-4c60-9f0a-1f3f6f1f0a01")
    wait_until(lambda: box.database.column(STATES) == ["converting"], 30, "the conversion to begin")
    box.kill()
    assert gateway.world.screen(ADA)[1:] == []
    box.start()
    wait_until(lambda: box.database.column(STATES) == ["ready"], 90, "the video")
    wait_until(lambda: len(gateway.world.screen(ADA)) == 3, 30, "both messages")
    shown = gateway.world.screen(ADA)[1:]
    assert [(one["kind"], one["text"]) for one in shown] == [("video", "Here"), ("text", "After it")]
    assert shown[0]["file"]["mime_type"] == "video/mp4"
    assert box.database.column("SELECT attempts FROM conversations_attachment") == [2]
