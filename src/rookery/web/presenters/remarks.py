"""What others did to a message: reactions, receipts of a group, deletion; and lines about the group itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rookery.conversations.marks import people_of
from rookery.conversations.models import Contact, Message, Reaction
from rookery.web.formatting import plain
from rookery.web.kind_models import Deleted, Reacted, Readers
from rookery.web.presenters import people
from rookery.web.presenters.around import ADMINISTRATORS, NOBODY, Around

MOST_NAMED = 4
MOST_EMOJI = 6
LONGEST_EMOJI = 16
_ISOLATE, _END = "\u2068", "\u2069"  # a name's direction stays its own


def reactions(message: Message, around: Around) -> tuple[Reacted, ...]:
    """By emoji, in the order in which each came first."""
    groups: dict[str, list[Reaction]] = defaultdict(list)
    for row in around.marks.reactions.get(message.pk, ()):
        groups[emoji(row)].append(row)
    groups.pop("", None)
    many = list(groups)
    if len(many) > MOST_EMOJI:
        rest = [row for shown in many[MOST_EMOJI - 1 :] for row in groups.pop(shown)]
        groups[f"+{len(many) - MOST_EMOJI + 1}"] = rest
    return tuple(
        Reacted(
            shown, len(rows), names([reactor(row) for row in rows]), any(not row.contact_id for row in rows)
        )
        for shown, rows in groups.items()
    )


def emoji(row: Reaction) -> str:
    return plain(row.emoji[:LONGEST_EMOJI])


def reactor(row: Reaction) -> str:
    return people.contact_name(row.contact) if row.contact is not None else _("You")


def readers(message: Message, around: Around) -> Readers | None:
    """Such as `Read by 3 of 8`, for a message of ours that somebody in the group got."""
    rows = around.marks.receipts.get(message.pk, ())
    if not rows:
        return None
    read = sum(1 for row in rows if row.read_at or row.played_at)
    all_of_them = max(around.marks.members, len(rows))
    if read:
        words = _("Read by %(count)d of %(all)d") % {"count": read, "all": all_of_them}
    else:
        words = _("Delivered to %(count)d of %(all)d") % {"count": len(rows), "all": all_of_them}
    return Readers(words, f"/messages/{message.pk}/receipts")


def deleted(message: Message, around: Around) -> Deleted | None:
    """None for a message that stands. Its text is asked for separately, by those who may read it."""
    if message.revoked_at is None:
        return None
    url = "" if around.deleted_texts == NOBODY else f"/messages/{message.pk}/deleted"
    return Deleted(_who_deleted(message, around), url, guarded=around.deleted_texts == ADMINISTRATORS)


def _who_deleted(message: Message, around: Around) -> str:
    if message.revoked_by_id is None:
        return _("You deleted this message") if message.direction == "out" else _("Deleted from our number")
    if message.direction == "in" and message.revoked_by_id == message.author_id:
        return _("Deleted by the sender")
    who = around.marks.people.get(message.revoked_by_id)
    return _("Deleted by %(name)s") % {"name": isolated(who)}


def group_line(message: Message, around: Around) -> str:
    """Who came, left, or became something, by name."""
    found = [around.marks.people.get(one) for one in people_of(message)]
    who, count = names([isolated(one) for one in found]), max(1, len(found))
    change = message.details.get("change")
    if change == "joined":
        return _("Our number joined the group")
    if not found:
        return _("The group's people changed")
    sentences = {
        "join": ngettext("%(who)s joined", "%(who)s joined", count),
        "leave": ngettext("%(who)s left", "%(who)s left", count),
        "promote": ngettext("%(who)s is an admin now", "%(who)s are admins now", count),
        "demote": ngettext("%(who)s is no longer an admin", "%(who)s are no longer admins", count),
    }
    sentence = sentences.get(str(change), _("The group's people changed"))
    return sentence % {"who": who} if "%(who)s" in sentence else sentence


def names(every: Sequence[str]) -> str:
    """`Ana, Bia and 3 others`."""
    shown, more = list(every[:MOST_NAMED]), len(every) - MOST_NAMED
    if more > 0:
        rest = ngettext("%(count)d other", "%(count)d others", more) % {"count": more}
        return _("%(names)s and %(last)s") % {"names": ", ".join(shown), "last": rest}
    if len(shown) < 2:
        return "".join(shown)
    return _("%(names)s and %(last)s") % {"names": ", ".join(shown[:-1]), "last": shown[-1]}


def isolated(contact: Contact | None) -> str:
    name = people.contact_name(contact) if contact is not None else _("Somebody")
    return f"{_ISOLATE}{name}{_END}"
