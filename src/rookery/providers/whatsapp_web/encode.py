"""From commands to requests, and to what the gateway's record will show of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from rookery.providers.base import Capabilities
from rookery.providers.commands import Command, Decorated, SendMedia, SendText
from rookery.providers.errors import TooLarge
from rookery.providers.events import MediaKind
from rookery.providers.whatsapp_web.client import MEDIA_SECONDS, TEXT_SECONDS
from rookery.providers.whatsapp_web.multipart import FilePart, Form, quotable

_IMAGES: Final = frozenset({"image/jpeg", "image/jpg", "image/png"})
_VIDEOS: Final = frozenset({"video/mp4", "video/x-matroska", "video/avi", "video/x-msvideo"})
_AUDIOS: Final = frozenset(
    f"audio/{name}"
    for name in (
        *("aac", "amr", "flac", "m4a", "m4r", "mp3", "mpeg", "ogg", "wma", "x-ms-wma"),
        *("wav", "vnd.wav", "vnd.wave", "wave", "x-pn-wav", "x-wav"),
    )
)
_STICKERS: Final = frozenset({"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"})

CAPABILITIES: Final = Capabilities(
    replies=True,
    mentions=True,
    receipts=True,
    record=True,
    presence=True,
    chats=True,
    groups=True,
    avatars=True,
    contacts=True,
    max_bytes=MappingProxyType(
        {
            "image": 20_000_000,
            # A request may have 100,000,000 bytes in all.
            "video": 99_000_000,
            "audio": 99_000_000,
            "document": 50_000_000,
            "sticker": 10_000_000,
        }
    ),
    mimes=MappingProxyType({"image": _IMAGES, "video": _VIDEOS, "audio": _AUDIOS, "sticker": _STICKERS}),
    captions=frozenset({"image", "video", "document"}),
)

# Route and form field of each kind. What a route refuses by its type goes out as a document instead.
_ROUTES: Final[Mapping[str, tuple[str, str]]] = {
    "image": ("/send/image", "image"),
    "video": ("/send/video", "video"),
    "audio": ("/send/audio", "audio"),
    "sticker": ("/send/sticker", "sticker"),
    "document": ("/send/file", "file"),
}
_EXTENSIONS: Final[Mapping[str, str]] = {
    "jpeg": "jpg",
    "mpeg": "mp3",
    "x-matroska": "mkv",
    "x-msvideo": "avi",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One POST of ours. Exactly one of `json` and `form` is set."""

    path: str
    seconds: float
    json: Mapping[str, object] | None = None
    form: Form | None = field(default=None, compare=False)


def encode(command: Command) -> Request:
    """Raises Rejected for a file that cannot be read, TooLarge for one above the gateway's limit."""
    return _text(command) if isinstance(command, SendText) else _media(command)


def route_kind(command: SendMedia) -> MediaKind:
    """The kind it goes out as: its own if the gateway takes this type under it, else a document."""
    kind: MediaKind = "video" if command.kind == "video_note" else command.kind
    mimes = CAPABILITIES.mimes.get(kind)
    return kind if mimes is None or _plain(command.mime) in mimes else "document"


def decorated(command: Command) -> Decorated:
    """The gateway's record dresses up what its API sent; older builds do it a little differently."""
    if isinstance(command, SendText):
        return Decorated("", frozenset({command.text}))
    kind, caption = route_kind(command), command.caption
    if kind == "audio":
        return Decorated(kind, frozenset({"🎵 Audio"}))
    if kind == "sticker":
        return Decorated(kind, frozenset({"🎨 Sticker", "🎨 Animated Sticker"}))
    mark, bare = {"image": ("🖼️", "Image"), "video": ("🎥", "Video")}.get(kind, ("📄", "Document"))
    if caption:
        return Decorated(kind, frozenset({caption, f"{mark} {caption}"}))
    names = {bare, command.filename, quotable(command.filename)} if kind == "document" else {bare}
    return Decorated(kind, frozenset(f"{mark} {name}" for name in names))


def _text(command: SendText) -> Request:
    body: dict[str, object] = {"phone": str(command.to.bare), "message": command.text}
    if command.reply_to:
        body["reply_message_id"] = command.reply_to
    if command.mentions:
        body["mentions"] = [str(jid.bare) for jid in command.mentions]
    return Request("/send/message", TEXT_SECONDS, json=body)


def _media(command: SendMedia) -> Request:
    kind = route_kind(command)
    path, name = _ROUTES[kind]
    fields = {"phone": str(command.to.bare)}
    if command.caption and kind in CAPABILITIES.captions:
        fields["caption"] = command.caption
    if command.reply_to and kind != "sticker":
        fields["reply_message_id"] = command.reply_to
    if kind in ("image", "video"):
        # By default the gateway shrinks pictures to 600 pixels.
        fields["compress"] = "false"
    if kind == "video" and command.gif:
        fields["gif_playback"] = "true"
    if kind == "audio" and command.voice:
        fields["ptt"] = "true"
    part = FilePart(name, _upload_name(command, kind), _plain(command.mime), command.file, command.size)
    form = Form(fields, part)
    if form.size > CAPABILITIES.max_bytes[kind]:
        raise TooLarge("too_large_here", limit=CAPABILITIES.max_bytes[kind])
    return Request(path, MEDIA_SECONDS, form=form)


def _upload_name(command: SendMedia, kind: MediaKind) -> str:
    """Unique, for two uploads of one name overwrite each other there; a document's name is read by people."""
    if kind == "document":
        return command.filename
    subtype = _plain(command.mime).partition("/")[2]
    return f"{uuid4().hex}.{_EXTENSIONS.get(subtype, subtype)}"


def _plain(mime: str) -> str:
    """Without parameters: `audio/ogg; codecs=opus` is refused by the gateway, `audio/ogg` is not."""
    plain = mime.partition(";")[0].strip().lower()
    good = plain.count("/") == 1 and all(c.isascii() and (c.isalnum() or c in "/.+-_") for c in plain)
    return plain if good else "application/octet-stream"
