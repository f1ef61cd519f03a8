"""What a simulated person sends: the options of `say`, and the file that goes with it."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import Any

import msgspec
from msgspec import Struct, field

from rookery.sandbox import samples

KINDS_OF_TYPE = {"image": "image", "video": "video", "audio": "audio"}
MEDIA_KINDS = ("image", "video", "video_note", "audio", "document", "sticker")


class FileSpec(Struct, kw_only=True):
    """A file: `base64` bytes, or `size` filler bytes, or (neither) a built-in sample of the right kind."""

    name: str = ""
    mime_type: str = ""
    base64: str | None = None
    size: int | None = None


class Saying(Struct, kw_only=True):
    """One message to be sent by a person.

    kind: text, image, video, video_note, audio, document, sticker, contact, location, live_location, or
    unsupported (an empty message, contract 6.4.8); guessed from `file`. file: a name or `FileSpec`.
    chat: JID of a group; device: slot id or number when there are several. at: unix seconds, default now.
    media: `ok`, `missing` (no media key) or `gone` (the path leads nowhere until restored). extension: of the
    served path, such as `.ogg; codecs=opus`. extra: more payload keys. silent: the webhook is lost.
    """

    text: str = ""
    kind: str = ""
    file: str | FileSpec | None = None
    reply_to: str | None = None
    chat: str | None = None
    device: str | None = None
    id: str | None = None
    at: int | None = None
    forwarded: bool = False
    view_once: bool = False
    media: str = "ok"
    extension: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] | None = None
    location: dict[str, Any] | None = None
    referral: dict[str, Any] | None = None
    silent: bool = False


def saying(**options: Any) -> Saying:
    """Checked options; raises ValueError (msgspec's) that names the wrong one."""
    made = msgspec.convert(options, Saying)
    unknown = set(options) - set(Saying.__struct_fields__)
    if unknown:
        raise ValueError(f"unknown option {', '.join(sorted(unknown))}")
    made.kind = made.kind or _guess_kind(made)
    return made


def _guess_kind(made: Saying) -> str:
    if made.contact:
        return "contact"
    if made.location:
        return "location"
    if made.file is None:
        return "text"
    mime = _mime(made.file if isinstance(made.file, FileSpec) else FileSpec(name=made.file), "")
    return KINDS_OF_TYPE.get(mime.partition("/")[0], "document")


def _mime(spec: FileSpec, fallback: str) -> str:
    return spec.mime_type or mimetypes.guess_type(spec.name)[0] or fallback or "application/octet-stream"


def file_of(made: Saying) -> tuple[str, str, bytes] | None:
    """(name, MIME type, bytes) for a message with media, else None. Raises ValueError for bad base64."""
    if made.kind not in MEDIA_KINDS:
        return None
    spec = FileSpec(name=made.file) if isinstance(made.file, str) else made.file or FileSpec()
    name, mime, data = samples.default(made.kind)
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
    """The content key of messages without a file (contract 6.4.4 to 6.4.7)."""
    keys: dict[str, Any] = {}
    if made.kind == "contact":
        keys["contact"] = _card(made.contact or {"name": "Ada Example", "phone": "+1 555 000 0199"})
    if made.kind in {"location", "live_location"}:
        place = {"degreesLatitude": -22.9519, "degreesLongitude": -43.2105, "name": "Viewpoint"}
        keys[made.kind] = made.location or place
    if made.referral:
        keys["referral"] = made.referral
    return keys


def _card(contact: dict[str, str]) -> dict[str, str]:
    name, phone = contact.get("name", ""), contact.get("phone", "")
    waid = "".join(character for character in phone if character.isdigit())
    vcard = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL;waid={waid}:{phone}\nEND:VCARD"
    return {"displayName": name, "vcard": vcard, "phone_number": phone}
