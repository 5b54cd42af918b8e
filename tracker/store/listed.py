"""Listed: whether a value is in a list that is one parameter, however long the list is.

So a statement stays the same for any list, and is compiled once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BindParameter, ColumnElement, cast, func, select
from sqlalchemy.ext.compiler import compiles


class among(ColumnElement[bool]):  # noqa: N801
    """Whether *value* is one of the texts of *listed*, an array in JSON."""

    # It has no type: one of truth would be asked for as "= 1", and then no index serves.
    inherit_cache = False

    def __init__(self, value: ColumnElement[Any], listed: BindParameter[str]) -> None:
        self.value = value
        self.listed = listed


@compiles(among)
def _on_sqlite(each: among, compiler: Any, **given: Any) -> Any:
    texts = func.json_each(each.listed).table_valued("value")
    return compiler.process(each.value.in_(select(texts.c.value)), **given)


@compiles(among, "postgresql")
def _on_postgresql(each: among, compiler: Any, **given: Any) -> Any:
    texts = func.json_array_elements_text(cast(each.listed, JSON))
    return compiler.process(each.value.in_(select(texts)), **given)
