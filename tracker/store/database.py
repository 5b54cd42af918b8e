"""The database: opening it, bringing its schema up to date, and explaining why it cannot be.

SQLite: write-ahead log, every commit on the disk before it is acknowledged, and one
writer at a time from the first statement of a transaction on.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, inspect, text
from sqlalchemy.engine import make_url

from tracker.errors import StoreError
from tracker.store import plain
from tracker.store.tables import SCHEMA

WAIT = 30.0
"""Seconds that a writer waits for another one to finish, where nothing else is said."""


def engine_for(url: str, *, wait: float = WAIT) -> Engine:
    """An engine for *url*: a database URL, or the path of a SQLite file.

    Args:
        wait: how many seconds a writer waits for another one to finish.

    Raises:
        StoreError: the URL is none, or names a database that is not supported.
    """
    try:
        is_path = "://" not in url and not url.startswith("sqlite:")
        parsed = URL.create("sqlite", database=url) if is_path else make_url(url)
    except exc.ArgumentError:
        raise StoreError(f"{url} is no database URL: write sqlite:///path/to/file.db") from None
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            f"{parsed.render_as_string()} names a database that is not supported: "
            "write sqlite:///path/to/file.db"
        )
    file = parsed.database
    try:
        is_frozen = file is not None and _unwritable(Path(file))
    except OSError as error:
        raise StoreError(
            f"{file} cannot be opened ({error.strerror}): give another path with --db"
        ) from None
    if file and is_frozen:
        # A reader of a write-ahead log must write an index beside the file.  Where it cannot,
        # and no writer has left a log, the file is read as it is.
        frozen = f"file:{Path(file).resolve()}?mode=ro&immutable=1"
        engine = create_engine(parsed, creator=lambda: sqlite3.connect(frozen, uri=True))
    else:
        engine = create_engine(parsed, connect_args={"timeout": wait})
    engine.update_execution_options(wait=wait)
    event.listen(engine, "connect", _configure)
    return engine


def _unwritable(file: Path) -> bool:
    if not file.exists() or file.with_name(file.name + "-wal").exists():
        return False
    return not (os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK))


_CACHE = text("PRAGMA cache_size = -65536")
_SMALL_CACHE = text("PRAGMA cache_size = -4096")
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


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one snapshot and writes nothing.

    Raises:
        StoreError: the database cannot be used.
    """
    with explained(engine), engine.connect() as connection:
        _begin(connection, "BEGIN")
        yield connection


@contextmanager
def streaming(engine: Engine) -> Iterator[Connection]:
    """A connection to read from, of little memory: for what is read once, from end to end.

    Raises:
        StoreError: the database cannot be used.
    """
    with reading(engine) as connection:
        plain.run(connection, _SMALL_CACHE)
        try:
            yield connection
        finally:
            plain.run(connection, _CACHE)


def _begin(connection: Connection, how: str) -> None:
    connection.connection.cursor().execute(how)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction of its own: all of it is kept, or nothing.

    Raises:
        StoreError: the database cannot be used, or another writer did not finish.
    """
    with explained(engine), engine.begin() as connection:
        _begin(connection, "BEGIN IMMEDIATE")
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns what the driver says into a message that somebody can act on."""
    try:
        yield
    except exc.DBAPIError as error:
        raise StoreError(_explanation(engine, str(error.orig))) from error
    except engine.dialect.loaded_dbapi.Error as error:
        raise StoreError(_explanation(engine, str(error))) from error


def _explanation(engine: Engine, said: str) -> str:
    name = place(engine)
    for sign, meaning in (
        ("not a database", f"{name} is not a database: give another path with --db"),
        ("malformed", f"{name} is damaged ({said}): restore it from a copy"),
        ("locked", _in_use(engine) if "locked" in said else ""),
        (
            "readonly",
            f"{name} cannot be written: make the file and its folder writable, or give another "
            "path with --db",
        ),
        (
            "unable to open",
            f"{name} cannot be opened: make sure its folder is there and writable, or give "
            "another path with --db",
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


def _in_use(engine: Engine) -> str:
    from tracker.store.holders import holder

    who = holder(Path(place(engine)))
    by = f"another writer ({who})" if who else "another writer"
    wait = engine.get_execution_options()["wait"]
    return (
        f"{place(engine)} is in use by {by} that did not finish within {wait:g} seconds: wait for "
        "it, or end it, and try again; TRACKER_WAIT=300 waits longer"
    )


def place(engine: Engine) -> str:
    """The file or URL of the database, as people know it."""
    return engine.url.database or engine.url.render_as_string()


def schema_of(engine: Engine) -> int | None:
    """The number of the schema in the database; None when there is no database yet.

    Raises:
        StoreError: the file is not a database, is one of something else, or has a schema
            that a newer tracker made.
    """
    file = engine.url.database
    if file and not Path(file).exists():
        return None
    with reading(engine) as connection:
        if file:
            _require_whole(connection, Path(file))
        number = connection.execute(_NUMBER).scalar_one()
        if number > SCHEMA:
            raise StoreError(
                f"{place(engine)} was made by a newer tracker (schema {number}, this one knows "
                f"{SCHEMA}): upgrade tracker"
            )
        if number == 0:
            tables = inspect(connection).get_table_names()
            if not tables:
                return None
            raise StoreError(
                f"{place(engine)} is a database of something else (it has the table {tables[0]}): "
                "give another path with --db"
            )
    return int(number)


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


def require_schema(connection: Connection) -> None:
    """That the database still has the schema of this version.

    Raises:
        StoreError: a newer tracker has changed it since it was opened.
    """
    found = plain.row(connection, _NUMBER)
    if found != (SCHEMA,):
        raise StoreError("the database was changed by a newer tracker: upgrade tracker")


def prepare(engine: Engine) -> None:
    """Makes a file ready for its first tables: its folder, and the way it keeps its log.

    Raises:
        StoreError: it cannot be written.
    """
    file = engine.url.database
    if file:
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{Path(file).parent} cannot be created ({error.strerror}): give another path "
                "with --db"
            ) from error
    with explained(engine), engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def migrate(connection: Connection, migrations: Path) -> None:
    """Brings the schema up to date, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
