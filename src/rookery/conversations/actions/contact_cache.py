"""What one worker remembers between events."""

from __future__ import annotations

from rookery.accounts.models import Account
from rookery.conversations.actions import waiting_room
from rookery.conversations.store import tombstones

_MOST = 50_000


class ContactCache:
    """Ids of chats seen before: (inbox, aliases) -> (contact, contact inbox), pairs of number and LID that are known to
    be one person, and which channels have tombstones.

    Valid for one identity epoch of the account; merges, undo, erasing and settings bump it in any process.
    """

    def __init__(self) -> None:
        self.epochs: dict[int, int] = {}
        self.known: dict[tuple[int, tuple[object, ...]], tuple[int, int]] = {}
        self.pairs: set[tuple[int, tuple[object, ...]]] = set()
        self.learnt: set[tuple[int, int]] = set()
        self._tombstones: dict[int, bool] = {}

    def use(self, account_id: int, epoch: int) -> None:
        """Forget everything when the account's identity epoch moved."""
        if self.epochs.get(account_id) != epoch or max(len(self.known), len(self.pairs)) > _MOST:
            self.forget()
            self.epochs[account_id] = epoch

    def forget(self) -> None:
        """After a rollback: ids learnt in it may not exist."""
        self.known.clear()
        self.pairs.clear()
        self._tombstones.clear()

    def learn(self, account_id: int, contact_id: int) -> None:
        """Contacts were joined, or an alias was learnt: judge the claims that waited for it. Inside `db.write()`."""
        epoch = Account.objects.values_list("identity_epoch", flat=True).get(pk=account_id)
        self.use(account_id, epoch)
        self.learnt.add((account_id, contact_id))
        waiting_room.retry_for_contact(account_id, contact_id)

    def has_tombstones(self, channel_id: int) -> bool:
        """Whether anything of the channel was ever erased."""
        if channel_id not in self._tombstones:
            self._tombstones[channel_id] = tombstones.has_any(channel_id)
        return self._tombstones[channel_id]
