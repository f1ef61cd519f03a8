"""Fetching from the sandbox gateway, in process: what arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from rookery import journal
from rookery.conversations.models import Address, Attachment, Blob, ContactInbox
from rookery.media import store
from rookery.sandbox import samples as good
from rookery.sandbox.world import World
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import stored_files
from tests.media.gateways import PATH, Gateways, downloads, fetch, said

pytestmark = pytest.mark.django_db(transaction=True)


def test_picture_is_shown_when_it_was_fetched(
    gateways: Gateways, world: World, wanted: Attachment, media_folder: Path
) -> None:
    world.files.put(PATH, samples.sideways_jpeg())
    before, version, at = downloads("success"), wanted.message.version, journal.latest_id()
    fetch(gateways)
    wanted.refresh_from_db()
    blob = wanted.blob
    assert blob is not None
    assert (wanted.state, wanted.error, wanted.owner, wanted.attempts) == ("stored", "", "", 1)
    assert (blob.type, blob.width, blob.height, blob.probed) == ("image/jpeg", 800, 1200, True)
    assert wanted.name.startswith("image-20")
    assert wanted.name.endswith(".jpg")
    assert len(stored_files(media_folder)) == 2
    wanted.message.refresh_from_db()
    assert wanted.message.version == version + 1
    (fact,) = journal.tail(at)
    assert (fact.kind, fact.message_id, fact.conversation_id) == (
        "message.changed", wanted.message_id, wanted.message.conversation_id,
    )  # fmt: skip
    assert fact.data == {"display_id": wanted.message.conversation.display_id, "file": "stored"}
    assert downloads("success") == before + 1


def test_voice_note_is_an_ogg_when_its_path_carries_codecs(
    gateways: Gateways, world: World, cast: Cast
) -> None:
    path = "statics/media/1772636850-0d9b5a1e.ogg; codecs=opus"
    world.files.put(path, good.voice())
    wanted = rows.attachment(rows.message(rows.conversation(cast), kind="audio"), path, kind="audio")
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.blob is not None
    assert (wanted.state, wanted.kind) == ("stored", "voice")
    assert wanted.name.endswith(".ogg")
    assert wanted.blob.key.endswith(".ogg")
    assert wanted.blob.type == "audio/ogg"
    assert len(wanted.blob.waveform) > 30
    (asked,) = gateways.asked
    assert asked.url.raw_path == b"/statics/media/1772636850-0d9b5a1e.ogg%3B%20codecs%3Dopus"
    assert asked.headers["X-Device-Id"] == "demo"
    assert asked.headers["Authorization"].startswith("Basic ")


def test_document_keeps_its_senders_name(gateways: Gateways, world: World, cast: Cast) -> None:
    world.files.put(PATH, good.paper())
    wanted = rows.attachment(
        rows.message(rows.conversation(cast)), PATH, kind="document", name="../Fatura.PDF.exe"
    )
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.name == "Fatura.PDF.pdf"


@pytest.mark.parametrize("path", ["", PATH, "../secret", "statics/../../etc/passwd"])
def test_gateway_fetches_anew_when_the_path_is_of_no_use(
    path: str, gateways: Gateways, world: World, cast: Cast
) -> None:
    world.add_contact(rows.CUSTOMER, "Ada", lid="77001")
    source_id = said(world, "image")
    thread = rows.conversation(cast)
    # WhatsApp's own number first; the gateway knows the chat by its other address.
    ContactInbox.objects.filter(pk=thread.contact_inbox_id).update(jid="77001@lid")
    Address.objects.create(
        account=cast.account,
        contact=thread.contact,
        kind="pn",
        key=rows.CUSTOMER,
        jid=f"{rows.CUSTOMER}@s.whatsapp.net",
    )
    wanted = rows.attachment(rows.message(thread, source_id), path, url="https://mmg.whatsapp.net/x")
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"
    assert not any("mmg" in request.url.host for request in gateways.asked)


def test_file_is_kept_once_when_it_comes_in_two_messages(
    gateways: Gateways, world: World, cast: Cast, media_folder: Path
) -> None:
    for name in ("a", "b"):
        world.files.put(f"statics/media/{name}.png", samples.png())
    thread = rows.conversation(cast)
    for name in ("a", "b"):
        rows.attachment(rows.message(thread), f"statics/media/{name}.png")
        fetch(gateways)
    assert set(Attachment.objects.values_list("state", flat=True)) == {"stored"}
    assert Blob.objects.count() == 1
    assert len(stored_files(media_folder)) == 2  # the picture and its thumbnail


def test_large_file_arrives_whole(gateways: Gateways, world: World, wanted: Attachment) -> None:
    data = b"\0" + bytes(range(256)) * 40_000
    world.files.put(PATH, data)
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.blob is not None
    assert wanted.blob.size == len(data)
    with store.open_blob(wanted.blob) as opened:
        assert opened.read() == data
