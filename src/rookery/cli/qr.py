"""A QR code from a gateway's picture to a terminal's characters: two rows of modules in one line of half blocks."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from rookery.cli.failure import Failure

Modules = list[list[bool]]
_QUIET = 2  # light modules around it
_FINDER = 7  # width of the square in its corner


def modules(picture: bytes) -> Modules:
    """The code's dark modules. The picture is straight, dark on light, of any size. Raises Failure."""
    try:
        with Image.open(io.BytesIO(picture), formats=["PNG"]) as opened:
            if max(opened.size) > 4096:
                raise Failure("the gateway's picture of the code is too large")
            grey = opened.convert("L")
    except (OSError, UnidentifiedImageError) as error:
        raise Failure("the gateway's picture of the code cannot be read") from error
    dark = grey.point([255 if value < 128 else 0 for value in range(256)])
    box = dark.getbbox()
    if box is None:
        raise Failure("the gateway's picture shows no code")
    left, top, right, bottom = box
    run = next((x for x in range(left, right) if not dark.getpixel((x, top))), right) - left
    count = _size((right - left) * _FINDER / run)
    across, down = (right - left) / count, (bottom - top) / count
    return [
        [
            bool(dark.getpixel((int(left + (x + 0.5) * across), int(top + (y + 0.5) * down))))
            for x in range(count)
        ]
        for y in range(count)
    ]


def draw(code: Modules) -> str:
    """Light on dark terminals and dark on light ones alike: both colours are set."""
    blank = [False] * (len(code) + 2 * _QUIET)
    rows = [blank] * _QUIET + [[False] * _QUIET + row + [False] * _QUIET for row in code] + [blank] * _QUIET
    if len(rows) % 2:
        rows.append(blank)
    shapes = {(False, False): " ", (True, False): "\u2580", (False, True): "\u2584", (True, True): "\u2588"}
    lines = (
        "".join(shapes[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"\x1b[30;107m{line}\x1b[0m" for line in lines)


def _size(guess: float) -> int:
    """Codes have 21, 25, 29 ... 177 modules."""
    version = min(40, max(1, round((guess - 17) / 4)))
    return 17 + 4 * version
