"""Throw broken deliveries at the webhook parser: `python -m tools.fuzz_parser --minutes 10 [--seed 1]`.

Golden payloads are taken apart and put together wrongly: keys dropped, moved, doubled, values replaced by others of
every type, texts damaged, bytes flipped. What makes the parser raise anything but Unparsable, give something the
rest of the program could not store, or take longer than a second is written to tests/providers/corpus, where the
tests replay it for good.
"""

import argparse
import copy
import dataclasses
import hashlib
import json
import random
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rookery.providers.errors import Unparsable
from rookery.providers.events import Event
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.waid import Jid

TESTS = Path(__file__).resolve().parent.parent / "tests" / "providers"
CORPUS = TESTS / "corpus"
SLOW_SECONDS = 1.0
OWN = frozenset({Jid.parse("5511940001234@s.whatsapp.net"), Jid.parse("55566677788899@lid")})

NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**63, -(2**64), 10**30, 1.5, float("inf"), float("nan"), 1e308),
    *("", " ", "\x00", "\ud800", "\u202egnp", "a" * 300, "9" * 5000, "0", "-1", "NaN", "1e400", "٣", "²"),
    *("5521987650000@s.whatsapp.net", "98765432101234:4@lid", "120363041234567890@g.us", "status@broadcast"),
    *("x in y", " in ", "5521987650000:99999@s.whatsapp.net in 98765432101234@lid", "@", "@g.us", "a@b@c"),
    *("2026-03-04T15:04:05Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "yesterday"),
    *("statics/media/../../x", "http://[::1", "https://example.com", "/9j/4AAQ", "====", "BEGIN:VCARD"),
    *("BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:=C3=\n=A9=ZZ\nTEL;waid=:\nEND:VCARD", "\\" * 99 + ":;" * 99),
    *([], {}, [[]], [{}], {"": ""}, [None, 1, "x"], {"id": {}, "text": []}, [["A"]], {"contacts": {"0": 1}}),
)
EVENTS = (
    *("message", "message.reaction", "message.edited", "message.revoked", "message.deleted", "message.ack"),
    *(
        "chat_presence",
        "group.participants",
        "group.joined",
        "newsletter.message",
        "call.offer",
        "label.edit",
    ),
    *("label.association", "history_sync_complete", "brand.new"),
)


class Finding(AssertionError):
    """The parser gave something that must not leave it."""


def seeds() -> list[bytes]:
    """The golden payloads, and what made trouble once."""
    golden = (path for path in (TESTS / "golden").rglob("*.json") if ".expected" not in path.name)
    return [path.read_bytes() for path in sorted([*golden, *CORPUS.glob("*.bin")])]


def check(raw: bytes, own: frozenset[Jid] = OWN) -> None:
    """Parse; raise whatever is wrong with the answer."""
    began = time.monotonic()
    device, lane = WhatsAppWeb.device_of(raw), WhatsAppWeb.lane_key(raw)
    if not (device is None or device) or not isinstance(lane, str):
        raise Finding("no text for device or lane")
    try:
        events = WhatsAppWeb.parse(raw, own)
    except Unparsable:
        events = ()
    for event in events:
        _check_event(event)
    if time.monotonic() - began > SLOW_SECONDS:
        raise Finding("too slow")


def _check_event(event: Event) -> None:
    if not isinstance(event, Event):
        raise Finding(f"no event: {type(event)}")
    for name, value in _leaves(event, type(event).__name__):
        if isinstance(value, str):
            value.encode()  # a lone surrogate raises
            if "\x00" in value:
                raise Finding(f"NUL in {name}")
        if isinstance(value, Jid) and value.device is not None:
            raise Finding(f"device part in {name}")
        if isinstance(value, float) and value - value != 0:
            raise Finding(f"no number in {name}")
        if type(value) is int and abs(value) >= 2**63:
            raise Finding(f"huge number in {name}")


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Jid):
        yield name, value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key, f"{name} key")
            yield from _leaves(item, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item, name)
    else:
        yield name, value


