"""Bubbles: in order, each once, as new as they come."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.components.fragments import conversation_page
from tests.components.stage import Answer, Stage
from tests.components.waiting import online, until, until_true

TEXTS = "[...document.querySelectorAll('#log > [data-order] .text')].map((text) => text.textContent)"
CHILDREN = """[...document.querySelectorAll('#log > *')]
  .map((child) => child.matches('.day') ? child.dataset.day : child.matches('.unread-line') ? 'new'
                  : child.querySelector('.text').textContent)"""
MESSAGES = "/conversations/7/messages"
DAY = 86_400
NOON = 1_794_999_600  # 18 November 2026, 11:00 UTC


def texts(page: Page, *expected: str) -> None:
    until(page, f"{TEXTS}.length >= {len(expected)}")
    assert page.evaluate(TEXTS) == list(expected)


def test_new_bubble_is_added_when_a_notice_names_the_conversation(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.say("one", quiet=True)
    page = open_conversation()
    stage.say("elsewhere", conversation=8)
    stage.say("two")
    texts(page, "one", "two")
    assert page.evaluate("log.getAttribute('cursor')") == stage.cursor()
    assert len(stage.seen("GET", MESSAGES, since="")) == 1


def test_burst_is_few_requests_when_many_notices_come_at_once(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    for number in range(40):
        stage.say(f"m{number}")
    texts(page, *[f"m{number}" for number in range(40)])
    page.wait_for_timeout(150)
    assert 1 <= len(stage.seen("GET", MESSAGES, since="")) <= 3


def test_same_bubble_stands_once_when_its_fragment_comes_twice(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    first = stage.say("one", quiet=True)
    page = open_conversation()
    page.evaluate("html => log.mergeHtml(html + html)", first.html())
    renamed = first.html().replace(first.ref, "another-ref").replace('version="1"', 'version="2"')
    page.evaluate("html => log.mergeHtml(html)", renamed)
    texts(page, "one")
    assert page.evaluate("document.querySelector('.bubble').id") == "m-another-ref"


def test_older_version_never_wins_when_answers_overtake_each_other(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    bubble = stage.say("one", quiet=True)
    old = bubble.html()
    page = open_conversation()
    stage.change(bubble, text="edited", tick="read")
    until(page, f"{TEXTS}[0] === 'edited'")
    page.evaluate("html => log.mergeHtml(html)", old)
    texts(page, "edited")
    expect(page.locator(".bubble .ticks")).to_have_attribute("data-state", "read")


def test_bubble_is_taken_away_when_the_server_says_it_is_gone(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.say("one", quiet=True)
    twin = stage.say("twin", quiet=True)
    page = open_conversation()
    stage.change(twin, gone=True)
    until(page, f"{TEXTS}.length === 1")
    texts(page, "one")


def test_bubble_goes_where_its_order_says_whatever_the_arrival(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    for text, at in (("b", 20), ("d", 40)):
        stage.say(text, at=NOON + at, quiet=True)
    page = open_conversation()
    stage.say("c2", at=NOON + 30, tie="b")
    stage.say("a", at=NOON + 10)
    stage.say("e", at=NOON + 50)
    stage.say("c1", at=NOON + 30, tie="a")
    texts(page, "a", "b", "c1", "c2", "d", "e")


def test_bubble_moves_when_its_order_changes(stage: Stage, open_conversation: Callable[..., Page]) -> None:
    moved = stage.say("mine", at=NOON, quiet=True)
    stage.say("theirs", at=NOON + 5, quiet=True)
    page = open_conversation()
    stage.change(moved, at=NOON + 9)
    until(page, f"{TEXTS}.join() === 'theirs,mine'")


def test_change_far_above_is_not_shown_when_its_page_is_not_loaded(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    old = stage.say("old", at=NOON, quiet=True)
    for number in range(12):
        stage.say(f"m{number}", at=NOON + 10 + number, quiet=True)
    stage.on("GET", MESSAGES, lambda request: _only_since(stage, request))
    page = open_conversation(shown=12)
    stage.change(old, tick="read")
    stage.say("new")
    until(page, f"{TEXTS}.includes('new')")
    assert "old" not in page.evaluate(TEXTS)


def _only_since(stage: Stage, request: object) -> Answer:
    """As the store answers, but older pages never come."""
    if "before" in request.query:  # type: ignore[attr-defined]
        return Answer(status=500)
    return stage.message_answer(request)  # type: ignore[arg-type]


def test_day_lines_follow_the_zone_of_the_browser(stage: Stage, browser: object) -> None:
    evening = stage.say(
        "late on the 17th in São Paulo", at=NOON - 9 * 3600, quiet=True
    )  # 02:00 UTC on the 18th
    morning = stage.say("on the 18th", at=NOON, quiet=True)
    server_line = '<p class="day" data-day="2026-11-18">18</p>'
    html = conversation_page(server_line + evening.html() + morning.html(), cursor=stage.cursor())
    context = browser.new_context(timezone_id="America/Sao_Paulo", locale="pt-BR")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(stage.page("/conversations/7", html.replace('lang="en"', 'lang="pt-BR"')))
    until(page, "document.querySelectorAll('.day').length === 2")
    assert page.evaluate(CHILDREN) == ["2026-11-17", evening.text, "2026-11-18", morning.text]
    assert "de novembro" in page.locator(".day").first.inner_text()
    expect(page.locator(".bubble local-time").first).to_have_text("23:00")
    context.close()


def test_day_line_comes_and_goes_with_its_bubbles(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.say("monday", at=NOON, quiet=True)
    page = open_conversation()
    later = stage.say("tuesday", at=NOON + DAY)
    until(page, f"{CHILDREN}.join() === '2026-11-18,monday,2026-11-19,tuesday'")
    stage.change(later, gone=True)
    until(page, f"{CHILDREN}.join() === '2026-11-18,monday'")


def test_ranks_close_when_one_person_speaks_on_and_part_at_the_unread_line(
    stage: Stage, open_conversation: Callable[..., Page], page: Page
) -> None:
    stage.say("a1", quiet=True, at=NOON)
    stage.say("a2", quiet=True, at=NOON + 1)
    stage.say("b", quiet=True, at=NOON + 2, author="c2")
    stage.say("out", quiet=True, at=NOON + 3, side="out", author="u3")
    open_conversation()
    firsts = "[...document.querySelectorAll('#log > .first .text')].map((text) => text.textContent).join()"
    assert page.evaluate(firsts) == "a1,b,out"
    page.evaluate("log.children[2].insertAdjacentHTML('beforebegin', '<p class=\"unread-line\">New</p>')")
    stage.say("between", author="c9", at=NOON, tie="zz")
    until(page, f"{firsts} === 'a1,between,a2,b,out'")


def test_part_with_an_identity_stays_the_same_node_when_only_the_tick_moves(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    """A voice note plays on, a picture does not blink, the focus stays."""
    bubble = stage.say("song", quiet=True, extra='<a href="/x" data-keep="file-1-stored">media</a>')
    page = open_conversation()
    page.evaluate(
        "() => { window.kept = document.querySelector('[data-keep]'); kept.focus(); kept.dataset.own = 'yes' }"
    )
    stage.change(bubble, tick="delivered")
    expect(page.locator(".bubble .ticks")).to_have_attribute("data-state", "delivered")
    assert page.evaluate("document.querySelector('[data-keep]') === kept && document.activeElement === kept")
    stage.change(bubble, extra='<a href="/x" data-keep="file-1-failed">failed</a>')
    until(page, "!kept.isConnected && document.querySelector('[data-keep]').textContent === 'failed'")


def test_notices_are_tried_again_when_the_fetch_failed(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    answers = [Answer(status=0)]
    stage.on("GET", MESSAGES, lambda request: answers.pop(0) if answers else stage.message_answer(request))
    stage.say("at last")
    texts(page, "at last")
    assert len(stage.seen("GET", MESSAGES, since="")) == 2


def test_page_is_loaded_again_when_the_cursor_is_too_old(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    stage.on("GET", MESSAGES, Answer(status=409))
    stage.say("after the restore")
    until(page, "performance.getEntriesByType('navigation')[0].type === 'reload'")
    online(page)
    assert len(stage.seen("GET", "/conversations/7")) == 2


def test_conversation_is_marked_read_only_while_somebody_looks(
    stage: Stage, open_conversation: Callable[..., Page], page: Page
) -> None:
    page.add_init_script("window.looks = false; document.hasFocus = () => window.looks")
    stage.say("unread", quiet=True)
    open_conversation(more='unread="1"')
    stage.say("more")
    texts(page, "unread", "more")
    page.wait_for_timeout(100)
    assert not stage.seen("POST", "/conversations/7/read")
    page.evaluate("() => { looks = true; dispatchEvent(new Event('focus')) }")
    until_true(page, lambda: stage.seen("POST", "/conversations/7/read"))
    request = stage.seen("POST", "/conversations/7/read")[0]
    assert request.form == {"until": "2"}
    assert request.headers["x-csrftoken"] == "token-1"
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(100)
    assert len(stage.seen("POST", "/conversations/7/read")) == 1


def test_only_a_new_incoming_message_is_said_aloud(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    old = stage.say("known", quiet=True)
    page = open_conversation()
    stage.change(old, tick="read")
    stage.say("ours", side="out", author="u3")
    stage.say("theirs <b>")
    expect(page.locator("[data-announce]")).to_have_text("Somebody: theirs <b>")


def test_quote_loads_older_pages_until_its_source_is_there(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.page_size = 20
    for number in range(70):
        stage.say(f"m{number}", quiet=True)
    stage.messages[-1].extra = '<button type="button" data-quote="2">quote</button>'
    stage.messages[-2].extra = '<button type="button" data-quote="9999">lost</button>'
    page = open_conversation(shown=20)
    page.get_by_text("quote", exact=True).click()
    until(page, "document.querySelector('.flash')?.dataset.id === '2'")
    assert page.evaluate(TEXTS)[:2] == ["m0", "m1"]
    expect(page.get_by_text("m1", exact=True)).to_be_in_viewport()
    page.evaluate("document.querySelector('[data-quote=\"9999\"]').click()")
    expect(page.locator("[data-announce]")).to_have_text("Too far back")
