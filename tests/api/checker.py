"""A small checker of JSON Schema: what `rookery.api.schemas` uses, and an error for everything else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

KNOWN = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "pattern", "format",
    "description", "minimum", "maximum", "x-rookery-addition",
}  # fmt: skip
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (float,), "boolean": (bool,), "null": (type(None),),
    "object": (dict,), "array": (list,),
}  # fmt: skip


def problems(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "$") -> list[str]:
    """What is wrong with the value, each with its place; nothing when it fits."""
    unknown = schema.keys() - KNOWN
    assert not unknown, f"the checker does not know {unknown}"
    if "$ref" in schema:
        return problems(value, resolved(schema["$ref"], document), document, at)
    if "anyOf" in schema:
        tries = [problems(value, one, document, at) for one in schema["anyOf"]]
        return [] if [] in tries else min(tries, key=len)
    if "enum" in schema and not any(
        value is one or (type(value) is type(one) and value == one) for one in schema["enum"]
    ):
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    found = _of_type(value, schema, at)
    if found:
        return found
    if isinstance(value, dict):
        return _record(value, schema, document, at)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [
            text for i, part in enumerate(value) for text in problems(part, items, document, f"{at}[{i}]")
        ]
    return _scalar(value, schema, at)


def resolved(ref: str, document: dict[str, Any]) -> dict[str, Any]:
    found: Any = document
    for part in ref.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def _of_type(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    wanted = schema.get("type")
    if wanted is None or (
        isinstance(value, TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
    ):
        return []
    return [f"{at}: {value!r} is no {wanted}"]


def _record(value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], at: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    others = schema.get("additionalProperties", True)
    for name, part in value.items():
        if name in properties:
            found += problems(part, properties[name], document, f"{at}.{name}")
        elif others is False:
            found.append(f"{at}.{name} is not in the document")
        elif others is not True:
            found += problems(part, others, document, f"{at}.{name}")
    return found


def _scalar(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at}: {value!r} does not match"]
    if (
        not schema.get("minimum", value) <= value <= schema.get("maximum", value)
        if value is not None
        else False
    ):
        return [f"{at}: {value!r} is out of range"]
    try:
        if schema.get("format") == "date-time":
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")
        if schema.get("format") == "uuid":
            UUID(value)
    except ValueError:
        return [f"{at}: {value!r} is no {schema['format']}"]
    return []
