"""/numbers/<inbox>/link: codes, the right phone and the wrong one, the webhook, the first message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from rookery.accounts.models import Account
from rookery.channels import hooks, linking
from rookery.channels.models import Channel, DeviceState, WebhookSecret
from rookery.channels.states import current
from rookery.conversations.models import Conversation, Inbox
from rookery.sandbox import linking as phones
from rookery.sandbox.pace import Pace
from rookery.telemetry import metrics
from tests import make
from tests.cast import Cast
from tests.sending.line import Line

pytestmark = pytest.mark.django_db
OURS, OTHER, SLOT = "15550000042", "15550000099", "rookery-15550000042"


def start(profile: str) -> Line:
    """A gateway whose codes live as long as real ones."""
    made = Line(profile)
    made.world.pace = Pace(people=1.0)
    return made


@pytest.fixture(params=["v7", "v8", "v9"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    made = start(request.param)
    for slot in made.world.slots.values():
        slot.phone, slot.connected, slot.client = "", False, False
    yield made
    made.close()


@pytest.fixture
def v8() -> Iterator[Line]:
    made = start("v8")
    yield made
    made.close()


@pytest.fixture
def v9() -> Iterator[Line]:
    made = start("v9")
    yield made
    made.close()


class Page:
    """An administrator's browser on the linking page of a number that was just added at a gateway."""

    def __init__(self, client: Client, line: Line) -> None:
        self.client, self.line = client, line
        sent = {
            "name": "Second",
            "phone": "+" + OURS,
            "url": line.url,
            "username": "admin",
            "password": "sandbox",
        }
        answer = client.post("/numbers/new", sent)
        assert answer.status_code == 302, answer.content.decode()
        self.path = answer.headers["Location"]
        self.inbox = Inbox.objects.select_related("channel").get(name="Second")
        self.html = client.get(self.path).content.decode()
        self.known = self._known(self.html)

    @property
    def channel(self) -> Channel:
        return Channel.objects.select_related("gateway").get(inbox=self.inbox)

    def press(self, what: str, **more: Any) -> str:
        """`qr`, `code`, `state` or `secret`, with what the page knows."""
        answer = self.client.post(f"{self.path}/{what}", self.known | more)
        assert answer.status_code in (200, 204), answer.status_code
        self.html = answer.content.decode()
        self.known = self._known(self.html) or self.known
        return self.html

    def scan(self, number: str = OURS) -> None:
        """Somebody points a phone at the code."""
        world = self.line.world
        slot = next(iter(world.slots.values())) if world.profile.single_account else world.slots[SLOT]

        async def scan() -> None:
            phones.scan(world, slot, number, "Shop")

        self.line.call(scan())

    @staticmethod
    def _known(html: str) -> dict[str, str]:
        return (
            dict(re.findall(r'type="hidden" name="(\w+)" value="(\w*)"', html)) if "link-poll" in html else {}
        )


@pytest.fixture
def open_page(cast: Cast, client: Client) -> Callable[[Line], Page]:
    Account.objects.exclude(pk=cast.account.pk).delete()
    client.force_login(cast.admin)
    return lambda line: Page(client, line)


def test_page_says_what_this_is_and_asks_no_gateway(open_page: Callable[[Line], Page], line: Line) -> None:
    page = open_page(line)
    assert "not Meta's Business API" in page.html
    assert "What gets a number restricted" in page.html
    assert page.press("state") == "", "nothing new: nothing moves"


def test_qr_comes_from_us_and_the_phone_that_scans_is_noticed(
    open_page: Callable[[Line], Page], line: Line
) -> None:
    page = open_page(line)
    html = page.press("qr")
    assert 'src="data:image/png;base64,iVBOR' in html
    assert "statics/qrcode" not in html
    assert "delay:30s" in html
    assert "code 1 of 6" in html
    assert current(page.channel).state == DeviceState.State.PAIRING  # type: ignore[union-attr]
    assert page.press("state") == ""
    page.scan()
    html = page.press("state")
    assert "The phone is linked" in html
    assert "Now write to +1 555-000-0042 from another phone" in html
    assert page.channel.own_pn == f"{OURS}@s.whatsapp.net"
    assert current(page.channel).state == DeviceState.State.CONNECTED  # type: ignore[union-attr]


