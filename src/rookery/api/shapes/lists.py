"""Labels and canned responses (contract 3.7)."""

from __future__ import annotations

from typing import Any

from rookery.api.shapes import moments
from rookery.conversations.models import CannedResponse, Label


def label(row: Label) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "description": row.description,
        "color": row.color,
        "show_on_sidebar": row.show_on_sidebar,
    }


def canned_response(row: CannedResponse) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account_id": row.account_id,
        "short_code": row.short_code,
        "content": row.content,
        "created_at": moments.iso(row.created_at),
        "updated_at": moments.iso(row.updated_at),
    }
