"""Each refusal in the shape of the contract (1.2)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.test import Client

import rookery
from rookery.api import words
from rookery.conversations.models import Conversation
from tests.api import rows
from tests.api.caller import Caller, refusal
from tests.cast import Cast

NOT_FOUND = {"error": "Resource could not be found"}
BIG = 10**18 - 1


@pytest.mark.parametrize(
    "path",
    [
        "conversations/99", "conversations/99/messages", "contacts/99", "inboxes/99", f"conversations/{BIG}",
        f"contacts/{BIG}", "conversations/1/messages/99/retry", "conversations/99999999999999999999", "nowhere",
    ],
)  # fmt: skip
def test_answer_is_404_when_there_is_none(api: Caller, conversation: Conversation, path: str) -> None:
    method = "POST" if path.endswith("retry") else "GET"
    assert refusal(api.send(method, path), 404) == NOT_FOUND


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/accounts/1/reports", "/api/v1/accounts/x", "/api/v1/profile/"]
)
def test_answer_is_json_when_the_address_leads_nowhere(db: None, path: str) -> None:
    assert refusal(Client().get(path), 404) == NOT_FOUND


def test_answer_is_405_with_what_is_allowed_when_the_method_is_wrong(api: Caller) -> None:
    answer = api.send("PUT", "conversations")
    assert refusal(answer, 405) == {"error": "Method not allowed"}
    assert answer["Allow"] == "GET, POST"


def test_head_answers_as_get_without_a_body(api: Caller) -> None:
    answer = api.send("HEAD", "conversations")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("raw", [b"{", b"[1]", b"\xff\xfe\x00", b'"x"', b"[" * 100_000, b"1" * 5000, b"\x00"])
def test_answer_is_422_when_the_body_is_no_json_object(
    api: Caller, conversation: Conversation, raw: bytes
) -> None:
    answer = refusal(api.send("POST", f"conversations/{conversation.display_id}/messages", raw=raw))
    assert answer.keys() == {"error"}


def test_answer_is_422_when_the_form_is_broken(api: Caller, conversation: Conversation) -> None:
    path = f"conversations/{conversation.display_id}/messages"
    answer = api.send("POST", path, raw=b"xx", kind="multipart/form-data")
    assert refusal(answer).keys() == {"error"}


def test_answer_is_413_when_the_body_is_too_large(api: Caller, conversation: Conversation) -> None:
    path = f"conversations/{conversation.display_id}/messages"
    answer = api.send("POST", path, raw=b'{"content": "' + b"x" * 3_000_000 + b'"}')
    assert refusal(answer, 413).keys() == {"error"}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("conversations", {"status": "closed"}),
        ("conversations", {"assignee_type": "somebody"}),
        ("conversations", {"inbox_id": "x"}),
        ("conversations", {"page": "one"}),
        ("conversations", {"team_id": "9" * 30}),
        ("conversations/meta", {"updated_within": "1e3"}),
        ("conversations/1/messages", {"before": "--5"}),
        ("contacts/search", {}),
        ("contacts/search", {"q": " "}),
    ],
)
def test_answer_is_422_with_error_when_a_parameter_makes_no_sense(
    api: Caller, conversation: Conversation, path: str, query: dict[str, str]
) -> None:
    assert refusal(api.send("GET", path, query=query)).keys() == {"error"}


@pytest.mark.parametrize("word", ["", "null"])
def test_parameter_is_nothing_when_it_is_empty_or_the_word_null(
    api: Caller, conversation: Conversation, word: str
) -> None:
    assert len(api.get("conversations", inbox_id=word, status=word)["data"]["payload"]) == 1


def test_nul_in_a_parameter_is_harmless(api: Caller, conversation: Conversation) -> None:
    query = {"q": "hel\x00lo", "labels[]": "a\x00", "source_id": "1\x00"}
    assert api.get("conversations", **query)["data"]["payload"] == []
    assert api.get("contacts/search", q="Bi\x00a")["meta"]["count"] == 1


def test_refusal_of_a_row_has_message_and_attributes(api: Caller, cast: Cast) -> None:
    old = rows.chat(cast, status="resolved")
    rows.thread(cast, old.contact)
    answer = api.send("POST", f"conversations/{old.display_id}/toggle_status", {"status": "open"})
    assert refusal(answer) == {
        "message": "This contact has another unresolved conversation in this inbox",
        "attributes": ["status"],
    }


def test_every_code_that_the_domain_refuses_with_has_words() -> None:
    room = Path(rookery.__file__).parent
    codes = set()
    for path in [
        *(room / "conversations").rglob("*.py"),
        *(room / "media").rglob("*.py"),
        *(room / "api").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and node.args:
                codes.add(ast.literal_eval(node.args[0]))
    assert "message_empty" in codes
    assert codes - words.REFUSALS.keys() == set()


def test_words_are_complete_when_a_row_lacks_their_values() -> None:
    assert words.refusal("message_too_long", {}) == "Content is too long (maximum is ? characters)"
    assert words.refusal("never heard of", {}) == "The request was refused"
