"""What is known of a number's linked phone."""

from __future__ import annotations

from datetime import UTC, datetime

from rookery import db, journal
from rookery.channels.models import Channel, DeviceState


def current(channel: Channel) -> DeviceState | None:
    """The newest state that was seen, or None before the first look."""
    return DeviceState.objects.filter(channel=channel).order_by("-since", "-id").first()


def do_note_state(channel: Channel, state: str, reason: str = "") -> bool:
    """Write the state down if it differs from the newest one; True when it does. Records `channel.changed`."""
    newest = current(channel)
    if newest is not None and (newest.state, newest.reason) == (state, reason):
        return False
    inbox = Channel.objects.filter(pk=channel.pk).values_list("inbox__pk", flat=True).first()
    with db.write():
        DeviceState.objects.create(channel=channel, state=state, reason=reason[:80], since=datetime.now(UTC))
        # With its inbox: else only administrators would hear that a number is lost.
        journal.record(
            "channel.changed", account=channel.account_id, inbox=inbox, channel=channel.pk, state=state
        )
    return True


def do_note_event(channel_id: int, at_ms: int) -> None:
    """The number's newest event was processed at `at_ms`."""
    with db.write():
        Channel.objects.filter(pk=channel_id).update(last_event_ms=at_ms)


def do_learn_own_lid(channel_id: int, jid: str) -> None:
    """The number's own LID showed up; receipts by it are our own reading."""
    with db.write():
        Channel.objects.filter(pk=channel_id).update(own_lid=jid)
