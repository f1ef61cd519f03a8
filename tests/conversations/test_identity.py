"""Aliases lead to contacts, and what proves to be one person becomes one, in any order."""

from __future__ import annotations

from itertools import permutations

import pytest

from rookery import db
from rookery.accounts.models import Account
from rookery.conversations.actions import identity
from rookery.conversations.actions.merging import do_set_apart
from rookery.conversations.models import Address, Contact, ContactInbox, Merge
from tests.cast import Cast
from tests.conversations.talk import LID, NUMBER, OLD_NUMBER, aliases, owner, resolve, say

OTHER = "5511940001234@s.whatsapp.net"
OTHER_LID = "11122233344455@lid"
NEW_NUMBER = "5511940009999@s.whatsapp.net"


def shape() -> set[tuple[str, ...]]:
    """Who is who, without keys: the addresses of each person."""
    people = Contact.objects.filter(merged_into__isnull=True, addresses__isnull=False).distinct()
    return {tuple(sorted(person.addresses.values_list("key", flat=True))) for person in people}


def same(cast: Cast, texts: list[str], contact_id: int) -> bool | None:
    return identity.same_person(cast.account.pk, aliases(*texts), contact_id)


def test_resolve_when_nobody_is_known_makes_an_unlisted_contact(cast: Cast) -> None:
    contact = Contact.objects.get(pk=resolve(cast, NUMBER, LID))
    assert not contact.listed
    assert contact.phone == "+5521987650000"
    assert set(contact.addresses.values_list("kind", flat=True)) == {"pn", "lid"}


@pytest.mark.parametrize("texts", [[NUMBER], [LID], [OLD_NUMBER], [LID, NUMBER], ["5521987650000@c.us"]])
def test_resolve_when_any_alias_is_known_finds_the_contact(cast: Cast, texts: list[str]) -> None:
    known = resolve(cast, NUMBER, LID)
    assert resolve(cast, *texts) == known
    assert Contact.objects.count() == 1


def test_resolve_says_whether_something_was_learnt(cast: Cast) -> None:
    with db.write():
        assert identity.do_resolve_contact(cast.account.pk, aliases(NUMBER), "person")[1]
        assert not identity.do_resolve_contact(cast.account.pk, aliases(NUMBER), "person")[1]
        assert identity.do_resolve_contact(cast.account.pk, aliases(NUMBER, LID), "person")[1]
        assert not identity.do_resolve_contact(cast.account.pk, aliases(LID, NUMBER), "person")[1]


def test_resolve_when_an_event_names_both_halves_joins_their_contacts(cast: Cast) -> None:
    by_number, by_lid = resolve(cast, NUMBER), resolve(cast, LID)
    before = Account.objects.get(pk=cast.account.pk).identity_epoch
    assert by_number != by_lid
    assert resolve(cast, NUMBER, LID) == by_number
    assert Contact.objects.get(pk=by_lid).merged_into_id == by_number
    assert Merge.objects.get().reason == "pair"
    assert Account.objects.get(pk=cast.account.pk).identity_epoch > before


SIGHTINGS = [(NUMBER,), (LID,), (NUMBER, LID), (OTHER,), (OTHER_LID, OTHER), (OLD_NUMBER,)]


@pytest.mark.parametrize("order", list(permutations(SIGHTINGS))[::29])
def test_resolve_in_any_order_ends_with_the_same_people(
    cast: Cast, order: tuple[tuple[str, ...], ...]
) -> None:
    for texts in order:
        resolve(cast, *texts)
    assert shape() == {
        ("552187650000", "98765432101234"),
        ("11122233344455", "5511940001234"),
    }
    assert owner(LID).phone == "+5521987650000"


@pytest.mark.parametrize(
    "order", list(permutations([(NUMBER, LID), (NEW_NUMBER, LID), (NUMBER,), (NEW_NUMBER,)]))[::3]
)
def test_resolve_when_somebody_changed_their_number_keeps_the_person(
    cast: Cast, order: tuple[tuple[str, ...], ...]
) -> None:
    for texts in order:
        resolve(cast, *texts)
    assert shape() == {("5511940009999", "552187650000", "98765432101234")}
    say(cast, [NEW_NUMBER, LID], "M1")
    assert ContactInbox.objects.get().jid == LID, (
        "the gateway knows the number behind a LID; an old one is a stranger's"
    )


