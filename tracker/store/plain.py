"""Plain rows: statements compiled once, and rows that go to the driver and come back as tuples.

The tables stay the one place for names; what a statement costs beside its work is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Table, bindparam, delete, insert
from sqlalchemy.sql import ClauseElement

Row: TypeAlias = tuple[Any, ...]

COPIED = 16
"""From how many rows on PostgreSQL is sent a stream of them and not a statement for each."""
_FETCHED = 2_000
"""How many rows are fetched at a time where they are fetched as they are asked for."""


def rows(conn: Connection, statement: ClauseElement, **given: Any) -> Iterator[Row]:
    """The rows of *statement*, which must be one that is kept, with its parameters *given*."""
    if conn.get_execution_options().get("stream_results"):
        return streamed(conn, statement, **given)
    # Not a generator: that would close its cursor when it is thrown away, perhaps too late.
    found: Iterator[Row] = iter(run(conn, statement, **given))
    return found


def streamed(conn: Connection, statement: ClauseElement, **given: Any) -> Iterator[Row]:
    """The rows of *statement*, fetched as they are asked for, however many they are."""
    text, values = _bound(_compiled(statement, conn.dialect), given)
    return _fetched(conn, text, values)


def row(conn: Connection, statement: ClauseElement, **given: Any) -> Row | None:
    """The first row of *statement*; None when there is none."""
    found: Row | None = run(conn, statement, **given).fetchone()
    return found


def once(conn: Connection, statement: ClauseElement) -> Iterator[Row]:
    """The rows of *statement*, which was made for this one question and is not kept."""
    text, values = _bound(_compile(statement, conn.dialect), {})
    if conn.get_execution_options().get("stream_results"):
        return _fetched(conn, text, values)
    found: Iterator[Row] = iter(conn.connection.cursor().execute(text, values))
    return found


def run(conn: Connection, statement: ClauseElement, **given: Any) -> Any:
    """The cursor of *statement*, with its parameters *given*."""
    text, values = _bound(_compiled(statement, conn.dialect), given)
    cursor = conn.connection.cursor()
    cursor.execute(text, values)
    return cursor


def _fetched(conn: Connection, text: str, values: Any) -> Iterator[Row]:
    if conn.dialect.name != "postgresql":
        found: Iterator[Row] = iter(conn.connection.cursor().execute(text, values))
        return found
    return _from_the_server(conn, text, values)


def _from_the_server(conn: Connection, text: str, values: Any) -> Iterator[Row]:
    # The driver would else take all rows into memory before it gives the first.
    _NUMBER[0] += 1
    driver: Any = conn.connection
    with driver.cursor(name=f"rows_{_NUMBER[0]}") as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(text, values)
        yield from cursor


_NUMBER = [0]


def add(conn: Connection, table: Table, some: Collection[Row], *, known: bool = False) -> None:
    """Insert rows, their columns in order.

    Args:
        known: leave out those that are there already.
    """
    if not some:
        return
    if conn.dialect.name == "postgresql" and not known and len(some) >= COPIED:
        _copy(conn, table, some)
    else:
        _many(conn, _inserting(table, conn.dialect, known), some)


def remove(conn: Connection, table: Table, keys: Collection[Row]) -> None:
    """Delete the rows with these primary keys."""
    if keys:
        _many(conn, _deleting(table, conn.dialect), keys)


def _many(conn: Connection, text: str, some: Collection[Row]) -> None:
    conn.connection.cursor().executemany(text, list(some))


def _copy(conn: Connection, table: Table, some: Collection[Row]) -> None:
    cursor: Any = conn.connection.cursor()
    with cursor.copy(_copying(table, conn.dialect)) as copy:
        for each in some:
            copy.write_row(each)


_Compiled: TypeAlias = tuple[str, list[str] | None, dict[str, Any]]
_KEPT: dict[tuple[Any, ...], Any] = {}
"""Text and parameters by statement and dialect; both are few and live as long as the program."""


def _bound(compiled: _Compiled, given: dict[str, Any]) -> tuple[str, Any]:
    text, names, known = compiled
    values = {**known, **given} if known else given
    return text, tuple([values[name] for name in names]) if names is not None else values


def _compiled(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    key = statement, dialect.name
    if key not in _KEPT:
        _KEPT[key] = _compile(statement, dialect)
    kept: _Compiled = _KEPT[key]
    return kept


def _compile(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    found: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    known = {name: value for name, value in found.params.items() if value is not None}
    return str(found), list(found.positiontup) if found.positional else None, known


def _inserting(table: Table, dialect: Dialect, known: bool) -> str:
    key = "insert", table, dialect.name, known
    if key not in _KEPT:
        text = str(insert(table).inline().compile(dialect=dialect))
        _KEPT[key] = f"{text}{' ON CONFLICT DO NOTHING' if known else ''}"
    return str(_KEPT[key])


def _copying(table: Table, dialect: Dialect) -> str:
    key = "copy", table, dialect.name
    if key not in _KEPT:
        quote = dialect.identifier_preparer.quote
        names = ", ".join(quote(column.name) for column in table.columns)
        _KEPT[key] = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    return str(_KEPT[key])


def _deleting(table: Table, dialect: Dialect) -> str:
    key = "delete", table, dialect.name
    if key not in _KEPT:
        named = (column == bindparam(column.name) for column in table.primary_key)
        _KEPT[key] = str(delete(table).where(*named).compile(dialect=dialect))
    return str(_KEPT[key])
