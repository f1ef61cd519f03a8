from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.media import formats, names


@pytest.mark.parametrize(
    ("name", "mime", "expected"),
    [
        ("statics/media/1772-x.ogg; codecs=opus", "audio/ogg", "1772-x.ogg"),
        ("1772-x.oga", "audio/ogg; codecs=opus", "1772-x.oga"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("..\\..\\boot.ini", "text/plain", "boot.ini"),
        ("/", "application/octet-stream", "file.bin"),
        ("..", "image/jpeg", "image.jpg"),
        ("", "audio/ogg", "audio.ogg"),
        ("", "video/mp4", "video.mp4"),
        ("photo.jpe", "image/jpeg", "photo.jpe"),
        ("photo.exe", "image/jpeg", "photo.jpg"),
        ("Photo.PNG", "image/jpeg", "Photo.jpg"),
        ("Relatório v1.2", "application/pdf", "Relatório v1.2.pdf"),
        ("letter.docx", "application/zip", "letter.docx"),
        ("letter.pdf", "application/zip", "letter.zip"),
        ("notes.md", "text/plain", "notes.md"),
        ("virus.jpg", "application/octet-stream", "virus.bin"),
        ("page.html", "text/html", "page.html"),
        ("a\x00b\r\nc\x1b.txt", "text/plain", "abc.txt"),
        ("invoice\u202efdp.exe", "application/pdf", "invoicefdp.pdf"),
        ("a\u200b\u2066b\u2028c.png", "image/png", "abc.png"),
        ('q"u<o>t|e*?.png', "image/png", "q_u_o_t_e_.png"),
        ("con.txt", "text/plain", "_con.txt"),
        ("  . hidden .png", "image/png", "hidden.png"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("\ud800x.png", "image/png", "x.png"),
        ("Cafe\u0301.jpg", "image/jpeg", "Café.jpg"),
        ("sheet.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "sheet.xlsx"),
    ],
)
def test_name_is_cleaned_when_it_comes_from_a_stranger(name: str, mime: str, expected: str) -> None:
    assert names.clean(name, mime) == expected


def test_name_keeps_its_extension_when_it_is_very_long() -> None:
    cleaned = names.clean("å" * 500 + ".jpeg", "image/jpeg")
    assert cleaned.endswith(".jpeg")
    assert len(cleaned) <= names.MAX_CHARACTERS
    assert len(cleaned.encode()) <= names.MAX_BYTES


@given(st.text(max_size=300), st.sampled_from(sorted(formats.EXTENSIONS)))
def test_name_is_harmless_when_it_is_anything(name: str, mime: str) -> None:
    cleaned = names.clean(name, mime)
    assert cleaned
    assert not set(cleaned) & set('/\\\0\r\n"')
    assert not cleaned.startswith(".")
    assert len(cleaned.encode()) <= names.MAX_BYTES
    assert names.clean(cleaned, mime) == cleaned
    if mime not in formats.VAGUE:
        assert any(cleaned.endswith(right) for right in formats.EXTENSIONS[mime])
