"""Codes, logout, reconnect and webhooks of a slot, over the simulated gateway and over odd answers."""

from __future__ import annotations

import httpx
import pytest

from rookery.providers import errors as e
from rookery.providers.linking import AlreadyLinked, WebhookSetting
from rookery.providers.whatsapp_web import WhatsAppWeb, linking
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.providers.whatsapp_web.conftest import answering, failure, over, success

PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_PATIENCE", 0.0)


async def test_code_is_fetched_and_works_as_long_as_the_gateway_says(world: World) -> None:
    world.pace = Pace(people=1.0)
    world.add_slot("fresh")
    code = await over(world, device_id="fresh").login_qr()
    assert code.image.startswith(b"\x89PNG")
    assert code.seconds == 30


async def test_linked_slot_gives_no_code(gateway: WhatsAppWeb) -> None:
    with pytest.raises(AlreadyLinked):
        await gateway.login_qr()
    with pytest.raises(AlreadyLinked):
        await gateway.login_code("+15550000001")


async def test_pairing_code_is_asked_for_by_digits(world: World) -> None:
    world.add_slot("fresh")
    code = await over(world, device_id="fresh").login_code("+1 555 000-0042")
    assert len(code) == 9
    assert world.notes["pair:fresh"] == "15550000042"


async def test_logout_and_reconnect(world: World, gateway: WhatsAppWeb) -> None:
    world.slots["demo"].connected = False
    await gateway.reconnect()
    assert world.slots["demo"].connected
    await gateway.logout()
    assert ("demo" in world.slots) == (world.profile.name == "v9")


async def test_webhook_of_a_slot_where_there_are_such(world: World, gateway: WhatsAppWeb) -> None:
    if world.profile.name == "v8":
        assert await gateway.webhook() is None
        with pytest.raises(e.NotAvailable):
            await gateway.set_webhook("http://door.example", "hush")
        return
    assert await gateway.webhook() == WebhookSetting("")
    await gateway.set_webhook("http://door.example", "hush", ("message", "message.ack"))
    assert await gateway.webhook() == WebhookSetting(
        "http://door.example", "hush", ("message", "message.ack")
    )
    assert await over(world, device_id="gone").webhook() == WebhookSetting("")


@pytest.mark.parametrize(
    "link",
    [
        "http://attacker.example/statics/qrcode/a.png",
        "https://internal:3000/gowa/statics/qrcode/a.png",
        "/statics/qrcode/a.png",
        "statics/images/qrcode/a.png",
    ],
)
async def test_picture_is_fetched_from_our_own_address_whatever_the_link_says(link: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path.endswith("/app/login"):
            return success({"qr_link": link, "qr_duration": 30})
        return httpx.Response(200, content=PNG)

    await answering(answer, base_url="http://gateway.example:3000/base").login_qr()
    assert asked[1].startswith("http://gateway.example:3000/base/statics/")


@pytest.mark.parametrize(
    "link", ["", "http://[", "/statics/media/secret.jpg", "/statics/qrcode/../../app/logout", "/app/logout"]
)
async def test_link_that_leaves_its_folder_is_not_followed(link: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return success({"qr_link": link, "qr_duration": 30})

    with pytest.raises(e.ProviderError):
        await answering(answer).login_qr()
    assert asked == ["/app/login"]


async def test_what_is_no_picture_and_no_code_is_refused() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/app/login":
            return success({"qr_link": "/statics/qrcode/a.png", "qr_duration": 30})
        return httpx.Response(200, content=b"<script>alert(1)</script>")

    with pytest.raises(e.NotReady):
        await answering(page).login_qr()
    with pytest.raises(e.NotReady):
        await answering(success({"pair_code": "<b>"})).login_code("15550000042")


async def test_session_that_still_connects_is_asked_once_more() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return failure(500, "SESSION_SAVED_ERROR") if len(asked) == 1 else failure(400, "ALREADY_LOGGED_IN")

    with pytest.raises(AlreadyLinked):
        await answering(answer).login_qr()
    assert asked == ["/app/login"] * 2


async def test_odd_durations_become_thirty_seconds() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/app/login":
            return success({"qr_link": "/statics/qrcode/a.png", "qr_duration": 0})
        return httpx.Response(200, content=PNG)

    assert (await answering(answer).login_qr()).seconds == 30


def test_codes_and_secrets_are_not_in_what_objects_say_of_themselves() -> None:
    assert "hush" not in repr(WebhookSetting("http://x", "hush"))
