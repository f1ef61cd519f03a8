"""A prepared queryset answers what the queryset itself answers."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rookery.conversations.models import Contact, Conversation, Inbox
from rookery.db.prepared import Prepared
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _contacts(cast: Cast, count: int) -> list[Contact]:
    return [
        Contact.objects.create(account=cast.account, name=f"person {number}", custom_attributes={"n": number})
        for number in range(count)
    ]


def test_instances_with_their_relations_and_converted_columns(cast: Cast) -> None:
    made = _contacts(cast, 5)
    prepared = Prepared(
        lambda account, ids: (
            Contact.objects.filter(account_id=account, pk__in=ids)
            .select_related("account", "merged_into")
            .order_by("-pk")
        )
    )
    wanted = [made[0].pk, made[3].pk, made[4].pk]
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            found = prepared(cast.account.pk, wanted)
            names = [(row.name, row.account.name, row.merged_into, row.custom_attributes) for row in found]
        assert names == [(f"person {n}", cast.account.name, None, {"n": n}) for n in (4, 3, 0)]
        assert len(asked) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 33])
def test_lists_of_any_length(cast: Cast, count: int) -> None:
    made = _contacts(cast, 40)
    prepared = Prepared(lambda ids: Contact.objects.filter(pk__in=ids).order_by("pk"))
    assert prepared([row.pk for row in made[:count]]) == made[:count]
    assert prepared([]) == []


def test_arguments_are_never_kept_from_one_call_to_the_next(cast: Cast) -> None:
    first, second = _contacts(cast, 2)
    prepared = Prepared(lambda pk: Contact.objects.filter(pk=pk))
    assert prepared(first.pk) == [first]
    assert prepared(second.pk) == [second]
    assert prepared(-1) == []


def test_constants_of_the_queryset_stay(cast: Cast) -> None:
    Inbox.objects.create(account=cast.account, name="Other")
    prepared = Prepared(lambda account: Inbox.objects.filter(account_id=account, name="Other"))
    assert [row.name for row in prepared(cast.account.pk)] == ["Other"]


def test_distinct_order_and_slices(cast: Cast) -> None:
    made = _contacts(cast, 6)
    prepared = Prepared(
        lambda account: Contact.objects.filter(account_id=account).distinct().order_by("-pk")[1:4]
    )
    assert prepared(cast.account.pk) == [made[4], made[3], made[2]]


def test_columns_are_what_the_queryset_reads(cast: Cast) -> None:
    Contact.objects.create(account=cast.account, name="one", custom_attributes={"a": [1, None]})
    (found,) = Prepared(lambda account: Contact.objects.filter(account_id=account))(cast.account.pk)
    assert found.__dict__.keys() == Contact.objects.get().__dict__.keys()
    expected = Contact.objects.get()
    for field in Contact._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname), field.name
    (account,) = Prepared(lambda pk: type(cast.account).objects.filter(pk=pk))(cast.account.pk)
    assert account.created_at == cast.account.created_at  # aware, whatever the database keeps


@pytest.mark.django_db(transaction=True)
def test_each_thread_prepares_for_itself(cast: Cast) -> None:
    prepared = Prepared(lambda account: Conversation.objects.filter(account_id=account))
    answers: list[list[Conversation]] = [prepared(cast.account.pk)]

    def ask() -> None:
        answers.append(prepared(cast.account.pk))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert answers == [[], []]
