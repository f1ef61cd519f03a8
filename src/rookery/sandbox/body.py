"""Request bodies as the gateway reads them (contract 4.1.1): JSON is strictly typed, forms are lenient."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from rookery.sandbox import errors

GO_TYPES = {str: "string", bool: "bool", int: "int", list: "[]string"}


@dataclass(frozen=True)
class Upload:
    """One multipart file part. `mime` is the part's Content-Type exactly as it was sent."""

    name: str
    mime: str
    data: bytes


@dataclass
class Form:
    """The parsed body. Absent fields read as Go's zero values; `given` tells them from empty ones."""

    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    multipart: bool = False

    def given(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.values.get(name, default))

    def number(self, name: str) -> int:
        return int(self.values.get(name, 0))

    def items(self, name: str) -> list[str]:
        return list(self.values.get(name, []))


async def read_form(request: Request, spec: Mapping[str, type]) -> Form:
    """Parse by Content-Type; `spec` maps field names to str, bool, int or list. Raises GatewayError (500)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Form(_from_json(await request.body(), spec))
    if kind == "multipart/form-data":
        return await _from_multipart(request, spec)
    if kind == "application/x-www-form-urlencoded":
        async with request.form() as form:
            return Form(_from_fields(form, spec))
    raise errors.internal("Unprocessable Entity")


def _from_json(body: bytes, spec: Mapping[str, type]) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as broken:
        raise errors.internal(f"invalid character looking for beginning of value ({broken})") from broken
    if not isinstance(parsed, dict):
        raise errors.internal("json: cannot unmarshal value into Go value of type domain request")
    values: dict[str, Any] = {}
    for name, wanted in spec.items():
        value = parsed.get(name)
        if value is None:
            continue
        if not _fits(value, wanted):
            text = f"json: cannot unmarshal {type(value).__name__} into Go struct field .{name} of type"
            raise errors.internal(f"{text} {GO_TYPES[wanted]}")
        values[name] = value
    return values


def _fits(value: Any, wanted: type) -> bool:
    if wanted is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))


async def _from_multipart(request: Request, spec: Mapping[str, type]) -> Form:
    try:
        async with request.form(max_part_size=200_000_000) as form:
            files = {
                name: Upload(part.filename or "", part.content_type or "", await part.read())
                for name, part in form.multi_items()
                if isinstance(part, UploadFile)
            }
            return Form(_from_fields(form, spec), files, multipart=True)
    except HTTPException as broken:
        raise errors.internal(f"multipart: {broken.detail}") from broken


def _from_fields(form: FormData, spec: Mapping[str, type]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, wanted in spec.items():
        found = [item for item in form.getlist(name) if isinstance(item, str)]
        if found:
            values[name] = found if wanted is list else _converted(name, found[0], wanted)
    return values


def _converted(name: str, value: str, wanted: type) -> Any:
    if wanted is bool:
        return value.strip().lower() in {"true", "1", "on"}
    if wanted is int:
        try:
            return int(value)
        except ValueError as broken:
            raise errors.internal(f"schema: error converting value for {name!r}") from broken
    return value
