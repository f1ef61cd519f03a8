"""`/send/{image,file,video,audio,sticker}` (contract 4.2)."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from rookery.sandbox import errors, samples, validate
from rookery.sandbox.body import Form, Upload
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.routes.send import download, file_name_of, opened, refuse, sent

AUDIO = [
    "aac",
    "amr",
    "flac",
    "m4a",
    "m4r",
    "mp3",
    "mpeg",
    "ogg",
    "wma",
    "x-ms-wma",
    "wav",
    "vnd.wav",
    "vnd.wave",
    "wave",
    "x-pn-wav",
    "x-wav",
]


@dataclass(frozen=True)
class Rule:
    """One kind of file: upload part types, types a URL may answer (None: any), and the largest size."""

    field: str
    types: frozenset[str] | None
    url_types: frozenset[str] | None
    limit: int


IMAGE = Rule(
    "image",
    frozenset({"image/jpeg", "image/jpg", "image/png"}),
    frozenset({"image/jpeg", "image/jpg", "image/png", "image/webp"}),
    20_000_000,
)
FILE = Rule("file", None, None, 50_000_000)
VIDEOS = frozenset({"video/mp4", "video/x-matroska", "video/avi", "video/x-msvideo"})
VIDEO = Rule("video", VIDEOS, VIDEOS, 100_000_000)
SOUND = Rule("audio", frozenset(f"audio/{name}" for name in AUDIO), None, 500_000_000)
STICKER = Rule("sticker", IMAGE.url_types, IMAGE.url_types, 20_000_000)

COMMON: dict[str, type] = {
    "caption": str,
    "view_once": bool,
    "compress": bool,
    "hd": bool,
    "gif_playback": bool,
}


async def _opened(call: Call, rule: Rule, more: Mapping[str, type]) -> tuple[Form, str, validate.Complaints]:
    name = f"{rule.field}_url"
    form, target, found = await opened(call, {**COMMON, **more, name: str})
    validate.url(form, name, found)
    if rule.field not in form.files and not form.given(name):
        found[rule.field] = f"either {rule.field} or {name} must be provided"
    part = form.files.get(rule.field)
    # The URL wins, so that a bad part beside it is never looked at.
    if part is not None and not form.given(name):
        _check_part(part, rule, found)
    return form, target, found


def _check_part(part: Upload, rule: Rule, found: validate.Complaints) -> None:
    if rule.types is not None and part.mime not in rule.types:
        allowed = ", ".join(sorted(rule.types))
        found[rule.field] = f"your {rule.field} type is not allowed. please use {allowed}"
    elif len(part.data) > rule.limit:
        found[rule.field] = f"max {rule.field} upload is {rule.limit} bytes"


async def _file(call: Call, form: Form, rule: Rule) -> Upload:
    """The file to send: from the URL if there is one, else the uploaded part."""
    if not form.given(f"{rule.field}_url"):
        return form.files[rule.field]
    url = form.text(f"{rule.field}_url")
    kind, data = await download(call, url)
    name = file_name_of(url)
    if rule.url_types is not None and kind not in rule.url_types:
        raise errors.internal(f"invalid content type: {kind}")
    newer = not call.world.profile.file_needs_part
    if newer and rule is IMAGE and not name.lower().endswith((".jpg", ".jpeg", ".png", ".webp")):
        raise errors.internal(f"file name {name} has no picture's extension")
    if len(data) > rule.limit:
        raise errors.internal(f"file size {len(data)} exceeds the limit of {rule.limit} bytes")
    return Upload(name, kind, data)


async def _send(
    call: Call, form: Form, target: str, prose: str, upload: Upload, made: Mapping[str, Any]
) -> Reply:
    media = call.world.attach(upload.name, upload.mime, upload.data)
    caption = form.text("caption")
    return await sent(call, form, target, prose, {"text": caption, **made, "media": media})


async def image(call: Call) -> Reply:
    form, target, found = await _opened(call, IMAGE, {})
    refuse(found)
    upload = _picture(await _file(call, form, IMAGE), form, call.world.profile.file_needs_part)
    caption = form.text("caption")
    made = {"kind": "image", "content": f"🖼️ {caption or 'Image'}", "view_once": form.flag("view_once")}
    return await _send(call, form, target, "Message sent to", upload, made)


def _picture(upload: Upload, form: Form, older: bool) -> Upload:
    """`hd` fits into 2560 px, else `compress` (the default) makes it 600 px wide; WebP becomes PNG."""
    high = form.flag("hd") and not older
    if not high and not form.flag("compress", default=True) and upload.mime != "image/webp":
        return upload
    try:
        picture: Image.Image = Image.open(io.BytesIO(upload.data))
        picture.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as broken:
        raise errors.internal("failed to open image: image: unknown format") from broken
    if high:
        picture.thumbnail((2560, 2560))
    elif form.flag("compress", default=True):
        picture = picture.resize((600, max(1, round(picture.height * 600 / picture.width))))
    out = io.BytesIO()
    kind = "JPEG" if high or upload.mime in {"image/jpeg", "image/jpg"} else "PNG"
    (picture.convert("RGB") if kind == "JPEG" else picture).save(
        out, kind, **({"quality": 92} if high else {})
    )
    return Upload(upload.name, f"image/{kind.lower()}", out.getvalue())


async def file(call: Call) -> Reply:
    form, target, found = await _opened(call, FILE, {})
    if call.world.profile.file_needs_part and "file" not in form.files:
        why = "there is no uploaded file associated with the given key"
        raise errors.internal(
            why if form.multipart else "request Content-Type has bad boundary or is not multipart"
        )
    refuse(found)
    given = await _file(call, form, FILE)
    mime = mimetypes.guess_type(given.name)[0] or given.mime or "application/octet-stream"
    caption = form.text("caption")
    made = {"kind": "document", "content": f"📄 {caption or given.name}"}
    return await _send(call, form, target, "Document sent to", Upload(given.name, mime, given.data), made)


async def video(call: Call) -> Reply:
    form, target, found = await _opened(call, VIDEO, {})
    refuse(found)
    upload = await _file(call, form, VIDEO)
    made = {
        "kind": "video",
        "content": f"🎥 {form.text('caption') or 'Video'}",
        "view_once": form.flag("view_once"),
    }
    return await _send(call, form, target, "Video sent to", upload, made)


async def audio(call: Call) -> Reply:
    """`ptt` makes an Ogg/Opus voice note out of anything."""
    # v7 does not know the field, and unknown fields are ignored.
    form, target, found = await _opened(
        call, SOUND, {} if call.world.profile.single_account else {"ptt": bool}
    )
    refuse(found)
    upload = await _file(call, form, SOUND)
    if form.flag("ptt"):
        data = upload.data
        if data[:4] != b"OggS":
            try:
                data = samples.to_voice_note(data)
            except ValueError as broken:
                raise errors.internal(str(broken)) from broken
        upload = Upload(upload.name, "audio/ogg; codecs=opus", data)
    made = {"kind": "audio", "content": "🎵 Audio", "text": ""}
    return await _send(call, form, target, "Send audio success", upload, made)


async def sticker(call: Call) -> Reply:
    form, target, found = await _opened(call, STICKER, {})
    if "sticker" in form.files and form.given("sticker_url"):
        found["sticker"] = "only one of sticker or sticker_url may be provided"
    elif "sticker" in form.files and form.files["sticker"].mime == "image/gif":
        found.pop("sticker", None)
    refuse(found)
    upload = await _file(call, form, STICKER)
    made = {"kind": "sticker", "content": "🎨 Sticker", "text": ""}
    try:
        picture = Image.open(io.BytesIO(upload.data))
        picture.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as broken:
        raise errors.internal("failed to decode sticker: image: unknown format") from broken
    if picture.format == "WEBP" and getattr(picture, "is_animated", False):
        if picture.size != (512, 512) or len(upload.data) > 500 * 1024:
            raise errors.invalid({"sticker": "animated WebP must be 512x512 and at most 500 KiB"})
        return await _send(call, form, target, "Animated sticker sent to", upload, made)
    picture.thumbnail((512, 512))
    out = io.BytesIO()
    picture.convert("RGBA").save(out, "WEBP")
    webp = Upload("sticker.webp", "image/webp", out.getvalue())
    return await _send(call, form, target, "Sticker sent to", webp, made)
