"""Coming in and going out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from rookery.accounts import people, sign_in
from rookery.accounts.models import SignInFailure, User
from rookery.web.forms import SignInForm
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Browse

WRONG = "The e-mail address or the password is wrong."
WAIT = "Too many tries."


def try_in(client: Client, email: str = "agent@example.com", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in", {"email": email, "password": password, **more}).status_code


def test_sign_in_leads_to_the_inbox_with_a_new_session_key(cast: Cast, client: Client) -> None:
    client.get("/sign-in")
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    answer = client.post("/sign-in", {"email": " Agent@Example.com ", "password": PASSWORD})
    assert answer.headers["Location"] == "/inbox"
    assert client.session.session_key != before
    assert client.get("/inbox").status_code == 200


@pytest.mark.parametrize("email", ["agent@example.com", "nobody@example.com"])
def test_refusal_is_the_same_sentence_for_a_wrong_password_and_an_unknown_address(
    cast: Cast, client: Client, email: str
) -> None:
    answer = client.post("/sign-in", {"email": email, "password": "wrong"})
    assert answer.status_code == 422
    assert WRONG in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_deactivated_user_is_refused_and_loses_the_session(
    cast: Cast, client: Client, browser: Client
) -> None:
    User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    assert try_in(client) == 422
    assert browser.get("/inbox").status_code == 302


def test_guesses_are_slowed_down_even_for_the_right_password(cast: Cast, client: Client) -> None:
    for _ in range(sign_in.PER_PAIR):
        assert try_in(client, password="wrong") == 422
    answer = client.post("/sign-in", {"email": "AGENT@example.com ", "password": PASSWORD})
    assert WAIT in answer.content.decode()
    # From elsewhere, and as somebody else, it goes on.
    assert try_in(Client(REMOTE_ADDR="192.0.2.9")) == 302
    assert try_in(client, email="admin@example.com") == 302


def test_the_right_password_forgets_what_was_mistyped(cast: Cast, client: Client) -> None:
    for _ in range(sign_in.PER_PAIR - 1):
        try_in(client, password="wrong")
    assert try_in(client) == 302
    for _ in range(sign_in.PER_PAIR - 1):
        assert try_in(client, password="wrong") == 422
    assert try_in(client) == 302


def test_failures_hold_no_address_and_no_email(cast: Cast, client: Client) -> None:
    try_in(client, password="wrong")
    kept = b"".join(bytes(row.key) for row in SignInFailure.objects.all())
    assert b"agent" not in kept
    assert b"127.0" not in kept


@pytest.mark.parametrize(
    ("target", "to"),
    [
        ("/conversations/7?status=all", "/conversations/7?status=all"),
        ("https://evil.example/", "/inbox"),
        ("//evil.example", "/inbox"),
        ("javascript:alert(1)", "/inbox"),
        ("/\\evil.example", "/inbox"),
    ],
)
def test_sign_in_goes_on_to_addresses_of_ours_only(cast: Cast, client: Client, target: str, to: str) -> None:
    answer = client.post("/sign-in", {"email": "agent@example.com", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == to


def test_sign_in_without_a_token_of_the_form_is_refused(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in", {"email": "agent@example.com", "password": PASSWORD})
    assert answer.status_code == 403
    assert "This page is out of date" in answer.content.decode()


def test_only_a_post_signs_out(browser: Client) -> None:
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/inbox").status_code == 200
    assert browser.post("/sign-out").status_code == 302
    assert browser.get("/inbox").status_code == 302


def test_setup_makes_the_first_administrator_once(db: None, client: Client) -> None:
    token = people.do_make_setup_link()
    fields = {"account": "Shop", "name": "Ana", "email": "ana@example.com", "password": "long enough words"}
    assert client.get(f"/setup/{token}").status_code == 200
    assert client.post(f"/setup/{token}", {**fields, "password": "short"}).status_code == 422
    answer = client.post(f"/setup/{token}", fields)
    assert answer.headers["Location"] == "/inbox"
    assert client.get("/inbox").status_code == 200
    assert Client().get(f"/setup/{token}").status_code == 404
    assert Client().post(f"/setup/{token}", {**fields, "email": "b@example.com"}).status_code == 404
    assert User.objects.count() == 1


def test_setup_with_any_other_token_does_not_exist(db: None, client: Client) -> None:
    people.do_make_setup_link()
    assert client.get("/setup/guess").status_code == 404


def test_one_time_address_is_used_by_a_press_and_not_by_a_look(cast: Cast, client: Client) -> None:
    token = people.do_make_sign_in_link(cast.agent)
    assert client.get(f"/enter/{token}").status_code == 200
    assert client.get("/inbox").status_code == 302
    assert client.post(f"/enter/{token}").headers["Location"] == "/inbox"
    assert client.get("/inbox").status_code == 200
    assert Client().post(f"/enter/{token}").status_code == 404


def test_new_password_ends_the_other_sessions_and_keeps_this_one(cast: Cast, browse: Browse) -> None:
    here, there = browse(cast.agent), browse(cast.agent)
    before = here.session.session_key
    assert here.post("/preferences/password", {"old": "no", "new": "another long one"}).status_code == 422
    assert here.post("/preferences/password", {"old": PASSWORD, "new": "short"}).status_code == 422
    assert here.post("/preferences/password", {"old": PASSWORD, "new": "another long one"}).status_code == 302
    assert here.get("/inbox").status_code == 200
    assert here.session.session_key != before
    assert there.get("/inbox").status_code == 302
    assert try_in(Client(), password="another long one") == 302


def test_preferences_change_name_language_theme_and_sound(cast: Cast, browser: Client) -> None:
    fields = {"name": " Lu\n", "language": "pt-br", "theme": "dark", "sound": "off"}
    assert browser.post("/preferences", fields).status_code == 302
    page = browser.get("/preferences").content.decode()
    assert '<html lang="pt-br" dir="ltr" data-theme="dark">' in page
    assert "Preferências" in page
    assert 'sound="off"' in page
    assert User.objects.get(pk=cast.agent.pk).name == "Lu"
    assert browser.post("/preferences", {"sound": "on"}).status_code == 204
    assert browser.post("/preferences", {"sound": "loud"}).status_code == 422
    kept = User.objects.get(pk=cast.agent.pk)
    assert kept.preferences == {"theme": "dark", "sound": "on"}
    assert kept.locale == "pt-br"


def test_form_words_follow_the_language() -> None:
    with translation.override("pt-br"):
        assert str(SignInForm()["password"].label) == "Senha"
