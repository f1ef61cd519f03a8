"""What axe finds, what the keyboard reaches, and what eyes can tell apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import MakePerson, Watch
from tests.e2e.demo import AGENT, PASSWORD, Demo, Person
from tests.e2e.desk import Desk

PHONE_SIZE = {"width": 390, "height": 844}
SERIOUS = {"serious", "critical", "moderate"}

SURFACES = ("ground", "surface", "surface-2", "raised", "tint", "note")
TEXT_ON = {
    **dict.fromkeys(("ink", "ink-2"), SURFACES),
    "ink-3": ("ground", "surface", "raised"),
    "accent": ("ground", "surface", "tint"),
    "danger": ("surface", "tint", "danger-bg"),
    "warn": ("surface", "tint", "note"),
    "accent-ink": ("accent", "accent-2"),
}
ICONS_ON = {"read": ("surface", "tint", "tint-2"), "ink-3": SURFACES, "accent": SURFACES, "warn": SURFACES}
PAINT = """(name) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(--${name})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""
STILL = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))"""
MARK_OF_FOCUS = """() => {
    const seen = (one) => {
        const { outlineStyle, outlineWidth, borderColor, boxShadow } = getComputedStyle(one);
        return [outlineStyle === "none" ? "" : outlineWidth, borderColor, boxShadow].join("|");
    };
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const around = [focused, focused.parentElement, focused.closest(".box, .search, .wave")].filter(Boolean);
    const lit = around.map(seen);
    focused.blur();
    const dim = around.map(seen);
    focused.focus({ preventScroll: true, focusVisible: true });
    const name = focused.getAttribute("aria-label") || focused.textContent.trim() || focused.outerHTML;
    return { name: name.slice(0, 60), visible: lit.some((look, at) => look !== dim[at]) };
}"""


def findings(page: Page) -> list[str]:
    """What axe minds, one line for each rule and element, once colours have stopped changing."""
    page.evaluate(STILL)
    answer = Axe().run(page).response
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for found in answer["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.fixture
def talk(desk: Desk, person: Person) -> Desk:
    """A conversation with a bubble of nearly every kind."""
    begin = int(time.time()) - 41
    first = person.says("a *question*, with https://example.com/ in it", at=begin)
    for number, kind in enumerate(("image", "video", "audio", "document", "sticker", "location")):
        person.says("a caption" if kind == "image" else "", kind=kind, at=begin + 1 + number)
    person.says("about that", reply_to=first, at=begin + 30)
    person.says("gone", kind="image", media="gone", at=begin + 40)
    desk.visit(person)
    desk.send("an answer")
    person.becomes(registered=False)
    failed = desk.send("one that fails")
    expect(failed.locator(".verdict")).to_be_visible()
    person.becomes(registered=True)
    expect(desk.bubbles).to_have_count(11)
    expect(desk.bubble("gone").get_by_role("button", name="Try again")).to_be_visible()
    return desk


def test_conversation_has_no_findings(talk: Desk) -> None:
    desk = talk
    for scheme, size in product(("light", "dark"), ({"width": 1440, "height": 900}, PHONE_SIZE)):
        desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        desk.page.set_viewport_size(size)  # type: ignore[arg-type]
        assert findings(desk.page) == [], f"{scheme} {size}"
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.log.focus()
    desk.page.keyboard.press("?")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    assert findings(desk.page) == []


@pytest.mark.parametrize(
    "path", ["/inbox", "/numbers", "/preferences", "/events", "/inbox?q=nothing+like+this"]
)
def test_page_has_no_findings(desk: Desk, path: str) -> None:
    desk.open(path)
    for scheme in ("light", "dark"):
        desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert findings(desk.page) == [], scheme


def test_page_for_strangers_has_no_findings(
    demo: Demo, new_profile: Callable[..., BrowserContext], desk: Desk, watch: Watch
) -> None:
    watch.tolerate("status of 404")
    page = new_profile(color_scheme="dark").new_page()
    for path in ("/sign-in", "/enter/nothing", "/setup/nothing"):
        page.goto(demo.url + path)
        assert findings(page) == [], path


def test_keyboard_alone_leads_from_sign_in_to_a_reply(
    demo: Demo, new_profile: Callable[..., BrowserContext], desk: Desk, make_person: MakePerson
) -> None:
    person = make_person()
    person.says("no mouse here")
    alex = Desk(new_profile().new_page(), demo.url)
    keys = alex.page.keyboard
    alex.page.goto(demo.url + "/sign-in")
    keys.type(AGENT)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    alex.page.wait_for_url("**/inbox*")
    alex.online()
    expect(alex.page.locator("#list .row").first).to_contain_text(person.name)
    keys.press("j")
    keys.press("Enter")
    expect(alex.head.locator(".talk-name")).to_have_text(person.name)
    keys.press("r")
    expect(alex.reply_box).to_be_focused()
    keys.type("none needed")
    keys.press("Enter")
    alex.until(lambda: person.texts() == ["none needed"], "the reply on the phone")
    keys.press("Escape")
    keys.press("e")
    expect(alex.head.get_by_role("button", name="Reopen")).to_be_visible()


def test_focus_can_be_seen_at_every_stop(talk: Desk) -> None:
    talk.page.emulate_media(reduced_motion="reduce")
    talk.page.reload()
    talk.online()
    stops: list[str] = []
    for _ in range(150):
        talk.page.keyboard.press("Tab")
        stop = talk.page.evaluate(MARK_OF_FOCUS)
        if stop is None:
            break
        assert stop["visible"], stop["name"]
        stops.append(stop["name"])
    for part in ("Skip to the content", "Search people and messages", "Reply", "Attach files", "Send"):
        assert part in stops


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(desk: Desk, scheme: str) -> None:
    desk.open()
    desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    poor = []
    for wanted, pairs in ((4.5, TEXT_ON), (3.0, ICONS_ON)):
        for ink, grounds in pairs.items():
            for ground in grounds:
                found = contrast(desk.page.evaluate(PAINT, ink), desk.page.evaluate(PAINT, ground))
                if found < wanted:
                    poor.append(f"{ink} on {ground}: {found:.2f} < {wanted}")
    assert poor == []


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG's ratio of two sRGB colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[int]) -> float:
    parts = [channel / 255 for channel in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
