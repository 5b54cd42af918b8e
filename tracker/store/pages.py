"""Copies of a whole SQLite database, page by page, made while others read and write it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine

from tracker.errors import StoreError
from tracker.store import database, sqlite

PAGES = 8
"""How many pages are written over at once: fewer than even an empty log has."""
PAUSE = 0.25
"""Seconds between two attempts to write while somebody else does."""


def copy_to(conn: Connection, file: Path) -> None:
    """Copy the database into a new file, as *conn* sees it, which has begun to read."""
    with closing(sqlite3.connect(file)) as target:
        _driver(conn).backup(target, pages=1_000)


def write_over(engine: Engine, file: Path, *, unchanged: Callable[[], bool]) -> None:
    """Put the database in *file* in the place of that of *engine*, all of it or nothing.

    Args:
        unchanged: asked when nobody else can write any more; False leaves all as it is.

    Raises:
        StoreError: somebody else writes, or has written.
    """
    wait, waited = database.wait_of(engine), 0.0
    asked = False

    def look(status: int, remaining: int, pages: int) -> None:
        nonlocal waited, asked
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waited += PAUSE
            if waited > wait:
                raise StoreError(sqlite.in_use(database.place(engine), wait))
        elif not asked:
            asked = True
            if not unchanged():
                raise StoreError(
                    f"{database.place(engine)} was added to meanwhile: nothing was restored; "
                    "try again"
                )

    target = engine.url.database or ""
    with (
        database.explained(engine),
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(target, timeout=0)) as copy,
    ):
        copy.execute("PRAGMA synchronous = FULL")
        source.backup(copy, pages=PAGES, progress=look, sleep=PAUSE)


def whole(conn: Connection) -> list[str]:
    """What SQLite finds wrong with the pages of the tables."""
    driver = _driver(conn)
    tables = driver.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    return [
        said
        for (name,) in tables.fetchall()
        for (said,) in driver.execute("SELECT * FROM pragma_integrity_check(?)", (name,))
        # SQLite 3.40 takes columns of a table without rowids for others, and finds them empty.
        if said != "ok" and not said.startswith("NULL value in ")
    ]


def _driver(conn: Connection) -> sqlite3.Connection:
    found = conn.connection.driver_connection
    if not isinstance(found, sqlite3.Connection):
        raise StoreError(
            "only a SQLite file is copied page by page: keep a backup of another database with "
            "the tools of that database"
        )
    return found
