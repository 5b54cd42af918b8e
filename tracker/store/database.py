"""The database: opening it, bringing its schema up to date, and explaining why it cannot be.

What the engines do each in its own way stands in a module of its own for each of them; the
rest of the store says what it wants in SQLAlchemy's words, and is served by both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, exc
from sqlalchemy.engine import make_url

from tracker.errors import StoreError
from tracker.store.hiding import hidden
from tracker.store.tables import SCHEMA

WAIT = 30.0
"""Seconds that a writer waits for another one to finish, where nothing else is said."""


class _Kind(Protocol):
    """What a module of an engine gives."""

    def begin_reading(self, connection: Connection, *, streaming: bool) -> Connection: ...
    def end_reading(self, connection: Connection, *, streaming: bool) -> None: ...
    def begin_writing(self, connection: Connection, wait: float) -> None: ...
    def place(self, url: URL) -> str: ...
    def explanation(self, engine: Engine, error: BaseException | None, wait: float) -> str: ...
    def is_missing(self, url: URL) -> bool: ...
    def schema(self, connection: Connection) -> int | None: ...
    def required(self, connection: Connection) -> int: ...
    def prepare(self, engine: Engine) -> None: ...


def _kind(engine: Engine) -> _Kind:
    if engine.dialect.name == "postgresql":
        from tracker.store import postgres

        return postgres
    from tracker.store import sqlite

    return sqlite


_SERVER = re.compile(r"(postgres|postgresql|mysql|mariadb|oracle|mssql)(\+\w+)?:", re.IGNORECASE)
"""What the URL of a server begins with: without //, it would be taken for the name of a file."""


def engine_for(url: str, *, wait: float = WAIT) -> Engine:
    """An engine for *url*: a database URL, or the path of a SQLite file.

    Args:
        wait: how many seconds a writer waits for another one to finish.

    Raises:
        StoreError: the URL is none, or names a database that is not supported.
    """
    known = "write sqlite:///path/to/file.db or postgresql://user@host/database"
    is_path = "://" not in url and not url.startswith("sqlite:")
    try:
        if is_path and _SERVER.match(url):
            raise ValueError(url)
        parsed = URL.create("sqlite", database=url) if is_path else make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StoreError(f"{hidden(url)} is no database URL: {known}") from None
    if "@" in (parsed.host or "") or (parsed.password and "@" in (parsed.database or "")):
        raise StoreError(
            f"{hidden(url)} is no database URL: an @ in a user or a password is written %40 there"
        )
    match parsed.drivername:
        case "postgresql" | "postgres" | "postgresql+psycopg":
            from tracker.store import postgres

            engine = postgres.engine(parsed)
        case name if name.partition("+")[0] == "sqlite":
            from tracker.store import sqlite

            engine = sqlite.engine(parsed, wait)
        case _:
            raise StoreError(f"{hidden(url)} names a database that is not supported: {known}")
    engine.update_execution_options(wait=wait)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one snapshot and writes nothing.

    Raises:
        StoreError: the database cannot be used.
    """
    with explained(engine), engine.connect() as connection:
        yield _kind(engine).begin_reading(connection, streaming=False)


@contextmanager
def streaming(engine: Engine) -> Iterator[Connection]:
    """A connection to read from, of little memory: for what is read once, from end to end.

    Raises:
        StoreError: the database cannot be used.
    """
    kind = _kind(engine)
    with explained(engine), engine.connect() as connection:
        found = kind.begin_reading(connection, streaming=True)
        try:
            yield found
        finally:
            kind.end_reading(found, streaming=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction of its own: all of it is kept, or nothing.

    Raises:
        StoreError: the database cannot be used, or another writer did not finish.
    """
    with explained(engine), engine.begin() as connection:
        _kind(engine).begin_writing(connection, wait_of(engine))
        yield connection


def wait_of(engine: Engine) -> float:
    """Seconds for which a writer waits for another one."""
    return float(engine.get_execution_options()["wait"])


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns what the driver says into a message that somebody can act on."""
    try:
        yield
    except exc.DBAPIError as error:
        raise StoreError(_kind(engine).explanation(engine, error.orig, wait_of(engine))) from error
    except engine.dialect.loaded_dbapi.Error as error:
        raise StoreError(_kind(engine).explanation(engine, error, wait_of(engine))) from error


def place(engine: Engine) -> str:
    """The file or URL of the database, as people know it."""
    return _kind(engine).place(engine.url)


def is_file(engine: Engine) -> bool:
    """Whether the database is a file, and not on a server."""
    return engine.dialect.name == "sqlite"


def is_missing(engine: Engine) -> bool:
    """Whether the database is a file, and there is none of its name."""
    return _kind(engine).is_missing(engine.url)


def schema_of(engine: Engine) -> int | None:
    """The number of the schema in the database; None when there is no database yet.

    Raises:
        StoreError: the file is not a database, is one of something else, or has a schema
            that a newer tracker made.
    """
    kind = _kind(engine)
    if kind.is_missing(engine.url):
        return None
    with reading(engine) as connection:
        number = kind.schema(connection)
    if number is not None and number > SCHEMA:
        raise StoreError(
            f"{place(engine)} was made by a newer tracker (schema {number}, this one knows "
            f"{SCHEMA}): upgrade tracker"
        )
    return number


def require_schema(connection: Connection) -> None:
    """That the database still has the schema of this version.

    Raises:
        StoreError: a newer tracker has changed it since it was opened.
    """
    if _kind(connection.engine).required(connection) != SCHEMA:
        raise StoreError("the database was changed by a newer tracker: upgrade tracker")


def prepare(engine: Engine) -> None:
    """Makes a database ready for its first tables.

    Raises:
        StoreError: it cannot be written, or cannot hold what we write.
    """
    with explained(engine):
        _kind(engine).prepare(engine)


def migrate(connection: Connection, migrations: Path) -> None:
    """Brings the schema up to date, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
