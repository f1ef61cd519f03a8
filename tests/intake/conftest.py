"""A number with a secret, and the door in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rookery.intake.door import Door
from tests.intake.caller import SECRET, Caller

T = TypeVar("T")


@pytest.fixture
def phone() -> str:
    return "+5511940001234"


@pytest.fixture
def channel(transactional_db: None, data_dir: Path, phone: str) -> Any:
    """A channel whose own secret is `SECRET`."""
    from rookery.accounts.models import Account
    from rookery.channels.models import Gateway, WebhookSecret

    account = Account.objects.create(name="Shop")
    gateway = Gateway.objects.create(account=account, url="http://gateway.test")
    made = make_channel(gateway, phone)
    WebhookSecret.objects.create(channel=made, value=SECRET)
    return made


def make_channel(gateway: Any, phone: str, **fields: Any) -> Any:
    from rookery.channels.models import Channel
    from rookery.waid import phone as phones

    return Channel.objects.create(
        account=gateway.account, gateway=gateway, phone=phone, phone_key=phones.key(phone), **fields
    )


async def in_thread(function: Callable[[], T]) -> T:
    """Ask the database from an async test."""
    from django.db import connection

    def call() -> T:
        with contextlib.closing(connection):
            return function()

    return await asyncio.to_thread(call)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.01)


@pytest.fixture
async def door(channel: Any, data_dir: Path) -> AsyncIterator[Door]:
    """The door, with a small spool, open."""
    made = Door(data_dir / "spool", spool_size=1024 * 1024)
    await made.start()
    await made.open()
    await until(lambda: not made.store.spooling)
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
def call(door: Door, phone: str) -> Caller:
    return Caller(door, phone)


def event(device: str = "5511940001234@s.whatsapp.net", **payload: Any) -> bytes:
    """A small event as the gateway writes it."""
    body = {"device_id": device, "event": "message", "payload": {"body": "olá", **payload}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
