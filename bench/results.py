"""What a benchmark found, and how it is shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure.

    `floor` says what the floor does, `ratio` is the figure against it; `target` bounds the ratio if there is one,
    else the value: from below (`least`) or from above.
    """

    what: str
    value: float
    unit: str
    floor: str = ""
    floor_value: float | None = None
    ratio: float | None = None
    target: float | None = None
    least: bool = True
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """None when nothing is asked of this figure."""
        if self.target is None:
            return None
        shown = self.value if self.ratio is None else self.ratio
        return shown >= self.target if self.least else shown <= self.target

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"reached": self.is_reached}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Result:
        return cls(**{name: value for name, value in found.items() if name != "reached"})


def against(
    what: str,
    values: Sequence[float],
    unit: str,
    floor: str,
    floors: Sequence[float],
    *,
    target: float | None = None,
    least: bool = True,
    note: str = "",
) -> Result:
    """Rounds of both kinds, run in turn: medians of each, and the median of the ratios of neighbours."""
    ratios = [value / low for value, low in zip(values, floors, strict=True)]
    value, low = statistics.median(values), statistics.median(floors)
    return Result(what, value, unit, floor, low, statistics.median(ratios), target, least, note)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(results: Sequence[Result]) -> str:
    """Everything on one screen; the floors are explained below."""
    rows = [("what", "value", "floor", "ratio", "target", "reached")]
    rows += [_row(result) for result in results]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "-" * max(len(line) for line in lines))
    floors = dict.fromkeys(f"{result.what}: floor = {result.floor}" for result in results if result.floor)
    notes = [f"{result.what}: {result.note}" for result in results if result.note]
    return "\n".join([*lines, "", *floors, *notes])


def _row(result: Result) -> tuple[str, str, str, str, str, str]:
    sign = ">=" if result.least else "<="
    target = "" if result.target is None else f"{sign} {result.target:g}"
    reached = {None: "", True: "yes", False: "NO"}[result.is_reached]
    return (
        result.what,
        f"{_short(result.value)} {result.unit}",
        "" if result.floor_value is None else f"{_short(result.floor_value)} {result.unit}",
        "" if result.ratio is None else f"{result.ratio:.2f}",
        target,
        reached,
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
