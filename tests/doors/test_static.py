"""Static files: found in the package, cached by their address."""

from __future__ import annotations

from pathlib import Path

import pytest

from rookery.doors.static import Static
from tests.doors.asking import ask


@pytest.fixture
def static(tmp_path: Path) -> Static:
    for room, name, text in (
        ("one", "web/app.js", "js"),
        ("two", "css/base.css", "css"),
        ("two", "web/app.js", "other"),
    ):
        path = tmp_path / room / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "one" / ".hidden").write_text("x")
    (tmp_path / "secret.txt").write_text("x")
    return Static([tmp_path / "one", tmp_path / "two"])


@pytest.mark.parametrize(("path", "query", "kind", "kept"), [
    ("/static/web/app.js", b"", "text/javascript", False), ("/static/css/base.css", b"", "text/css", False),
    ("/static/v-1.2/web/app.js", b"", "text/javascript", True), ("/static/web/app.js", b"v=3", "text/javascript", True),
])  # fmt: skip
async def test_file_is_kept_for_a_year_when_its_address_has_a_version(
    static: Static, path: str, query: bytes, kind: str, kept: bool
) -> None:
    reply = await ask(static, path, query=query)
    assert (reply.status, reply.body) == (200, b"js" if path.endswith("js") else b"css")
    assert (reply.header("content-type") or "").startswith(kind)
    assert ("immutable" in (reply.header("cache-control") or "")) is kept
    assert reply.header("x-content-type-options") == "nosniff"


async def test_unchanged_file_is_not_sent_again_when_the_browser_has_it(static: Static) -> None:
    etag = (await ask(static, "/static/web/app.js")).header("etag") or ""
    reply = await ask(static, "/static/web/app.js", headers={"if-none-match": etag})
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.parametrize(("path", "method", "status"), [
    ("/static/", "GET", 404), ("/static/web", "GET", 404), ("/static/no.js", "GET", 404), ("/static/.hidden", "GET", 404),
    ("/static/../secret.txt", "GET", 404), ("/static//etc/passwd", "GET", 404), ("/static/v-1/../../secret.txt", "GET", 404),
    ("/static/web/app.js", "POST", 405), ("/static/web/\x00.js", "GET", 404),
])  # fmt: skip
async def test_nothing_else_is_served_when_asked(static: Static, path: str, method: str, status: int) -> None:
    assert (await ask(static, path, method=method)).status == status


async def test_own_scripts_and_htmx_are_found_when_the_real_folders_are_used() -> None:
    static = Static()
    assert (await ask(static, "/static/web/js/models/backoff.js")).status == 200
    assert (await ask(static, "/static/django_htmx/htmx-2.min.js")).status in (200, 404)
    assert (await ask(static, "/static/admin/css/base.css")).status == 404
