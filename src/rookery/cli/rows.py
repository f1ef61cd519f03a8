"""Finding the rows that arguments name. Imported once Django is set up."""

from __future__ import annotations

from rookery.accounts import people
from rookery.accounts.models import Account, User
from rookery.cli.failure import Failure
from rookery.conversations.actions.inboxes import do_set_members
from rookery.conversations.models import Inbox


def the_account() -> Account:
    """The installation's account: the first one."""
    account = Account.objects.order_by("pk").first()
    if account is None:
        raise Failure(
            "nobody has set this installation up yet: open the address that rookery serve printed, "
            "or type: rookery setup"
        )
    return account


def user(email: str) -> User:
    try:
        return people.find_user(email)
    except people.NoSuchUser as error:
        raise Failure(f"nobody signs in as {email}. Add them with: rookery user add {email}") from error


def inboxes_named(account: Account, names: list[str] | None) -> list[Inbox]:
    """The account's inboxes with these names; all of them when none is named."""
    known = list(Inbox.objects.filter(account=account).order_by("pk"))
    if names is None:
        return known
    found = [inbox for inbox in known if inbox.name in names]
    missing = set(names) - {inbox.name for inbox in found}
    if missing:
        raise Failure(f"there is no inbox called {min(missing)}. rookery inbox list shows them all")
    return found


def do_add_member(inbox: Inbox, user: User) -> None:
    """One more person works in the inbox."""
    members = list(User.objects.filter(inbox_memberships__inbox=inbox))
    do_set_members(inbox, [*members, user])
