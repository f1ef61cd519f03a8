"""`rookery events list|show|replay`: what came and could not be understood."""

from __future__ import annotations

import argparse
import sys

from rookery.cli import arguments, start
from rookery.cli.failure import Failure

_A_PAGE = 500


def add(commands: arguments.Commands) -> None:
    made = commands.add_parser("events", help="parked events: list them, replay them")
    parts: arguments.Commands = made.add_subparsers(metavar="list|show|replay", required=True)
    one = arguments.command(parts, "list", run_list, "list parked events, newest first")
    one.add_argument("--limit", type=int, default=100, help="how many at most (default 100)")
    two = arguments.command(parts, "replay", run_replay, "process parked events once more")
    two.add_argument("ids", metavar="ID", type=int, nargs="*")
    two.add_argument("--all", action="store_true", help="every parked event")
    two.add_argument(
        "--done", action="store_true", help="the named events were processed: once more, after an upgrade"
    )
    three = arguments.command(parts, "show", run_show, "print one event's body, secrets hidden")
    three.add_argument("id", metavar="ID", type=int)
    for parser in (one, two, three):
        arguments.data_dir(parser)


def run_list(options: argparse.Namespace) -> None:
    start.short_command(options)
    from datetime import UTC, datetime

    from rookery.channels.models import Channel
    from rookery.intake import parked
    from rookery.waid import phone

    numbers = {pk: phone.mask(number) for pk, number in Channel.objects.values_list("pk", "phone")}
    found = parked.list_parked(max(1, options.limit))
    for event in found:
        at = datetime.fromtimestamp(event.received_ms / 1000, UTC)
        number = numbers.get(event.channel_id or 0, "-")
        reason = event.error or "-"
        print(f"{event.id}\t{at:%Y-%m-%d %H:%M:%S}\t{number}\t{event.attempts}\t{event.size}\t{reason}")
    count = parked.count_parked()
    shown = f", the newest {len(found)} shown" if count > len(found) else ""
    print(f"{count} parked{shown} (id, UTC, number's end, tries, bytes, reason)", file=sys.stderr)


def run_show(options: argparse.Namespace) -> None:
    start.short_command(options)
    from rookery.intake import claims
    from rookery.ops import masking

    event = claims.read(options.id)
    if event is None:
        raise Failure(f"no event {options.id}: it was never here, or its body was pruned")
    text, cut = masking.shown(event.body, administrator=True)
    print(text)
    if cut:
        print("only the beginning is shown", file=sys.stderr)


def run_replay(options: argparse.Namespace) -> None:
    if bool(options.ids) == options.all or (options.all and options.done):
        raise Failure("name the events to replay, or --all that are parked", 2)
    start.short_command(options)
    from rookery.intake import claims, parked

    if options.all:
        count = 0
        last: int | None = None
        while page := parked.list_parked(_A_PAGE, before_id=last):
            last = page[-1].id
            count += sum(claims.replay(event.id) for event in page)
        print(f"{count} event(s) will be processed again")
        return
    again = claims.replay_done if options.done else claims.replay
    missing = [event_id for event_id in options.ids if not again(event_id)]
    if missing:
        word = "processed" if options.done else "parked"
        raise Failure(f"not {word}: {', '.join(map(str, missing))}")
    print(f"{len(options.ids)} event(s) will be processed again")
