"""/metrics: who may read it, and the five names that the mission fixed, by text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from rookery.settings import conf

TOKEN = "a-long-enough-token"


def at(headers: dict[str, Any]) -> dict[str, Any]:
    """A request of this machine to itself, with changes."""
    return {"HTTP_HOST": "127.0.0.1:8000", **headers}


def page(client: Client, **headers: Any) -> str:
    answer = client.get("/metrics", **at(headers))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.content.decode()


@pytest.mark.parametrize(
    ("name", "kind", "labels"),
    [
        ("whatsapp_web_inbox_created", "counter", {"success", "failed"}),
        ("whatsapp_web_message_sent", "counter", {"sent", "failed"}),
        ("whatsapp_web_media_downloaded", "counter", {"success", "failed", "gone"}),
    ],
)
def test_names_with_a_status_stand_exactly_so(
    db: None, client: Client, name: str, kind: str, labels: set[str]
) -> None:
    text = page(client)
    assert f"# TYPE {name} {kind}\n" in text
    assert set(re.findall(rf'^{name}\{{status="(\w+)"\}} ', text, re.MULTILINE)) == labels
    assert f"{name}_total" not in text


def test_signature_counter_and_duration_stand_exactly_so(db: None, client: Client) -> None:
    text = page(client)
    assert re.search(r"^whatsapp_web_signature_invalid_total \d", text, re.MULTILINE)
    assert "whatsapp_web_signature_invalid_total_total" not in text
    assert "# TYPE whatsapp_web_webhook_duration_seconds histogram\n" in text
    for end in (r'_bucket\{le="\+Inf"\}', "_sum", "_count"):
        assert re.search(rf"^whatsapp_web_webhook_duration_seconds{end} \d", text, re.MULTILINE)


def test_every_other_name_of_ours_says_whose_it_is(db: None, client: Client) -> None:
    names = re.findall(r"^# TYPE (\S+)", page(client), re.MULTILINE)
    known = ("whatsapp_web_", "rookery_", "python_", "process_")
    assert [name for name in names if not name.startswith(known)] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_X_REAL_IP": "192.0.2.7"},
        {"REMOTE_ADDR": "not an address"},
    ],
)
def test_others_find_nothing(db: None, client: Client, headers: dict[str, Any]) -> None:
    assert client.get("/metrics", **at(headers)).status_code == 404


def test_a_silent_proxy_on_this_machine_is_known_by_the_name_people_typed(
    db: None, client: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["inbox.example.com", "127.0.0.1"]
    assert client.get("/metrics", HTTP_HOST="inbox.example.com").status_code == 404
    assert client.get("/metrics", HTTP_HOST="127.0.0.1").status_code == 200


def test_token_opens_it_from_elsewhere_and_a_wrong_one_does_not(db: None, client: Client) -> None:
    elsewhere: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1:8000"}
    with conf.override(METRICS_TOKEN=TOKEN):
        good = client.get("/metrics", **elsewhere, HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
        assert good.status_code == 200
        for wrong in ("", f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}"):
            assert client.get("/metrics", **elsewhere, HTTP_AUTHORIZATION=wrong).status_code == 404
    assert client.get("/metrics", **elsewhere, HTTP_AUTHORIZATION="Bearer ").status_code == 404
