"""`rookery setup`: folder, keys, database, first administrator; everything `serve` does at its first start, without serving."""

from __future__ import annotations

import argparse
import sys

from rookery.cli import arguments, folder, passwords, start
from rookery.cli.failure import Failure
from rookery.ops import locks


def add(commands: arguments.Commands) -> None:
    made = arguments.command(
        commands, "setup", run, "make the data folder, the database and the first administrator"
    )
    made.add_argument("--email", help="the administrator's address (asked for without)")
    made.add_argument("--name", help="their name (default: the part before the @)")
    made.add_argument("--account", help="what your team is called (default: Rookery)")
    arguments.password_file(made, "the administrator's password (asked for without)")
    arguments.data_dir(made)


def run(options: argparse.Namespace) -> None:
    start.read_options(options)
    start.folder_and_keys()
    start.django(quiet=True)
    if locks.is_held("serve"):
        # It has made the database already; only the administrator may be missing.
        start.current_schema()
    else:
        from rookery.cli import installing

        with folder.the_folder():
            installing.bring_up_to_date()
    from rookery.accounts import people

    if people.is_set_up():
        print("There is an administrator already. More people: rookery user add EMAIL --role administrator")
        return
    _do_make_administrator(options)


def _do_make_administrator(options: argparse.Namespace) -> None:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from rookery.accounts import people

    email = (options.email or _ask("E-mail address: ")).strip()
    account = options.account or (
        _ask("Name of your team [Rookery]: ", "Rookery") if not options.email else "Rookery"
    )
    name = options.name or email.partition("@")[0]
    try:
        validate_email(email)
        password = passwords.new(options.password_file)
        token = people.do_make_setup_link()
        if token is None:
            raise people.Taken
        people.do_set_up(token, account_name=account, name=name, email=email, password=password)
    except ValidationError as error:
        raise Failure(" ".join(error.messages)) from error
    except people.Taken as error:
        raise Failure("somebody else has just become the first administrator") from error
    then = "Sign in on the page" if locks.is_held("serve") else "Start with: rookery serve"
    print(f"{email} is the administrator. {then}")


def _ask(question: str, default: str = "") -> str:
    if not sys.stdin.isatty():
        raise Failure("who shall be the administrator? Give --email and --password-file")
    answer = input(question).strip()
    if not answer and not default:
        raise Failure("no answer, nothing was made")
    return answer or default
