"""Refusals of the domain: a code and parameters; pages and the API put them into words."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An action was refused; nothing was written.

    `code` is stable and translated by presenters; `params` fill its sentence; `field` names the input at fault.
    """

    def __init__(self, code: str, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params
