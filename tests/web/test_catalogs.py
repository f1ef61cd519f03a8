"""The catalogs hold every word of the pages, translated, and are compiled."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import rookery

PACKAGE = Path(rookery.__file__).parent
LOCALE = PACKAGE / "web" / "locale"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}}


def key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def used() -> set[str]:
    """Every text marked for translation in the rooms that have pages."""
    from babel.messages.extract import DEFAULT_KEYWORDS

    keywords = {**DEFAULT_KEYWORDS, "noop": None, "gettext_noop": None}
    return {
        key(message)
        for room in ("web", "ops", "media")
        for _file, _line, message, _comments, _context in extract_from_dir(
            PACKAGE / room, METHODS, OPTIONS, keywords
        )
    }


def catalog(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> list[Message]:
    return [message for message in catalog(language) if message.id]


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_catalog_holds_exactly_the_words_in_use(language: str) -> None:
    assert {key(message.id) for message in entries(language)} == used()


def test_brazilian_catalog_is_complete_with_the_same_placeholders() -> None:
    for message in entries("pt_BR"):
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ("",))
        assert all(texts), message.id
        assert not message.fuzzy
        assert not list(message.check(catalog("pt_BR"))), message.id


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_compiled_catalog_is_fresh(language: str) -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalog(language))
    fresh.seek(0)
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = {key(message.id): message.string for message in read_mo(file) if message.id}
    assert compiled == {key(message.id): message.string for message in read_mo(fresh) if message.id}
