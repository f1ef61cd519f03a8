"""Files that agents send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from rookery.accounts.models import Account
from rookery.conversations.models import Blob
from rookery.media import looking, names, store
from rookery.media.errors import Empty, TooLarge
from rookery.settings import conf

_STICKER_SIDE: Final = 512
_AS_PICTURE: Final = frozenset(
    f"image/{name}" for name in ("jpeg", "png", "webp", "gif", "heic", "heif", "avif", "bmp", "tiff")
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file that no message names yet. `kind`: image, video, audio, document or sticker."""

    blob: Blob
    name: str
    kind: str


def max_bytes() -> int:
    """The most bytes one upload may have."""
    return conf.int("UPLOAD_MAX_MB") * 1024 * 1024


def accept(account: Account, uploaded: UploadedFile[Any]) -> Upload:
    """Store and look into an agent's file. Blocks for the length of a look (a second, at worst some fifteen).

    Raises errors.TooLarge, errors.Empty, errors.NoSpace.
    """
    limit = max_bytes()
    claimed = uploaded.name or ""
    if uploaded.size is not None and uploaded.size > limit:
        raise TooLarge(limit=limit)
    if not uploaded.size:
        raise Empty
    uploaded.seek(0)
    blob = store.ingest(account, uploaded, name=claimed, limit=limit)  # type: ignore[arg-type]  # reads like a file
    looking.keep(blob, looking.look(blob))
    return Upload(blob, names.clean(claimed, blob.type), kind_of(blob))


def kind_of(blob: Blob) -> str:
    """The kind of message that carries this file. A WebP of a sticker's exact size is a sticker."""
    if blob.type == "image/webp" and blob.width == blob.height == _STICKER_SIDE:
        return "sticker"
    if blob.type in _AS_PICTURE:
        return "image"
    family = blob.type.partition("/")[0]
    if family == "video" and blob.probed and blob.width is None and blob.duration_ms is not None:
        return "audio"  # a recording without a picture in a video's container
    return family if family in ("audio", "video") else "document"
