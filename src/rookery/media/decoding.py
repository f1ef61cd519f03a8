"""Decoding pictures, video and sound. Runs in the limited child process only (`probe_child`): nothing else may
import this module, and it imports no Django."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import Any, BinaryIO, Final

from rookery.media import formats

PIXELS: Final = 64_000_000
"""More pixels are measured but not decoded."""
THUMBNAIL: Final = 640
BARS: Final = 60
MOST_PAGES: Final = 100_000
_WAVE_RATE: Final = 8000
_WAVE_BLOCK: Final = 400  # samples: a twentieth of a second
_WAVE_SECONDS: Final = 1800  # longer sound gets no waveform
_FRAMES_TO_TRY: Final = 50


def look(source: BinaryIO, mime: str, poster: str) -> dict[str, Any]:
    """Dimensions as shown (turned upright), duration, waveform, pages; writes a poster (WebP) if there is a picture."""
    if mime in formats.PICTURES:
        return _picture(source, formats.PICTURES[mime], poster)
    if mime in formats.CONTAINERS:
        return _recording(source, formats.CONTAINERS[mime], poster)
    return _paper(source) if mime in formats.PAPERS else {}


def _picture(source: BinaryIO, kind: str, poster: str) -> dict[str, Any]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit below looks before anything is decoded
    with Image.open(source, formats=[kind]) as image:
        width, height = image.size
        if width * height > PIXELS:
            return {"width": width, "height": height, "error": "TooManyPixels"}
        found: dict[str, Any] = {"width": width, "height": height}
        try:
            # Not before: for a PNG this already decodes everything. 0x0112 is EXIF's orientation; from 5 on the
            # picture lies on its side.
            if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):
                found = {"width": height, "height": width}
            image.draft("RGB", (2 * THUMBNAIL, 2 * THUMBNAIL))  # JPEG decodes at a fraction of its size
            upright = ImageOps.exif_transpose(image)
            return found | {"poster": _save(upright, poster)}
        except (OSError, ValueError, SyntaxError, MemoryError) as error:
            return found | {"error": type(error).__name__}


def _paper(source: BinaryIO) -> dict[str, Any]:
    """How many pages a PDF says it has. Nothing of what is on them is read."""
    from pypdf import PdfReader

    root: Any = PdfReader(source, strict=False).trailer["/Root"]
    count = int(root["/Pages"]["/Count"])
    return {"pages": count} if 0 < count <= MOST_PAGES else {}


def _save(image: Any, poster: str) -> bool:
    """Write the thumbnail. Metadata (place, camera) stays behind."""
    if image.mode not in ("RGB", "RGBA"):
        transparent = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
        image = image.convert("RGBA" if transparent else "RGB")
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    image.info = {}
    image.save(poster, "WEBP", quality=80, method=3)
    return True


def _recording(source: BinaryIO, container_format: str, poster: str) -> dict[str, Any]:
    import av

    # The reader is named and not guessed: playlists and their like would open other files and addresses.
    with av.open(source, "r", format=container_format, metadata_errors="ignore") as container:
        found: dict[str, Any] = {}
        if container.duration:
            found["duration_ms"] = container.duration // 1000
        pictures = [one for one in container.streams.video if not one.disposition & _ATTACHED_PICTURE]
        if pictures:
            return found | _video(container, pictures[0], poster)
        if container.streams.audio:
            return _sound(container, found)
        return found


_ATTACHED_PICTURE: Final = 0x400  # the cover of a song is no video


def _video(container: Any, stream: Any, poster: str) -> dict[str, Any]:
    width, height = stream.codec_context.width, stream.codec_context.height
    found: dict[str, Any] = {"width": width, "height": height}
    if not width or not height or width * height > PIXELS:
        return found | {"error": "TooManyPixels"}
    stream.codec_context.thread_count = 1
    try:
        frame = next(islice(container.decode(stream), 0, _FRAMES_TO_TRY))
        image = frame.to_image(**_fit(width, height))
        turned = round(getattr(frame, "rotation", 0)) % 360
        if turned:
            image = image.rotate(turned, expand=True)
        if turned in (90, 270):
            found = {"width": height, "height": width}
        return found | {"poster": _save(image, poster)}
    except StopIteration:
        return found | {"error": "NoFrame"}
    except (OSError, ValueError, MemoryError) as error:  # PyAV's errors are OSError or ValueError
        return found | {"error": type(error).__name__}


def _fit(width: int, height: int) -> dict[str, int]:
    scale = min(1.0, THUMBNAIL / max(width, height))
    return {"width": max(2, round(width * scale)), "height": max(2, round(height * scale))}


def _sound(container: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Duration and waveform; a file cut short keeps what could be read of it."""
    if found.get("duration_ms", 0) > _WAVE_SECONDS * 1000:
        return found
    peaks, samples, error = _peaks(container)
    if samples and not found.get("duration_ms"):
        found["duration_ms"] = samples * 1000 // _WAVE_RATE
    if peaks:
        found["waveform"] = waveform(peaks)
    return found | ({"error": error} if error else {})


def _peaks(container: Any) -> tuple[list[int], int, str]:
    """The loudest sample of each block, the number of samples, and the name of what ended the reading early."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=_WAVE_RATE)
    peaks: list[int] = []
    rest: array[int] = array("h")
    samples = 0
    try:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                rest.frombytes(bytes(part.planes[0])[: part.samples * 2])
                samples += part.samples
            while len(rest) >= _WAVE_BLOCK:
                block, rest = rest[:_WAVE_BLOCK], rest[_WAVE_BLOCK:]
                peaks.append(max(max(block), -min(block)))
            if samples > _WAVE_SECONDS * _WAVE_RATE:
                return [], 0, ""
    except (OSError, ValueError, MemoryError) as error:
        return peaks, samples, type(error).__name__
    if rest:
        peaks.append(max(max(rest), -min(rest)))
    return peaks, samples, ""


def waveform(peaks: list[int]) -> list[int]:
    """At most BARS loudnesses, 0 to 100, the loudest being 100; silence is all zeros."""
    count = min(BARS, len(peaks))
    bars = [max(peaks[i * len(peaks) // count : (i + 1) * len(peaks) // count]) for i in range(count)]
    loudest = max(bars, default=0)
    return [round(100 * bar / loudest) for bar in bars] if loudest else [0] * count
