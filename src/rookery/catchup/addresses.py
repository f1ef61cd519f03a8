"""Every address under which a gateway may keep a chat (gateway contract, hazards 20 and 41)."""

from __future__ import annotations

from collections.abc import Iterable

from rookery.conversations.incoming import Alias
from rookery.conversations.models import Address, ContactInbox
from rookery.conversations.store import people
from rookery.processing.translate import alias_of
from rookery.waid import BadJid, Jid, phone


def of_chat(account_id: int, jid: Jid) -> list[Jid]:
    """The chat's address first, then every other that leads to the same contact."""
    try:
        owners = people.find_owners(account_id, [alias_of(jid)])
    except BadJid:
        return [jid]
    return _forms([str(jid), *_known(owners.values())])


def of_contact_inbox(contact_inbox_id: int) -> list[Jid]:
    """Every address of the other side, the one we write to first; [] when it is gone."""
    thread = ContactInbox.objects.filter(pk=contact_inbox_id).first()
    return _forms([thread.jid, *_known([thread.contact_id])]) if thread else []


def find_contact_inbox(account_id: int, inbox_id: int, chat: Iterable[Alias]) -> int | None:
    """The contact inbox of a chat; None when there is none yet."""
    owners = people.find_owners(account_id, list(chat))
    found = ContactInbox.objects.filter(inbox_id=inbox_id, contact_id__in=set(owners.values()))
    return found.values_list("pk", flat=True).first()


def _known(contact_ids: Iterable[int]) -> list[str]:
    rows = Address.objects.filter(contact_id__in=list(contact_ids)).order_by("pk")
    return list(rows.values_list("jid", flat=True))


def _forms(texts: Iterable[str]) -> list[Jid]:
    found: dict[str, Jid] = {}
    for text in texts:
        try:
            jid = Jid.parse(text).bare
        except BadJid:
            continue
        found.setdefault(str(jid), jid)
        if jid.is_pn and jid.user.isascii() and jid.user.isdigit():
            short = Jid(phone.key(jid.user), jid.server)
            found.setdefault(str(short), short)
    return list(found.values())