def test_code_is_renewed_until_there_were_six(open_page: Callable[[Line], Page], v9: Line) -> None:
    page = open_page(v9)
    first = page.press("qr")
    second = page.press("qr", renew="1", number="1")
    assert "code 2 of 6" in second
    assert re.findall(r"base64,[^\"]+", first) != re.findall(r"base64,[^\"]+", second)
    assert 'id="link-step"' not in second, "the page around it stays"
    last = page.press("qr", renew="1", number="5")
    assert "hx-trigger" not in last.partition("<img")[0]
    assert "The code has run out." in last
    assert "Show a new code" in last


def test_pairing_code_links_the_number_it_was_made_for(open_page: Callable[[Line], Page], line: Line) -> None:
    page = open_page(line)
    html = page.press("code")
    assert re.search(r"<output[^>]*>[1-9A-Z]{4}-[1-9A-Z]{4}</output>", html)
    page.scan("")
    assert "The phone is linked" in page.press("state")


def test_wrong_phone_is_logged_out_and_explained(open_page: Callable[[Line], Page], line: Line) -> None:
    page = open_page(line)
    page.press("qr")
    page.scan(OTHER)
    html = page.press("state")
    assert (
        "has the number +1 555-000-0099, but this inbox is +1 555-000-0042. It was logged out again." in html
    )
    assert not any(slot.phone == OTHER for slot in line.world.slots.values())
    assert page.channel.own_pn == ""
    page.press("qr")
    page.scan()
    assert "The phone is linked" in page.press("state"), "the right one can still come"


def test_phone_that_was_there_before_is_left_alone(open_page: Callable[[Line], Page], v9: Line) -> None:
    page = open_page(v9)
    page.scan(OTHER)
    html = page.press("state")
    assert "It was so before, so it was left alone" in html
    assert v9.world.slots[SLOT].phone == OTHER
    assert page.press("state") == ""


def test_linked_slot_needs_no_code(open_page: Callable[[Line], Page], v8: Line) -> None:
    v8.world.add_device("theirs", OURS)
    page = open_page(v8)
    assert page.channel.device_id == "theirs"
    assert "The phone is linked" in page.press("state")


def test_session_that_came_meanwhile_is_adopted_by_asking_for_a_code(
    open_page: Callable[[Line], Page], v8: Line
) -> None:
    page = open_page(v8)
    del v8.world.slots[SLOT]
    v8.world.add_device("theirs", OURS)
    assert "notice bad" not in page.press("qr")
    assert page.channel.device_id == "theirs"
    assert "The phone is linked" in page.press("state")


