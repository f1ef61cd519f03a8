"""Videos as H.264 and AAC in MP4: copied where only the container is wrong, else encoded. Runs in the child only."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Final

from rookery.media.converting import codecs
from rookery.media.converting.heard import Sound
from rookery.media.converting.jobs import (
    PIXELS,
    READERS,
    Job,
    Made,
    Progress,
    Refusal,
    needs_compression,
)
from rookery.media.converting.pictured import Pictures

_ATTACHED_PICTURE: Final = 0x400  # the cover of a song is no video
_PLAIN_PIXELS: Final = frozenset({"yuv420p", "yuvj420p"})
_SOUND_BITS: Final = 128_000
_FEWEST_BITS: Final = 120_000
_SHARE: Final = 0.93  # of the limit: what is left pays for the index, and for a rate that is not met exactly
_TRIES: Final = 3
_SIDES: Final = ((2_500_000, 1920), (1_000_000, 1280), (450_000, 854), (0, 640))
"""From so many bits a second on the longer side may have so many pixels."""


def convert(source: BinaryIO, job: Job, target: Path, progress: Progress) -> Made:
    """Raises Refusal; OSError or ValueError (all of PyAV's are) for a broken file."""
    if job.mime not in READERS:
        raise Refusal("format_unknown")
    with _opened(source, job) as container:
        _check(container)
        fits, good = not job.is_too_large, _is_good(container)
        if fits and good and job.mime == "video/mp4":
            return Made("video", as_is=True)
        if not fits and not job.compress:
            raise needs_compression(job)
    if fits and good and _copied(source, job, target, progress):
        return Made("video")
    _encoded(source, job, target, progress)
    return Made("video")


def _encoded(source: BinaryIO, job: Job, target: Path, progress: Progress) -> None:
    """What is short does not meet its rate at once: the next try aims lower."""
    aim = _SHARE
    for _ in range(_TRIES):
        source.seek(0)
        with _opened(source, job) as container:
            _encode(container, job, target, progress, aim)
        size = target.stat().st_size
        if size <= job.limit:
            return
        aim *= 0.9 * job.limit / size
    raise Refusal("cannot_shrink", limit=job.limit)


def _opened(source: BinaryIO, job: Job) -> Any:
    import av

    return av.open(source, "r", format=READERS[job.mime], metadata_errors="ignore")


def _picture_of(container: Any) -> Any:
    pictures = [one for one in container.streams.video if not one.disposition & _ATTACHED_PICTURE]
    if not pictures:
        raise Refusal("no_picture")
    return pictures[0]


def _sound_of(container: Any) -> Any:
    """The first sound that can be decoded; iPhones record a second kind beside it that nobody can."""
    return next((one for one in container.streams.audio if one.codec_context is not None), None)


def _check(container: Any) -> None:
    """A frame at least can be seen. Leaves the container somewhere behind its start."""
    stream = _picture_of(container)
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > PIXELS:
        raise Refusal("too_many_pixels", width=width, height=height)
    if next(container.decode(stream), None) is None:
        raise Refusal("file_broken")


def _is_good(container: Any) -> bool:
    """Whether phones play these streams as they are."""
    picture, sound = _picture_of(container).codec_context, _sound_of(container)
    return (
        picture.name == "h264"
        and picture.pix_fmt in _PLAIN_PIXELS
        and (sound is None or sound.codec_context.name == "aac")
    )


def _copied(source: BinaryIO, job: Job, target: Path, progress: Progress) -> bool:
    """The same streams in another container. False when they do not go into it."""
    import av

    source.seek(0)
    try:
        with (
            _opened(source, job) as container,
            av.open(str(target), "w", format="mp4", options=codecs.FAST_START) as out,
        ):
            streams = [one for one in (_picture_of(container), _sound_of(container)) if one is not None]
            ways = {stream.index: out.add_stream_from_template(stream) for stream in streams}
            for packet in container.demux(streams):
                if not packet.size:
                    continue  # the last one, which only says that there is no more
                if packet.dts is None:
                    return False  # a container that does not say in what order to decode
                index = packet.stream.index
                _tell(packet, container, progress)
                packet.stream = ways[index]
                out.mux(packet)
    except (OSError, ValueError):
        return False
    return target.stat().st_size <= job.limit


def _encode(container: Any, job: Job, target: Path, progress: Progress, aim: float) -> None:
    import av

    picture, sound = _picture_of(container), _sound_of(container)
    sound_bits = _SOUND_BITS if sound is not None else 0
    bits = _bits(container, job, sound_bits, aim)
    context = picture.codec_context
    side = next(side for least, side in _SIDES if bits >= least) if job.is_too_large else 1920
    with av.open(str(target), "w", format="mp4", options=codecs.FAST_START) as out:
        size = codecs.fit((context.width, context.height), side)
        drawn = Pictures(
            out, size, _rate(picture), bits=bits if job.is_too_large else 0, most=bits,
            counted=job.mime == "video/x-msvideo",
        )  # fmt: skip
        heard = Sound(out, sound.codec_context.channels, sound_bits) if sound is not None else None
        for packet in container.demux([one for one in (picture, sound) if one is not None]):
            _tell(packet, container, progress)
            goal: Any = drawn if packet.stream.type == "video" else heard
            for frame in packet.decode():
                goal.add(frame)
        drawn.finish()
        if heard is not None:
            heard.finish()
    if not drawn.count:
        raise Refusal("file_broken")


def _bits(container: Any, job: Job, sound_bits: int, aim: float) -> int:
    """Bits a second that the picture may have if all is to fit; 0: unknown, for the file does not tell its length."""
    seconds = (container.duration or 0) / 1_000_000
    if not seconds:
        return 0
    bits = int(job.limit * aim * 8 / seconds) - sound_bits
    if bits < _FEWEST_BITS:
        raise Refusal("too_long", minutes=int(job.limit * _SHARE * 8 / (_FEWEST_BITS + sound_bits)) // 60)
    return min(bits, 20_000_000)


def _rate(stream: Any) -> Fraction:
    """A hint for the encoder; every picture keeps its own time."""
    rate = stream.average_rate
    return rate if rate is not None and 1 <= rate <= 60 else Fraction(30)


def _tell(packet: Any, container: Any, progress: Progress) -> None:
    if packet.pts is not None and packet.time_base and container.duration:
        progress(int(100 * packet.pts * packet.time_base / Fraction(container.duration, 1_000_000)))
