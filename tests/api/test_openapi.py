"""The document says what the addresses do: all of them, and in shapes that live answers have."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from rookery.accounts.models import Team
from rookery.api import openapi, urls
from rookery.api.entrance import nothing
from rookery.api.routes import ROUTES
from rookery.api.schemas.parts import ADDITION
from rookery.api.table import Route
from rookery.conversations.actions import merging
from rookery.conversations.models import CannedResponse, Contact, Conversation, Label, Message, Reaction
from tests.api import checker, rows
from tests.api.caller import Caller, good
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

DOCUMENT = json.loads(json.dumps(openapi.document()))
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route, keys: dict[str, Any]) -> str:
    return route.path.format_map(keys)


@pytest.fixture
def keys(cast: Cast, conversation: Conversation) -> dict[str, Any]:
    """Values for the variables in paths, and rows of every sort behind them."""
    team = Team.objects.create(account=cast.account, name="sales")
    label = Label.objects.create(account=cast.account, title="vip")
    CannedResponse.objects.create(account=cast.account, short_code="hi", content="Hello!")
    conversation.labels.add(label)
    Conversation.objects.update(assignee=cast.agent, team=team, snoozed_until=rows.NOON, agent_last_seen_at=1)
    quoted = Message.objects.get()
    rows.file(rows.message(conversation, "", rows.NOON + 1, quoted_source_id=quoted.source_id))
    rows.file(rows.message(conversation, "", rows.NOON + 2), "voice", "audio/ogg")
    told = {
        "lat": 1.5,
        "lon": 2,
        "cards": [{"name": "Zé", "phones": ["1"]}],
        "referral": {"ad_title": "x"},
        "answer": True,
    }
    for kind in ("location", "contact", "order", "group_change", "call"):
        row = rows.message(
            conversation, "", rows.NOON + 2, kind=kind, details=told, edited_at=1, hidden_at=1, forwarded=True,
            view_once=True, unsupported="x",
        )  # fmt: skip
        Reaction.objects.create(message=row, contact=conversation.contact, emoji="👍", at=1)
    failed = rows.message(
        conversation, "no", rows.NOON + 3, direction="out", state="failed", failure_code="not_sent", via="api",
        user=cast.agent, revoked_at=5, unsupported="poll",
    )  # fmt: skip
    return {
        "account_id": cast.account.pk,
        "inbox_id": cast.inbox.pk,
        "contact_id": conversation.contact_id,
        "conversation_id": conversation.display_id,
        "message_id": failed.pk,
        "joining_id": _joined(cast, conversation),
        "signed": "nonsense",
        "name": "x",
    }


def _joined(cast: Cast, conversation: Conversation) -> int:
    other = Contact.objects.create(account=cast.account, name="Bia again", listed=True)
    made = merging.do_merge(cast.account.pk, conversation.contact_id, other.pk, reason="agent")
    return int(made.pk)


def body_for(route: Route, cast: Cast, conversation: Conversation) -> dict[str, Any] | None:
    last = route.path.rpartition("/")[2]
    if route.method not in ("POST", "PUT", "PATCH"):
        return None
    if last == "contact_merge":
        other = Contact.objects.create(account=cast.account, name="Bia once more", listed=True)
        return {"base_contact_id": conversation.contact_id, "mergee_contact_id": other.pk}
    bodies: dict[str, dict[str, Any]] = {
        "conversations": {"inbox_id": cast.inbox.pk, "contact_id": conversation.contact_id},
        "assignments": {"assignee_id": cast.agent.pk},
        "messages": {"content": "hi", "echo_id": "1"},
    }
    return bodies.get(last, {})


def schema_of(answer: Answer, route: Route) -> Any:
    responses = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
    assert str(answer.status_code) in responses, f"{answer.status_code} is not in the document"
    return responses[str(answer.status_code)]["content"]["application/json"]["schema"]


@pytest.mark.parametrize("route", [row for row in ROUTES if row.media == "application/json"], ids=named)
def test_live_answer_fits_the_document(
    route: Route, api: Caller, cast: Cast, conversation: Conversation, keys: dict[str, Any]
) -> None:
    query = {"q": "Bia"} if route.path.endswith("/search") else {"status": "all"}
    if route.method == "DELETE":
        Message.objects.filter(pk=keys["message_id"]).update(state="pending")
    body = body_for(route, cast, conversation)
    answer = api.send(
        route.method, address(route, keys), body, query=query if route.method == "GET" else None
    )
    assert answer.status_code == (403 if 403 in (route.errors or {}) else 200)
    if route.answer is None and answer.status_code == 200:
        assert answer.content == b""
        return
    value = json.loads(answer.content)
    assert checker.problems(value, schema_of(answer, route), DOCUMENT) == []


@pytest.mark.parametrize("route", [row for row in ROUTES if not row.is_open], ids=named)
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_live_refusal_fits_the_document(
    who: str, route: Route, outsider: Caller, keys: dict[str, Any]
) -> None:
    if "account_id" not in route.path and who == "stranger":
        return
    if who == "nobody":
        outsider.token = ""
    answer = outsider.send(route.method, address(route, keys))
    assert answer.status_code == (401 if who == "nobody" else 404)
    assert checker.problems(json.loads(answer.content), schema_of(answer, route), DOCUMENT) == []


def test_every_address_that_is_served_is_in_the_document_and_the_other_way_round() -> None:
    served = {str(one.pattern) for one in urls.urlpatterns if one.callback is not nothing}
    assert served == {urls.pattern(path) for path in DOCUMENT["paths"]}
    documented = {(path, method.upper()) for path, method in OPERATIONS}
    assert documented == {(route.path, route.method) for route in ROUTES}
    assert len(OPERATIONS) == len(ROUTES)


def test_document_is_public_and_what_the_table_says(db: None) -> None:
    assert good(Client().get("/api/openapi.json")) == DOCUMENT


def test_document_refers_to_nothing_that_is_not_in_it() -> None:
    for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT)):
        assert checker.resolved(ref, DOCUMENT)


def test_operations_have_ids_of_their_own() -> None:
    ids = [DOCUMENT["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_additions_are_marked() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    marked = {
        f"{name}.{key}"
        for name, schema in schemas.items()
        for key, part in schema["properties"].items()
        if part.get(ADDITION)
    }
    assert marked == {
        "Attachment.file_name", "Attachment.state", "Contact.kind", "Inbox.connection_state",
        "Message.additional_attributes", "Message.client_ref", "Message.delivery_state", "PushedMessage.client_ref",
        "PushedMessage.delivery_state",
    }  # fmt: skip
    assert {path for path, method in OPERATIONS if DOCUMENT["paths"][path][method].get(ADDITION)} == {
        "/api/openapi.json",
        "/files/{signed}/{name}",
        *(
            "/api/v1/accounts/{account_id}/" + path
            for path in (
                "contact_duplicates",
                "contacts/{contact_id}/joinings",
                "joinings/{joining_id}/undo",
                "inboxes/{inbox_id}/chat_rules",
                "inboxes/{inbox_id}/completeness",
            )
        ),
    }
    post = DOCUMENT["paths"]["/api/v1/accounts/{account_id}/conversations/{conversation_id}/messages"]["post"]
    assert [one["name"] for one in post["parameters"] if one.get(ADDITION)] == ["Idempotency-Key"]
    assert DOCUMENT["components"]["securitySchemes"]["bearer"][ADDITION] is True


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1, {"type": "string"}), (True, {"type": "integer"}), (1, {"type": "number"}), (None, {"type": "object"}),
        ({}, {"type": "object", "required": ["a"]}),
        ({"b": 1}, {"type": "object", "properties": {"a": {}}, "additionalProperties": False}),
        ([1, "x"], {"type": "array", "items": {"type": "integer"}}), ("c", {"enum": ["a", "b"]}), (True, {"enum": [1]}),
        (1, {"anyOf": [{"type": "null"}, {"type": "string"}]}), ("yesterday", {"type": "string", "format": "date-time"}),
        (11, {"type": "integer", "maximum": 10}), ("5", {"type": "string", "pattern": "^\\+"}),
    ],
)  # fmt: skip
def test_checker_sees_what_does_not_fit(value: Any, schema: dict[str, Any]) -> None:
    assert checker.problems(value, schema, DOCUMENT)
