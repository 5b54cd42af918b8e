"""Staging: rows of a large load, which are sorted once before they go to their places.

A tree that is filled in its order is written once.  Filled in any other, each of its pages
is read and written again and again as soon as they are too many for the memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select, text
from sqlalchemy.schema import CreateTable, DropTable

from tracker.domain.records import Part
from tracker.store import plain, sqlite
from tracker.store.tables import assignment, mention

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPORARY = MetaData()


def _like(table: Table, name: str) -> Table:
    """A temporary table with the columns of *table* and nothing that keeps them in order."""
    columns = (Column(column.name, column.type) for column in table.columns)
    return Table(name, _TEMPORARY, *columns, prefixes=["TEMPORARY"])


assigned = _like(assignment, "staged_assignment")
mentioned = _like(mention, "staged_mention")
_IN_ORDER = String().with_variant(String(collation="C"), "postgresql")
touched = Table(
    "touched",
    _TEMPORARY,
    Column("subject", _IN_ORDER, primary_key=True),
    Column("part", _IN_ORDER, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""The parts to be folded anew."""


@contextmanager
def staging(conn: Connection) -> Iterator[None]:
    """Room for staged rows; what is still in it at the end is thrown away."""
    tables = (assigned, mentioned, touched)
    for table in tables:
        conn.execute(CreateTable(table))
    yield
    for table in tables:
        conn.execute(DropTable(table))


def touch(conn: Connection, parts: Iterable[Part]) -> None:
    """Note that *parts* are to be folded anew."""
    plain.add(conn, touched, sorted(parts), known=True)


def settle(conn: Connection, *, without: Collection[str] = ()) -> None:
    """Take what was staged to its places, and note the parts that it touches.

    Args:
        without: events whose assignments are left out.
    """
    for some in sorted(without):
        conn.execute(delete(assigned).where(assigned.c.event == some))
    parts = select(assigned.c.subject, assigned.c.part).where(assigned.c.against.is_(None))
    conn.execute(insert(touched).from_select(["subject", "part"], parts.distinct()))
    with _sorting(conn):
        for staged, table in ((mentioned, mention), (assigned, assignment)):
            names = [column.name for column in table.columns]
            ordered = select(staged).order_by(*(staged.c[key.name] for key in table.primary_key))
            conn.execute(insert(table).from_select(names, ordered))
            conn.execute(delete(staged))
    _count(conn, touched)


def _sorting(conn: Connection) -> AbstractContextManager[None]:
    return nullcontext() if conn.dialect.name == "postgresql" else sqlite.sorting(conn)


def _count(conn: Connection, table: Table) -> None:
    # PostgreSQL takes a table that it has not counted for a small one, and reads it in vain.
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"ANALYZE {table.name}"))
