"""Every partial shows hostile text as text, holds no inline code, and stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.template import engines
from django.utils import translation

import rookery.web
from rookery.web.bubbles import bubble_html
from rookery.web.view_models import Bubble, Flash
from tests.web import samples

TEMPLATES = Path(rookery.web.__file__).parent / "templates" / "web"
FILES = sorted(TEMPLATES.rglob("*.html"))
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=x><b hx-get=/x data-hx-on:load=x style=x>*b* javascript:x"
T = TypeVar("T")

# Addresses and keys are ours; whatever else a view-model holds may come from a stranger.
OURS = {
    "url", "thumb", "picture", "retry_url", "src", "read_url", "resolution_url", "assignment_url", "action", "key",
    "dom_id", "kind", "direction", "state", "icon", "order", "before", "cursor", "method", "value", "client_ref",
    "more_url", "more_page", "start_url", "save_url", "rows_url", "waveform", "tone", "theme", "section", "status",
}  # fmt: skip


class Watch(HTMLParser):
    """Remembers tags and attributes a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def poisoned(model: T) -> T:
    """The same view-model with hostile text in every field that a stranger might fill."""
    assert is_dataclass(model)
    changes: dict[str, Any] = {}
    for field in fields(model):
        value = getattr(model, field.name)
        if isinstance(value, str) and field.name not in OURS:
            changes[field.name] = HOSTILE
        elif is_dataclass(value):
            changes[field.name] = poisoned(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(poisoned(item) if is_dataclass(item) else item for item in value)
    return replace(model, **changes)  # type: ignore[type-var]


def render(name: str, **context: Any) -> str:
    template = engines["jinja2"].env.get_template(f"web/{name}")  # type: ignore[attr-defined]
    around = {"shell": samples.shell(), "csrf_token": "t", "csrf_input": "", "flashes": (), "current": None}
    html: str = template.render({"bubble_html": bubble_html} | around | context)
    return html


def assert_harmless(html: str) -> None:
    seen = Watch(html)
    assert "script" not in seen.tags
    for name, value in seen.attributes:
        assert not name.startswith(("on", "hx-on", "data-hx-on"))
        assert name != "style"
        if name in ("href", "src", "action"):
            assert not value.strip().lower().startswith(("javascript:", "data:"))
        if name == "hx-get":
            assert value != "/x"


@pytest.mark.parametrize(
    "bubble", [*samples.bubbles(), *samples.troubles(), *samples.kinds()], ids=lambda b: f"{b.kind}-{b.id}"
)
def test_bubble_shows_hostile_text_as_text(bubble: Bubble) -> None:
    html = bubble_html(poisoned(bubble), first=True)
    assert_harmless(html)
    if bubble.text:
        assert "<script>alert(1)</script>" in Watch(html).text


def test_list_head_panel_and_banner_show_hostile_text_as_text() -> None:
    page = poisoned(samples.page())
    column = poisoned(samples.list_page())
    html = render("conversation/_pane.html", page=page) + render("list/_list.html", list=column, current=7)
    html += render("list/_rows.html", list=poisoned(samples.list_page(samples.rows_page())))
    assert_harmless(html)
    assert Watch(html).text.count("<script>alert(1)</script>") > 20


@pytest.mark.parametrize("name", ["inbox.html", "conversation.html", "numbers.html"])
def test_page_with_hostile_names_runs_only_our_scripts(name: str) -> None:
    context = {"list": poisoned(samples.list_page()), "page": poisoned(samples.page())}
    numbers = tuple(poisoned(number) for number in samples.numbers())
    said = (Flash(HOSTILE), Flash(HOSTILE, warning=True))
    html = render(
        name,
        shell=poisoned(samples.shell()),
        numbers=numbers,
        flashes=said,
        **context,
    )
    assert re.findall(r"<script[^>]*>", html) == re.findall(
        r'<script src="/static/[^"]*" (?:defer|type="module")>', html
    )
    assert html.count("<script") == 2


def test_shared_bubble_says_nothing_about_time_zone_or_viewer() -> None:
    bubble = samples.bubbles()[1]
    html = bubble_html(bubble)
    assert 'datetime="2026-11-23T10:31:00Z"' in html
    assert ">10:31</local-time>" in html
    assert "csrf" not in html


def test_bubble_is_rendered_once_per_content_and_language() -> None:
    bubble = samples.troubles()[8]
    english = bubble_html(bubble)
    assert bubble_html(replace(bubble)) is english
    assert bubble_html(replace(bubble, version=2)) is not english
    assert bubble_html(bubble, first=True) != english
    with translation.override("pt-br"):
        assert bubble_html(replace(bubble, kind="interactive")) != bubble_html(bubble)
        assert "Responder" in bubble_html(bubble)
    assert "Responder" not in bubble_html(bubble)


@pytest.mark.parametrize(
    ("bubble", "name", "words"),
    [
        (samples.bubbles()[3], "Read", ""),
        (samples.bubbles()[6], "Delivered", ""),
        (samples.bubbles()[10], "Waiting to be sent", ""),
        (samples.troubles()[8], "Not sent", "this number has no WhatsApp."),
        (samples.troubles()[9], "Not sure it arrived", "Send again"),
    ],
    ids=["read", "delivered", "pending", "failed", "uncertain"],
)
def test_tick_has_a_spoken_name_and_trouble_its_reason(bubble: Bubble, name: str, words: str) -> None:
    html = bubble_html(bubble)
    assert f'aria-label="{name}"' in html
    assert words in Watch(html).text


def test_every_kind_of_bubble_has_its_partial() -> None:
    kinds = {
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "unsupported",
        "activity",
        "note",
        "revoked",
    }
    kinds |= {"contact", "location", "live_location", "list", "order", "interactive", "call"}
    shown = (*samples.bubbles(), *samples.troubles(), *samples.kinds())
    assert {bubble.kind for bubble in shown} == kinds
    assert {path.stem[1:] for path in (TEMPLATES / "message").iterdir()} >= kinds - {"live_location"}


def test_what_depends_on_who_looks_is_asked_for_not_shared() -> None:
    html = "".join(bubble_html(bubble) for bubble in samples.kinds())
    asked = {value for name, value in Watch(html).attributes if name == "hx-get"}
    assert asked == {
        "/messages/47/deleted", "/messages/48/origin", "/messages/50/versions", "/messages/50/reactions",
        "/messages/51/receipts",
    }  # fmt: skip


def test_reactions_name_who_reacted_and_receipts_how_many() -> None:
    html = "".join(bubble_html(bubble) for bubble in samples.kinds())
    names = {value for name, value in Watch(html).attributes if name == "aria-label"}
    assert {"❤️ by Ana and Bia", "👍 by You"} <= names
    assert "Read by 3 of 8" in Watch(html).text
    assert "@Imran" in Watch(html).text


def test_picture_keeps_its_place_before_it_loads() -> None:
    waiting = bubble_html(samples.troubles()[1])
    assert 'width="240" height="160"' in waiting
    assert "<img" not in waiting


def lines_of(pattern: str) -> Iterator[str]:
    compiled = re.compile(pattern, re.IGNORECASE)
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if compiled.search(line):
                yield f"{path.name}:{number}: {line.strip()[:80]}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b|autoescape|\bMarkup\b",
        r"<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=",
        r"hx-on|hx-vals\s*=\s*[\"']js:|hx-headers\s*=\s*[\"']js:|hx-trigger\s*=\s*\"[^\"]*\[",
        r"https?://(?!www\.w3\.org)",
        r"\.(filter|objects|all)\(",
    ],
    ids=["trusted markup", "inline code", "evaluated htmx", "foreign address", "query"],
)
def test_templates_hold_none_of(pattern: str) -> None:
    assert list(lines_of(pattern)) == []


def test_partials_stay_small() -> None:
    assert [path.name for path in FILES if path.read_text(encoding="utf-8").count("\n") > 60] == []


def test_every_attribute_value_is_quoted() -> None:
    assert list(lines_of(r"=\{\{")) == []
