"""Facts as server-sent events, encoded once for all streams."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rookery.conversations.models import Conversation
from rookery.journal.models import Fact

HEARTBEAT = b": still here\n\n"
RETRY = b"retry: 1000\n\n"
RESET = b"event: reset\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded event and who may get it. `id` is None for a whisper."""

    id: int | None
    kind: str
    account_id: int
    inbox_id: int | None
    user_id: int | None
    data: bytes


class Encoder:
    """Encodes facts; remembers display ids, which never change."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._display_ids: dict[int, int] = {}

    def facts(self, facts: list[Fact]) -> list[Frame]:
        """Frames of facts, in order. May ask the database for display ids it has not met."""
        self._learn({fact.conversation_id for fact in facts if fact.conversation_id})
        return [self._fact(fact) for fact in facts]

    def whisper(self, note: dict[str, Any]) -> Frame:
        """Frame of a whisper, as `journal.whisper` sent it."""
        kind = str(note.pop("kind"))
        conversation = note.get("conversation")
        if conversation:
            self._learn({conversation})
            note["conversation"] = self._display_ids.get(conversation)
        text = json.dumps(note)
        data = f"event: {kind}\ndata: {text}\n\n".encode()
        return Frame(None, kind, int(note["account"]), note.get("inbox"), note.get("user"), data)

    def _fact(self, fact: Fact) -> Frame:
        more = {key: value for key, value in fact.data.items() if key != "display_id"}
        note = {
            **more,
            "account": fact.account_id,
            "inbox": fact.inbox_id,
            # A conversation that was erased is only known from the fact.
            "conversation": self._display_ids.get(fact.conversation_id or 0) or fact.data.get("display_id"),
            "message": fact.message_id,
            "at": fact.at_ms // 1000,
        }
        data = f"id: {self.epoch}-{fact.id}\nevent: {fact.kind}\ndata: {json.dumps(note)}\n\n".encode()
        return Frame(fact.id, fact.kind, fact.account_id, fact.inbox_id, fact.data.get("user"), data)

    def _learn(self, ids: set[int | None]) -> None:
        unknown = [key for key in ids if key is not None and key not in self._display_ids]
        if len(self._display_ids) > 100_000:
            self._display_ids.clear()
            unknown = [key for key in ids if key is not None]
        if unknown:
            rows = Conversation.objects.filter(pk__in=unknown).values_list("pk", "display_id")
            self._display_ids.update(rows)
