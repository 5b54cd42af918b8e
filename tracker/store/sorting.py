"""Sorting: more rows than the memory holds, put in order by the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, select
from sqlalchemy.schema import CreateTable, DropTable

from tracker.store import log as logs
from tracker.store import plain

_unsorted = Table(
    "unsorted",
    MetaData(),
    Column("day", String(10), nullable=False),
    Column("name", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    prefixes=["TEMPORARY"],
)
_SORTED = select(_unsorted).order_by(_unsorted.c.day, _unsorted.c.name)


class Row(NamedTuple):
    """Something of a day, which is an ISO text, by its name."""

    day: str
    name: str
    content: bytes


@contextmanager
def by_day(conn: Connection, rows: Iterable[Row]) -> Iterator[Iterator[Row]]:
    """*rows* by day, then by name; they lie in a temporary table until the end."""
    conn.execute(CreateTable(_unsorted))
    for some in logs.chunks(rows):
        plain.add(conn, _unsorted, some)
    found = plain.rows(conn, _SORTED)
    yield map(Row._make, found)
    del found
    conn.execute(DropTable(_unsorted))
