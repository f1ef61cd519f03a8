from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from rookery.providers import errors as e
from rookery.providers.commands import SendText
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, answering, failure, success

PEER = Jid.of_phone(BIA)
START = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_record_when_both_sides_wrote_marks_what_the_api_sent(
    world: World, gateway: WhatsAppWeb
) -> None:
    theirs = world.say(BIA, "chegou?")
    ours = (await gateway.send(SendText(PEER, "sim"))).source_id
    typed = world.phone_say(BIA, "do telefone")
    now = datetime.now(UTC)
    rows = {}
    for _ in range(40):
        rows = {row.id: row for row in await gateway.record(PEER, now - HOUR, now + HOUR)}
        if ours in rows:
            break
        await world.settle()
    assert [(rows[i].is_ad, rows[i].from_me, rows[i].content) for i in (theirs, ours, typed)] == [
        (False, False, "chegou?"),
        (True, True, "sim"),
        (False, True, "do telefone"),
    ]
    assert rows[ours].sender is not None
    assert rows[ours].chat == PEER


async def test_record_when_decorated_shows_what_we_expect(world: World, gateway: WhatsAppWeb) -> None:
    from rookery.providers.commands import SendMedia

    async def bytes_of() -> Any:
        yield b"%PDF"

    command = SendMedia(PEER, "document", bytes_of(), "nota.pdf", "application/pdf", size=4)
    sent = await gateway.send(command)
    now = datetime.now(UTC)
    found = None
    for _ in range(40):
        found = next(
            (row for row in await gateway.record(PEER, now - HOUR, now + HOUR) if row.id == sent.source_id),
            None,
        )
        if found:
            break
        await world.settle()
    assert found is not None
    expected = gateway.decorated(command)
    assert (found.media_type, found.content in expected.contents) == (expected.media_type, True)


async def test_record_when_chat_is_unknown_is_empty_on_every_gateway(gateway: WhatsAppWeb) -> None:
    assert await gateway.record(Jid.parse("999999999@lid"), START, START + HOUR) == []


class Shifting:
    """A record of `total` rows, `per_second` in each second, that gains a newer row with every page asked for."""

    def __init__(self, total: int, per_second: int) -> None:
        self.rows = [(f"M{i:04}", START + timedelta(seconds=i // per_second)) for i in range(total)]
        self.pages = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        since, until = (datetime.fromisoformat(asked[name]) for name in ("start_time", "end_time"))
        shown = [row for row in reversed(self.rows) if since <= row[1] <= until]
        offset, limit = int(asked["offset"]), int(asked["limit"])
        self.pages += 1
        self.rows.append((f"N{self.pages:04}", START + HOUR))
        data = [
            {"id": i, "timestamp": at.isoformat(), "sender_jid": "1:2@lid", "is_from_me": True}
            for i, at in shown[offset : offset + limit]
        ]
        return success({"data": data or None})


@pytest.mark.parametrize(
    ("total", "per_second"), [(0, 1), (99, 1), (100, 1), (250, 1), (730, 7), (450, 450), (300, 120)]
)
async def test_record_when_long_is_walked_without_gaps_while_it_grows(total: int, per_second: int) -> None:
    gateway = Shifting(total, per_second)
    rows = await answering(gateway).record(PEER, START, START + HOUR)
    assert [row.id for row in rows if row.id[0] == "M"] == [f"M{i:04}" for i in range(total)]


async def test_record_when_rows_are_odd_keeps_what_is_usable() -> None:
    data = [
        {"id": ""},
        5,
        {"id": "A", "sender_jid": "?", "timestamp": "never", "chat_jid": 5, "content": None},
    ]
    rows = await answering(success({"data": data})).record(PEER, START, START + HOUR)
    assert [(row.id, row.sender, row.is_ad, row.at, row.chat) for row in rows] == [
        ("A", None, False, None, PEER)
    ]


async def test_record_when_gateway_fails_otherwise_is_an_error() -> None:
    with pytest.raises(e.Interrupted):
        await answering(failure(500, "INTERNAL_SERVER_ERROR", "database is locked")).record(
            PEER, START, START
        )
