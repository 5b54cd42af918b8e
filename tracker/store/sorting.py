"""Sorting: more rows than the memory holds, put in order on the disk.

A database of SQLite that lasts as long as the rows are wanted does it, whatever engine keeps
the log: whoever only reads may make no table on a server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from tracker.store import log as logs


class Row(NamedTuple):
    """Something of a day, which is an ISO text, by its name."""

    day: str
    name: str
    content: bytes


@contextmanager
def by_day(rows: Iterable[Row]) -> Iterator[Iterator[Row]]:
    """*rows* by day, then by name; they lie in a temporary file until the end."""
    # A database without a name is a file that nobody else sees and that goes with it.
    with closing(sqlite3.connect("", isolation_level=None)) as conn:
        conn.execute("PRAGMA cache_size = -4096")
        conn.execute("CREATE TABLE unsorted (day TEXT, name TEXT, content BLOB)")
        conn.execute("BEGIN")
        for some in logs.chunks(rows):
            conn.executemany("INSERT INTO unsorted VALUES (?, ?, ?)", some)
        yield map(Row._make, conn.execute("SELECT * FROM unsorted ORDER BY day, name"))
