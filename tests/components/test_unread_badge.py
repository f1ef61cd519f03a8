"""The count in title and icon, and a sound that comes once, in time, and not in one's face."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.components.fragments import document, live
from tests.components.stage import Answer, Stage
from tests.components.waiting import online, until, until_true

COUNT_NOTES = """
  window.notes = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...all) { window.notes += 1; return start.apply(this, all); };
"""
SETTLED = 350  # ms; the tab that shows the conversation has a head start of 80


@pytest.fixture
def open_page(stage: Stage, context: BrowserContext) -> Callable[..., Page]:
    def open_it(badge: str = "") -> Page:
        page = context.new_page()
        page.add_init_script(COUNT_NOTES)
        body = f'<unread-badge count="0" {badge}></unread-badge><button data-sound>Sound</button>'
        page.goto(stage.page("/numbers", document(live(stage.cursor()) + body)))
        return online(page)

    return open_it


def arrive(stage: Stage, conversation: int = 7, **data: object) -> None:
    facts: dict[str, Any] = {"incoming": True, "ring": True, "at": int(time.time())} | data
    stage.publish("message.created", conversation=conversation, **facts)


def notes(page: Page) -> int:
    page.wait_for_timeout(SETTLED)
    return int(page.evaluate("notes"))


def test_title_and_icon_carry_the_count(stage: Stage, open_page: Callable[..., Page]) -> None:
    page = open_page()
    icon = "document.querySelector('link[rel=icon]').href"
    page.evaluate("document.querySelector('unread-badge').setAttribute('count', '120')")
    assert page.title() == "(99+) Inbox · Rookery"
    until(page, f"{icon}.startsWith('data:image/png')")
    page.evaluate("document.title = 'Bia · Rookery'")  # htmx sets the title of what it swapped in
    expect(page).to_have_title("(99+) Bia · Rookery")
    page.evaluate("document.dispatchEvent(new CustomEvent('unread-count', { detail: { count: 0 } }))")
    expect(page).to_have_title("Bia · Rookery")
    until(page, f"{icon}.endsWith('/icon.svg')")


def test_incoming_message_rings_once_and_others_never(stage: Stage, open_page: Callable[..., Page]) -> None:
    page = open_page()
    arrive(stage, ring=False)
    arrive(stage, incoming=False)
    arrive(stage, at=int(time.time()) - 301)
    assert notes(page) == 0
    arrive(stage)
    assert notes(page) == 2  # one chime has two notes


def test_conversation_in_front_does_not_ring_in_any_tab(stage: Stage, open_page: Callable[..., Page]) -> None:
    other = open_page()
    front = open_page('conversation="7"')
    arrive(stage)
    assert (notes(front), notes(other)) == (0, 0)
    arrive(stage, conversation=8)
    assert notes(front) + notes(other) == 2


def test_sound_can_be_switched_off_and_the_server_is_told(
    stage: Stage, open_page: Callable[..., Page]
) -> None:
    stage.on("POST", "/preferences", Answer())
    page = open_page()
    button = page.locator("[data-sound]")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    until_true(page, lambda: stage.seen("POST", "/preferences"))
    assert stage.seen("POST", "/preferences")[0].form == {"sound": "off"}
    arrive(stage)
    assert notes(page) == 0
