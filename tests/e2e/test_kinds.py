"""Every kind of message, and what happens to messages afterwards, live on the page of an agent."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import MakeDesk, MakePerson
from tests.e2e.demo import AGENT, Demo, Person
from tests.e2e.desk import Desk

MAP = {"degreesLatitude": -22.9519, "degreesLongitude": -43.2105, "name": "Demo <b>Shop</b>"}
TAGS = '<img src=/boom onerror="window.harmed=1">'


def test_changes_to_earlier_messages_are_seen_as_they_come(desk: Desk, demo: Demo, person: Person) -> None:
    first, second = person.says("At six"), person.says("Wrong chat")
    desk.visit(person)
    expect(desk.bubbles).to_have_count(2)
    demo.control(f"/contacts/{person.phone}/edit", id=first, text="At five")
    expect(desk.bubble("At five")).to_be_visible()
    demo.control("/phone/react", id=first, emoji="👍")
    expect(desk.page.get_by_role("button", name="👍 by You")).to_be_visible()
    demo.control("/phone/react", id=first, emoji="")
    expect(desk.page.locator(".reaction")).to_have_count(0)
    demo.control(f"/contacts/{person.phone}/revoke", id=second)
    expect(desk.page.get_by_text("Deleted by the sender")).to_be_visible()
    expect(desk.log).not_to_contain_text("Wrong chat")


def test_bubble_tells_more_to_who_asks_and_forgets_it_again(desk: Desk, demo: Demo, person: Person) -> None:
    edited, deleted = person.says("At six"), person.says("Wrong chat")
    demo.control(f"/contacts/{person.phone}/edit", id=edited, text="At five")
    demo.control(f"/contacts/{person.phone}/revoke", id=deleted)
    desk.visit(person)
    more = desk.page.locator("#message-more")
    desk.page.get_by_role("button", name="Edited: earlier versions").click()
    expect(more).to_contain_text("At six")
    more.get_by_role("button", name="Close").click()
    expect(more).to_be_empty()
    desk.page.locator(".revoked").get_by_role("button", name="Show").click()
    expect(more).to_contain_text("Wrong chat")
    desk.page.keyboard.press("Escape")
    expect(more).to_be_hidden()
    expect(more).to_be_empty()


def test_agent_is_not_offered_what_only_administrators_may_read(
    make_desk: MakeDesk, demo: Demo, person: Person
) -> None:
    deleted = person.says("Wrong chat")
    demo.control(f"/contacts/{person.phone}/revoke", id=deleted)
    desk = make_desk(AGENT).visit(person)
    revoked = desk.page.locator(".revoked")
    expect(revoked).to_contain_text("Deleted by the sender")
    expect(revoked.get_by_role("button")).to_have_count(0)


def test_people_in_a_group_are_told_apart(desk: Desk, demo: Demo, make_person: MakePerson) -> None:
    ana, bia = make_person("Ana Groupe"), make_person("Bia Groupe")
    jid = "120363041111111111@g.us"
    demo.control("/groups", subject="Suppliers one", jid=jid, members=[ana.phone, bia.phone])
    said = ana.says("Who has the key?", chat=jid)
    bia.says(f"Ask @{ana.phone}", chat=jid, mentions=[ana.phone])
    desk.visit(Person(demo, jid, "Suppliers one"))
    expect(desk.bubble("Who has the key?").locator(".name")).to_have_text("Ana Groupe")
    expect(desk.bubble("Who has the key?").locator(".face .avatar")).to_have_text("AG")
    expect(desk.page.locator(".mention")).to_have_text("@Ana Groupe")
    for who in (ana, bia):
        demo.control(f"/contacts/{who.phone}/react", id=said, emoji="🔑", chat=jid)
    both = re.compile("🔑 by (Ana Groupe and Bia Groupe|Bia Groupe and Ana Groupe)")  # both in one second
    expect(desk.page.get_by_role("button", name=both)).to_be_visible()
    demo.control(f"/groups/{jid}/remove", phones=[bia.phone])
    expect(desk.page.locator(".bubble.activity").last).to_contain_text("Bia Groupe")


def test_card_leads_to_a_conversation(desk: Desk, person: Person) -> None:
    person.says(contact={"name": "Zed Carded", "phone": "+1 555 020 9999"})
    desk.visit(person)
    card = desk.page.locator(".contact-card")
    card.get_by_role("button", name="Save Zed Carded as a contact").click()
    expect(card.get_by_text("Saved")).to_be_visible()
    card.get_by_role("button", name="Start conversation with").click()
    expect(desk.head.locator(".talk-name")).to_have_text("Zed Carded")
    expect(desk.reply_box).to_be_visible()


def test_strangers_places_and_cards_are_text(desk: Desk, person: Person) -> None:
    person.says(kind="location", content=MAP)
    person.says(contact={"name": TAGS, "phone": "1"})
    person.says("hi", referral={"ad_title": TAGS, "source_url": "javascript:window.harmed=1"})
    desk.visit(person)
    expect(desk.bubbles).to_have_count(3)
    expect(desk.page.locator(".place")).to_contain_text("Demo <b>Shop</b>")
    expect(desk.page.locator(".contact-card")).to_contain_text(TAGS)
    expect(desk.page.locator(".referral")).to_contain_text(TAGS)
    expect(desk.page.locator(".referral a")).to_have_count(0)
    assert desk.page.evaluate("window.harmed === undefined && !document.querySelector('[onerror]')")


def test_recording_is_shown_as_recording(desk: Desk, demo: Demo, person: Person) -> None:
    person.says("hello")
    desk.visit(person)
    demo.control(f"/contacts/{person.phone}/type", state="composing", media="audio")
    expect(desk.head.get_by_text("recording…")).to_be_visible()
    expect(desk.row(person).get_by_text("recording…")).to_be_visible()
    demo.control(f"/contacts/{person.phone}/type", state="composing")
    expect(desk.head.get_by_text("typing…")).to_be_visible()
    expect(desk.head.get_by_text("recording…")).to_be_hidden()
