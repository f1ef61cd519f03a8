"""What Chatwoot does not have: joining contacts and taking it back, completeness, rules for chats."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas.parts import TEXT, WHOLE, YES_NO, list_of, one_of, or_null, record, ref, sent
from rookery.api.table import Schema

_MAYBE: Final = or_null(WHOLE)
JOINING: Final = record(
    {
        "id": WHOLE,
        "contact_id": WHOLE,
        "joined_contact_id": WHOLE,
        "reason": TEXT,
        "user_id": _MAYBE,
        "created_at": WHOLE,
        "undone_at": _MAYBE,
    }
)
PROPOSAL: Final = record(
    {
        "contact_ids": list_of(WHOLE),
        "reason": one_of("number", "email", "saved_name", "name_and_group"),
        "weak": YES_NO,
    }
)
RULES: Final = record(
    {
        "groups": one_of("all", "none", "list", "mentioned"),
        "group_list": list_of(TEXT),
        "ignored": list_of(TEXT),
        "newsletters": YES_NO,
    }
)
NEW_RULES: Final = sent({}, dict(RULES["properties"]))
_HEALED: Final = record(dict.fromkeys(("messages", "files", "edits", "reactions", "calls", "texts"), WHOLE))
_WALK: Final = record(
    {
        "id": WHOLE, "reason": TEXT, "state": TEXT, "since": WHOLE, "until": WHOLE, "started_at": WHOLE,
        "ended_at": _MAYBE, "away_from": _MAYBE, "chats_done": WHOLE, "chats_total": _MAYBE, "healed": _HEALED,
        "first_at": _MAYBE, "last_at": _MAYBE, "refused": WHOLE, "error": TEXT,
    }
)  # fmt: skip
_STRETCH: Final = record({"since": WHOLE, "until": WHOLE, "reason": TEXT, "lost": list_of(TEXT)})
_JOB: Final = record(
    {
        "id": WHOLE, "days": WHOLE, "chats": list_of(TEXT), "state": TEXT, "chats_done": WHOLE, "chats_total": _MAYBE,
        "messages": WHOLE, "files": WHOLE, "oldest_at": _MAYBE, "started_at": WHOLE, "ended_at": _MAYBE,
        "user_id": _MAYBE, "error": TEXT,
    }
)  # fmt: skip
COMPLETENESS: Final = record(
    {
        "inbox_id": WHOLE, "complete_until": _MAYBE, "asked": TEXT, "running": or_null(ref("Walk")),
        "last_walk": or_null(ref("Walk")), "last_gap": or_null(ref("Walk")), "gaps": list_of(ref("Walk")),
        "unknown": list_of(_STRETCH), "jobs": list_of(_JOB), "lost": list_of(TEXT),
    }
)  # fmt: skip

SHAPES: Final[dict[str, Schema]] = {
    "Joining": JOINING,
    "Proposal": PROPOSAL,
    "ChatRules": RULES,
    "Walk": _WALK,
    "Completeness": COMPLETENESS,
}
