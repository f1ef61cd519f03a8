"""Golden pairs: a delivery as the gateway sends it, and what becomes of it. `expected` leaves out what is empty.

A bug report starts with a new pair, numbers and texts replaced. `golden/<dialect>/<name>.json` is the body,
`<name>.expected.json` the events, or why it was parked.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rookery.providers.errors import Unparsable
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.waid import Jid

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(
    str(path.relative_to(GOLDEN)).removesuffix(".expected.json") for path in GOLDEN.rglob("*.expected.json")
)
OWN = frozenset({Jid.parse("5511940001234@s.whatsapp.net"), Jid.parse("55566677788899@lid")})


def body_of(case: str) -> bytes:
    return (GOLDEN / f"{case}.json").read_bytes()


def expected_of(case: str) -> Any:
    return json.loads((GOLDEN / f"{case}.expected.json").read_text(encoding="utf-8"))


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


def outcome(raw: bytes, own: frozenset[Jid] = OWN) -> Any:
    """What parsing makes of it, to compare."""
    try:
        return [{type(event).__name__: show(event)} for event in WhatsAppWeb.parse(raw, own)]
    except Unparsable as exc:
        return {"parked": exc.params["reason"]}
