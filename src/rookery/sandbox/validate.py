"""The field rules of `/send/*` (contract 4.1.2 to 4.2). Each check adds to a dict of field -> complaint."""

from __future__ import annotations

from urllib.parse import urlsplit

from rookery.sandbox.body import Form

BLANK = "cannot be blank"
DURATIONS = (0, 86400, 604800, 7776000)

Complaints = dict[str, str]


def phone(value: str, name: str, found: Complaints) -> None:
    """Step B: trimmed, not empty, international."""
    stripped = value.strip()
    if not stripped:
        found[name] = BLANK
    elif stripped.removeprefix("+").startswith("0"):
        found[name] = "must be in international format and may not start with 0"


def required(form: Form, name: str, found: Complaints) -> None:
    if not form.text(name).strip():
        found[name] = BLANK


def duration(form: Form, found: Complaints) -> None:
    if form.given("duration") and form.number("duration") not in DURATIONS:
        allowed = ", ".join(str(value) for value in DURATIONS)
        found["duration"] = f"must be one of {allowed} seconds"


def url(form: Form, name: str, found: Complaints) -> None:
    """An empty string is refused too: the field must be left out instead."""
    if not form.given(name):
        return
    value = form.text(name)
    parts = urlsplit(value)
    if not value:
        found[name] = BLANK
    elif parts.scheme not in {"http", "https"} or not parts.hostname or len(value) >= 2083:
        found[name] = "must be a valid URL"


def coordinate(form: Form, name: str, limit: float, found: Complaints) -> None:
    value = form.text(name)
    if not value:
        found[name] = BLANK
        return
    try:
        good = -limit <= float(value) <= limit
    except ValueError:
        good = False
    if not good:
        found[name] = f"must be a valid {name}"


def poll(form: Form, found: Complaints) -> None:
    options, most = form.items("options"), form.number("max_answer")
    required(form, "question", found)
    if not options:
        found["options"] = BLANK
    elif any(not option for option in options):
        found["options"] = "options should not be empty"
    elif len(set(options)) != len(options):
        found["options"] = "options should be unique"
    if not 1 <= most <= max(len(options), 1):
        found["max_answer"] = "max answer must be between 1 and the number of options"
