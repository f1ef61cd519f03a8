"""What the reader looks at stays where it is."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.components.stage import Answer, Stage
from tests.components.waiting import until, until_true

AT_BOTTOM = "log.scrollHeight - log.scrollTop - log.clientHeight < 2"
MESSAGES = "/conversations/7/messages"


def fill(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.say(f"m{number}", quiet=True)


def top_of(page: Page, text: str) -> float:
    return float(
        page.get_by_text(text, exact=True).evaluate("element => element.getBoundingClientRect().top")
    )


def test_log_starts_and_stays_at_the_newest_when_the_reader_is_there(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    fill(stage, 20)
    page = open_conversation()
    assert page.evaluate(AT_BOTTOM)
    stage.say("new")
    until(page, f"document.querySelector('#log > :last-child .text').textContent === 'new' && {AT_BOTTOM}")
    page.evaluate("log.children[3].style.height = '500px'")  # a picture that loads above
    until(page, AT_BOTTOM)
    page.evaluate("log.style.height = '200px'")  # the keyboard of a phone
    until(page, AT_BOTTOM)
    expect(page.locator("[data-newest]")).to_be_hidden()


def test_pill_counts_and_nothing_moves_when_the_reader_is_further_up(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    fill(stage, 20)
    page = open_conversation()
    page.evaluate("log.scrollTop = 450")
    page.wait_for_timeout(60)
    place = top_of(page, "m8")
    stage.say("one")
    stage.say("our own", side="out", author="u3")
    stage.say("two")
    expect(page.locator("[data-newest]")).to_have_text("New messages 2")
    page.evaluate("log.children[2].style.height = '300px'")  # something above grows
    page.wait_for_timeout(60)
    assert abs(top_of(page, "m8") - place) < 1.5
    page.locator("[data-newest]").click()
    until(page, AT_BOTTOM)
    expect(page.locator("[data-newest]")).to_be_hidden()


def test_place_is_kept_when_an_older_page_comes_above(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    fill(stage, 60)
    stage.page_size = 20
    page = open_conversation(shown=20)
    assert not stage.seen("GET", MESSAGES, before="")
    page.evaluate("log.scrollTop = 120")
    until_true(page, lambda: stage.seen("GET", MESSAGES, before=""))
    until(page, "log.querySelectorAll('.bubble').length === 40")
    # The day line above was 30 pixels; m42 was the first wholly visible bubble below it.
    assert page.evaluate("log.scrollTop") > 1000
    assert top_of(page, "m41") < 60 < top_of(page, "m42") + 60


def test_older_pages_come_one_after_another_until_there_are_none(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    fill(stage, 45)
    stage.page_size = 20
    page = open_conversation(shown=20)
    for _ in range(2):
        page.evaluate("log.scrollTop = 0")
        page.wait_for_timeout(150)
    until(page, "log.querySelectorAll('.bubble').length === 45 && log.getAttribute('before') === ''")
    page.evaluate("log.scrollTop = 0")
    page.wait_for_timeout(100)
    assert len(stage.seen("GET", MESSAGES, before="")) == 2


def test_older_messages_can_be_asked_for_again_when_they_did_not_load(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    fill(stage, 30)
    page = open_conversation(shown=20)
    stage.on("GET", MESSAGES, Answer(status=500))
    page.evaluate("log.scrollTop = 0")
    page.get_by_text("Older ones did not load").wait_for()
    page.evaluate("log.scrollTop = 5")  # no storm of requests: the next try is the reader's, or later
    page.wait_for_timeout(60)
    assert len(stage.seen("GET", MESSAGES, before="")) == 1
    del stage.routes["GET", MESSAGES]
    page.get_by_text("Older ones did not load").click()
    until(page, "log.querySelectorAll('.bubble').length === 30")
    expect(page.get_by_text("Older ones did not load")).to_be_hidden()
