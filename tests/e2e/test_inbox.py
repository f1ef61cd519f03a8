"""The inbox: what arrives shows by itself, in every browser, at every width."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import MakeDesk, MakePerson, sign_in
from tests.e2e.demo import AGENT, Demo, Person
from tests.e2e.desk import Desk

PHONE_SIZE = {"width": 390, "height": 844}


def test_agent_signs_in_and_out(demo: Demo, new_profile: Callable[..., BrowserContext], desk: Desk) -> None:
    visitor = Desk(new_profile().new_page(), demo.url)
    visitor.page.goto(demo.url + "/conversations/1")
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(visitor, AGENT)
    visitor.page.get_by_role("button", name="Alex Agent, your account").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.page.goto(demo.url + "/inbox")
    expect(visitor.page.get_by_label("Password")).to_be_visible()


def test_message_appears_in_the_list_without_reload(desk: Desk, person: Person) -> None:
    desk.open()
    person.says("Is the shop open today?")
    row = desk.row(person)
    expect(row.locator(".last")).to_contain_text("Is the shop open today?")
    expect(row.locator(".badge")).to_have_text("1")
    expect(desk.page.locator("#list .row").first).to_contain_text(person.name)
    person.says("I could come at five")
    expect(row.locator(".badge")).to_have_text("2")


def test_message_appears_in_the_open_conversation_without_reload(desk: Desk, person: Person) -> None:
    person.says("first words", at=int(time.time()) - 5)  # within one second the order is nobody's
    desk.visit(person)
    desk.page.evaluate("window.stays = true")
    person.says("said while you look")
    expect(desk.bubble("said while you look")).to_be_visible()
    expect(desk.row(person).locator(".last")).to_contain_text("said while you look")
    expect(desk.row(person).locator(".badge")).to_have_count(0)
    assert desk.page.evaluate("window.stays") is True


def test_message_that_came_while_the_conversation_was_opened_is_shown(desk: Desk, person: Person) -> None:
    person.says("before", at=int(time.time()) - 5)
    desk.open()
    row = desk.row(person)
    expect(row).to_be_visible()

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        person.says("in between")
        expect(row.locator(".last")).to_contain_text("in between")  # the page has heard of it
        route.fulfill(response=answer)

    desk.page.route("**/conversations/*", answer_late)
    row.click()
    expect(desk.bubble("before")).to_be_visible()
    expect(desk.bubble("in between")).to_be_visible()


def test_second_agent_sees_the_same_live(make_desk: MakeDesk, person: Person) -> None:
    person.says("who is there?")
    ana, alex = make_desk().visit(person), make_desk(AGENT).visit(person)
    person.says("hello to both")
    for agent in (ana, alex):
        expect(agent.bubble("hello to both")).to_be_visible()
    ana.send("Ana here")
    expect(alex.bubble("Ana here")).to_be_visible()
    expect(alex.bubble("Ana here").locator(".by")).to_have_text("Ana")
    alex.send("and Alex")
    expect(ana.bubble("and Alex")).to_be_visible()
    ana.until(lambda: sorted(person.texts()) == ["Ana here", "and Alex"], "both on the phone, each once")


def test_conversation_is_resolved_and_reopened(make_desk: MakeDesk, person: Person) -> None:
    person.says("thanks, that was all")
    ana, alex = make_desk().visit(person), make_desk(AGENT).visit(person)
    ana.head.get_by_role("button", name="Resolve").click()
    expect(alex.head.get_by_role("button", name="Reopen")).to_be_visible()
    for agent in (ana, alex):
        expect(agent.row(person)).to_have_count(0)
    ana.head.get_by_role("button", name="Reopen").click()
    expect(ana.head.get_by_role("button", name="Resolve")).to_be_visible()
    expect(ana.row(person)).to_be_visible()


def test_agent_takes_a_conversation(make_desk: MakeDesk, person: Person) -> None:
    person.says("can somebody help?")
    ana, alex = make_desk().visit(person), make_desk(AGENT).visit(person)
    ana.head.get_by_title("Who answers").click()
    ana.page.get_by_role("button", name="Assign to me").click()
    expect(ana.head.locator(".hold")).to_contain_text("You")
    expect(alex.head.locator(".hold")).to_contain_text("Ana")
    expect(alex.row(person).get_by_title("Held by Ana Admin")).to_be_visible()
    ana.page.get_by_role("link", name=re.compile("^Mine")).click()
    expect(ana.row(person)).to_be_visible()


def test_open_menu_stays_open_while_messages_come(desk: Desk, person: Person) -> None:
    person.says("first")
    desk.visit(person)
    desk.head.get_by_title("Who answers").click()
    choice = desk.page.get_by_role("button", name="Assign to me")
    expect(choice).to_be_visible()
    menu = choice.element_handle()
    person.says("second")
    expect(desk.bubble("second")).to_be_visible()  # a message after the resolution would open it again
    desk.page.request.put(f"{desk.page.url}/resolution", headers=_token(desk.page))
    expect(desk.row(person)).to_have_count(0)  # the page knows by now
    assert menu is not None
    assert menu.is_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.head.get_by_role("button", name="Reopen")).to_be_visible()


def _token(page: Page) -> dict[str, str]:
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    return {"X-CSRFToken": token or "", "X-Requested-With": "fetch"}


def test_title_counts_unread_conversations_behind_another_tab(
    desk: Desk, make_desk: MakeDesk, make_person: MakePerson
) -> None:
    desk.open()
    in_front = make_desk().open("/preferences")
    in_front.page.bring_to_front()
    before = _unread(desk.page)
    for more in (1, 2):
        make_person().says("knock, knock")
        desk.until(lambda: _unread(desk.page) == before + more, f"{more} more in the title")  # noqa: B023
    assert desk.page.locator("link[rel=icon]").get_attribute("href", timeout=1000)


def _unread(page: Page) -> int:
    found = re.match(r"\((\d+)\) ", page.title())
    return int(found[1]) if found else 0


def test_phone_shows_one_pane_at_a_time(desk: Desk, person: Person) -> None:
    person.says("from a small screen")
    desk.page.set_viewport_size(PHONE_SIZE)  # type: ignore[arg-type]
    desk.open()
    expect(desk.log).to_have_count(0)
    desk.visit(person)
    expect(desk.page.locator("#list")).to_be_hidden()
    _nothing_sticks_out(desk.page)
    desk.send("answered on the phone")
    expect(desk.bubble("answered on the phone")).to_be_in_viewport()
    desk.head.get_by_role("button", name=person.name).click()
    expect(desk.page.locator("#panel")).to_be_in_viewport()
    desk.page.keyboard.press("Escape")
    desk.page.get_by_role("link", name="Back to the inbox").click()
    expect(desk.row(person)).to_be_visible()
    expect(desk.log).to_be_hidden()
    _nothing_sticks_out(desk.page)


def _nothing_sticks_out(page: Page) -> None:
    for part in ("document.documentElement", "document.querySelector('#log')"):
        width = f"({part} ? {part}.scrollWidth - {part}.clientWidth : 0)"
        assert page.evaluate(width) <= 0, part


def test_dark_scheme_is_dark(desk: Desk, person: Person) -> None:
    person.says("good night")
    desk.page.emulate_media(color_scheme="dark")
    desk.visit(person)
    dark, bright = (
        "getComputedStyle({}).{}.match(/[\\d.]+/)[0] < .4",
        "getComputedStyle({}).{}.match(/[\\d.]+/)[0] > .8",
    )
    bubble = "document.querySelector('#log > .bubble')"
    for element in ("document.querySelector('.talk')", bubble, "document.querySelector('.list')"):
        desk.until_js(dark.format(element, "backgroundColor"))
    desk.until_js(bright.format(bubble, "color"))


def test_chosen_appearance_beats_the_system(
    demo: Demo, new_profile: Callable[..., BrowserContext], desk: Desk
) -> None:
    alex = sign_in(Desk(new_profile(color_scheme="light").new_page(), demo.url), AGENT)
    for choice, shown in (("Dark", "dark"), ("System", None)):
        alex.open("/preferences")
        alex.page.get_by_role("radio", name=choice).check()
        alex.page.get_by_role("button", name="Save").click()
        root = alex.page.locator("html")
        expect(alex.page.locator(".flash")).to_be_visible()
        assert root.get_attribute("data-theme") == shown


def test_older_messages_come_on_scroll_in_order_and_once(desk: Desk, person: Person) -> None:
    said = [f"line {number:02}" + "\nand more" * 5 for number in range(60)]
    begin = int(time.time()) - 60 * 59
    for number, text in enumerate(said):
        person.says(text, at=begin + 60 * number)
    desk.open()
    expect(desk.row(person).locator(".badge")).to_have_text("60")
    desk.visit(person)
    expect(desk.row(person).locator(".badge")).to_have_count(0)
    desk.page.reload()
    desk.online()
    expect(desk.bubble("line 59")).to_be_in_viewport()
    assert desk.bubbles.count() < 60
    desk.until(lambda: _scroll_up(desk) == 60, "all sixty")
    assert desk.page.locator("#log > .bubble .text").all_inner_texts() == said
    desk.until(lambda: (_scroll_up(desk), desk.log.get_attribute("before"))[1] == "", "no page above")
    expect(desk.bubbles).to_have_count(60)


def test_reading_goes_on_at_the_first_new_message(desk: Desk, person: Person) -> None:
    begin = int(time.time()) - 42
    person.says("known already", at=begin)
    desk.visit(person)
    expect(desk.row(person).locator(".badge")).to_have_count(0)
    desk.open()
    for number in range(40):
        person.says(f"new {number:02}" + "\nand more" * 4, at=begin + 1 + number)
    expect(desk.row(person).locator(".badge")).to_have_text("40")
    desk.visit(person)
    expect(desk.page.locator("#log .unread-line")).to_be_in_viewport()
    expect(desk.bubble("new 00")).to_be_in_viewport()
    expect(desk.bubble("known already")).to_have_count(1)
    pill = desk.page.locator("[data-newest]")
    expect(pill).to_contain_text("40")
    pill.click()
    expect(desk.bubble("new 39")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def _scroll_up(desk: Desk) -> int:
    desk.log.evaluate("log => log.scrollTop = 0")
    return desk.bubbles.count()


def test_search_finds_what_was_written(desk: Desk, person: Person, make_person: MakePerson) -> None:
    other = make_person()
    person.says("the zebra kettle, please")
    other.says("something else")
    desk.open()
    expect(desk.row(person)).to_be_visible()
    expect(desk.row(other)).to_be_visible()
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("zebra ket")
    expect(desk.row(other)).to_have_count(0)
    expect(desk.row(person)).to_be_visible()
