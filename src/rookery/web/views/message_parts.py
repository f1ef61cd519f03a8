"""What a bubble tells when it is asked: versions, people, a deleted text, its picture; and what its cards offer.

Bubbles are shared by everybody, so whatever depends on who looks is answered here, never in them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rookery.conversations import access, marks
from rookery.conversations.actions import cards
from rookery.conversations.errors import Refused
from rookery.conversations.models import Contact, Message
from rookery.web.presenters import around, avatars, details, files, kinds, messages, people, remarks, words
from rookery.web.requests import PageRequest, part, viewer_of
from rookery.web.view_models import Avatar

PICTURE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Disposition": 'inline; filename="picture.jpg"',
}


class Person(NamedTuple):
    name: str
    avatar: Avatar
    at: datetime | None = None


class Group(NamedTuple):
    """People under a heading."""

    title: str
    people: list[Person]


class Version(NamedTuple):
    """What a message once said; None: the caption changed to nobody knows what."""

    text: str | None
    at: datetime


@require_safe
def versions(request: PageRequest, pk: int) -> HttpResponse:
    message = _readable(request, pk)
    found = [Version(row.content, messages.moment(row.at)) for row in marks.list_versions(message)]
    return part(request, "more/_versions.html", versions=found)


@require_safe
def deleted(request: PageRequest, pk: int) -> HttpResponse:
    """What a deleted message said, to those who may read it."""
    viewer = viewer_of(request)
    message = access.message(viewer, pk)
    if message.revoked_at is None:
        raise Http404
    readable = around.may_read_deleted(viewer)
    found = message.attachments.select_related("blob").order_by("position", "id") if readable else ()
    return part(
        request,
        "more/_deleted.html",
        readable=readable,
        guarded=around.deleted_texts(message.conversation) == around.ADMINISTRATORS,
        text=message.content if readable else "",
        media=[files.media(attachment) for attachment in found],
    )


@require_safe
def reactions(request: PageRequest, pk: int) -> HttpResponse:
    message = _readable(request, pk)
    groups: dict[str, list[Person]] = {}
    for row in marks.list_reactions([message.pk]).get(message.pk, []):
        face = (
            avatars.contact_avatar(row.contact)
            if row.contact is not None
            else people.user_avatar(request.user)
        )
        groups.setdefault(remarks.emoji(row), []).append(
            Person(remarks.reactor(row), face, messages.moment(row.at))
        )
    return _people(request, _("Reactions"), groups)


@require_safe
def receipts(request: PageRequest, pk: int) -> HttpResponse:
    """Who in the group has read a message of ours, got it, or neither."""
    message = _readable(request, pk)
    groups: dict[str, list[Person]] = {_("Read"): [], _("Delivered"): [], _("Not yet"): []}
    read, delivered, neither = groups.values()
    known = set()
    for row in marks.list_receipts([message.pk]).get(message.pk, []):
        known.add(row.contact_id)
        seen = row.read_at or row.played_at
        (read if seen else delivered).append(_person(row.contact, seen or row.delivered_at))
    for member in marks.list_members(message.conversation):
        if member.contact_id not in known:
            neither.append(_person(member.contact))
    return _people(request, _("Who has read it"), groups)


@require_safe
def picture(request: PageRequest, pk: int) -> HttpResponse:
    """The small picture inside a location or an order: a JPEG, or nothing."""
    found = details.picture(_readable(request, pk).details)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="image/jpeg", headers=PICTURE_HEADERS)


@require_POST
def start_conversation(request: PageRequest, pk: int, card: int, index: int) -> HttpResponse:
    """Open a conversation with a number on a card, through the number that the card came to."""
    message = _readable(request, pk)
    number, name = _on_card(message, card, index)
    inbox = access.inbox(viewer_of(request), message.inbox_id)
    try:
        made = cards.do_start_conversation(inbox, number, name, by=request.user)
    except Refused as error:
        return HttpResponse(words.refusal(error.code, error.params), status=422, content_type="text/plain")
    return HttpResponse(status=204, headers={"HX-Redirect": f"/conversations/{made.display_id}"})


@require_POST
def save_card(request: PageRequest, pk: int, card: int, index: int) -> HttpResponse:
    number, name = _on_card(_readable(request, pk), card, index)
    try:
        cards.do_save_card(viewer_of(request).account.pk, number, name, by=request.user)
    except Refused as error:
        return HttpResponse(words.refusal(error.code, error.params), status=422, content_type="text/plain")
    return part(request, "more/_saved.html")


def _readable(request: PageRequest, pk: int) -> Message:
    """The message, unless it was deleted and the viewer may not read such ones. Raises Http404."""
    viewer = viewer_of(request)
    message = access.message(viewer, pk)
    if message.revoked_at is not None and not around.may_read_deleted(viewer):
        raise Http404
    return message


def _on_card(message: Message, card: int, index: int) -> tuple[str, str]:
    found = kinds.card_phone(message, card, index) if message.kind == "contact" else None
    if found is None:
        raise Http404
    return found


def _person(contact: Contact, at: int | None = None) -> Person:
    moment = messages.moment(at) if at else None
    return Person(people.contact_name(contact), avatars.contact_avatar(contact), moment)


def _people(request: PageRequest, title: str, groups: dict[str, list[Person]]) -> HttpResponse:
    shown: list[Any] = [Group(name, found) for name, found in groups.items() if found]
    return part(request, "more/_people.html", title=title, groups=shown)
