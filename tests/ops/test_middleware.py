"""Pages with hardly any space left."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from rookery.ops import space
from tests.cast import Cast

GUARD = "rookery.ops.middleware.SpaceGuard"


@pytest.fixture
def page(cast: Cast, client: Client, settings: Any) -> Client:
    if GUARD not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, GUARD]
    client.force_login(cast.admin)
    return client


def fill_disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(space, "free", lambda: free)


def test_pages_show_a_notice_and_store_nothing(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(Session.objects.values_list("session_data", flat=True))
    fill_disk(monkeypatch, space.CRITICAL - 1)
    answer = page.get("/numbers", HTTP_ACCEPT="text/html")
    assert answer.status_code == 200
    assert b"The disk is almost full" in answer.content
    page.get("/", HTTP_ACCEPT="text/html")
    assert list(Session.objects.values_list("session_data", flat=True)) == before


def test_what_would_write_is_refused_in_words(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch, space.CRITICAL - 1)
    answer = page.post("/preferences", {"sound": "off"})
    assert (answer.status_code, b"almost full" in answer.content) == (507, True)


def test_with_room_nothing_is_said(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch, space.CRITICAL)
    assert b"almost full" not in page.get("/numbers", HTTP_ACCEPT="text/html").content
    assert page.post("/preferences", {"sound": "off"}).status_code in (200, 204, 302)
