"""Undecoded: a text as the bytes that are kept of it, be they UTF-8 or not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, cast, func
from sqlalchemy.ext.compiler import compiles


class undecoded(ColumnElement[bytes]):  # noqa: N801
    """The bytes of a text."""

    inherit_cache = False
    type = LargeBinary()

    def __init__(self, column: Column[str]) -> None:
        self.column = column


@compiles(undecoded)
def _on_sqlite(each: undecoded, compiler: Any, **given: Any) -> Any:
    return compiler.process(cast(each.column, LargeBinary), **given)


@compiles(undecoded, "postgresql")
def _on_postgresql(each: undecoded, compiler: Any, **given: Any) -> Any:
    # A cast would take the text for one that spells bytes; this one sends what lies there.
    return compiler.process(func.textsend(each.column), **given)
