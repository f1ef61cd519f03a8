"""Account, profile, agents, teams, small lists."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas.parts import FREE, MOMENT, TEXT, WHOLE, YES_NO, list_of, one_of, or_null, record
from rookery.api.table import Schema

ROLE: Final = one_of("administrator", "agent")
PRESENCE: Final = one_of("online", "offline", "busy")

AGENT: Final = record(
    {
        "id": WHOLE,
        "account_id": WHOLE,
        "availability_status": PRESENCE,
        "auto_offline": YES_NO,
        "confirmed": YES_NO,
        "email": TEXT,
        "available_name": TEXT,
        "name": TEXT,
        "role": ROLE,
        "thumbnail": TEXT,
    },
    maybe={"custom_attributes": FREE, "custom_role_id": or_null(WHOLE)},
)
TEAM: Final = record(
    {
        "id": WHOLE,
        "name": TEXT,
        "description": or_null(TEXT),
        "allow_auto_assign": YES_NO,
        "account_id": WHOLE,
        "is_member": YES_NO,
    }
)
LABEL: Final = record(
    {"id": WHOLE, "title": TEXT, "description": or_null(TEXT), "color": TEXT, "show_on_sidebar": YES_NO}
)
CANNED_RESPONSE: Final = record(
    {
        "id": WHOLE,
        "account_id": WHOLE,
        "short_code": TEXT,
        "content": TEXT,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
)
ACCOUNT: Final = record(
    {
        "id": WHOLE,
        "name": TEXT,
        "locale": TEXT,
        "domain": or_null(TEXT),
        "support_email": or_null(TEXT),
        "status": TEXT,
        "features": FREE,
        "settings": FREE,
        "cache_keys": record({"label": TEXT, "inbox": TEXT, "team": TEXT}),
        "created_at": MOMENT,
        "latest_chatwoot_version": or_null(TEXT),
    }
)
_MEMBERSHIP: Final = record(
    {
        "id": WHOLE,
        "name": TEXT,
        "status": TEXT,
        "active_at": or_null(MOMENT),
        "role": ROLE,
        "permissions": list_of(TEXT),
        "availability": PRESENCE,
        "availability_status": PRESENCE,
        "auto_offline": YES_NO,
    }
)
PROFILE: Final = record(
    {
        "access_token": TEXT,
        "account_id": or_null(WHOLE),
        "available_name": TEXT,
        "avatar_url": TEXT,
        "confirmed": YES_NO,
        "display_name": or_null(TEXT),
        "message_signature": or_null(TEXT),
        "email": TEXT,
        "id": WHOLE,
        "inviter_id": or_null(WHOLE),
        "name": TEXT,
        "provider": TEXT,
        "pubsub_token": TEXT,
        "role": or_null(ROLE),
        "ui_settings": FREE,
        "uid": TEXT,
        "type": or_null(TEXT),
        "accounts": list_of(_MEMBERSHIP),
    },
    maybe={"custom_attributes": FREE},
)
USER_SENDER: Final = record(
    {
        "id": WHOLE,
        "name": TEXT,
        "available_name": TEXT,
        "avatar_url": TEXT,
        "type": one_of("user"),
        "availability_status": PRESENCE,
        "thumbnail": TEXT,
    }
)

SHAPES: Final[dict[str, Schema]] = {
    "Agent": AGENT,
    "Team": TEAM,
    "Label": LABEL,
    "CannedResponse": CANNED_RESPONSE,
    "Account": ACCOUNT,
    "Profile": PROFILE,
    "UserSender": USER_SENDER,
}
