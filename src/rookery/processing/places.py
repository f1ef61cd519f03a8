"""Which inbox a channel's events belong to, read again when the account's identity epoch moves."""

from __future__ import annotations

from rookery.accounts.models import Account
from rookery.channels import states
from rookery.conversations.actions.inbound import ContactCache
from rookery.conversations.incoming import Place
from rookery.conversations.models import Inbox
from rookery.providers import registry
from rookery.providers.base import Provider
from rookery.waid import BadJid, Jid, address_key, phone


class Places:
    """Channel id to place and provider. Call `refresh` once a batch."""

    def __init__(self, cache: ContactCache) -> None:
        self.cache = cache
        self._epochs: dict[int, int] = {}
        self._known: dict[int, tuple[Place, type[Provider]]] = {}

    def refresh(self) -> None:
        """Read the accounts' identity epochs; forget what they made stale."""
        epochs = dict(Account.objects.values_list("pk", "identity_epoch"))
        if epochs != self._epochs:
            self._epochs = epochs
            self._known.clear()
        for account_id, epoch in epochs.items():
            self.cache.use(account_id, epoch)

    def find(self, channel_id: int | None) -> tuple[Place, type[Provider]] | None:
        """The place of a channel's events; None when the channel or its inbox is gone."""
        if channel_id is None:
            return None
        if channel_id not in self._known:
            found = load_place(channel_id)
            if found is None:
                return None
            self._known[channel_id] = found
        return self._known[channel_id]

    def learn_own_lid(self, place: Place, jid: Jid) -> None:
        """The number's own LID showed up; receipts by it are our own reading."""
        states.do_learn_own_lid(place.channel_id, str(jid.bare))
        self._known.pop(place.channel_id, None)


def load_place(channel_id: int) -> tuple[Place, type[Provider]] | None:
    """The place of a channel's events and the provider that reads them; None without channel or inbox."""
    inbox = Inbox.objects.filter(channel_id=channel_id).select_related("channel").first()
    if inbox is None or inbox.channel is None:
        return None
    channel = inbox.channel
    own = {("pn", phone.key(channel.phone))}
    for text in (channel.own_pn, channel.own_lid):
        if text:
            try:
                own.add(address_key(Jid.parse(text)))
            except BadJid:
                continue
    place = Place(inbox.account_id, inbox.pk, channel.pk, inbox.after_resolved, frozenset(own))
    return place, registry.get(channel.provider)
