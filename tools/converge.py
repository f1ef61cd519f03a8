"""Deliver the recorded scenario in many random orders and compare the states: `python -m tools.converge --runs 2000`.

Uses a database of its own, in memory; `--first` is the first seed. Says at which seed two states differ, and how.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument(
        "--share", type=float, default=0.0, help="deliver only this share of the events (0: a random one)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rookery-converge-") as folder:
        _set_up(Path(folder))
        return _run(options.first, options.runs, options.share)


def _set_up(folder: Path) -> None:
    os.environ.setdefault("ROOKERY_DATABASE_URL", f"sqlite:///{folder / 'converge.sqlite3'}")
    os.environ["ROOKERY_DATA_DIR"] = str(folder / "data")
    os.environ["ROOKERY_SECRET_KEY"] = "only-for-tests-" * 4
    os.environ["ROOKERY_ENCRYPTION_KEY"] = "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGluIGFsbC4="
    os.environ["DJANGO_SETTINGS_MODULE"] = "rookery.settings.django"
    (folder / "data").mkdir(mode=0o700)
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.ERROR)
    call_command("migrate", verbosity=0)


def _run(first: int, runs: int, share: float) -> int:
    import random

    from tests.cast import make_cast
    from tests.convergence import play, scenario

    channel = make_cast().channel
    bodies = scenario.bodies()
    whole = play.state_after(channel, [[body] for body in bodies])
    started = time.monotonic()
    for done, seed in enumerate(range(first, first + runs), 1):
        # Every other run takes a part of the events: what is never delivered makes other things wait.
        part, straight = bodies, whole
        if seed % 2:
            chance = random.Random(-seed)
            size = share or chance.uniform(0.03, 0.9)
            part = [body for body in bodies if chance.random() < size]
            straight = play.state_after(channel, [[body] for body in part])
        chunks, fresh = play.shuffled(part, seed)
        found = play.state_after(channel, chunks, fresh=fresh)
        if found != straight:
            print(f"seed {seed}: another state\n{play.difference(straight, found)}")
            return 1
        if done % 50 == 0:
            print(f"{done} orders, one state ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"{runs} orders of {len(bodies)} events, one state")
    return 0


if __name__ == "__main__":
    sys.exit(main())
