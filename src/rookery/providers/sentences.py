"""The words for each error code. Marked for translation here, translated where they are shown."""

from collections.abc import Mapping
from typing import Final


def gettext_noop(text: str) -> str:
    """Marks a text for extraction; this room knows no language."""
    return text


SENTENCES: Final[Mapping[str, str]] = {
    # Nothing went out; trying again may help.
    "unreachable": gettext_noop("The WhatsApp gateway cannot be reached."),
    "whatsapp_not_ready": gettext_noop("The gateway has no connection to WhatsApp at the moment."),
    "whatsapp_no_answer": gettext_noop("WhatsApp did not answer the gateway's question."),
    "upload_failed": gettext_noop("The gateway could not upload the file to WhatsApp."),
    "interrupted": gettext_noop("The connection to the gateway was cut off."),
    "not_sent": gettext_noop("The message was not sent."),
    # Nothing went out; trying again does not help.
    "rejected": gettext_noop("The gateway refused the message: %(detail)s"),
    "unprocessable": gettext_noop("The gateway could not read the request."),
    "not_on_whatsapp": gettext_noop("This number is not on WhatsApp."),
    "too_large": gettext_noop("The file is too large for the gateway."),
    "too_large_here": gettext_noop("The file is larger than %(limit)s bytes."),
    "kind_unsupported": gettext_noop("Files of this kind cannot be sent."),
    "file_unreadable": gettext_noop("The file to be sent cannot be read."),
    "file_refused": gettext_noop("The gateway could not convert the file; perhaps it has no ffmpeg."),
    "not_available": gettext_noop("The file is not available at the gateway."),
    "not_found": gettext_noop("The gateway does not know this address; is it really a WhatsApp gateway?"),
    "not_a_gateway": gettext_noop("What answers at this address is not a WhatsApp gateway."),
    "redirected": gettext_noop("The address of the gateway leads elsewhere; redirects are not followed."),
    "address_forbidden": gettext_noop("Connections to this address are not allowed."),
    "bad_url": gettext_noop("The gateway's URL is not valid."),
    "bad_media_path": gettext_noop("The path of the file is not valid."),
    "templates_unsupported": gettext_noop(
        "Templates need WhatsApp's Business API; a number linked like WhatsApp Web has none. Send a text instead."
    ),
    "new_chats_paused": gettext_noop(
        "WhatsApp does not let this number write to new people for now. Answering running chats still works."
    ),
    "rate_limited": gettext_noop(
        "Too many requests; WhatsApp or the gateway wants this number to slow down."
    ),
    "refused_by_whatsapp": gettext_noop("WhatsApp refused the message (error %(number)s)."),
    "download_failed": gettext_noop("The gateway could not download the file."),
    # The number must come back first.
    "bad_credentials": gettext_noop("The gateway does not accept the user name and password."),
    "not_logged_in": gettext_noop("The number is not logged in to WhatsApp; link it again."),
    "not_connected": gettext_noop("The number's connection to WhatsApp is down."),
    "device_missing": gettext_noop("The gateway has no device with this id any more; link the number again."),
    "device_needed": gettext_noop("The gateway needs to be told which device to use."),
    # Nobody knows whether it went out.
    "timed_out": gettext_noop("WhatsApp did not confirm in time; the message may have been sent."),
    "whatsapp_connection_lost": gettext_noop(
        "The gateway lost WhatsApp while sending; the message may have been sent."
    ),
    "connection_lost": gettext_noop("The connection broke while sending; the message may have been sent."),
    "garbage": gettext_noop("The gateway's answer made no sense; the message may have been sent."),
    "gateway_error": gettext_noop("The gateway reported an error; the message may have been sent."),
    # For administrators.
    "config_bad_url": gettext_noop(
        "%(url)s is not the URL of a gateway: http or https, a host, and no more."
    ),
    "config_unreachable": gettext_noop("Cannot connect to %(url)s: check the URL."),
    "config_credentials": gettext_noop("Authentication failed: check user and password."),
    "config_not_a_gateway": gettext_noop("%(url)s was reached, but it is not a WhatsApp gateway."),
    "config_not_logged_in": gettext_noop(
        "The gateway was reached, but this number is not logged in: link it there by QR code."
    ),
    # Incoming events.
    "unparsable": gettext_noop("The event could not be understood: %(reason)s"),
}
