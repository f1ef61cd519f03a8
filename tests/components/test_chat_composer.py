"""What an agent writes arrives once, in order, and is never lost on the way."""

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from tests.components.fragments import conversation_page, document
from tests.components.stage import Answer, Request, Route, Stage
from tests.components.waiting import online, until, until_true

MESSAGES = "/conversations/7/messages"
TEXTS = "[...document.querySelectorAll('#log > [data-order] .text')].map((text) => text.textContent)"
PENDING = "#log > .pending"


def write(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.keyboard.press("Enter")


def posts(stage: Stage) -> list[Request]:
    return stage.seen("POST", MESSAGES)


def first_then_store(stage: Stage, *answers: Answer) -> Route:
    """Give these answers first, then store as the server does."""
    waiting = list(answers)
    return lambda request: waiting.pop(0) if waiting else stage.message_answer(request)


class Gate:
    """Holds the answers to posts until it is opened."""

    def __init__(self, stage: Stage) -> None:
        self._open = threading.Event()
        self._stage = stage
        stage.on("POST", MESSAGES, self._wait)

    def _wait(self, request: Request) -> Answer:
        self._open.wait(5)
        return self._stage.message_answer(request)

    def open(self) -> None:
        self._open.set()


def test_pending_bubble_stands_at_once_and_the_true_one_replaces_it(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.say("hello?", quiet=True)
    page = open_conversation()
    gate = Gate(stage)
    write(page, "two\nlines <b>")
    until(page, f"{TEXTS}[1] === 'two\\nlines <b>'")
    assert page.locator("textarea").input_value() == ""
    ref = str(page.locator(PENDING).get_attribute("id")).removeprefix("m-")
    gate.open()
    until(page, "!document.querySelector('.pending')")
    page.wait_for_timeout(150)  # the notice of our own message brings the same bubble again
    assert page.evaluate(TEXTS) == ["hello?", "two\nlines <b>"]
    assert posts(stage)[0].form == {"client_ref": ref, "text": "two\nlines <b>"}
    assert posts(stage)[0].headers["x-csrftoken"] == "token-1"
    assert page.locator(f"#m-{ref}").get_attribute("data-id") == "2"


def test_enter_breaks_the_line_with_shift_and_while_an_input_method_composes(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    area = page.locator("textarea")
    area.press_sequentially("a")
    low = area.evaluate("area => area.offsetHeight")
    page.keyboard.press("Shift+Enter")
    composing = "area => area.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    area.evaluate(composing)
    area.press_sequentially("b")
    assert area.input_value() == "a\nb"
    area.fill("line\n" * 100)
    assert low < area.evaluate("area => area.offsetHeight") <= 720 / 3
    area.fill("   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(60)
    assert not posts(stage)


def test_draft_is_kept_by_conversation_until_it_is_sent(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    page.locator("textarea").fill("half a thou")
    other = stage.page("/conversations/8", conversation_page("", cursor=stage.cursor(), conversation=8))
    page.goto(other)
    assert page.locator("textarea").input_value() == ""
    open_conversation()
    assert page.locator("textarea").input_value() == "half a thou"
    write(page, "half a thought")
    until_true(page, lambda: posts(stage))
    page.reload()
    online(page)
    assert page.locator("textarea").input_value() == ""
    assert page.evaluate("Object.keys(localStorage)") == []


def test_reply_quotes_its_message_survives_reload_and_can_be_given_up(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    stage.say("Do you deliver?", quiet=True)
    page = open_conversation()
    page.locator("[data-action=reply]").click()
    expect(page.locator("[data-part=reply]")).to_contain_text("BiaDo you deliver?")
    expect(page.locator("textarea")).to_be_focused()
    page.reload()
    expect(page.locator("[data-part=reply-text]")).to_have_text("Do you deliver?")
    write(page, "Yes")
    until_true(page, lambda: posts(stage))
    assert posts(stage)[0].form["reply_to"] == "1"
    expect(page.locator("[data-part=reply]")).to_be_hidden()
    page.locator("[data-action=reply]").first.click()
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=reply]")).to_be_hidden()


def test_progress_is_shown_for_the_send_and_each_file(
    stage: Stage, open_conversation: Callable[..., Page], context: BrowserContext
) -> None:
    page = open_conversation()
    gate = Gate(stage)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    files: list[FilePayload] = [
        {"name": f"{name}.bin", "mimeType": "application/zip", "buffer": bytes(120_000)} for name in "ab"
    ]
    page.locator("input[type=file]").set_input_files(files)
    write(page, "see these")
    until(page, "document.querySelector('.pending > progress')?.value > 0.05")
    until(
        page, "(([a, b]) => a?.value === 1 && b.value < 1)(document.querySelectorAll('.pending li progress'))"
    )
    assert 0.4 < page.evaluate("document.querySelector('.pending > progress').value") < 1
    gate.open()
    until(page, "!document.querySelector('.pending')")
    assert posts(stage)[0].files == (("a.bin", bytes(120_000)), ("b.bin", bytes(120_000)))


def test_file_that_cannot_be_sent_says_so_before_it_is_sent(
    stage: Stage, open_conversation: Callable[..., Page], page: Page
) -> None:
    html = conversation_page("", cursor=stage.cursor()).replace(
        'user="3"', 'user="3" data-max-bytes="1000" data-max-files="1"'
    )
    page.goto(stage.page("/conversations/7", html))
    sizes = {"big.bin": 2000, "none.bin": 0, "good.txt": 10, "more.txt": 10}
    files: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": bytes(size)} for name, size in sizes.items()
    ]
    page.locator("input[type=file]").set_input_files(files)
    errors = page.locator("form [data-part=error]")
    assert errors.all_text_contents() == [
        "big.bin is larger than 1 kB",
        "none.bin is empty",
        "",
        "Too many files",
    ]
    page.locator("[data-action=remove]").first.click()
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.press("Enter")
    until_true(page, lambda: posts(stage))
    assert [name for name, _ in posts(stage)[0].files] == ["good.txt"]
    assert [name.strip() for name in page.locator("form [data-part=name]").all_text_contents()] == [
        "none.bin",
        "more.txt",
    ]


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_files_come_by_drop_and_paste_with_a_look_at_pictures(
    stage: Stage, open_conversation: Callable[..., Page], way: str
) -> None:
    page = open_conversation()
    page.evaluate(
        """async (way) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 4, height: 4 });
          canvas.getContext("2d").fillRect(0, 0, 4, 4);
          const blob = await new Promise((resolve) => canvas.toBlob(resolve));
          const data = new DataTransfer();
          data.items.add(new File([blob], "dot.png", { type: "image/png" }));
          const options = { bubbles: true, cancelable: true };
          const event = way === "drop" ? new DragEvent("drop", { ...options, dataTransfer: data })
                                       : new ClipboardEvent("paste", { ...options, clipboardData: data });
          window.free = document.querySelector("textarea").dispatchEvent(event);
        }""",
        way,
    )
    assert page.evaluate("free") is False
    expect(page.locator("form [data-part=name]")).to_have_text("dot.png")
    expect(page.locator("form [data-part=preview]")).to_be_visible()


def test_refusal_shows_the_servers_words_and_the_text_can_be_taken_back(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    refusal = Answer('{"errors": {"text": "Too long for WhatsApp."}}', status=422, kind="application/json")
    stage.on("POST", MESSAGES, first_then_store(stage, refusal))
    write(page, "too long")
    expect(page.locator(".failed [data-part=reason]")).to_have_text("Too long for WhatsApp.")
    page.locator("[data-edit]").click()
    assert page.locator("textarea").input_value() == "too long"
    assert page.evaluate(TEXTS) == []
    write(page, "short")
    until(page, f"{TEXTS}.join() === 'short' && !document.querySelector('.pending')")
    assert posts(stage)[0].form["client_ref"] != posts(stage)[1].form["client_ref"]


def test_text_is_back_in_the_composer_when_the_session_has_ended(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    stage.on("POST", MESSAGES, Answer(status=401))
    write(page, "kept")
    expect(page.locator("[data-part=notice]")).to_have_text("Sign in again")
    assert page.locator("textarea").input_value() == "kept"
    assert page.evaluate(TEXTS) == []
    page.reload()
    expect(page.locator("textarea")).to_have_value("kept")


@pytest.mark.parametrize(
    ("answer", "words"), [(Answer(status=0), "No connection"), (Answer(status=502), "Something broke")]
)
def test_retry_carries_the_same_client_ref_when_a_send_failed(
    stage: Stage, open_conversation: Callable[..., Page], answer: Answer, words: str
) -> None:
    page = open_conversation()
    stage.on("POST", MESSAGES, first_then_store(stage, answer))
    write(page, "important")
    expect(page.locator(".failed [data-part=reason]")).to_have_text(words)
    expect(
        page.locator("[data-edit]")
    ).to_be_hidden()  # it may have arrived: never said anew under another name
    page.locator("[data-retry]").click()
    until(page, "!document.querySelector('.pending')")
    assert page.evaluate(TEXTS) == ["important"]
    refs = [request.form["client_ref"] for request in posts(stage)]
    assert len(refs) == 2
    assert len(set(refs)) == 1


def test_send_that_arrived_is_settled_when_only_its_answer_was_lost(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()

    def store_and_hang_up(request: Request) -> Answer:
        stage.message_answer(request)
        settled.wait(5)
        return Answer(status=0)

    settled = threading.Event()
    stage.on("POST", MESSAGES, store_and_hang_up)
    write(page, "once")
    until(page, "document.querySelector('#log > .out')?.dataset.id === '1'")
    settled.set()
    page.wait_for_timeout(150)
    assert page.evaluate(TEXTS) == ["once"]
    expect(page.locator("#log .failed")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_failed_send_goes_by_itself_when_the_connection_is_back(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    stage.on("POST", MESSAGES, Answer(status=0))
    stage.live_status = 503
    stage.drop_streams()
    expect(page.locator("[data-part=notice]")).to_have_text("Sending waits")
    write(page, "patience")
    expect(page.locator(".failed [data-part=reason]")).to_have_text("No connection")
    del stage.routes["POST", MESSAGES]
    stage.live_status = 200
    until(page, f"!document.querySelector('.pending') && {TEXTS}.join() === 'patience'")
    expect(page.locator("[data-part=notice]")).to_be_hidden()


def test_unsent_text_is_sent_with_the_same_ref_after_a_reload(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    stage.on("POST", MESSAGES, first_then_store(stage, Answer(status=0)))
    write(page, "before the crash")
    expect(page.locator(".failed [data-part=reason]")).to_have_text("No connection")
    page.reload()
    until(page, f"!document.querySelector('.pending') && {TEXTS}.join() === 'before the crash'")
    assert posts(stage)[0].form == posts(stage)[1].form


def test_messages_arrive_in_the_order_they_were_written(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    gate = Gate(stage)
    for text in ("one", "two", "three"):
        write(page, text)
    until(page, f"{TEXTS}.join() === 'one,two,three'")
    assert len(posts(stage)) == 1
    gate.open()
    until(page, "!document.querySelector('.pending')")
    assert page.evaluate(TEXTS) == ["one", "two", "three"]
    assert [request.form["text"] for request in posts(stage)] == ["one", "two", "three"]


def test_send_under_way_never_lands_in_another_conversation(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    """htmx swaps the pane: the upload goes on, its bubble waits for the agent's return."""
    stage.say("question", quiet=True)
    page = open_conversation()
    gate = Gate(stage)
    swap = """html => { const page = new DOMParser().parseFromString(html, 'text/html');
      for (const name of ['chat-log', 'chat-composer'])
        document.querySelector(name).replaceWith(document.importNode(page.querySelector(name), true)); }"""
    write(page, "for seven")
    page.locator(PENDING).wait_for()
    page.evaluate(swap, conversation_page("", cursor=stage.cursor(), conversation=8))
    page.evaluate(swap, conversation_page(stage.messages[0].html(), cursor=stage.cursor()))
    until(page, f"{TEXTS}.join() === 'question,for seven'")
    expect(page.locator("#log .failed")).to_be_hidden()
    page.evaluate(swap, conversation_page("", cursor=stage.cursor(), conversation=8))
    gate.open()
    until_true(page, lambda: len(stage.messages) == 2)
    page.wait_for_timeout(100)
    assert page.evaluate(TEXTS) == []
    assert len(posts(stage)) == 1


def test_reload_waits_when_an_upload_is_under_way(
    stage: Stage, open_conversation: Callable[..., Page]
) -> None:
    page = open_conversation()
    gate = Gate(stage)
    write(page, "on its way")
    until_true(page, lambda: posts(stage))
    stage.publish("reset", whisper=True)
    page.wait_for_timeout(150)
    assert len(stage.seen("GET", "/conversations/7")) == 1
    stage.page("/conversations/7", document("<p>afresh</p>"))
    gate.open()
    page.get_by_text("afresh").wait_for()
