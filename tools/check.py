"""`python -m tools.check lint suites`: what `make lint` and `make test` run, in order, with one summary.

A suite that this machine cannot run (no Chromium, no PostgreSQL) is named as left out; with
`ROOKERY_TEST_REQUIRE=postgres,browser` that is a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tools import postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REQUIRED = set(filter(None, os.environ.get("ROOKERY_TEST_REQUIRE", "").split(",")))
MESSAGE_PATH = (
    "waid",
    "providers",
    "intake",
    "processing",
    "sending",
    "conversations",
    "media",
    "catchup",
    "details",
)
MESSAGE_PATH_COVERED = 90
BOTH_CORES = ("-n", "2", "--dist", "worksteal")  # of the smallest machine it has to be quick on
BY_FILE = ("-n", "2", "--dist", "loadfile")
TEMPLATES = ROOT / "src/rookery/web/templates"

Line = tuple[str, str]
results: list[Line] = []


def main(steps: list[str]) -> int:
    os.chdir(ROOT)
    if "lint" in steps:
        lint()
    if "suites" in steps:
        suites()
    print("\n" + "\n".join(f"{state:8} {name}" for name, state in results))
    return 1 if any(state == "FAILED" for _, state in results) else 0


def lint() -> None:
    step("format", [BIN / "ruff", "format", "--check", "--quiet", "."])
    step("rules", [BIN / "ruff", "check", "--quiet", "."])
    step("types", [BIN / "mypy"])
    step("layers", [BIN / "lint-imports"])
    step("templates", [BIN / "djlint", TEMPLATES, "--lint", "--quiet"])
    with scratch_data() as environment:
        migrations = ["-m", "django", "makemigrations", "--check", "--dry-run", "--verbosity", "0"]
        step("migrations", [sys.executable, *migrations], environment)


def suites() -> None:
    """Each suite is a process of its own; coverage of all is put together at the end."""
    shutil.rmtree(ROOT / ".coverage", ignore_errors=True)
    (ROOT / ".coverage").mkdir()
    pytest("fast suite", "not slow and not browser", *BOTH_CORES)
    pytest("slow suite", "slow and not browser", *BY_FILE, "--ignore=tests/flows")
    pytest("flows", "slow and not browser", "tests/flows")  # servers, kills and locks: one at a time
    if chromium():
        pytest("browser suite", "browser")
    else:
        leave_out("browser", "browser suite", "no Chromium")
    with postgres_server() as url:
        if url:
            where = {"ROOKERY_TEST_POSTGRES_URL": url}
            pytest("PostgreSQL suite", "not slow and not browser", "--postgres", *BOTH_CORES, **where)
            pytest(
                "PostgreSQL, slow",
                "slow and not browser",
                "--postgres",
                *BY_FILE,
                "--ignore=tests/flows",
                **where,
            )
            pytest("PostgreSQL, flows", "slow and not browser", "--postgres", "tests/flows", **where)
        else:
            leave_out("postgres", "PostgreSQL suite", "no server and no initdb")
    coverage()


def pytest(name: str, marks: str, *options: str, **environment: str) -> None:
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-m", marks, *options]
    step(name, command, environment)


def coverage() -> None:
    tool = [sys.executable, "-m", "coverage"]
    subprocess.run([*tool, "combine", "--quiet", ".coverage"], check=False)
    step("coverage, all", [*tool, "report", "--show-missing", "--skip-covered"])
    include = ",".join(f"src/rookery/{room}/*" for room in MESSAGE_PATH)
    name = f"coverage, message path >= {MESSAGE_PATH_COVERED} %"
    step(name, [*tool, "report", f"--include={include}", f"--fail-under={MESSAGE_PATH_COVERED}"])


def step(name: str, command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, env=os.environ | (environment or {}), check=False).returncode
    results.append((f"{name} ({time.monotonic() - began:.0f} s)", "ok" if code == 0 else "FAILED"))


def leave_out(requirement: str, name: str, why: str) -> None:
    results.append((f"{name}: {why}", "FAILED" if requirement in REQUIRED else "left out"))


def chromium() -> str | None:
    """A Chromium of the system; the tests look for it under the same names."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The server named by hand, else a private one, else an empty text."""
    given = os.environ.get("ROOKERY_TEST_POSTGRES_URL", "")
    folder = None if given else postgres.programs()
    with postgres.server(folder) if folder else nullcontext(given) as url:
        yield url


@contextmanager
def scratch_data() -> Iterator[dict[str, str]]:
    """Settings for a Django command that must touch nobody's data."""
    with tempfile.TemporaryDirectory(prefix="rookery-check-") as folder:
        yield {"ROOKERY_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "rookery.settings.django"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["lint", "suites"]))
