"""Accounts, users and the keys to them: the only writers of these rows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet

from rookery import db, journal
from rookery.accounts.models import Account, ApiToken, Membership, OneTimeLink, User

SETUP_HOURS = 1


class NoSuchUser(LookupError):
    """Nobody signs in with this address."""


class Taken(Exception):
    """The first administrator exists already."""


def do_create_account(name: str) -> Account:
    """A new workspace."""
    with db.write():
        return Account.objects.create(name=name)


def do_add_user(account: Account, email: str, name: str, password: str | None, role: str) -> User:
    """A user with a role in the account; an address that exists joins it. Raises ValidationError for a weak password."""
    if password is not None:
        validate_password(password)
    with db.write():
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(email, password, name=name)
        Membership.objects.get_or_create(account=account, user=user, defaults={"role": role})
        journal.record("access.changed", account=account.pk, user=user.pk)
    return user


def find_user(email: str) -> User:
    """The user with this address. Raises NoSuchUser."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise NoSuchUser(email)
    return user


def do_set_password(user: User, password: str, *, check: bool = True) -> None:
    """Set it; every session of the user ends with it. Raises ValidationError for a weak one."""
    if check:
        validate_password(password, user)
    user.set_password(password)
    with db.write():
        user.save(update_fields=["password"])
        for membership in user.memberships.all():
            journal.record("access.changed", account=membership.account_id, user=user.pk)


def do_note_sign_out(user: User) -> None:
    """A session of the user ended: the streams it held must look at their rights again, now."""
    with db.write():
        for membership in user.memberships.all():
            journal.record("access.changed", account=membership.account_id, user=user.pk)


def do_issue_token(user: User, name: str = "") -> str:
    """A new API token, shown this once; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    with db.write():
        ApiToken.objects.create(user=user, digest=_digest(token), name=name)
    return token


def find_token_owner(token: str) -> User | None:
    """The active user whose unrevoked token this is."""
    row = (
        ApiToken.objects.select_related("user").filter(digest=_digest(token), revoked_at__isnull=True).first()
    )
    return row.user if row is not None and row.user.is_active else None


def is_set_up() -> bool:
    """Whether an administrator exists."""
    return Membership.objects.filter(role=Membership.Role.ADMINISTRATOR, user__is_active=True).exists()


def do_make_setup_link() -> str | None:
    """The token of a fresh one-time address for making the first administrator; None once there is one.

    An earlier unused address stops working: only the newest one printed counts.
    """
    if is_set_up():
        return None
    token = secrets.token_urlsafe(24)
    with db.write():
        OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SETUP, used_at__isnull=True).delete()
        _link(token, OneTimeLink.Purpose.SETUP, None, timedelta(hours=SETUP_HOURS))
    return token


def is_setup_token(token: str) -> bool:
    """Whether this address may still make the first administrator."""
    return not is_set_up() and _open_links(token, OneTimeLink.Purpose.SETUP).exists()


def do_set_up(token: str, *, account_name: str, name: str, email: str, password: str) -> User:
    """Make the first account and administrator. Two at once: one wins. Raises Taken, ValidationError."""
    validate_password(password)
    with db.write():
        used = _open_links(token, OneTimeLink.Purpose.SETUP).update(used_at=datetime.now(UTC))
        if used != 1 or is_set_up():
            raise Taken
        account = Account.objects.order_by("pk").first() or Account.objects.create(name=account_name)
        user = User.objects.create_user(email, password, name=name)
        Membership.objects.create(account=account, user=user, role=Membership.Role.ADMINISTRATOR)
    return user


def do_make_sign_in_link(user: User) -> str:
    """The token of an address that signs this user in once, within an hour."""
    token = secrets.token_urlsafe(24)
    with db.write():
        _link(token, OneTimeLink.Purpose.SIGN_IN, user, timedelta(hours=1))
    return token


def do_use_sign_in_link(token: str) -> User | None:
    """The user it signs in; None when it was used, is too old, or never was."""
    with db.write():
        link = _open_links(token, OneTimeLink.Purpose.SIGN_IN).select_related("user").first()
        if link is None or link.user is None or not link.user.is_active:
            return None
        won = OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=datetime.now(UTC))
    return link.user if won == 1 else None


def _open_links(token: str, purpose: str) -> QuerySet[OneTimeLink]:
    now = datetime.now(UTC)
    return OneTimeLink.objects.filter(
        digest=_digest(token), purpose=purpose, used_at__isnull=True, expires_at__gt=now
    )


def _link(token: str, purpose: str, user: User | None, lifetime: timedelta) -> None:
    expires = datetime.now(UTC) + lifetime
    OneTimeLink.objects.create(digest=_digest(token), purpose=purpose, user=user, expires_at=expires)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
