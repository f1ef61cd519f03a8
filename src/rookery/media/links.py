"""Signed links to files, for the API's `data_url`: stable, and dead as soon as the attachment is deleted."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.core.signing import BadSignature, Signer

from rookery.conversations.models import Attachment

_SEPARATOR = "."


def _signer() -> Signer:
    return Signer(salt="rookery.media.links", sep=_SEPARATOR)


def sign(attachment: Attachment) -> str:
    """The path `/files/<signed>/<name>`; put the base URL in front. Append `?thumb=1` for the thumbnail."""
    signed = _signer().sign(attachment.uuid.hex)
    return f"/files/{signed}/{quote(attachment.name or 'file', safe='')}"


def resolve(signed: str) -> Attachment | None:
    """The attachment of a signed part, with its blob and message; None for a forged or dead link, and for
    a file whose message was deleted for everyone."""
    try:
        uuid = UUID(hex=_signer().unsign(signed))
    except (BadSignature, ValueError):
        return None
    found = Attachment.objects.select_related("blob", "message").filter(uuid=uuid).first()
    is_there = found is not None and found.blob is not None and found.message.revoked_at is None
    return found if is_there else None
