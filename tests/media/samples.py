"""Real files, made here: good ones, broken ones, and ones that were built to hurt."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import av
from PIL import Image

from rookery.sandbox import samples as good

ORIENTATION = 0x0112


@cache
def png(size: tuple[int, int] = (80, 60), colour: str = "#cc8844") -> bytes:
    return _saved(Image.new("RGB", size, colour), "PNG")


@cache
def sideways_jpeg() -> bytes:
    """A camera held upright: stored 1200 x 800, to be turned, so shown 800 x 1200."""
    image = Image.new("RGB", (1200, 800), "#336699")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "Maker of the camera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@cache
def animated_webp() -> bytes:
    frames = [Image.new("RGBA", (512, 512), colour) for colour in ("#ff000080", "#00ff0080")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


@cache
def vast_png(side: int = 30_000) -> bytes:
    """A true PNG of side x side white pixels, a hundred kilobytes long and gigabytes wide."""
    packer = zlib.compressobj(1)
    lines = (b"\x00" + b"\xff" * (side // 8)) * 100
    data = b"".join(packer.compress(lines) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def lying_png(side: int = 7000) -> bytes:
    """Announces few enough pixels, then brings a deflate stream that never ends in sense."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    packer = zlib.compressobj(1)
    data = packer.compress(b"\x05" * 50_000_000) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


@cache
def zip_bomb() -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", b"\0" * 100_000_000)
    return out.getvalue()


def truncated_video() -> bytes:
    """Its index stands at its end, and the end is missing."""
    return good.clip()[: len(good.clip()) // 2]


@cache
def silence() -> bytes:
    """A second of silence as WAV."""
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=8000)
        frame.planes[0].update(b"\0" * 16000)
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@cache
def sideways_clip() -> bytes:
    """A phone held upright: stored 320 x 240 with a turn of 90 degrees in its track header."""
    data = bytearray(good.clip(1.0))
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = struct.pack(">9I", 0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)
    start = data.index(matrix, data.index(b"tkhd"))
    data[start : start + len(matrix)] = turned
    return bytes(data)


@cache
def empty_clip() -> bytes:
    """A whole index whose pictures are all noise."""
    data = bytearray(good.clip(1.0))
    start = data.index(b"mdat") + 4
    end = data.index(b"moov", start) - 4
    data[start:end] = bytes(end - start)
    return bytes(data)


def book(pages: int) -> bytes:
    """A PDF that says it has so many pages."""
    return good.paper().replace(b"/Count 1 ", b"/Count %d " % pages)
