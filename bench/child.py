"""One benchmark in a process of its own: `python -m bench.child NAME FOLDER DATABASE quick|full`; JSON on stdout."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from pathlib import Path

import django

from bench.results import Result
from bench.stage import Stage
from rookery.settings import keys


def main() -> int:
    name, folder, database, size = sys.argv[1:]
    logging.disable(logging.WARNING)
    keys.ensure_keys()
    django.setup()  # benchmarks import models
    stage = Stage(Path(folder), database, size == "quick")
    results: list[Result] = importlib.import_module(f"bench.{name}").run(stage)
    print(json.dumps([result.as_json() for result in results]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
