"""What a bubble tells when it is asked stands in one popover, which keeps nothing."""

from playwright.sync_api import Page, expect

from tests.components.fragments import document
from tests.components.stage import Stage
from tests.components.waiting import until

PAGE = """<button type="button" popovertarget="message-more">edited</button>
<message-more id="message-more" popover role="dialog"></message-more>"""
FILL = "document.querySelector('message-more').innerHTML = '<p>an earlier text</p>'"
SWAP = """(() => { const target = document.querySelector('message-more'); return target.dispatchEvent(
    new CustomEvent('htmx:beforeSwap', { bubbles: true, cancelable: true, detail: { target } })) })()"""


def test_popover_forgets_its_words_when_it_closes(stage: Stage, page: Page) -> None:
    page.goto(stage.page("/more", document(PAGE)))
    until(page, "document.querySelector('message-more:defined') !== null")
    page.get_by_text("edited").click()
    page.evaluate(FILL)
    expect(page.get_by_text("an earlier text")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("message-more")).to_be_empty()


def test_answer_that_comes_after_closing_is_not_kept(stage: Stage, page: Page) -> None:
    page.goto(stage.page("/more", document(PAGE)))
    until(page, "document.querySelector('message-more:defined') !== null")
    assert page.evaluate(SWAP) is False
    page.get_by_text("edited").click()
    assert page.evaluate(SWAP) is True