def mutate(rng: random.Random, pool: list[bytes]) -> bytes:
    """One damaged delivery."""
    try:
        body = _load(rng, pool)
        for _ in range(rng.choice((1, 1, 2, 3, 6, 12))):
            body = _damage(rng, body, pool)
        raw = json.dumps(body, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    except RecursionError:  # nested too deeply for us; not for whoever sends it
        depth = rng.choice((900, 1_000, 5_000, 100_000))
        raw = b'{"event":"message","payload":' + b'{"contact":[' * depth + b"]}" * depth + b"}"
    return _flip(rng, raw) if rng.random() < 0.15 else raw


def _load(rng: random.Random, pool: list[bytes]) -> Any:
    try:
        return json.loads(rng.choice(pool))
    except ValueError:
        return copy.deepcopy(rng.choice(NASTY))


def _damage(rng: random.Random, body: Any, pool: list[bytes]) -> Any:
    places = list(_places(body))
    if not places or rng.random() < 0.02:
        return copy.deepcopy(rng.choice(NASTY))
    holder, key = rng.choice(places)
    act = rng.randrange(8)
    if act == 0:
        del holder[key]
    elif act in (1, 2):
        holder[key] = copy.deepcopy(rng.choice(NASTY))
    elif act == 3:
        holder[key] = _torn(rng, holder[key])
    elif act == 4:
        other, name = rng.choice(places)
        holder[key] = copy.deepcopy(other[name])
    elif act == 5 and isinstance(holder, dict):
        _graft(rng, holder, pool)
    elif act == 6 and isinstance(body, dict):
        body["event"] = rng.choice(EVENTS)
    elif act == 7:
        for _ in range(rng.choice((1, 3, 90, 400))):
            holder[key] = [holder[key]] if rng.random() < 0.5 else {"payload": holder[key]}
    return body


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    if depth > 12:
        return
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key], depth + 1)
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index], depth + 1)


def _torn(rng: random.Random, value: Any) -> Any:
    if not isinstance(value, str):
        return str(value)[:200]
    cut = rng.randint(0, len(value))
    middle = rng.choice(("", "\x00", "\ud83d", ":", "@", " in ", "=", "\n ", "\u202e", value[:50] * 40))
    return value[:cut] + middle + value[cut:]


def _graft(rng: random.Random, holder: dict[str, Any], pool: list[bytes]) -> None:
    """A part of another delivery."""
    other = _load(rng, pool)
    places = list(_places(other))
    if places:
        source, key = rng.choice(places)
        holder[str(key)] = copy.deepcopy(source[key])


def _flip(rng: random.Random, raw: bytes) -> bytes:
    damaged = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        if damaged:
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged[: rng.randint(0, len(damaged))] if rng.random() < 0.3 else damaged)


def keep(raw: bytes) -> Path:
    """Put a finding where the tests replay it."""
    CORPUS.mkdir(exist_ok=True)
    path = CORPUS / f"{hashlib.sha256(raw).hexdigest()[:16]}.bin"
    path.write_bytes(raw)
    return path


def run(minutes: float, seed: int) -> tuple[int, int]:
    """Executions and findings."""
    rng, pool = random.Random(seed), seeds()
    end, done = time.monotonic() + minutes * 60, 0
    seen: set[tuple[str, str, int | None]] = set()
    while time.monotonic() < end:
        raw = mutate(rng, pool)
        done += 1
        try:
            check(raw, OWN if rng.random() < 0.7 else frozenset())
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is a finding
            where = traceback.extract_tb(exc.__traceback__)[-1]
            place = (type(exc).__name__, where.filename, where.lineno)
            if place not in seen:  # one specimen of each
                seen.add(place)
                print(f"{place}: {exc}\n  kept as {keep(raw)}")
    return done, len(seen)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    done, found = run(given.minutes, seed)
    print(f"seed {seed}: {done} executions, {found} crashes")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
