"""The fixed cast of every database test: an account with a number, its people, and one outsider."""

from __future__ import annotations

from dataclasses import dataclass

from rookery.accounts.models import Account, Membership, User
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.conversations.models import Inbox, InboxMember
from rookery.waid import phone

PHONE = "+15550000001"
SECRET = "5eed" * 16
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Cast:
    """`agent` is a member of the inbox, `bystander` an agent of the account without it, `outsider` of another account."""

    account: Account
    admin: User
    agent: User
    bystander: User
    outsider: User
    gateway: Gateway
    channel: Channel
    inbox: Inbox

    def viewer(self, user: User | None = None) -> Viewer:
        """A user as access sees them; the administrator unless named."""
        return access.viewer(user or self.admin)


def make_cast(gateway_url: str = "http://127.0.0.1:3000") -> Cast:
    """Create the cast in the database."""
    account = Account.objects.create(name="Café Rookery")
    other = Account.objects.create(name="Elsewhere")
    admin = _user("admin", account, Membership.Role.ADMINISTRATOR)
    agent = _user("agent", account, Membership.Role.AGENT)
    bystander = _user("bystander", account, Membership.Role.AGENT)
    outsider = _user("outsider", other, Membership.Role.ADMINISTRATOR)
    gateway = Gateway.objects.create(account=account, url=gateway_url, username="admin", password="sandbox")
    channel, inbox = make_number(account, gateway, PHONE, "Café Rookery", "demo")
    InboxMember.objects.create(inbox=inbox, user=agent)
    return Cast(account, admin, agent, bystander, outsider, gateway, channel, inbox)


def make_number(
    account: Account, gateway: Gateway, number: str, name: str, slot: str
) -> tuple[Channel, Inbox]:
    """A further number with its inbox and secret."""
    channel = Channel.objects.create(
        account=account,
        gateway=gateway,
        phone=number,
        phone_key=phone.key(number),
        device_id=slot,
        own_pn=f"{number[1:]}@s.whatsapp.net",
        settings={"pace_per_minute": 0},
    )
    WebhookSecret.objects.create(channel=channel, value=SECRET)
    inbox = Inbox.objects.create(account=account, channel=channel, name=name)
    return channel, inbox


def _user(name: str, account: Account, role: str) -> User:
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
    Membership.objects.create(account=account, user=user, role=role)
    return user
