"""10 MB of media from a gateway into storage, by the worker's own fetcher, against copying the same bytes over loopback."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path

import httpx
from PIL import Image

from bench.results import Result, against
from bench.stage import Stage
from rookery.channels.connect import Connections
from rookery.channels.models import Gateway
from rookery.conversations.models import Attachment, Conversation
from rookery.media.fetch import Fetcher
from rookery.sandbox.pace import Pace
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.cast import Cast
from tests.media import rows

SIZE = 10_000_000
SECONDS = 5.0
FLOOR = (
    "the same file fetched once over loopback by httpx, written to a file and synced; nobody looks into it"
)
LOOK = 'until it is "stored" in the row: claim, download, digest, sync, blob, a look in a child process, the bubble\'s fact'


def run(stage: Stage) -> list[Result]:
    world = World("v8", pace=Pace(0.0, 0.0, 1.0), deliver=_nobody)
    world.add_device("demo")
    with SandboxThread(world) as gateway:
        cast = stage.prepare(gateway.url)
        Gateway.objects.update(url=gateway.url)
        thread = rows.conversation(cast)
        results = []
        for name, kind in (("document", "document"), ("photograph", "image")):
            files = [_paper() if kind == "document" else _photograph(n) for n in range(stage.pick(7, 2))]
            for number, data in enumerate(files):
                world.files.put(_path(name, number), data)
            rounds = asyncio.run(_rounds(stage, cast, thread, gateway.url, name, kind, len(files)))
            seconds, floors = zip(*rounds, strict=True)
            what = f"{SIZE // 1_000_000} MB {name}, {stage.vendor}"
            results.append(against(what, seconds, "s", FLOOR, floors, note=LOOK))
            worst = f"slowest of {len(rounds)} rounds"
            results.append(
                Result(f"{what}, slowest", max(seconds), "s", target=SECONDS, least=False, note=worst)
            )
    return results


async def _rounds(
    stage: Stage, cast: Cast, thread: Conversation, url: str, name: str, kind: str, count: int
) -> list[tuple[float, float]]:
    found = []
    async with Connections(allow_private=True) as connections:
        fetcher, stop = Fetcher(connections.provider, poll=0.05), asyncio.Event()
        running = asyncio.create_task(fetcher.run(stop))
        for number in range(count):
            path = _path(name, number)
            low = await asyncio.to_thread(_copy, f"{url}/{path}", stage.folder / "floor")
            started = time.perf_counter()
            pk = await fetcher.in_rows(_want, thread, path, kind)
            while await fetcher.in_rows(_state, pk) != "stored":  # noqa: ASYNC110  (a row of another thread)
                await asyncio.sleep(0.01)
            seconds = time.perf_counter() - started
            stage.say(f"{name}: {seconds:.2f} s, floor {low:.3f} s")
            found.append((seconds, low))
        stop.set()
        await running
    return found


def _want(thread: Conversation, path: str, kind: str) -> int:
    return rows.attachment(rows.message(thread, kind=kind), path, kind).pk


def _state(pk: int) -> str:
    state = Attachment.objects.values_list("state", flat=True).get(pk=pk)
    assert state in {"wanted", "fetching", "stored"}, f"the attachment is {state}"
    return state


def _copy(url: str, target: Path) -> float:
    """Seconds of a plain copy."""
    started = time.perf_counter()
    with httpx.stream("GET", url, timeout=30) as answer, target.open("wb") as out:
        for chunk in answer.iter_bytes():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    seconds = time.perf_counter() - started
    assert target.stat().st_size >= SIZE * 0.9, "the file is smaller than it should be"
    return seconds


def _path(name: str, number: int) -> str:
    return f"statics/media/{name}-{number}"


def _paper() -> bytes:
    return b"\0" + os.urandom(SIZE - 1)


def _photograph(number: int) -> bytes:
    """A JPEG of about this size: twelve megapixels of noise and light."""
    picture = Image.effect_noise((4000, 3000), 60 + number).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=96)
    data = out.getvalue()
    return data + bytes(max(0, SIZE - len(data)))  # what follows the end of a JPEG is nobody's


async def _nobody(url: str, headers: object, body: bytes, chunked: bool) -> int:
    return 200
