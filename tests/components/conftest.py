"""One Chromium for the folder, one server and one clean browser profile for each test."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    WebError,
    sync_playwright,
)

from tests.components.fragments import ICON, STYLE, conversation_page
from tests.components.stage import Answer, Server, Stage
from tests.components.waiting import online

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    "--autoplay-policy=no-user-gesture-required",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


# Per package: while it runs, playwright's loop would be in the way of the asyncio tests of other rooms.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("ROOKERY_TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with contextlib.closing(Server()) as server:
        yield server


@pytest.fixture
def stage(server: Server) -> Iterator[Stage]:
    stage = server.new_stage()
    stage.on("GET", "/style.css", Answer(STYLE, kind="text/css"))
    stage.on("GET", "/icon.svg", Answer(ICON, kind="image/svg+xml"))
    stage.on("POST", "/conversations/7/read", Answer())
    yield stage
    stage.drop_streams()


@pytest.fixture
def problems() -> list[str]:
    """What the pages complained about: errors that nobody caught, breaches of the content policy."""
    return []


def new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="en-GB", timezone_id="UTC", viewport={"width": 800, "height": 720})
    context.set_default_timeout(5000)
    return context


@contextlib.contextmanager
def watched(context: BrowserContext, problems: list[str]) -> Iterator[BrowserContext]:
    """The context for one test; what its pages complain about fails the test."""
    before = list(context.pages)

    def complain(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    def fail(error: WebError) -> None:
        problems.append(str(error.error))

    context.on("weberror", fail)
    context.on("console", complain)
    yield context
    for page in context.pages:
        if page not in before:
            page.close()
    context.remove_listener("weberror", fail)
    context.remove_listener("console", complain)
    assert not problems


@pytest.fixture(scope="package")
def profile(browser: Browser, server: Server) -> Iterator[Page]:
    """One profile for all tests: it has read the scripts once. Its first page stays and wipes the storage."""
    with contextlib.closing(new_context(browser)) as context:
        page = context.new_page()
        page.goto(server.new_stage().page("/stays", "<!doctype html><title>Stays</title>"))
        yield page


@pytest.fixture
def context(profile: Page, problems: list[str]) -> Iterator[BrowserContext]:
    """The shared profile, with nothing stored in it."""
    with watched(profile.context, problems):
        yield profile.context
    profile.evaluate("localStorage.clear()")


@pytest.fixture
def own_context(browser: Browser, problems: list[str]) -> Iterator[BrowserContext]:
    """A profile of its own, for what cannot be undone: another clock, another browser."""
    with contextlib.closing(new_context(browser)) as context, watched(context, problems):
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def open_conversation(stage: Stage, page: Page) -> Callable[..., Page]:
    """Open conversation 7 as the server would render it now: its last `shown` messages."""

    def open_it(*, shown: int = 30, more: str = "", on: Page | None = None) -> Page:
        own = sorted((bubble for bubble in stage.messages if bubble.conversation == 7), key=lambda b: b.order)
        last = own[-shown:]
        before = last[0].order if len(own) > len(last) else ""
        html = conversation_page(
            "".join(bubble.html() for bubble in last), cursor=stage.cursor(), before=before, more=more
        )
        target = on or page
        target.goto(stage.page("/conversations/7", html))
        return online(target)

    return open_it
