"""Words for writing schemas shortly. A record allows no keys but those it names."""

from __future__ import annotations

from typing import Any

from rookery.api.table import Schema

ADDITION = "x-rookery-addition"

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FRACTION: Schema = {"type": "number", "format": "double"}
YES_NO: Schema = {"type": "boolean"}
NOTHING: Schema = {"type": "null"}
FREE: Schema = {"type": "object"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
UUID: Schema = {"type": "string", "format": "uuid"}
FILE: Schema = {"type": "string", "format": "binary"}


def record(
    needed: dict[str, Schema],
    *,
    maybe: dict[str, Schema] | None = None,
    ours: dict[str, Schema] | None = None,
) -> Schema:
    """`needed` keys are always there, `maybe` sometimes; `ours` always, and are additions."""
    additions = {name: {**schema, ADDITION: True} for name, schema in (ours or {}).items()}
    return {
        "type": "object",
        "properties": {**needed, **(maybe or {}), **additions},
        "required": [*needed, *additions],
        "additionalProperties": False,
    }


def sent(
    needed: dict[str, Schema], maybe: dict[str, Schema] | None = None, ours: dict[str, Schema] | None = None
) -> Schema:
    """What a client sends: fields that nobody knows are passed over."""
    schema = record(
        needed, maybe={**(maybe or {}), **{k: {**v, ADDITION: True} for k, v in (ours or {}).items()}}
    )
    schema["additionalProperties"] = True
    return schema


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(*values: Any) -> Schema:
    return {"enum": list(values)}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, NOTHING]}


def ref(name: str) -> Schema:
    """A shape of `SHAPES` by its name."""
    return {"$ref": f"#/components/schemas/{name}"}
