"""How one build of the gateway words its webhooks (gateway contract, 1.1 to 1.4).

The REST side of a build is `profile.Profile`. The two are apart because a control call can change the wording alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

PIPELINE = ("message", "message.reaction", "message.revoked", "message.edited")
"""Events made from a chat message; they alone say `is_from_me`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Every flag is named after what the build does, so that no builder of events asks for a version number."""

    name: str
    flat: bool = False
    """No envelope for messages and no device id anywhere (v7)."""
    names_chats: bool = False
    """The fork of v7 adds `chat_jid` and `chat_lid` to its flat messages."""
    chunked: bool = True
    """Deliveries have no Content-Length (every build up to 9.0.0)."""
    budget: bool = True
    """30 s for one event, everything included; v7 has none."""
    own_messages: bool = True
    """What the phone itself writes is forwarded, and `is_from_me` tells it."""
    resolves_chats: bool = True
    """`chat_id` names the number behind a LID, `chat_lid` the LID."""
    session_id: bool = True
    media: Literal["object", "bare", "captioned"] = "captioned"
    """`{media_path, mime_type, caption}`; a bare path; a bare path or `{path, caption}`."""
    body_has_caption: bool = True
    caption_key: bool = False
    """The caption stands beside the file once more, as `caption` (early builds of the fork)."""
    lost_with_failed_download: bool = False
    """A message whose file cannot be downloaded is not announced at all (before 8.8)."""
    flat_delete: bool = False
    plain_cards: bool = True
    """Contacts as `{displayName, vcard, phone_number?}` (8.5); before that the raw protobuf."""
    contacts_array: bool = True
    referral: bool = True
    interactive: bool = False
    decrypts_edits: bool = True
    display_names: bool = False
    """`sender_display_name`, and the LID of a caller beside the number."""
    chat_name: bool = False
    """`chat_name` on own messages (the fork)."""
    history_events: bool = False
    """`history_sync_complete`, and old messages on demand (the fork)."""
    linked_device_acks: bool = False
    """Receipts of a person's linked devices are forwarded too (v7)."""
    silent: frozenset[str] = frozenset()
    """Names of events that this build does not have."""

    def adapt(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """The event as this build sends it, or None when it sends nothing."""
        name, payload = event.get("event"), event.get("payload")
        if name is None or not isinstance(payload, Mapping):
            return dict(event)
        if name in self.silent:
            return None
        made = dict(event)
        if not self.session_id:
            made.pop("session_id", None)
        if name in PIPELINE and not self.own_messages:
            if payload.get("is_from_me"):
                return None
            made["payload"] = {key: value for key, value in payload.items() if key != "is_from_me"}
        return made


_LABELS = frozenset({"label.edit", "label.association"})
_NEWSLETTERS = frozenset(
    {"newsletter.joined", "newsletter.left", "newsletter.mute", "newsletter.message", "group.joined"}
)
_LATE = _LABELS | {"call.offer", "chat_presence", "history_sync_complete"}

V8 = Dialect(name="v8", chat_name=True, history_events=True)
D8_11 = Dialect(name="8.11", silent=frozenset({"history_sync_complete"}))
D8_2 = replace(
    D8_11, name="8.2", own_messages=False, resolves_chats=False, session_id=False, media="bare", body_has_caption=False,
    lost_with_failed_download=True, plain_cards=False, contacts_array=False, referral=False, decrypts_edits=False,
    silent=_LATE,
)  # fmt: skip
D8_0 = replace(D8_2, name="8.0", media="object", flat_delete=True, silent=_LATE | _NEWSLETTERS)
V9 = replace(D8_11, name="v9", chunked=False, display_names=True, interactive=True)
D8_1_FORK = replace(
    D8_0, name="8.1-fork", own_messages=True, chat_name=True, caption_key=True, flat_delete=False
)
V7 = replace(D8_0, name="v7", flat=True, budget=False, own_messages=True, linked_device_acks=True)
V7_FORK = replace(V7, name="v7-fork", names_chats=True)

DIALECTS: dict[str, Dialect] = {
    "v7": V7, "7": V7, "v7-fork": V7_FORK, "8.0": D8_0, "8.1-fork": D8_1_FORK, "8.2": D8_2, "v8": V8, "8.11": D8_11,
    "v9": V9, "9.2": V9,
}  # fmt: skip


def named(name: str) -> Dialect:
    """The dialect called `name`; raises ValueError with the known names otherwise."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise ValueError(
            f"dialect must be one of {', '.join(DIALECTS)}, or null for the profile's own"
        ) from None
