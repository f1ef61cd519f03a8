"""Sending through the API: what is posted, what is refused, and that nothing goes twice."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from rookery.conversations.models import Attachment, Conversation, Message
from tests.api import rows
from tests.api.caller import Caller, good, refusal
from tests.cast import Cast, make_cast
from tests.media import samples


def path(conversation: Conversation) -> str:
    return f"conversations/{conversation.display_id}/messages"


def png(name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.png(), "image/png")


def sent() -> list[Message]:
    return list(Message.objects.filter(direction="out").order_by("at", "tie"))


def test_text_is_queued_and_answered_in_the_contracts_shape(
    agent: Caller, conversation: Conversation
) -> None:
    found = agent.post(path(conversation), {"content": "hi", "message_type": "outgoing", "echo_id": "e-1"})
    (row,) = sent()
    assert (row.state, row.via, row.user_id, row.content) == ("pending", "api", agent.user.pk, "hi")
    assert (found["id"], found["echo_id"], found["message_type"]) == (row.pk, "e-1", 1)
    assert (found["status"], found["delivery_state"], found["source_id"]) == ("sent", "pending", None)
    assert (found["created_at"], found["sender"]["type"], found["private"]) == (row.at, "user", False)


def test_echo_id_is_only_echoed(agent: Caller, conversation: Conversation) -> None:
    for _ in range(2):
        assert agent.post(path(conversation), {"content": "hi", "echo_id": "same"})["echo_id"] == "same"
    assert len(sent()) == 2
    (listed, _) = agent.get(path(conversation))["payload"][1:]
    assert "echo_id" not in listed
    assert "echo_id" not in agent.post(path(conversation), {"content": "hi"})


def test_form_works_as_json_does(agent: Caller, conversation: Conversation) -> None:
    raw, kind = b"content=a%20b%0D%0Ac&private=true&echo_id=7", "application/x-www-form-urlencoded"
    found = good(agent.send("POST", path(conversation), raw=raw, kind=kind))
    assert (found["content"], found["private"], found["echo_id"]) == ("a b\nc", True, "7")


@pytest.mark.parametrize("private", [True, "true", 1, "1"])
def test_note_is_kept_and_never_queued(agent: Caller, conversation: Conversation, private: Any) -> None:
    found = agent.post(path(conversation), {"content": "call them", "private": private})
    (row,) = sent()
    assert (found["private"], row.private, row.queue_seq) == (True, True, None)


@pytest.mark.parametrize("private", [False, "false", "0", None, [], {}])
def test_message_is_no_note_when_private_is_not_true(
    agent: Caller, conversation: Conversation, private: Any
) -> None:
    assert agent.post(path(conversation), {"content": "hi", "private": private})["private"] is False


def test_reply_names_the_quoted_message(agent: Caller, conversation: Conversation) -> None:
    quoted = Message.objects.get()
    found = agent.post(
        path(conversation), {"content": "yes", "content_attributes": {"in_reply_to": quoted.pk}}
    )
    assert found["content_attributes"] == {
        "in_reply_to": quoted.pk,
        "in_reply_to_external_id": quoted.source_id,
    }
    assert sent()[0].quoted_source_id == quoted.source_id


def test_reply_to_what_is_not_of_this_chat_is_refused_in_the_same_words(
    agent: Caller, cast: Cast, conversation: Conversation
) -> None:
    elsewhere = rows.message(rows.chat(cast))
    note = agent.post(path(conversation), {"content": "secret", "private": True})["id"]
    answers = [
        refusal(
            agent.send(
                "POST", path(conversation), {"content": "x", "content_attributes": {"in_reply_to": key}}
            )
        )
        for key in (elsewhere.pk, 10**14, note)
    ]
    assert answers == [{"error": "in_reply_to is no message of this chat"}] * 3
    assert len(sent()) == 1


@pytest.mark.parametrize(
    "data",
    [
        {}, {"content": ""}, {"content": " \n"}, {"content": None}, {"content": {"a": 1}}, {"content": ["a"]},
        {"content": "x" * 65_537}, {"content": "x", "message_type": "incoming"},
        {"content": "x", "message_type": "activity"}, {"content": "x", "content_type": "cards"},
        {"content": "x", "content_attributes": "{"}, {"content": "x", "content_attributes": [1]},
        {"content": "x", "content_attributes": {"in_reply_to": "abc"}}, {"content": "x", "client_ref": "abc"},
        {"content": "x", "attachments": ["eyJfcmFpbHMi"]}, {"content": "x", "template_params": {"name": "a"}},
    ],
)  # fmt: skip
def test_message_is_refused_with_error_alone(
    agent: Caller, conversation: Conversation, data: dict[str, Any]
) -> None:
    answer = refusal(agent.send("POST", path(conversation), data))
    assert answer.keys() == {"error"}
    assert answer["error"]
    assert sent() == []


def test_message_is_refused_when_the_contact_is_blocked(agent: Caller, conversation: Conversation) -> None:
    conversation.contact.blocked = True
    conversation.contact.save()
    assert refusal(agent.send("POST", path(conversation), {"content": "x"})) == {
        "error": "This contact is blocked"
    }
    answer = agent.upload(path(conversation), {"attachments[]": png()})
    assert refusal(answer) == {"error": "This contact is blocked"}
    assert agent.post(path(conversation), {"content": "why", "private": True})["private"]


def test_half_pairs_and_nul_are_harmless(agent: Caller, conversation: Conversation) -> None:
    raw = rb'{"content": "a\u0000b\ud83dc", "echo_id": "\ud83d\u0000"}'
    found = good(agent.send("POST", path(conversation), raw=raw))
    assert (found["content"], found["echo_id"]) == ("ab?c", "?")


def test_picture_is_sent_when_it_comes_as_multipart(agent: Caller, conversation: Conversation) -> None:
    quoted = Message.objects.get()
    fields = {
        "content": "look",
        "echo_id": "e",
        "content_attributes": json.dumps({"in_reply_to": quoted.pk}),
        "attachments[]": png(),
    }
    found = good(agent.upload(path(conversation), fields))
    (row,) = sent()
    assert (row.kind, row.content, row.state, row.quoted_id) == ("image", "look", "pending", quoted.pk)
    (file,) = found["attachments"]
    assert (file["file_type"], file["width"], file["height"], file["state"]) == ("image", 80, 60, "ready")
    assert file["file_size"] == len(samples.png())
    assert found["echo_id"] == "e"
    link = file["data_url"].partition("/files/")[2]
    assert agent.client.get(f"/files/{link}").status_code == 200


def test_files_make_a_message_each_and_the_first_is_answered(
    agent: Caller, conversation: Conversation
) -> None:
    fields = {"content": "both", "attachments[]": [png("a.png"), SimpleUploadedFile("b.txt", b"some words")]}
    found = good(agent.upload(path(conversation), fields))
    first, second = sent()
    assert (found["id"], found["content"]) == (first.pk, "both")
    assert [row.kind for row in (first, second)] == ["image", "document"]
    listed = agent.get(path(conversation))["payload"][1:]
    assert {row["additional_attributes"]["batch"] for row in listed} == {found["client_ref"]}


def test_file_is_refused_when_it_is_empty(agent: Caller, conversation: Conversation) -> None:
    answer = agent.upload(path(conversation), {"attachments[]": SimpleUploadedFile("a.txt", b"")})
    assert refusal(answer) == {"error": "The file is empty"}
    assert sent() == []


def test_files_are_refused_when_they_are_too_many(agent: Caller, conversation: Conversation) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(31)]
    answer = refusal(agent.upload(path(conversation), {"attachments[]": files}))
    assert answer == {"error": "Too many attachments (maximum is 30)"}
    assert not Attachment.objects.exists()


def test_nothing_is_sent_twice_when_the_client_ref_comes_again(
    agent: Caller, conversation: Conversation
) -> None:
    data = {"content": "once", "client_ref": str(uuid.uuid4())}
    first = agent.post(path(conversation), {**data, "echo_id": "1"})
    again = agent.post(path(conversation), {**data, "content": "changed", "echo_id": "2"})
    assert (again["id"], again["content"], again["echo_id"]) == (first["id"], "once", "2")
    assert first["client_ref"] == data["client_ref"]
    assert len(sent()) == 1


def test_nothing_is_sent_twice_when_the_idempotency_key_comes_again(
    agent: Caller, api: Caller, conversation: Conversation
) -> None:
    key = {"Idempotency-Key": "order 17"}
    first = agent.post(path(conversation), {"content": "once"}, headers=key)
    assert agent.post(path(conversation), {"content": "once"}, headers=key)["id"] == first["id"]
    assert api.post(path(conversation), {"content": "mine"}, headers=key)["id"] != first["id"]
    assert (
        agent.post(path(conversation), {"content": "once"}, headers={"Idempotency-Key": "18"})["id"]
        != first["id"]
    )
    assert len(sent()) == 3


def test_key_is_refused_when_it_is_too_long_or_of_another_chat(
    agent: Caller, cast: Cast, conversation: Conversation
) -> None:
    long = {"Idempotency-Key": "x" * 256}
    refusal(agent.send("POST", path(conversation), {"content": "x"}, headers=long))
    key = {"Idempotency-Key": "1"}
    agent.post(path(conversation), {"content": "x"}, headers=key)
    answer = refusal(agent.send("POST", path(rows.chat(cast)), {"content": "x"}, headers=key))
    assert answer == {"error": "This client_ref or Idempotency-Key was used in another chat"}


@pytest.mark.django_db(transaction=True)
def test_one_message_is_stored_when_two_threads_bring_the_same_key() -> None:
    cast = make_cast()
    chat = rows.chat(cast)
    token = Caller(cast.account, cast.agent).token
    gate, answers = threading.Barrier(2), []

    def call() -> None:
        gate.wait()
        try:
            caller = Caller(cast.account, cast.agent, token)
            found = caller.post(path(chat), {"content": "once"}, headers={"Idempotency-Key": "k"})
            answers.append(found["id"])
        finally:
            connection.close()

    calls = [threading.Thread(target=call) for _ in range(2)]
    for thread in calls:
        thread.start()
    for thread in calls:
        thread.join()
    assert len(answers) == 2
    assert len(set(answers)) == 1
    assert Message.objects.count() == 1


@pytest.mark.parametrize("state", ["failed", "uncertain", "cancelled"])
def test_retry_sends_again_at_the_end_and_keeps_the_quote(
    agent: Caller, conversation: Conversation, state: str
) -> None:
    quoted = Message.objects.get()
    data = {"content": "yes", "content_attributes": {"in_reply_to": quoted.pk}}
    key = agent.post(path(conversation), data)["id"]
    Message.objects.filter(pk=key).update(state=state, failure_code="timed_out")
    found = agent.post(f"{path(conversation)}/{key}/retry")
    assert (found["id"], found["delivery_state"]) == (key, "pending")
    assert found["content_attributes"]["in_reply_to"] == quoted.pk
    assert "external_error" not in found["content_attributes"]


def test_retry_is_refused_when_it_is_on_its_way(agent: Caller, conversation: Conversation) -> None:
    key = agent.post(path(conversation), {"content": "x"})["id"]
    refusal(agent.send("POST", f"{path(conversation)}/{key}/retry"))
    incoming = Message.objects.get(direction="in")
    refusal(agent.send("POST", f"{path(conversation)}/{incoming.pk}/retry"))


def test_delete_takes_back_what_has_not_left(agent: Caller, conversation: Conversation) -> None:
    key = agent.post(path(conversation), {"content": "x"})["id"]
    found = good(agent.send("DELETE", f"{path(conversation)}/{key}"))
    assert (found["status"], found["delivery_state"]) == ("failed", "cancelled")
    assert found["content_attributes"] == {"external_error": "Cancelled before it was sent."}


def test_delete_is_refused_when_it_has_left(agent: Caller, conversation: Conversation) -> None:
    key = agent.post(path(conversation), {"content": "x"})["id"]
    Message.objects.filter(pk=key).update(state="sending")
    refusal(agent.send("DELETE", f"{path(conversation)}/{key}"))
    assert Message.objects.get(pk=key).state == "sending"


def test_status_is_nobodys_to_change(agent: Caller, conversation: Conversation) -> None:
    key = agent.post(path(conversation), {"content": "x"})["id"]
    answer = agent.send("PATCH", f"{path(conversation)}/{key}", {"status": "read"})
    assert refusal(answer, 403).keys() == {"error"}
    assert Message.objects.get(pk=key).state == "pending"


@pytest.mark.parametrize(("method", "tail"), [("DELETE", ""), ("PATCH", ""), ("POST", "/retry")])
def test_message_is_found_only_below_its_own_conversation(
    agent: Caller, cast: Cast, conversation: Conversation, method: str, tail: str
) -> None:
    key = agent.post(path(conversation), {"content": "x"})["id"]
    other = rows.chat(cast)
    assert agent.send(method, f"{path(other)}/{key}{tail}").status_code == 404
    assert Message.objects.get(pk=key).state == "pending"
