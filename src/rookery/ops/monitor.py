"""Looks after the linked phones: asks every gateway how each number is, and writes down what changed.

Gateways tell nobody when a phone is lost (gateway contract 3.6), so somebody has to ask. Each gateway has its
own connections and its own pause, so that one which hangs delays no other. A number that comes back needs no
wake-up call: sending holds its messages and looks by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections, connections

from rookery.accounts.encryption import SecretUnavailable
from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.ops import phones
from rookery.providers import registry
from rookery.providers.base import Provider
from rookery.providers.commands import DeviceStatus
from rookery.providers.errors import ProviderError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

EVERY = 30.0
LONGEST = 120.0
SECOND_LOOK = 5.0
TIMEOUT = 10.0


@dataclass(slots=True)
class _Beat:
    """When a gateway is due, and how often in a row it did not answer."""

    due: float = 0.0
    failures: int = 0


class Monitor:
    """One per worker process: `await Monitor().run(stop)`."""

    def __init__(self, connections: Connections | None = None, *, every: float = EVERY) -> None:
        """`connections` are closed by `run`; it makes them when there are none. `every`: seconds between two looks."""
        self._connections = connections
        self._every = every
        self._beats: dict[int, _Beat] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="monitor-db")

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set."""
        try:
            while not stop.is_set():
                try:
                    await self.look()
                except DatabaseError as error:
                    log.warning("the monitor waits for the database", extra={"reason": type(error).__name__})
                except Exception:
                    log.exception("the monitor stumbled")
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), min(self._every, 2.0))
        finally:
            if self._connections is not None:
                await self._connections.aclose()
            await self._in_rows(connections.close_all)
            self._thread.shutdown()

    async def look(self) -> None:
        """Ask every gateway that is due about all of its numbers."""
        if self._connections is None:
            self._connections = await self._in_rows(Connections)
        now = time.monotonic()
        due: dict[int, list[Channel]] = {}
        for channel in await self._in_rows(_channels):
            if self._beats.setdefault(channel.gateway_id, _Beat()).due <= now:
                due.setdefault(channel.gateway_id, []).append(channel)
        await asyncio.gather(*(self._safely(gateway_id, found) for gateway_id, found in due.items()))

    async def _safely(self, gateway_id: int, found: list[Channel]) -> None:
        """One gateway's surprise must not keep the others from being looked at."""
        try:
            await self._gateway(gateway_id, found)
        except DatabaseError as error:
            log.warning("the monitor waits for the database", extra={"reason": type(error).__name__})
        except Exception:
            log.exception("the monitor stumbled", extra={"gateway_id": gateway_id})
            self._beats[gateway_id].due = time.monotonic() + self._every

    async def _gateway(self, gateway_id: int, found: list[Channel]) -> None:
        """One gateway's numbers, one after another; the first that gets no answer ends the round."""
        beat = self._beats[gateway_id]
        answered = True
        for channel in found:
            seen = await self._ask(channel)
            if seen.silent:
                answered = False
                break
            await self._note(channel, seen)
        beat.failures = 0 if answered else beat.failures + 1
        if beat.failures > 1:
            await self._note_silence(found, beat.failures)
        beat.due = time.monotonic() + self._pause(beat.failures)

    def _pause(self, failures: int) -> float:
        """One missed answer is looked at again at once; a gateway that stays silent is asked ever more rarely."""
        if failures == 1:
            return min(SECOND_LOOK, self._every)
        return float(min(self._every * 2 ** max(0, failures - 2), max(LONGEST, self._every)))

    async def _ask(self, channel: Channel) -> phones.Seen:
        assert self._connections is not None
        try:
            registry.get(channel.provider).base_url(channel.gateway.url)
            provider: Provider = await self._in_rows(self._connections.provider, channel)
            async with asyncio.timeout(TIMEOUT):
                status: DeviceStatus = await provider.device_status()
        except SecretUnavailable:
            return phones.Seen("unreachable", "secret_unavailable")
        except TimeoutError:
            return phones.SILENT
        except ProviderError as error:
            return await self._in_rows(phones.of_error, channel, error)
        return await self._in_rows(phones.of_status, channel, status)

    async def _note(self, channel: Channel, seen: phones.Seen) -> None:
        await self._in_rows(phones.do_note, channel, seen)

    async def _note_silence(self, found: list[Channel], failures: int) -> None:
        changed = [await self._in_rows(phones.do_note, channel, phones.SILENT) for channel in found]
        if any(changed):
            log.error("gateway unreachable", extra={"gateway_id": found[0].gateway_id, "failures": failures})

    async def _in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that touches the database, in the one thread for it."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: _fresh(call, *args, **kwargs)
        )


def _channels() -> list[Channel]:
    return list(Channel.objects.select_related("gateway").order_by("gateway_id", "pk"))


def _fresh(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()  # a database that was restarted must not stop the thread for good
    return call(*args, **kwargs)
