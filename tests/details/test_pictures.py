"""Pictures of people and groups: fetched, drawn small, shown, renewed, hidden."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from rookery.conversations.models import Contact
from rookery.details import pictures, square_child
from rookery.details.models import Look
from rookery.details.pictures import Elsewhere, Whereabouts
from rookery.journal.models import Fact
from rookery.media import sweep
from tests.details.stage import BIA, CAL, GROUP, Stage, Whatsapp, of, pass_days
from tests.media import samples
from tests.media.conftest import stored_files

AVATAR = "/user/avatar"
BASE = "http://127.0.0.1:3000"


def picture_of(contact: Contact, folder: Path) -> Image.Image:
    contact.refresh_from_db()
    return Image.open(folder / contact.avatar_key)


def test_a_person_with_a_conversation_gets_a_small_square_picture(stage: Stage, media_folder: Path) -> None:
    stage.world.add_contact(BIA, "Bia", avatar=True)
    thread = stage.chat()
    stage.look()
    drawn = picture_of(thread.contact, media_folder)
    assert (drawn.format, drawn.size) == ("WEBP", (square_child.SIDE, square_child.SIDE))
    assert thread.contact.avatar_id
    assert of(thread.contact).picture == Look.Picture.SHOWN
    assert thread.contact.details_due_ms == of(thread.contact).due_ms
    (fact,) = Fact.objects.filter(kind="contact.changed", conversation_id=thread.pk)
    assert fact.data["contact"] == thread.contact.pk


def test_a_group_has_a_picture_of_its_own(stage: Stage, media_folder: Path) -> None:
    stage.group(BIA, avatar=True)
    thread = stage.chat(GROUP)
    stage.look()
    assert picture_of(thread.contact, media_folder).format == "WEBP"


def test_somebody_who_wrote_in_a_group_gets_a_picture_and_somebody_silent_none(stage: Stage) -> None:
    for phone in (BIA, CAL):
        stage.world.add_contact(phone, phone, avatar=True)
    stage.group(BIA, CAL)
    author = stage.contact(f"{BIA}@s.whatsapp.net", listed=False)
    stage.write(stage.chat(GROUP), author)
    stage.look()
    author.refresh_from_db()
    assert author.avatar_key
    silent = Contact.objects.get(addresses__key=CAL)
    assert (silent.avatar_key, Look.objects.filter(pk=silent.pk).exists()) == ("", False)


def test_a_picture_is_asked_for_once_a_week_and_the_same_one_not_fetched_again(
    stage: Stage, media_folder: Path
) -> None:
    stage.world.add_contact(BIA, "Bia", avatar=True)
    contact = stage.chat().contact
    stage.look()
    contact.refresh_from_db()
    key, fetched = contact.avatar_key, len(stage.network.asked) - stage.asked(AVATAR)
    pass_days(5)
    stage.look()
    assert stage.asked(AVATAR) == 1
    pass_days(3)
    stage.look()
    contact.refresh_from_db()
    assert (stage.asked(AVATAR), contact.avatar_key) == (2, key)
    assert not any("statics" in str(asked.url) for asked in stage.network.asked[fetched + 1 :])
    assert len(stored_files(media_folder)) == 1


def test_a_new_picture_takes_the_place_of_the_old(stage: Stage, media_folder: Path) -> None:
    bia = stage.world.add_contact(BIA, "Bia", avatar=True)
    contact = stage.chat().contact
    stage.look()
    contact.refresh_from_db()
    before = contact.avatar_key
    bia.avatar_version = 1
    pass_days(8)
    stage.look()
    contact.refresh_from_db()
    assert contact.avatar_key != before
    assert [str(file.relative_to(media_folder)) for file in stored_files(media_folder)] == [
        contact.avatar_key
    ]


def test_a_hidden_picture_is_remembered_for_a_week(stage: Stage) -> None:
    bia = stage.world.add_contact(BIA, "Bia", avatar=True, avatar_hidden=True)
    contact = stage.chat().contact
    stage.look()
    pass_days(5)
    stage.look()
    assert (stage.asked(AVATAR), of(contact).picture, of(contact).tries) == (1, "none", 0)
    bia.avatar_hidden = False
    pass_days(3)
    stage.look()
    contact.refresh_from_db()
    assert (stage.asked(AVATAR), bool(contact.avatar_key)) == (2, True)


def test_a_picture_that_is_hidden_later_is_not_kept(stage: Stage, media_folder: Path) -> None:
    bia = stage.world.add_contact(BIA, "Bia", avatar=True)
    contact = stage.chat().contact
    stage.look()
    bia.avatar_hidden = True
    pass_days(8)
    stage.look()
    contact.refresh_from_db()
    assert (contact.avatar_key, contact.avatar_id, stored_files(media_folder)) == ("", "", [])


def test_a_picture_at_whatsapp_is_fetched_without_our_credentials(stage: Stage) -> None:
    stage.fault(
        "status", AVATAR, status=200, content_type="application/json",
        body='{"code":"SUCCESS","message":"","results":{"url":"https://pps.whatsapp.net/v/t61?oe=1","id":"7"}}',
    )  # fmt: skip
    contact = stage.chat().contact
    whatsapp = Whatsapp(samples.png((300, 200)))
    stage.look(pictures=whatsapp)
    contact.refresh_from_db()
    assert (contact.avatar_id, bool(contact.avatar_key)) == ("7", True)
    (asked,) = whatsapp.asked
    assert str(asked.url) == "https://pps.whatsapp.net/v/t61?oe=1"
    assert not {"authorization", "x-device-id"} & set(asked.headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://pps.whatsapp.net/a",
        "https://pps.whatsapp.net:8443/a",
        "https://pps.whatsapp.net.example.com/a",
        "https://user@pps.whatsapp.net/a",
        "https://example.com/a",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://127.0.0.1:3000/user/my/contacts",
        "http://127.0.0.1:3000/statics",
        "http://127.0.0.1:3000/statics/../user/my/contacts?x",
        "http://127.0.0.1:3001/statics/a.jpg",
        "https://127.0.0.1:3000/statics/a.jpg",
        "http://[oops",
        "http://127.0.0.1:99999/statics/a.jpg",
    ],
)
def test_a_picture_elsewhere_is_not_gone_for(url: str) -> None:
    with pytest.raises(Elsewhere):
        pictures.find(url, BASE)


def test_the_gateways_own_files_are_asked_for_at_the_address_that_was_entered() -> None:
    assert pictures.find(f"{BASE}/statics/avatars/a%20b.jpg", BASE) == Whereabouts(
        path="statics/avatars/a b.jpg"
    )
    assert pictures.find(f"{BASE}/wa/statics/x.jpg", f"{BASE}/wa") == Whereabouts(path="statics/x.jpg")
    with pytest.raises(Elsewhere):
        pictures.find(f"{BASE}/statics/x.jpg", f"{BASE}/wa")


@pytest.mark.parametrize("path", ["statics/../user/my/contacts", "statics/%2e%2e/user/info", "statics/a\\b"])
def test_a_path_that_leaves_the_gateways_files_is_refused_and_asked_for_no_more(
    stage: Stage, path: str
) -> None:
    stage.fault(
        "status", AVATAR, status=200, content_type="application/json",
        body=f'{{"code":"SUCCESS","message":"","results":{{"url":"{BASE}/{path}","id":"7"}}}}'.replace("\\", "\\\\"),
    )  # fmt: skip
    contact = stage.chat().contact
    stage.look()
    contact.refresh_from_db()
    assert (contact.avatar_key, of(contact).picture) == ("", Look.Picture.REFUSED)
    assert {request.url.path for request in stage.network.asked} <= {AVATAR, "/user/my/contacts"}
    assert stage.asked("/user/my/contacts") == 1  # the address book's own


def noise(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 100).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"GIF89a", samples.png()[:100], noise((1200, 1200))],
)
def test_what_is_no_small_picture_is_refused(stage: Stage, media_folder: Path, body: bytes) -> None:
    stage.fault(
        "status", AVATAR, status=200, content_type="application/json",
        body='{"code":"SUCCESS","message":"","results":{"url":"https://mmg.whatsapp.net/a","id":"7"}}',
    )  # fmt: skip
    contact = stage.chat().contact
    stage.look(pictures=Whatsapp(body))
    contact.refresh_from_db()
    assert (contact.avatar_key, of(contact).picture, of(contact).tries) == ("", Look.Picture.REFUSED, 0)
    assert stored_files(media_folder) == []


def test_media_sweep_leaves_pictures_alone_and_ours_removes_what_nobody_names(
    stage: Stage, media_folder: Path
) -> None:
    from rookery.details import keeping

    stage.world.add_contact(BIA, "Bia", avatar=True)
    contact = stage.chat().contact
    stage.look()
    contact.refresh_from_db()
    stray = media_folder / "avatars" / f"{'0' * 32}.webp"
    stray.write_bytes(b"left by a crash")
    (media_folder / "avatars" / "notes.txt").write_text("not ours")
    sweep.clean_unfinished(0)
    sweep.clean_unknown(0)
    assert stray.exists()
    assert keeping.sweep() == 0
    assert keeping.sweep(0) == 1
    assert sorted(path.name for path in stored_files(media_folder)) == sorted(
        [Path(contact.avatar_key).name, "notes.txt"]
    )
