from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rookery.conversations.models import Blob
from rookery.media import places, store, sweep
from tests.cast import Cast
from tests.media import rows
from tests.media.conftest import stored_files

pytestmark = pytest.mark.django_db(transaction=True)


def _aged(path: Path, seconds: float = 7200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def _blob(cast: Cast, data: bytes) -> Blob:
    return store.ingest(cast.account, io.BytesIO(data), limit=1000)


def test_leftovers_go_and_everything_else_stays(cast: Cast, media_folder: Path) -> None:
    kept = _blob(cast, b"named")
    rows.attachment(rows.message(rows.conversation(cast)), blob=kept, state="stored")
    Blob.objects.filter(pk=kept.pk).update(
        thumb_key="ab/" + "a" * 32 + ".webp", created_at=datetime.now(UTC) - timedelta(days=2)
    )
    thumb = _aged(media_folder / "ab" / ("a" * 32 + ".webp"))
    fresh_blob = _blob(cast, b"fresh, unnamed")
    old_blob = _blob(cast, b"old, unnamed")
    Blob.objects.filter(pk=old_blob.pk).update(created_at=datetime.now(UTC) - timedelta(days=2))
    for path in (store.path_of(kept), store.path_of(fresh_blob), store.path_of(old_blob)):
        assert path is not None
        os.utime(path, (time.time() - 7200,) * 2)
    stranger = _aged(media_folder / "ab" / "avatar.jpg")
    young = _aged(places.incoming() / "young.part", 10)
    _aged(places.incoming() / "old.part")
    _aged(media_folder / "cd" / ("c" * 32 + ".bin"))
    sweep.run()
    assert set(stored_files(media_folder)) == {
        store.path_of(kept),
        thumb,
        store.path_of(fresh_blob),
        stranger,
        young,
    }
    assert set(Blob.objects.values_list("pk", flat=True)) == {kept.pk, fresh_blob.pk}


def test_nothing_happens_when_there_is_no_folder(tmp_path: Path) -> None:
    sweep.run()
    assert sweep.clean_unfinished() == sweep.clean_unknown() == 0


@pytest.mark.usefixtures("bucket")
def test_bucket_is_not_walked(cast: Cast) -> None:
    _blob(cast, b"words")
    assert sweep.clean_unknown(older_than=-1) == 0
