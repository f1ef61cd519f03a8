"""Waiting for a page or the server without sleeping longer than needed.

`page.wait_for_function` evaluates inside the page, which our content policy rightly refuses.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Error, Page

PATIENCE = 5.0


def until(page: Page, expression: str) -> None:
    """Return when the expression is true in the page; fail with its last value after five seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (value := _evaluate(page, expression)):
        assert time.monotonic() < deadline, f"{expression} is {value!r}"
        page.wait_for_timeout(30)


def _evaluate(page: Page, expression: str) -> object:
    try:
        return page.evaluate(expression)
    except Error as error:
        if "Execution context was destroyed" not in error.message:
            raise
        return None  # the page was just being left


def until_true(page: Page, condition: Callable[[], object]) -> None:
    """The same for something the test sees on the server's side; the page lives on meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        page.wait_for_timeout(30)


def online(page: Page) -> Page:
    """The page, once its stream is there."""
    until(page, "document.documentElement.dataset.live === 'online'")
    return page
