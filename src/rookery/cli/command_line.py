"""From the arguments to a command, and from an error to one line and an exit code."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from rookery.cli import (
    arguments,
    demo,
    doctor,
    events,
    inbox,
    sandbox,
    serve,
    setup,
    user,
    version,
    web,
    worker,
)
from rookery.cli.failure import Failure
from rookery.settings import BadSetting, conf

COMMANDS = (demo, serve, web, worker, sandbox, setup, doctor, user, inbox, events, version)
INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """All commands. Each module adds its own, and names what runs it."""
    made = argparse.ArgumentParser(
        prog="rookery",
        description="One shared inbox for your team's WhatsApp numbers.",
        allow_abbrev=False,
        epilog="rookery COMMAND --help says more. A quick look: rookery demo",
    )
    commands: arguments.Commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(commands)
    return made


def run(given: Sequence[str] | None = None) -> int:
    """Parse, run, and put whatever goes wrong into one line on standard error."""
    options = parser().parse_args(given)
    try:
        return int(options.run(options) or 0)
    except Failure as failure:
        return _say(str(failure), failure.code)
    except BadSetting as bad:
        return _say(str(bad), 1)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (head, less) has what it wanted.
        sys.stderr.close()
        return 128 + signal.SIGPIPE
    except Exception as error:
        if conf.str("LOG_LEVEL") == "DEBUG":
            raise
        return _say(_words(error), 1)


def _words(error: Exception) -> str:
    """One line for an error nobody foresaw; a database's own is told apart, since it is the usual one."""
    first = (str(error).splitlines() or [""])[0]
    if type(error).__module__.startswith(("django.db", "sqlite3", "psycopg")):
        return f"the database does not answer: {first}. Look at ROOKERY_DATABASE_URL, or type: rookery doctor"
    if isinstance(error, PermissionError | FileNotFoundError):
        return f"{error.filename or ''}: {error.strerror}".lstrip(": ")
    return f"unexpected {type(error).__name__}: {first} (ROOKERY_LOG_LEVEL=DEBUG shows where)"


def _say(words: str, code: int) -> int:
    print(f"rookery: {words}", file=sys.stderr)
    return code
