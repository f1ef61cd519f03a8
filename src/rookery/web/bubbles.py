"""Rendered bubbles and rows, each made once per content and language and shared by everybody.

The key is the whole frozen view-model, message id and version included. A version alone would be enough if
every rename, picture and quote bumped it; with the value as key a stale one cannot be shown at all.
"""

from __future__ import annotations

from functools import lru_cache

from django.template import engines
from django.utils import translation
from jinja2 import Template
from markupsafe import Markup

from rookery.web.formatting import rendered
from rookery.web.view_models import Bubble, Row

KEPT = 5000  # about 2 kB each


def bubble_html(bubble: Bubble, *, first: bool = False) -> Markup:
    """The article of one message in the current language. `first` of a run by the same person: shows the name."""
    return _render(bubble, first, translation.get_language() or "")


def row_html(row: Row, *, current: bool = False) -> Markup:
    """The row of one conversation in the current language. `current`: it is the one that is open."""
    return _render_row(row, current, translation.get_language() or "")


def forget() -> None:
    """For tests that change a template or measure."""
    _render.cache_clear()
    _render_row.cache_clear()


@lru_cache(maxsize=KEPT)
def _render(bubble: Bubble, first: bool, language: str) -> Markup:
    return rendered(_template("message/_bubble.html").render(bubble=bubble, first=first))


@lru_cache(maxsize=KEPT)
def _render_row(row: Row, current: bool, language: str) -> Markup:
    return rendered(_template("list/_row.html").render(row=row, current=current))


def _template(name: str) -> Template:
    engine = engines["jinja2"]
    template: Template = engine.env.get_template(f"web/{name}")  # type: ignore[attr-defined]
    return template
