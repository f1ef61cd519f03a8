"""Files as agents' browsers and phones make them, and which WhatsApp does not take as they are."""

from __future__ import annotations

import io
import random
import struct
from fractions import Fraction
from functools import cache
from typing import Any

import av
from PIL import Image, ImageDraw

RATE = 48_000


def picture(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Red above, blue below: which way up is seen at once."""
    image = Image.new("RGB", size, "#d02020")
    ImageDraw.Draw(image).rectangle((0, size[1] // 2, *size), fill="#2020d0")
    return image


@cache
def saved(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    out = io.BytesIO()
    picture().convert(mode).save(out, kind, **options)
    return out.getvalue()


@cache
def see_through(kind: str) -> bytes:
    image = picture().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 90))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@cache
def turned_jpeg() -> bytes:
    """A camera held upright: it lies on its side, and EXIF says so; with a place nobody is to know."""
    image = picture((320, 240)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker of the camera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@cache
def noise(side: int, kind: str = "JPEG", **options: Any) -> bytes:
    """What no format makes small."""
    data = random.Random(1).randbytes(side * side * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), data).save(out, kind, **options)
    return out.getvalue()


@cache
def moving(kind: str = "GIF", side: int = 120) -> bytes:
    """Five pictures of a fifth of a second."""
    pictures = []
    for step in range(5):
        image = Image.new("RGB", (side, side - 1), "white")
        ImageDraw.Draw(image).ellipse((step * 15, 20, step * 15 + 40, 60), fill="#108040")
        pictures.append(image)
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=200, loop=0)
    return out.getvalue()


def _sound(container: Any, codec: str, layout: str, seconds: float) -> Any:
    stream = container.add_stream(codec, rate=RATE)
    stream.layout = layout
    return stream, _tones(layout, seconds, stream.format.name)


def _tones(layout: str, seconds: float, format_: str) -> list[Any]:
    import array
    import math

    count = int(seconds * RATE)
    channels = 2 if layout == "stereo" else 1
    wave = array.array("h", (int(9000 * math.sin(n / 20)) for n in range(count) for _ in range(channels)))
    frame = av.AudioFrame(format="s16", layout=layout, samples=count)
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate = RATE
    resampler = av.AudioResampler(format=format_, layout=layout, rate=RATE, frame_size=960)
    return [*resampler.resample(frame), *resampler.resample(None)]


@cache
def sound(container: str, codec: str, layout: str = "mono", seconds: float = 1.0) -> bytes:
    """A tone, for instance as a browser's recorder writes it: ("webm", "libopus"), ("mp4", "aac"), ("wav", ...)."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream, frames = _sound(made, codec, layout, seconds)
        for frame in frames:
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


@cache
def video(
    container: str,
    codec: str = "libx264",
    sound_codec: str = "",
    *,
    seconds: float = 1.0,
    size: tuple[int, int] = (160, 120),
    busy: bool = False,
    bits: int = 0,
) -> bytes:
    """A short video; `busy`: of noise, which needs many bits."""
    out = io.BytesIO()
    dice = random.Random(2)
    frames_of: Any = av.VideoFrame
    with av.open(out, "w", format=container) as made:
        stream: Any = made.add_stream(codec, rate=12)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if bits:
            stream.bit_rate = bits
        heard, frames = _sound(made, sound_codec, "mono", seconds) if sound_codec else (None, [])
        for number in range(int(seconds * 12)):
            image = (
                Image.frombytes("RGB", size, dice.randbytes(size[0] * size[1] * 3)) if busy else picture(size)
            )
            frame = frames_of.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 12)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
        for frame in frames:
            made.mux(heard.encode(frame))
        if heard is not None:
            made.mux(heard.encode(None))
    return out.getvalue()


def held_upright(data: bytes) -> bytes:
    """An MP4 or MOV whose track header says that the camera was turned by 90 degrees."""
    straight = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = struct.pack(">9I", 0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)
    start = data.index(straight, data.index(b"tkhd"))
    return data[:start] + turned + data[start + len(straight) :]
