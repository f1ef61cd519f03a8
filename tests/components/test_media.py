"""Voice notes, pictures and videos."""

import io
import wave
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.components.fragments import ICON, document
from tests.components.stage import Answer, Stage
from tests.components.waiting import until


def voice(name: str, waveform: str = "0,50,100") -> str:
    return f"""<voice-player id="{name}" src="/{name}.wav" duration="9" waveform="{waveform}">
<button type="button" data-part="play" aria-label="Play {name}" data-label-pause="Pause {name}">></button>
<svg data-part="wave" width="90" height="26"></svg><input type="range" data-part="seek" aria-label="Position">
<time data-part="clock"></time><button type="button" data-part="speed" aria-label="Speed {name}">1×</button>
<p data-part="error" hidden>Does not play <button type="button" data-action="again">Again</button></p></voice-player>"""


def sound(seconds: int = 9) -> Answer:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(1)
        wav.setframerate(8000)
        wav.writeframes(bytes([128]) * 8000 * seconds)
    return Answer(file.getvalue(), kind="audio/wav")


@pytest.fixture
def open_voices(stage: Stage, page: Page) -> Callable[..., Page]:
    def open_it(*players: str) -> Page:
        stage.on("GET", "/a.wav", sound())
        stage.on("GET", "/b.wav", sound())
        page.goto(stage.page("/voices", document("".join(players))))
        until(page, "document.querySelector('voice-player[state]') !== null")
        return page

    return open_it


def test_one_voice_note_plays_at_a_time(stage: Stage, open_voices: Callable[..., Page]) -> None:
    page = open_voices(voice("a"), voice("b"))
    assert not stage.seen("GET", "/a.wav")  # nothing is fetched before somebody wants to hear it
    page.get_by_label("Play a").click()
    expect(page.locator("#a")).to_have_attribute("state", "playing")
    expect(page.get_by_label("Pause a")).to_be_visible()
    page.get_by_label("Play b").click()
    expect(page.locator("#b")).to_have_attribute("state", "playing")
    expect(page.locator("#a")).to_have_attribute("state", "paused")
    page.get_by_label("Pause b").click()
    expect(page.locator("#b")).to_have_attribute("state", "paused")


def test_voice_note_is_sought_by_keyboard_and_draws_what_was_heard(open_voices: Callable[..., Page]) -> None:
    page = open_voices(voice("a", waveform=",".join(["50"] * 20)))
    expect(page.locator("time")).to_have_text("0:09")
    seek = page.get_by_label("Position")
    seek.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for _ in range(45):
        page.keyboard.press("ArrowRight")
    expect(page.locator("time")).to_have_text("0:05" if float(seek.input_value()) >= 4.5 else "0:04")
    expect(page.locator("rect.played")).to_have_count(10)
    assert seek.get_attribute("aria-valuetext") == page.locator("time").inner_text()
    assert page.locator("rect").count() == 20


def test_speed_goes_round_and_holds_for_all(open_voices: Callable[..., Page]) -> None:
    page = open_voices(voice("a"), voice("b"))
    speeds = []
    for _ in range(3):
        page.get_by_label("Speed a").click()
        speeds.append(page.get_by_label("Speed b").inner_text())
    assert speeds == ["1.5×", "2×", "1×"]


def test_voice_note_that_does_not_load_says_so_and_plays_when_it_is_back(
    stage: Stage, open_voices: Callable[..., Page]
) -> None:
    page = open_voices(voice("a"))
    stage.on("GET", "/a.wav", Answer(status=404))
    page.get_by_label("Play a").click()
    expect(page.get_by_text("Does not play")).to_be_visible()
    stage.on("GET", "/a.wav", sound())
    page.get_by_text("Again").click()
    expect(page.locator("#a")).to_have_attribute("state", "playing")
    expect(page.get_by_text("Does not play")).to_be_hidden()


VIEWER = """<media-viewer><dialog><button type="button" data-action="close">Close</button>
<button type="button" data-action="previous">Previous</button><button type="button" data-action="next">Next</button>
<div data-part="stage"></div><p data-part="caption"></p><a data-part="download" download>Save</a>
<p data-part="error" hidden>Cannot be shown</p></dialog></media-viewer>"""


def test_viewer_shows_pictures_one_after_another_and_gives_the_focus_back(stage: Stage, page: Page) -> None:
    stage.on("GET", "/1.svg", Answer(ICON, kind="image/svg+xml"))
    links = "".join(
        f'<a href="/{name}.svg" data-view="image" data-caption="Number {name}"><img alt="Picture {name}"></a>'
        for name in ("1", "2")
    )
    panel = '<aside><a href="/1.svg" data-view="image">Again</a></aside>'
    page.goto(stage.page("/pictures", document(f"<main>{links}</main>{panel}{VIEWER}")))
    until(page, "document.querySelector('media-viewer:defined') !== null")
    page.locator("a[data-view]").first.click()
    expect(page.locator("[data-part=stage] img")).to_have_attribute("alt", "Picture 1")
    expect(page.locator("[data-part=caption]")).to_have_text("Number 1")
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Cannot be shown")).to_be_visible()  # the second one is gone
    expect(page.get_by_role("button", name="Next")).to_be_disabled()  # the panel's copies do not follow
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Cannot be shown")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("[data-part=stage]")).to_be_empty()
    expect(page.locator("main a").last).to_be_focused()
