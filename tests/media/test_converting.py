"""Each conversion in its child process: what comes out plays, and what cannot be sent is refused in words."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from rookery.accounts.models import Account
from rookery.conversations.models import Blob
from rookery.media import sniff, store
from rookery.media.converting import conversion
from rookery.media.converting.conversion import Failed
from rookery.media.converting.jobs import Job, Made, Refusal
from rookery.media.converting.words import SENTENCES
from rookery.sandbox import samples as good
from tests.cast import Cast
from tests.media import outgoing_samples as made
from tests.media import samples
from tests.media.conftest import stored_files

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 20_000_000


class Case:
    """Converts bytes as the worker does, and keeps what came out."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.progress: list[int] = []

    def convert(
        self, kind: str, data: bytes, *, limit: int = LIMIT, compress: bool = False, seconds: float = 60.0
    ) -> tuple[Made, str, bytes]:
        """(what was made, its sniffed type, its bytes); the bytes of one that is fit are the old ones."""
        blob = store.ingest(self.account, io.BytesIO(data), limit=LIMIT * 10)
        job = Job(kind, blob.type, blob.size, limit, limit, compress)
        with conversion.convert(blob, job, self.progress.append, seconds=seconds) as result:
            if result.path is None:
                return result.made, blob.type, data
            return result.made, sniff.of_file(result.path), result.path.read_bytes()

    def refusal(self, kind: str, data: bytes, **options: Any) -> tuple[str, dict[str, int]]:
        with pytest.raises(Refusal) as refused:
            self.convert(kind, data, **options)
        assert SENTENCES[refused.value.code] % refused.value.params
        return refused.value.code, refused.value.params


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case(cast.account)


def streams(data: bytes) -> list[str]:
    """Decodes everything: the codecs of what plays."""
    found = []
    with av.open(io.BytesIO(data), "r") as container:
        for stream in container.streams:
            container.seek(0)
            assert len(list(container.decode(stream))) > 0
            found.append(stream.codec_context.name)
    return found


def seconds(data: bytes) -> float:
    with av.open(io.BytesIO(data), "r") as container:
        return (container.duration or 0) / 1_000_000


VOICES = [
    ("webm", "libopus"),
    ("mp4", "aac"),
    ("wav", "pcm_s16le"),
    ("ogg", "libvorbis"),
    ("mp3", "libmp3lame"),
]


@pytest.mark.parametrize(("container", "codec"), [one for one in VOICES if one[1] != "libvorbis"])
def test_recording_of_a_browser_becomes_a_voice_note(case: Case, container: str, codec: str) -> None:
    result, mime, data = case.convert("voice", made.sound(container, codec))
    assert (result, mime) == (Made("voice"), "audio/ogg")
    assert streams(data) == ["opus"]
    with av.open(io.BytesIO(data), "r") as opened:
        sound = opened.streams.audio[0].codec_context
        assert (sound.sample_rate, sound.channels) == (48_000, 1)
    assert 0.9 < seconds(data) < 1.2


def test_voice_note_stays_when_it_is_one(case: Case) -> None:
    assert case.convert("voice", good.voice())[0] == Made("voice", as_is=True)
    result, _, data = case.convert("voice", made.sound("ogg", "libopus", "stereo"))
    assert result == Made("voice")  # phones want one channel
    assert streams(data) == ["opus"]


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("aiff", "pcm_s16be"), ("mp4", "aac")])
def test_sound_becomes_aac_when_the_gateway_does_not_take_it(case: Case, container: str, codec: str) -> None:
    result, mime, data = case.convert("audio", made.sound(container, codec))
    assert (result, mime) == (Made("audio"), "audio/mp4")
    assert streams(data) == ["aac"]


def test_sound_stays_when_the_gateway_takes_it(case: Case) -> None:
    for data in (good.song(), made.sound("wav", "pcm_s16le"), made.sound("ogg", "libopus", "stereo")):
        assert case.convert("audio", data)[0] == Made("audio", as_is=True)


@pytest.mark.parametrize("kind", ["HEIF", "WEBP", "AVIF", "BMP", "TIFF"])
def test_picture_becomes_a_jpeg(case: Case, kind: str) -> None:
    result, mime, data = case.convert("image", made.saved(kind))
    assert (result, mime) == (Made("image"), "image/jpeg")
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.size == (320, 240)
        _assert_upright(image)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "TIFF"])
def test_picture_becomes_a_png_when_something_shines_through(case: Case, kind: str) -> None:
    result, mime, data = case.convert("image", made.see_through(kind))
    assert (result, mime) == (Made("image"), "image/png")
    with Image.open(io.BytesIO(data)) as image:
        assert abs(image.getchannel("A").getpixel((5, 5)) - 90) < 5  # type: ignore[operator]


def test_picture_is_turned_upright_and_tells_nothing(case: Case) -> None:
    _, mime, data = case.convert("image", made.turned_jpeg())
    assert mime == "image/jpeg"
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        assert image.size == (320, 240)
        _assert_upright(image)
    assert b"Maker of the camera" not in data


