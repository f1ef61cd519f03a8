"""The one reader of the process environment.

Values are read loudly: a value that cannot be understood stops the start with one line that says what to
type. What was read is remembered, so `conf` may be asked on hot paths.
"""

import builtins
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rookery.settings import table

PREFIX = "ROOKERY_"
Value = str | int | float | bool | Path
T = TypeVar("T", str, int, float, bool, Path)

_WORDS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}


class BadSetting(Exception):
    """A setting holds something we cannot use; the text is one line for the person who set it."""


class Conf:
    """Typed access to the settings table: `conf.int("PORT")`.

    Asking for a name that is not in the table, or by another type than the table's, raises `LookupError` or
    `TypeError`: both are mistakes of ours. A value that does not parse raises `BadSetting`.
    """

    def __init__(self) -> None:
        self._read: dict[builtins.str, Value] = {}
        self._overrides: dict[builtins.str, Value] = {}

    def str(self, name: builtins.str) -> builtins.str:
        return self._get(name, builtins.str)

    def int(self, name: builtins.str) -> builtins.int:
        return self._get(name, builtins.int)

    def float(self, name: builtins.str) -> builtins.float:
        return self._get(name, builtins.float)

    def bool(self, name: builtins.str) -> builtins.bool:
        return self._get(name, builtins.bool)

    def path(self, name: builtins.str) -> Path:
        """An absolute path; a relative value counts from the working directory of the start."""
        return self._get(name, Path)

    def list(self, name: builtins.str) -> builtins.list[builtins.str]:
        """The parts of a text setting that holds several values with commas between them."""
        return [part.strip() for part in self.str(name).split(",") if part.strip()]

    def is_set(self, name: builtins.str) -> builtins.bool:
        """Whether somebody gave this setting by hand (environment, file or override)."""
        _row(name)
        return name in self._overrides or _raw(name) is not None

    def check_all(self) -> None:
        """Read every row; raises `BadSetting` for the first that cannot be understood."""
        for row in table.SETTINGS:
            self._read[row.name] = _value(row)

    def forget(self) -> None:
        """Drop what was read, so that the environment is asked again."""
        self._read.clear()

    @contextmanager
    def override(self, **values: Value) -> Iterator[None]:
        """Set values for a while, for tests. Django's own settings were made at the start and stay."""
        before = dict(self._overrides)
        for name, value in values.items():
            row = _row(name)
            self._overrides[name] = _limited(row, _typed(row, value))
        try:
            yield
        finally:
            self._overrides = before

    def _get(self, name: builtins.str, kind: type[T]) -> T:
        row = _row(name)
        if row.type is not kind:
            raise TypeError(f"setting {name} is {row.type.__name__}, not {kind.__name__}")
        value = self._overrides.get(name)
        if value is None:
            value = self._read.get(name)
        if value is None:
            value = self._read[name] = _value(row)
        assert isinstance(value, kind)
        return value


def export(**values: builtins.str) -> None:
    """Set settings for this process and the children it starts. Forgets what `conf` had read.

    The command line uses it for `--data-dir`, `--port` and the like, before Django is set up.
    """
    for name, value in values.items():
        _row(name)
        os.environ.pop(f"{PREFIX}{name}_FILE", None)
        os.environ[PREFIX + name] = value
    conf.forget()


def child_environment() -> dict[builtins.str, builtins.str]:
    """The environment for a child process that needs no setting: no name of ours, and so no secret, in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def set_library_variable(name: builtins.str, value: builtins.str) -> None:
    """Set a variable that a library, not Rookery, reads; children inherit it."""
    os.environ[name] = value


def library_variable(name: builtins.str) -> builtins.str:
    """A variable that a library reads, or an empty text."""
    return os.environ.get(name, "")


def unknown() -> list[builtins.str]:
    """Names in the environment that look like ours and are in no row: most often a typing mistake."""
    known = {PREFIX + row.name for row in table.SETTINGS}
    known |= {name + "_FILE" for name in known}
    ours = (name for name in os.environ if name.startswith(PREFIX))
    return sorted(name for name in ours if name not in known and not name.startswith(PREFIX + "TEST_"))


def _row(name: builtins.str) -> table.Setting:
    row = table.BY_NAME.get(name)
    if row is None:
        raise LookupError(f"no setting named {name} in rookery/settings/table.py")
    return row


def _raw(name: builtins.str) -> builtins.str | None:
    """The text given for a setting, or None. An empty variable counts as not set."""
    file = os.environ.get(f"{PREFIX}{name}_FILE", "")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{PREFIX}{name}_FILE: cannot read {file} ({type(error).__name__})") from error
    return os.environ.get(PREFIX + name, "").strip() or None


def _value(row: table.Setting) -> Value:
    text = _raw(row.name)
    if text is None:
        return _absolute(row.default)
    try:
        value = _parse(row.type, text)
    except ValueError as error:
        shown = "the value" if row.secret else repr(text)
        raise BadSetting(f"{PREFIX}{row.name}: {shown} is not {_expected(row.type)}") from error
    return _limited(row, value)


def _parse(kind: table.Kind, text: builtins.str) -> Value:
    if kind is bool:
        if text.lower() not in _WORDS:
            raise ValueError(text)
        return _WORDS[text.lower()]
    if kind is Path:
        return _absolute(Path(text))
    if kind is int:
        return builtins.int(text)
    if kind is float:
        return builtins.float(text)
    return text


def _expected(kind: table.Kind) -> builtins.str:
    words: dict[table.Kind, builtins.str] = {
        bool: "true or false (also accepted: 1, 0, on, off)",
        int: "a whole number",
        float: "a number",
    }
    return words.get(kind, "usable")


def _limited(row: table.Setting, value: Value) -> Value:
    if row.minimum is not None and isinstance(value, int | float) and not value >= row.minimum:
        raise BadSetting(f"{PREFIX}{row.name}: {value} is too small, at least {row.minimum:g}")
    return value


def _typed(row: table.Setting, value: Value) -> Value:
    if row.type is Path and isinstance(value, builtins.str | Path):
        return _absolute(Path(value))
    if row.type is float and type(value) is int:
        return builtins.float(value)
    if type(value) is not row.type:
        raise TypeError(f"setting {row.name} is {row.type.__name__}, not {type(value).__name__}")
    return value


def _absolute(value: Value) -> Value:
    return value.expanduser().absolute() if isinstance(value, Path) else value


conf = Conf()
