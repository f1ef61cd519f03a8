"""What an agent does with a contact card that somebody sent."""

from __future__ import annotations

from rookery import db
from rookery.accounts.models import User
from rookery.conversations.actions import identity, names, opening
from rookery.conversations.errors import Refused
from rookery.conversations.incoming import Alias
from rookery.conversations.models import Contact, Conversation, Inbox
from rookery.waid import BadJid, BadPhone, Jid, address_key


def do_save_card(account_id: int, number: str, name: str, *, by: User) -> Contact:
    """The contact with this number (E.164) gets the card's name, if the team has given it none yet."""
    contact = _contact(account_id, number)
    if name and not contact.agent_name:
        return names.do_set_agent_name(contact, name, by=by)
    with db.write():
        Contact.objects.filter(pk=contact.pk).update(listed=True)
    return contact


def do_start_conversation(inbox: Inbox, number: str, name: str, *, by: User) -> Conversation:
    """The unresolved conversation with this number in the inbox, made if there is none. Raises Refused.

    Somebody nobody knew by name is called as on the card.
    """
    contact = _contact(inbox.account_id, number)
    if name and not contact.name:
        names.do_set_agent_name(contact, name, by=by)
    return opening.do_open_conversation(inbox, contact, by=by, opening=opening.Opening(assignee=by))


def _contact(account_id: int, number: str) -> Contact:
    try:
        jid = Jid.of_phone(number)
        kind, key = address_key(jid)
    except (BadJid, BadPhone):
        raise Refused("bad_number", "phone") from None
    with db.write():
        contact_id, _ = identity.do_resolve_contact(
            account_id, [Alias(kind, key, str(jid))], Contact.Kind.PERSON, seen=False
        )
    return Contact.objects.get(pk=contact_id)
