"""The form that adds a number: what was typed, what is wrong with it, and what the gateway said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import phonenumbers
from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.accounts.models import Account
from rookery.channels import gateways
from rookery.channels.models import Gateway
from rookery.conversations.actions import inboxes
from rookery.waid import BadPhone, phone
from rookery.web.formatting import plain
from rookery.web.view_models import Option

DEFAULT_URL: Final = "http://localhost:3000"
FIELDS: Final = ("name", "phone", "url", "username", "password")
_LONGEST: Final = {"name": 255, "phone": 40, "url": 500, "username": 255, "password": 1000}
_NEWEST: Final = 9  # the newest generation that was read line by line

CONFIG: Final[Mapping[str, str]] = {
    "config_bad_url": noop("This is not the address of a gateway: http or https, a host, and no more."),
    "config_unreachable": noop("Cannot connect to WhatsApp service at %(url)s"),
    "config_credentials": noop("Authentication failed"),
    "config_not_a_gateway": noop(
        "%(url)s was reached, but it is not a WhatsApp gateway, or one of a version not known here."
    ),
    "secret_lost": noop("The stored password of this gateway cannot be read any more. Enter it anew."),
    "one_number": noop("A gateway of this old version holds one number, and it is %(other)s already."),
}
CHECKS: Final[Mapping[str, tuple[str, ...]]] = {
    "config_unreachable": (
        noop("Does the gateway run, and is the port right?"),
        noop(
            "In a container, “localhost” is the container itself: write the gateway's service name, or host.docker.internal."
        ),
        noop("A gateway started with a path prefix (APP_BASE_PATH) has it behind its address."),
    ),
    "config_credentials": (noop("User and password are those of the gateway's APP_BASIC_AUTH."),),
    "config_not_a_gateway": (
        noop("Something else may listen on this port, or a proxy stands in front of it."),
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """What stands under a field. `tone`: good, bad, or "" for nothing to say."""

    tone: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as sent. `gateway` is the one chosen among those that are here; `number` is E.164, "" when unread."""

    name: str = ""
    phone: str = ""
    country: str = ""
    number: str = ""
    gateway: Gateway | None = None
    url: str = DEFAULT_URL
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of asking the gateway. `tone`: good, warn or bad."""

    tone: str
    words: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddPage:
    """The form. `notes` by field; `verdict` of the last try. The password is never sent back."""

    typed: Typed
    notes: Mapping[str, Note]
    countries: tuple[Option, ...]
    gateways: tuple[Option, ...]
    verdict: Verdict | None = None


def read(sent: Mapping[str, str], account: Account) -> Typed:
    """What was typed, tidied; nothing is judged."""
    given = {name: sent.get(name, "")[: _LONGEST[name]] for name in FIELDS}
    country = sent.get("country", "")
    country = country if country in phonenumbers.SUPPORTED_REGIONS else ""
    chosen = sent.get("gateway", "")
    known = Gateway.objects.filter(account=account, pk=int(chosen)).first() if _is_key(chosen) else None
    return Typed(
        name=plain(given["name"]).strip(),
        phone=given["phone"].strip(),
        country=country,
        number=_number(given["phone"].strip(), country),
        gateway=known,
        url=given["url"].strip(),
        username=given["username"].strip(),
        password=given["password"],
    )


def notes(typed: Typed) -> dict[str, Note]:
    """What to say under each field; the form is right when none is bad."""
    credentials = Note() if typed.gateway is not None else _credentials(typed)
    user_is_wrong = ":" in typed.username or "," in typed.username or not typed.username
    return {
        "name": Note() if typed.name else Note("bad", _("Enter a name.")),
        "phone": _phone(typed),
        "url": Note() if typed.gateway is not None else _url(typed),
        "username": credentials if user_is_wrong else Note(),
        "password": Note() if user_is_wrong else credentials,
    }


def is_right(said: Mapping[str, Note]) -> bool:
    return all(note.tone != "bad" for note in said.values())


def place(typed: Typed) -> gateways.Place:
    """Where to ask. A chosen gateway is asked at its own address with its own password, never at another one.
    Raises gateways.Trouble."""
    if typed.gateway is not None:
        return gateways.place_of(typed.gateway)
    return gateways.Place(gateways.read_url(typed.url), typed.username, typed.password)


def page(
    account: Account, typed: Typed, said: Mapping[str, Note] | None = None, verdict: Verdict | None = None
) -> AddPage:
    known = Gateway.objects.filter(account=account).order_by("url", "pk")
    chosen = typed.gateway.pk if typed.gateway is not None else None
    shown = [
        Option(
            str(row.pk), plain(f"{row.url} ({row.username})" if row.username else row.url), row.pk == chosen
        )
        for row in known
    ]
    another = Option("", _("Another gateway"), chosen is None)
    return AddPage(
        typed=typed,
        notes={name: Note() for name in FIELDS} | dict(said or {}),
        countries=_countries(typed.country),
        gateways=(another, *shown) if shown else (),
        verdict=verdict,
    )


def found(look: gateways.Look, *, number: bool) -> Verdict:
    """What the gateway said of itself and, if there was one to ask about, of the number."""
    version = _("The gateway does not tell its version: it is older than 9.")
    if look.version:
        version = _("Gateway version %(number)s.") % {"number": plain(look.version)}
    words = _("Connected.") + " " + version
    more = []
    if number and look.linked:
        more.append(_("This number is linked there already: it is taken over as it is."))
    elif number:
        more.append(_("This number is not linked there yet: that comes next."))
    warnings = []
    if look.open_to_all:
        warnings.append(open_words())
    major = look.version.removeprefix("v").partition(".")[0]
    if major.isdecimal() and int(major) > _NEWEST:
        warnings.append(_("This version is newer than those that Rookery was tried with."))
    return Verdict("warn" if warnings else "good", words, tuple(warnings + more))


def open_words() -> str:
    return _(
        "This gateway answers anybody without a password: whoever reaches it can write as you. Set APP_BASIC_AUTH there."
    )


def trouble(code: str, url: str, other: str = "") -> Verdict:
    """Why a gateway cannot be used, and what to check."""
    sentence = CONFIG.get(code, CONFIG["config_unreachable"])
    shown = {"url": plain(url)[:200], "other": phone.display(other) if other else "?"}
    return Verdict("bad", _(sentence) % shown, tuple(_(check) for check in CHECKS.get(code, ())))


def taken() -> str:
    return _("This number is here already. A number exists once.")


def country_of(number: str) -> str:
    """The country's name in the page's language; "" where a number belongs to none."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
    return str(_locale().territories.get(region, ""))


