"""`rookery inbox link`: the code in the terminal is the gateway's, and the phone that takes it is noticed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image

from rookery.cli import qr
from rookery.sandbox import linking as phones
from rookery.sandbox.pace import Pace
from tests.cli.running import Running, rookery, wait_for
from tests.sending.line import Line

SLOT = "rookery-15550000042"


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line("v9")
    made.world.pace = Pace(people=1.0)
    yield made
    made.close()


def picture(text: str, *, version: int | None = None, pixels: int = 512) -> tuple[bytes, list[list[bool]]]:
    code = segno.make(text, error="m", version=version, micro=False)
    out = io.BytesIO()
    code.save(out, kind="png", scale=8, border=4)
    scaled = io.BytesIO()
    Image.open(out).convert("L").resize((pixels, pixels), Image.Resampling.NEAREST).save(scaled, "PNG")
    return scaled.getvalue(), [[bool(module) for module in row] for row in code.matrix]


@pytest.mark.parametrize(("version", "pixels"), [(1, 512), (8, 512), (11, 256), (14, 512), (20, 777)])
def test_every_module_of_the_picture_is_found(version: int, pixels: int) -> None:
    image, expected = picture("2@" + "x" * (10 if version == 1 else 100), version=version, pixels=pixels)
    assert qr.modules(image) == expected


def test_drawing_has_every_module_and_a_quiet_edge() -> None:
    _image, code = picture("2@abc")
    lines = [line.removeprefix("\x1b[30;107m").removesuffix("\x1b[0m") for line in qr.draw(code).splitlines()]
    drawn = [[mark in marks for mark in line] for line in lines for marks in ("▀█", "▄█")]
    assert [row[2:-2] for row in drawn[2 : 2 + len(code)]] == code
    assert not any(drawn[0] + drawn[1] + [row[0] for row in drawn])


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--qr", "--code"])
def test_phone_that_takes_the_code_is_noticed(home: Path, line: Line, way: str) -> None:
    (home / "good").write_text("sandbox\n")
    given = ("--name", "Second", "--phone", "+15550000042", "--gateway", line.url, "--user", "admin")
    assert rookery(home, "inbox", "add", *given, "--password-file", "good").returncode == 0
    with Running(home, "inbox", "link", "Second", way) as link:
        link.wait_until_said("Code 1 of 6" if way == "--qr" else "-")

        async def scan() -> None:
            phones.scan(line.world, line.world.slots[SLOT], "15550000042", "Shop")

        line.call(scan())
        wait_for(lambda: link.process.poll() is not None)
        assert link.process.returncode == 0, link.log.read_text()
        assert "+1 555-000-0042 is linked." in link.said
        assert "that was set up just now" in link.said
    assert line.world.slots[SLOT].hook is not None
