"""/numbers/new: every field's words, what the gateway may say, and two at once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from rookery.accounts.models import Account
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.conversations.models import Inbox, InboxMember
from tests.cast import Cast
from tests.sending.line import Line

pytestmark = pytest.mark.django_db
NUMBER = "+15550000042"
OPEN = "warn: Without user and password the gateway must be open to all: whoever reaches it can write as you."


@pytest.fixture(scope="module", params=["v7", "v8", "v9"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    made = Line(request.param)
    yield made
    made.close()


@pytest.fixture(scope="module")
def plain_line() -> Iterator[Line]:
    made = Line("v9")
    yield made
    made.close()


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    # One account alone may use gateways of its own network.
    Account.objects.exclude(pk=cast.account.pk).delete()
    client.force_login(cast.admin)
    return client


def form(url: str, **more: Any) -> dict[str, Any]:
    given = {"name": "Second", "phone": NUMBER, "url": url, "username": "admin", "password": "sandbox"}
    return given | more


def note(client: Client, field: str, **sent: Any) -> str:
    answer = client.post(f"/numbers/new/notes/{field}", sent)
    assert answer.status_code == 200
    found = re.search(rf'id="{field}-note" data-tone="(\w*)"[^>]*>([^<]*)<', answer.content.decode())
    assert found
    return f"{found[1]}: {found[2]}"


def empty(line: Line) -> None:
    """No phone is linked at the gateway."""
    for slot in line.world.slots.values():
        slot.phone, slot.connected, slot.client = "", False, False


def test_form_has_everything_and_asks_nobody(admin: Client) -> None:
    page = admin.get("/numbers/new").content.decode()
    for words in (
        "Inbox name",
        "WhatsApp phone number",
        'value="http://localhost:3000"',
        "Basic auth",
        "Test connection",
    ):
        assert words in page
    assert "http://127.0.0.1:3000 (admin)" in page, "a gateway that is here can be picked"
    assert "Add a number" in admin.get("/numbers").content.decode()


@pytest.mark.parametrize(
    ("field", "sent", "words"),
    [
        ("name", {"name": " "}, "bad: Enter a name."),
        ("name", {"name": "Shop"}, ": "),
        ("phone", {"phone": "21 98765-0000"}, "bad: Begin with + and the country code, or choose the country."),
        ("phone", {"phone": "21 98765-0000", "country": "BR"}, "good: Understood: +55 21 98765-0000, Brazil"),
        ("phone", {"phone": "+5521987650000"}, "good: Understood: +55 21 98765-0000, Brazil"),
        ("phone", {"phone": "+12"}, "bad: This is not a phone number that could exist."),
        ("phone", {"phone": "+1 555 000 0001"}, "bad: This number is here already. A number exists once."),
        ("url", {"url": "localhost:3000"}, "bad: This is not the address of a gateway: http or https, a host, and no more."),
        ("url", {"url": "http://localhost:3000/gowa/"}, ": "),
        ("username", {"username": ""}, OPEN),
        ("username", {"username": "a:b", "password": "x"}, "bad: A gateway&#39;s user name has no colon and no comma."),
        ("password", {"username": "admin"}, "bad: User and password go together."),
    ],
)  # fmt: skip
def test_each_field_says_what_it_understood(
    admin: Client, field: str, sent: dict[str, str], words: str
) -> None:
    assert note(admin, field, **sent) == words


def test_country_is_named_in_the_language_of_the_page(cast: Cast, admin: Client) -> None:
    cast.admin.locale = "pt-br"
    cast.admin.save()
    assert "Alemanha" in admin.get("/numbers/new").content.decode()


def test_number_is_added_and_the_gateway_gets_one_slot(cast: Cast, admin: Client, line: Line) -> None:
    if line.world.profile.single_account:
        empty(line)
    answer = admin.post("/numbers/new", form(line.url))
    inbox = Inbox.objects.get(name="Second")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/numbers/{inbox.pk}/link")
    assert inbox.channel is not None
    one = line.world.profile.single_account
    assert inbox.channel.device_id == ("" if one else "rookery-15550000042")
    assert [slot for slot in line.world.slots if slot.startswith("rookery")] == (
        [] if one else ["rookery-15550000042"]
    )
    assert set(InboxMember.objects.filter(inbox=inbox).values_list("user__email", flat=True)) >= {
        "agent@example.com"
    }
    secret = WebhookSecret.objects.order_by("-pk")[0]
    assert (secret.channel_id == inbox.channel_id) == (line.world.profile.name == "v9")


def test_linked_slot_is_adopted(admin: Client, plain_line: Line) -> None:
    plain_line.world.add_device("theirs", "15550000077")
    admin.post("/numbers/new", form(plain_line.url, phone="+15550000077", name="Theirs"))
    channel = Channel.objects.get(phone="+15550000077")
    assert (channel.device_id, channel.own_pn) == ("theirs", "15550000077@s.whatsapp.net")


def test_old_gateway_that_holds_another_number_is_refused(admin: Client) -> None:
    line = Line("v7")
    try:
        page = admin.post("/numbers/new", form(line.url)).content.decode()
    finally:
        line.close()
    assert "holds one number, and it is +1 555-000-0001 already" in page
    assert not Channel.objects.filter(phone=NUMBER).exists()


def test_connection_is_tested_without_storing(admin: Client, plain_line: Line) -> None:
    before = Gateway.objects.count(), list(plain_line.world.slots)
    page = admin.post("/numbers/new/test", form(plain_line.url)).content.decode()
    assert "Connected. Gateway version v9.2.0." in page
    assert "not linked there yet" in page
    assert (Gateway.objects.count(), list(plain_line.world.slots)) == before


def test_connection_is_tested_before_there_is_a_number(admin: Client, line: Line) -> None:
    page = admin.post("/numbers/new/test", form(line.url, phone="")).content.decode()
    assert "Connected." in page
    assert "linked there" not in page


def test_wrong_password_never_says_which_half(admin: Client, plain_line: Line) -> None:
    answers = []
    for wrong in ({"password": "no"}, {"username": "nobody"}):
        answer = admin.post("/numbers/new", form(plain_line.url, **wrong))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "<b>Authentication failed</b>" in page
        assert 'value="no"' not in page, "a password is never sent back"
        answers.append(re.findall(r'<div class="notice gateway-said.*?</div>', page, re.DOTALL))
    assert answers[0] == answers[1]
    assert not Channel.objects.filter(phone=NUMBER).exists()


def test_nobody_there_says_what_to_check(admin: Client) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    page = admin.post("/numbers/new", form(url)).content.decode()
    assert f"Cannot connect to WhatsApp service at {url}" in page
    assert "host.docker.internal" in page


def test_something_else_there_is_no_gateway(admin: Client) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        page = admin.post("/numbers/new", form(url)).content.decode()
        server.shutdown()
    assert f"{url} was reached, but it is not a WhatsApp gateway" in page


def test_open_gateway_is_warned_about(admin: Client, plain_line: Line) -> None:
    plain_line.world.user = ""
    try:
        page = admin.post(
            "/numbers/new/test", form(plain_line.url, username="", password="")
        ).content.decode()
    finally:
        plain_line.world.user = "admin"
    assert "answers anybody without a password" in page


def test_number_that_is_here_is_refused_at_its_field(admin: Client, plain_line: Line) -> None:
    answer = admin.post("/numbers/new", form(plain_line.url, phone="+15550000001"))
    assert answer.status_code == 422
    assert "This number is here already." in answer.content.decode()


def test_gateway_that_is_here_is_picked_and_asked_at_its_own_address_alone(
    cast: Cast, admin: Client, plain_line: Line
) -> None:
    cast.gateway.url = plain_line.url
    cast.gateway.save()
    elsewhere = form("http://attacker.example:3000", gateway=str(cast.gateway.pk), username="", password="")
    assert "Connected" in admin.post("/numbers/new/test", elsewhere).content.decode()
    admin.post("/numbers/new", elsewhere)
    assert Channel.objects.get(phone=NUMBER).gateway_id == cast.gateway.pk
    assert not Gateway.objects.filter(url__contains="attacker").exists()


def test_password_of_a_gateway_goes_to_no_other_address(cast: Cast, admin: Client, plain_line: Line) -> None:
    """Same address, user without password: what is stored is not used."""
    cast.gateway.url = plain_line.url
    cast.gateway.save()
    page = admin.post(
        "/numbers/new/test", form(plain_line.url, username="admin", password="")
    ).content.decode()
    assert "Authentication failed" in page


def test_gateway_of_another_account_cannot_be_picked(cast: Cast, admin: Client) -> None:
    other = Account.objects.create(name="Others")
    theirs = Gateway.objects.create(
        account=other, url="http://theirs.example:3000", username="u", password="p"
    )
    page = admin.get("/numbers/new").content.decode()
    assert "theirs.example" not in page
    answer = admin.post("/numbers/new", form("nonsense", gateway=str(theirs.pk)))
    assert answer.status_code == 422
    assert not Channel.objects.filter(gateway=theirs).exists()


@pytest.mark.parametrize("name", ["agent", "bystander"])
def test_only_administrators_find_it(cast: Cast, client: Client, name: str) -> None:
    client.force_login(getattr(cast, name))
    assert client.get("/numbers/new").status_code == 404
    for path in ("/numbers/new", "/numbers/new/test", "/numbers/new/notes/phone"):
        assert client.post(path, form("http://127.0.0.1:1")).status_code == 404
    assert "Add a number" not in client.get("/numbers").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_number_and_one_slot(cast: Cast) -> None:
    from django.db import connection

    Account.objects.exclude(pk=cast.account.pk).delete()
    line, start, answers = Line("v9"), threading.Barrier(2), []

    def add() -> None:
        one = Client()
        one.force_login(cast.admin)
        start.wait()
        answers.append(one.post("/numbers/new", form(line.url)).status_code)
        connection.close()

    try:
        threads = [threading.Thread(target=add) for _index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [302, 422]
        assert Channel.objects.filter(phone=NUMBER).count() == 1
        assert [slot for slot in line.world.slots if slot != "demo"] == ["rookery-15550000042"]
    finally:
        line.close()
