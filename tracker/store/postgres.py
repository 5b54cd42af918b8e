"""PostgreSQL: one log that many share, each with the rights that its role gives.

A writer takes one lock before it reads the version, and keeps it until it has committed:
versions have no gaps, and become visible in their order.  A reader sees one snapshot.
"""

from __future__ import annotations

import logging
import os
import platform
import re
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from tracker.errors import StoreError
from tracker.store import plain
from tracker.store.hiding import SECRETS

LOCK = 1953653096
"""The first half of the number of our lock; the second half stands for the schema."""
_CONNECTING = 10
"""Seconds that a server has to answer, where neither the URL nor the environment says."""


def engine(url: URL) -> Engine:
    """An engine for the database of *url*.

    Raises:
        StoreError: the driver is not installed.
    """
    asked: dict[str, Any] = {"fallback_application_name": _whoami()}
    if "connect_timeout" not in url.query and "PGCONNECT_TIMEOUT" not in os.environ:
        asked["connect_timeout"] = _CONNECTING
    try:
        made = create_engine(
            # SQLAlchemy 2.0 takes postgresql:// for another driver.
            url.set(drivername="postgresql+psycopg"),
            paramstyle="format",
            use_native_hstore=False,
            # Whoever waited for the lock must then see what the one before it wrote.
            isolation_level="READ COMMITTED",
            poolclass=_Pool,
            connect_args=asked,
        )
    except ImportError as error:
        raise StoreError(
            f"{place(url)} needs the driver of PostgreSQL ({error}): "
            "pip install 'tracker[postgres]'"
        ) from error
    event.listen(made, "connect", _configure)
    # What went wrong is said by us; the pool would print it again, with a traceback.
    # It logs by the name of its class, which is ours.
    logging.getLogger(__name__).addHandler(logging.NullHandler())
    return made


class _Pool(QueuePool):
    """Closes a connection, too, that somebody still read from when all were let go of."""

    _is_let_go = False

    def dispose(self) -> None:
        self._is_let_go = True
        super().dispose()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if self._is_let_go:
            record.close()
        super()._do_return_conn(record)


def _whoami() -> str:
    """By what others know the one who keeps them waiting: PostgreSQL shows 63 characters."""
    return f"tracker, process {os.getpid()} on {platform.node()}"[:63]


def _configure(connection: Any, record: object) -> None:
    from psycopg.adapt import Dumper

    class AsNumber(Dumper):
        """True as 1: a row that was read and one that was computed go the same way."""

        oid = 21  # smallint

        def dump(self, obj: bool) -> bytes:
            return b"1" if obj else b"0"

    connection.adapters.register_dumper(bool, AsNumber)


def begin_reading(connection: Connection, *, streaming: bool) -> Connection:
    """Begin a transaction that sees one snapshot, and may write nothing."""
    return connection.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=streaming
    )


def end_reading(connection: Connection, *, streaming: bool) -> None:
    """Undo what was set for reading: SQLAlchemy does."""


_HERE = text(
    """
    SELECT coalesce(
        (SELECT nspname FROM pg_class JOIN pg_namespace AS one ON one.oid = relnamespace
            WHERE pg_class.oid = to_regclass('log')),
        current_schema(), '')
    """
)
_BEGIN = text(
    """
    SELECT set_config('lock_timeout', :wait, true),
        CASE current_setting('synchronous_commit')
            WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END,
        pg_advisory_xact_lock(:lock, hashtext(:here)),
        CASE WHEN :here <> '' THEN set_config('search_path', quote_ident(:here), true) END
    """
)


def _here(connection: Connection) -> str:
    """The schema that the log lies in, or will; none when there is none to make it in.

    It is not always the first of the search path, in which tables are made: a role may have a
    schema of its own in front.
    """
    (here,) = plain.row(connection, _HERE) or ("",)
    return str(here)


def begin_writing(connection: Connection, wait: float) -> None:
    """Begin a transaction that no other writer of this log runs beside.

    What it makes lies where the log does, or will.
    What it commits is on the server's disk before it is acknowledged.
    """
    asked = f"{max(int(wait * 1000), 1)}ms"
    plain.run(connection, _BEGIN, wait=asked, lock=LOCK, here=_here(connection))


def place(url: URL) -> str:
    """The database, as people know it, without what is secret."""
    public = url._replace(drivername="postgresql", password=None)
    secret = [name for name in url.query if name.lower() in SECRETS]
    return public.difference_update_query(secret).render_as_string()


