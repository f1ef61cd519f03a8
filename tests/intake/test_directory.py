"""What the door remembers of numbers and secrets, and when it looks again."""

from __future__ import annotations

import asyncio
import datetime as dt
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from rookery.intake import directory as directories
from rookery.intake import listing
from rookery.intake.book import Secret, bind, device_key, is_guessable, path_key
from rookery.intake.directory import Directory
from rookery.intake.door import Door
from tests.intake.caller import SECRET, Caller, sign
from tests.intake.conftest import event, in_thread, make_channel, until

OTHER = "another secret of thirty-two let"


def replace_secret(channel: Any, value: str, grace: bool = False) -> None:
    from rookery.channels.models import WebhookSecret

    if grace:
        until_ = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.8)
        for row in WebhookSecret.objects.all():
            row.valid_until = until_
            row.save()
    else:
        WebhookSecret.objects.all().delete()
    WebhookSecret.objects.create(channel=channel, value=value)


async def test_new_secret_is_accepted_at_once_when_it_was_rotated(call: Caller, channel: Any) -> None:
    assert (await call(event(n=1))).status == 200
    await in_thread(lambda: replace_secret(channel, OTHER))
    assert (await call(event(n=2), signature=sign(event(n=2), OTHER))).status == 200
    assert (await call(event(n=3))).status == 401, "the old one is gone"


async def test_both_secrets_work_when_the_old_one_has_its_grace(call: Caller, channel: Any) -> None:
    await in_thread(lambda: replace_secret(channel, OTHER, grace=True))
    assert (await call(event(n=1), signature=sign(event(n=1), OTHER))).status == 200
    assert (await call(event(n=2))).status == 200
    await asyncio.sleep(0.9)
    assert (await call(event(n=3))).status == 401, "the grace is over"


