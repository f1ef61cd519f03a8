"""Whose details are due: who joins the queue, who is taken from it, and when they are due again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from rookery import db
from rookery.conversations.models import Contact
from rookery.db.fields import now_millis
from rookery.details import moments
from rookery.details.models import Look


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed look. `rang`: somebody asked for it out of turn. `lease_ms` is whose it is."""

    contact_id: int
    channel_id: int
    is_group: bool
    tries: int
    info_ms: int
    picture_ms: int
    picture: str
    rang: bool
    lease_ms: int

    def wants_info(self, now: int) -> bool:
        """Whether the group's subject and members are asked for."""
        return self.is_group and (self.rang or _is_due(self.info_ms, moments.INFO_EVERY, now))

    def wants_picture(self, now: int) -> bool:
        return _is_due(self.picture_ms, moments.PICTURE_EVERY, now)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look came to. The times are when the questions were answered last; `next_ms` is when it is due again."""

    next_ms: int
    tries: int
    info_ms: int
    picture_ms: int
    picture: str


_EARLY: Final = 12  # a twelfth of the age may be missing: what is nearly due is asked for in one go


def take(channel_ids: Collection[int], room: int, busy: Collection[int] = ()) -> list[Due]:
    """Claim up to `room` looks through these channels: rung bells first, then what is due longest.

    A claim is a lease: nobody else takes it for `moments.LEASE`. `busy` are contacts to leave alone.
    """
    now = now_millis()
    looks = Look.objects.filter(channel_id__in=channel_ids).exclude(pk__in=busy)
    looks = looks.annotate(bell_ms=F("contact__details_due_ms"))
    # `in` and not equality: a bare boolean finds no index on SQLite, and this is asked every two seconds.
    rung = looks.filter(
        is_group__in=[True], info_ms__gt=0, info_ms__lt=now - moments.BELL_EVERY, tries=0, bell_ms=0
    )
    wanted = list(rung.order_by("info_ms")[:room])
    if len(wanted) < room:
        due = looks.filter(due_ms__lte=now).exclude(pk__in=[look.pk for look in wanted])
        wanted += due.order_by("due_ms")[: room - len(wanted)]
    if not wanted:
        return []
    lease = now + moments.LEASE
    with db.write():
        return [
            Due(
                look.pk, look.channel_id, look.is_group, look.tries, look.info_ms, look.picture_ms,
                look.picture, look.bell_ms == 0, lease,
            )
            for look in wanted
            if _claim(look.pk, look.due_ms, lease)
        ]  # fmt: skip


def settle(due: Due, outcome: Outcome) -> None:
    """Write down what came of a claimed look; nothing, when the claim is somebody else's by now."""
    with db.write():
        mine = Look.objects.filter(pk=due.contact_id, due_ms=due.lease_ms)
        if mine.update(
            due_ms=outcome.next_ms, tries=outcome.tries, info_ms=outcome.info_ms,
            picture_ms=outcome.picture_ms, picture=outcome.picture,
        ):  # fmt: skip
            # A bell that rang while we looked stays rung.
            Contact.objects.filter(pk=due.contact_id, details_due_ms=due.lease_ms).update(
                details_due_ms=outcome.next_ms, details_tries=outcome.tries
            )


def give_up(due: Due, next_ms: int) -> None:
    """Nobody can be asked about this contact now; one that was joined into another leaves the queue for good."""
    if Contact.objects.filter(pk=due.contact_id, merged_into__isnull=True).exists():
        info_ms = 0 if due.rang else due.info_ms
        settle(due, Outcome(next_ms, due.tries, info_ms, due.picture_ms, due.picture))
        return
    with db.write():
        Look.objects.filter(pk=due.contact_id).delete()


def release(dues: Collection[Due]) -> None:
    """Give claims back, uncounted: they are due at once."""
    with db.write():
        for due in dues:
            Look.objects.filter(pk=due.contact_id, due_ms=due.lease_ms).update(due_ms=now_millis())


def next_after(outcome_info_ms: int, picture_ms: int, *, is_group: bool) -> int:
    """When a contact whose questions were answered at these times is due again."""
    picture = picture_ms + moments.jitter(moments.PICTURE_EVERY)
    if not is_group:
        return picture
    return min(picture, outcome_info_ms + moments.jitter(moments.INFO_EVERY))


def _claim(contact_id: int, seen: int, lease: int) -> bool:
    if not Look.objects.filter(pk=contact_id, due_ms=seen).update(due_ms=lease):
        return False
    Contact.objects.filter(pk=contact_id).update(details_due_ms=lease)
    return True


def _is_due(at: int, every: int, now: int) -> bool:
    return at + every - every // _EARLY <= now
