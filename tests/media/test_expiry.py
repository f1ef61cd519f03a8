"""The retention rule of files, and the button that really tries again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rookery.conversations.actions import files
from rookery.conversations.models import Attachment, Blob
from rookery.db.fields import now_millis
from rookery.media import words
from rookery.ops import retention
from rookery.sandbox import samples as good
from rookery.sandbox.world import World
from rookery.settings import conf
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import stored_files
from tests.media.gateways import PATH, Gateways, changes, fetch

pytestmark = pytest.mark.django_db(transaction=True)
DAY = 86_400_000


def age(attachment: Attachment, days: float) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(stored_ms=now_millis() - int(days * DAY))


def forget_old(days: int) -> int:
    with conf.override(KEEP_MEDIA_DAYS=days):
        return retention.run(threading.Event())["files"]


def test_file_goes_after_its_days_and_says_so(
    gateways: Gateways, world: World, wanted: Attachment, cast: Cast, media_folder: Path
) -> None:
    world.files.put(PATH, good.voice())
    young = rows.attachment(rows.message(wanted.message.conversation), "statics/media/young.png")
    world.files.put("statics/media/young.png", samples.png())
    fetch(gateways)
    assert len(stored_files(media_folder)) == 4  # voice and its copy, picture and its thumbnail
    age(wanted, 31)
    age(young, 29)
    assert forget_old(0) == 0
    assert forget_old(30) == 1
    wanted.refresh_from_db()
    young.refresh_from_db()
    assert (wanted.state, wanted.error, wanted.blob_id) == ("gone", "media_expired", None)
    assert words.sentence(wanted.error).startswith("The file was deleted")
    assert young.state == "stored"
    assert len(stored_files(media_folder)) == 2
    assert [change["file"] for change in changes(wanted)] == ["stored", "gone"]


def test_shared_bytes_stay_for_the_younger_message(
    gateways: Gateways, world: World, wanted: Attachment, media_folder: Path
) -> None:
    world.files.put(PATH, samples.png())
    twin = rows.attachment(rows.message(wanted.message.conversation), PATH)
    fetch(gateways)
    age(wanted, 31)
    assert forget_old(30) == 1
    twin.refresh_from_db()
    assert twin.blob is not None
    assert len(stored_files(media_folder)) == 2
    age(twin, 31)
    assert forget_old(30) == 1
    assert not Blob.objects.exists()
    assert stored_files(media_folder) == []


@pytest.mark.parametrize("state", ["pending", "sending", "scheduled", "uncertain", "failed"])
def test_file_that_may_still_be_sent_stays(state: str, cast: Cast) -> None:
    message = rows.message(rows.conversation(cast), direction="out", state=state)
    blob = Blob.objects.create(account=cast.account, sha256=b"x", size=1, type="text/plain", key="k")
    waiting = files.do_attach(message, blob, name="x", kind="document")
    age(waiting, 400)
    assert forget_old(30) == 0


def test_expired_file_comes_back_when_it_is_asked_for(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, samples.png())
    fetch(gateways)
    age(wanted, 31)
    forget_old(30)
    assert files.do_retry_attachment(wanted)
    fetch(gateways)
    assert forget_old(30) == 0  # it counts from now on
    wanted.refresh_from_db()
    assert wanted.state == "stored"


def test_large_file_is_fetched_when_an_administrator_wants_it(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, bytes(2**20 + 1))
    with conf.override(MEDIA_MAX_MB=1):
        fetch(gateways)
        assert files.do_retry_attachment(wanted)
        fetch(gateways)
        wanted.refresh_from_db()
        assert (wanted.state, wanted.error) == ("failed", "too_large_here")
        assert "administrator" in words.sentence(wanted.error)
        assert files.do_retry_attachment(wanted, any_size=True)
        fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"
