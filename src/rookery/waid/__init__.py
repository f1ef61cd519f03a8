"""WhatsApp identifiers: the only room that builds or takes apart a JID or a phone number. Pure functions."""

from rookery.waid import phone
from rookery.waid.jid import BadJid, Jid
from rookery.waid.keys import LANES, address_key, lane_of
from rookery.waid.phone import BadPhone

__all__ = ["LANES", "BadJid", "BadPhone", "Jid", "address_key", "lane_of", "phone"]