def test_jpeg_tells_nothing_and_loses_nothing(case: Case) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of the camera"
    out = io.BytesIO()
    made.picture().save(out, "JPEG", exif=exif, comment=b"at home", icc_profile=b"colours" * 9)
    result, mime, data = case.convert("image", out.getvalue())
    assert (result, mime) == (Made("image"), "image/jpeg")
    assert b"Maker of" not in data
    assert b"at home" not in data
    with Image.open(io.BytesIO(data)) as now, Image.open(out) as before:
        assert now.info["icc_profile"] == before.info["icc_profile"]
        assert now.tobytes() == before.tobytes()


def test_only_the_first_of_several_pictures_goes(case: Case) -> None:
    out = io.BytesIO()
    made.picture().save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (320, 240), "green")])
    result, mime, data = case.convert("image", out.getvalue())
    assert (result, mime) == (Made("image"), "image/jpeg")
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        _assert_upright(image)


def test_sixteen_bit_scan_is_not_white(case: Case) -> None:
    grey = Image.new("I;16", (64, 64), 0x8000)
    out = io.BytesIO()
    grey.save(out, "TIFF")
    with Image.open(io.BytesIO(case.convert("image", out.getvalue())[2])) as image:
        assert abs(image.convert("L").getpixel((9, 9)) - 128) < 4  # type: ignore[operator]


@pytest.mark.parametrize("data", [good.picture("PNG"), good.picture("JPEG")], ids=["png", "jpeg"])
def test_picture_stays_when_the_gateway_takes_it(case: Case, data: bytes) -> None:
    assert case.convert("image", data)[0] == Made("image", as_is=True)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_moving_picture_becomes_a_video_that_repeats(case: Case, kind: str) -> None:
    result, mime, data = case.convert("image", made.moving(kind))
    assert (result, mime) == (Made("video", gif=True), "video/mp4")
    assert streams(data) == ["h264"]
    assert 0.9 < seconds(data) < 1.2


def test_sticker_is_made_small_when_it_moves_too_much(case: Case) -> None:
    assert case.convert("sticker", good.waving_sticker())[0] == Made("sticker", as_is=True)
    frames = [Image.frombytes("RGB", (512, 512), made.noise(512, "BMP")[-512 * 512 * 3 :])]
    frames += [frames[0].rotate(90), frames[0].rotate(180)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100, quality=95)
    assert len(out.getvalue()) > 500 * 1024
    result, mime, data = case.convert("sticker", out.getvalue())
    assert (result, mime) == (Made("sticker"), "image/webp")
    assert len(data) <= 500 * 1024


VIDEOS = [
    ("mov", "libx264", "aac"), ("mov", "libx265", ""), ("webm", "libvpx", "libopus"), ("3gp", "mpeg4", "aac"),
    ("avi", "mpeg4", "libmp3lame"), ("avi", "libx264", ""), ("matroska", "libx264", "aac"),
    ("matroska", "libx265", "libopus"), ("mp4", "libx265", "aac"), ("flv", "libx264", "aac"),
    ("asf", "wmv2", "libmp3lame"), ("mpeg", "mpeg2video", "mp2"),
]  # fmt: skip


@pytest.mark.parametrize(("container", "codec", "sound"), VIDEOS)
def test_video_becomes_mp4(case: Case, container: str, codec: str, sound: str) -> None:
    result, mime, data = case.convert("video", made.video(container, codec, sound))
    assert (result, mime) == (Made("video"), "video/mp4")
    assert streams(data) == ["h264", "aac"][: 2 if sound else 1]
    assert 0.9 < seconds(data) < 1.3
    with av.open(io.BytesIO(data), "r") as opened:
        frames = [_image(frame) for frame in opened.decode(video=0)]
    assert len(frames) == 12
    assert all(_looks_upright(frame) for frame in frames)
    assert data.index(b"moov") < data.index(b"mdat")


def test_video_stays_when_phones_play_it(case: Case) -> None:
    assert case.convert("video", made.video("mp4", "libx264", "aac"))[0] == Made("video", as_is=True)


def test_video_held_upright_stays_upright(case: Case) -> None:
    """Copied, it says how it lies; encoded, it is turned."""
    copied = case.convert("video", made.held_upright(made.video("mov")))[2]
    encoded = case.convert("video", made.held_upright(made.video("mov", "libx265")))[2]
    pictures = []
    for data, turn, size in ((copied, 270, (160, 120)), (encoded, 0, (120, 160))):
        with av.open(io.BytesIO(data), "r") as opened:
            frame = next(opened.decode(video=0))
        assert (round(frame.rotation) % 360, (frame.width, frame.height)) == (turn, size)
        shown = _image(frame).rotate(round(frame.rotation), expand=True)
        pictures.append(shown.resize((12, 16)).convert("RGB").tobytes())
    assert sum(abs(a - b) for a, b in zip(*pictures, strict=True)) / len(pictures[0]) < 12


