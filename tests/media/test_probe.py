from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from rookery.media import decoding, places, probe
from rookery.sandbox import samples as good
from tests.media import samples
from tests.media.conftest import stored_files

File = Callable[[bytes], Path]


def test_picture_is_measured_upright_when_the_camera_was_turned(file: File) -> None:
    found = probe.probe(file(samples.sideways_jpeg()), "image/jpeg")
    assert (found.width, found.height, found.error) == (800, 1200, "")
    assert found.poster is not None
    with Image.open(found.poster) as thumbnail:
        assert thumbnail.format == "WEBP"
        assert thumbnail.size == (427, 640)
        assert not thumbnail.getexif()


@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_picture_gets_a_thumbnail_when_it_is_of_a_known_kind(kind: str, mime: str, file: File) -> None:
    found = probe.probe(file(good.picture(kind)), mime)
    assert (found.width, found.height, found.error) == (640, 480, "")
    assert found.poster is not None


def test_thumbnail_is_the_first_frame_when_the_picture_moves(file: File) -> None:
    found = probe.probe(file(samples.animated_webp()), "image/webp")
    assert found.poster is not None
    with Image.open(found.poster) as thumbnail:
        assert getattr(thumbnail, "n_frames", 1) == 1
        red, green, _, alpha = thumbnail.convert("RGBA").getpixel((256, 256))  # type: ignore[misc]
    assert red > 200 > 50 > green
    assert 100 < alpha < 160


def test_video_gets_poster_and_length(file: File) -> None:
    found = probe.probe(file(good.clip(2.0)), "video/mp4")
    assert (found.width, found.height, found.error) == (320, 240, "")
    assert found.duration_ms is not None
    assert 1900 <= found.duration_ms <= 2100
    assert found.poster is not None
    assert found.waveform == []


def test_voice_note_gets_length_and_waveform(file: File) -> None:
    found = probe.probe(file(good.voice(2.0)), "audio/ogg")
    assert found.duration_ms is not None
    assert 1900 <= found.duration_ms <= 2100
    assert 38 <= len(found.waveform) <= 42  # one bar for each twentieth of a second
    assert max(found.waveform) == 100
    assert min(found.waveform) >= 0
    assert len(set(found.waveform)) > 5
    assert found.poster is None


def test_silence_has_a_flat_waveform(file: File) -> None:
    found = probe.probe(file(samples.silence()), "audio/wav")
    assert found.duration_ms == 1000
    assert set(found.waveform) == {0}


def test_waveform_has_no_more_bars_than_blocks() -> None:
    assert decoding.waveform([5, 10]) == [50, 100]
    assert decoding.waveform([]) == []
    assert len(decoding.waveform(list(range(1000)))) == decoding.BARS


def test_vast_picture_is_measured_and_not_decoded(file: File) -> None:
    started = time.monotonic()
    found = probe.probe(file(samples.vast_png()), "image/png")
    assert (found.width, found.height, found.poster) == (30_000, 30_000, None)
    assert found.error == "TooManyPixels"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (samples.truncated_video(), "video/mp4"),
        (samples.lying_png(), "image/png"),
        (samples.zip_bomb(), "image/png"),
        (good.picture("JPEG")[:2000], "image/webp"),
        (os.urandom(50_000), "audio/mpeg"),
        (b"", "video/webm"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video/mp4"),
    ],
)
def test_broken_file_ends_without_a_poster(data: bytes, mime: str, file: File) -> None:
    found = probe.probe(file(data), mime)
    assert found.error
    assert found.poster is None
    assert list(places.incoming().glob("*")) == []


