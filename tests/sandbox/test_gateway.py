"""Passwords, device resolution, paths, static files, and how the profiles differ."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, MakeWorld, Receiver, client_of


@pytest.mark.parametrize(
    ("profile", "challenge"),
    [("v8", "basic realm=Restricted"), ("v9", 'Basic realm="Restricted", charset="UTF-8"')],
)
async def test_wrong_password_is_plain_text(make_world: MakeWorld, profile: str, challenge: str) -> None:
    async with client_of(make_world(profile), auth=("admin", "wrong")) as client:
        answer = await client.get("/app/status")
    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["www-authenticate"] == challenge


async def test_health_needs_no_password_and_ignores_the_base_path(make_world: MakeWorld) -> None:
    async with client_of(make_world(base_path="/gowa"), auth=None) as client:
        assert (await client.get("/health")).text == "OK"
        assert (await client.get("/app/status")).status_code == 404
        assert (await client.get("/gowa/app/status")).status_code == 401


async def test_base_path_prefixes_generated_urls(make_world: MakeWorld) -> None:
    world = make_world(base_path="gowa", linked=False)
    world.add_slot("demo")
    async with client_of(world) as client:
        link = (await client.get("/gowa/app/login")).json()["results"]["qr_link"]
        assert link.startswith("http://127.0.0.1:3000/gowa/statics/qrcode/scan-qr-")


@pytest.mark.parametrize(("profile", "content_type"), [("v8", ""), ("v9", "; charset=utf-8")])
async def test_envelope_has_no_status_key(make_world: MakeWorld, profile: str, content_type: str) -> None:
    async with client_of(make_world(profile)) as client:
        answer = await client.get("/app/status")
    assert set(answer.json()) == {"code", "message", "results"}
    assert answer.headers["content-type"] == "application/json" + content_type


class TestDeviceResolution:
    async def test_fresh_gateway_has_no_slot(self, make_world: MakeWorld) -> None:
        async with client_of(make_world(linked=False)) as client:
            answer = await client.get("/app/devices")
            assert (answer.status_code, answer.json()["code"]) == (400, "DEVICE_ID_REQUIRED")
            assert "results" not in answer.json()
            assert (await client.get("/devices")).json()["results"] is None

    async def test_only_slot_needs_no_name(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/app/status")).json()["results"]["device_id"] == "demo"

    async def test_two_slots_need_a_name(self, world: World, client: httpx.AsyncClient) -> None:
        world.add_slot("other one")
        assert (await client.get("/app/status")).status_code == 400
        named = await client.get("/app/status", headers={"X-Device-Id": " other+one "})
        assert named.json()["results"]["device_id"] == "other one"
        queried = await client.get("/app/status", params={"device_id": "demo"})
        assert queried.json()["results"]["device_id"] == "demo"

    async def test_header_wins_over_query(self, world: World, client: httpx.AsyncClient) -> None:
        world.add_slot("other")
        answer = await client.get("/app/status?device_id=demo", headers={"X-Device-Id": "other"})
        assert answer.json()["results"]["device_id"] == "other"

    @pytest.mark.parametrize("given", ["15550000001@s.whatsapp.net", "15550000001:11@s.whatsapp.net"])
    async def test_slots_answer_to_their_jid(self, client: httpx.AsyncClient, given: str) -> None:
        answer = await client.get("/app/status", headers={"X-Device-Id": given})
        assert answer.json()["results"]["device_id"] == "demo"

    @pytest.mark.parametrize("path", ["/app/status", "/no/such/path"])
    async def test_unknown_name_is_404_with_the_name(self, client: httpx.AsyncClient, path: str) -> None:
        answer = await client.get(path, headers={"X-Device-Id": "nobody"})
        assert answer.status_code == 404
        assert (answer.json()["code"], answer.json()["results"]) == (
            "DEVICE_NOT_FOUND",
            {"device_id": "nobody"},
        )


@pytest.mark.parametrize(("profile", "text"), [("v8", "Cannot GET /nope"), ("v9", "Not Found")])
async def test_unknown_path_is_plain_text(make_world: MakeWorld, profile: str, text: str) -> None:
    async with client_of(make_world(profile)) as client:
        answer = await client.get("/nope")
    assert (answer.status_code, answer.text) == (404, text)


async def test_wrong_method_and_plain_websocket(client: httpx.AsyncClient) -> None:
    assert (await client.get("/send/message")).status_code == 405
    assert (await client.get("/ws")).status_code == 426


class TestStatics:
    async def test_existing_file_needs_neither_password_nor_device(self, make_world: MakeWorld) -> None:
        world = make_world(linked=False)
        world.files.put("statics/media/1-a.jpe", b"picture")
        async with client_of(world, auth=None) as client:
            answer = await client.get("/statics/media/1-a.jpe")
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (
            200,
            b"picture",
            "image/jpeg",
        )

    async def test_missing_file_falls_through(self, world: World, client: httpx.AsyncClient) -> None:
        async with client_of(world, auth=None) as stranger:
            assert (await stranger.get("/statics/media/x.jpg")).status_code == 401
        assert (await client.get("/statics/media/x.jpg")).status_code == 404
        world.add_slot("other")
        assert (await client.get("/statics/media/x.jpg")).status_code == 400

    async def test_nothing_outside_the_folder_is_served(self, make_world: MakeWorld, tmp_path: Any) -> None:
        (tmp_path / "secret.txt").write_text("no")
        world = make_world(data_dir=tmp_path / "world")
        async with client_of(world, auth=None) as client:
            answer = await client.get("/statics/%2e%2e/%2e%2e/secret.txt")
        assert answer.status_code == 401


class TestProfiles:
    async def test_info_exists_in_v9_only(self, make_world: MakeWorld) -> None:
        async with client_of(make_world("v8")) as old, client_of(make_world("v9", linked=False)) as new:
            assert (await old.get("/app/info")).status_code == 404
            assert (await new.get("/app/info")).json()["results"]["version"] == "v9.2.0"

    async def test_unknown_chat(self, make_world: MakeWorld) -> None:
        async with client_of(make_world("v8")) as old, client_of(make_world("v9")) as new:
            path = "/chat/15550009999@s.whatsapp.net/messages"
            failed = await old.get(path)
            assert (failed.status_code, failed.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")
            assert (await new.get(path)).json()["results"]["data"] is None

    async def test_logout_removes_or_keeps_the_slot(self, make_world: MakeWorld) -> None:
        async with client_of(make_world("v8")) as old, client_of(make_world("v9")) as new:
            for client in (old, new):
                assert (await client.get("/app/logout")).json()["results"] == {"device_id": "demo"}
            gone = await old.get("/app/status", headers={"X-Device-Id": "demo"})
            assert gone.json()["code"] == "DEVICE_NOT_FOUND"
            kept = (await new.get("/app/status", headers={"X-Device-Id": "demo"})).json()["results"]
            assert kept == {"is_connected": False, "is_logged_in": False, "device_id": "demo", "jid": ""}

    async def test_login_by_device_path(self, make_world: MakeWorld) -> None:
        worlds = [make_world(profile, linked=False) for profile in ("v8", "v9")]
        for world in worlds:
            world.add_slot("shop")
        async with client_of(worlds[0]) as old, client_of(worlds[1]) as new:
            assert (await old.get("/devices/shop/login")).status_code == 500
            assert (await new.get("/devices/shop/login")).json()["results"]["qr_duration"] == 30

    async def test_own_webhook_of_a_device(self, make_world: MakeWorld, receiver: Receiver) -> None:
        world = make_world("v9")
        world.add_contact(ADA, "Ada")
        async with client_of(world) as client:
            body = {
                "webhook_url": "http://own.example/wa",
                "webhook_secret": "own",
                "webhook_events": "message",
            }
            assert (await client.patch("/devices/demo/webhook", json={})).status_code == 400
            assert (await client.patch("/devices/nobody/webhook", json=body)).json()["code"] == "NOT_FOUND"
            assert (await client.patch("/devices/demo/webhook", json=body)).status_code == 200
            world.say(ADA, "hi")
            await client.post("/send/message", json={"phone": ADA, "message": "hello"})
            await world.settle()
            assert [url for url, *_rest in receiver.requests] == ["http://own.example/wa"]
            await client.patch("/devices/demo/webhook", json={"webhook_url": ""})
            world.say(ADA, "hi")
            await world.settle()
            assert receiver.requests[-1][0] == "http://hooks.example/wa"

    async def test_delete_leaves_the_fork_s_session_talking(
        self, make_world: MakeWorld, receiver: Receiver
    ) -> None:
        world = make_world("v8")
        world.add_contact(ADA, "Ada")
        async with client_of(world) as client:
            assert (await client.delete("/devices/demo")).status_code == 200
            assert (await client.get("/devices")).json()["results"] is None
        world.say(ADA, "still here")
        await world.settle()
        assert len(receiver.requests) == 1

    @pytest.mark.parametrize(("profile", "status"), [("v8", 400), ("v9", 200)])
    async def test_unstar(self, make_world: MakeWorld, profile: str, status: int) -> None:
        async with client_of(make_world(profile)) as client:
            assert (await client.post("/message/X/unstar", json={"phone": ADA})).status_code == status


class TestPairing:
    async def test_qr_then_scan(self, make_world: MakeWorld) -> None:
        world = make_world(linked=False, pace=1.0)
        async with client_of(world) as client:
            made = (await client.post("/devices", json={"device_id": "shop"})).json()["results"]
            assert set(made) == {"id", "display_name", "jid", "state", "created_at"}
            never = await client.post("/send/message", json={"phone": ADA, "message": "x"})
            assert never.json()["code"] == "INVALID_WA_CLI"
            first = (await client.get("/app/login")).json()["results"]
            second = (await client.get("/app/login")).json()["results"]
            assert (await client.get(first["qr_link"])).status_code == 404
            picture = await client.get(second["qr_link"], auth=None)
            assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"
            assert (await client.get("/devices/shop")).json()["results"]["state"] == "connected"
            waiting = await client.post("/send/message", json={"phone": ADA, "message": "x"})
            assert waiting.json()["message"] == "you are not logged in"
            await client.post("/_sandbox/devices/shop/scan", json={"phone": "15550000077"})
            status = (await client.get("/app/status")).json()["results"]
            assert (status["is_logged_in"], status["jid"]) == (True, "15550000077@s.whatsapp.net")
            again = await client.get("/app/login")
            assert (again.status_code, again.json()["code"]) == (400, "ALREADY_LOGGED_IN")

    async def test_code_then_typed_on_the_phone(self, make_world: MakeWorld) -> None:
        world = make_world(linked=False)
        world.add_slot("shop")
        async with client_of(world) as client:
            bad = await client.get("/app/login-with-code", params={"phone": "x"})
            assert bad.status_code == 400
            answer = await client.get("/app/login-with-code", params={"phone": "+15550000077"})
            assert len(answer.json()["results"]["pair_code"]) == 9
            await client.post("/_sandbox/devices/shop/scan", json={})
        assert world.slots["shop"].jid == "15550000077@s.whatsapp.net"

    async def test_phone_unlinks_the_device(self, client: httpx.AsyncClient, world: World) -> None:
        world.say(ADA, "hi")
        await client.post("/_sandbox/devices/demo/logout", json={})
        assert "demo" not in world.slots
        world.add_device("demo", "15550000001")
        assert (await client.get(f"/chat/{ADA}@s.whatsapp.net/messages")).status_code == 500

    async def test_banned_account_does_not_come_back(self, client: httpx.AsyncClient) -> None:
        await client.post("/_sandbox/devices/demo/ban", json={})
        assert (await client.get("/app/status")).json()["results"]["is_connected"] is False
        assert (await client.get("/app/reconnect")).status_code == 500


async def test_user_check_and_avatar(world: World, client: httpx.AsyncClient) -> None:
    async def known(phone: str) -> bool:
        answer = await client.get("/user/check", params={"phone": phone})
        return bool(answer.json()["results"]["is_on_whatsapp"])

    assert await known(ADA)
    assert not await known("15550009999")
    assert await known("12345678901234567890")
    assert (await client.get("/user/avatar", params={"phone": ADA})).status_code == 500
    world.add_contact(ADA, avatar=True)
    url = (await client.get("/user/avatar", params={"phone": ADA})).json()["results"]["url"]
    assert (await client.get(url, auth=None)).content[:2] == b"\xff\xd8"
    info = (await client.get("/user/info", params={"phone": ADA})).json()["results"]
    assert info["data"][0]["devices"][0]["User"] == ADA


async def test_path_that_only_begins_like_the_base_path(make_world: MakeWorld) -> None:
    async with client_of(make_world(base_path="/gowa")) as client:
        assert (await client.get("/gowax/app/status")).status_code == 404


async def test_banned_account_can_pair_again(world: World, client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/devices/demo/ban", json={})
    assert (await client.get("/app/login")).status_code == 200
    assert (await client.get("/app/status")).json()["results"]["is_logged_in"] is False
