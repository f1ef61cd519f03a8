"""What every phone plays: H.264 and AAC in MP4, Opus in Ogg. Runs in the child only."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any, Final

FAST_START: Final = {"movflags": "+faststart"}
"""The index stands in front: a player need not have it all."""
VOICE_RATE: Final = 48_000
AAC_RATE: Final = 48_000
AAC_FRAME: Final = 1024
OPUS_FRAME: Final = 960


def fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size whose longer side is at most `side`; even, as H.264 has it."""
    width, height = size
    scale = min(1.0, side / max(size))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def add_h264(
    out: Any,
    size: tuple[int, int],
    *,
    rate: Fraction,
    base: Fraction,
    bits: int = 0,
    most: int = 0,
) -> Any:
    """A video stream: of `bits` a second, or of even quality; never far above `most` a second."""
    stream = out.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
    stream.codec_context.time_base = base
    stream.codec_context.thread_count = max(1, (os.cpu_count() or 2) - 1)
    options = {"preset": "veryfast", "profile": "high", "g": "250"}
    if bits:
        stream.bit_rate = bits
    else:
        options["crf"] = "23"
    if most:
        options |= {"maxrate": str(most), "bufsize": str(most * 2)}
    stream.options = options
    return stream


def add_aac(out: Any, channels: int, bits: int) -> tuple[Any, Any]:
    """A sound stream and what turns frames of any kind into its own."""
    import av

    layout = "stereo" if channels > 1 else "mono"
    stream = out.add_stream("aac", rate=AAC_RATE)
    stream.layout = layout
    stream.bit_rate = bits
    return stream, av.AudioResampler(format="fltp", layout=layout, rate=AAC_RATE, frame_size=AAC_FRAME)


def add_opus(out: Any, bits: int) -> tuple[Any, Any]:
    """The same for a voice note."""
    import av

    stream = out.add_stream("libopus", rate=VOICE_RATE, options={"application": "voip"})
    stream.layout = "mono"
    stream.bit_rate = bits
    return stream, av.AudioResampler(format="s16", layout="mono", rate=VOICE_RATE, frame_size=OPUS_FRAME)
