"""A row of the table of routes (`routes.ROUTES`): what the address answers, and what the document says about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Schema = dict[str, Any]
"""A JSON Schema as OpenAPI 3.1 writes it."""

ACCOUNT: Final = "/api/v1/accounts/{account_id}"


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the address, or a header."""

    name: str
    schema: Schema
    says: str
    where: Literal["query", "header"] = "query"
    addition: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address.

    `view` is called with a Call (an HttpRequest where `is_open`: no token is asked) and the keys in the path without
    the account's; it answers what becomes the JSON body, None for an empty one, or a response. `answer` is None for
    an empty body, `media` another type than JSON. `addition`: ours, not Chatwoot's.
    """

    method: str
    path: str
    view: Callable[..., Any]
    says: str
    answer: Schema | None
    query: tuple[Query, ...] = ()
    body: Schema | None = None
    form: Schema | None = None  # the same as multipart/form-data
    errors: Mapping[int, str] | None = None
    is_open: bool = False
    addition: bool = False
    media: str = "application/json"
