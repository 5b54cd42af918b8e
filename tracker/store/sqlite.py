"""SQLite: one file, a log of writes beside it, and one writer at a time.

Every commit is on the disk before it is acknowledged.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from tracker.errors import StoreError
from tracker.store import plain


def engine(url: URL, wait: float) -> Engine:
    """An engine for the file of *url*.

    Raises:
        StoreError: nothing can be opened by that name.
    """
    file = url.database
    try:
        is_frozen = file is not None and _unwritable(Path(file))
    except OSError as error:
        raise StoreError(f"{file} cannot be opened ({error.strerror}): give another path") from None
    if file and is_frozen:
        # What was read stays in the connection, so that each look needs one of its own.
        made = create_engine(url, creator=partial(_read_only, Path(file), wait), poolclass=NullPool)
    else:
        made = create_engine(url, connect_args={"timeout": wait})
    event.listen(made, "connect", _configure)
    return made


def _read_only(file: Path, wait: float) -> sqlite3.Connection:
    # A reader of a write-ahead log must write an index beside the file.  Where it cannot, and no
    # writer has left a log, the file is read as it is.
    how = "?mode=ro&immutable=1" if _unwritable(file) else "?mode=ro"
    return sqlite3.connect(f"{file.resolve().as_uri()}{how}", timeout=wait, uri=True)


def _unwritable(file: Path) -> bool:
    if not file.exists() or file.with_name(file.name + "-wal").exists():
        return False
    return not (os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK))


_CACHE = text("PRAGMA cache_size = -65536")
_SMALL_CACHE = text("PRAGMA cache_size = -4096")
_SORTING_CACHE = text("PRAGMA cache_size = -8192")
"""How much SQLite keeps of what it has read and may need again, in KB, and sorts at once."""


def _configure(connection: Any, record: object) -> None:
    # The driver's own transactions begin late and not at all before some statements; we begin
    # them ourselves.  See the notes of SQLAlchemy on pysqlite, "Serializable isolation".
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(str(_CACHE))
    # One event writes a dozen pages, many of them the same as the one before it.
    cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    cursor.close()


def begin_reading(connection: Connection, *, streaming: bool) -> Connection:
    """Begin a transaction that sees one snapshot."""
    connection.connection.cursor().execute("BEGIN")
    if streaming:
        plain.run(connection, _SMALL_CACHE)
    return connection


def end_reading(connection: Connection, *, streaming: bool) -> None:
    """Undo what was set for reading."""
    if streaming:
        plain.run(connection, _CACHE)


@contextmanager
def sorting(connection: Connection) -> Iterator[None]:
    """Where many rows are sorted, which takes no longer with less memory."""
    plain.run(connection, _SORTING_CACHE)
    yield
    # Not where the work failed: a connection that was interrupted takes no more statements.
    plain.run(connection, _CACHE)


def begin_writing(connection: Connection, wait: float) -> None:
    """Begin a transaction that no other writer runs beside."""
    connection.connection.cursor().execute("BEGIN IMMEDIATE")


def place(url: URL) -> str:
    """The file, as people know it."""
    return url.database or url.render_as_string()


def explanation(engine: Engine, error: BaseException | None, wait: float) -> str:
    """What the driver says, in words that somebody can act on."""
    name, said = place(engine.url), str(error)
    if Path(name).is_dir():
        return f"{name} cannot be opened: it is a folder: name a file in it, or give another path"
    for sign, meaning in (
        ("not a database", f"{name} is not a database: give another path"),
        ("malformed", f"{name} is damaged ({said}): restore it from a copy"),
        ("locked", in_use(name, wait) if "locked" in said else ""),
        (
            "readonly",
            f"{name} cannot be written: make the file and its folder writable, or give another "
            "path",
        ),
        (
            "unable to open",
            f"{name} cannot be opened: make sure its folder is there and writable, or give "
            "another path",
        ),
        ("full", f"{name}: the disk is full; nothing was added. Make room and try again"),
        (
            "disk I/O error",
            f"{name} cannot be read or written ({said}): the disk is full or failing, or a limit "
            "on the size of files is reached; nothing was added. Make room and try again",
        ),
        ("no such table: log", f"{name} is damaged (it has no log): restore it from a copy"),
        (
            "no such table",
            f"{name} lacks what is computed from its log ({said}): run tracker rebuild",
        ),
        ("append-only", f"{name}: {said}; the log is never rewritten"),
    ):
        if sign in said:
            return meaning
    return f"{name}: {said}"


def in_use(name: str, wait: float) -> str:
    """That somebody else writes to a file, and who, as far as can be seen."""
    from tracker.store.holders import holder

    who = holder(Path(name))
    by = f"another writer ({who})" if who else "another writer"
    return (
        f"{name} is in use by {by} that did not finish within {wait:g} seconds: wait for it, or "
        "end it, and try again; TRACKER_WAIT=300 waits longer"
    )


def is_missing(url: URL) -> bool:
    """Whether there is nothing at all to connect to."""
    return bool(url.database) and not Path(str(url.database)).exists()


def _require_whole(connection: Connection, file: Path) -> None:
    """That a file does not end within a page, which SQLite reads as if it held nothing more.

    The file is never opened here: closing it would take away the locks of this process on it
    (SQLite, "How To Corrupt An SQLite Database File", 2.2), and with them what it writes.
    """
    log = file.with_name(file.name + "-wal")
    try:
        is_pending = log.exists() and log.stat().st_size > 0
        size = file.stat().st_size
    except OSError:
        return  # SQLite says what is wrong
    if not is_pending and size % connection.execute(_PAGE).scalar_one():
        raise StoreError(f"{file} is damaged (its end is missing): restore it from a copy")


_PAGE = text("PRAGMA page_size")
_NUMBER = text("PRAGMA user_version")


def schema(connection: Connection) -> int | None:
    """The number of the schema; None when there are no tables.

    Raises:
        StoreError: the tables are those of something else, or the file has lost its end.
    """
    if file := connection.engine.url.database:
        _require_whole(connection, Path(file))
    if number := required(connection):
        return number
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    raise StoreError(
        f"{place(connection.engine.url)} is a database of something else (it has the table "
        f"{tables[0]}): give another path"
    )


def required(connection: Connection) -> int:
    """The number of the schema of a database that is ours."""
    found = plain.row(connection, _NUMBER)
    return int(found[0]) if found else 0


def prepare(engine: Engine) -> None:
    """Make the folder of a new file, and set the way in which it keeps its log.

    Raises:
        StoreError: the folder cannot be made.
    """
    if engine.url.database:
        folder = Path(engine.url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be created ({error.strerror}): give another path"
            ) from error
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
