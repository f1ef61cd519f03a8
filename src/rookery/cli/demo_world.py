"""The demo's rows: an account with two people and a number behind the simulated gateway.

Imported once Django is set up. What must outlive a restart and is no row of ours (the password that was
printed) lies in `demo.json` of the demo's folder, which also marks the folder as a demo's.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from rookery import db
from rookery.accounts import people
from rookery.accounts.models import Account, Membership, User
from rookery.channels import notices
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.cli import passwords
from rookery.conversations.actions.inboxes import NewNumber, do_add_number, do_set_members
from rookery.settings import conf

ADMIN, AGENT = "admin@example.com", "agent@example.com"
PHONE = "+15550000001"
DEVICE = "demo"
GATEWAY_USER, GATEWAY_PASSWORD = "admin", "sandbox"


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What the demo was given or has invented. `secret` signs its webhooks."""

    password: str = field(repr=False)
    secret: str = field(repr=False)
    channel_id: int


def prepare(password: str | None) -> DemoWorld:
    """Make what is missing; a password given by hand becomes everybody's."""
    kept = _read().get("password", "")
    chosen = password or kept or passwords.invented()
    account = Account.objects.order_by("pk").first() or people.do_create_account("Café Rookery")
    admin = _do_person(account, ADMIN, "Ana Admin", Membership.Role.ADMINISTRATOR, chosen)
    agent = _do_person(account, AGENT, "Alex Agent", Membership.Role.AGENT, chosen)
    _write({"password": chosen})
    channel = Channel.objects.filter(account=account).order_by("pk").first()
    if channel is None:
        new = NewNumber(
            name="Café Rookery",
            phone=PHONE,
            url="http://127.0.0.1:3000",
            username=GATEWAY_USER,
            password=GATEWAY_PASSWORD,
            device_id=DEVICE,
            own_pn=f"{PHONE[1:]}@s.whatsapp.net",
        )
        added = do_add_number(account, new)
        do_set_members(added.inbox, [admin, agent])
        channel = added.channel
    secret = WebhookSecret.objects.get(gateway_id=channel.gateway_id, valid_until__isnull=True)
    return DemoWorld(chosen, str(secret.value), channel.pk)


def do_point_at(world: DemoWorld, gateway_url: str) -> None:
    """The simulated gateway may listen elsewhere than last time."""
    with db.write():
        Gateway.objects.filter(channels__pk=world.channel_id).update(
            url=gateway_url, breaker_failures=0, breaker_until_ms=0
        )
        notices.changed()


def sign_in_link(email: str = ADMIN) -> str:
    """The path of an address that signs in once."""
    return "/enter/" + people.do_make_sign_in_link(people.find_user(email))


def mark() -> None:
    """Say that this folder is a demo's."""
    if not _file().exists():
        _write({})


def _do_person(account: Account, email: str, name: str, role: str, password: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = people.do_add_user(account, email, name, None, role)
    if not user.check_password(password):
        # Chosen by whoever runs the demo, for this machine alone: the usual rules for passwords are waived.
        people.do_set_password(user, password, check=False)
    return user


def _file() -> Path:
    return conf.path("DATA_DIR") / "demo.json"


def _read() -> dict[str, str]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(content: dict[str, str]) -> None:
    descriptor = os.open(_file(), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
