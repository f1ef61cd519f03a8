"""`rookery demo` as a process, seen from outside: its pages, and its simulated people through the control API."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.flows.box import ADMIN, AGENT, Box, free_port, wait_until

__all__ = ["ADMIN", "AGENT", "PASSWORD", "Demo", "Person"]

PASSWORD = "correct horse battery"
READY = "Ctrl-C"


class Demo:
    """A running demo whose simulated people are silent until a test lets them speak."""

    def __init__(self, folder: Path) -> None:
        self._box = Box(folder)
        self.url, self.gateway = self._box.url, f"http://127.0.0.1:{free_port()}"
        self._control = httpx.Client(base_url=f"{self.gateway}/_sandbox", timeout=15)
        self._numbers = count(15550200001)

    @property
    def database(self) -> Path:
        """The SQLite file it works with."""
        return self._box.data / "rookery.sqlite3"

    def start(self) -> Demo:
        """Returns once people can sign in."""
        port = self.gateway.rpartition(":")[2]
        options = ("--quiet-world", "--gateway-port", port, "--password", PASSWORD)
        process = self._box.start(wait=False, command=("demo", *options))
        wait_until(
            lambda: process.poll() is not None or READY in self._box.out_log.read_text(),
            90,
            "the demo's last lines",
        )
        assert process.poll() is None, self._box.log_end()
        return self

    def close(self) -> None:
        """Ctrl-C, and whatever it takes after that."""
        self._control.close()
        try:
            self._box.stop(20)
        finally:
            self._box.close()

    def control(self, path: str, /, **fields: Any) -> dict[str, Any]:
        """One POST of the control API (docs/sandbox.md)."""
        answer = self._ask("POST", path, json=fields)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def screen(self, phone: str) -> list[dict[str, Any]]:
        """What this person's phone shows, oldest first."""
        answer = self._ask("GET", f"/contacts/{phone}/screen")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The control API shares the gateway's port: while that refuses connections, this waits."""
        deadline = time.monotonic() + 15
        while True:
            try:
                return self._control.request(method, path, **options)
            except httpx.ConnectError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def person(self, name: str = "", **options: Any) -> Person:
        """Somebody new, with a number (and by default a name) that nobody else has."""
        phone = options.pop("phone", None) or str(next(self._numbers))
        made = Person(self, phone, name or f"Pat {phone[-3:]}")
        self.control("/contacts", phone=phone, name=made.name, **options)
        return made


@dataclass
class Person:
    """A simulated customer."""

    demo: Demo = field(repr=False)
    phone: str
    name: str

    def says(self, text: str = "", **options: Any) -> str:
        """A message to our number; its WhatsApp id."""
        made = self.demo.control(f"/contacts/{self.phone}/say", text=text, **options)
        return str(made["id"])

    def becomes(self, **options: Any) -> None:
        """Change what is true of this person: `registered`, `reads`, `receives`, ..."""
        self.demo.control("/contacts", phone=self.phone, name=self.name, **options)

    def has_received(self) -> None:
        """Two grey ticks for everything that was sent to them."""
        self.demo.control(f"/contacts/{self.phone}/read", kind="delivered")

    def has_read(self) -> None:
        """Two blue ticks."""
        self.demo.control(f"/contacts/{self.phone}/read")

    def received(self) -> list[dict[str, Any]]:
        """What we sent, as their phone shows it."""
        return [message for message in self.demo.screen(self.phone) if not message["from_me"]]

    def texts(self) -> list[str]:
        return [message["text"] for message in self.received()]