def _phone(typed: Typed) -> Note:
    if not typed.phone:
        return Note("bad", _("Enter the number that the phone has on WhatsApp."))
    if not typed.number:
        if not typed.country and not typed.phone.startswith(("+", "＋", "00")):
            return Note("bad", _("Begin with + and the country code, or choose the country."))
        return Note("bad", _("This is not a phone number that could exist."))
    if inboxes.is_taken(typed.number):
        return Note("bad", taken())
    country = country_of(typed.number)
    shown = phone.display(typed.number)
    if country:
        return Note("good", _("Understood: %(number)s, %(country)s") % {"number": shown, "country": country})
    return Note("good", _("Understood: %(number)s") % {"number": shown})


def _url(typed: Typed) -> Note:
    try:
        gateways.read_url(typed.url)
    except gateways.Trouble as error:
        return Note("bad", _(CONFIG[error.code]))
    return Note()


def _credentials(typed: Typed) -> Note:
    if ":" in typed.username or "," in typed.username:
        return Note("bad", _("A gateway's user name has no colon and no comma."))
    if typed.username and not typed.password:
        return Note("bad", _("User and password go together."))
    if typed.password and not typed.username:
        return Note("bad", _("User and password go together."))
    if not typed.username:
        return Note(
            "warn",
            _(
                "Without user and password the gateway must be open to all: whoever reaches it can write as you."
            ),
        )
    return Note()


def _number(text: str, country: str) -> str:
    international = text.startswith(("+", "＋", "00"))
    if not international and not country:
        return ""
    try:
        return phone.parse_e164(text, None if international else country)
    except BadPhone:
        return ""


def _countries(chosen: str) -> tuple[Option, ...]:
    names = _locale().territories
    rows = sorted(
        (str(names.get(region, region)), region, phonenumbers.country_code_for_region(region))
        for region in phonenumbers.SUPPORTED_REGIONS
    )
    options = [Option(region, f"{name} (+{code})", region == chosen) for name, region, code in rows]
    return (Option("", _("The number begins with +"), not chosen), *options)


def _locale() -> Locale:
    try:
        return Locale.parse((get_language() or "en").replace("-", "_"), sep="_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