def test_compression_needs_leave(case: Case) -> None:
    busy = made.video("mp4", size=(640, 480), busy=True, seconds=2.0, bits=20_000_000)
    for kind, data in (("video", busy), ("image", made.noise(1500, quality=95))):
        limit = len(data) // 3
        assert case.refusal(kind, data, limit=limit) == (
            "needs_compression",
            {"size": len(data), "limit": limit},
        )
        result, _, small = case.convert(kind, data, limit=limit, compress=True)
        assert result == Made(kind)
        assert len(small) <= limit


def test_compression_that_cannot_help_is_refused(case: Case) -> None:
    busy = made.video("mp4", size=(640, 480), busy=True, seconds=2.0, bits=20_000_000)
    assert case.refusal("video", busy, limit=20_000, compress=True) == ("too_long", {"minutes": 0})
    picture = made.noise(900, quality=95)
    assert case.refusal("image", picture, limit=3_000, compress=True) == ("cannot_shrink", {"limit": 3_000})


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("image", samples.vast_png(), "too_many_pixels"),
        ("image", samples.lying_png(), "file_broken"),
        ("image", good.picture("JPEG")[:900], "file_broken"),
        ("image", b"BM" + bytes(80), "file_broken"),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format_unknown"),
        ("video", samples.truncated_video(), "file_broken"),
        ("video", samples.empty_clip(), "file_broken"),
        ("video", made.sound("mp4", "aac"), "no_picture"),
        ("video", b"%PDF-1.4 no video", "format_unknown"),
        ("voice", made.video("mp4"), "no_sound"),
        ("voice", b"OggS" + bytes(200), "file_broken"),
        ("audio", b"ID3" + bytes(200), "file_broken"),
    ],
    ids=[
        "vast", "lying", "cut picture", "empty bitmap", "svg", "cut video", "noise", "only sound", "no video",
        "no sound", "empty ogg", "empty mp3",
    ],
)  # fmt: skip
def test_broken_file_is_refused_in_words(case: Case, kind: str, data: bytes, code: str) -> None:
    assert case.refusal(kind, data)[0] == code


def test_child_that_takes_too_long_is_ended(case: Case) -> None:
    busy = made.video("mp4", size=(640, 480), busy=True, seconds=2.0, bits=20_000_000)
    with pytest.raises(Failed):
        case.convert("video", busy, limit=len(busy) // 3, compress=True, seconds=0.05)


def test_nothing_is_left_behind(case: Case, media_folder: Path) -> None:
    case.convert("image", made.saved("BMP"))
    case.refusal("image", samples.vast_png())
    assert len(stored_files(media_folder)) == Blob.objects.count() == 2


def test_progress_is_told(case: Case) -> None:
    case.convert("video", made.video("webm", "libvpx", seconds=3.0))
    assert case.progress == sorted(set(case.progress))
    assert set(case.progress) <= set(range(10, 100, 10))
    assert len(case.progress) >= 4


def test_child_that_lies_is_not_believed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for script in (
        "print('[' * 9000)",
        'print(\'{"made": {"kind": "document"}}\')',
        "import sys; open(sys.argv[-1], 'w').write('<html>'); print('{\"made\": {\"kind\": \"image\"}}')",
        "[print(1) for _ in range(10 ** 6)]",
    ):
        _replace_child(monkeypatch, script)
        with pytest.raises(Failed):
            case.convert("image", made.saved("BMP"))
        monkeypatch.undo()


def test_end_of_the_process_ends_the_children(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace_child(monkeypatch, "import time; time.sleep(60)")
    asked = threading.Timer(0.3, conversion.stop_all)
    asked.start()
    with pytest.raises(Failed):
        case.convert("image", made.saved("BMP"))
    asked.join()


def test_child_holds_no_setting_of_ours(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_SECRET_KEY", "nobody's business")
    _replace_child(
        monkeypatch,
        "import json, os; print(json.dumps({'refused': 'no_sound', 'params':"
        " {'size': sum(name.startswith('ROOKERY') for name in os.environ)}}))",
    )
    assert case.refusal("voice", made.saved("BMP"))[1] == {"size": 0}


def _replace_child(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    started = subprocess.Popen

    def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return started([sys.executable, "-c", script, *command[-2:]], **options)

    monkeypatch.setattr(subprocess, "Popen", start)


def _image(frame: Any) -> Image.Image:
    shown: Image.Image = frame.to_image()
    return shown


def _looks_upright(image: Image.Image) -> bool:
    """Red above, blue below."""
    width, height = image.size
    above, below = (image.convert("RGB").getpixel((width // 2, y)) for y in (height // 8, height * 7 // 8))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    return above[0] > 140 > above[2] and below[2] > 140 > below[0]


def _assert_upright(image: Image.Image) -> None:
    assert _looks_upright(image)
