"""What linking a phone and setting a webhook ask for and answer."""

from dataclasses import dataclass, field

from rookery.providers.errors import Rejected


@dataclass(frozen=True, slots=True)
class QrCode:
    """A picture (PNG) to be scanned by WhatsApp on the phone. It works for `seconds`; then ask for the next one."""

    image: bytes = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True)
class WebhookSetting:
    """Where a slot of its own sends its events; "" means wherever the gateway as a whole sends them.

    `events` are names; none means all. Gateways answer the secret in clear: never show or log this.
    """

    url: str
    secret: str = field(default="", repr=False)
    events: tuple[str, ...] = ()


class AlreadyLinked(Rejected):
    """The slot has its phone already: no code is given out. Look at its status."""
