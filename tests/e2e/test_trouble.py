"""When sending does not go its way, the agent sees what happened and can do something about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.demo import Person
from tests.e2e.desk import Desk

Faults = Callable[..., dict[str, Any]]


def test_message_waits_while_the_gateway_is_away_and_then_goes(
    desk: Desk, person: Person, faults: Faults
) -> None:
    person.says("are you there?")
    desk.visit(person)
    faults(mode="refuse", seconds=4)
    bubble = desk.send("We are")
    desk.expect_tick(bubble, "pending")
    expect(bubble.locator(".verdict")).to_contain_text("The WhatsApp gateway cannot be reached.")
    expect(bubble.get_by_role("button", name="Cancel")).to_be_visible()
    desk.expect_tick(bubble, "sent")
    expect(bubble.locator(".verdict")).to_have_count(0)
    assert person.texts() == ["We are"]


def test_failed_message_says_why_and_retry_sends_it(desk: Desk, person: Person) -> None:
    person.says("call me")
    desk.visit(person)
    person.becomes(registered=False)
    bubble = desk.send("We will")
    desk.expect_tick(bubble, "failed")
    expect(bubble.locator(".verdict")).to_contain_text("Not sent: This number is not on WhatsApp.")
    assert person.received() == []
    person.becomes(registered=True)
    bubble.get_by_role("button", name="Retry").click()
    desk.expect_tick(bubble, "sent")
    expect(bubble.locator(".verdict")).to_have_count(0)
    expect(bubble).to_have_count(1)
    assert person.texts() == ["We will"]


def test_uncertain_message_is_sent_again_when_the_agent_says_so(
    desk: Desk, person: Person, faults: Faults
) -> None:
    person.says("did you write?")
    desk.visit(person)
    faults(mode="status", status=504, path="/send/message")
    bubble = desk.send("Maybe I did")
    desk.expect_tick(bubble, "uncertain")
    expect(bubble.locator(".verdict")).to_contain_text("Not sure it arrived.")
    expect(bubble.get_by_role("button", name="It arrived")).to_be_visible()
    assert person.received() == []
    bubble.get_by_role("button", name="Send again").click()
    desk.expect_tick(bubble, "sent")
    assert person.texts() == ["Maybe I did"]


def test_uncertain_message_rests_when_the_agent_knows_that_it_arrived(
    desk: Desk, person: Person, faults: Faults
) -> None:
    person.becomes(quiet_ack=True)
    person.says("did you write?")
    desk.visit(person)
    faults(mode="status", status=504, path="/send/message", executed=True)
    bubble = desk.send("I surely did")
    desk.expect_tick(bubble, "uncertain")
    assert person.texts() == ["I surely did"]
    bubble.get_by_role("button", name="It arrived").click()
    desk.expect_tick(bubble, "sent")
    expect(bubble.locator(".verdict")).to_have_count(0)
    assert person.texts() == ["I surely did"]


def test_lost_answer_is_settled_by_the_gateways_record(desk: Desk, person: Person, faults: Faults) -> None:
    person.says("did you write?")
    desk.visit(person)
    faults(mode="timeout_after", path="/send/message", seconds=0)
    bubble = desk.send("Lost on the way back")
    desk.expect_tick(bubble, "sent")
    expect(bubble).to_have_count(1)
    assert person.texts() == ["Lost on the way back"]


def test_message_written_without_a_connection_goes_when_it_is_back(
    desk: Desk, person: Person, watch: Any
) -> None:
    watch.tolerate("ERR_INTERNET_DISCONNECTED|htmx:(sendError|afterRequest)")
    person.says("still there?")
    desk.visit(person)
    desk.page.context.set_offline(True)
    try:
        bubble = desk.send("Back in a moment")
        expect(bubble.locator(".verdict")).to_contain_text("No connection.")
    finally:
        desk.page.context.set_offline(False)
    desk.expect_tick(bubble, "sent")
    expect(bubble).to_have_count(1)
    assert person.texts() == ["Back in a moment"]
