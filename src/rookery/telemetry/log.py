"""Logs: one JSON object a line on standard error.

`configure()` first thing in every process. Then the standard library's loggers as usual; what a line is about
goes into `extra` or `context`, never into the text:

    log = logging.getLogger(__name__)
    log.warning("media retry", extra={"media_path": path, "attempt": 2})
"""

import json
import logging
import logging.config
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from rookery.settings import conf
from rookery.telemetry import mask

_context: ContextVar[dict[str, Any]] = ContextVar("rookery_log_context", default={})  # noqa: B039  (never mutated)

# A gateway's file names hold digit runs; whoever repairs a download needs them whole.
# An IP address looks like a phone number to the mask, and a refused signature is of no use without it.
_VERBATIM = frozenset({"media_path", "address"})
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_LARGEST_ID = 1_000_000_000
_LONGEST_ERROR = 200
_FRAMES = 12


@contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Add fields (ids and words, no content) to every line logged inside the block, by this task or thread."""
    token = _context.set(_context.get() | fields)
    try:
        yield
    finally:
        _context.reset(token)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; every text in it has passed the mask."""

    def format(self, record: logging.LogRecord) -> str:
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask.text(record.getMessage()),
        }
        for name, value in (_context.get() | extra).items():
            line.setdefault(name, value if name in _VERBATIM else _masked(value))
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
            line["trace"] = _trace(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _masked(value: Any) -> Any:
    """Masks texts at any depth; small numbers and flags pass."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_ID else mask.text(str(value))
    if isinstance(value, dict):
        return {str(key): _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return mask.text(str(value))


def _error(error: BaseException) -> str:
    """Kind and first line of an error: databases put the row's values into the lines behind it."""
    first = (str(error).splitlines() or [""])[0][:_LONGEST_ERROR]
    return f"{type(error).__name__}: {mask.text(first)}".removesuffix(": ")


def _trace(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def configure() -> None:
    """Send every logger to standard error as JSON lines, at LOG_LEVEL; quiet those that would give away more."""
    level = conf.str("LOG_LEVEL")
    quiet = {"level": "WARNING", "handlers": [], "propagate": True}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"level": level, "handlers": ["stderr"]},
            "loggers": {
                # Its INFO line holds the full URL, and so the number.
                "httpx": quiet,
                "httpcore": quiet,
                "PIL": quiet,
                "asyncio": quiet,
                "django": {"level": level, "handlers": [], "propagate": True},
                # DEBUG writes every statement with its values.
                "django.db.backends": quiet,
                # A 404 is no event of ours, and its path may hold a link that signs somebody in.
                "django.request": {"level": "ERROR", "handlers": [], "propagate": True},
                "django.server": {"level": "CRITICAL", "handlers": [], "propagate": False},
                "uvicorn": {"level": "INFO", "handlers": [], "propagate": True},
                "uvicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
                # Its path holds the number of a webhook and the link that sets up or signs in.
                "uvicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            },
        }
    )
    logging.captureWarnings(True)
