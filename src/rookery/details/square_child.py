"""The child process that draws a stranger's picture small: `python -m rookery.details.square_child`.

Standard input is the file, the arguments are its sniffed type and where to write. Limits are media's, and set
before a decoder is loaded; Django never is. The exit code is all the answer.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO, Final

from rookery.media.probe_child import limit

SIDE: Final = 192
"""Pixels: the largest face on a page is 76, on screens of two and a half pixels to one."""

PIXELS: Final = 16_000_000
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def draw(source: BinaryIO, kind: str, target: str) -> None:
    """Cut the middle square out, at most SIDE wide, without metadata. Raises whatever a decoder raises."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit below looks before anything is decoded
    with Image.open(source, formats=[kind]) as image:
        if image.width * image.height > PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    side = min(SIDE, *upright.size)
    square = ImageOps.fit(upright, (side, side))
    square.info = {}
    square.save(target, "WEBP", quality=82, method=3)


def main() -> None:
    limit()
    mime, target = sys.argv[1:3]
    code = 0
    try:
        with os.fdopen(0, "rb", closefd=False) as source:
            draw(source, FORMATS[mime], target)
    except BaseException:  # noqa: BLE001 - decoders raise anything; the code says enough
        code = 1
    os._exit(code)  # no clean-up code of a decoder that a file may have led astray


if __name__ == "__main__":
    main()
