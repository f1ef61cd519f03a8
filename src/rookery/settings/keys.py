"""The data folder and the two keys: where they come from and how they are made.

SECRET_KEY signs sessions and links; ENCRYPTION_KEY encrypts what the database must not show. They are
separate so that a backup without the second is harmless. Each comes from its setting, else from a private
file in the data folder that `ensure_keys` makes once. `rookery.accounts.keys` derives the cipher's keys.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from rookery.settings.env import BadSetting, conf

_FILES = {"SECRET_KEY": "secret_key", "ENCRYPTION_KEY": "encryption_key"}
_SHORTEST = 32


def ensure_data_dir() -> Path:
    """Make the data folder, private to its owner. An existing folder keeps its mode."""
    folder = conf.path("DATA_DIR")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def ensure_keys() -> None:
    """Make the keys that neither a setting nor a file gives. Two processes at once agree on one."""
    ensure_data_dir()
    for name in _FILES:
        if not conf.str(name):
            _create_once(key_file(name), secrets.token_hex(32))


def secret_key() -> str:
    """The key for signing, or "" while none was made. Raises `BadSetting`."""
    return _key("SECRET_KEY", conf.str("SECRET_KEY"))


def encryption_key() -> str:
    """The key for stored secrets, or "" while there is none. Raises `BadSetting`."""
    return _key("ENCRYPTION_KEY", conf.str("ENCRYPTION_KEY"))


def encryption_key_fallbacks() -> list[str]:
    """Older keys that can still be read, newest first."""
    return conf.list("ENCRYPTION_KEY_FALLBACKS")


def key_file(name: str) -> Path:
    """Where the key called SECRET_KEY or ENCRYPTION_KEY lies when no setting gives it."""
    return conf.path("DATA_DIR") / _FILES[name]


def _key(name: str, given: str) -> str:
    value = given
    if not value:
        try:
            value = key_file(name).read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"cannot read {key_file(name)} ({type(error).__name__})") from error
    if len(value) < _SHORTEST:
        raise BadSetting(f"ROOKERY_{name}: shorter than {_SHORTEST} characters; leave it out and one is made")
    return value


def _create_once(path: Path, text: str) -> None:
    """Write a new private file whole or not at all; a file that is there already stays."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
