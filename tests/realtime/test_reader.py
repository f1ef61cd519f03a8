"""The journal reader's thread."""

from __future__ import annotations

import asyncio

import pytest
from django.db import connection

from rookery import db, journal
from rookery.realtime.frames import Frame
from rookery.realtime.reader import Reader

_CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND (query ILIKE 'LISTEN%%' OR query ILIKE '%%journal_fact%%')"
)


def _cut() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CUT)
    connection.close()


def _record() -> None:
    with db.write():
        journal.record("contact.changed", account=1)
    connection.close()


async def _follow(frames: list[Frame]) -> None:
    reader = Reader(asyncio.get_running_loop(), frames.extend)
    reader.start()
    await reader.ready.wait()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(_cut)
    await asyncio.to_thread(_record)
    for _ in range(50):
        await asyncio.sleep(0.1)
        if frames:
            break
    reader.stop()
    await asyncio.sleep(0.4)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reader_goes_on_when_the_database_cut_its_connection() -> None:
    frames: list[Frame] = []
    asyncio.run(_follow(frames))
    assert [frame.kind for frame in frames] == ["contact.changed"]
