"""`rookery doctor`: everything an operator can put right, green, yellow or red, with what to do.

It asks the database, the disk and the gateways, and a running `serve` nothing.
"""

from rookery.ops.doctor.examination import examine
from rookery.ops.doctor.findings import Finding, Level

__all__ = ["Finding", "Level", "examine"]
