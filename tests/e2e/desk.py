"""An agent's page, in the words of somebody who works with it."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.demo import Person

PATIENCE = 15.0
"""Seconds; two shared cores may be busy."""


class Desk:
    """One page of one agent. Everything in here waits for what it names, and sleeps for nothing."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.log = page.locator("#log")
        self.bubbles = page.locator("#log > .bubble")
        self.reply_box = page.get_by_role("textbox", name="Reply")
        self.head = page.locator("#talk-head")

    def open(self, path: str = "/inbox") -> Desk:
        """The page, once its stream is there."""
        self.page.goto(self.url + path)
        return self.online()

    def online(self) -> Desk:
        expect(self.page.locator("html")).to_have_attribute("data-live", "online")
        return self

    def row(self, person: Person) -> Locator:
        """This person's row in the list."""
        return self.page.locator("#list .row", has=self.page.get_by_text(person.name, exact=True))

    def visit(self, person: Person) -> Desk:
        """Their conversation, opened by a click in the list."""
        if not self.page.url.startswith(f"{self.url}/inbox"):
            self.open()
        self.row(person).click()
        expect(self.head.locator(".talk-name")).to_have_text(person.name)
        expect(self.reply_box).to_be_visible()
        return self

    def bubble(self, text: str) -> Locator:
        """The bubbles whose text contains this."""
        return self.bubbles.filter(has=self.page.locator(".text", has_text=text))

    def send(self, text: str) -> Locator:
        """Write it and press Enter; its bubble."""
        self.reply_box.fill(text)
        self.reply_box.press("Enter")
        return self.bubble(text)

    def expect_tick(self, bubble: Locator, state: str) -> None:
        """The bubble's ticks come to this state by themselves."""
        expect(bubble.locator(".ticks")).to_have_attribute("data-state", state)

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Something this page does not show has become true; the page lives on meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"never happened: {what}"
            self.page.wait_for_timeout(50)

    def until_js(self, expression: str) -> None:
        """The expression is true in the page."""
        self.until(lambda: self.page.evaluate(expression), expression)
