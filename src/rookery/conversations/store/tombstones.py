"""What was erased, so that neither a replay nor catch-up brings it back (Tombstone).

A tombstone holds a hash of the chat's address and the message's id; both are needed to ask for it. Every address of
the chat's other side has its own, because nobody knows under which one a message comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from rookery.conversations.store import sql
from rookery.db.fields import now_seconds

DIGEST_BYTES = 16
_A_STATEMENT = 250


def digest(chat_kind: str, chat_key: str, source_id: str) -> bytes:
    """Of an address as `Address` keeps it (`kind`, canonical `key`) and the message's WhatsApp id."""
    return blake2b(f"{chat_kind}\0{chat_key}\0{source_id}".encode(), digest_size=DIGEST_BYTES).digest()


def is_erased(channel_id: int, chat_keys: Sequence[tuple[str, str]], source_id: str) -> bool:
    """Whether this message was erased here. `chat_keys`: (kind, key) of every address the chat goes by.

    One look into an index, which is empty where nothing was ever erased.
    """
    digests = [digest(kind, key, source_id) for kind, key in chat_keys]
    if not digests:
        return False
    found = sql.one(
        "SELECT 1 FROM conversations_tombstone"
        f" WHERE channel_id = %s AND digest IN ({sql.marks(len(digests))}) LIMIT 1",
        [channel_id, *digests],
    )
    return found is not None


def has_any(channel_id: int) -> bool:
    """Whether anything of this channel was ever erased. Erasing raises `Account.identity_epoch`, so the answer may be
    kept for as long as that stays the same."""
    return (
        sql.one("SELECT 1 FROM conversations_tombstone WHERE channel_id = %s LIMIT 1", [channel_id])
        is not None
    )


def put(channel_id: int, chat_keys: Sequence[tuple[str, str]], source_ids: Iterable[str]) -> None:
    """Remember these messages as erased; twice is once. Inside `db.write()`."""
    now = now_seconds()
    digests = sorted({digest(kind, key, one) for one in source_ids for kind, key in chat_keys})
    for part in _parts(digests):
        sql.run(
            "INSERT INTO conversations_tombstone (channel_id, digest, at) VALUES "
            + ",".join(["(%s,%s,%s)"] * len(part))
            + " ON CONFLICT DO NOTHING",
            [value for one in part for value in (channel_id, one, now)],
        )


def _parts(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Databases limit parameters."""
    return (digests[start : start + _A_STATEMENT] for start in range(0, len(digests), _A_STATEMENT))
