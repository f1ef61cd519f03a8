"""Locks that end with their holder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rookery.ops import locks


def test_lock_is_seen_by_others_while_it_is_held(data_dir: Path) -> None:
    lock = locks.ProcessLock("worker")
    assert not locks.is_held("worker")
    lock.take()
    assert locks.is_held("worker")
    with pytest.raises(locks.Held):
        locks.ProcessLock("worker").take()
    lock.release()
    assert not locks.is_held("worker")


def test_looking_does_not_take_the_lock(data_dir: Path) -> None:
    with locks.ProcessLock("serve"):
        assert locks.is_held("serve")
        assert locks.is_held("serve")
        assert locks.path("serve").read_text() == f"{os.getpid()}\n"
        assert not locks.is_held("worker")


def test_lock_is_free_after_its_holder_was_killed(data_dir: Path) -> None:
    code = (
        "import time; from rookery.ops.locks import ProcessLock; "
        "ProcessLock('worker').take(); print('ok', flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "ROOKERY_DATA_DIR": str(data_dir)}
    holder = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert locks.is_held("worker")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert not locks.is_held("worker")
