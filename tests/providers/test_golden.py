"""Golden pairs, and what their optional fields change when they are missing."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.golden_pairs import CASES, GOLDEN, body_of, expected_of, outcome

# What each optional field of a delivery is for: the parts of the event that change when it is left out. Nothing: we
# do not read it. "*": without it the event may be of another type.
OPTIONAL: dict[str, set[str]] = {
    "session_id": {"session"},
    "timestamp": {"at", "source_id"},
    "from_name": {"push_name"},
    "pushname": {"push_name"},
    "from_lid": {"author", "chat", "sender", "caller", "from_me"},
    "chat_lid": {"author", "chat"},
    "chat_jid": {"author", "chat"},
    "sender_display_name": {"extras", "display_name"},
    "chat_name": {"extras"},
    "replied_to_id": {"quoted_id"},
    "quoted_body": {"quoted_text"},
    "message.replied_id": {"quoted_id", "*"},
    "message.quoted_message": {"quoted_text", "*"},
    "forwarded": {"forwarded"},
    "view_once": {"view_once", "what", "*"},
    "body": {"text", "kind", "what"},
    "edited_text": {"text"},
    "caption": {"text"},
    "hd": set(),
    "referral": {"details"},
    "interactive": {"text", "details", "kind", "what"},
    "interactive_media": {"media", "kind", "what"},
    "receipt_type_description": set(),
    "revoked_from_me": set(),
    "revoked_chat": set(),
    "auto_rejected": {"auto_rejected"},
    "group_jid": {"group"},
    "remote_platform": set(),
    "remote_version": set(),
    "group_name": {"subject"},
    "reason": {"reason"},
    "is_group": set(),
    "was_from_me": {"was_from_me"},
    "original_content": set(),
    "original_sender": set(),
    "original_timestamp": set(),
    "original_media_type": set(),
    "original_filename": set(),
    "sync_type": {"sync_type"},
    "name": {"name"},
    "color": {"color"},
    "deleted": {"deleted"},
    "predefined_id": set(),
    "order_index": set(),
    "is_active": set(),
    "is_immutable": set(),
    "mute_end_time_ms": set(),
    "description": set(),
    "role": set(),
    "mute": set(),
    **{
        f"{kind}.caption": {"text"}
        for kind in ("image", "video", "video_note", "document", "audio", "sticker")
    },
    **{
        f"{kind}.mime_type": {"media"}
        for kind in ("image", "video", "video_note", "document", "audio", "sticker")
    },
    **{f"{kind}.filename": {"media"} for kind in ("document",)},
}
# Objects of which any key may be missing.
LOOSE = {"location", "live_location", "list", "order", "referral", "contact"}
NOT_READ_INSIDE = {
    *(
        "contextInfo",
        "isLive",
        "speedInMps",
        "degreesClockwiseFromMagneticNorth",
        "sequenceNumber",
        "timeOffset",
    ),
    *("listType", "orderID", "surface", "sellerJID", "token", "messageVersion", "stranger", "nested"),
    "phone_number",  # repeats the card's first number
}


def optional(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, set[str]]]:
    """Each optional field there is: its name, the object and key to delete, what may change."""
    layers = [body] + ([body["payload"]] if isinstance(body.get("payload"), dict) else [])
    for layer in layers:
        for key, value in layer.items():
            if key in OPTIONAL and not (
                key == "timestamp" and layer is not layers[-1] and "timestamp" in layers[-1]
            ):
                yield key, layer, key, OPTIONAL[key]
            if isinstance(value, dict):
                for inner in value:
                    name = f"{key}.{inner}"
                    if key in LOOSE:
                        yield name, value, inner, {"details"}
                    elif name in OPTIONAL:
                        yield name, value, inner, OPTIONAL[name]


def parsed(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    found = outcome(json.dumps(body).encode())
    assert isinstance(found, list), found
    ((kind, fields),) = found[0].items()
    return kind, fields


def understood() -> list[str]:
    """The cases that give an event and are whole JSON objects."""
    return [case for case in CASES if "junk" not in case and "harmful" not in case and "fraction" not in case]


def drops(case: str) -> Iterator[tuple[str, set[str], set[str], bool]]:
    """Per optional field: its name, what changed without it, what may, and whether the type stayed."""
    body = json.loads(body_of(case))
    kind, fields = parsed(body)
    for index, (name, _, _, allowed) in enumerate(list(optional(body))):
        damaged = copy.deepcopy(body)
        _, holder, key, _ = list(optional(damaged))[index]
        del holder[key]
        found, rest = parsed(damaged)
        changed = {field for field in {*fields, *rest} if fields.get(field) != rest.get(field)}
        yield name, changed if found == kind else set(), allowed, found == kind


@pytest.mark.parametrize("case", CASES)
def test_parse_when_payload_arrives_gives_what_is_expected(case: str) -> None:
    assert outcome(body_of(case)) == expected_of(case)


@pytest.mark.parametrize("case", understood())
def test_parse_when_an_optional_field_is_missing_changes_that_alone(case: str) -> None:
    for name, changed, allowed, same in drops(case):
        assert same or "*" in allowed, f"{name} decides what it is"
        assert changed <= allowed, f"without {name}: {changed}"


@pytest.mark.parametrize("case", understood())
def test_parse_when_every_optional_field_is_missing_is_the_same_event(case: str) -> None:
    body = json.loads(body_of(case))
    kind, _ = parsed(body)
    gone = [(holder, key) for _, holder, key, allowed in optional(body) if "*" not in allowed]
    for holder, key in gone:
        holder.pop(key, None)
    assert parsed(body)[0] == kind


def test_every_optional_field_stands_in_a_pair_and_is_read() -> None:
    met: dict[str, bool] = {}
    for case in understood():
        for name, changed, _, same in drops(case):
            met[name] = met.get(name, False) or bool(changed) or not same
    idle = {
        "audio.caption",
        "sticker.caption",
        "video_note.caption",
    }  # WhatsApp has none there; empty on the wire
    idle |= {f"{kind}.{key}" for kind in LOOSE for key in NOT_READ_INSIDE}
    wanted = {name for name, allowed in OPTIONAL.items() if allowed}
    assert {name for name in wanted if name not in met} == set()
    assert {
        name for name, read in met.items() if not read and name not in idle and OPTIONAL.get(name) != set()
    } == set()


def test_pairs_are_complete() -> None:
    bodies = {str(path.relative_to(GOLDEN)).removesuffix(".json") for path in GOLDEN.rglob("*.json")}
    assert {name for name in bodies if not name.endswith(".expected")} == set(CASES)
    assert {case.split("/")[0] for case in CASES} == {"v7", "v8", "v8_0", "v8_2", "f8", "u9"}
    assert len(CASES) > 200


# The gateway's history of changes that show on the wire, and the pairs that speak of each.
HISTORY = {
    "7.3, 7.4 receipts and people of groups, enveloped": [
        "v7/receipt_read",
        "v7/group_join",
        "v7/group_demote",
    ],
    "7.9 edits name their message": ["v7/edited", "v7/edited_without_target"],
    "7.10 without auto-download": ["v7/image_url", "v7/document_url", "v7/video_note"],
    "7.11 fork": ["v7/text_fork_chat_jid"],
    "8.0 envelope": ["v8_0/text_lid_chat", "v8_0/early_fork_own", "v8_0/early_fork_caption"],
    "8.0 media as objects": [f"v8_0/{kind}" for kind in ("image", "video", "audio", "document", "sticker")],
    "8.0 flat deletion": [
        "v8_0/deleted_for_me",
        "v8_0/deleted_for_me_old_name",
        "v7/deleted_for_me_before_7_3",
    ],
    "8.1.2 deletion enveloped": ["v8/deleted_for_me", "u9/deleted_for_me"],
    "8.2 captions lost": [f"v8_2/{kind}" for kind in ("image", "video", "audio", "document", "sticker")],
    "8.2 newsletters, group.joined": ["v8/newsletter_joined", "v8/newsletter_left", "v8/group_joined"],
    "8.2.1 own messages without a flag": ["v8_2/own_without_flag", "v8_2/own_group_without_flag"],
    "8.3 direction, LIDs, calls": ["v8/text_own_from_phone", "v8/lid_and_number", "v8/call_offer"],
    "8.3.1 captions back": ["v8/image_path_caption"],
    "8.3.2, 8.3.4 contacts, presence": [
        "v8/contacts_array",
        "v8_2/contacts_array_raw",
        "v8/presence_recording",
    ],
    "8.4 referral": ["v8/referral"],
    "8.5 cards reshaped": ["v8/contact", "v8_0/contact"],
    "8.6 labels": ["v8/label_edit", "v8/label_association", "v8/label_removed", "v8/label_deleted"],
    "8.7 encrypted edits": ["v8/edited", "v8/edited_caption"],
    "8.8 session_id, failed downloads": [
        "v8/without_session",
        "f8/image_key_missing",
        "v8/media_key_missing",
    ],
    "9.0.1 display names, callers": ["u9/text", "u9/call", "u9/receipt_read", "u9/presence"],
    "9.1 buttons": ["u9/interactive", "u9/interactive_plain", "u9/interactive_media_alone"],
    "9.2 HD": ["u9/image_hd"],
    "fork: history, names": [
        "f8/history_sync_complete",
        "f8/history_on_demand",
        "f8/text_own",
        "f8/call_by_lid",
    ],
}


@pytest.mark.parametrize("row", HISTORY)
def test_history_row_has_its_pairs(row: str) -> None:
    assert set(HISTORY[row]) <= set(CASES)
