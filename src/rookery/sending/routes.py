"""From a channel's row to a provider that can be called."""

from __future__ import annotations

from rookery.accounts.encryption import SecretUnavailable
from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.providers.base import Provider
from rookery.providers.errors import OutOfService


def reach(connections: Connections, channel: Channel) -> Provider:
    """The provider over the connections kept for its gateway; asks nothing and sends nothing.

    `channel` was loaded with its gateway. Raises OutOfService for a password that does not open, or an address
    that is none: the messages wait for an administrator.
    """
    try:
        return connections.provider(channel)
    except SecretUnavailable as error:
        raise OutOfService("bad_credentials") from error
    except Exception as error:
        raise OutOfService("bad_url") from error


def find_channel(channel_id: int) -> Channel | None:
    """With its gateway; None when it is gone."""
    return Channel.objects.select_related("gateway").filter(pk=channel_id).first()
