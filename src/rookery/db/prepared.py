"""Querysets whose statement is put together once.

Django writes a queryset's SQL anew for every use, which for a row with its relations takes several times as long as
the database needs to answer (docs/performance.md). A prepared queryset is written once a thread for each shape of its
arguments and filled from then on; what comes back are the same model instances.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from rookery.db import statements

Row = TypeVar("Row", bound=Model)

# Stand-ins for the arguments while the statement is written; no key of a row comes near.
_MARK = 2**62
_EACH = 2**20


class Prepared(Generic[Row]):
    """`Prepared(lambda owner, ids: Pet.objects.filter(owner_id=owner, pk__in=ids))(7, [1, 2, 3])` is a list of pets.

    Arguments are integers or lists of them, and may go nowhere but into lookups. `select_related`, `distinct` and slices
    work, annotations, `only`, `defer` and prefetches do not. An empty list has an empty answer.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self._build = build
        self._known = threading.local()

    def __call__(self, *values: int | Sequence[int]) -> list[Row]:
        filled = [value if isinstance(value, int) else _padded(value) for value in values]
        if any(value == () for value in filled):
            return []
        shape = tuple(0 if isinstance(value, int) else len(value) for value in filled)
        statements = self._known.__dict__.setdefault(connection.vendor, {})
        statement = statements.get(shape)
        if statement is None:
            statement = statements[shape] = _Statement(self._build, shape)
        rows: list[Row] = statement.run(filled)
        return rows


class _Statement:
    """One shape's SQL and how its columns become instances; used by the thread that made it."""

    def __init__(self, build: Callable[..., QuerySet[Any]], shape: Sequence[int]) -> None:
        marks = [_marks(position, length) for position, length in enumerate(shape)]
        compiler = build(*marks).query.get_compiler(connection=connection)
        self._sql, params = compiler.as_sql()
        self._params = [_place(param) for param in params]
        info, select = compiler.klass_info, compiler.select
        assert info is not None
        fields = info["select_fields"]
        self._model = info["model"]
        self._first, self._end = fields[0], fields[-1] + 1
        self._names = [column[0].target.attname for column in select[self._first : self._end]]
        self._populators = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg]
        # Django asks every column for its converters at every use: a quarter of a small request.
        found = compiler.get_converters([column[0] for column in select[: compiler.col_count]])
        self._converters = [(index, *converters) for index, converters in found.items()]

    def run(self, values: Sequence[int | Sequence[int]]) -> list[Any]:
        wrapper = connections[DEFAULT_DB_ALIAS]  # converters ask it what it can do
        rows = []
        for found in statements.rows(self._sql, [_filled(place, values) for place in self._params]):
            columns = list(found)
            for index, converters, expression in self._converters:
                for convert in converters:
                    columns[index] = convert(columns[index], expression, wrapper)
            row = self._model.from_db(wrapper.alias, self._names, columns[self._first : self._end])
            for populator in self._populators:
                populator.populate(columns, row)
            rows.append(row)
        return rows


def _padded(values: Sequence[int]) -> Sequence[int]:
    """The list, its last one repeated up to a power of two: few shapes, few statements."""
    if not values:
        return ()
    length = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (length - len(values))]


def _marks(position: int, length: int) -> int | list[int]:
    first = _MARK + position * _EACH
    return [first + 1 + index for index in range(length)] if length else first


def _place(param: object) -> object:
    """Where the value for this place comes from, or the constant that it is."""
    if isinstance(param, int) and param >= _MARK:
        return _Place(*divmod(param - _MARK, _EACH))
    return param


class _Place(tuple[int, int]):
    """(argument, one of its list from 1 on, or 0)."""

    __slots__ = ()

    def __new__(cls, argument: int, index: int) -> Self:
        return super().__new__(cls, (argument, index))


def _filled(place: object, values: Sequence[Any]) -> object:
    if not isinstance(place, _Place):
        return place
    argument, index = place
    return values[argument][index - 1] if index else values[argument]
