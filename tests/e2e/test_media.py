"""Pictures and voice notes of customers."""

from __future__ import annotations

import time

import httpx
from playwright.sync_api import expect

from tests.e2e.demo import Demo, Person
from tests.e2e.desk import Desk

WATCH_AUDIO = """
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () { window.heard = this; return play.call(this); };
"""


def test_voice_note_with_a_codec_in_its_path_plays(desk: Desk, person: Person, demo: Demo) -> None:
    desk.page.add_init_script(WATCH_AUDIO)
    person.says(kind="audio", file="voice.ogg", extension=".ogg; codecs=opus")
    desk.visit(person)
    player = desk.page.locator("#log voice-player")
    expect(player).to_be_visible()
    player.get_by_role("button", name="Play voice message").click()
    desk.until_js("window.heard && window.heard.currentTime > 0.4 && !window.heard.error")
    source = player.get_attribute("src")
    assert source is not None
    assert source.endswith(".ogg")
    answer = desk.page.request.get(demo.url + source)
    assert answer.headers["content-type"].startswith("audio/ogg")


def test_missing_picture_keeps_its_place_and_retry_heals_it(desk: Desk, person: Person, demo: Demo) -> None:
    said = person.says("look at this", kind="image", media="gone")
    desk.visit(person)
    bubble = desk.bubble("look at this")
    expect(bubble).to_be_visible()
    expect(bubble.locator(".stand-in")).to_be_visible()
    again = bubble.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    demo.control("/media/restore", id=said)
    again.click()
    expect(bubble.locator("figure.media img")).to_be_visible()
    expect(bubble.locator(".stand-in")).to_have_count(0)
    desk.until_js("document.querySelector('#log figure.media img').naturalWidth > 0")


def test_picture_opens_large_and_closes_by_key(desk: Desk, person: Person) -> None:
    person.says("my kettle", kind="image", file="kettle.jpg")
    desk.visit(person)
    desk.bubble("my kettle").locator("figure.media a").click()
    viewer = desk.page.locator("dialog.viewer")
    expect(viewer.locator("img")).to_be_visible()
    expect(viewer.locator(".viewer-caption")).to_have_text("my kettle")
    desk.page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_every_kind_shows(desk: Desk, person: Person) -> None:
    begin = int(time.time()) - 61
    kinds = ["image", "video", "audio", "document", "sticker"]
    for number, kind in enumerate(kinds):
        person.says(kind=kind, at=begin + number)
    person.says(kind="location", at=begin + 60)
    desk.visit(person)
    for kind, part in {
        "image": "figure.media img",
        "video": "figure.media .play-over",
        "audio": "voice-player",
        "document": "a.document",
        "sticker": "img.sticker",
        "location": "a[href*=openstreetmap]",
    }.items():
        expect(desk.page.locator(f"#log > .bubble.kind-{kind} {part}").first).to_be_visible()


def test_media_is_nothing_to_a_stranger(desk: Desk, person: Person, demo: Demo) -> None:
    person.says("private", kind="image", file="kettle.jpg")
    desk.visit(person)
    picture = desk.bubble("private").locator("figure.media img")
    expect(picture).to_be_visible()
    source = picture.get_attribute("src")
    answer = httpx.get(f"{demo.url}{source}", follow_redirects=False)
    assert answer.status_code in {302, 401, 404}
    assert not answer.headers.get("content-type", "").startswith("image/")
