"""Where the world outlives a restart: one SQLite table of JSON documents, and files."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path, PurePosixPath
from threading import RLock
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Store:
    """Documents by (kind, key), written through at once; in memory when there is no folder."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = RLock()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        target = ":memory:" if folder is None else str(folder / "world.sqlite3")
        self._db = sqlite3.connect(target, check_same_thread=False, isolation_level=None)
        # A simulated world may lose its last moment in a power cut, but not when the process is killed.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS doc (kind TEXT, key TEXT, json BLOB, PRIMARY KEY (kind, key))"
        )

    def put(self, kind: str, key: str, value: object) -> None:
        with self._lock:
            row = (kind, key, msgspec.json.encode(value))
            self._db.execute(
                "INSERT INTO doc VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json", row
            )

    def remove(self, kind: str, key: str) -> None:
        with self._lock:
            self._db.execute("DELETE FROM doc WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str, as_type: type[T]) -> list[T]:
        with self._lock:
            rows = self._db.execute("SELECT json FROM doc WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()
        return [msgspec.json.decode(json, type=as_type) for (json,) in rows]

    def items(self, kind: str, as_type: type[T]) -> list[tuple[str, T]]:
        """(key, document) of one kind, oldest first."""
        with self._lock:
            query = "SELECT key, json FROM doc WHERE kind = ? ORDER BY rowid"
            rows = self._db.execute(query, (kind,)).fetchall()
        return [(key, msgspec.json.decode(json, type=as_type)) for key, json in rows]

    def wipe(self) -> None:
        with self._lock:
            self._db.execute("DELETE FROM doc")

    def close(self) -> None:
        with self._lock:
            self._db.close()


class Files:
    """Named files below one folder, or in memory: `statics/...` served to anyone, `blobs/...` never."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    def put(self, path: str, data: bytes) -> None:
        if self._folder is None:
            self._memory[path] = data
            return
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def get(self, path: str) -> bytes | None:
        """The bytes, or None when there is no such file; a path that climbs out is no such file."""
        if self._folder is None:
            return self._memory.get(path)
        parts = PurePosixPath(path).parts
        target = self._folder / path
        if ".." in parts or path.startswith("/") or "\x00" in path or not target.is_file():
            return None
        return target.read_bytes()

    def remove(self, path: str) -> None:
        if self._folder is None:
            self._memory.pop(path, None)
        else:
            (self._folder / path).unlink(missing_ok=True)

    def blob(self, data: bytes) -> str:
        """Keep a file by content; answers its SHA-256 in hex."""
        digest = hashlib.sha256(data).hexdigest()
        self.put(f"blobs/{digest}", data)
        return digest
