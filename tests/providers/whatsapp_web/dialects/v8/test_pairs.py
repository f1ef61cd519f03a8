"""Golden pairs: a delivery as the gateway sends it, and what the dialect makes of it.

A bug report starts with a new pair, numbers and texts replaced. `expected` leaves out what is empty.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rookery.providers.errors import Unparsable
from rookery.providers.whatsapp_web.dialects import v8
from rookery.waid import Jid

PAYLOADS = Path(__file__).parent / "payloads"
CASES = sorted(p.name.removesuffix(".expected.json") for p in PAYLOADS.glob("*.expected.json"))


def show(value: object) -> Any:
    """An event as plain JSON, without what is empty or false."""
    if isinstance(value, Jid):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = {f.name: show(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {name: item for name, item in pairs.items() if item not in (None, "", False, [], {})}
    if isinstance(value, Mapping):
        return {name: show(item) for name, item in value.items()}
    return [show(item) for item in value] if isinstance(value, (list, tuple)) else value


def outcome(raw: bytes) -> Any:
    try:
        return [{type(event).__name__: show(event)} for event in v8.parse(raw)]
    except Unparsable as exc:
        return {"parked": exc.params["reason"]}


@pytest.mark.parametrize("case", CASES)
def test_dialect_when_payload_arrives(case: str) -> None:
    raw = (PAYLOADS / f"{case}.json").read_bytes()
    expected = json.loads((PAYLOADS / f"{case}.expected.json").read_text())
    assert outcome(raw) == expected


def test_pairs_are_complete() -> None:
    alone = {p.stem for p in PAYLOADS.glob("*.json") if not p.stem.endswith(".expected")} - set(CASES)
    assert not alone
    assert len(CASES) > 60
