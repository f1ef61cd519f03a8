"""Rules about the source that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "rookery"
FILES = sorted(SOURCE.rglob("*.py"))
# Pages, API and the workers' handlers change rows through actions alone.
ONLY_ACTIONS = ("web", "api", "processing")
WRITERS = {
    "save",
    "create",
    "update",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
}
# Methods of the same names on things that are no rows.
NOT_MODELS = {
    "dict",
    "set",
    "context",
    "hash",
    "digest",
    "mac",
    "hmac",
    "headers",
    "params",
    "options",
    "query",
}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def environment_reads(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for name in node.names if name.name in ("environ", "getenv", "environb"))


def test_environment_is_read_in_one_file() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path in FILES
        if name_of(path) != "settings/env.py"
        for line in environment_reads(parsed(path))
    ]
    assert found == []


def model_writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls such as `row.save(...)` or `Model.objects.filter(...).update(...)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        receiver, method = ast.unparse(node.func.value), node.func.attr
        if method not in WRITERS or receiver.split(".")[-1].strip("_") in NOT_MODELS:
            continue
        certain = method in ("save", "bulk_create", "bulk_update", "get_or_create", "update_or_create")
        if certain or "objects" in receiver or "_set" in receiver or "filter(" in receiver:
            yield node.lineno, f"{receiver[-40:]}.{method}"


def test_pages_api_and_processing_write_through_actions_alone() -> None:
    found = [
        f"{name_of(path)}:{line} {call}"
        for room in ONLY_ACTIONS
        for path in sorted((SOURCE / room).rglob("*.py"))
        for line, call in model_writes(parsed(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "row.save()",
        "M.objects.create(a=1)",
        "M.objects.filter(a=1).update(b=2)",
        "conversation.message_set.delete()",
    ],
)
def test_rule_against_writes_sees_a_planted_one(code: str) -> None:
    assert list(model_writes(ast.parse(code)))


def test_rule_against_writes_leaves_dictionaries_alone() -> None:
    assert not list(model_writes(ast.parse("context.update(a=1); params.update(b=2); digest.update(b'')")))


def trusted_markup(tree: ast.Module) -> Iterator[int]:
    """Calls that turn text into trusted markup. The names alone (in an annotation) are harmless."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            if called in ("Markup", "mark_safe", "format_html", "SafeString"):
                yield node.lineno
        if isinstance(node, ast.ImportFrom):
            # Under another name the calls above would not be seen.
            yield from (node.lineno for name in node.names if name.name in ("mark_safe", "SafeString"))


def test_trusted_markup_is_made_in_the_formatter_alone() -> None:
    pattern = re.compile(r"\bMarkup\b|\bmark_safe\b|\|\s*safe\b|autoescape\s+false")
    found = [
        f"{name_of(path)}:{number}"
        for path in SOURCE.rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    found += [
        f"{name_of(path)}:{line}"
        for path in FILES
        if name_of(path) != "web/formatting.py"
        for line in trusted_markup(parsed(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code", ["markupsafe.Markup(a)", "from django.utils.safestring import mark_safe as ok"]
)
def test_rule_against_trusted_markup_sees_a_planted_one(code: str) -> None:
    assert list(trusted_markup(ast.parse(code)))


def test_templates_hold_no_inline_script_or_style() -> None:
    pattern = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        f"{name_of(path)}:{number}"
        for path in SOURCE.rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_files_and_functions_stay_small() -> None:
    found = []
    for path in FILES:
        if "migrations" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > 500:
            found.append(f"{name_of(path)}: {lines} lines")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > 60:
                    found.append(f"{name_of(path)}:{node.lineno} {node.name}: {length} lines")
    assert found == []


def test_no_room_is_a_drawer_for_leftovers() -> None:
    leftovers = {"utils", "util", "helpers", "helper", "common", "misc", "lib", "core"}
    assert [name_of(path) for path in FILES if leftovers & {path.stem, path.parent.name}] == []


def test_nothing_is_left_for_later_without_being_said_in_the_docs() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [
        f"{name_of(path)}:{number}"
        for path in [*FILES, *SOURCE.rglob("*.js"), *SOURCE.rglob("*.html")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
