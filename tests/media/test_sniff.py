from __future__ import annotations

import pytest

from rookery.media import formats, sniff
from rookery.sandbox import samples as good
from tests.media import samples

SAMPLES = [
    (samples.png(), "image/png"),
    (good.picture("JPEG"), "image/jpeg"),
    (good.picture("GIF"), "image/gif"),
    (good.sticker(), "image/webp"),
    (good.voice(), "audio/ogg"),
    (good.clip(), "video/mp4"),
    (samples.silence(), "audio/wav"),
    (good.paper(), "application/pdf"),
    (b"\n\n junk before %PDF-1.7", "application/pdf"),
    (samples.zip_bomb(), "application/zip"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "image/svg+xml"),
    (b"<?xml version='1.0'?><!-- c --><svg/>", "image/svg+xml"),
    (b"\xef\xbb\xbf<?xml version='1.0'?><rss/>", "text/xml"),
    (b"  <!DOCTYPE HTML><p>hi", "text/html"),
    (b"<!-- x --><script>alert(1)</script>", "text/html"),
    (b"hello <script>alert(1)</script>", "text/html"),
    (b"<3 you", "text/plain"),
    (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
    ("Olá, João".encode(), "text/plain"),
    ("Ol\xe1".encode("latin-1"), "text/plain"),
    ("é".encode() * 20_000 + b"\xc3", "text/plain"),
    ("hi".encode("utf-16"), "text/plain"),
    (b"\x00\x01\x02\x03", formats.OPAQUE),
    (b"", formats.OPAQUE),
    (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42", "audio/mp4"),
    (b"\0\0\0\x20ftypqt  \0\0\0\0qt  ", "video/quicktime"),
    (b"\0\0\0\x20ftyp3gp4\0\0\0\0isom", "video/3gpp"),
    (b"\0\0\0\x20ftypheic\0\0\0\0mif1heic", "image/heic"),
    (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avif", "image/avif"),
    (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "image/avif"),
    (b"OggS" + bytes(24) + b"\x80theora", "video/ogg"),
    (b"#!AMR\n\x3c", "audio/amr"),
    (b"\xff\xfb\x90\x64" + bytes(60), "audio/mpeg"),
]


@pytest.mark.parametrize(("data", "expected"), SAMPLES)
def test_type_is_told_from_bytes_when_nothing_else_is_known(data: bytes, expected: str) -> None:
    assert sniff.sniff(data[: sniff.HEAD]) == expected


def test_name_decides_only_when_both_are_text() -> None:
    assert sniff.refine("text/plain", "list.csv") == "text/csv"
    assert sniff.refine("text/plain", "page.html") == "text/plain"
    assert sniff.refine("image/png", "list.csv") == "image/png"


def test_voice_is_recognised_when_it_is_opus() -> None:
    assert sniff.is_voice(good.voice())
    assert not sniff.is_voice(samples.silence())


def test_nothing_that_can_carry_script_is_served_with_its_type() -> None:
    dangerous = {"image/svg+xml", "text/html", "text/xml", "application/pdf", "text/plain", "application/zip"}
    assert not formats.SERVED & dangerous
    assert all(mime.split("/")[0] in ("image", "audio", "video") for mime in formats.SERVED)
