"""Loaded at the start of every process of a box (the folder stands on its PYTHONPATH), and only there.

`ROOKERY_TEST_HOOKS=name=value,...` asks for changes that no setting offers, since nobody but a test wants them:

    hold=4000            milliseconds an uncertain message holds its chat, instead of 75 s
    lease=6000           milliseconds after which another worker takes a dead one's messages, instead of 30 s
    die=WORD             applying a message with this word in its text ends the process at once
    slow_migration=60    one more migration, which writes and then takes that many seconds
    full=/some/file      while the file exists the disk seems full: no free bytes, no transaction
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

_HOOKS = dict(
    part.split("=", 1) for part in os.environ.get("ROOKERY_TEST_HOOKS", "").split(",") if "=" in part
)


def _shorten_hold(module: Any) -> None:
    module.HOLD_MS = int(_HOOKS["hold"])


def _shorten_lease(module: Any) -> None:
    module.LEASE_MS = int(_HOOKS["lease"])
    module.RENEW_SECONDS = module.LEASE_MS / 3000


def _kill_on_word(module: Any) -> None:
    apply, word = module.apply, _HOOKS["die"]

    def deadly(plan: Any, *rest: Any) -> Any:
        if any(word in getattr(change, "content", "") for change in plan.changes):
            os._exit(9)
        return apply(plan, *rest)

    module.apply = deadly


def _add_migration(module: Any) -> None:
    module.INSTALLED_APPS.append("slow_app")


def _refuse_writes(module: Any) -> None:
    from contextlib import contextmanager

    from django.db import OperationalError

    write, flag = module.write, Path(_HOOKS["full"])

    @contextmanager
    def full() -> Any:
        if flag.exists():
            raise OperationalError("database or disk is full")
        with write():
            yield

    module.write = full


def _show_no_space() -> None:
    measure, flag = shutil.disk_usage, Path(_HOOKS["full"])

    def usage(path: Any) -> Any:
        found = measure(path)
        return found._replace(used=found.total, free=0) if flag.exists() else found

    shutil.disk_usage = usage


_PATCHES: dict[str, tuple[str, Callable[[Any], None]]] = {
    "rookery.conversations.store.outbox": ("hold", _shorten_hold),
    "rookery.sending.claims": ("lease", _shorten_lease),
    "rookery.processing.handlers": ("die", _kill_on_word),
    "rookery.db.writing": ("full", _refuse_writes),
    "rookery.settings.django": ("slow_migration", _add_migration),
}


class _Patcher:
    """Finds the named modules as usual and changes them once they are executed."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _PATCHES or _PATCHES[name][0] not in _HOOKS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.loader is not None
        execute, patch = spec.loader.exec_module, _PATCHES[name][1]

        def execute_and_patch(module: ModuleType) -> None:
            execute(module)
            patch(module)

        spec.loader.exec_module = execute_and_patch  # type: ignore[method-assign]
        return spec


if "full" in _HOOKS:
    _show_no_space()
if _HOOKS:
    sys.meta_path.insert(0, _Patcher)
