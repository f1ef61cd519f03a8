"""Small genuine files for simulated people to send: pictures, voice notes, clips, stickers, papers."""

from __future__ import annotations

import io
import math
from functools import cache

import av
from PIL import Image, ImageDraw

TONES = (392.0, 494.0, 587.0, 784.0)


@cache
def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), hue: int = 200) -> bytes:
    """A landscape of flat colours in the given format (JPEG, PNG, WEBP, GIF)."""
    width, height = size
    image = Image.new("RGB", size, f"hsl({hue}, 60%, 78%)")
    draw = ImageDraw.Draw(image)
    draw.ellipse(
        (width * 0.68, height * 0.12, width * 0.84, height * 0.12 + width * 0.16), fill="hsl(45, 95%, 62%)"
    )
    draw.polygon(
        [(0, height), (width * 0.35, height * 0.4), (width * 0.7, height)], fill="hsl(150, 32%, 40%)"
    )
    draw.polygon(
        [(width * 0.4, height), (width * 0.75, height * 0.5), (width, height)], fill="hsl(155, 35%, 30%)"
    )
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@cache
def sticker() -> bytes:
    """A 512 x 512 WebP with a transparent background."""
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 472, 472), fill=(255, 205, 60, 255))
    draw.ellipse((150, 170, 200, 240), fill=(60, 40, 20, 255))
    draw.ellipse((312, 170, 362, 240), fill=(60, 40, 20, 255))
    draw.arc((140, 200, 372, 400), 20, 160, fill=(60, 40, 20, 255), width=18)
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


def _tune(seconds: float, rate: int) -> bytes:
    samples = bytearray()
    for index in range(int(seconds * rate)):
        moment = index / rate
        tone = TONES[int(moment * 3) % len(TONES)]
        loudness = 0.25 * abs(math.sin(moment * math.pi * 1.5))
        samples += int(loudness * 32767 * math.sin(2 * math.pi * tone * moment)).to_bytes(
            2, "little", signed=True
        )
    return bytes(samples)


@cache
def voice(seconds: float = 2.0) -> bytes:
    """A hummed voice note: mono Opus in Ogg, as phones record it."""
    rate = 48000
    frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * rate))
    frame.planes[0].update(_tune(seconds, rate))
    frame.sample_rate = rate
    return _opus([frame])


def _opus(frames: list[av.AudioFrame]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48000)
        stream.layout = "mono"
        stream.bit_rate = 24000
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        for frame in frames:
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return out.getvalue()


def to_voice_note(data: bytes) -> bytes:
    """Any sound file as Ogg/Opus, which is what `ptt` asks for; raises ValueError when it cannot be read."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            return _opus(list(container.decode(audio=0)))
    except (av.FFmpegError, IndexError) as unreadable:
        raise ValueError("failed to convert audio to ogg opus") from unreadable


def _frame(image: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call, unused-ignore]
    return frame


@cache
def clip(seconds: float = 1.0) -> bytes:
    """A short H.264 video in MP4: a ball that rolls across."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for index in range(int(seconds * 12)):
            image = Image.new("RGB", (320, 240), (40, 80, 120))
            left = 20 + index * 20
            ImageDraw.Draw(image).ellipse((left, 100, left + 50, 150), fill=(250, 200, 80))
            container.mux(stream.encode(_frame(image)))
        container.mux(stream.encode(None))
    return out.getvalue()


@cache
def paper(title: str = "Invoice 0042") -> bytes:
    """A one-page PDF with a title, valid down to its cross-reference table."""
    shown = "".join(character for character in title if character.isascii() and character not in "()\\")
    content = f"BT /F1 28 Tf 72 720 Td ({shown}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + trailer


@cache
def song(seconds: float = 2.0) -> bytes:
    """The same tune as music: MP3."""
    rate = 44100
    frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * rate))
    frame.planes[0].update(_tune(seconds, rate))
    frame.sample_rate = rate
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=rate)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return out.getvalue()


@cache
def waving_sticker() -> bytes:
    """An animated 512 x 512 WebP of three pictures."""
    pictures = []
    for lift in (0, 40, 80):
        image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        draw.ellipse((90, 140, 422, 472), fill=(120, 200, 255, 255))
        draw.line((400, 300, 470, 260 - lift), fill=(60, 110, 160, 255), width=36)
        pictures.append(image)
    out = io.BytesIO()
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=200, loop=0)
    return out.getvalue()


@cache
def portrait(hue: int, size: int = 320) -> bytes:
    """Head and shoulders of nobody, as a square JPEG."""
    image = Image.new("RGB", (size, size), f"hsl({hue}, 45%, 82%)")
    draw = ImageDraw.Draw(image)
    skin, cloth = f"hsl({hue // 9 + 15}, 45%, {45 + hue % 35}%)", f"hsl({(hue + 180) % 360}, 45%, 42%)"
    draw.ellipse((size * 0.14, size * 0.66, size * 0.86, size * 1.3), fill=cloth)
    draw.ellipse(
        (size * 0.3, size * 0.16, size * 0.7, size * 0.28 + size * 0.36), fill=f"hsl({hue % 50}, 50%, 22%)"
    )
    draw.ellipse((size * 0.33, size * 0.24, size * 0.67, size * 0.7), fill=skin)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def default(kind: str, name: str = "", *, animated: bool = False) -> tuple[str, str, bytes]:
    """(name, MIME type, bytes) of the file somebody sends when the test does not say which.

    `name` is that of the file to be: its ending chooses among the samples of a kind.
    """
    match kind:
        case "image" | "interactive":
            form = {"png": "PNG", "webp": "WEBP", "gif": "GIF"}.get(name.rpartition(".")[2].lower(), "JPEG")
            return "photo.jpg", "image/jpeg", picture(form)
        case "video" | "video_note":
            return "clip.mp4", "video/mp4", clip()
        case "audio" if name.lower().endswith(".mp3"):
            return name, "audio/mpeg", song()
        case "audio":
            return "voice.ogg", "audio/ogg; codecs=opus", voice()
        case "sticker":
            return "sticker.webp", "image/webp", waving_sticker() if animated else sticker()
        case _:
            return "invoice.pdf", "application/pdf", paper()
