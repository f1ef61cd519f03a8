"""Where one measurement plays: a folder, a database, and whether it is to be quick."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cast import Cast


@dataclass(frozen=True, slots=True)
class Stage:
    """`database` is the URL of an empty PostgreSQL database, or "" for SQLite in `folder`."""

    folder: Path
    database: str
    quick: bool

    @property
    def vendor(self) -> str:
        return "PostgreSQL" if self.database else "SQLite"

    def pick(self, full: int, quick: int) -> int:
        """The size of a measurement."""
        return quick if self.quick else full

    def prepare(self, gateway: str = "http://127.0.0.1:9") -> Cast:
        """Make the schema and the people; nobody answers at the default gateway."""
        from django.core.management import call_command

        from tests.cast import make_cast

        call_command("migrate", verbosity=0)
        return make_cast(gateway)

    def say(self, text: str) -> None:
        """Progress, beside the table."""
        print(f"  {text}", file=sys.stderr, flush=True)
