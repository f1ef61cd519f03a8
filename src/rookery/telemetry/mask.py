"""The safety net under the logs: whatever reaches a line, numbers and secrets in it are cut.

Code must not log them in the first place. This catches what a library or a forgotten argument lets through.
"""

import re

_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]?\d){7,}(?![\w])|\+?\d{8,}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]?\d?\d?")
_SECRETS = (
    (re.compile(r"(://)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"(/(?:setup|enter|files)/)[^\s/\"'?]+"), r"\1…"),
    (re.compile(r"(?i)((?:token|password|secret|authorization|cookie|signature)\"?\s*[=:]\s*)\S+"), r"\1…"),
)
_VISIBLE = 4


def text(value: str) -> str:
    """`value` with long digit runs cut to their last four and with known shapes of secrets cut out."""
    for pattern, replacement in _SECRETS:
        value = pattern.sub(replacement, value)
    return _NUMBER.sub(_last_four, value)


def _last_four(found: re.Match[str]) -> str:
    if _DATE.fullmatch(found[0]):
        return found[0]
    digits = "".join(character for character in found[0] if character.isdigit())
    return "…" + digits[-_VISIBLE:]
