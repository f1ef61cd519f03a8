"""The monitor against the simulated gateway: what becomes of a phone, and gateways that do not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from rookery.channels import states
from rookery.channels.connect import Connections
from rookery.channels.models import Channel, Gateway
from rookery.journal.models import Fact
from rookery.ops.monitor import Monitor
from rookery.sandbox import linking
from tests.cast import Cast, make_cast, make_number
from tests.sending.line import Line


@pytest.fixture
def cast(line: Line) -> Cast:
    """The cast with its number behind the simulated gateway."""
    return make_cast(line.url)


def look(times: int = 1) -> Monitor:
    """Look so many times at once, whatever the pause."""

    async def looks() -> Monitor:
        monitor = Monitor(Connections(allow_private=True), every=0.0)
        stop = asyncio.Event()
        for _ in range(times):
            await monitor.look()
        stop.set()
        await monitor.run(stop)
        return monitor

    return asyncio.run(looks())


def state(channel: Channel) -> tuple[str, str]:
    found = states.current(channel)
    return (found.state, found.reason) if found is not None else ("", "")


def test_connected_phone_is_noted_once_and_its_own_number_learnt(line: Line, cast: Cast) -> None:
    Channel.objects.update(own_pn="")
    look()
    assert state(cast.channel) == ("connected", "")
    assert Channel.objects.get(pk=cast.channel.pk).own_pn == "15550000001@s.whatsapp.net"
    assert Fact.objects.filter(kind="channel.changed").count() == 1
    look(2)
    assert cast.channel.states.count() == 1


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (linking.drop, "lost"),
        (linking.logout, "logged_out"),
        (linking.logout_on_phone, "logged_out"),
        (linking.ban, "lost"),
    ],
)
def test_what_happens_to_the_phone_is_seen(
    line: Line, cast: Cast, happens: Callable[..., None], expected: str
) -> None:
    look()
    happens(line.world, line.world.slots["demo"])
    look()
    assert state(cast.channel)[0] == expected


def test_slot_that_never_had_a_phone_is_unpaired_and_pairing_while_a_code_waits(
    line: Line, cast: Cast
) -> None:
    slot = line.world.add_slot("fresh")
    channel, _inbox = make_number(cast.account, cast.gateway, "+15550000009", "Second", "fresh")
    Channel.objects.filter(pk=channel.pk).update(own_pn="")
    look()
    assert state(channel)[0] == "unpaired"
    slot.client, slot.connected = True, True
    look()
    assert state(channel)[0] == "pairing"


def test_another_number_in_the_slot_is_not_taken_for_ours(line: Line, cast: Cast) -> None:
    line.world.slots["demo"].phone = "15550000077"
    look()
    assert state(cast.channel) == ("unpaired", "other_number")
    assert Channel.objects.get(pk=cast.channel.pk).own_pn == "15550000001@s.whatsapp.net"


def test_one_missed_answer_is_not_yet_unreachable_and_two_are(
    line: Line, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    look()
    line.refuse(30)
    look(1)
    assert state(cast.channel)[0] == "connected"
    with caplog.at_level(logging.ERROR):
        look(2)
    assert state(cast.channel)[0] == "unreachable"
    assert [record.message for record in caplog.records] == ["gateway unreachable"]


def test_wrong_password_says_so(line: Line, cast: Cast) -> None:
    gateway = Gateway.objects.get(pk=cast.gateway.pk)
    gateway.password = "changed"
    gateway.save()
    look()
    assert state(cast.channel) == ("unreachable", "bad_credentials")


def test_gateway_that_hangs_delays_no_other(line: Line, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rookery.ops.monitor.TIMEOUT", 0.3)
    line.fault("slow", path="/app/status", seconds=5.0, times=1)
    other = Gateway.objects.create(account=cast.account, url=line.url, username="admin", password="sandbox")
    line.world.add_device("second", "15550000008")
    channel, _inbox = make_number(cast.account, other, "+15550000008", "Second", "second")
    look()
    assert sorted([state(cast.channel)[0], state(channel)[0]]) == ["", "connected"]


def test_pauses_grow_for_a_gateway_that_stays_silent() -> None:
    monitor = Monitor()
    assert [monitor._pause(failures) for failures in range(6)] == [30, 5, 30, 60, 120, 120]


def test_address_that_is_none_is_noted_and_stops_nothing_else(line: Line, cast: Cast) -> None:
    broken = Gateway.objects.create(account=cast.account, url="http://[oops")
    channel, _inbox = make_number(cast.account, broken, "+15550000007", "Broken", "broken")
    look()
    assert state(channel) == ("unreachable", "config_bad_url")
    assert state(cast.channel)[0] == "connected"