def test_stored_session_that_still_connects_is_waited_for(
    open_page: Callable[[Line], Page], v8: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rookery.providers.whatsapp_web import linking as wire

    monkeypatch.setattr(wire, "_PATIENCE", 0.0)
    page = open_page(v8)
    v8.fault("status", "/app/login", status=500, code="SESSION_SAVED_ERROR", times=1)
    assert "base64,iVBOR" in page.press("qr")


def test_gateway_that_is_gone_is_said_once_and_unsaid(open_page: Callable[[Line], Page], v9: Line) -> None:
    page = open_page(v9)
    kept, v9.world.password = v9.world.password, "changed"
    assert "Authentication failed" in page.press("state")
    assert page.press("state") == ""
    assert "Authentication failed" in page.press("qr")
    v9.world.password = kept
    page.press("state")
    assert "Authentication failed" not in page.html


def test_slot_that_was_removed_is_made_again(open_page: Callable[[Line], Page], v8: Line) -> None:
    page = open_page(v8)
    del v8.world.slots[SLOT]
    assert page.press("state") == ""
    assert "base64,iVBOR" in page.press("qr")
    assert SLOT in v8.world.slots


def test_newer_gateway_is_told_where_events_go(open_page: Callable[[Line], Page], v9: Line) -> None:
    page = open_page(v9)
    page.press("qr")
    page.scan()
    html = page.press("state")
    assert "that was set up just now" in html
    hook = v9.world.slots[SLOT].hook
    secret = WebhookSecret.objects.get(channel=page.inbox.channel_id).value
    assert hook is not None
    assert (hook.url, hook.secret, hook.events) == (
        f"http://127.0.0.1:8000/webhooks/whatsapp/+{OURS}",
        secret,
        "",
    )
    assert str(secret) not in html


def test_older_gateways_options_are_shown_and_the_secret_once(
    open_page: Callable[[Line], Page], v8: Line
) -> None:
    page = open_page(v8)
    page.press("code")
    page.scan("")
    html = page.press("state")
    secret = str(WebhookSecret.objects.get(gateway=page.channel.gateway).value)
    assert f"WHATSAPP_WEBHOOK=http://127.0.0.1:8000/webhooks/whatsapp/+{OURS}" in html
    assert secret not in html
    answer = page.client.post(f"{page.path}/secret", page.known)
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"--webhook-secret={secret}" in answer.content.decode()
    assert secret not in page.press("secret")
    assert "Make a new secret" in page.html
    renewed = re.search(r"--webhook-secret=([0-9a-f]{64})", page.press("secret", renew="1"))
    assert renewed is not None
    assert renewed[1] != secret
    rows = WebhookSecret.objects.filter(gateway=page.channel.gateway).order_by("pk")
    assert [row.valid_until is None for row in rows] == [False, True], "the old one is good for another day"


def test_gateway_whose_events_come_already_needs_nothing(
    cast: Cast, open_page: Callable[[Line], Page], v8: Line
) -> None:
    cast.gateway.url = v8.url
    cast.gateway.save()
    WebhookSecret.objects.create(gateway=cast.gateway, value="5eed" * 16)
    Channel.objects.filter(pk=cast.channel.pk).update(last_event_ms=1)
    page = open_page(v8)
    page.press("qr")
    page.scan()
    assert "for all of its numbers: nothing to change there" in page.press("state")


def linked(page: Page) -> Page:
    page.press("qr")
    page.scan()
    page.press("state")
    return page


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("nothing", "Nothing has come to this address yet."),
        ("unsigned", "Something came with a wrong signature, or with none"),
        ("nobody", "Something came for a number that is not here"),
        ("others", "Events came, but for another number of this gateway"),
        ("came", "events arrive. Now somebody has to write."),
    ],
)
def test_wait_says_what_the_door_has_seen(
    open_page: Callable[[Line], Page], v8: Line, what: str, words: str
) -> None:
    page = linked(open_page(v8))
    assert page.press("state") == ""
    if what == "nothing":
        page.known["since"] = "1"
    elif what == "unsigned":
        metrics.signature_invalid.inc()
    elif what == "nobody":
        metrics.webhooks.labels(answer="404").inc()
    elif what == "others":
        Channel.objects.filter(pk=page.channel.pk).update(ignored_events=1)
    else:
        Channel.objects.filter(pk=page.channel.pk).update(last_event_ms=5)
    html = page.press("state")
    assert words in html
    assert ("curl -i http://127.0.0.1:8000/webhooks/whatsapp/+" in html) == (what == "nothing")
    assert page.press("state") == "", "said once"


def test_first_message_ends_it(open_page: Callable[[Line], Page], v9: Line) -> None:
    from rookery.processing.worker import Processor

    page = linked(open_page(v9))
    body = json.loads(make.text_event("is anybody there?", from_name="Bia"))
    body["device_id"] = f"{OURS}@s.whatsapp.net"
    make.store(page.channel, json.dumps(body).encode())
    Processor().drain()
    html = page.press("state")
    assert "is anybody there?" in html
    found = Conversation.objects.get(inbox=page.inbox)
    assert f'href="/conversations/{found.display_id}"' in html
    assert "every" not in html, "it asks no more"


@pytest.mark.parametrize("name", ["agent", "bystander", "outsider"])
def test_only_administrators_find_it(cast: Cast, client: Client, name: str) -> None:
    client.force_login(getattr(cast, name))
    path = f"/numbers/{cast.inbox.pk}/link"
    assert client.get(path).status_code == 404
    for what in ("qr", "code", "state", "secret"):
        assert client.post(f"{path}/{what}").status_code == 404
        assert client.get(f"{path}/{what}").status_code in (404, 405)


def test_number_page_leads_here_until_it_is_linked(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    assert f"/numbers/{cast.inbox.pk}/link" in client.get(f"/numbers/{cast.inbox.pk}").content.decode()
    DeviceState.objects.create(channel=cast.channel, state="connected", since=cast.channel.created_at)
    assert f"/numbers/{cast.inbox.pk}/link" not in client.get(f"/numbers/{cast.inbox.pk}").content.decode()


def test_secret_is_never_in_what_objects_say_of_themselves(cast: Cast) -> None:
    from rookery.providers.linking import QrCode, WebhookSetting

    assert "hush" not in repr(WebhookSetting("http://x", "hush"))
    assert "hush" not in repr(QrCode(b"hush", 30))
    assert hooks.do_renew(cast.channel, cast.admin) not in repr(cast.channel)
    assert linking.webhook_address(cast.channel).endswith("/+15550000001")
