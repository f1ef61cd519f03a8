"""Files from a customer's phone to a browser's player: stored under a clean name, healed when they were missing."""

from __future__ import annotations

import re

import httpx
import pytest

from rookery.sandbox import samples
from rookery.sandbox.thread import SandboxThread
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox

ADA = "15550000101"
STATES = "SELECT state FROM conversations_attachment ORDER BY id"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def box(make_box: MakeBox, gateway: SandboxThread) -> Box:
    made = make_box()
    made.set_up(gateway.url)
    gateway.world.hook.url, gateway.world.hook.secret = made.webhook_url, made.secret
    gateway.world.add_contact(ADA, "Ada Example")
    made.start()
    return made


def only_conversation(client: httpx.Client) -> str:
    """The page of the only conversation."""
    found = re.search(r'href="(/conversations/\d+)"', client.get("/inbox").text)
    assert found
    return client.get(found[1]).text


def test_voice_note_with_an_odd_path_is_stored_as_ogg_and_served_in_ranges(
    box: Box, gateway: SandboxThread
) -> None:
    gateway.world.say(ADA, kind="audio", extension=".ogg; codecs=opus")
    wait_until(lambda: box.database.column(STATES) == ["stored"], 20, "the voice note")
    path, name, kind, key = box.database.rows(
        "SELECT a.path, a.name, a.kind, b.key FROM conversations_attachment a JOIN conversations_blob b ON b.id = a.blob_id"
    )[0]
    assert path.endswith(".ogg; codecs=opus")
    assert (kind, name.rpartition(".")[2]) == ("voice", "ogg")
    assert key.endswith(".ogg"), key
    client = box.signed_in()
    page = only_conversation(client)
    found = re.search(r'<voice-player[^>]* src="([^"]+)"', page)
    assert found, page
    sound = samples_of(gateway)
    whole = client.get(found[1])
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/ogg", sound)
    part = client.get(found[1], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, sound[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(sound)}"
    stranger = httpx.get(box.url + found[1], timeout=10)
    assert stranger.status_code in {302, 401, 404}
    assert sound[:64] not in stranger.content


def samples_of(gateway: SandboxThread) -> bytes:
    """The bytes that the phone sent."""
    shown = gateway.world.screen(ADA)[0]["file"]
    found = gateway.world.files.get(f"blobs/{shown['sha256']}")
    assert found
    return found


def test_picture_whose_file_is_gone_is_healed_by_retry_and_its_message_showed_all_along(
    box: Box, gateway: SandboxThread
) -> None:
    said = gateway.world.say(ADA, "look at this", kind="image", media="gone")
    client = box.signed_in()
    wait_until(lambda: box.database.column("SELECT content FROM conversations_message"), 10, "the message")
    assert box.database.column(STATES)[0] != "stored"
    assert "look at this" in only_conversation(client)
    wait_until(lambda: box.database.column(STATES) == ["failed"], 30, "the download to fail")
    retry = re.search(r'"(/attachments/[0-9a-f-]+/retry)"', only_conversation(client))
    assert retry, "no retry button"
    restored = httpx.post(f"{gateway.url}/_sandbox/media/restore", json={"id": said}, timeout=10)
    assert restored.status_code == 200, restored.text
    assert client.post(retry[1]).status_code == 204
    wait_until(lambda: box.database.column(STATES) == ["stored"], 20, "the picture")
    page = only_conversation(client)
    link = re.search(r'href="(/attachments/[0-9a-f-]+/[^"]+)"', page)
    assert link, page
    assert client.get(link[1]).content == samples_of(gateway)
    assert samples_of(gateway)[:3] == samples.picture()[:3]
