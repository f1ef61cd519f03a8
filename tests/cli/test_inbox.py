"""inbox add, list, link: against the simulated gateway."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.running import rookery
from tests.sending.line import Line

NUMBER = "+15550000001"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _passwords(home: Path) -> None:
    (home / "good").write_text("sandbox\n")
    (home / "bad").write_text("wrong\n")


def added(
    home: Path, url: str, *more: str, number: str = NUMBER, file: str = "good", name: str = "Shop"
) -> tuple[int, str, str]:
    given = {"--name": name, "--phone": number, "--gateway": url, "--user": "admin", "--password-file": file}
    done = rookery(home, "inbox", "add", *[part for pair in given.items() for part in pair], *more)
    return done.returncode, done.stdout, done.stderr


def rows(home: Path, statement: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(f"file:{home / 'data' / 'rookery.sqlite3'}?mode=ro", uri=True)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def test_linked_number_is_adopted_and_the_gateways_options_printed(home: Path, line: Line) -> None:
    code, out, err = added(home, line.url)
    assert (code, err) == (0, "")
    hook = f"http://127.0.0.1:8000/webhooks/whatsapp/{NUMBER}"
    secret = re.search(r"--webhook-secret=([0-9a-f]{64})\b", out)
    assert secret is not None
    for words in (
        f"--webhook={hook}",
        f"WHATSAPP_WEBHOOK={hook}",
        f"WHATSAPP_WEBHOOK_SECRET={secret[1]}",
        "--basic-auth=admin:<",
    ):
        assert words in out
    assert "sandbox" not in out
    assert rows(home, "SELECT phone, device_id, own_pn FROM channels_channel") == [
        (NUMBER, "demo", "15550000001@s.whatsapp.net")
    ]
    assert rows(
        home, "SELECT u.email FROM conversations_inboxmember m JOIN accounts_user u ON u.id = m.user_id"
    ) == [("admin@example.com",)]
    stored = (home / "data" / "rookery.sqlite3").read_bytes()
    assert secret[1].encode() not in stored


def test_running_door_learns_of_it_by_its_file(home: Path, line: Line) -> None:
    before = (home / "data" / "door.json").read_text()
    added(home, line.url)
    assert (home / "data" / "door.json").read_text() != before


def test_number_that_is_not_linked_gets_a_slot_and_says_how_to_link(home: Path, line: Line) -> None:
    code, out, _err = added(home, line.url, number="+15550000042", name="Second")
    assert code == 0
    assert "not logged in: link it there by QR code" in out
    assert "rookery-15550000042" in out
    assert "rookery-15550000042" in line.world.slots
    linked = rookery(home, "inbox", "link", "Second")
    assert "rookery-15550000042" in linked.stdout


def test_second_number_of_a_gateway_shares_its_secret(home: Path, line: Line) -> None:
    added(home, line.url)
    code, out, _err = added(home, line.url, number="+15550000043", name="Second")
    assert (code, "nothing to change" in out) == (0, True)
    assert "secret" not in out.lower()
    assert rows(home, "SELECT count(*) FROM channels_webhooksecret") == [(1,)]
    listed = rookery(home, "inbox", "list").stdout.splitlines()
    assert [line.split("\t")[1:3] for line in listed] == [["Shop", NUMBER], ["Second", "+15550000043"]]


def test_same_number_twice_is_refused(home: Path, line: Line) -> None:
    added(home, line.url)
    code, _out, err = added(home, line.url, name="Again")
    assert (code, "here already" in err) == (1, True)


def test_wrong_password_is_said_in_the_agreed_words(home: Path, line: Line) -> None:
    assert added(home, line.url, file="bad") == (
        1,
        "",
        "rookery: Authentication failed: check user and password.\n",
    )
    assert rows(home, "SELECT count(*) FROM channels_channel") == [(0,)]


def test_nobody_there_is_said_in_the_agreed_words(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert added(home, url) == (1, "", f"rookery: Cannot connect to {url}: check the URL.\n")


def test_something_else_there_is_said_in_the_agreed_words(home: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html>hello</html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        code, _out, err = added(home, url)
        server.shutdown()
    assert (code, err) == (1, f"rookery: {url} was reached, but it is not a WhatsApp gateway.\n")


@pytest.mark.parametrize("url", ["127.0.0.1:3000", "ftp://host", "http://user:word@host", "http://host/?a=b"])
def test_address_that_is_none_is_refused(home: Path, url: str) -> None:
    code, _out, err = added(home, url)
    assert (code, "is not the URL of a gateway" in err) == (1, True)


def test_number_without_a_country_is_refused(home: Path, line: Line) -> None:
    code, _out, err = added(home, line.url, number="5550000001")
    assert (code, "with + and the country code" in err) == (1, True)


def test_installation_without_an_account_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("sandbox\n")
    (tmp_path / "weak").write_text("x\n")
    rookery(tmp_path, "setup", "--email", "a@example.com", "--password-file", "weak")
    code, _out, err = added(tmp_path, "http://127.0.0.1:1")
    assert (code, "set this installation up" in err) == (1, True)
