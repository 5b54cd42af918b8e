"""Floors: what the same rows cost with bare ``sqlite3`` of the standard library.

A floor does nothing but move rows: write-ahead log, ``synchronous = FULL``, prepared rows,
no check, no hash, no projection.  Its tables are its own, in files of their own, so that it
stays what it is however the store keeps its rows.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]

BATCH = 10_000
"""Rows in a transaction of the floor of a load."""

LOG = """
CREATE TABLE log (
    version INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, occurred TEXT NOT NULL,
    reported TEXT NOT NULL, recorded TEXT NOT NULL, format INTEGER NOT NULL,
    content TEXT NOT NULL, leaf BLOB NOT NULL)
"""
FACT = """
CREATE TABLE fact (
    subject TEXT NOT NULL, part TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
    known TEXT NOT NULL, known_until TEXT NOT NULL, certain INTEGER NOT NULL, value TEXT,
    event TEXT NOT NULL, via TEXT, decided TEXT NOT NULL)
"""
INSERT_LOG = "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
RECORDED = "2026-01-01T00:00:00.000000+00:00"


def opened(path: Path) -> sqlite3.Connection:
    """A connection that commits when it is told to, every commit on the disk."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    return conn


def created(path: Path, table: str) -> sqlite3.Connection:
    """A new file with one table; one that was there is replaced."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    conn = opened(path)
    conn.execute(table)
    return conn


def log_rows(lines: Iterable[str], *, first: int = 1) -> Iterator[Row]:
    """The rows that a log has for entries that stand as JSON lines."""
    for version, line in enumerate(lines, start=first):
        entry = json.loads(line)
        content = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        leaf = hashlib.sha256(b"\0" + content.encode()).digest()
        day = entry.get("reported") or entry["sources"][0]["published"]
        yield version, entry["id"], entry["occurred"], day, RECORDED, 1, content, leaf


def load(lines: str, database: str) -> dict[str, Any]:
    """Insert the rows of a log, ten thousand a transaction; only that is timed."""
    conn = created(Path(database), LOG)
    taken, count = 0.0, 0
    with Path(lines).open(encoding="utf-8") as file:
        rows = log_rows(file)
        while batch := list(islice(rows, BATCH)):
            began = perf_counter()
            conn.execute("BEGIN")
            conn.executemany(INSERT_LOG, batch)
            conn.execute("COMMIT")
            taken += perf_counter() - began
            count += len(batch)
    conn.close()
    return {"seconds": taken, "events": count}


def append(conn: sqlite3.Connection, row: Row) -> None:
    """Insert one row in a transaction of its own."""
    conn.execute("BEGIN")
    conn.execute(INSERT_LOG, row)
    conn.execute("COMMIT")


def write_facts(path: Path, rows: Iterable[Row]) -> int:
    """Keep facts in a file of the floor, in their order; how many."""
    conn = created(path, FACT)
    conn.execute("BEGIN")
    conn.executemany(f"INSERT INTO fact VALUES ({', '.join('?' * 11)})", rows)
    conn.execute("COMMIT")
    count = int(conn.execute("SELECT count(*) FROM fact").fetchone()[0])
    conn.close()
    return count


SCAN = """
SELECT * FROM fact WHERE known <= :known AND known_until > :known AND until > :day
"""


def facts_at(conn: sqlite3.Connection, day: str, known: str) -> list[Row]:
    """The rows that a state is made of, as tuples: known on a day, and not over before another."""
    return conn.execute(SCAN, {"day": day, "known": known}).fetchall()


def row_of(conn: sqlite3.Connection, event: str) -> Row:
    """One row of the log, by its index; the statement stays prepared."""
    row: Row = conn.execute("SELECT * FROM log WHERE event_id = ?", (event,)).fetchone()
    return row


def read(database: str) -> dict[str, Any]:
    """Read a log once, every column, and keep nothing of it."""
    return reading(database, lambda content: content)


def parse(database: str) -> dict[str, Any]:
    """Read a log once and parse each content as JSON."""
    return reading(database, json.loads)


def hash_again(database: str) -> dict[str, Any]:
    """Read a log once and hash each content as its leaf was."""
    return reading(database, lambda content: hashlib.sha256(b"\0" + content.encode()).digest())


def reading(database: str, use: Callable[[str], object]) -> dict[str, Any]:
    """Read a log once, in its order, and do something with each content; the seconds."""
    with closing(opened(Path(database))) as conn:
        began = perf_counter()
        for row in conn.execute("SELECT * FROM log ORDER BY version"):
            use(row[6])
        return {"seconds": perf_counter() - began}
