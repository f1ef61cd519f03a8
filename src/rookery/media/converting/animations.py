"""Pictures that move (GIF, WebP, AVIF) as a video without sound, which WhatsApp plays again and again. Runs in the
child only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from rookery.media.converting import codecs
from rookery.media.converting.jobs import Job, Made, Progress, Refusal

_MOVING: Final = frozenset({"image/gif", "image/webp", "image/avif"})
_MOST_PIXELS: Final = 16_000_000
_LONGEST_MS: Final = 180_000
_MOST_FRAMES: Final = 3_000
_SIDE: Final = 1280
_USUAL_MS: Final = 100
"""A length that browsers show, too, when the file names one of less than two hundredths of a second."""


def moves(image: Any, mime: str) -> bool:
    return mime in _MOVING and getattr(image, "n_frames", 1) > 1


def frames(image: Any) -> Iterator[tuple[Any, int]]:
    """Each picture as RGBA with how long it is shown, in milliseconds."""
    from PIL import ImageSequence

    for frame in ImageSequence.Iterator(image):
        drawn = frame.convert("RGBA")  # first: some formats tell the length only then
        shown = round(frame.info.get("duration") or 0)
        yield drawn, shown if shown >= 20 else _USUAL_MS


def convert(image: Any, job: Job, target: Path, progress: Progress) -> Made:
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise Refusal("too_many_pixels", width=width, height=height)
    if image.n_frames > _MOST_FRAMES:
        raise Refusal("too_long", minutes=_LONGEST_MS // 60_000)
    _encode(image, target, progress)
    size = target.stat().st_size
    if size > job.video_limit:
        raise Refusal("cannot_shrink", limit=job.video_limit)
    return Made("video", gif=True)


def _encode(image: Any, target: Path, progress: Progress) -> None:
    import av

    size = codecs.fit(image.size, _SIDE)
    with av.open(str(target), "w", format="mp4", options=codecs.FAST_START) as out:
        stream = codecs.add_h264(out, size, rate=Fraction(25), base=Fraction(1, 1000))
        at, last = 0, None
        for number, (frame, length) in enumerate(frames(image)):
            last = _picture(frame, size)
            out.mux(stream.encode(_timed(last, at)))
            at += length
            if at > _LONGEST_MS:
                raise Refusal("too_long", minutes=_LONGEST_MS // 60_000)
            progress(100 * number // image.n_frames)
        if last is not None:  # the last picture, too, is shown for its time
            out.mux(stream.encode(_timed(last, at - 1)))
        out.mux(stream.encode(None))


def _picture(frame: Any, size: tuple[int, int]) -> Any:
    """What shines through becomes white."""
    from PIL import Image

    white = Image.new("RGB", frame.size, "white")
    white.paste(frame, mask=frame.getchannel("A"))
    return white.resize(size)


def _timed(picture: Any, at_ms: int) -> Any:
    import av

    made: Any = av.VideoFrame
    frame = made.from_image(picture)
    frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
    return frame
