"""Above a log that has shown all it has: the gateway is asked once, and what comes is shown."""

from playwright.sync_api import Page, expect

from tests.components.fragments import document, live, log
from tests.components.stage import Answer, Request, Stage
from tests.components.waiting import until

STRIP = """<older-history for="log" conversation="7" src="/conversations/7/older" state="">
<button type="button" data-action="ask" data-state="">Look</button><span data-state="asked" hidden>Asking</span>
<span data-state="none" hidden>Nothing older</span>
<button type="button" data-action="ask" data-state="failed" hidden>Once more</button>
</older-history>"""


def open_page(stage: Stage, page: Page, answers: list[Answer]) -> None:
    stage.say("the only one", conversation=7)
    bubbles = "".join(bubble.html() for bubble in stage.messages)
    stage.routes[("POST", "/conversations/7/older")] = lambda _request: answers.pop(0)
    parts = live(stage.cursor()) + STRIP + log(bubbles, cursor=stage.cursor())
    page.goto(stage.page("/conversations/7", document(parts)))
    until(page, "document.querySelector('older-history:defined') !== null")


def asked(stage: Stage) -> list[Request]:
    return [request for request in stage.requests if request.path.endswith("/older")]


def test_asked_once_and_says_when_there_is_none(stage: Stage, page: Page) -> None:
    open_page(stage, page, [Answer('{"state": "none"}')])
    page.get_by_text("Look").click()
    expect(page.get_by_text("Nothing older")).to_be_visible()
    page.evaluate("document.querySelector('older-history').ask()")
    page.wait_for_timeout(100)
    assert len(asked(stage)) == 1


def test_what_comes_is_fetched_and_shown_above(stage: Stage, page: Page) -> None:
    open_page(stage, page, [Answer('{"state": "asked"}')])
    page.get_by_text("Look").click()
    expect(page.get_by_text("Asking")).to_be_visible()
    stage.say("from long ago", conversation=7, at=1_000_000_000, quiet=True)
    stage.publish("conversation.changed", conversation=7, older="some")
    expect(page.get_by_text("from long ago")).to_be_visible()
    texts = page.locator(".bubble .text").all_inner_texts()
    assert texts == ["from long ago", "the only one"]


def test_a_failure_offers_to_try_again(stage: Stage, page: Page) -> None:
    open_page(stage, page, [Answer(status=500), Answer('{"state": "none"}')])
    page.get_by_text("Look").click()
    page.get_by_text("Once more").click()
    expect(page.get_by_text("Nothing older")).to_be_visible()
    assert len(asked(stage)) == 2


def test_scrolling_on_at_the_top_asks_by_itself(stage: Stage, page: Page) -> None:
    open_page(stage, page, [Answer('{"state": "asked"}')])
    page.locator("#log").dispatch_event("wheel", {"deltaY": 120})
    page.wait_for_timeout(100)
    assert asked(stage) == []
    page.locator("#log").dispatch_event("wheel", {"deltaY": -120})
    expect(page.get_by_text("Asking")).to_be_visible()
    assert len(asked(stage)) == 1