async def test_new_number_is_known_at_once_when_another_process_made_it(call: Caller, channel: Any) -> None:
    path, body = "/webhooks/whatsapp/+5521987650000", event("5521987650000@s.whatsapp.net")
    assert (await call(body, path=path)).status == 404

    def make() -> None:
        from rookery.channels.models import WebhookSecret

        WebhookSecret.objects.create(channel=make_channel(channel.gateway, "+5521987650000"), value=SECRET)

    await in_thread(make)
    assert (await call(body, path=path)).status == 200, "its number was refused a moment ago"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time the database is read."""
    found: list[int] = []
    original = listing.read_database

    def counted() -> listing.Listing:
        found.append(1)
        return original()

    monkeypatch.setattr(listing, "read_database", counted)
    return found


async def test_database_is_read_seldom_when_strangers_try_numbers(call: Caller, readings: list[int]) -> None:
    begun = asyncio.get_running_loop().time()
    tries = [
        call(path=f"/webhooks/whatsapp/+55219{number:08d}", address=f"192.0.{number}.1")
        for number in range(200)
    ]
    assert {reply.status for reply in await asyncio.gather(*tries)} == {404}
    seconds = asyncio.get_running_loop().time() - begun
    assert 1 <= len(readings) <= 20 * seconds + 2
    before = len(readings)
    await call(path="/webhooks/whatsapp/+5521900000000")
    assert len(readings) == before, "it was looked up within the last five seconds"


async def test_database_is_read_once_a_second_when_a_known_number_gets_wrong_signatures(
    call: Caller, readings: list[int]
) -> None:
    for number in range(10):
        await call(event(n=number), signature=sign(b"x"), address=f"192.0.2.{number}")
    assert len(readings) == 1


async def test_secret_stops_working_when_its_row_is_deleted_and_nobody_errs(
    call: Caller, channel: Any
) -> None:
    from rookery.channels.models import WebhookSecret

    assert (await call(event(n=1))).status == 200
    await in_thread(lambda: WebhookSecret.objects.all().delete())
    for _ in range(40):
        await asyncio.sleep(0.1)
        if (await call(event(n=2))).status == 401:
            return
    pytest.fail("a deleted secret still opens the door")


async def test_door_answers_from_its_file_when_the_database_cannot_be_read(
    channel: Any, data_dir: Path, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(listing.write_door_file)

    def broken() -> listing.Listing:
        raise OperationalError("no such table: channels_channel")

    monkeypatch.setattr(listing, "read_database", broken)
    door = Door(data_dir / "spool", spool_size=65536)
    await door.start()
    door.directory.open()
    try:
        assert (await Caller(door, phone)(event(n=1))).word == "accepted"
        assert (await Caller(door, phone)(event(n=2), signature=sign(b"x"))).status == 401
        assert (await Caller(door, "+5521900000000")(event(n=3))).status == 404
        assert door.store.spooled_bytes > 0
    finally:
        await door.stop()


async def test_answer_is_quick_when_the_database_hangs(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go_on = threading.Event()

    def hanging() -> listing.Listing:
        go_on.wait(10)
        return listing.Listing()

    monkeypatch.setattr(listing, "read_database", hanging)
    begun = asyncio.get_running_loop().time()
    assert (await call(event(), signature=sign(b"x"))).status == 401
    assert asyncio.get_running_loop().time() - begun < 1.5
    assert (await call(event())).status == 200
    go_on.set()


async def test_file_is_read_again_when_another_process_replaces_it(
    channel: Any, data_dir: Path, phone: str
) -> None:
    door = Door(data_dir / "spool", spool_size=65536)
    await door.start()  # before migrations: the file is all there is
    try:
        assert (await Caller(door, phone)(event())).status == 200, "saving the channel wrote the file"
        listing.write_file(listing.Listing())
        assert (await Caller(door, phone)(event(), signature=sign(b"x"))).status == 401
        await until(lambda: not door.directory.book.by_key)
    finally:
        await door.stop()


def test_file_holds_no_open_secret_when_it_is_written(channel: Any, data_dir: Path) -> None:
    path = listing.path()
    assert path == data_dir / "door.json"
    text = path.read_text()
    assert SECRET not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert bind(listing.read_file() or listing.Listing()).by_key[channel.phone_key].secrets
    assert not list(data_dir.glob(".door*"))


def test_file_stays_untouched_when_nothing_changed(channel: Any) -> None:
    before = listing.path().stat().st_ino
    listing.write_door_file()
    assert listing.path().stat().st_ino == before


@pytest.mark.parametrize("text", ["", "{", '{"channels": 5}', "[]", "\x00"])
def test_damaged_file_is_as_good_as_none_when_read(data_dir: Path, text: str) -> None:
    listing.path().write_text(text)
    assert listing.read_file() is None
    assert listing.write_file(listing.Listing())
    assert listing.read_file() == listing.Listing()


@pytest.mark.parametrize("weak", ["secret", "fifteen letters", "segredo-demo"])
def test_number_is_not_accepted_when_its_secret_can_be_guessed(channel: Any, weak: str) -> None:
    replace_secret(channel, weak)
    assert bind(listing.read_database()).by_key[channel.phone_key].secrets == ()
    assert is_guessable(weak)
    replace_secret(channel, "sixteen letters!")
    assert len(bind(listing.read_database()).by_key[channel.phone_key].secrets) == 1


def test_secret_is_left_out_when_its_key_is_gone(channel: Any) -> None:
    found = listing.read_database()
    moved = listing.Listing(
        channels=found.channels,
        secrets=tuple(
            listing.ListedSecret(row.sealed, row.context + "x", row.gateway_id, row.channel_id)
            for row in found.secrets
        ),
    )
    assert bind(moved).by_key[channel.phone_key].secrets == ()


def test_secret_is_not_shown_when_a_number_is_printed(channel: Any) -> None:
    number = bind(listing.read_database()).by_key[channel.phone_key]
    assert SECRET not in repr(number)
    assert SECRET not in repr(Secret(SECRET.encode(), 1))


@pytest.mark.parametrize(("text", "key"), [
    ("+5511940001234", "551140001234"), ("5511940001234", "551140001234"), ("15550000001", "15550000001"),
    ("++5511940001234", None), ("", None), ("+", None), ("55 11", None), ("٣٣٣٣٣٣٣٣", None), ("1" * 21, None),
])  # fmt: skip
def test_number_in_a_path_has_a_key_when_it_is_digits(text: str, key: str | None) -> None:
    from rookery.waid import phone

    assert path_key(text) == (phone.key(text) if key else None)


@pytest.mark.parametrize(("device", "kind"), [
    ("5511940001234@s.whatsapp.net", "pn"), ("5511940001234:17@s.whatsapp.net", "pn"), ("98765432101234@lid", "lid"),
    ("5511940001234", "pn"), ("nonsense", "pn"), ("", "pn"), ("abc@s.whatsapp.net", "pn"),
])  # fmt: skip
def test_device_has_a_key_whatever_it_says(device: str, kind: str) -> None:
    assert device_key(device)[0] == kind


async def test_memory_of_unknown_numbers_is_bounded_when_there_are_too_many(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "_REMEMBERED", 3)
    directory = Directory()
    assert [await directory.reread(str(number), known=False) for number in range(5)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert await directory.reread("known", known=True), "numbers of ours are looked up all the same"
    directory.stop()
