"""What is done next at one gateway: people who wait first, imports last, and nothing starves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rookery.catchup.models import Lookup, Older, Walk
from rookery.channels.models import Channel
from rookery.db.fields import now_millis

OLDER: Final = "older"
GAP: Final = "gap"
LOOKUP: Final = "lookup"
IMPORT: Final = "import"
KINDS: Final = (OLDER, GAP, LOOKUP)


@dataclass(frozen=True, slots=True)
class Step:
    """`id`: of the walk, the contact inbox (older) or the message (lookup). `channel` comes with its gateway."""

    kind: str
    id: int
    channel: Channel


def next_step(gateway_id: int, served: Sequence[str] = ()) -> Step | None:
    """The next step; kinds that were not `served` lately come first. None when nothing is due now."""
    for kind in sorted(KINDS, key=lambda kind: -served.index(kind) if kind in served else -len(KINDS)):
        step = _due(kind, gateway_id)
        if step is not None:
            return step
    return _due(IMPORT, gateway_id)


def _due(kind: str, gateway_id: int) -> Step | None:
    now = now_millis()
    row: Older | Lookup | Walk | None
    if kind == OLDER:
        asked = Older.objects.filter(state=Older.State.ASKED, channel__gateway_id=gateway_id, due_ms__lte=now)
        row = asked.select_related("channel__gateway").order_by("due_ms", "at_ms").first()
    elif kind == LOOKUP:
        lookups = Lookup.objects.filter(channel__gateway_id=gateway_id, due_ms__lte=now)
        row = lookups.select_related("channel__gateway").order_by("due_ms").first()
    else:
        walks = Walk.objects.filter(
            state=Walk.State.RUNNING, purpose=kind, channel__gateway_id=gateway_id, due_ms__lte=now
        )
        row = walks.select_related("channel__gateway").order_by("due_ms", "pk").first()
    return None if row is None else Step(kind, row.pk, row.channel)
