"""The JID, WhatsApp's address: `user[:device]@server`."""

import re
from dataclasses import dataclass, replace
from typing import Final, Self

PN_SERVER: Final = "s.whatsapp.net"
LID_SERVER: Final = "lid"
GROUP_SERVER: Final = "g.us"
NEWSLETTER_SERVER: Final = "newsletter"
BROADCAST_SERVER: Final = "broadcast"

# People by number: c.us is the old name of s.whatsapp.net, hosted a business whose phone is a server.
_PN_SERVERS: Final = frozenset({PN_SERVER, "c.us", "hosted"})
_LID_SERVERS: Final = frozenset({LID_SERVER, "hosted.lid"})

_SHAPE: Final = re.compile(r"\+?([0-9A-Za-z_.\-]{1,64})(?::([0-9]{1,5}))?@([a-z0-9.\-]{1,32})", re.ASCII)


class BadJid(ValueError):
    """The text is not a WhatsApp address, or not one of the sort that was asked for."""


@dataclass(frozen=True, slots=True, order=False)
class Jid:
    """One address. `device` is set only in the AD form, which names one linked device of the user."""

    user: str
    server: str
    device: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `5521987650000@s.whatsapp.net`, `98765432101234:4@lid`, `120363041234567890@g.us` ...

        Device 0 is the phone itself and is the same as none. Raises BadJid.
        """
        found = _SHAPE.fullmatch(text.strip()) if len(text) < 128 else None
        if found is None:
            raise BadJid("not a WhatsApp address")
        user, device, server = found.groups()
        return cls(user, server, int(device) or None if device else None)

    @classmethod
    def of_phone(cls, number: str) -> Self:
        """The address of a number as dialled, `+5521987650000` or bare digits. Raises BadJid."""
        digits = number.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            raise BadJid("not a phone number in digits")
        return cls(digits, PN_SERVER)

    def __str__(self) -> str:
        device = "" if self.device is None else f":{self.device}"
        return f"{self.user}{device}@{self.server}"

    @property
    def bare(self) -> Self:
        """The same user without the device part."""
        return self if self.device is None else replace(self, device=None)

    @property
    def is_ad(self) -> bool:
        """Names one device. In the gateway's record only rows sent through its API do."""
        return self.device is not None

    @property
    def is_pn(self) -> bool:
        return self.server in _PN_SERVERS

    @property
    def is_lid(self) -> bool:
        return self.server in _LID_SERVERS

    @property
    def is_group(self) -> bool:
        return self.server == GROUP_SERVER

    @property
    def is_newsletter(self) -> bool:
        return self.server == NEWSLETTER_SERVER

    @property
    def is_broadcast(self) -> bool:
        return self.server == BROADCAST_SERVER
