"""What an administrator is told about a configuration, and slots made or adopted."""

import httpx
import pytest

from rookery.providers import errors as e
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import OURS, answering, failure, over, success

PHONE = "+" + OURS


async def test_check_when_number_is_logged_in_is_good(world: World, gateway: WhatsAppWeb) -> None:
    check = await gateway.check_config(PHONE)
    assert check.ok
    assert check.status is not None
    assert (check.status.slot, check.status.jid) == ("demo", Jid.of_phone(OURS))
    assert bool(check.version) == (world.profile.name == "v9")


async def test_check_when_no_device_is_named_finds_the_number(world: World) -> None:
    world.add_device("other", "15550000002")
    check = await over(world, device_id="").check_config(PHONE)
    assert check.ok
    assert [slot.slot for slot in check.slots] == ["demo", "other"]


async def test_check_when_brazilian_number_is_written_the_other_way_is_good(world: World) -> None:
    world.add_device("br", "552187650000")
    assert (await over(world, device_id="br").check_config("+5521987650000")).ok


@pytest.mark.parametrize(
    ("device", "phone"),
    [("demo", "+15550000009"), ("", "+15550000009"), ("gone", "+15550000009"), ("empty", PHONE)],
)
async def test_check_when_number_is_not_logged_in_says_so(world: World, device: str, phone: str) -> None:
    world.add_slot("empty")
    check = await over(world, device_id=device).check_config(phone)
    assert check.problem is not None
    assert check.problem.code == "config_not_logged_in"


async def test_check_when_gateway_is_fresh_says_not_logged_in(world: World) -> None:
    world.reset()
    check = await over(world).check_config(PHONE)
    assert check.problem is not None
    assert check.problem.code == "config_not_logged_in"
    assert check.slots == ()


async def test_check_when_phone_is_not_given_looks_at_the_slot(world: World) -> None:
    assert (await over(world, phone="").check_config()).ok
    assert (await over(world, phone="", device_id="").check_config()).ok


async def test_check_when_password_is_wrong_says_so(world: World) -> None:
    check = await over(world, password="no").check_config(PHONE)
    assert str(check.problem) == "Authentication failed: check user and password."


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.ConnectError("x"), "config_unreachable"),
        (httpx.ConnectTimeout("x"), "config_unreachable"),
        (httpx.ReadTimeout("x"), "config_unreachable"),
        (httpx.Response(502, text="bad gateway"), "config_unreachable"),
        (httpx.Response(200, text="<html>router</html>"), "config_not_a_gateway"),
        (httpx.Response(404, text="Cannot GET /app/devices"), "config_not_a_gateway"),
        (httpx.Response(200, json={"hello": "world"}), "config_not_a_gateway"),
        (httpx.Response(301, headers={"Location": "https://h/"}), "config_not_a_gateway"),
        (failure(401, "AUTHENTICATION_ERROR", "you are not logged in"), "config_not_logged_in"),
    ],
)
async def test_check_when_something_else_answers(answer: httpx.Response | Exception, code: str) -> None:
    check = await answering(answer).check_config(PHONE)
    assert check.problem is not None
    assert check.problem.code == code
    assert not check.ok


async def test_check_when_url_is_bad_says_so_without_asking() -> None:
    check = await answering(AssertionError("asked"), base_url="gateway:3000").check_config(PHONE)
    assert check.problem is not None
    assert check.problem.code == "config_bad_url"


async def test_status_when_linked_then_dropped(world: World, gateway: WhatsAppWeb) -> None:
    status = await gateway.device_status()
    assert (status.connected, status.logged_in, status.jid) == (True, True, Jid.of_phone(OURS))
    world.slots["demo"].connected = False
    assert not (await gateway.device_status()).connected


async def test_status_when_slot_never_logged_in_is_not_an_error(world: World) -> None:
    world.add_slot("fresh")
    status = await over(world, device_id="fresh").device_status()
    assert (status.connected, status.logged_in, status.jid, status.slot) == (False, False, None, "fresh")
    refusing = answering(failure(500, "INVALID_WA_CLI"), device_id="fresh")
    assert await refusing.device_status() == status


async def test_status_when_slot_is_gone_raises(world: World) -> None:
    with pytest.raises(e.OutOfService):
        await over(world, device_id="gone").device_status()


async def test_ensure_slot_when_new_makes_it_once(world: World) -> None:
    provider = over(world, device_id="shop", phone="+15550000777")
    made = await provider.ensure_slot("shop")
    again = await provider.ensure_slot("shop")
    assert (made.slot, made.logged_in) == (again.slot, False) == ("shop", False)
    assert list(world.slots) == ["demo", "shop"]


async def test_ensure_slot_when_number_is_linked_adopts_its_slot(world: World, gateway: WhatsAppWeb) -> None:
    assert (await gateway.ensure_slot("another-name")).slot == "demo"
    assert list(world.slots) == ["demo"]


async def test_ensure_slot_when_somebody_makes_it_in_between_adopts_it() -> None:
    lists = [success(None), success([{"id": "shop", "state": "disconnected"}])]

    def answer(request: httpx.Request) -> httpx.Response:
        return (
            lists.pop(0)
            if request.method == "GET"
            else failure(500, "INTERNAL_SERVER_ERROR", "already exists")
        )

    assert (await answering(answer).ensure_slot("shop")).slot == "shop"


async def test_open_to_all_when_password_is_set_or_not(world: World, gateway: WhatsAppWeb) -> None:
    assert not await gateway.open_to_all()
    world.user = ""
    assert await gateway.open_to_all()


async def test_gateway_7_when_asked_shows_its_one_account() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/app/status":
            return success(
                {"is_connected": True, "is_logged_in": True, "device_id": f"{OURS}:17@s.whatsapp.net"}
            )
        if path == "/app/devices":
            return success([{"name": "Demo", "device": f"{OURS}:17@s.whatsapp.net"}])
        return httpx.Response(404, text=f"Cannot {request.method} {path}")

    found = await answering(answer, device_id="").check_config("+" + OURS)
    assert found.ok
    assert found.status is not None
    assert found.status.jid == Jid.of_phone(OURS)
    assert (await answering(answer, device_id="").ensure_slot("demo")).logged_in
