"""What a contact is called: the best source's newest word, whatever came first."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery import db, journal
from rookery.channels.models import Channel
from rookery.conversations.actions import names
from rookery.conversations.models import Contact
from tests.cast import Cast
from tests.conversations.talk import NUMBER, resolve

GROUP = "120363041234567890@g.us"
HEARD = [
    ("push", "Ana", 10, "E1"),
    ("push", "Ana B", 20, "E2"),
    ("push", "Ana C", 20, "E3"),
    ("saved", "Ana Café", 5, "E4"),
    ("saved", "Ana Bakery", 15, "E5"),
]


def hear(contact_id: int, source: str, name: str, at: int, event_id: str) -> None:
    act = names.do_heard_push_name if source == "push" else names.do_heard_saved_name
    with db.write():
        act(contact_id, name, at, event_id)


def called(contact_id: int) -> tuple[str, str]:
    contact = Contact.objects.get(pk=contact_id)
    return contact.name, contact.name_source


@pytest.mark.parametrize("order", list(permutations(HEARD))[::11])
def test_name_in_any_order_is_the_best_sources_newest(
    cast: Cast, order: tuple[tuple[str, str, int, str], ...]
) -> None:
    contact_id = resolve(cast, NUMBER)
    for one in (*order, order[0]):
        hear(contact_id, *one)
    contact = Contact.objects.get(pk=contact_id)
    assert called(contact_id) == ("Ana Bakery", "saved")
    assert (contact.push_name, contact.name_at, contact.name_event) == ("Ana C", 20, "E3")


def test_name_by_an_agent_goes_before_all_and_falls_back_when_cleared(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER)
    hear(contact_id, *HEARD[0])
    contact = names.do_set_agent_name(
        Contact.objects.get(pk=contact_id), "  Ana\u202e  Maria ", by=cast.agent
    )
    assert (contact.name, contact.listed) == ("Ana Maria", True)
    hear(contact_id, *HEARD[3])
    assert called(contact_id) == ("Ana Maria", "agent")
    names.do_set_agent_name(contact, "")
    assert called(contact_id) == ("Ana Café", "saved")
    hear(contact_id, "saved", "", 30, "E9")
    assert called(contact_id) == ("Ana", "push")


def test_name_when_nobody_said_one_is_empty(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER)
    hear(contact_id, "push", " \u200b\u202e ", 1, "E")
    assert called(contact_id) == ("", "")


def test_name_of_a_group_is_its_subject(cast: Cast) -> None:
    contact_id = resolve(cast, GROUP, kind="group")
    hear(contact_id, "saved", "Café Rookery", 1, "E")
    assert called(contact_id) == ("Café Rookery", "subject"), "a group may be called like us"


@pytest.mark.parametrize("source", ["push", "saved"])
@pytest.mark.parametrize("name", ["Café Rookery", "CAFÉ  ROOKERY", "Rookery Team"])
def test_name_that_is_our_own_is_nobodys(cast: Cast, source: str, name: str) -> None:
    Channel.objects.update(settings={"push_name": "Rookery Team"})
    contact_id = resolve(cast, NUMBER)
    hear(contact_id, source, "Ana", 10, "E1")
    hear(contact_id, source, name, 20, "E2")
    assert called(contact_id)[0] == "Ana"
    hear(contact_id, source, "Bea", 15, "E3")
    assert called(contact_id)[0] == "Bea", "what is not believed moves no mark"


def test_name_is_told_only_when_it_changes(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER)
    hear(contact_id, "push", "Ana", 10, "E1")
    since = journal.latest_id()
    hear(contact_id, "push", "Ana", 20, "E2")
    assert journal.latest_id() == since
    hear(contact_id, "push", "Bea", 30, "E3")
    assert journal.latest_id() > since


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana\x00\x1b[31m", "Ana[31m"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066Ana\u2069 \u200fB", "Ana B"),
        ("Ana\r\n\u2028B\tC", "Ana B C"),
        ("👩\u200d🍳 Ana", "👩\u200d🍳 Ana"),
        ("x" * 400, "x" * 255),
        ("\u200d\u200c", ""),
    ],
)
def test_clean(name: str, shown: str) -> None:
    assert names.clean(name) == shown


@given(st.text())
def test_clean_when_done_twice_changes_nothing_more(name: str) -> None:
    once = names.clean(name)
    assert names.clean(once) == once
    assert len(once) <= names.MOST
