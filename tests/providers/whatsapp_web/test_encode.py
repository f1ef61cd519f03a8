import email
from collections.abc import AsyncIterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from rookery.providers.commands import SendMedia, SendText
from rookery.providers.errors import Rejected, TooLarge
from rookery.providers.whatsapp_web.encode import decorated, encode
from rookery.waid import Jid

PEER = Jid.parse("5521987650000:3@s.whatsapp.net")
PICTURE = b"\xff\xd8 not really \r\n-- a picture"


def media(path: Path, **more: Any) -> SendMedia:
    given: dict[str, Any] = {"kind": "image", "filename": "nota.jpg", "mime": "image/jpeg", **more}
    return SendMedia(PEER, file=path, **given)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    found = tmp_path / "whatever"
    found.write_bytes(PICTURE)
    return found


async def form(command: SendMedia) -> tuple[str, dict[str, Message]]:
    """The route, and the parts of the form as any MIME reader sees them."""
    request = encode(command)
    assert request.form is not None
    body = b"".join([chunk async for chunk in request.form.stream()])
    headers = request.form.headers
    assert len(body) == int(headers["Content-Length"])
    whole = email.message_from_bytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
    parts = {}
    for part in whole.walk():
        if part is not whole:
            parts[str(part.get_param("name", header="content-disposition"))] = part
    return request.path, parts


def text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_text_when_plain_holds_no_more_than_needed() -> None:
    request = encode(SendText(PEER, "oi"))
    assert (request.path, request.seconds) == ("/send/message", 75.0)
    assert request.json == {"phone": "5521987650000@s.whatsapp.net", "message": "oi"}


def test_text_when_reply_with_mentions_names_them() -> None:
    body = encode(SendText(PEER, "oi", reply_to="3EB0", mentions=(PEER,))).json
    assert body is not None
    assert (body["reply_message_id"], body["mentions"]) == ("3EB0", ["5521987650000@s.whatsapp.net"])


async def test_image_when_sent_is_not_shrunk_and_has_a_name_of_its_own(picture: Path) -> None:
    command = media(picture, caption="olá\r\n--x", reply_to="3EB0")
    path, parts = await form(command)
    assert path == "/send/image"
    assert text_of(parts["compress"]) == "false"
    assert text_of(parts["caption"]) == "olá\r\n--x"
    assert text_of(parts["reply_message_id"]) == "3EB0"
    assert parts["image"].get_content_type() == "image/jpeg"
    assert parts["image"].get_payload(decode=True) == PICTURE
    again = (await form(command))[1]["image"]
    names = {parts["image"].get_filename(), again.get_filename()}
    assert len(names) == 2
    assert all(name and name.endswith(".jpg") for name in names)


async def test_voice_note_when_sent_loses_the_codec_the_gateway_refuses(picture: Path) -> None:
    path, parts = await form(
        media(picture, kind="audio", mime="audio/ogg; codecs=opus", voice=True, caption="x")
    )
    assert path == "/send/audio"
    assert parts["audio"]["Content-Type"] == "audio/ogg"
    assert text_of(parts["ptt"]) == "true"
    assert "caption" not in parts


async def test_document_when_sent_keeps_the_name_people_read(picture: Path) -> None:
    command = media(picture, kind="document", filename='con"trato\r\n\\é.pdf', mime="application/pdf")
    path, parts = await form(command)
    assert path == "/send/file"
    raw = parts["file"]["Content-Disposition"]
    assert 'filename="con_trato___' in str(raw)


@pytest.mark.parametrize(
    ("kind", "mime", "path"),
    [
        ("video", "video/mp4", "/send/video"),
        ("video_note", "video/mp4", "/send/video"),
        ("video", "video/quicktime", "/send/file"),
        ("image", "image/svg+xml", "/send/file"),
        ("audio", "audio/webm", "/send/file"),
        ("sticker", "image/webp", "/send/sticker"),
        ("sticker", "image/tiff", "/send/file"),
        ("document", "text/html", "/send/file"),
    ],
)
async def test_file_when_its_route_refuses_the_type_goes_as_document(
    picture: Path, kind: str, mime: str, path: str
) -> None:
    assert (await form(media(picture, kind=kind, mime=mime, reply_to="3EB0")))[0] == path


async def test_file_when_type_is_nonsense_is_called_bytes(picture: Path) -> None:
    _, parts = await form(media(picture, kind="document", mime='x\r\nEvil: 1"'))
    assert parts["file"].get_content_type() == "application/octet-stream"
    assert parts["file"]["Evil"] is None


async def test_file_when_bytes_come_from_elsewhere_are_streamed() -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    command = SendMedia(PEER, "document", source(), "a.bin", "application/x-thing", size=6)
    _, parts = await form(command)
    assert parts["file"].get_payload(decode=True) == b"abcdef"


async def test_file_when_it_cannot_be_read_is_refused_before_anything_leaves(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise OSError("disk")

    async def refusing() -> AsyncIterator[bytes]:
        yield b"abc"
        raise TooLarge

    for command in (
        media(tmp_path / "missing"),
        SendMedia(PEER, "document", broken(), "a", "x/y", size=6),
        SendMedia(PEER, "document", broken(), "a", "x/y"),
    ):
        with pytest.raises(Rejected) as caught:
            await form(command)
        assert caught.value.code == "file_unreadable"
    with pytest.raises(TooLarge):
        await form(SendMedia(PEER, "document", refusing(), "a", "x/y", size=6))


async def test_file_when_larger_than_the_gateway_takes_is_refused(picture: Path) -> None:
    with pytest.raises(TooLarge):
        encode(media(picture, size=20_000_001))


@pytest.mark.parametrize(
    ("more", "kind", "content"),
    [
        ({}, "image", "🖼️ Image"),
        ({"caption": "olha"}, "image", "olha"),
        ({"kind": "video", "mime": "video/mp4"}, "video", "🎥 Video"),
        ({"kind": "video", "mime": "video/mp4", "caption": "olha"}, "video", "🎥 olha"),
        ({"kind": "audio", "mime": "audio/ogg"}, "audio", "🎵 Audio"),
        ({"kind": "document", "filename": "a.pdf"}, "document", "📄 a.pdf"),
        ({"kind": "document", "caption": "olha"}, "document", "olha"),
        ({"kind": "sticker", "mime": "image/webp"}, "sticker", "🎨 Sticker"),
    ],
)
def test_decorated_when_the_record_shows_it(
    picture: Path, more: dict[str, Any], kind: str, content: str
) -> None:
    found = decorated(media(picture, **more))
    assert found.media_type == kind
    assert content in found.contents


def test_decorated_when_text_is_the_text_itself() -> None:
    assert decorated(SendText(PEER, "oi")).contents == {"oi"}
