"""Voice notes as Ogg/Opus, other sound as AAC in MP4 unless WhatsApp takes it as it is. Runs in the child only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final

from rookery.media.converting import codecs
from rookery.media.converting.jobs import READERS, Job, Made, Progress, Refusal, needs_compression

_TAKEN: Final = frozenset(
    {"audio/aac", "audio/amr", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav"}
)
_VOICE_BITS: Final = 32_000
_SOUND_BITS: Final = 128_000
_FEWEST_BITS: Final = 24_000


def convert(source: BinaryIO, job: Job, target: Path, progress: Progress) -> Made:
    """Raises Refusal; OSError or ValueError (all of PyAV's are) for a broken file."""
    import av

    if job.mime not in READERS:
        raise Refusal("format_unknown")
    with av.open(source, "r", format=READERS[job.mime], metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise Refusal("no_sound")
        if _is_taken(container, job):
            _check(container)
            return Made(job.kind, as_is=True)
        if job.kind == "voice":
            with av.open(str(target), "w", format="ogg") as out:
                _encode(container, out, codecs.add_opus(out, _VOICE_BITS), progress)
        else:
            bits = _bits(container, job)
            channels = container.streams.audio[0].codec_context.channels
            with av.open(str(target), "w", format="ipod", options=codecs.FAST_START) as out:
                _encode(container, out, codecs.add_aac(out, channels, bits), progress)
    if target.stat().st_size > job.limit:
        raise Refusal("cannot_shrink", limit=job.limit)
    return Made(job.kind)


def _is_taken(container: Any, job: Job) -> bool:
    if job.is_too_large:
        return False
    if job.kind != "voice":
        return job.mime in _TAKEN
    sound = container.streams.audio[0].codec_context
    return job.mime == "audio/ogg" and sound.name in ("opus", "libopus") and sound.channels == 1


def _check(container: Any) -> None:
    """One frame at least can be heard."""
    if next(container.decode(audio=0), None) is None:
        raise Refusal("no_sound")


def _bits(container: Any, job: Job) -> int:
    """Bits a second of the copy. Raises Refusal where only a loss would make it fit."""
    seconds = (container.duration or 0) / 1_000_000
    room = int(job.limit * 0.95 * 8 / seconds) if seconds else _SOUND_BITS
    if job.mime in _TAKEN and job.is_too_large and not job.compress:
        raise needs_compression(job)
    if room < _FEWEST_BITS:
        raise Refusal("too_long", minutes=int(job.limit * 0.95 * 8 / _FEWEST_BITS) // 60)
    return min(_SOUND_BITS, room)


def _encode(container: Any, out: Any, made: tuple[Any, Any], progress: Progress) -> None:
    stream, resampler = made
    samples, whole = 0, (container.duration or 0) / 1_000_000
    for frame in container.decode(audio=0):
        for part in resampler.resample(frame):
            samples += part.samples
            out.mux(stream.encode(part))
        if whole:
            progress(int(100 * samples / resampler.rate / whole))
    for part in resampler.resample(None):
        samples += part.samples
        out.mux(stream.encode(part))
    if not samples:
        raise Refusal("no_sound")
    out.mux(stream.encode(None))
