"""Which inbox a channel's events belong to, read again when the account's identity epoch moves."""

from __future__ import annotations

from rookery.channels import states
from rookery.channels.models import Channel
from rookery.conversations.actions import claims, rules
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import Place
from rookery.conversations.models import Inbox
from rookery.conversations.store import people
from rookery.providers import registry
from rookery.providers.base import Provider
from rookery.waid import BadJid, Jid


class Places:
    """Channel id to place and provider. Call `refresh` once a batch."""

    def __init__(self, cache: ContactCache) -> None:
        self.cache = cache
        self._epochs: dict[int, int] = {}
        self._known: dict[int, tuple[Place, type[Provider]]] = {}
        self._own: dict[int, frozenset[Jid]] = {}

    def refresh(self) -> None:
        """Read the accounts' identity epochs; forget what they made stale."""
        epochs = people.identity_epochs()
        if epochs != self._epochs:
            self._epochs = epochs
            self._known.clear()
            self._own.clear()
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

    @property
    def account_ids(self) -> list[int]:
        """The accounts that were there at the last `refresh`."""
        return sorted(self._epochs)

    def own_jids(self, channel_id: int) -> frozenset[Jid]:
        """The number's own addresses as JIDs, for dialects in which the parser must tell what is ours."""
        if channel_id not in self._own:
            self._own[channel_id] = load_own_jids(channel_id)
        return self._own[channel_id]

    def learn_own_lid(self, place: Place, jid: Jid) -> None:
        """The number's own LID showed up; receipts by it are our own reading."""
        states.do_learn_own_lid(place.channel_id, str(jid.bare))
        self._known.pop(place.channel_id, None)
        self._own.pop(place.channel_id, None)


def load_place(channel_id: int) -> tuple[Place, type[Provider]] | None:
    """The place of a channel's events and the provider that reads them; None without channel or inbox."""
    inbox = Inbox.objects.filter(channel_id=channel_id).select_related("channel").first()
    if inbox is None or inbox.channel is None:
        return None
    channel = inbox.channel
    place = Place(
        inbox.account_id,
        inbox.pk,
        channel.pk,
        inbox.after_resolved,
        claims.own_keys(channel),
        rules.read(inbox.settings),
    )
    return place, registry.get(channel.provider)


def load_own_jids(channel_id: int) -> frozenset[Jid]:
    """The JIDs of the number itself, as far as they are known."""
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        return frozenset()
    found = {Jid.parse(f"{channel.phone.removeprefix('+')}@s.whatsapp.net")}
    for text in (channel.own_pn, channel.own_lid):
        try:
            found.add(Jid.parse(text).bare)
        except BadJid:
            continue
    return frozenset(found)
