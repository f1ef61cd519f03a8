"""Media leaves through the front, in ranges, with the view's headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from rookery.doors.front import Front
from rookery.media import places
from tests.doors.asking import ask

CONTENT = bytes(range(256)) * 40
SAFE = {
    "Content-Type": "audio/ogg",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": 'inline; filename="a.ogg"',
}


@pytest.fixture
def key() -> Iterator[str]:
    name = places.new_key(".ogg")
    places.storage().save(name, ContentFile(CONTENT))
    yield name
    places.storage().delete(name)


@pytest.fixture
def front(tmp_path: Path, key: str) -> Iterator[Front]:
    made = Front(view(key), tmp_path, 1000)
    yield made
    made.stop()


def view(key: str, status: str = "200 OK") -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, [*SAFE.items(), ("X-Rookery-File", key), ("Content-Length", "0")])
        return [b""]

    return app


async def test_file_is_sent_with_the_views_headers_when_allowed(front: Front) -> None:
    reply = await ask(front)
    assert (reply.status, reply.body) == (200, CONTENT)
    assert {name: reply.header(name.lower()) for name in SAFE} == SAFE
    assert reply.header("content-length") == str(len(CONTENT))
    assert reply.header("accept-ranges") == "bytes"
    assert reply.header("x-rookery-file") is None


@pytest.mark.parametrize(("asked", "start", "end"), [
    ("bytes=0-1", 0, 2), ("bytes=100-", 100, len(CONTENT)), ("bytes=-10", len(CONTENT) - 10, len(CONTENT)),
    ("bytes=10-99999999", 10, len(CONTENT)),
])  # fmt: skip
async def test_range_is_sent_when_asked_for(front: Front, asked: str, start: int, end: int) -> None:
    reply = await ask(front, headers={"range": asked})
    assert (reply.status, reply.body) == (206, CONTENT[start:end])
    assert reply.header("content-range") == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert reply.header("content-security-policy") == SAFE["Content-Security-Policy"]


async def test_range_outside_is_refused_when_asked_for(front: Front) -> None:
    assert (await ask(front, headers={"range": "bytes=99999999-"})).status == 416


async def test_nothing_is_sent_twice_when_the_browser_has_it(front: Front) -> None:
    etag = (await ask(front)).header("etag") or ""
    reply = await ask(front, headers={"if-none-match": f'"other", {etag}'})
    assert (reply.status, reply.body, reply.header("content-length")) == (304, b"", None)
    assert (await ask(front, headers={"if-none-match": '"other"'})).status == 200


async def test_head_tells_the_length_when_asked(front: Front) -> None:
    reply = await ask(front, method="HEAD")
    assert (reply.status, reply.body, reply.header("content-length")) == (200, b"", str(len(CONTENT)))


@pytest.mark.parametrize("bad", ["../../etc/passwd", "/etc/passwd", "no/such.file", ".", ""])
async def test_answer_is_404_when_the_file_is_not_there(tmp_path: Path, bad: str) -> None:
    front = Front(view(bad), tmp_path, 1000)
    reply = await ask(front)
    front.stop()
    assert reply.status == 404


async def test_header_goes_nowhere_when_the_view_refused(tmp_path: Path, key: str) -> None:
    front = Front(view(key, "403 Forbidden"), tmp_path, 1000)
    reply = await ask(front)
    front.stop()
    assert (reply.status, reply.body) == (403, b"")
    assert reply.header("x-rookery-file") is None
