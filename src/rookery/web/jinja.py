"""The environment of our Jinja2 templates: autoescape always, undefined names fail, gettext, few globals."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static as django_static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from rookery.web.bubbles import row_html
from rookery.web.formatting import message_html, plain


def environment(**options: Any) -> Environment:
    """For Django's `TEMPLATES` setting, option `environment`."""
    options.update(autoescape=True, undefined=StrictUndefined)
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    made = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 - autoescape is on, see above
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals.update(static=static, url=url, language=translation.get_language, direction=direction)
    made.globals.update(row_html=row_html)
    made.filters.update(whatsapp=message_html, plain=plain)
    return made


def url(name: str, **arguments: object) -> str:
    return reverse(name, kwargs=arguments or None)


def direction() -> str:
    return "rtl" if translation.get_language_bidi() else "ltr"


@lru_cache(maxsize=256)
def static(path: str) -> str:
    """The address of a static file, with a mark of all of them: it may be kept for good, and a new release is fetched.

    The mark stands before the path, so that modules which import each other relatively carry it too.
    """
    return django_static(f"v-{_mark()}/{path}")


@cache
def _mark() -> str:
    """A digest of our own static files; they change with a release only."""
    digest = hashlib.sha256()
    for folder in sorted((Path(__file__).parent / "static").rglob("*")):
        if folder.is_file():
            digest.update(folder.read_bytes())
    return digest.hexdigest()[:10]
