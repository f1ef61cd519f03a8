"""Child processes of ours: the same command, in our process group, that end when we do.

A child holds the reading end of a pipe whose only writing end is ours. Whatever ends us, kill -9 included,
closes it, and the child ends by itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

GRACE = 25.0


class Child:
    """A started child. Belongs to one event loop."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int) -> None:
        self._process = process
        self._lifeline = lifeline

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and insist after GRACE seconds."""
        if not self.has_ended:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), GRACE)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


async def start(command: str, *arguments: str) -> Child:
    """Start `rookery COMMAND`. Settings reach it through the environment (`settings.env.export`)."""
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rookery.cli", command, "--lifeline", str(reading), *arguments,
            stdin=asyncio.subprocess.DEVNULL, pass_fds=(reading,),
        )  # fmt: skip
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    return Child(process, writing)
