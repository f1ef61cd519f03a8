"""A form with one file in it, streamed: the file is never in memory as a whole."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from rookery.providers.errors import ProviderError, Rejected

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class FilePart:
    """`source` is a path, or bytes that can be read once with `size` given."""

    field: str
    filename: str
    mime: str
    source: Path | AsyncIterable[bytes]
    size: int | None


class Form:
    """The encoded form: `headers`, with the exact length, and `stream()`, to be read once."""

    def __init__(self, fields: Mapping[str, str], part: FilePart) -> None:
        """Raises Rejected `file_unreadable` if the size of the file cannot be learnt."""
        boundary = uuid4().hex
        self._part = part
        self._head = _head(boundary, fields, part)
        self._tail = f"\r\n--{boundary}--\r\n".encode("ascii")
        self.size = _size(part)
        length = len(self._head) + self.size + len(self._tail)
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(length),
        }

    async def stream(self) -> AsyncIterator[bytes]:
        """Raises Rejected `file_unreadable` when the source fails: half a form does nothing at the gateway."""
        yield self._head
        source = self._part.source
        chunks = _read(source) if isinstance(source, Path) else aiter(source)
        while True:
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                break
            except ProviderError:
                raise
            except Exception as exc:
                raise Rejected("file_unreadable") from exc
            yield chunk
        yield self._tail


def _head(boundary: str, fields: Mapping[str, str], part: FilePart) -> bytes:
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{part.field}"; filename="{quotable(part.filename)}"',
        f"Content-Type: {part.mime}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")


def quotable(filename: str) -> str:
    """A file name that cannot end the header it stands in, nor name a folder."""
    safe = "".join("_" if char in '"\\/' or ord(char) < 32 or ord(char) == 127 else char for char in filename)
    return safe.strip(" .")[:200] or "file"


def _size(part: FilePart) -> int:
    if part.size is not None:
        return part.size
    if not isinstance(part.source, Path):
        raise Rejected("file_unreadable")
    try:
        return part.source.stat().st_size
    except OSError as exc:
        raise Rejected("file_unreadable") from exc


async def _read(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
