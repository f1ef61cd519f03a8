"""`python -m bench [names] [--quick] [--postgres URL] [--json FILE]`: a table of ratios. Exits 0, reached or not."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import databases
from bench.results import Result, table

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module of this folder with `run(stage)`. `on_postgres`: worth measuring there as well."""

    name: str
    about: str
    on_postgres: bool = True


BENCHMARKS = (
    Benchmark("accept", "webhooks accepted durably"),
    Benchmark("process", "stored events processed into messages"),
    Benchmark("both", "accepting while a worker drains"),
    Benchmark("page", "a conversation page, and pages of a large database"),
    Benchmark("media", "10 MB of media fetched and stored"),
    Benchmark("bubble", "webhook to painted bubble in Chromium"),
    Benchmark("memory", "memory of an idle installation", on_postgres=False),
    Benchmark("start", "start of rookery serve", on_postgres=False),
)


def main() -> int:
    options = _options()
    results: list[Result] = []
    for benchmark in BENCHMARKS:
        if options.names and benchmark.name not in options.names:
            continue
        for server in ["", options.postgres] if options.postgres and benchmark.on_postgres else [""]:
            print(f"{benchmark.name} on {'PostgreSQL' if server else 'SQLite'}", file=sys.stderr, flush=True)
            results += _measure(benchmark, server, options.quick)
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps([result.as_json() for result in results], indent=1) + "\n")
    return 0


def _options() -> argparse.Namespace:
    about = "\n".join(f"  {item.name:<9}{item.about}" for item in BENCHMARKS)
    parser = argparse.ArgumentParser(
        "bench", None, about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help="which ones (default: all); see below")
    parser.add_argument(
        "--quick", action="store_true", help="small and short: says whether it runs, not how fast"
    )
    parser.add_argument(
        "--postgres", default="", metavar="URL", help="measure on this PostgreSQL server as well"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    unknown = set(options.names) - {item.name for item in BENCHMARKS}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return options


def _measure(benchmark: Benchmark, server: str, quick: bool) -> list[Result]:
    """Run one in a process, a folder and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="rookery-bench-") as folder:
        database = databases.make(server) if server else ""
        try:
            return _child(benchmark.name, folder, database, quick)
        finally:
            if database:
                databases.drop(database)


def _child(name: str, folder: str, database: str, quick: bool) -> list[Result]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROOKERY_")}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "rookery.settings.django",
        "ROOKERY_DATA_DIR": folder,
        "ROOKERY_DATABASE_URL": database,
    }
    command = [sys.executable, "-m", "bench.child", name, folder, database, "quick" if quick else "full"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"  {name} failed: its lines above say why", file=sys.stderr)
        return []
    return [Result.from_json(found) for found in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    raise SystemExit(main())
