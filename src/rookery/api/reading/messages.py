"""Pages of a conversation's messages (contract 4.5.2, decisions C6)."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from rookery.api.reading import marks
from rookery.conversations import queries
from rookery.conversations.models import Conversation, Message

NEWEST: Final = 20
AFTER: Final = 100
BETWEEN: Final = 1_000


def page(
    conversation: Conversation, *, before: int | None, after: int | None, public: bool = False
) -> list[Message]:
    """Messages in the order of their places, oldest first.

    Neither: the newest 20. `before`: the 20 above that row's *place*. `after`: the 100 that follow by *id*, so that a
    client which polls never misses a message that was healed into the past. Both: after <= id < before, up to 1,000.
    `public` leaves out notes and activity.
    """
    rows = Message.objects.filter(conversation_id=conversation.pk)
    if public:
        rows = rows.filter(private=False).exclude(direction=Message.Direction.ACTIVITY)
    if before is not None and after is not None:
        return _between(rows, after, before)
    if after is not None:
        chosen = rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AFTER]
        return _loaded(Message.objects.filter(pk__in=list(chosen)).order_by("at", "tie"))
    if before is not None:
        rows = rows.filter(_above(conversation, before))
    return list(reversed(_loaded(rows.order_by("-at", "-tie")[:NEWEST])))


def one(message: Message) -> Message:
    """The message with all that its shape shows."""
    return _loaded(Message.objects.filter(pk=message.pk))[0]


def _loaded(rows: QuerySet[Message]) -> list[Message]:
    return marks.attach(queries.with_parts(rows))


def _between(rows: QuerySet[Message], after: int, before: int) -> list[Message]:
    chosen = rows.filter(pk__gte=after, pk__lt=before).order_by("pk").values_list("pk", flat=True)[:BETWEEN]
    return _loaded(Message.objects.filter(pk__in=list(chosen)).order_by("at", "tie"))


def _above(conversation: Conversation, before: int) -> Q:
    """Before that row's place; a row that is not of this conversation has none, and its id must do."""
    rows = Message.objects.filter(conversation_id=conversation.pk, pk=before)
    place = rows.values_list("at", "tie").first()
    return queries.before_position(place) if place is not None else Q(pk__lt=before)