@pytest.mark.parametrize(
    "order", list(permutations([(NUMBER, LID), (NUMBER, OTHER_LID), (LID,), (OTHER_LID,)]))[::3]
)
def test_resolve_when_a_number_changed_hands_goes_by_the_lid(
    cast: Cast, order: tuple[tuple[str, ...], ...]
) -> None:
    for texts in order:
        resolve(cast, *texts)
    assert owner(LID) != owner(OTHER_LID)
    assert resolve(cast, NUMBER, LID) == owner(LID).pk
    assert resolve(cast, NUMBER, OTHER_LID) == owner(OTHER_LID).pk
    assert not Merge.objects.filter(kept=owner(LID), merged=owner(OTHER_LID)).exists()


@pytest.mark.parametrize("texts", [[NUMBER, OTHER, LID], [NUMBER, LID, OTHER_LID], [LID, NUMBER, OTHER]])
def test_resolve_when_one_payload_contradicts_itself_believes_the_number_alone(
    cast: Cast, texts: list[str]
) -> None:
    resolve(cast, *texts)
    assert shape() == {("552187650000",)}


def test_resolve_when_somebody_said_they_are_two_joins_nothing(cast: Cast) -> None:
    by_number, by_lid = resolve(cast, NUMBER), resolve(cast, LID)
    with db.write():
        do_set_apart(cast.account.pk, by_lid, by_number)
    assert resolve(cast, NUMBER, LID) == by_number
    assert resolve(cast, LID) == by_lid
    assert not Merge.objects.exists()


def test_resolve_when_dialled_form_differs_writes_to_the_one_that_was_seen(cast: Cast) -> None:
    with db.write():
        identity.do_resolve_contact(cast.account.pk, aliases(NUMBER), "person", seen=False)
    assert not Address.objects.get().seen
    say(cast, OLD_NUMBER, "M1")
    assert Address.objects.get().jid == ContactInbox.objects.get().jid == OLD_NUMBER


@pytest.mark.parametrize("order", [(NUMBER, OLD_NUMBER), (OLD_NUMBER, NUMBER)])
def test_resolve_when_two_spellings_are_seen_any_order_ends_with_one(
    cast: Cast, order: tuple[str, str]
) -> None:
    for text in order:
        say(cast, text, text)
    assert Address.objects.get().jid == ContactInbox.objects.get().jid == NUMBER
    assert owner(NUMBER).phone == "+5521987650000"


def test_resolve_when_the_account_is_another_one_knows_nobody(cast: Cast) -> None:
    known = resolve(cast, NUMBER)
    elsewhere = Account.objects.exclude(pk=cast.account.pk).get()
    with db.write():
        assert identity.do_resolve_contact(elsewhere.pk, aliases(NUMBER), "person")[0] != known


def test_same_person_when_an_alias_is_the_contacts(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER, LID)
    assert same(cast, [LID], contact_id) is True
    assert same(cast, [OLD_NUMBER, OTHER_LID], resolve(cast, NUMBER)) is False, (
        "a LID decides before a number"
    )


def test_same_person_when_nothing_can_be_compared_is_not_known(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER)
    assert same(cast, [LID], contact_id) is None
    resolve(cast, LID)
    assert same(cast, [LID], contact_id) is None
    resolve(cast, NUMBER, LID)
    assert same(cast, [LID], contact_id) is True


def test_same_person_when_it_is_somebody_else(cast: Cast) -> None:
    contact_id = resolve(cast, NUMBER)
    assert same(cast, [OTHER], contact_id) is False
    resolve(cast, OTHER, OTHER_LID)
    assert same(cast, [OTHER_LID], contact_id) is False, "known by its number"


def test_same_person_when_somebody_said_they_are_two(cast: Cast) -> None:
    by_number, by_lid = resolve(cast, NUMBER), resolve(cast, LID)
    with db.write():
        do_set_apart(cast.account.pk, by_number, by_lid)
    assert same(cast, [LID], by_number) is False
