"""Times, flashes, shortcuts."""

from playwright.sync_api import Page, expect

from tests.components.fragments import document
from tests.components.stage import Stage
from tests.components.waiting import until

HELP = """<keyboard-shortcuts><dialog>Help <label>Keys <input type="checkbox" data-part="enabled" checked></label>
<button type="button" data-action="close">Close</button></dialog></keyboard-shortcuts>
<button type="button" data-opens-help>Shortcuts</button>
<input type="search" data-key="/" aria-label="Search"><button type="button" data-key="e">Resolve</button>
<a data-key="Escape" href="#back">Back</a><textarea data-key="r" aria-label="Reply"></textarea>"""


def test_time_is_said_in_the_pages_language_and_stays_when_it_cannot_be_read(
    stage: Stage, page: Page
) -> None:
    times = (
        '<local-time id="a" datetime="2026-11-18T22:05:00Z" format="time">UTC</local-time>'
        '<local-time id="b" datetime="2020-03-01" format="day"></local-time>'
        '<local-time id="c" datetime="nonsense" format="time">as it was</local-time>'
        '<local-time id="d" format="day"></local-time>'
    )
    page.goto(stage.page("/times", document(times, lang="pt-BR")))
    expect(page.locator("#a")).to_have_text("22:05")
    expect(page.locator("#b")).to_have_text("Domingo, 1 de março de 2020")
    expect(page.locator("#c")).to_have_text("as it was")
    page.evaluate("d.setAttribute('datetime', new Date().toISOString())")
    expect(page.locator("#d")).to_have_text("Hoje")
    assert "novembro" in str(page.locator("#a").get_attribute("title"))


def test_flash_leaves_by_itself_but_not_while_it_is_read(stage: Stage, page: Page) -> None:
    flashes = (
        '<div data-flashes></div><auto-dismiss after="150">Saved</auto-dismiss>'
        '<auto-dismiss after="0">Stays <button data-action="dismiss">OK</button></auto-dismiss>'
        '<template id="flash-error"><auto-dismiss after="0">It did not work</auto-dismiss></template>'
    )
    page.goto(stage.page("/flashes", document(flashes)))
    page.get_by_text("Saved").dispatch_event("pointerenter")
    page.wait_for_timeout(250)
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_text("Saved").dispatch_event("pointerleave")
    expect(page.get_by_text("Saved")).to_have_count(0)
    page.get_by_text("OK").click()
    expect(page.get_by_text("Stays")).to_have_count(0)
    page.evaluate("document.dispatchEvent(new Event('htmx:responseError'))")
    expect(page.locator("[data-flashes]")).to_have_text("It did not work")


def test_keys_act_outside_of_fields_only_and_can_be_switched_off(stage: Stage, page: Page) -> None:
    page.goto(stage.page("/keys", document(HELP)))
    until(page, "document.querySelector('keyboard-shortcuts:defined') !== null")
    page.evaluate(
        "() => { window.clicks = 0; document.querySelector('[data-key=e]').onclick = () => (clicks += 1) }"
    )
    page.keyboard.press("e")
    page.keyboard.press("Control+e")
    assert page.evaluate("clicks") == 1
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.press("e")
    assert page.evaluate("clicks") == 1
    assert page.get_by_label("Search").input_value() == "e"
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_label("Reply")).to_be_focused()
    assert page.get_by_label("Reply").input_value() == ""
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    until(page, "location.hash === '#back'")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.get_by_label("Keys").uncheck()
    page.get_by_text("Close").click()
    page.reload()
    until(page, "document.querySelector('keyboard-shortcuts:defined') !== null")
    page.keyboard.press("?")
    page.keyboard.press("e")
    expect(page.locator("dialog")).to_be_hidden()
    page.get_by_text("Shortcuts").click()
    expect(page.get_by_label("Keys")).not_to_be_checked()
