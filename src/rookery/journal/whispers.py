"""Ephemeral notices (typing, presence): never stored, lost without harm.

One box: a datagram to the web process's socket in the data folder. PostgreSQL: `NOTIFY`, heard by every web process.
"""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path
from typing import Any

from django.db import connection

from rookery.settings import conf

CHANNEL = "rookery_whispers"


def address() -> Path:
    """The datagram socket on which the web process of this data folder hears whispers."""
    return conf.path("DATA_DIR") / "run" / "whispers.sock"


def whisper(
    kind: str, *, account: int, inbox: int | None = None, conversation: int | None = None, **data: Any
) -> None:
    """Tell whoever looks right now; `conversation` is a primary key. Nobody listening is not an error."""
    note = {"kind": kind, "account": account, "inbox": inbox, "conversation": conversation, **data}
    text = json.dumps(note)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(text.encode(), str(address()))


def listen() -> socket.socket:
    """Bind the whispers' socket (non-blocking). Raises OSError when the folder's path is too long for a socket."""
    path = address()
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(str(path))
    receiver.setblocking(False)
    return receiver
