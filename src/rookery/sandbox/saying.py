"""What a simulated person sends: the options of `say`, and the file that goes with it."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import Any

import msgspec
from msgspec import Struct, field

from rookery.sandbox import kinds, samples

KINDS_OF_TYPE = {"image": "image", "video": "video", "audio": "audio"}


class FileSpec(Struct, kw_only=True):
    """A file: `base64` bytes, or `size` filler bytes, or (neither) a built-in sample of the right kind."""

    name: str = ""
    mime_type: str = ""
    base64: str | None = None
    size: int | None = None


class Saying(Struct, kw_only=True):
    """One message to be sent by a person.

    kind: one of `kinds.KNOWN` or `kinds.ALIASES`, guessed from the other options. file: a name or `FileSpec`.
    chat: JID of a group, or `status@broadcast`; device: slot id or number when there are several. at: unix
    seconds, default now. media: `ok`, `missing` (no media key) or `gone` (the path leads nowhere until restored).
    extension: of the served path, such as `.ogg; codecs=opus`. prepare: seconds the gateway needs to download.
    content: replaces the content object of its kind. thumbnail: true, or a size in bytes. mentions: phones, their
    tokens are added where the text lacks them. quoted: text of a quoted message this world does not know.
    linked: written on that linked device. broadcast: through a broadcast list. expires: the chat's timer from now
    on. parts: the pictures of an album. silent: the webhook is lost; withheld: WhatsApp never hands the message to
    linked devices; stored: false keeps it out of the gateway's record. anonymous: `from` is empty. extra: more
    payload keys.
    """

    text: str = ""
    kind: str = ""
    file: str | FileSpec | None = None
    reply_to: str | None = None
    quoted: str = ""
    chat: str | None = None
    device: str | None = None
    id: str | None = None
    at: int | None = None
    forwarded: bool = False
    view_once: bool = False
    media: str = "ok"
    extension: str | None = None
    prepare: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] | None = None
    contacts: list[dict[str, str]] = field(default_factory=list)
    location: dict[str, Any] | None = None
    content: dict[str, Any] | None = None
    thumbnail: bool | int = False
    referral: dict[str, Any] | None = None
    mentions: list[str] = field(default_factory=list)
    animated: bool = False
    linked: int = 0
    broadcast: bool = False
    expires: int | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False
    withheld: bool = False
    stored: bool = True
    anonymous: bool = False


def saying(**options: Any) -> Saying:
    """Checked options; raises ValueError (msgspec's) that names the wrong one."""
    made = msgspec.convert(options, Saying)
    unknown = set(options) - set(Saying.__struct_fields__)
    if unknown:
        raise ValueError(f"unknown option {', '.join(sorted(unknown))}")
    wanted = made.kind or _guess_kind(made)
    made.kind = kinds.ALIASES.get(wanted, wanted)
    if made.kind not in kinds.KNOWN:
        raise ValueError(
            f"no kind {wanted!r}; there are {', '.join(sorted(kinds.KNOWN | set(kinds.ALIASES)))}"
        )
    if made.media not in {"ok", "missing", "gone"}:
        raise ValueError("media must be ok, missing or gone")
    return made


def _guess_kind(made: Saying) -> str:
    if made.contact:
        return "contact"
    if made.contacts:
        return "contacts"
    if made.location:
        return "location"
    if made.parts:
        return "album"
    if made.file is None:
        return "text"
    mime = _mime(made.file if isinstance(made.file, FileSpec) else FileSpec(name=made.file), "")
    return KINDS_OF_TYPE.get(mime.partition("/")[0], "document")


def _mime(spec: FileSpec, fallback: str) -> str:
    return spec.mime_type or mimetypes.guess_type(spec.name)[0] or fallback or "application/octet-stream"


def file_of(made: Saying) -> tuple[str, str, bytes] | None:
    """(name, MIME type, bytes) for a message with media, else None. Raises ValueError for bad base64."""
    if made.kind not in kinds.MEDIA and (made.kind != "interactive" or made.file is None):
        return None
    spec = FileSpec(name=made.file) if isinstance(made.file, str) else made.file or FileSpec()
    name, mime, data = samples.default(made.kind, spec.name, animated=made.animated)
    if spec.base64 is not None:
        try:
            data = base64.b64decode(spec.base64, validate=True)
        except binascii.Error as broken:
            raise ValueError("file.base64 is not base64") from broken
    elif spec.size is not None:
        data = (data + b"\x00" * spec.size)[: spec.size]
    if spec.name:
        name, mime = spec.name, _mime(spec, mime)
    return name, spec.mime_type or mime, data


def content_keys(made: Saying) -> dict[str, Any]:
    """The content keys of messages without a file (contract 6.4.4 to 6.4.7)."""
    cards = [made.contact] if made.contact else made.contacts
    keys = kinds.content_of(made.kind, made.content or made.location, cards)
    if made.thumbnail and made.kind in {"location", "live_location"}:
        keys[made.kind]["JPEGThumbnail"] = kinds.thumbnail(made.thumbnail)
    if made.thumbnail and made.kind == "order":
        keys["order"]["thumbnail"] = kinds.thumbnail(made.thumbnail)
    if made.referral:
        keys["referral"] = made.referral
    return keys
