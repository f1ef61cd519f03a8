"""What is ours about an inbox: how complete its history is, and which chats it takes in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rookery.api import errors
from rookery.api.calls import Call
from rookery.api.views.erasing import FORBIDDEN
from rookery.catchup import queries
from rookery.conversations import access
from rookery.conversations.actions import rules as actions
from rookery.conversations.errors import Refused
from rookery.conversations.incoming import ChatRules


def completeness(call: Call, inbox_id: int) -> dict[str, Any]:
    """Times are epoch seconds, null where there is none; an inbox without a number has nothing to say: 404."""
    inbox = access.inbox(call.viewer, inbox_id)
    if inbox.channel_id is None:
        raise errors.not_found()
    found = asdict(queries.completeness(inbox.channel_id))
    found.pop("channel_id")
    for job in found["jobs"]:
        job["user_id"] = job.pop("by")
    return {"inbox_id": inbox.pk, **found}


def rules(call: Call, inbox_id: int) -> dict[str, Any]:
    return _shape(actions.read(access.inbox(call.viewer, inbox_id).settings))


def set_rules(call: Call, inbox_id: int) -> dict[str, Any]:
    """What is not named becomes the default."""
    inbox = access.inbox(call.viewer, inbox_id)
    if not call.viewer.is_administrator:
        raise errors.ApiError(401, {"error": FORBIDDEN})
    body = call.body
    try:
        held = actions.do_set_rules(
            inbox,
            groups=body.text("groups", "all"),
            group_list=body.texts("group_list"),
            ignored=body.texts("ignored"),
            newsletters=body.flag("newsletters"),
            by=call.user,
        )
    except Refused as error:
        raise errors.invalid(error, "groups") from error
    return _shape(held)


def _shape(held: ChatRules) -> dict[str, Any]:
    return {
        "groups": held.groups,
        "group_list": sorted(f"{key}@g.us" for key in held.group_list),
        "ignored": list(held.ignored),
        "newsletters": held.newsletters,
    }
