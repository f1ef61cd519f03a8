"""Proposals: who may be one person, and why; never who somebody said is two."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from rookery import db
from rookery.accounts.models import Account
from rookery.conversations.actions import duplicates, merging
from rookery.conversations.actions.duplicates import Proposal
from rookery.conversations.models import Address, Contact, GroupMember
from tests.cast import Cast
from tests.conversations.talk import LID, NUMBER, resolve

GROUP = "120363041234567890@g.us"
OTHER = "5511940001234@s.whatsapp.net"


def scan(cast: Cast) -> list[Proposal]:
    return duplicates.scan(cast.account.pk)


def person(cast: Cast, **fields: str) -> int:
    return Contact.objects.create(account=cast.account, listed=True, **fields).pk


def named(cast: Cast, address: str, **fields: str) -> int:
    contact_id = resolve(cast, address)
    Contact.objects.filter(pk=contact_id).update(**fields)
    return contact_id


def in_group(group: int, *people: int) -> None:
    for contact_id in people:
        GroupMember.objects.create(group_id=group, contact_id=contact_id)


def test_scan_when_a_number_lacks_its_ninth_digit(cast: Cast) -> None:
    seen, typed = resolve(cast, NUMBER), person(cast, phone="+552187650000")
    assert scan(cast) == [Proposal(seen, typed, "number")]
    assert not scan(cast)[0].is_weak


def test_scan_when_a_number_stands_in_two_contacts(cast: Cast) -> None:
    one, other = person(cast, phone="+525512345678"), person(cast, phone="+5215512345678")
    person(cast, phone="+5511940001234")
    assert scan(cast) == [Proposal(one, other, "number")]


def test_scan_when_an_address_is_stored_under_an_older_key(cast: Cast) -> None:
    one, other = resolve(cast, NUMBER), person(cast)
    Address.objects.create(
        account=cast.account,
        contact_id=other,
        kind="pn",
        key="5521987650000",
        jid="5521987650000@s.whatsapp.net",
    )
    assert scan(cast) == [Proposal(one, other, "number")]


def test_scan_when_two_have_one_email(cast: Cast) -> None:
    one, other = person(cast, email="ana@example.com"), person(cast, email="Ana@example.com")
    assert scan(cast) == [Proposal(one, other, "email")]


def test_scan_when_a_hidden_and_a_known_number_are_saved_under_one_name(cast: Cast) -> None:
    one, other = named(cast, LID, saved_name="Ana Bakery"), named(cast, NUMBER, saved_name="ana  bakery")
    assert scan(cast) == [Proposal(one, other, "saved_name")]
    assert scan(cast)[0].is_weak


def test_scan_when_a_hidden_number_calls_itself_like_somebody_in_the_same_group(cast: Cast) -> None:
    one, other = named(cast, LID, push_name="Ana"), named(cast, NUMBER, push_name="ana")
    assert scan(cast) == [], "a name alone says nothing"
    in_group(resolve(cast, GROUP, kind="group"), one, other)
    assert scan(cast) == [Proposal(one, other, "name_and_group")]
    assert scan(cast)[0].is_weak


def test_scan_when_two_could_be_meant_proposes_neither(cast: Cast) -> None:
    trio = [
        named(cast, LID, push_name="Ana"),
        named(cast, NUMBER, push_name="Ana"),
        named(cast, OTHER, push_name="Ana"),
    ]
    in_group(resolve(cast, GROUP, kind="group"), *trio)
    assert scan(cast) == []


def test_scan_never_proposes_who_was_said_to_be_two(cast: Cast) -> None:
    one, other = resolve(cast, NUMBER), person(cast, phone="+552187650000")
    with db.write():
        merging.do_set_apart(cast.account.pk, other, one)
    assert scan(cast) == []


def test_scan_never_proposes_two_lids(cast: Cast) -> None:
    one, other = resolve(cast, NUMBER, LID), resolve(cast, "11122233344455@lid")
    Contact.objects.filter(pk__in=(one, other)).update(email="ana@example.com")
    assert scan(cast) == []


def test_scan_sees_its_own_account_and_whoever_is_not_merged(cast: Cast) -> None:
    one, other = resolve(cast, NUMBER), person(cast, phone="+552187650000")
    elsewhere = Account.objects.exclude(pk=cast.account.pk).get()
    Contact.objects.create(account=elsewhere, phone="+552187650000")
    assert len(scan(cast)) == 1
    merging.do_merge(cast.account.pk, one, other, reason="digit", by=cast.admin)
    assert scan(cast) == []


def test_scan_proposes_nobody_when_many_share_a_telephone(cast: Cast) -> None:
    for _ in range(20):
        person(cast, phone="+552187650000")
    assert scan(cast) == []


def test_scan_reads_the_same_number_of_times_whatever_the_size(cast: Cast) -> None:
    def reads() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            scan(cast)
        return len(seen)

    few = reads()
    for number in range(60):
        person(cast, phone=f"+1555{number // 2:07d}")
    assert len(scan(cast)) == 30
    assert reads() == few
