"""The rows of a busy inbox are made once for all who see the same, and never for anybody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from rookery import journal
from rookery.processing.worker import Processor
from rookery.web import shared
from tests import make
from tests.cast import Cast

HERE = {"X-Rookery-Cursor": "x-0"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    shared.forget()
    yield
    shared.forget()


def rows(user: object, headers: dict[str, str] | None = None, query: str = "") -> tuple[str, str]:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    answer = client.get(f"/inbox/rows{query}", headers=HERE if headers is None else headers)
    return answer.content.decode(), answer.headers.get("X-Rookery-Cursor", "")


def arrives(cast: Cast, text: str) -> None:
    make.store(cast.channel, make.text_event(text, at=f"2026-03-04T12:00:0{len(text)}Z"))
    Processor().drain()


def test_colleague_is_given_the_same_answer_and_told_how_old_it_is(cast: Cast) -> None:
    arrives(cast, "a")
    _, cursor = rows(cast.admin)
    assert cursor == journal.position()
    arrives(cast, "bb")
    body, later = rows(cast.admin)
    assert "bb" not in body
    assert later == cursor
    assert later != journal.position()  # by which the page knows that it must ask again


def test_answer_is_made_anew_when_its_moment_is_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    arrives(cast, "a")
    rows(cast.admin)
    arrives(cast, "bb")
    monkeypatch.setattr(shared, "SECONDS", 0.0)
    assert "bb" in rows(cast.admin)[0]


def test_page_that_does_not_say_where_it_stands_gets_a_fresh_one(cast: Cast) -> None:
    arrives(cast, "a")
    rows(cast.admin)
    arrives(cast, "bb")
    assert "bb" in rows(cast.admin, {})[0]


@pytest.mark.parametrize("who", ["bystander", "outsider"])
def test_stranger_is_never_given_what_a_member_was_given(cast: Cast, who: str) -> None:
    arrives(cast, "secret plan")
    assert "secret plan" in rows(cast.admin)[0]
    assert "secret plan" in rows(cast.agent)[0]
    assert "secret plan" not in rows(getattr(cast, who))[0]


def test_other_filter_is_another_answer(cast: Cast) -> None:
    arrives(cast, "a")
    assert "c-1" in rows(cast.admin)[0]
    assert "c-1" not in rows(cast.admin, query="?status=resolved")[0]
    assert "c-1" not in rows(cast.admin, query="?assignee=mine")[0]
