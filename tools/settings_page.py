"""Write the table of docs/settings.md anew from the code: `python -m tools.settings_page`."""

from pathlib import Path

from rookery.settings import SETTINGS, Setting

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
MARKS = ("<!-- table -->\n", "<!-- end of table -->\n")


def default(row: Setting) -> str:
    """A default as the page shows it."""
    if row.default == "":
        return "empty"
    if isinstance(row.default, bool):
        return "true" if row.default else "false"
    return f"`{row.default}`"


def table() -> str:
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for row in SETTINGS:
        meaning = row.help.replace("|", "\\|")
        lines.append(f"| `ROOKERY_{row.name}` | {default(row)} | {meaning} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n{table()}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
