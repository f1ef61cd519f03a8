"""Contacts that may be one person, and what joining two would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from rookery.conversations import queries
from rookery.conversations.access import Viewer
from rookery.conversations.actions import merge_preview
from rookery.conversations.actions.duplicates import Proposal
from rookery.conversations.models import Contact
from rookery.web.formatting import plain
from rookery.web.presenters import contacts, people, words
from rookery.web.presenters.contacts import ContactRow

MOST = 100
REASONS: Final = {
    "number": noop("The same number, spelled in two ways"),
    "email": noop("The same e-mail address"),
    "saved_name": noop("Saved under the same name, one without a number"),
    "name_and_group": noop(
        "Call themselves alike and are in one group. Look twice: this is often two people."
    ),
}
WARNINGS: Final = {
    "two_lids": noop("WhatsApp itself takes them for two people."),
    "two_numbers": noop("They have different numbers. Replies go to the one that wrote last."),
    "apart": noop("Somebody of your team said that they are two."),
}
CONFLICTS: Final = {
    "agent_name": noop("the name for your team"),
    "email": noop("the e-mail address"),
    "identifier": noop("the identifier"),
}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    first: ContactRow
    second: ContactRow
    why: str
    weak: bool
    look_url: str
    apart_url: str


@dataclass(frozen=True, slots=True)
class InboxLine:
    name: str
    words: str
    joined: str


@dataclass(frozen=True, slots=True)
class JoiningPage:
    """`refused`: why it cannot be done, "" when it can."""

    first: ContactRow
    second: ContactRow
    name: str
    addresses: tuple[tuple[str, str], ...]
    inboxes: tuple[InboxLine, ...]
    warnings: tuple[str, ...]
    conflicts: str
    refused: str
    url: str


def proposals(viewer: Viewer, found: Sequence[Proposal]) -> tuple[ProposalRow, ...]:
    shown = found[:MOST]
    keys = {key for proposal in shown for key in (proposal.first, proposal.second)}
    known = Contact.objects.filter(account_id=viewer.account.pk).in_bulk(list(keys))
    rows = []
    for proposal in shown:
        first, second = known.get(proposal.first), known.get(proposal.second)
        if first is None or second is None:
            continue
        path = f"/contacts/{first.pk}"
        rows.append(
            ProposalRow(
                first=contacts.row(first),
                second=contacts.row(second),
                why=_(REASONS[proposal.reason]),
                weak=proposal.is_weak,
                look_url=f"{path}/join/{second.pk}",
                apart_url=f"{path}/apart/{second.pk}",
            )
        )
    return tuple(rows)


def candidates(viewer: Viewer, contact: Contact, query: str) -> tuple[ContactRow, ...]:
    """People whom the contact may be joined with; their `url` leads to the look before."""
    if not query:
        return ()
    found, _count = queries.list_contacts(viewer, query, limit=10)
    rows = []
    for other in found:
        if other.pk != contact.pk and other.kind == Contact.Kind.PERSON:
            shown = contacts.row(other)
            url = f"/contacts/{contact.pk}/join/{other.pk}"
            rows.append(ContactRow(url, shown.name, shown.avatar, shown.words, shown.at))
    return tuple(rows)


def preview(one: Contact, other: Contact) -> JoiningPage:
    found = merge_preview.preview(one, other)
    conflicts = ", ".join(_(CONFLICTS.get(field, "")) or plain(field) for field in found.conflicts)
    return JoiningPage(
        first=contacts.row(one),
        second=contacts.row(other),
        name=plain(found.name) or people.contact_name(one),
        addresses=tuple((kind, plain(jid)) for kind, jid, _owner in found.addresses),
        inboxes=tuple(_inbox_line(line) for line in found.inboxes),
        warnings=tuple(_(WARNINGS[word]) for word in found.warnings),
        conflicts=conflicts,
        refused=words.refusal(found.refused, {}) if found.refused else "",
        url=f"/contacts/{one.pk}/join/{other.pk}",
    )


def _inbox_line(line: merge_preview.InboxPreview) -> InboxLine:
    both = sum(line.messages)
    counted = ngettext("%(count)d message", "%(count)d messages", both) % {"count": both}
    joined = (
        _("Conversations %(numbers)s become one.")
        % {"numbers": ", ".join(f"#{number}" for number in line.joined)}
        if len(line.joined) > 1
        else ""
    )
    return InboxLine(plain(line.name), counted, joined)
