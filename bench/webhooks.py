"""Signed webhook requests, made before the clock runs."""

from __future__ import annotations

from collections.abc import Iterator

from bench import deliveries
from tests import make
from tests.cast import PHONE, SECRET

PATH = f"/webhooks/whatsapp/{PHONE[1:]}"
_HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\nX-Hub-Signature-256: {signature}\r\n\r\n"
)
_MARK = b"A5F0" + b"0" * 28


def requests(count: int, run: int) -> Iterator[bytes]:
    """`count` different texts; `run` keeps those of one run apart from those of another."""
    templates = [
        make.text_event(
            "could you deliver two of them on Friday?", chat=deliveries.chat(number), id=_MARK.decode()
        )
        for number in range(deliveries.CHATS)
    ]
    prepared = []
    for number in range(count):
        body = templates[number % len(templates)].replace(_MARK, b"A5F0%012X%016X" % (run, number))
        head = _HEAD.format(length=len(body), signature=make.sign(SECRET, body))
        prepared.append(head.encode() + body)
    return iter(prepared)
