"""`rookery user add|password|token`."""

from __future__ import annotations

import argparse

from rookery.cli import arguments, passwords, start
from rookery.cli.failure import Failure


def add(commands: arguments.Commands) -> None:
    made = commands.add_parser("user", help="people: add one, set a password, make an API token")
    parts: arguments.Commands = made.add_subparsers(metavar="add|password|token", required=True)
    one = arguments.command(parts, "add", run_add, "add a person")
    one.add_argument("email", metavar="EMAIL")
    one.add_argument("--name", help="shown beside their replies (default: the part before the @)")
    one.add_argument("--role", choices=("agent", "administrator"), default="agent")
    one.add_argument(
        "--inbox", action="append", metavar="NAME", help="an inbox to work in; again for more (default: all)"
    )
    arguments.password_file(one, "the password (asked for without)")
    two = arguments.command(
        parts, "password", run_password, "set a person's password, which ends their sessions"
    )
    two.add_argument("email", metavar="EMAIL")
    arguments.password_file(two, "the password (asked for without)")
    three = arguments.command(parts, "token", run_token, "make an API token and print it, and nothing else")
    three.add_argument("email", metavar="EMAIL")
    for parser in (one, two, three):
        arguments.data_dir(parser)


def run_add(options: argparse.Namespace) -> None:
    start.short_command(options)
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from rookery.accounts import people
    from rookery.cli import rows

    account = rows.the_account()
    inboxes = rows.inboxes_named(account, options.inbox)
    email = options.email.strip()
    try:
        validate_email(email)
        password = passwords.new(options.password_file)
        user = people.do_add_user(
            account, email, options.name or email.partition("@")[0], password, options.role
        )
    except ValidationError as error:
        raise Failure(" ".join(error.messages)) from error
    for inbox in inboxes:
        rows.do_add_member(inbox, user)
    print(f"{email} can sign in as {options.role}.")


def run_password(options: argparse.Namespace) -> None:
    start.short_command(options)
    from django.core.exceptions import ValidationError

    from rookery.accounts import people
    from rookery.cli import rows

    user = rows.user(options.email)
    try:
        people.do_set_password(user, passwords.new(options.password_file))
    except ValidationError as error:
        raise Failure(" ".join(error.messages)) from error
    print(f"The password of {user.email} is set; open sessions have ended.")


def run_token(options: argparse.Namespace) -> None:
    start.short_command(options)
    from rookery.accounts import people
    from rookery.cli import rows

    print(people.do_issue_token(rows.user(options.email), name="rookery user token"))
