"""Putting the web process together. Imported once Django is set up."""

from __future__ import annotations

import asyncio
import logging
import time

from django.db import OperationalError, connection

from rookery import db
from rookery.accounts import people
from rookery.cli import children, installing, lifeline
from rookery.cli.failure import Failure
from rookery.doors import supervise
from rookery.doors.serving import Web
from rookery.ops import schema
from rookery.settings import addresses, conf

log = logging.getLogger(__name__)

_AGAIN = 2.0


def serve(pipe: int | None, *, embedded: bool) -> int:
    """Web process with one worker child. `embedded`: somebody else tells people where we are."""
    _refuse_newer()

    token: list[str | None] = [None]

    def prepare() -> None:
        """In a thread: `opened` is called on the event loop, which may not ask the database."""
        _bring_up_to_date()
        if not embedded:
            token[0] = people.do_make_setup_link()

    def opened(port: int) -> None:
        if not embedded:
            print(_greeting(port, token[0]), flush=True)

    host, port = conf.str("HOST"), conf.int("PORT")
    return _run(Web(host, port, prepare=prepare, beside=_worker, opened=opened), pipe)


def web(pipe: int | None) -> int:
    """Web process without a worker; the database is of this version already."""

    def opened(port: int) -> None:
        print(f"Rookery (web)  {address(port)}  (Ctrl-C stops it)", flush=True)

    return _run(Web(conf.str("HOST"), conf.int("PORT"), opened=opened), pipe)


def address(port: int) -> str:
    """What people type: BASE_URL, else where we listen."""
    if conf.is_set("BASE_URL") or port == conf.int("PORT"):
        return addresses.base_url()
    return addresses.base_url().rpartition(":")[0] + f":{port}"


def _run(web: Web, pipe: int | None) -> int:
    lifeline.watch(pipe, web.end)
    try:
        web.run()
    except OSError as error:
        raise Failure(
            f"cannot listen on {conf.str('HOST')} port {conf.int('PORT')}: {error.strerror}"
        ) from error
    return 0


async def _worker(ending: asyncio.Event) -> None:
    await supervise.keep_running(lambda: children.start("worker"), ending)


def _refuse_newer() -> None:
    """Before any door opens. A database that does not answer yet is asked again by `_bring_up_to_date`."""
    try:
        schema.refuse_newer(schema.look())
    except schema.NewerDatabase as newer:
        raise Failure(str(newer)) from newer
    except OperationalError:
        log.warning("the database does not answer yet")
    finally:
        connection.close()


def _bring_up_to_date() -> None:
    """While webhooks are spooled: wait for the database, then migrate."""
    while True:
        try:
            installing.bring_up_to_date()
            return
        except OperationalError as error:
            if not _may_come_back(error):
                raise
            log.warning("waiting for the database", extra={"reason": type(error).__name__})
            connection.close()
            time.sleep(_AGAIN)


def _may_come_back(error: OperationalError) -> bool:
    return not db.is_sqlite() or "locked" in str(error)


def _greeting(port: int, token: str | None) -> str:
    """Printed, not logged: the set-up address makes whoever opens it the administrator."""
    lines = [f"Rookery  {address(port)}  (Ctrl-C stops it)"]
    if token is not None:
        lines += [
            "",
            "Nobody administers this installation yet. Open this address within an hour to begin; it works once:",
            f"  {address(port)}/setup/{token}",
        ]
    return "\n".join(lines)