def test_voice_note_cut_short_keeps_what_can_be_read(file: File) -> None:
    whole = good.voice(4.0)
    found = probe.probe(file(whole[: len(whole) * 2 // 3]), "audio/ogg")
    assert found.waveform


def test_file_is_not_looked_into_when_its_type_is_no_media(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a child was started"))
    assert probe.probe(file(b"<svg/>"), "image/svg+xml") == probe.Probed()


def test_hanging_child_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, media_folder: Path) -> None:
    # A pipe that nobody writes into is a file whose reading never ends.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    try:
        started = time.monotonic()
        found = probe.probe(pipe, "video/mp4", seconds=1.0)
    finally:
        os.close(writer)
    assert found.error == "timed out"
    assert time.monotonic() - started < 5
    assert stored_files(media_folder) == []
    assert not probe._running


def test_children_end_when_the_process_ends(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    found: list[probe.Probed] = []
    thread = threading.Thread(target=lambda: found.append(probe.probe(pipe, "video/mp4", seconds=30)))
    try:
        thread.start()
        while not probe._running:
            time.sleep(0.01)
        probe.stop_all()
        thread.join(10)
    finally:
        os.close(writer)
    assert found[0].error == "ended with -9"


def _in_child(code: str) -> subprocess.CompletedProcess[bytes]:
    start = "from rookery.media import probe_child; probe_child.limit(); "
    return subprocess.run(
        [sys.executable, "-c", start + code],
        env=probe._environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = bytearray(3 * 2**30)", b"MemoryError"),
        ("[open('/dev/null') for _ in iter(int, 1)]\n", b"OSError"),
    ],
)
def test_child_is_refused_memory_and_files_beyond_its_limits(code: str, says: bytes) -> None:
    code = "opened = [open('/dev/null') for _ in range(100)]" if "open" in code else code
    ended = _in_child(code)
    assert ended.returncode != 0
    assert says in ended.stderr


def test_child_is_killed_when_it_writes_or_computes_without_end(tmp_path: Path) -> None:
    flood = f"f = open({str(tmp_path / 'flood')!r}, 'wb')\nwhile f.write(bytes(10**6)): pass"
    assert _in_child("exec(" + repr(flood) + ")").returncode != 0
    assert (tmp_path / "flood").stat().st_size <= 8 * 2**20
    limited = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_CORE))"
    assert _in_child(limited).stdout == b"(10, 10) (0, 0)\n"


def test_child_knows_neither_django_nor_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_SECRET_KEY", "hush")
    code = (
        "import os, sys; from rookery.media import decoding; import av, PIL.Image;"
        "print(any(m.startswith('django') for m in sys.modules), [n for n in os.environ if n.startswith('ROOKERY')])"
    )
    assert _in_child(code).stdout == b"False []\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"", "unreadable answer"), (b"[1]", "unreadable answer"), (b'{"error": "X"}', "X")],
)
def test_answer_is_not_believed_when_it_makes_no_sense(answer: bytes, error: str, tmp_path: Path) -> None:
    assert probe._read(answer, tmp_path / "none", tmp_path / "none") == probe.Probed(error=error)


def test_answer_is_checked_value_by_value(tmp_path: Path) -> None:
    poster = tmp_path / "poster"
    poster.write_bytes(b"<svg/>")
    copy = tmp_path / "copy"
    copy.write_bytes(b"<html>")
    answer = b'{"pages": -3, "width": -1, "height": "7", "duration_ms": 99999999999, "waveform": [5, 900, "x", true]}'
    found = probe._read(answer, poster, copy)
    assert found == probe.Probed(waveform=[5, 100, 0, 0])


def test_decoding_answers_nothing_when_the_type_is_unknown() -> None:
    assert decoding.look(io.BytesIO(b"x"), "application/zip", "") == {}


def test_pages_of_a_document_are_counted_in_the_child(file: File) -> None:
    assert probe.probe(file(samples.book(12)), "application/pdf") == probe.Probed(pages=12)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>",
        b"%PDF-1.4\n1 0 obj " + b"<</A" * 20_000,
        b"%PDF-1.4\n" + b"1 0 obj<</Root 1 0 R/Prev 0>>endobj\nstartxref\n9\n%%EOF",
    ],
)
def test_broken_document_has_no_pages(data: bytes, file: File) -> None:
    found = probe.probe(file(data), "application/pdf")
    assert found.pages is None
    assert found.error
