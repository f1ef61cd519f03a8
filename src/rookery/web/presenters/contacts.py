"""The list of contacts, and one contact's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Address, Contact, Conversation, GroupMember
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.presenters import avatars, joined, messages, people
from rookery.web.presenters.inbox import status_words
from rookery.web.presenters.joined import MergeLine
from rookery.web.view_models import Avatar

LONGEST_QUERY = 200
ROWS = 50
MOST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class ContactRow:
    url: str
    name: str
    avatar: Avatar
    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactList:
    """`more` is the address of the next page, "" at the end."""

    rows: tuple[ContactRow, ...]
    count: str
    query: str
    more: str


@dataclass(frozen=True, slots=True)
class Known:
    """Something a source says about a contact: what it is, and what it says."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    url: str
    inbox: str
    status: str
    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One contact. `own_name` is what the team typed; `otherwise` what shows without it."""

    id: int
    name: str
    avatar: Avatar
    words: str
    group: bool
    own_name: str
    otherwise: str
    known: tuple[Known, ...]
    threads: tuple[Thread, ...]
    members: tuple[ContactRow, ...]
    merges: tuple[MergeLine, ...]
    administrator: bool


def list_page(viewer: Viewer, query: str, number: int) -> ContactList:
    found, count = queries.list_contacts(viewer, query, offset=(number - 1) * ROWS, limit=ROWS)
    more = {"q": query, "page": number + 1} if query else {"page": number + 1}
    return ContactList(
        rows=tuple(row(contact) for contact in found),
        count=ngettext("%(count)d contact", "%(count)d contacts", count) % {"count": count},
        query=query,
        more="/contacts?" + urlencode(more) if number * ROWS < count else "",
    )


def row(contact: Contact, words: str | None = None) -> ContactRow:
    return ContactRow(
        url=f"/contacts/{contact.pk}",
        name=people.contact_name(contact),
        avatar=avatars.contact_avatar(contact),
        words=_words(contact) if words is None else words,
        at=messages.moment(contact.last_activity_at) if contact.last_activity_at else None,
    )


def person_page(viewer: Viewer, contact: Contact) -> PersonPage:
    group = contact.kind == Contact.Kind.GROUP
    return PersonPage(
        id=contact.pk,
        name=people.contact_name(contact),
        avatar=avatars.contact_avatar(contact),
        words=_words(contact),
        group=group,
        own_name=plain(contact.agent_name),
        otherwise=plain(contact.saved_name) or plain(contact.push_name) or _number(contact),
        known=tuple(_known(contact)),
        threads=tuple(_thread(conversation) for conversation in queries.list_threads(viewer, contact)),
        members=tuple(_members(viewer, contact)) if group else (),
        merges=joined.merges(contact),
        administrator=viewer.is_administrator,
    )


def _words(contact: Contact) -> str:
    if contact.kind == Contact.Kind.GROUP:
        return _("Group")
    number = _number(contact)
    own = plain(contact.push_name)
    said = _("“%(name)s” on WhatsApp") % {"name": own} if own and own != people.contact_name(contact) else ""
    return " · ".join(
        part for part in (number if number != people.contact_name(contact) else "", said) if part
    )


def _number(contact: Contact) -> str:
    return phone.display(contact.phone) if contact.phone else ""


def _known(contact: Contact) -> list[Known]:
    names = [
        Known(
            _("Saved on the phone") if contact.kind == "person" else _("Subject"), plain(contact.saved_name)
        ),
        Known(_("Calls itself"), plain(contact.push_name)),
        Known(_("E-mail"), plain(contact.email)),
    ]
    labels = {
        Address.Kind.PN: _("Number"),
        Address.Kind.LID: _("WhatsApp's private id"),
        Address.Kind.GROUP: _("Group id"),
    }
    ids = [
        Known(labels.get(address.kind, _("WhatsApp id")), plain(address.jid), code=True)  # type: ignore[call-overload]
        for address in contact.addresses.order_by("-kind", "key")
    ]
    return [one for one in (*names, *ids) if one.value]


def _thread(conversation: Conversation) -> Thread:
    last = conversation.last_message  # type: ignore[attr-defined]
    return Thread(
        url=f"/conversations/{conversation.display_id}",
        inbox=plain(conversation.inbox.name),
        status=status_words()[conversation.status],
        words=messages.preview_text(last) if last is not None else _("No messages yet"),
        at=messages.moment(conversation.last_activity_at) if conversation.last_activity_at else None,
    )


def _members(viewer: Viewer, group: Contact) -> list[ContactRow]:
    roles = {GroupMember.Role.ADMIN.value: _("Admin"), GroupMember.Role.OWNER.value: _("Owner")}
    ours = set(access.channels(viewer).values_list("phone", flat=True))
    found = []
    for member in queries.list_members(group, MOST_MEMBERS):
        listed = member.contact.listed
        own = [_("This number")] if member.contact.phone in ours else []
        shown = row(member.contact, " · ".join([*own, *filter(None, [roles.get(member.role, "")])]))
        # Somebody who is only known from the group has no page of their own.
        found.append(shown if listed else ContactRow("", shown.name, shown.avatar, shown.words, None))
    return found
