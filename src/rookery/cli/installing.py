"""The database's shape, in words for the command line. Imported once Django is set up."""

from __future__ import annotations

from rookery.cli.failure import Failure
from rookery.intake import listing
from rookery.ops import schema


def bring_up_to_date() -> tuple[str, ...]:
    """Run pending migrations, after a copy; refuses a newer database. Raises Failure."""
    try:
        done = schema.bring_up_to_date()
    except schema.NewerDatabase as newer:
        raise Failure(str(newer)) from newer
    except OSError as error:
        raise Failure(
            f"the database was not copied, so it was not changed: {error.strerror or error}"
        ) from error
    if done:
        listing.write_door_file()
    return done
