"""Replies: from the key press to the customer's phone and back as ticks."""

from __future__ import annotations

import base64
import io
import time

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Route, expect

from tests.e2e.demo import Person
from tests.e2e.desk import Desk


def picture(colour: str) -> bytes:
    """A small PNG that no other test sends."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def test_reply_goes_to_the_phone_and_its_ticks_follow(desk: Desk, person: Person) -> None:
    person.says("is it ready?")
    desk.visit(person)
    desk.page.evaluate("window.stays = true")
    held: list[Route] = []
    desk.page.route("**/messages", lambda route: held.append(route))
    bubble = desk.send("Ready at five")
    desk.until(lambda: held, "the browser posts")
    desk.expect_tick(bubble, "pending")
    assert desk.reply_box.input_value() == ""
    held[0].continue_()
    desk.expect_tick(bubble, "sent")
    person.has_received()
    desk.expect_tick(bubble, "delivered")
    person.has_read()
    desk.expect_tick(bubble, "read")
    expect(bubble).to_have_count(1)
    expect(desk.row(person).locator(".ticks")).to_have_attribute("data-state", "read")
    assert person.texts() == ["Ready at five"]
    assert desk.page.evaluate("window.stays") is True


def test_several_replies_keep_their_order(desk: Desk, person: Person) -> None:
    person.says("tell me more")
    desk.visit(person)
    said = [f"part {number}" for number in range(1, 6)]
    for text in said:
        desk.send(text)
    desk.until(lambda: person.texts() == said, "all parts on the phone, in order")
    shown = desk.page.locator("#log > .bubble.out .text")
    desk.until(lambda: shown.all_inner_texts() == said, "all parts on the page, in order")


def test_shift_enter_breaks_the_line(desk: Desk, person: Person) -> None:
    person.says("address?")
    desk.visit(person)
    desk.reply_box.press_sequentially("12 Example Street")
    desk.reply_box.press("Shift+Enter")
    desk.reply_box.press_sequentially("second floor")
    assert desk.bubbles.count() == 1
    desk.reply_box.press("Enter")
    desk.until(lambda: person.texts() == ["12 Example Street\nsecond floor"], "one message of two lines")


def test_picture_is_sent_from_the_file_chooser(desk: Desk, person: Person) -> None:
    person.says("show me")
    desk.visit(person)
    with desk.page.expect_file_chooser() as chooser:
        desk.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([FilePayload(name="kettle.png", mimeType="image/png", buffer=picture("teal"))])
    expect(desk.page.locator("chat-composer .file-name")).to_have_text("kettle.png")
    bubble = desk.send("this one")
    expect(bubble.locator("figure.media img")).to_be_visible()
    desk.until(lambda: person.received(), "the picture on the phone")
    (shown,) = person.received()
    assert (shown["kind"], shown["text"]) == ("image", "this one")
    desk.until_js("[...document.querySelectorAll('#log figure.media img')].every(i => i.naturalWidth === 64)")


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_picture_is_taken_from_elsewhere(desk: Desk, person: Person, way: str) -> None:
    person.says("show me")
    desk.visit(person)
    data = base64.b64encode(picture("olive" if way == "paste" else "navy")).decode()
    desk.reply_box.evaluate(
        """(box, [way, data]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const files = new DataTransfer();
            files.items.add(new File([bytes], `${way}.png`, { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            box.dispatchEvent(way === "paste"
                ? new ClipboardEvent("paste", { ...options, clipboardData: files })
                : new DragEvent("drop", { ...options, dataTransfer: files }));
        }""",
        [way, data],
    )
    expect(desk.page.locator("chat-composer .file-name")).to_have_text(f"{way}.png")
    desk.page.get_by_role("button", name="Send").click()
    desk.until(lambda: [one["kind"] for one in person.received()] == ["image"], "the picture on the phone")
    expect(desk.page.locator("#log figure.media")).to_have_count(1)


def test_quoted_message_is_quoted_on_the_phone(desk: Desk, person: Person) -> None:
    asked = person.says("blue or red?")
    person.says("and what does it cost?")
    desk.visit(person)
    question = desk.bubble("blue or red?")
    question.hover()
    question.get_by_role("button", name="Reply to this message").click()
    expect(desk.page.locator("chat-composer .replying")).to_contain_text("blue or red?")
    expect(desk.reply_box).to_be_focused()
    answer = desk.send("Blue, please")
    expect(answer.locator(".quote")).to_contain_text("blue or red?")
    expect(desk.page.locator("chat-composer .replying")).to_be_hidden()
    desk.until(lambda: person.received(), "the answer on the phone")
    assert person.received()[0]["reply_to"] == asked


def test_quote_leads_to_its_source(desk: Desk, person: Person) -> None:
    begin = int(time.time()) - 201
    first = person.says("the very first", at=begin)
    for number in range(40):
        person.says(f"between {number}", at=begin + 60 + number)
    person.says("about the first", at=begin + 200, reply_to=first)
    desk.open()
    expect(desk.row(person).locator(".badge")).to_have_text("42")
    desk.visit(person)
    desk.bubble("about the first").locator(".quote").click()
    expect(desk.bubbles.filter(has_text="the very first").first).to_be_in_viewport()


def test_draft_outlives_a_reload(desk: Desk, person: Person) -> None:
    person.says("think about it")
    desk.visit(person)
    desk.reply_box.press_sequentially("Well, I would")
    desk.page.reload()
    desk.online()
    expect(desk.reply_box).to_have_value("Well, I would")
    desk.reply_box.press("End")
    desk.reply_box.press_sequentially(" say yes")
    desk.reply_box.press("Enter")
    desk.until(lambda: person.texts() == ["Well, I would say yes"], "the whole text on the phone")
    desk.page.reload()
    desk.online()
    expect(desk.reply_box).to_have_value("")
    expect(desk.bubble("say yes")).to_have_count(1)
