"""The inbox's rows: fresh, calm, where the reader left them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.components.fragments import document, live, row
from tests.components.stage import Answer, Stage
from tests.components.waiting import online, until, until_true

ROWS = "[...document.querySelectorAll('.row a')].map((link) => link.textContent).join()"


@pytest.fixture
def open_list(stage: Stage, page: Page) -> Callable[..., Page]:
    """Open the inbox with these rows; `/inbox/rows` answers them too until the test says otherwise."""

    def open_it(rows: list[str], *, current: str = "2", unread: int = 0) -> Page:
        answer_rows(stage, rows, unread)
        body = (
            f'<conversation-list id="list" src="/inbox/rows?status=open" current="{current}">'
            f'<ul>{"".join(rows)}</ul></conversation-list><unread-badge count="{unread}"></unread-badge>'
        )
        body += "<keyboard-shortcuts><dialog>Help</dialog></keyboard-shortcuts>"
        page.goto(stage.page("/inbox", document(live(stage.cursor()) + body)))
        return online(page)

    return open_it


def answer_rows(stage: Stage, rows: list[str], unread: int = 0) -> None:
    html = f"<ul>{''.join(rows)}</ul>"
    stage.on("GET", "/inbox/rows", Answer(html, headers={"X-Rookery-Unread": str(unread)}))


def test_rows_are_fetched_at_once_and_then_twice_a_second_at_most(
    stage: Stage, open_list: Callable[..., Page]
) -> None:
    page = open_list([row(1, "a"), row(2, "b")])
    answer_rows(stage, [row(2, "new"), row(1, "a")], unread=3)
    stage.publish("message.created", conversation=2)
    until(page, f"{ROWS} === 'new,a'")
    for _ in range(20):
        stage.publish("conversation.changed", conversation=2)
        page.wait_for_timeout(20)
    assert 1 <= len(stage.seen("GET", "/inbox/rows")) <= 3
    assert stage.seen("GET", "/inbox/rows")[0].query == {"status": "open"}
    assert page.title() == "(3) Inbox · Rookery"


def test_focus_scroll_and_current_row_stay_when_rows_change_their_places(
    stage: Stage, open_list: Callable[..., Page]
) -> None:
    page = open_list([row(number, str(number)) for number in range(1, 9)])
    page.locator("#c-5 a").focus()
    page.evaluate("list.scrollTop = 130")
    answer_rows(stage, [row(number, f"{number}!") for number in (5, 1, 2, 3, 4, 6, 7, 8)])
    stage.publish("message.created", conversation=5)
    until(page, f"{ROWS}.startsWith('5!')")
    expect(page.locator("#c-5 a")).to_be_focused()
    assert page.evaluate("list.scrollTop") == 130
    assert page.locator("[aria-current]").get_attribute("id") == "c-2"


def test_j_and_k_walk_from_the_open_conversation_and_enter_opens(
    stage: Stage, open_list: Callable[..., Page]
) -> None:
    page = open_list([row(1), row(2), row(3)])
    stage.page("/conversations/3", "<title>three</title>")
    page.keyboard.press("j")
    expect(page.locator("#c-3 a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#c-2 a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_title("three")


def test_list_is_fetched_from_the_address_that_htmx_swapped_in(
    stage: Stage, open_list: Callable[..., Page]
) -> None:
    page = open_list([row(1, "a")], current="")
    stage.on("GET", "/inbox/found", Answer(f'<div data-src="/inbox/found?q=b"><ul>{row(2, "b!")}</ul></div>'))
    page.evaluate("list.innerHTML = '<div data-src=\"/inbox/found?q=b\"><ul></ul></div>'")
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML('beforeend', '<div id="pane" data-conversation="2"></div>');
          document.dispatchEvent(new Event('htmx:afterSwap'));
        }"""
    )
    stage.publish("message.created", conversation=2)
    until(page, f"{ROWS} === 'b!'")
    assert not stage.seen("GET", "/inbox/rows")
    assert page.locator("[aria-current]").get_attribute("id") == "c-2"


def test_typing_shows_until_the_person_pauses_even_over_a_refresh(
    stage: Stage, open_list: Callable[..., Page]
) -> None:
    page = open_list([row(1, "a"), row(2, "b")])
    note = page.locator("#c-1 typing-note")
    stage.publish("contact.typing", whisper=True, conversation=1, state="composing")
    expect(note).to_be_visible()
    answer_rows(stage, [row(2, "b2"), row(1, "a")])
    stage.publish("conversation.changed", conversation=2)
    until(page, f"{ROWS} === 'b2,a'")
    expect(note).to_be_visible()
    expect(page.locator("#c-2 typing-note")).to_be_hidden()
    stage.publish("contact.typing", whisper=True, conversation=1, state="paused")
    expect(note).to_be_hidden()


def test_list_waits_longer_while_the_tab_is_hidden(stage: Stage, open_list: Callable[..., Page]) -> None:
    page = open_list([row(1, "a")])
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    stage.publish("message.created", conversation=1)
    until_true(page, lambda: len(stage.seen("GET", "/inbox/rows")) == 1)
    stage.publish("message.created", conversation=1)
    page.wait_for_timeout(700)
    assert len(stage.seen("GET", "/inbox/rows")) == 1
    page.evaluate(
        """() => { Object.defineProperty(document, 'hidden', { value: false });
                   document.dispatchEvent(new Event('visibilitychange')) }"""
    )
    until_true(page, lambda: len(stage.seen("GET", "/inbox/rows")) == 2)
