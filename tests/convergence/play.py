"""Deliver bodies in some order, look at the state, and undo everything."""

from __future__ import annotations

import difflib
import random
from collections.abc import Sequence

from django.db import transaction

from rookery.channels.models import Channel
from rookery.intake.models import RawEvent
from rookery.processing.worker import Processor
from tests import make
from tests.convergence.dump import dump


def state_after(channel: Channel, chunks: Sequence[Sequence[bytes]], *, fresh: Sequence[int] = ()) -> str:
    """The state once each chunk was stored and processed; before the chunks `fresh` the worker starts anew."""
    with transaction.atomic():
        processor = Processor()
        for position, chunk in enumerate(chunks):
            if position in fresh:
                processor = Processor()
            make.store(channel, *chunk)
            processor.drain()
        undone = RawEvent.objects.exclude(state=RawEvent.State.DONE)
        assert not undone.exists(), f"not processed: {[(row.error, bytes(row.body)) for row in undone[:3]]}"
        found = dump()
        transaction.set_rollback(True)
    return found


def shuffled(bodies: Sequence[bytes], seed: int) -> tuple[list[list[bytes]], list[int]]:
    """A random order of the bodies with random doubles, one at a time or in chunks of random size."""
    chance = random.Random(seed)
    order = [*bodies, *(body for body in bodies if chance.random() < 0.15)]
    chance.shuffle(order)
    most = 1 if seed % 3 == 0 else chance.choice((5, 40, 250))
    chunks = []
    while order:
        size = chance.randint(1, most)
        chunks.append(order[:size])
        order = order[size:]
    return chunks, [position for position in range(len(chunks)) if chance.random() < 0.05]


def difference(one: str, other: str) -> str:
    """The first lines that differ, for whoever has to find out why."""
    lines = difflib.unified_diff(
        one.splitlines(), other.splitlines(), "in order", "shuffled", n=3, lineterm=""
    )
    return "\n".join(list(lines)[:120])
