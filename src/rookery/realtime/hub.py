"""One a process: reads the journal once and hands the encoded frames to every stream."""

from __future__ import annotations

import asyncio
import threading

from rookery.realtime.frames import Frame
from rookery.realtime.reader import Reader
from rookery.realtime.streams import Stream
from rookery.telemetry import metrics


class Hub:
    """Streams by event loop. The reader starts with the first stream."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    async def open(self, stream: Stream) -> Reader:
        """Subscribe first, replay afterwards: nothing can fall between."""
        loop = asyncio.get_running_loop()
        self._streams.add(stream)
        metrics.streams_open.inc()
        with self._lock:
            if self._reader is None or not self._reader.is_for(loop):
                self._reader = Reader(loop, self.publish)
                self._reader.start()
            reader = self._reader
        await reader.ready.wait()
        return reader

    def leave(self, stream: Stream) -> None:
        if stream in self._streams:
            self._streams.discard(stream)
            metrics.streams_open.dec()

    def publish(self, frames: list[Frame]) -> None:
        """Offer frames to all streams; called on the event loop."""
        for stream in self._streams:
            for frame in frames:
                stream.offer(frame)

    def close(self) -> None:
        """Stop reading and end every stream."""
        for stream in list(self._streams):
            stream.close()
        if self._reader is not None:
            self._reader.stop()
            self._reader = None


hub = Hub()
