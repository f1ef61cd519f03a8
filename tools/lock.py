"""Write the hash locks anew: `make lock`. Needs `uv` on the path and a network; nobody else needs it.

Locks hold versions, markers for other systems, and hashes: no address of any registry. The first line says
how much an install fetches, which `tools/bootstrap.py` shows.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS: dict[str, list[str]] = {
    "runtime": [],
    "dev": ["--group", "pyproject.toml:dev"],
    "s3": ["--extra", "s3"],
}


def main() -> None:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    for kind, options in KINDS.items():
        target = ROOT / "requirements" / f"{kind}.txt"
        fixed = ["-c", "requirements/runtime.txt"] if kind != "runtime" else []
        inputs = ["pyproject.toml", "requirements/build.in"]
        hashed = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
        plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "-o", str(target)]
        command = ["uv", "pip", "compile", *inputs, *options, *fixed, *upgrade, *hashed, *plain]
        subprocess.run(command, check=True, cwd=ROOT)
        body = "".join(line for line in target.read_text().splitlines(keepends=True) if line[0] != "#")
        target.write_text(body)
        count, size = measure(target)
        target.write_text(f"# {count} packages, {size} MB to fetch; made by `make lock`, do not edit\n{body}")
        print(f"{target.relative_to(ROOT)}: {count} packages, {size} MB")


def measure(lock: Path) -> tuple[int, int]:
    """Number of files and megabytes (rounded up) that an install on this system fetches."""
    with tempfile.TemporaryDirectory() as folder:
        checked = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "download", "-q", *checked, "-r", str(lock), "-d", folder]
        subprocess.run(command, check=True)
        sizes = [os.stat(entry.path).st_size for entry in os.scandir(folder)]
    return len(sizes), sum(sizes) // 1_000_000 + 1


if __name__ == "__main__":
    main()
