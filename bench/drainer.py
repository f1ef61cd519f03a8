"""The worker's processing thread alone: `python -m bench.drainer`, until its standard input ends."""

from __future__ import annotations

import logging
import sys
import threading

import django


def main() -> None:
    logging.disable(logging.WARNING)
    django.setup()
    from rookery.processing import worker

    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
