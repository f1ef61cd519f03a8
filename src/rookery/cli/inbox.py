"""`rookery inbox add|list|link`."""

from __future__ import annotations

import argparse
import sys

from rookery.cli import arguments, start
from rookery.cli.failure import Failure


def add(commands: arguments.Commands) -> None:
    made = commands.add_parser("inbox", help="numbers: add one, list them, link a phone")
    parts: arguments.Commands = made.add_subparsers(metavar="add|list|link", required=True)
    one = arguments.command(parts, "add", run_add, "add a WhatsApp number behind a gateway")
    one.add_argument("--name", required=True, help="what your team calls it, such as Shop")
    one.add_argument("--phone", required=True, metavar="+NUMBER", help="the number with its country code")
    one.add_argument("--gateway", required=True, metavar="URL", help="such as http://127.0.0.1:3000")
    one.add_argument("--user", default="", help="the gateway's user name (its APP_BASIC_AUTH)")
    arguments.password_file(one, "the gateway's password")
    one.add_argument(
        "--member", action="append", metavar="EMAIL", help="who works in it; again for more (default: all)"
    )
    two = arguments.command(parts, "list", run_list, "list the inboxes")
    three = arguments.command(
        parts, "link", run_link, "link a number's phone: a QR code drawn here, or a pairing code"
    )
    three.add_argument("name", metavar="NAME")
    ways = three.add_mutually_exclusive_group()
    ways.add_argument("--qr", action="store_true", help="draw the code here (what a terminal gets anyway)")
    ways.add_argument("--code", action="store_true", help="a pairing code to type on the phone instead")
    for parser in (one, two, three):
        arguments.data_dir(parser)


def run_add(options: argparse.Namespace) -> None:
    start.short_command(options)
    from rookery.cli import numbers, rows

    account = rows.the_account()
    members = [rows.user(email) for email in options.member] if options.member else None
    order = numbers.order_from(options)
    numbers.refuse_known(order)
    looked = numbers.look(order)
    added = numbers.do_add(account, order, looked, members)
    print(numbers.instructions(order, looked, added))


def run_list(options: argparse.Namespace) -> None:
    start.short_command(options)
    from rookery.channels import states
    from rookery.conversations.models import Inbox

    for inbox in Inbox.objects.select_related("channel", "channel__gateway").order_by("pk"):
        if inbox.channel is None:
            print(f"{inbox.pk}\t{inbox.name}\t-\t-\tno number")
            continue
        newest = states.current(inbox.channel)
        state = newest.state if newest else "not looked at yet"
        print(f"{inbox.pk}\t{inbox.name}\t{inbox.channel.phone}\t{inbox.channel.gateway.url}\t{state}")


def run_link(options: argparse.Namespace) -> int:
    """Codes are renewed until the phone is there; without a terminal nobody could scan one, so the way is described."""
    start.short_command(options)
    from rookery.cli import linking, numbers, rows

    found = rows.inboxes_named(rows.the_account(), [options.name])[0]
    if found.channel is None:
        raise Failure(f"{found.name} has no number")
    if options.code:
        return linking.with_code(found.channel)
    if options.qr or sys.stdout.isatty():
        return linking.with_qr(found.channel)
    print(numbers.how_to_link(found.channel.gateway.url, found.channel.device_id))
    return 0
