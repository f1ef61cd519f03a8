"""`python -m rookery.cli`: how the command starts itself again as a child process."""

import signal
import sys

# Ctrl-C reaches the whole process group: a child that still imports ends without a word.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from rookery.cli import main  # noqa: E402

sys.exit(main())
