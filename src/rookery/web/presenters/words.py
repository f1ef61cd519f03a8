"""Codes in words, translated when shown. The codes of `providers` are repeated here, for pages import no provider;
a test compares the two lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.media.converting.words import SENTENCES as CONVERTING
from rookery.media.words import SENTENCES as FILES
from rookery.web.formatting import plain

FAILURES: Final[Mapping[str, str]] = {
    "unreachable": noop("The WhatsApp gateway cannot be reached."),
    "whatsapp_not_ready": noop("The gateway has no connection to WhatsApp at the moment."),
    "whatsapp_no_answer": noop("WhatsApp did not answer the gateway's question."),
    "upload_failed": noop("The gateway could not upload the file to WhatsApp."),
    "interrupted": noop("The connection to the gateway was cut off."),
    "not_sent": noop("The message was not sent."),
    "rejected": noop("The gateway refused the message: %(detail)s"),
    "unprocessable": noop("The gateway could not read the request."),
    "not_on_whatsapp": noop("This number is not on WhatsApp."),
    "too_large": noop("The file is too large for the gateway."),
    "too_large_here": noop("The file is larger than %(limit)s bytes."),
    "kind_unsupported": noop("Files of this kind cannot be sent."),
    "file_unreadable": noop("The file to be sent cannot be read."),
    "file_refused": noop("The gateway could not convert the file; perhaps it has no ffmpeg."),
    "not_available": noop("The file is not available at the gateway."),
    "not_found": noop("The gateway does not know this address; is it really a WhatsApp gateway?"),
    "not_a_gateway": noop("What answers at this address is not a WhatsApp gateway."),
    "redirected": noop("The address of the gateway leads elsewhere; redirects are not followed."),
    "address_forbidden": noop("Connections to this address are not allowed."),
    "bad_url": noop("The gateway's URL is not valid."),
    "bad_media_path": noop("The path of the file is not valid."),
    "templates_unsupported": noop("Templates need WhatsApp's Business API. Send a text instead."),
    "new_chats_paused": noop(
        "WhatsApp does not let this number write to new people for now. Answering running chats still works."
    ),
    "rate_limited": noop("Too many requests; WhatsApp or the gateway wants this number to slow down."),
    "refused_by_whatsapp": noop("WhatsApp refused the message (error %(number)s)."),
    "download_failed": noop("The gateway could not download the file."),
    "bad_credentials": noop("The gateway does not accept the user name and password."),
    "not_logged_in": noop("The number is not logged in to WhatsApp; link it again."),
    "not_connected": noop("The number's connection to WhatsApp is down."),
    "device_missing": noop("The gateway has no device with this id any more; link the number again."),
    "device_needed": noop("The gateway needs to be told which device to use."),
    "timed_out": noop("WhatsApp did not confirm in time; the message may have been sent."),
    "whatsapp_connection_lost": noop(
        "The gateway lost WhatsApp while sending; the message may have been sent."
    ),
    "connection_lost": noop("The connection broke while sending; the message may have been sent."),
    "garbage": noop("The gateway's answer made no sense; the message may have been sent."),
    "gateway_error": noop("The gateway reported an error; the message may have been sent."),
    "worker_stopped": noop(
        "Rookery stopped while this message was being sent; the message may have been sent."
    ),
    "outcome_unclear": noop("It is not known whether it went out."),
}

REFUSALS: Final[Mapping[str, str]] = {
    "message_empty": noop("Write something or attach a file."),
    "message_too_long": noop("This text is too long: at most %(limit)s characters."),
    "too_many_files": noop("Too many files at once: at most %(limit)s."),
    "reply_elsewhere": noop("The quoted message belongs to another chat."),
    "conversation_merged": noop("This conversation was joined with another one."),
    "contact_blocked": noop("This contact is blocked."),
    "channel_missing": noop("This inbox has no number any more."),
    "client_ref_used": noop("This message was already sent elsewhere. Reload the page."),
    "not_retryable": noop("This message is on its way already."),
    "not_uncertain": noop("This was settled meanwhile."),
    "not_cancellable": noop("It is too late: this message is on its way."),
    "bad_number": noop("This is not a phone number that could exist."),
    "no_address": noop("No address of this contact is known."),
    "other_unresolved": noop("This chat already goes on in a newer conversation: here it is."),
    "too_large_here": noop("The file is larger than %(limit)s bytes."),
    "empty_file": noop("The file is empty."),
    "being_sent": noop("A message of it is being sent. Try again in a moment."),
    "contact_gone": noop("This contact is not there any more."),
    "same_contact": noop("This is one contact already."),
    "other_account": noop("They belong to different teams."),
    "not_a_person": noop("Only people can be joined, not groups."),
    "already_merged": noop("One of them was joined with another contact meanwhile."),
    "already_undone": noop("This was taken back already."),
    "later_merge_first": noop("Take back the later joining of this contact first."),
    "import_running": noop("A history is being read for this number already."),
    "bad_import": noop("Choose between 1 and 3,650 days."),
    "bad_groups": noop("Choose one of these rules."),
    "bad_group": noop("“%(line)s” is no group's WhatsApp id."),
    "bad_ignored": noop("“%(line)s” is no WhatsApp id and no ending that is known."),
    "no_space": noop("The disk is nearly full; files cannot be sent at the moment."),
}


def failure(code: str, params: Mapping[str, Any]) -> str:
    """Why a message or file did not go, for the agent."""
    return _filled(FAILURES.get(code) or CONVERTING.get(code) or FAILURES["gateway_error"], params)


def file_failure(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Why a customer's file is not here; the sentences are room media's, and a provider's for its own codes."""
    sentence = FILES.get(code)
    return _(sentence) if sentence else failure(code, params or {})


def refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why an action was refused."""
    return _filled(REFUSALS.get(code, noop("That did not work. Try again.")), params)


def duration(seconds: float) -> str:
    """`0:09`, `12:30`, `1:02:03`."""
    minutes, left = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


class _Known(dict[str, str]):
    """Values of a sentence; one that an old row lacks must not stop a page."""

    def __missing__(self, key: str) -> str:
        return "?"


def _filled(sentence: str, params: Mapping[str, Any]) -> str:
    return _(sentence) % _Known({name: plain(str(value))[:200] for name, value in params.items()})
