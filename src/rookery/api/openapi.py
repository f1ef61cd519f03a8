"""The OpenAPI document, made from the table of routes and the hand-written schemas."""

from __future__ import annotations

import re
from typing import Any, Final

import rookery
from rookery.api import errors
from rookery.api.routes import ROUTES, SHAPES
from rookery.api.schemas.parts import ADDITION, TEXT, list_of, record
from rookery.api.table import Query, Route, Schema

_ABOUT: Final = (
    "The part of Chatwoot's Application API that Rookery speaks. Inboxes pose as `Channel::Whatsapp` with provider "
    f"`whatsapp_web`. What is ours and not Chatwoot's is marked `{ADDITION}`."
)
_ERRORS: Final[dict[str, Schema]] = {
    "Error": record({"error": TEXT}),
    "Unsigned": record({"errors": list_of(TEXT)}),
    "Invalid": record({"message": TEXT, "attributes": list_of(TEXT)}),
}
_SECURITY: Final = {
    "token": {"type": "apiKey", "in": "header", "name": "api_access_token"},
    "bearer": {"type": "http", "scheme": "bearer", ADDITION: True},
}
_EITHER_422: Final[Schema] = {
    "anyOf": [{"$ref": "#/components/schemas/Error"}, {"$ref": "#/components/schemas/Invalid"}]
}
_EITHER_401: Final[Schema] = {
    "anyOf": [{"$ref": "#/components/schemas/Error"}, {"$ref": "#/components/schemas/Unsigned"}]
}


def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rookery", "version": rookery.__version__, "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": {**SHAPES, **_ERRORS}, "securitySchemes": _SECURITY},
        "security": [{name: []} for name in _SECURITY],
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.says,
        "operationId": f"{route.method.lower()}_{'_'.join(re.findall(r'[a-z0-9]+', route.path.lower()))}",
        "parameters": [*_keys(route), *(_parameter(query) for query in route.query)],
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = {"content": _content(route)}
    if route.is_open:
        operation["security"] = []
    if route.addition:
        operation[ADDITION] = True
    return operation


def _keys(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if name.endswith("_id") else "string"},
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _parameter(query: Query) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "name": query.name,
        "in": query.where,
        "description": query.says,
        "schema": query.schema,
    }
    return shape | {ADDITION: True} if query.addition else shape


def _content(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": route.body}}
    if route.form is not None:
        content["multipart/form-data"] = {"schema": route.form}
    return content


def _responses(route: Route) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    if route.answer is not None or route.media != "application/json":
        good["content"] = {route.media: {"schema": route.answer or {}}}
    refuses_always = 403 in (route.errors or {}) and route.answer is None
    responses = {} if refuses_always else {"200": good}
    if not route.is_open:
        responses["401"] = _failure("No token, or a wrong one.", _EITHER_401)
        responses["404"] = _failure(
            f"{errors.NOT_FOUND}: there is none, or it is not yours.", _shape("Error")
        )
    for status, says in (route.errors or {}).items():
        shape = {401: _EITHER_401, 422: _EITHER_422}.get(status, _shape("Error"))
        responses[str(status)] = _failure(says, shape)
    return responses


def _failure(says: str, schema: Schema) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _shape(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
