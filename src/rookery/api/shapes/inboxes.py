"""Inboxes (contract 3.8). Each poses as a WhatsApp inbox of provider `whatsapp_web` (decisions C6)."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from rookery.accounts.encryption import sealed_text
from rookery.channels.models import Channel, DeviceState, Gateway
from rookery.conversations.models import Inbox

CHANNEL_TYPE: Final = "Channel::Whatsapp"
PROVIDER: Final = "whatsapp_web"
SET: Final = "set"
"""Stands for a secret: there is one, and it is never shown again."""

_LINK_AGAIN = (DeviceState.State.UNPAIRED, DeviceState.State.LOGGED_OUT, DeviceState.State.BANNED)
_WIDGET = (
    "allowed_domains", "widget_color", "website_url", "hmac_mandatory", "welcome_title", "welcome_tagline",
    "web_widget_script", "website_token", "selected_feature_flags", "reply_time",
)  # fmt: skip


def slim(row: Inbox) -> dict[str, Any]:
    """The inbox beside a contact's source id."""
    return {
        "id": row.pk,
        "avatar_url": "",
        "channel_id": row.channel_id,
        "name": row.name,
        "channel_type": CHANNEL_TYPE,
        "provider": PROVIDER,
    }


def inbox(row: Inbox, state: str | None, *, for_administrator: bool) -> dict[str, Any]:
    """`state`: the newest DeviceState of its number, None before the first look."""
    channel = row.channel
    phone = channel.phone if channel is not None else None
    shape = slim(row) | _habits(row) | dict.fromkeys(_WIDGET)
    shape |= {
        "callback_webhook_url": f"{settings.BASE_URL}/webhooks/whatsapp/{phone}" if phone else None,
        "messaging_service_sid": None,
        "phone_number": phone,
        "message_templates": [],
        "reauthorization_required": channel is None or state in _LINK_AGAIN,
        "connection_state": state,
    }
    if for_administrator:
        shape["provider_config"] = _config(channel) if channel is not None else {}
    return shape


def _habits(row: Inbox) -> dict[str, Any]:
    """How the inbox behaves; Rookery has no greeting, working hours, surveys or automatic assignment yet."""
    return {
        "greeting_enabled": False,
        "greeting_message": None,
        "working_hours_enabled": False,
        "enable_email_collect": False,
        "csat_survey_enabled": False,
        "csat_config": {},
        "enable_auto_assignment": False,
        "auto_assignment_config": {},
        "out_of_office_message": None,
        "working_hours": [_day(day) for day in range(7)],
        "timezone": "UTC",
        "allow_messages_after_resolved": True,
        "lock_to_single_conversation": row.after_resolved == Inbox.Resolved.ONE_THREAD,
        "sender_name_type": "friendly",
        "business_name": None,
    }


def _day(day: int) -> dict[str, Any]:
    return {
        "day_of_week": day,
        "closed_all_day": False,
        "open_hour": 0,
        "open_minutes": 0,
        "close_hour": 23,
        "close_minutes": 59,
        "open_all_day": True,
    }


def _config(channel: Channel) -> dict[str, str]:
    """Addresses, and "set" for what is secret."""
    gateway: Gateway = channel.gateway
    return {
        "api_base_url": gateway.url,
        "basic_auth_username": SET if gateway.username else "",
        "basic_auth_password": SET if sealed_text(gateway, "password") else "",
        "webhook_verify_token": SET if channel.secrets.all() or gateway.secrets.all() else "",
        "device_id": channel.device_id,
    }
