"""The pictures of a video on their way through the encoder: scaled, turned upright. Runs in the child only."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from rookery.media.converting import codecs

_BASE: Final = Fraction(1, 90_000)
_TURNS: Final = {90: ("transpose", "cclock"), 180: ("rotate", "PI"), 270: ("transpose", "clock")}
"""What turns a picture that a camera noted as lying so many degrees clockwise."""


class Pictures:
    """`add` frames, then `finish`. `count` of them went in. `size` is before turning. `counted`: the container
    tells the rate alone, and what it gives as times is the order of decoding."""

    def __init__(
        self, out: Any, size: tuple[int, int], rate: Fraction, *, bits: int, most: int, counted: bool
    ) -> None:
        self.count = 0
        self._out, self._size, self._rate, self._counted = out, size, rate, counted
        # The stream has to be known before anything is written; how the picture lies is known by its first frame.
        self._stream = codecs.add_h264(out, size, rate=rate, base=_BASE, bits=bits, most=most)
        self._graph: Any = None
        self._shape: tuple[int, int, str] | None = None
        self._last = -1

    def add(self, frame: Any) -> None:
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            self._rebuild(frame, shape)
        at = self._time(frame)
        if at is None:
            return
        frame.pts = None
        self._graph.push(frame)
        made = self._graph.pull()
        made.pts, made.time_base = at, _BASE
        made.pict_type = 0  # or the encoder would put its key frames where the old ones were
        self.count += 1
        self._out.mux(self._stream.encode(made))

    def finish(self) -> None:
        if self.count:
            self._out.mux(self._stream.encode(None))

    def _time(self, frame: Any) -> int | None:
        """When it is shown; None for one that is not later than the one before."""
        if self._counted or frame.pts is None or frame.time_base is None:
            at = self._last + int(1 / self._rate / _BASE) if self.count else 0
        else:
            at = int(frame.pts * frame.time_base / _BASE)
        if at <= self._last:
            return None
        self._last = at
        return at

    def _rebuild(self, frame: Any, shape: tuple[int, int, str]) -> None:
        """Scale, turn, and the one layout of pixels that every phone has."""
        from av.filter import Graph

        turned = round(getattr(frame, "rotation", 0)) % 360
        width, height = self._size
        if not self.count and turned in (90, 270):
            self._stream.width, self._stream.height = height, width
        graph = Graph()
        steps = [
            graph.add_buffer(width=shape[0], height=shape[1], format=frame.format, time_base=_BASE),
            graph.add("scale", f"{width}:{height}"),
            *([graph.add(*_TURNS[turned])] if turned in _TURNS else []),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*steps).configure()
        self._graph, self._shape = graph, shape
