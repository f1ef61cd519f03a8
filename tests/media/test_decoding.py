"""The child's own code, called here on files of our own making."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from rookery.media import decoding, probe_child
from rookery.sandbox import samples as good
from tests.media import samples

_NOISE = {"duration_ms": 1000, "width": 320, "height": 240, "error": "InvalidDataError"}


@pytest.mark.parametrize(
    ("data", "mime", "expected"),
    [
        (samples.sideways_jpeg(), "image/jpeg", {"width": 800, "height": 1200, "poster": True}),
        (good.sticker(), "image/webp", {"width": 512, "height": 512, "poster": True}),
        (good.picture("GIF"), "image/gif", {"width": 640, "height": 480, "poster": True}),
        (good.clip(2.0), "video/mp4", {"duration_ms": 2000, "width": 320, "height": 240, "poster": True}),
        (samples.sideways_clip(), "video/mp4", {"duration_ms": 1000, "width": 240, "height": 320, "poster": True}),
        (samples.empty_clip(), "video/mp4", _NOISE),
        (samples.silence(), "audio/wav", {"duration_ms": 1000, "waveform": [0] * 20}),
        (samples.vast_png(), "image/png", {"width": 30_000, "height": 30_000, "error": "TooManyPixels"}),
        (good.picture("JPEG")[:9000], "image/jpeg", {"width": 640, "height": 480, "error": "OSError"}),
        (good.picture("PNG")[:500], "image/png", {"width": 640, "height": 480, "error": "OSError"}),
        (good.paper(), "application/pdf", {"pages": 1}),
        (samples.book(37), "application/pdf", {"pages": 37}),
        (samples.book(-5), "application/pdf", {}),
        (samples.book(10**9), "application/pdf", {}),
        (b"#!AMR", "application/zip", {}),
    ],
)  # fmt: skip
def test_file_is_described(data: bytes, mime: str, expected: dict[str, object], tmp_path: Path) -> None:
    poster = tmp_path / "poster"
    assert decoding.look(io.BytesIO(data), mime, str(poster)) == expected
    assert poster.exists() == bool(expected.get("poster"))


def test_poster_stands_upright_when_the_video_was_turned(tmp_path: Path) -> None:
    poster = tmp_path / "poster"
    decoding.look(io.BytesIO(samples.sideways_clip()), "video/mp4", str(poster))
    with Image.open(poster) as image:
        assert image.size == (240, 320)


@pytest.mark.parametrize("mode", ["P", "L", "LA", "CMYK", "1", "I;16"])
def test_thumbnail_is_made_when_the_colours_are_unusual(mode: str, tmp_path: Path) -> None:
    image = Image.new(mode, (900, 300))
    assert decoding._save(image, str(tmp_path / "poster"))
    with Image.open(tmp_path / "poster") as saved:
        assert saved.size == (640, 213)


def test_long_sound_has_no_waveform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(decoding, "_WAVE_SECONDS", 1)
    assert "waveform" not in decoding.look(io.BytesIO(good.voice(3.0)), "audio/ogg", "")
    monkeypatch.setattr(decoding, "_WAVE_SECONDS", 100)
    assert "waveform" in decoding.look(io.BytesIO(good.voice(3.0)), "audio/ogg", "")


def test_sound_cut_short_says_what_ended_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Container:
        def decode(self, **_: int) -> object:
            raise ValueError

    assert decoding._peaks(Container()) == ([], 0, "ValueError")


@pytest.mark.parametrize(("raised", "error"), [(MemoryError, "MemoryError"), (SyntaxError, "SyntaxError")])
def test_child_answers_when_a_decoder_raises(
    raised: type[BaseException], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*_: object) -> dict[str, object]:
        raise raised

    monkeypatch.setattr(decoding, "look", look)
    assert probe_child.look("image/png", "") == {"error": error}
