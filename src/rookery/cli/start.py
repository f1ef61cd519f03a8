"""Making a process ready: settings from the arguments, logs, Django, and the database's shape."""

from __future__ import annotations

import argparse
import os

from rookery.cli.failure import Failure
from rookery.settings import conf, env, keys

_SETTINGS = {"data_dir": "DATA_DIR", "host": "HOST", "port": "PORT"}


def read_options(options: argparse.Namespace) -> None:
    """Arguments given by hand become settings, of this process and of its children; whatever it makes is private."""
    given = {name: getattr(options, argument, None) for argument, name in _SETTINGS.items()}
    env.export(**{name: str(value) for name, value in given.items() if value is not None})
    os.umask(0o077)


def existing_folder() -> None:
    """Refuse a folder that holds nothing of ours: a mistyped --data-dir must not become a second, empty Rookery."""
    folder = conf.path("DATA_DIR")
    if not folder.is_dir() or not (conf.str("SECRET_KEY") or keys.key_file("SECRET_KEY").exists()):
        raise Failure(
            f"there is no Rookery in {folder}. Start one with: rookery serve, or name its folder with --data-dir"
        )


def folder_and_keys() -> None:
    """Make the data folder and the keys that are missing."""
    try:
        keys.ensure_keys()
    except OSError as error:
        raise Failure(f"cannot make the data folder {conf.path('DATA_DIR')}: {error.strerror}") from error


def django(*, quiet: bool = False) -> None:
    """Logs first, then Django. `quiet`: a short command whose output is for a person says only what went wrong."""
    from rookery.telemetry import log

    if quiet and not conf.is_set("LOG_LEVEL"):
        env.export(LOG_LEVEL="ERROR")
    log.configure()
    env.set_library_variable("DJANGO_SETTINGS_MODULE", "rookery.settings.django")
    import django as framework

    framework.setup()


def current_schema() -> None:
    """Refuse a database that this version does not fit."""
    from rookery.ops import schema

    try:
        shape = schema.look()
        schema.refuse_newer(shape)
    except schema.NewerDatabase as newer:
        raise Failure(str(newer)) from newer
    if shape.pending:
        raise Failure(
            f"the database needs {len(shape.pending)} migration(s). Start rookery serve once, it runs them"
        )


def short_command(options: argparse.Namespace) -> None:
    """Everything a command needs that reads or writes a few rows of an existing installation."""
    read_options(options)
    existing_folder()
    django(quiet=True)
    current_schema()
