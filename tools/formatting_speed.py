"""`python tools/formatting_speed.py`: how long 64 KB of hostile text take to become HTML, the best of five, in ms.

Printed, not asserted: tests count the work instead (tests/web/test_formatting.py).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from rookery.web.formatting import Formatter

SIZE = 65_536
PIECES = (
    "*_~", "http://", "http:// ", "https://a.example/))))", "*a ", "*a* ", "_", "`", "```a``` ", "> \n", "- a\n",
    "1. a\n", "\n", "@5521987650000 ", "a",
)  # fmt: skip


def main() -> None:
    for piece in PIECES:
        text, best, steps = piece * (SIZE // len(piece)), float("inf"), 0
        for _ in range(5):
            started = time.perf_counter()
            made = Formatter(text)
            made.html()
            best, steps = min(best, time.perf_counter() - started), made.steps
        print(f"{piece!r:28} {1000 * best:7.1f} ms {steps:6} pieces")


if __name__ == "__main__":
    main()
