"""What a gateway's answer means for a number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rookery.channels.models import DeviceState
from rookery.ops import phones
from rookery.providers.commands import DeviceStatus
from rookery.providers.errors import OutcomeUnknown, OutOfService, ProviderError, Unreachable
from rookery.waid import Jid, phone
from tests.cast import Cast

OURS = Jid.parse("15550000001@s.whatsapp.net")


@pytest.mark.parametrize(
    ("error", "state", "silent"),
    [
        (Unreachable(), "unreachable", True),
        (OutcomeUnknown("connection_lost"), "unreachable", True),
        (OutcomeUnknown("garbage"), "unreachable", False),
        (OutOfService("bad_credentials"), "unreachable", False),
        (OutOfService("device_missing"), "logged_out", False),
        (OutOfService("not_logged_in"), "lost", False),
    ],
)
def test_error_tells_the_state(cast: Cast, error: ProviderError, state: str, silent: bool) -> None:
    seen = phones.of_error(cast.channel, error)
    assert (seen.state, seen.silent) == (state, silent)


def test_ban_outlives_the_monitors_looks_until_the_number_is_back(cast: Cast) -> None:
    DeviceState.objects.create(channel=cast.channel, state="banned", since=datetime.now(UTC))
    lost = phones.of_status(cast.channel, DeviceStatus(False, False, OURS, "demo"))
    assert not phones.do_note(cast.channel, lost)
    back = phones.of_status(cast.channel, DeviceStatus(True, True, OURS, "demo"))
    assert phones.do_note(cast.channel, back)
    assert cast.channel.states.order_by("-id")[0].state == "connected"


def test_brazilian_number_without_its_ninth_digit_is_ours(cast: Cast) -> None:
    cast.channel.phone_key = phone.key("5521987650000")
    seen = phones.of_status(
        cast.channel, DeviceStatus(True, True, Jid.parse("552187650000@s.whatsapp.net"), "demo")
    )
    assert seen.state == "connected"
