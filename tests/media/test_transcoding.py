"""The copy of a voice note that Safari plays."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from rookery.media import places, probe, probe_child, sniff, transcoding
from rookery.sandbox import samples as good
from tests.media import samples

File = Callable[[bytes], Path]


def sound(path: Path) -> tuple[str, float]:
    """Codec and seconds of what is really in there."""
    with av.open(str(path)) as container:
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        return container.streams.audio[0].codec_context.name, seconds


def test_voice_note_gets_a_copy_in_aac(file: File) -> None:
    found = probe.probe(file(good.voice(3.0)), "audio/ogg")
    assert found.copy is not None
    assert sniff.of_file(found.copy) == "audio/mp4"
    codec, seconds = sound(found.copy)
    assert codec == "aac"
    assert seconds == pytest.approx(3.0, abs=0.15)
    assert found.waveform
    assert [path.name for path in places.incoming().iterdir()] == [found.copy.name]


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (samples.silence(), "audio/wav"),
        (good.clip(1.0), "video/mp4"),
        (good.picture("PNG"), "image/png"),
    ],
)
def test_file_gets_no_copy_when_every_browser_plays_it(data: bytes, mime: str, file: File) -> None:
    assert probe.probe(file(data), mime).copy is None
    assert not list(places.incoming().glob("*.copy.part*"))


def test_long_sound_gets_no_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    monkeypatch.setattr(transcoding, "LONGEST", 1)
    assert not transcoding.copy(io.BytesIO(good.voice(3.0)), "audio/ogg", str(target))
    monkeypatch.setattr(transcoding, "_wanted", lambda container: True)  # one that lies about its length
    assert not transcoding.copy(io.BytesIO(good.voice(3.0)), "audio/ogg", str(target))
    assert list(tmp_path.iterdir()) == []


def test_broken_sound_leaves_no_half_copy(tmp_path: Path) -> None:
    target = tmp_path / "copy"
    with pytest.raises(av.error.FFmpegError):
        transcoding.copy(io.BytesIO(b"OggS" + bytes(5000)), "audio/ogg", str(target))
    assert list(tmp_path.iterdir()) == []


def test_look_is_kept_when_the_copy_fails(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    # The child is killed while it writes the copy: its answer was out before.
    killed = "import sys; sys.stdout.write('{\"duration_ms\": 7}'); sys.stdout.flush(); import os; os.kill(os.getpid(), 9)"
    real: Any = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **more: real([command[0], "-c", killed], **more))
    found = probe.probe(file(good.voice(1.0)), "audio/ogg")
    assert (found.duration_ms, found.copy, found.error) == (7, None, "")


def test_child_answers_before_it_copies(
    file: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said: list[str] = []
    monkeypatch.setattr(probe_child, "limit", lambda: None)
    monkeypatch.setattr(probe_child, "look", lambda mime, poster: {"width": 1})
    monkeypatch.setattr(probe_child, "copy", lambda mime, target: said.append(capsys.readouterr().out))
    monkeypatch.setattr(os, "_exit", lambda code: None)
    monkeypatch.setattr(sys, "argv", ["child", "audio/ogg", "poster", str(tmp_path / "copy")])
    probe_child.main()
    assert json.loads(said[0]) == {"width": 1}
