"""A copy of sound that every browser plays: AAC in MP4. Runs in the limited child process only (`probe_child`), as
`decoding` does; it imports no Django."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO, Final

from rookery.media import formats

LONGEST: Final = 600
"""Seconds; longer sound gets no copy: the child's processor time would not suffice on a slow machine."""
_FOREIGN: Final = frozenset({"opus", "vorbis", "speex", "amrnb", "amrwb", "amr_nb", "amr_wb"})
"""What some browsers do not play: Opus and Vorbis in Ogg (Safari), what old phones record (all)."""
_RATE: Final = 24_000
_BITS: Final = 40_000
_FRAME: Final = 1024  # samples of one AAC frame


def copy(source: BinaryIO, mime: str, target: str) -> bool:
    """Write the copy to `target` if this is sound that needs one. What breaks off while it is read leaves none."""
    if mime not in formats.CONTAINERS:
        return False
    import av

    unfinished = Path(f"{target}~")
    try:
        with av.open(source, "r", format=formats.CONTAINERS[mime], metadata_errors="ignore") as container:
            if not _wanted(container):
                return False
            with unfinished.open("wb") as out:
                complete = _write(container, out)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    if complete:
        os.replace(unfinished, target)  # noqa: PTH105  (a name in our own folder of unfinished files)
    else:
        unfinished.unlink()
    return complete


def _wanted(container: Any) -> bool:
    if container.streams.video or not container.streams.audio:
        return False
    known = container.duration or 0
    return container.streams.audio[0].codec_context.name in _FOREIGN and known <= LONGEST * 1_000_000


def _write(container: Any, out: BinaryIO) -> bool:
    """Whether all of it fitted in."""
    import av

    with av.open(out, "w", format="ipod") as copied:
        stream = copied.add_stream("aac", rate=_RATE)
        stream.layout = "mono"
        stream.bit_rate = _BITS
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=_RATE, frame_size=_FRAME)
        samples = 0
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples += part.samples
                copied.mux(stream.encode(part))
            if samples > LONGEST * _RATE:
                return False
        for part in resampler.resample(None):
            samples += part.samples
            copied.mux(stream.encode(part))
        copied.mux(stream.encode(None))
    return samples > 0
