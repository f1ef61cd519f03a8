"""From a command to the simulated person's screen, and what an answer means."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from rookery.outbound_http import open_client
from rookery.providers import errors as e
from rookery.providers.commands import SendMedia, SendText
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.providers.whatsapp_web.answers import server_time
from rookery.sandbox.faults import Fault
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, CONFIG, answering, over, success

PEER = Jid.of_phone(BIA)
TEXT = SendText(PEER, "oi")


async def test_text_when_sent_is_on_the_screen_with_whatsapps_time(
    world: World, gateway: WhatsAppWeb
) -> None:
    sent = await gateway.send(TEXT)
    shown = world.screen(BIA)
    assert [(m["id"], m["text"], m["from_me"]) for m in shown] == [(sent.source_id, "oi", False)]
    assert sent.at is not None
    assert abs(sent.at - datetime.now(UTC)) < timedelta(seconds=5)


async def test_reply_when_target_is_known_quotes_it(world: World, gateway: WhatsAppWeb) -> None:
    target = world.say(BIA, "chegou?")
    await gateway.send(SendText(PEER, "sim", reply_to=target))
    assert world.screen(BIA)[-1]["reply_to"] == target


@pytest.mark.parametrize(
    ("kind", "mime", "shown"),
    [
        ("image", "image/png", "image"),
        ("video", "video/mp4", "video"),
        ("audio", "audio/ogg; codecs=opus", "audio"),
        ("document", "application/pdf", "document"),
        ("image", "image/svg+xml", "document"),
    ],
)
async def test_file_when_sent_arrives_whole(
    world: World, gateway: WhatsAppWeb, tmp_path: Path, kind: str, mime: str, shown: str
) -> None:
    content = b"OggS" + bytes(range(256)) * 2_000
    file = tmp_path / "blob"
    await asyncio.to_thread(file.write_bytes, content)
    await gateway.send(SendMedia(PEER, kind, file, "nota.pdf", mime, voice=kind == "audio"))  # type: ignore[arg-type]
    last = world.screen(BIA)[-1]
    assert last["kind"] == shown
    assert last["file"]["size"] == len(content)
    if shown == "document":
        assert last["file"]["name"] == "nota.pdf"


async def test_voice_note_when_gateway_cannot_convert_it_is_known_not_to_have_left(
    world: World, gateway: WhatsAppWeb, tmp_path: Path
) -> None:
    file = tmp_path / "blob"
    await asyncio.to_thread(file.write_bytes, b"no sound at all")
    with pytest.raises(e.Rejected) as caught:
        await gateway.send(SendMedia(PEER, "audio", file, "a.ogg", "audio/ogg", voice=True))
    assert caught.value.code == "file_refused"
    assert world.screen(BIA) == []


async def test_file_when_source_breaks_is_not_sent(world: World, gateway: WhatsAppWeb) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise OSError("disk")

    with pytest.raises(e.Rejected) as caught:
        await gateway.send(SendMedia(PEER, "document", broken(), "a.bin", "x/y", size=6))
    assert caught.value.code == "file_unreadable"
    assert world.screen(BIA) == []


@pytest.mark.parametrize(
    ("fault", "kind", "arrives"),
    [
        (Fault(mode="reset"), e.OutcomeUnknown, False),
        (Fault(mode="timeout_before"), e.OutcomeUnknown, False),
        (Fault(mode="timeout_after"), e.OutcomeUnknown, True),
        (Fault(mode="garbage"), e.OutcomeUnknown, False),
        (Fault(mode="garbage", executed=True), e.OutcomeUnknown, True),
        (Fault(mode="status", status=503), e.OutcomeUnknown, False),
        (Fault(mode="status", status=504, code="GATEWAY_TIMEOUT", executed=True), e.OutcomeUnknown, True),
        (Fault(mode="status", status=500, message="websocket not connected"), e.NotReady, False),
        (Fault(mode="status", status=429, code="WA_REACHOUT_TIMELOCK"), e.Paused, False),
    ],
)
async def test_send_when_something_goes_wrong_is_never_called_certain_if_it_left(
    world: World, gateway: WhatsAppWeb, fault: Fault, kind: type[e.ProviderError], arrives: bool
) -> None:
    world.faults.add(fault)
    with pytest.raises(kind) as caught:
        await gateway.send(TEXT)
    assert bool(world.screen(BIA)) == arrives
    assert not (arrives and caught.value.certain)


async def test_send_when_nothing_listens_may_be_tried_again(world: World, gateway: WhatsAppWeb) -> None:
    world.faults.deafen(5)
    with pytest.raises(e.Unreachable):
        await gateway.send(TEXT)


@pytest.mark.parametrize(("reads", "kind"), [("head", e.Unreachable), ("all", e.OutcomeUnknown)])
async def test_send_when_connection_breaks_over_a_socket_depends_on_how_much_was_written(
    tmp_path: Path, reads: str, kind: type[e.ProviderError]
) -> None:
    file = tmp_path / "large"
    await asyncio.to_thread(file.write_bytes, bytes(8_000_000))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if reads == "all":
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        writer.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with open_client("test", allow_private=True) as client:
            provider = WhatsAppWeb(replace(CONFIG, base_url=url), client)
            with pytest.raises(kind):
                await provider.send(SendMedia(PEER, "document", file, "a.bin", "x/y"))


async def test_send_when_password_is_wrong_waits_for_the_administrator(world: World) -> None:
    with pytest.raises(e.OutOfService) as caught:
        await over(world, password="no").send(TEXT)
    assert caught.value.code == "bad_credentials"


async def test_send_when_slot_is_gone_or_logged_out(world: World) -> None:
    with pytest.raises(e.OutOfService) as caught:
        await over(world, device_id="gone").send(TEXT)
    assert caught.value.code == "device_missing"
    world.add_slot("fresh")
    with pytest.raises(e.NotReady):
        await over(world, device_id="fresh").send(TEXT)


async def test_send_when_number_is_not_on_whatsapp_says_so(gateway: WhatsAppWeb) -> None:
    with pytest.raises(e.NotOnWhatsApp):
        await gateway.send(SendText(Jid.of_phone("5521987659999"), "oi"))


@pytest.mark.parametrize(
    "results", [None, {}, [], {"message_id": ""}, {"message_id": 5}, {"message_id": "A" * 200}]
)
async def test_send_when_answer_names_no_message_is_unknown(results: object) -> None:
    with pytest.raises(e.OutcomeUnknown):
        await answering(success(results)).send(TEXT)


async def test_send_when_url_is_bad_leaves_nothing() -> None:
    with pytest.raises(e.ConfigProblem):
        await answering(success(None), base_url="ftp://x").send(TEXT)


async def test_call_when_made_names_device_and_credentials_below_the_prefix() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return success({"message_id": "3EB0", "status": "no time here"})

    provider = answering(answer, base_url="http://h:1/5521995539939/", device_id="+55 21@s.whatsapp.net:é")
    assert (await provider.send(TEXT)).at is None
    assert str(seen[0].url) == "http://h:1/5521995539939/send/message"
    assert seen[0].headers["X-Device-Id"] == "%2B55%2021@s.whatsapp.net:%C3%A9"
    assert seen[0].headers["Authorization"] == "Basic YWRtaW46c2FuZGJveA=="
    assert provider.headers() == {key: seen[0].headers[key] for key in ("X-Device-Id", "Authorization")}
    assert seen[0].extensions["timeout"] == {"connect": 5.0, "read": 75.0, "write": 75.0, "pool": 5.0}


async def test_call_when_gateway_is_open_sends_no_credentials() -> None:
    provider = answering(success(None), username="", password="", device_id="")
    assert provider.headers() == {}


async def test_template_when_asked_for_is_refused_in_words(gateway: WhatsAppWeb) -> None:
    with pytest.raises(e.TemplatesUnsupported) as caught:
        await gateway.send_template(PEER, "hello")
    assert "Business API" in caught.value.public
    assert caught.value.certain
    assert await gateway.sync_templates() == []


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        (
            "Message sent to x (server timestamp: 2026-03-04 15:04:05 +0000 UTC)",
            datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC),
        ),
        ("(server timestamp: 2026-03-04 12:04:05.25 -0300 -03)", datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC)),
        ("server timestamp: 2026-13-04 12:04:05 -0300", None),
        ("server timestamp: 0001-01-01 00:00:00 +1400", None),
        ("sent", None),
    ],
)
def test_server_time_when_prose_holds_it(prose: str, expected: datetime | None) -> None:
    assert server_time(prose) == expected
