from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import SuspiciousFileOperation
from django.db import connections

from rookery import db
from rookery.accounts.models import Account
from rookery.conversations.models import Blob
from rookery.conversations.store import files as rows
from rookery.media import places, space, store
from rookery.media.errors import NoSpace, TooLarge
from rookery.media.incoming import Incoming
from rookery.settings import conf
from tests.cast import Cast
from tests.media import rows as made
from tests.media import samples
from tests.media.conftest import stored_files

LIMIT = 10_000_000
pytestmark = pytest.mark.django_db


def test_bytes_come_back_when_a_file_was_stored(cast: Cast, media_folder: Path) -> None:
    blob = store.ingest(cast.account, io.BytesIO(samples.png()), name="../x.gif", limit=LIMIT)
    assert (blob.type, blob.size) == ("image/png", len(samples.png()))
    with store.open_blob(blob) as opened:
        assert opened.read() == samples.png()
    path = store.path_of(blob)
    assert path is not None
    assert stored_files(media_folder) == [path]
    assert path.is_relative_to(media_folder)
    assert path.suffix == ".png"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_bytes_are_kept_once_when_they_come_twice(
    cast: Cast, media_folder: Path, file: Callable[[bytes], Path]
) -> None:
    first = store.ingest(cast.account, io.BytesIO(b"same words"), limit=LIMIT)
    second = store.ingest(cast.account, file(b"same words"), limit=LIMIT)
    assert first.pk == second.pk
    assert len(stored_files(media_folder)) == 2 - 1


def test_accounts_share_nothing_when_their_files_are_equal(cast: Cast) -> None:
    other = Account.objects.exclude(pk=cast.account.pk).get()
    first = store.ingest(cast.account, io.BytesIO(b"same words"), limit=LIMIT)
    second = store.ingest(other, io.BytesIO(b"same words"), limit=LIMIT)
    assert first.pk != second.pk
    assert first.key != second.key


def test_key_tells_nothing_about_the_bytes(cast: Cast) -> None:
    blob = store.ingest(cast.account, io.BytesIO(b"same words"), limit=LIMIT)
    assert bytes(blob.sha256).hex()[:8] not in blob.key


def test_file_is_refused_when_it_passes_the_limit(cast: Cast, media_folder: Path) -> None:
    with pytest.raises(TooLarge) as refused:
        store.ingest(cast.account, io.BytesIO(b"x" * 101), limit=100)
    assert refused.value.params == {"limit": 100}
    assert store.ingest(cast.account, io.BytesIO(b"x" * 100), limit=100).size == 100
    assert len(stored_files(media_folder)) == 1


def test_nothing_is_left_when_the_source_breaks(cast: Cast, media_folder: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(10)

    with pytest.raises(ConnectionError):
        store.ingest(cast.account, Broken(b"x" * 100), limit=LIMIT)
    assert stored_files(media_folder) == []
    assert not Blob.objects.exists()


def test_bytes_are_stored_again_when_they_were_lost(cast: Cast) -> None:
    blob = store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    Blob.objects.filter(pk=blob.pk).update(probed=True)
    lost = store.path_of(blob)
    assert lost is not None
    lost.unlink()
    again = store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    assert again.pk == blob.pk
    assert again.key != blob.key
    assert not again.probed
    assert store.exists(again)


def test_second_copy_goes_when_somebody_was_quicker(
    cast: Cast, media_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    monkeypatch.setattr(rows, "find_blob", lambda *_: None)
    assert store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT).pk == first.pk
    assert stored_files(media_folder) == [store.path_of(first)]


def test_no_bytes_are_left_when_the_row_cannot_be_written(
    cast: Cast, media_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(rows, "put_blob", fail)
    with pytest.raises(RuntimeError):
        store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    assert stored_files(media_folder) == []


def test_incoming_folder_does_not_follow_a_planted_link(media_folder: Path, tmp_path: Path) -> None:
    with Incoming(limit=10) as first:
        target = tmp_path / "victim"
        first.path.with_name("x.part").symlink_to(target)
        first.write(b"1234")
        received = first.finish()
        assert received.size == 4
        assert first.finish() == received
    assert not target.exists()
    assert not first.path.exists()


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "ab/../../x"])
def test_key_is_refused_when_it_leaves_the_folder(key: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        places.local_path(key)


@pytest.mark.django_db(transaction=True)
async def test_chunks_become_a_blob_when_they_are_streamed(cast: Cast) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 100_000

    blob = await store.ingest_stream(cast.account, chunks(), limit=1_000_000)
    assert blob.size == 1_000_000
    with pytest.raises(TooLarge):
        await store.ingest_stream(cast.account, chunks(), limit=999_999)
    assert await sync_to_async(Blob.objects.count)() == 1
    await sync_to_async(connections.close_all)()


@pytest.mark.django_db(transaction=True)
def test_blob_goes_with_its_last_reference(cast: Cast, media_folder: Path) -> None:
    thread = made.conversation(cast)
    blob = store.ingest(cast.account, io.BytesIO(samples.png()), limit=LIMIT)
    Blob.objects.filter(pk=blob.pk).update(thumb_key=store.put_derived(_part(media_folder), ".webp"))
    one, two = (made.attachment(made.message(thread), blob=blob, state="stored") for _ in range(2))
    one.delete()
    assert not store.delete_if_unused(blob)
    assert len(stored_files(media_folder)) == 2
    two.delete()
    assert store.delete_if_unused(blob)
    assert stored_files(media_folder) == []
    assert not store.delete_if_unused(blob)


@pytest.mark.django_db(transaction=True)
def test_bytes_stay_when_the_deletion_is_undone(cast: Cast) -> None:
    blob = store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    with pytest.raises(RuntimeError), db.write():
        assert store.delete_if_unused(blob)
        raise RuntimeError
    assert store.exists(blob)
    assert Blob.objects.filter(pk=blob.pk).exists()


@pytest.mark.usefixtures("bucket")
def test_bytes_come_back_when_they_lie_in_a_bucket(cast: Cast) -> None:
    blob = store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    assert store.path_of(blob) is None
    with store.open_blob(blob) as opened:
        assert opened.read() == b"words"
    with conf.override(MEDIA_MIN_FREE_PERCENT=0):
        assert space.allows()


def test_media_stops_when_the_disk_is_nearly_full(cast: Cast, media_folder: Path) -> None:
    now = space.measure()
    assert 0 < now.percent <= 100
    with conf.override(MEDIA_MIN_FREE_PERCENT=101):
        assert not space.allows()
        with pytest.raises(NoSpace):
            store.ingest(cast.account, io.BytesIO(b"words"), limit=LIMIT)
    with conf.override(MEDIA_MIN_FREE_MB=now.free // 2**20 + 1000):
        assert not space.allows()
    assert space.allows()
    assert not space.allows(now.free * 2)
    assert stored_files(media_folder) == []


def test_media_stops_when_the_disk_fills_under_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with Incoming(limit=100_000_000) as incoming:
        incoming.write(b"x" * 1000)
        monkeypatch.setattr(space, "allows", lambda: False)
        with pytest.raises(NoSpace):
            incoming.write(b"x" * 20_000_000)


def _part(folder: Path) -> Path:
    path = folder / "incoming" / "t.poster.part"
    path.write_bytes(b"thumb")
    return path
