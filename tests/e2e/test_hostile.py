"""Whatever a stranger writes, in every field they control, is text: nothing runs, nothing is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import MakePerson
from tests.e2e.demo import Demo, Person
from tests.e2e.desk import Desk

TAGS = '<img src=/boom onerror="window.harmed=1"><script>window.harmed=1</script>'
HTMX = '<div hx-get="/boom" hx-trigger="load" hx-on:load="window.harmed=1">htmx</div>'
ATTRIBUTE = '" autofocus onfocus="window.harmed=1" hx-get="/boom" hx-trigger="load" x="'
LINK = "javascript:window.harmed=1 https://example.com/?a=%22onclick=%22window.harmed=1"
TEMPLATE = "{{ 7 * 7 }}{% include '/etc/passwd' %}${window.harmed=1}"
OVERRIDE = "\u202ecod.exe\u202d \u2067reversed\u2069 end"
LONG = "a" * 1500 + " " + "word " * 400 + "b" * 499
EMOJI = "😀👍🏽"
TEXTS = {
    "tags": TAGS, "htmx": HTMX, "attribute": ATTRIBUTE, "link": LINK, "template": TEMPLATE,
    "override": OVERRIDE, "long": LONG, "emoji": EMOJI,
}  # fmt: skip
HARMLESS = """() => window.harmed === undefined
    && !document.querySelector('[hx-get="/boom"], [onerror], [onfocus], [onclick], img[src*="boom"]')
    && ![...document.querySelectorAll('a[href]')].some((a) => /^\\s*javascript:/i.test(a.getAttribute('href')))
    && ![...document.querySelectorAll('#log *, #list *')].some((one) => one.localName === 'script')"""


@pytest.fixture
def boom(desk: Desk) -> list[str]:
    """Requests that only a stranger's text could have caused."""
    seen: list[str] = []

    def look(request: Request) -> None:
        if "boom" in request.url or "example.com" in request.url:
            seen.append(request.url)

    desk.page.on("request", look)
    return seen


def _is_harmless(desk: Desk, boom: list[str]) -> None:
    assert desk.page.evaluate(HARMLESS)
    assert boom == []
    for part in ("document.documentElement", "document.querySelector('#log')"):
        assert desk.page.evaluate(f"{part}.scrollWidth <= {part}.clientWidth"), part


def test_texts_and_quotes_are_text(desk: Desk, boom: list[str], person: Person) -> None:
    person.says("before all that")
    desk.visit(person)
    for text in TEXTS.values():
        said = person.says(text)
        person.says("about: " + text[:40], reply_to=said)
    expect(desk.bubbles).to_have_count(1 + 2 * len(TEXTS))
    shown = [_bare(text) for text in desk.page.locator("#log > .bubble .text").all_inner_texts()]
    for name, text in TEXTS.items():
        assert _bare(text) in shown, name
    quotes = " ".join(desk.page.locator("#log .quote-text").all_inner_texts())
    assert "<img src=/boom" in quotes
    assert "hx-get=" in quotes
    _is_harmless(desk, boom)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.page.reload()
    desk.online()
    _is_harmless(desk, boom)
    assert desk.page.locator("#log > .bubble.emoji .text").all_inner_texts() == [EMOJI]


def _bare(text: str) -> str:
    """Without characters that reverse, which Rookery takes out, and without breaks."""
    return " ".join(text.replace("\u202e", "").replace("\u202d", "").split())


@pytest.mark.parametrize("name", [TAGS, HTMX, ATTRIBUTE[:80], OVERRIDE + " 2", "N" * 80], ids=lambda n: n[:9])
def test_names_are_text(desk: Desk, boom: list[str], make_person: MakePerson, name: str) -> None:
    person = make_person(name)
    desk.open()
    person.says("hello from " + person.phone)
    row = desk.page.locator("#list .row", has_text="hello from " + person.phone)
    expect(row).to_be_visible()
    row.click()
    expect(desk.bubble("hello from " + person.phone)).to_be_visible()
    shown = desk.head.locator(".talk-name").inner_text()
    assert shown == " ".join(name.translate(dict.fromkeys([0x202E, 0x202D, 0x2067, 0x2069])).split())
    desk.bubble("hello from").hover()
    desk.bubble("hello from").get_by_role("button", name="Reply to this message").click()
    expect(desk.page.locator("chat-composer .replying b")).to_have_text(shown)
    _is_harmless(desk, boom)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    _is_harmless(desk, boom)


def test_captions_are_text(desk: Desk, boom: list[str], person: Person) -> None:
    person.says("before all that")
    desk.visit(person)
    person.says(TAGS, kind="image", file="kettle.jpg")
    person.says(HTMX, kind="document")
    expect(desk.page.locator("#log a.document")).to_be_visible()
    expect(desk.page.locator("#log figure.media img")).to_be_visible()
    expect(desk.log).to_contain_text("<img src=/boom")
    expect(desk.log).to_contain_text("<div hx-get=")
    desk.page.locator("#log figure.media a").click()
    expect(desk.page.locator("dialog.viewer .viewer-caption")).to_contain_text("<img src=/boom")
    desk.page.keyboard.press("Escape")
    _is_harmless(desk, boom)


@pytest.fixture
def bare_media(demo: Demo) -> Iterator[None]:
    """The gateway fetches nothing by itself: only then its events carry the names of files."""
    demo.control("/webhooks", auto_download=False)
    yield
    demo.control("/webhooks", reset=True)


@pytest.mark.usefixtures("bare_media")
def test_file_names_are_text(desk: Desk, boom: list[str], person: Person) -> None:
    person.says("before all that")
    desk.visit(person)
    person.says(kind="document", file='"><img src=x onerror=window.harmed=1>.pdf')
    person.says(kind="document", file="../../\u202efdp.exe")
    names = desk.page.locator("#log a.document .document-name bdi")
    expect(names).to_have_count(2)
    shown = " ".join(names.all_inner_texts())
    assert "onerror" in shown
    assert "\u202e" not in shown
    _is_harmless(desk, boom)


@pytest.mark.usefixtures("bare_media")
def test_page_sent_as_a_file_is_a_download(desk: Desk, boom: list[str], person: Person) -> None:
    page = "PGh0bWw+PHNjcmlwdD5vcGVuZXIuaGFybWVkPTE8L3NjcmlwdD4="  # <html><script>opener.harmed=1</script>
    person.says("my page", kind="document", file={"name": "x.html", "mime_type": "text/html", "base64": page})
    desk.visit(person)
    link = desk.page.locator("#log a.document")
    expect(link).to_be_visible()
    with desk.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "x.html"
    _is_harmless(desk, boom)
