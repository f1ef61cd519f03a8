"""The sound of a video on its way through the encoder, counted anew: old containers tell its times badly. Runs in the
child only."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from rookery.media.converting import codecs

_BASE: Final = Fraction(1, codecs.AAC_RATE)
_GAP: Final = codecs.AAC_RATE // 2
"""So many samples of silence are kept as silence; less is an inexact clock."""


class Sound:
    """`add` frames, then `finish`."""

    def __init__(self, out: Any, channels: int, bits: int) -> None:
        self._out = out
        self._stream, self._resampler = codecs.add_aac(out, channels, bits)
        self._at: int | None = None

    def add(self, frame: Any) -> None:
        if frame.pts is not None and frame.time_base is not None:
            told = max(0, int(frame.pts * frame.time_base / _BASE))
            if self._at is None or told > self._at + _GAP:
                self._at = told
        frame.pts = None
        self._write(self._resampler.resample(frame))

    def finish(self) -> None:
        self._write(self._resampler.resample(None))
        if self._at is not None:
            self._out.mux(self._stream.encode(None))

    def _write(self, parts: list[Any]) -> None:
        for part in parts:
            self._at = self._at or 0
            part.pts, part.time_base = self._at, _BASE
            self._at += part.samples
            self._out.mux(self._stream.encode(part))
