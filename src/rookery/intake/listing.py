"""Numbers and sealed secrets, from the database or from the door's own file.

The door must answer while the database is locked, migrating or away, and it opens before migrations. So what
it needs stands in `door.json` in the data folder as well: no message, no open secret, and nothing that
depends on the schema. The file is rewritten when a channel or a secret is saved (see `apps.py`) and whenever
the door reads something newer from the database.
"""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

import msgspec

from rookery.settings import conf

log = logging.getLogger(__name__)


class ListedChannel(msgspec.Struct, frozen=True):
    """A channel's row, as far as the door needs it."""

    id: int
    gateway_id: int
    phone_key: str
    device_id: str = ""
    own_lid: str = ""


class ListedSecret(msgspec.Struct, frozen=True):
    """A secret as stored: sealed, with the context that opens it. `until_ms` 0: for good."""

    sealed: str
    context: str
    gateway_id: int | None = None
    channel_id: int | None = None
    until_ms: int = 0


class Listing(msgspec.Struct, frozen=True):
    """All numbers and all sealed secrets."""

    channels: tuple[ListedChannel, ...] = ()
    secrets: tuple[ListedSecret, ...] = ()
    version: int = 1


def path() -> Path:
    """The door's file."""
    return conf.path("DATA_DIR") / "door.json"


def read_database() -> Listing:
    """What the database says now. Raises django.db.Error."""
    from rookery.accounts.encryption import sealed_text
    from rookery.channels.models import Channel, WebhookSecret

    channels = Channel.objects.order_by("id").values_list(
        "id", "gateway_id", "phone_key", "device_id", "own_lid"
    )
    return Listing(
        channels=tuple(ListedChannel(*row) for row in channels),
        secrets=tuple(
            ListedSecret(
                sealed=sealed_text(row, "value"),
                context=f"channels.webhooksecret.value.{row.uuid}",
                gateway_id=row.gateway_id,
                channel_id=row.channel_id,
                until_ms=int(row.valid_until.timestamp() * 1000) if row.valid_until else 0,
            )
            for row in WebhookSecret.objects.order_by("id")
        ),
    )


def read_file() -> Listing | None:
    """What the door's file says; None when there is none, or none that can be understood."""
    try:
        return msgspec.json.decode(path().read_bytes(), type=Listing)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("cannot read the door's file", extra={"reason": type(error).__name__})
        return None


def write_file(listing: Listing) -> bool:
    """Replace the door's file, whole or not at all, if it says something else; returns whether it did."""
    if read_file() == listing:
        return False
    target = path()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".door.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(listing))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return True


def write_door_file() -> None:
    """Bring the door's file up to date with the database. A disk that is full or read-only is logged, not raised."""
    try:
        write_file(read_database())
    except OSError as error:
        log.warning("cannot write the door's file", extra={"reason": type(error).__name__})
