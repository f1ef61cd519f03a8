"""Who may see a contact's picture, and how it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from rookery.accounts.models import User
from rookery.conversations.models import Contact, ContactInbox
from rookery.details import keeping
from rookery.media.serving import FILE_HEADER
from rookery.web.presenters import avatars
from tests.cast import make_number
from tests.details.stage import BIA, CAL, GROUP, Stage


def show(contact: Contact, folder: Path) -> str:
    """Give a contact a picture; answers its path on the pages."""
    file = folder / "drawn"
    folder.mkdir(exist_ok=True)
    file.write_bytes(b"RIFF....WEBP")
    keeping.do_show(contact.pk, keeping.put(file), "7")
    contact.refresh_from_db()
    return avatars.picture_url(contact) or ""


def status(user: User, path: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(path).status_code


def test_only_who_sees_the_contact_gets_its_picture(stage: Stage, media_folder: Path) -> None:
    path = show(stage.chat().contact, media_folder)
    cast = stage.cast
    assert [status(user, path) for user in (cast.admin, cast.agent)] == [200, 200]
    assert [status(user, path) for user in (cast.bystander, cast.outsider)] == [404, 404]
    assert Client().get(path).status_code in (302, 404)


def test_who_wrote_in_a_group_is_seen_by_who_sees_the_group(stage: Stage, media_folder: Path) -> None:
    author = stage.contact(f"{BIA}@s.whatsapp.net", listed=False)
    path = show(author, media_folder)
    cast = stage.cast
    assert status(cast.agent, path) == 404
    stage.write(stage.chat(GROUP), author)
    assert [status(user, path) for user in (cast.agent, cast.bystander, cast.outsider)] == [200, 404, 404]


def test_a_chat_in_somebody_elses_inbox_opens_nothing(stage: Stage, media_folder: Path) -> None:
    cast = stage.cast
    _channel, inbox = make_number(cast.account, cast.gateway, "+15550000008", "Second", "second")
    contact = stage.chat(f"{CAL}@s.whatsapp.net", inbox=inbox).contact
    path = show(contact, media_folder)
    assert [status(user, path) for user in (cast.admin, cast.agent)] == [200, 404]
    ContactInbox.objects.create(contact=contact, inbox=cast.inbox, jid=f"{CAL}@s.whatsapp.net")
    assert status(cast.agent, path) == 200


def test_a_picture_is_harmless_and_kept_by_the_browser_alone(stage: Stage, media_folder: Path) -> None:
    contact = stage.chat().contact
    client = Client()
    client.force_login(stage.cast.agent)
    answer = client.get(show(contact, media_folder))
    assert answer.headers[FILE_HEADER] == contact.avatar_key
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")


def test_a_page_drawn_before_the_picture_changed_is_led_to_the_new_one(
    stage: Stage, media_folder: Path
) -> None:
    contact = stage.chat().contact
    old = show(contact, media_folder)
    new = show(contact, media_folder)
    client = Client()
    client.force_login(stage.cast.agent)
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, new)
    assert answer.headers["Cache-Control"] == "no-store"
    assert status(stage.cast.bystander, old) == 404


def test_no_picture_and_nobody_are_alike_404(stage: Stage, media_folder: Path) -> None:
    contact = stage.chat().contact
    admin = stage.cast.admin
    assert status(admin, f"/avatars/999999/{'0' * 16}") == 404
    assert status(admin, f"/avatars/{contact.pk}/x") == 404
    show(contact, media_folder)
    (media_folder / contact.avatar_key).unlink()
    assert status(admin, avatars.picture_url(contact) or "") == 404


def test_a_picture_in_a_bucket_passes_through(stage: Stage, media_folder: Path, bucket: None) -> None:
    contact = stage.chat().contact
    client = Client()
    client.force_login(stage.cast.agent)
    answer = client.get(show(contact, media_folder))
    assert answer.getvalue() == b"RIFF....WEBP"
    assert FILE_HEADER not in answer.headers


def test_a_contact_has_initials_and_a_stable_colour_for_while_there_is_no_picture(stage: Stage) -> None:
    contact = stage.chat(name="Ada Example").contact
    face = avatars.contact_avatar(contact)
    assert (face.initials, face.picture, face.hue in range(12)) == ("AE", "", True)
    contact.avatar_key = "avatars/0123456789abcdef0123456789abcdef.webp"
    assert avatars.contact_avatar(contact).picture == f"/avatars/{contact.pk}/0123456789abcdef"
    assert avatars.contact_avatar(contact).hue == face.hue


@pytest.mark.parametrize("changed", [True, False])
def test_a_picture_of_somebody_erased_meanwhile_is_not_left_behind(
    stage: Stage, media_folder: Path, changed: bool
) -> None:
    contact = stage.chat().contact
    file = media_folder / "drawn"
    media_folder.mkdir(exist_ok=True)
    file.write_bytes(b"RIFF....WEBP")
    key = keeping.put(file)
    if changed:
        keeping.do_show(contact.pk, key, "7")
        keeping.do_show(contact.pk, "", "")
    else:
        Contact.objects.filter(pk=contact.pk).update(merged_into=None)
        keeping.do_show(999_999, key, "7")
    assert not (media_folder / key).exists()
