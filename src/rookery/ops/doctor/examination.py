"""The order of the examination: each part is looked at only when what it stands on is there."""

from __future__ import annotations

from rookery.ops.doctor import database, gateways, numbers, settings, storage
from rookery.ops.doctor.findings import Finding, Level


def examine() -> list[Finding]:
    """The whole report. Asks the gateways over the network, at most about half a minute each. Never raises for
    what it finds."""
    folder = storage.folder()
    found = [*settings.look(), folder]
    if folder.level is Level.RED:
        return found  # looking further would make the folder
    found += storage.look()
    shape, usable = database.look()
    found += shape
    if usable:
        found += database.look_inside()
        found += gateways.look()
        found += numbers.look()
    return found
