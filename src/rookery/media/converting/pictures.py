"""Pictures as JPEG, or PNG where something shines through: upright and without metadata. Runs in the child only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO, Final

from rookery.media.converting import animations, jpeg
from rookery.media.converting.jobs import (
    PICTURES,
    PIXELS,
    STICKER_BYTES,
    STICKER_SIDE,
    Job,
    Made,
    Progress,
    Refusal,
    needs_compression,
)

_TAKEN: Final = frozenset({"image/jpeg", "image/png"})
_ORIENTATION: Final = 0x0112  # of EXIF; 1 is upright
_QUALITY: Final = 92
_SMALLER: Final = ((4096, 88), (3072, 85), (2560, 82), (2048, 80), (1600, 78), (1280, 75), (1024, 70))
"""Longest side and quality, tried one after another when the agent allows a loss."""
_STICKER_QUALITIES: Final = (80, 60, 40, 20, 5)


def convert(source: BinaryIO, job: Job, target: Path, progress: Progress) -> Made:
    """Raises Refusal; OSError, ValueError and whatever else a decoder raises for a broken file."""
    from PIL import Image

    if job.mime not in PICTURES:
        raise Refusal("format_unknown")
    if job.mime == "image/heic":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # our own limit looks before anything is decoded
    with Image.open(source, formats=[PICTURES[job.mime]]) as image:
        _check_size(image, job)
        if job.kind == "sticker":
            return _sticker(image, job, target)
        if animations.moves(image, job.mime):
            return animations.convert(image, job, target, progress)
        made = _still(image, job, target)
    if made.as_is and job.mime == "image/jpeg" and jpeg.tells(source):
        jpeg.write_quiet(source, target)
        return Made("image")
    return made


def _check_size(image: Any, job: Job) -> None:
    width, height = image.size
    most = PIXELS * (4 if job.mime == "image/jpeg" else 1)
    if width * height > most:
        raise Refusal("too_many_pixels", width=width, height=height)


def _still(image: Any, job: Job, target: Path) -> Made:
    from PIL import ImageOps

    width, height = image.size
    vast = width * height > PIXELS
    turned = image.getexif().get(_ORIENTATION, 1) != 1
    # Behind the picture of a "multi-picture" JPEG lie others, which nobody is to get unseen.
    plain = image.format in ("JPEG", "PNG")
    if plain and job.mime in _TAKEN and not vast and not turned:
        if not job.is_too_large:
            image.load()  # a broken one is told here, not by the customer
            return Made("image", as_is=True)
        if not job.compress:
            raise needs_compression(job)
    if vast:
        image.draft("RGB", (width // 2, height // 2))
        if image.size[0] * image.size[1] > PIXELS:
            raise Refusal("too_many_pixels", width=width, height=height)
    _write(_plain(ImageOps.exif_transpose(image)), job, target)
    return Made("image")


def _plain(image: Any) -> Any:
    """RGB, or RGBA if anything shines through."""
    if image.mode.startswith(("I", "F")):
        # Sixteen bits a pixel, which JPEG has not.
        return image.convert("I").point(lambda level: level / 256).convert("L").convert("RGB")
    transparent = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    if transparent:
        clear = image.convert("RGBA")
        if clear.getchannel("A").getextrema()[0] < 255:
            return clear
        image = clear
    if image.mode == "CMYK":
        image.info.pop("icc_profile", None)
    return image if image.mode == "RGB" else image.convert("RGB")


def _write(image: Any, job: Job, target: Path) -> None:
    _save(image, target, _QUALITY)
    if target.stat().st_size <= job.limit:
        return
    if not job.compress:
        raise needs_compression(job, target.stat().st_size)
    for side, quality in _SMALLER:
        smaller = image.copy()
        smaller.thumbnail((side, side))
        _save(smaller, target, quality)
        if target.stat().st_size <= job.limit:
            return
    raise Refusal("cannot_shrink", limit=job.limit)


def _save(image: Any, target: Path, quality: int) -> None:
    """Place, camera and comments stay behind; the colour profile goes along."""
    profile = image.info.get("icc_profile")
    image.info = {}
    colours = {"icc_profile": profile} if profile else {}
    if image.mode == "RGBA":
        image.save(target, "PNG", **colours)
    else:
        image.save(target, "JPEG", quality=quality, **colours)
    image.info = colours


def _sticker(image: Any, job: Job, target: Path) -> Made:
    """Moving stickers must have an exact size and few bytes; the gateway makes others fit by itself."""
    moving = getattr(image, "n_frames", 1) > 1
    if not moving or (image.size == (STICKER_SIDE, STICKER_SIDE) and job.size <= STICKER_BYTES):
        if job.is_too_large:
            raise Refusal("cannot_shrink", limit=job.limit)
        image.load()
        return Made("sticker", as_is=True)
    frames = [frame.resize((STICKER_SIDE, STICKER_SIDE)) for frame, _ in animations.frames(image)]
    lengths = [length for _, length in animations.frames(image)]
    for quality in _STICKER_QUALITIES:
        frames[0].save(
            target, "WEBP", save_all=True, append_images=frames[1:], duration=lengths, loop=0, quality=quality
        )
        if os.path.getsize(target) <= STICKER_BYTES:  # noqa: PTH202
            return Made("sticker")
    raise Refusal("cannot_shrink", limit=STICKER_BYTES)
