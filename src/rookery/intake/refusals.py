"""Refused requests: counted, logged without content, and slowed down by address.

The throttle changes only the words of an answer that is a refusal anyway: behind a proxy a gateway and an
attacker may share one address, and a genuine event must pass.
"""

from __future__ import annotations

import logging

from rookery.intake.answers import Answer, Scope
from rookery.intake.throttle import LIMIT, Throttle
from rookery.telemetry import metrics
from rookery.waid import phone

log = logging.getLogger(__name__)

_ONE_IN = 1000  # lines about an address that is throttled already


class Refusals:
    """Keeps the throttle; answers 401 and 404, or 429 for an address that has failed too often."""

    def __init__(self) -> None:
        self._throttle = Throttle()

    def unsigned(self, scope: Scope, number: str) -> Answer:
        """Signature missing or wrong. `number`: as in the path, only its last four digits are logged."""
        metrics.signature_invalid.inc()
        return self._refuse(scope, number, Answer.UNSIGNED, logging.ERROR, "webhook signature invalid")

    def unknown(self, scope: Scope, number: str) -> Answer:
        """No such number."""
        return self._refuse(
            scope, number, Answer.UNKNOWN, logging.WARNING, "webhook for a number that is not here"
        )

    def _refuse(self, scope: Scope, number: str, answer: Answer, level: int, text: str) -> Answer:
        address = _address(scope)
        count = self._throttle.failed(address)
        if count <= LIMIT or count % _ONE_IN == 0:
            log.log(level, text, extra={"address": address, "number": phone.mask(number), "failures": count})
        return answer if count <= LIMIT else Answer.THROTTLED


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