_SIGNS = (
    (
        r"password authentication failed|no password supplied",
        "{name}: the server does not take this user and password: put the right ones into the "
        "URL, into PGPASSWORD or into ~/.pgpass",
    ),
    (
        r'database "[^"]*" does not exist',
        "{name} does not exist: create it (createdb), or give another URL",
    ),
    (
        r'role "[^"]*" does not exist',
        "{name}: the server has no such role ({said}): create it, or give another URL",
    ),
    (
        r"SSL|certificate|TLS|no encryption",
        "{name}: no connection that is encrypted as wanted ({said}): see sslmode, sslrootcert "
        "and pg_hba.conf",
    ),
    (r"no pg_hba\.conf entry", "{name}: the server lets nobody in from here ({said})"),
    (
        r"onnection refused|No such file or directory|ould not translate|failed to resolve"
        r"|timeout expired|No route|nreachable|starting up|shutting down",
        "{name}: no server answers ({said}): make sure that it runs and that the URL names its "
        "host and port",
    ),
    (
        r"no schema has been selected",
        "{name}: the schema of its search_path is not there, or not for this role: make it as "
        "whoever administers the database (CREATE SCHEMA name), or connect as one that may use "
        "it; tracker roles says who may do what",
    ),
    (
        r"permission denied|must be owner",
        "{name}: this role may not do it ({said}): connect as one that may; "
        "tracker roles says who may do what",
    ),
    (
        r"read-only transaction|recovery",
        "{name} can only be read, like any standby ({said}): give the URL of its primary",
    ),
    (
        r'relation "log" does not exist',
        "{name} is damaged (it has no log): restore it from a backup",
    ),
    (
        r'relation "[^"]*" does not exist',
        "{name} lacks what is computed from its log ({said}): run tracker rebuild",
    ),
    (r"append-only", "{name}: {said}; the log is never rewritten"),
    (
        r"No space left|could not extend",
        "{name}: the server's disk is full; nothing was added. Make room and try again",
    ),
    (
        r"terminating connection|closed the connection|connection is closed|connection is lost"
        r"|consuming input failed|connection not open",
        "{name}: the server ended the connection ({said}). What was being added may be there or "
        "not: run the command again, which adds nothing twice. To go on with what was being "
        "read, tracker tail takes --after and the last version that it printed",
    ),
)


def explanation(engine: Engine, error: BaseException | None, wait: float) -> str:
    """What the driver or the server says, in words that somebody can act on."""
    name, said = place(engine.url), _first_line(str(error))
    if getattr(error, "sqlstate", None) == "55P03":
        return (
            f"{name} is in use by another writer that did not finish within {wait:g} seconds"
            f"{_holders(engine)}: wait for it, or end it, and try again; TRACKER_WAIT=300 waits "
            "longer"
        )
    for sign, meaning in _SIGNS:
        if re.search(sign, said):
            return meaning.format(name=name, said=said)
    return f"{name}: {said}"


def _first_line(said: str) -> str:
    """The line that says what is wrong; what comes before it are other ways that failed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    found = next((line for line in lines if "FATAL" in line), lines[0] if lines else "")
    found = re.sub(r"^connection failed: ", "", found)
    return found.rpartition("FATAL:")[2].strip().rstrip(":")


_HOLDERS = text(
    """
    SELECT pid, usename, application_name, to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = :lock
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND objid::bigint = hashtext(:here)::bigint & 4294967295
    """
)


def _holders(engine: Engine) -> str:
    """Who has the lock that a writer waited for, as far as the server tells."""
    dbapi = engine.dialect.loaded_dbapi
    try:
        with engine.connect() as connection:
            rows = list(plain.rows(connection, _HOLDERS, lock=LOCK, here=_here(connection)))
    except dbapi.Error:
        return ""
    return "".join(
        f" ({who or 'a program without a name'}, as {role}; "
        f"to end it: SELECT pg_terminate_backend({pid}))"
        for pid, role, who, _ in rows
    )


_NUMBER = text("SELECT version_num FROM alembic_version")
_IS_OURS = text("SELECT to_regclass('alembic_version') IS NOT NULL, to_regclass('log') IS NOT NULL")


def is_missing(url: URL) -> bool:
    """Whether there is nothing at all to connect to: a server says so itself."""
    return False


def schema(connection: Connection) -> int | None:
    """The number of the schema; None when there are no tables.

    Raises:
        StoreError: the tables are those of something else.
    """
    migrated, has_log = plain.row(connection, _IS_OURS) or (False, False)
    if migrated and has_log:
        return required(connection)
    tables = sorted(inspect(connection).get_table_names())
    if not tables:
        return None
    raise StoreError(
        f"{place(connection.engine.url)} is a database of something else (it has the table "
        f"{tables[0]}): give tracker a database or a schema of its own; for a schema, put "
        "?options=-csearch_path%3DNAME at the end of the URL"
    )


def required(connection: Connection) -> int:
    """The number of the schema of a database that is ours."""
    found = plain.row(connection, _NUMBER)
    return int(found[0]) if found else 0


_ENCODING = text("SELECT current_setting('server_encoding')")


def prepare(engine: Engine) -> None:
    """Make sure that a database can hold every text.

    Raises:
        StoreError: it cannot.
    """
    with engine.connect() as connection:
        (encoding,) = plain.row(connection, _ENCODING) or ("",)
    if encoding != "UTF8":
        raise StoreError(
            f"{place(engine.url)} keeps its texts as {encoding}, which cannot hold them all: "
            "create a database with ENCODING 'UTF8' TEMPLATE template0"
        )
