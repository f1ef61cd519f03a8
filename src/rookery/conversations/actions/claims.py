"""What somebody says about a message, before anybody has judged it: in memory, and as it waits in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rookery.channels.models import Channel
from rookery.conversations.incoming import Alias, IncomingChange, IncomingDeletion, IncomingReceipt, Place
from rookery.conversations.store.waiting import Waiting
from rookery.waid import BadJid, Jid, address_key, phone

Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Court:
    """Where claims are judged: a channel. `own`: (kind, key) of the number itself."""

    account_id: int
    channel_id: int
    own: Keys


@dataclass(frozen=True, slots=True)
class Claim:
    """`kind`: receipt, reaction, edit, revoke, hide. `value`: the status, emoji or new text.

    `from_me`: the gateway vouches that our own account says it (of a receipt it never does). Of `hide` it says whose
    the message is that our phone hid.
    """

    kind: str
    target: str
    at: int
    event_id: str
    chat: tuple[Alias, ...]
    author: tuple[Alias, ...]
    from_me: bool = False
    value: str | None = None
    push_name: str = ""

    @property
    def is_group(self) -> bool:
        return self.chat[0].kind == "group"

    def claimant(self, own: Keys) -> tuple[str, str]:
        """Keys of the number and the LID that must be explained before this can be judged; "" for none."""
        people = (*self.author, *(() if self.is_group else self.chat))
        strangers = [alias for alias in people if (alias.kind, alias.key) not in own]
        return _first(strangers, "pn"), _first(strangers, "lid")


def court(place: Place) -> Court:
    return Court(place.account_id, place.channel_id, place.own)


def court_of(channel_id: int) -> Court | None:
    """The court of a channel when no place is at hand; None when the channel is gone."""
    channel = Channel.objects.filter(pk=channel_id).first()
    return Court(channel.account_id, channel.pk, own_keys(channel)) if channel is not None else None


def own_keys(channel: Channel) -> Keys:
    """(kind, key) of every address the number itself is known to have."""
    own: set[tuple[str, str]] = {("pn", phone.key(channel.phone))}
    for text in (channel.own_pn, channel.own_lid):
        if text:
            try:
                own.add(address_key(Jid.parse(text)))
            except BadJid:
                continue
    return frozenset(own)


def of_change(change: IncomingChange) -> Claim:
    return Claim(
        change.kind, change.target, change.at, change.source_id, change.chat, change.author, change.from_me,
        change.value, change.push_name,
    )  # fmt: skip


def of_deletion(deletion: IncomingDeletion) -> Claim:
    return Claim("hide", deletion.target, deletion.at, "", deletion.chat, (), deletion.was_from_me)


def of_receipt(receipt: IncomingReceipt) -> list[Claim]:
    """One claim for each message it names."""
    sender = receipt.sender[0].key if receipt.sender else ""
    event_id = f"{receipt.status}:{receipt.at}:{sender}"[:128]
    return [
        Claim("receipt", target, receipt.at, event_id, receipt.chat, receipt.sender, value=receipt.status)
        for target in receipt.source_ids
    ]


def freeze(court: Court, claim: Claim) -> Waiting:
    """The claim as a row."""
    payload: dict[str, Any] = {
        "chat": [[one.kind, one.key, one.jid] for one in claim.chat],
        "author": [[one.kind, one.key, one.jid] for one in claim.author],
        "from_me": claim.from_me,
        "value": claim.value,
    }
    if claim.push_name:
        payload["push_name"] = claim.push_name
    return Waiting(0, court.channel_id, claim.target, claim.kind, claim.at, claim.event_id, payload)


def thaw(row: Waiting) -> Claim:
    """The claim that a row holds. One that an earlier version kept has its parts under other names."""
    kept = row.payload
    return Claim(
        row.kind,
        row.source_id,
        row.at,
        row.event_id,
        tuple(Alias(*parts) for parts in kept["chat"]),
        tuple(Alias(*parts) for parts in kept.get("author", kept.get("sender", ()))),
        bool(kept.get("from_me")),
        kept.get("value", kept.get("status")),
        str(kept.get("push_name", "")),
    )


def _first(aliases: list[Alias], kind: str) -> str:
    return next((alias.key for alias in aliases if alias.kind == kind), "")
