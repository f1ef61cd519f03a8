"""/events: administrators of the number's account alone, a stranger's bytes as text."""

from __future__ import annotations

import pytest
from django.test import Client

from rookery.accounts.models import AuditEntry, User
from rookery.intake import claims
from rookery.intake.models import RawEvent
from tests import make
from tests.cast import Cast

HOSTILE = b'{"event":"x","body":"<script>alert(1)</script><img src=x onerror=alert(2)>\\u202e\x00\xff"}'


@pytest.fixture
def parked(cast: Cast) -> RawEvent:
    row = make.store(cast.channel, HOSTILE)[0]
    claims.park(row.pk, "Unparsable<b>")
    return RawEvent.objects.get(pk=row.pk)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_administrator_sees_the_list_and_the_bytes_as_text(
    cast: Cast, parked: RawEvent, client: Client
) -> None:
    signed_in(client, cast.admin)
    listed = client.get("/events").content.decode()
    assert f'href="/events/{parked.pk}"' in listed
    assert "Unparsable&lt;b&gt;" in listed
    assert '<code dir="ltr">x</code>' in listed
    answer = client.get(f"/events/{parked.pk}")
    shown = answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "\u202e" not in shown
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_nothing_parked_says_so(cast: Cast, client: Client) -> None:
    assert b"Nothing is parked" in signed_in(client, cast.admin).get("/events").content


def test_an_agent_of_the_inbox_sees_that_it_is_there_but_no_words(cast: Cast, client: Client) -> None:
    body = make.text_event(
        "my card is 4111", chat="5521987650000", from_name="Bia Nunes", basic_password="hunter2"
    )
    row = make.store(cast.channel, body)[0]
    claims.park(row.pk, "KeyError")
    signed_in(client, cast.agent)
    assert f'href="/events/{row.pk}"' in client.get("/events").content.decode()
    shown = client.get(f"/events/{row.pk}").content.decode()
    for secret in ("4111", "Bia", "5521987650000", "hunter2"):
        assert secret not in shown
    assert "0000@s.whatsapp.net" in shown
    assert "Replay" not in client.get("/events").content.decode()
    assert client.post(f"/events/{row.pk}/replay").status_code == 404
    assert client.post("/events/replay").status_code == 404
    assert RawEvent.objects.get(pk=row.pk).state == RawEvent.State.PARKED
    signed_in(client, cast.admin)
    shown = client.get(f"/events/{row.pk}").content.decode()
    assert "my card is 4111" in shown
    assert "hunter2" not in shown


def test_what_is_no_json_is_shown_to_administrators_alone(
    cast: Cast, parked: RawEvent, client: Client
) -> None:
    shown = signed_in(client, cast.agent).get(f"/events/{parked.pk}").content.decode()
    assert "It is no JSON" in shown
    assert "alert(1)" not in shown


def test_an_agent_without_the_inbox_finds_nothing(cast: Cast, parked: RawEvent, client: Client) -> None:
    signed_in(client, cast.bystander)
    assert f"/events/{parked.pk}" not in client.get("/events").content.decode()
    assert client.get(f"/events/{parked.pk}").status_code == 404
    assert client.post(f"/events/{parked.pk}/replay").status_code == 404
    assert RawEvent.objects.get(pk=parked.pk).state == RawEvent.State.PARKED


def test_reasons_are_counted_and_one_reasons_events_replayed(cast: Cast, client: Client) -> None:
    rows = make.store(cast.channel, *(make.text_event() for _ in range(5)))
    for row in rows[:3]:
        claims.park(row.pk, "unparsable")
    for row in rows[3:]:
        claims.park(row.pk, "KeyError")
    signed_in(client, cast.admin)
    listed = client.get("/events").content.decode()
    assert "not an event of any gateway version" in listed
    assert "5 events" in listed
    only = client.get("/events?reason=KeyError").content.decode()
    assert f'href="/events/{rows[4].pk}"' in only
    assert f'href="/events/{rows[0].pk}"' not in only
    assert client.post("/events/replay", {"reason": "KeyError"}).status_code == 302
    states = list(RawEvent.objects.order_by("pk").values_list("state", flat=True))
    assert states == [RawEvent.State.PARKED] * 3 + [RawEvent.State.NEW] * 2
    client.post("/events/replay")
    assert not RawEvent.objects.filter(state=RawEvent.State.PARKED).exists()
    assert AuditEntry.objects.filter(action="events.replayed").count() == 2


def test_administrator_of_another_account_finds_none_of_ours(
    cast: Cast, parked: RawEvent, client: Client
) -> None:
    signed_in(client, cast.outsider)
    assert f"/events/{parked.pk}" not in client.get("/events").content.decode()
    assert client.get(f"/events/{parked.pk}").status_code == 404
    assert client.post(f"/events/{parked.pk}/replay").status_code == 404


def test_nobody_signed_in_is_sent_to_the_door(cast: Cast, parked: RawEvent, client: Client) -> None:
    assert client.get("/events").status_code == 302
    assert client.post(f"/events/{parked.pk}/replay").status_code in (302, 401)
    assert RawEvent.objects.get(pk=parked.pk).state == RawEvent.State.PARKED


def test_replay_makes_it_new_and_is_written_down(cast: Cast, parked: RawEvent, client: Client) -> None:
    signed_in(client, cast.admin)
    assert client.get(f"/events/{parked.pk}/replay").status_code == 405
    answer = client.post(f"/events/{parked.pk}/replay")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/events")
    row = RawEvent.objects.get(pk=parked.pk)
    assert (row.state, row.attempts, row.error) == (RawEvent.State.NEW, 0, "")
    entry = AuditEntry.objects.get(action="event.replayed")
    assert (entry.actor, entry.target_id) == (cast.admin, parked.pk)
    assert client.post(f"/events/{parked.pk}/replay").status_code == 404


def test_events_that_are_done_are_not_shown(cast: Cast, client: Client) -> None:
    row = make.store(cast.channel, make.text_event("private words"))[0]
    claims.mark_done([row.pk])
    assert signed_in(client, cast.admin).get(f"/events/{row.pk}").status_code == 404


def test_long_list_goes_on_by_a_link(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rookery.ops.parked_page.SHOWN", 2)
    rows = make.store(cast.channel, *[make.text_event(str(number)) for number in range(3)])
    for row in rows:
        claims.park(row.pk, "x")
    first = signed_in(client, cast.admin).get("/events").content.decode()
    assert "3 events" in first
    assert f"?before={rows[1].pk}" in first
    second = client.get(f"/events?before={rows[1].pk}").content.decode()
    assert f"/events/{rows[0].pk}" in second
    assert f"/events/{rows[1].pk}" not in second
