"""The open conversation: its bar, its log, its composer, its panel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from rookery import journal
from rookery.catchup import queries as catchup
from rookery.conversations import marks, queries
from rookery.conversations.access import Viewer
from rookery.conversations.actions import outgoing
from rookery.conversations.models import Contact, Conversation, Message
from rookery.media import uploads
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.presenters import around, avatars, files, inbox, messages, numbers, people
from rookery.web.view_models import (
    Bubble,
    Composer,
    ConversationPage,
    Earlier,
    Fact,
    Head,
    Line,
    Log,
    Option,
    Panel,
)

FAMILIAR = 5
MOST_SHOWN = 100


def page(viewer: Viewer, conversation: Conversation, at: Message | None = None) -> ConversationPage:
    """Everything about one conversation; around the message `at` instead of at its end."""
    return ConversationPage(
        id=conversation.display_id,
        head=head(viewer, conversation),
        log=_log(conversation, at),
        composer=_composer(viewer, conversation),
        panel=_panel(conversation),
        read_url=f"/conversations/{conversation.display_id}/read",
        banner=numbers.banner(viewer, conversation.inbox),
        older_url=f"/conversations/{conversation.display_id}/older" if conversation.inbox.channel_id else "",
        older_state=catchup.older(conversation.contact_inbox_id).state,
    )


def head(viewer: Viewer, conversation: Conversation) -> Head:
    assignee, path = conversation.assignee, f"/conversations/{conversation.display_id}"
    return Head(
        id=conversation.display_id,
        name=people.contact_name(conversation.contact),
        avatar=avatars.contact_avatar(conversation.contact),
        subtitle=_subtitle(conversation),
        resolved=conversation.status == Conversation.Status.RESOLVED,
        status=inbox.status_words()[conversation.status],
        resolution_url=f"{path}/resolution",
        assignment_url=f"{path}/assignment",
        mine=conversation.assignee_id == viewer.user.pk,
        assignee_name=people.first_name(people.user_name(assignee)) if assignee is not None else "",
        assignee=people.user_avatar(assignee) if assignee is not None else None,
        agents=tuple(
            Option(
                str(user.pk),
                people.user_name(user),
                user.pk == conversation.assignee_id,
                people.user_avatar(user),
            )
            for user in queries.list_assignable(viewer, conversation.inbox)
            if user.pk != viewer.user.pk
        ),
        labels=tuple(
            (plain(label.name), (label.color or 0) % people.HUES)
            for label in marks.list_chat_labels(conversation)
        ),
    )


def older(conversation: Conversation, before: queries.Position) -> tuple[Log, str]:
    """A page of older messages, and what to ask for the next one with ("" when this was the last)."""
    found = queries.list_chat(conversation, before)
    lines = _lines(_shown(conversation, found))
    return Log("", tuple(lines)), _before(found)


def bubbles(conversation: Conversation, found: Sequence[Message]) -> Log:
    """Bubbles for a live refresh: the log on the page finds each one its place and its run."""
    return Log("", tuple(Line(bubble=one) for one in _shown(conversation, found)))


def posted(conversation: Conversation, made: Sequence[Message]) -> Log:
    """Bubbles of messages that were stored just now."""
    return bubbles(conversation, queries.find_messages(conversation, [message.pk for message in made]))


def _log(conversation: Conversation, at: Message | None) -> Log:
    cursor = journal.position()  # read before the messages: what comes between is fetched twice, never missed
    found = (
        queries.list_messages_around(conversation, at)
        if at is not None
        else queries.list_messages(conversation, limit=_enough(conversation))
    )
    shown = _shown(conversation, found)
    return Log(
        src=f"/conversations/{conversation.display_id}/messages",
        lines=tuple(_lines(shown, conversation.unread_count)),
        before=_more_above(conversation, found),
        cursor=cursor,
        unread=conversation.unread_count,
    )


def _shown(conversation: Conversation, found: Sequence[Message]) -> list[Bubble]:
    nearby = around.load(conversation, found)
    return [messages.bubble(message, conversation.contact, nearby) for message in found]


def _more_above(conversation: Conversation, found: Sequence[Message]) -> str:
    """Where older messages of the chat begin, be they of earlier conversations; "" when there are none here."""
    if not found or not queries.has_older(conversation, (found[0].at, found[0].tie)):
        return ""
    return messages.order(found[0])


def _enough(conversation: Conversation) -> int:
    """A page, or all that is new and a little of what was read before, within reason."""
    return min(max(queries.PAGE, conversation.unread_count + FAMILIAR), MOST_SHOWN)


def _before(found: Sequence[Message]) -> str:
    return messages.order(found[0]) if len(found) >= queries.PAGE // 2 else ""


def _lines(shown: Sequence[Bubble], unread: int = 0) -> list[Line]:
    """Bubbles with day lines between them (UTC days; the browser redraws them in its own zone)."""
    first_new = _first_unread(shown, unread)
    lines: list[Line] = []
    previous: Bubble | None = None
    for bubble in shown:
        new_day = previous is None or bubble.at.date() != previous.at.date()
        if new_day:
            lines.append(Line(day=bubble.at))
        if bubble is first_new:
            lines.append(Line(unread=True))
        starts = new_day or bubble is first_new or previous is None or not _same_run(previous, bubble)
        lines.append(Line(bubble=bubble, first=starts and bubble.direction != "activity"))
        previous = bubble
    return lines


def _same_run(previous: Bubble, bubble: Bubble) -> bool:
    return previous.direction == bubble.direction and previous.author.key == bubble.author.key


def _first_unread(shown: Sequence[Bubble], unread: int) -> Bubble | None:
    incoming = [bubble for bubble in shown if bubble.direction == "in"]
    return incoming[-unread] if 0 < unread <= len(incoming) else None


def _subtitle(conversation: Conversation) -> str:
    contact = conversation.contact
    number = phone.display(contact.phone) if contact.phone and contact.kind == Contact.Kind.PERSON else ""
    kind = _("Group") if contact.kind == Contact.Kind.GROUP else ""
    return " · ".join(part for part in (number or kind, plain(conversation.inbox.name)) if part)


def _composer(viewer: Viewer, conversation: Conversation) -> Composer:
    disabled = ""
    if conversation.contact.blocked:
        disabled = _("This contact is blocked.")
    elif conversation.inbox.channel_id is None:
        disabled = _("This inbox has no number any more.")
    return Composer(
        conversation=conversation.display_id,
        action=f"/conversations/{conversation.display_id}/messages",
        user=viewer.user.pk,
        client_ref=str(uuid.uuid4()),
        max_bytes=uploads.max_bytes(),
        max_files=outgoing.MAX_FILES,
        max_text=outgoing.MAX_TEXT,
        disabled=disabled,
    )


def _panel(conversation: Conversation) -> Panel:
    contact = conversation.contact
    push_name = plain(contact.push_name)
    own_words = (
        _("“%(name)s” on WhatsApp") % {"name": push_name} if push_name and push_name != contact.name else ""
    )
    return Panel(
        name=people.contact_name(contact),
        avatar=avatars.contact_avatar(contact),
        subtitle=own_words,
        facts=tuple(_facts(conversation)),
        labels=tuple((plain(label.title), people.hue(label.pk)) for label in conversation.labels.all()),
        media=tuple(
            files.media(attachment)
            for attachment in queries.list_media(conversation)
            if attachment.message.revoked_at is None
        ),
        earlier=tuple(_earlier(other) for other in queries.list_earlier_conversations(conversation)),
    )


def _facts(conversation: Conversation) -> list[Fact]:
    contact = conversation.contact
    facts = []
    if contact.phone:
        facts.append(Fact(_("Phone"), phone.display(contact.phone)))
    if contact.email:
        facts.append(Fact(_("E-mail"), plain(contact.email)))
    facts.append(Fact(_("Number"), plain(conversation.inbox.name)))
    if contact.created_at:
        facts.append(Fact(_("Since"), "", messages.moment(contact.created_at)))
    return facts


def _earlier(other: Conversation) -> Earlier:
    last: Message | None = other.last_message  # type: ignore[attr-defined]
    words = messages.preview_text(last) if last is not None else _("No messages yet")
    at = messages.moment(other.last_activity_at) if other.last_activity_at else None
    return Earlier(other.display_id, f"/conversations/{other.display_id}", words, at)
