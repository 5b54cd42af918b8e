"""A peer: DuckDB over a table of assignments of its own, on the same questions.

The table has one row for what each entry says of each part, with real dates; the last
decided of those that cover the day and were known is picked by ``row_number()``.  Answers
are fetched as tuples, as ours are made of Python objects.  Threads and memory as DuckDB
chooses; the file is open already, and no index is kept, which is how it is meant to be used.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from tracker.domain.dates import EVER, FIRST
from tracker.domain.events import Development, read_event
from tracker.domain.timeline import canonical

Row: TypeAlias = tuple[Any, ...]

TABLE = """
CREATE TABLE assignment (
    subject VARCHAR, part VARCHAR, decided DATE, event VARCHAR, place INTEGER,
    since DATE, until DATE, known DATE, value VARCHAR)
"""
HELD = """
SELECT subject, part, value, event, since FROM assignment
WHERE known <= $known AND since <= $day AND until > $day {also}
QUALIFY row_number() OVER (
    PARTITION BY subject, part ORDER BY decided DESC, event DESC, place DESC) = 1
"""
BOUND = f"""
WITH mine AS (SELECT DISTINCT subject FROM assignment WHERE part = $party),
held AS ({HELD.format(also="AND subject IN (SELECT subject FROM mine)")})
SELECT other.subject, other.part, greatest(other.since, me.since), other.event
FROM held AS me
JOIN held AS stage ON stage.subject = me.subject AND stage.part = 'stage'
JOIN held AS form ON form.subject = me.subject AND form.part = 'form'
JOIN held AS other ON other.subject = me.subject AND other.part LIKE 'party/%'
WHERE me.part = $party AND other.part <> $party
    AND me.value IN ('"in-force"', '"suspended"')
    AND other.value IN ('"in-force"', '"suspended"')
    AND stage.value IN ('"in-force"', '"suspended"')
    AND form.value IN ('"defence-pact"', '"neutrality"', '"non-aggression"', '"entente"',
        '"consultation"', '"bloc"')
"""
IMPOSED = f"""
WITH mine AS (
    SELECT DISTINCT subject FROM assignment WHERE part = 'imposer' AND value = $imposer),
held AS ({HELD.format(also="AND subject IN (SELECT subject FROM mine)")})
SELECT * FROM held WHERE value IS NOT NULL AND subject NOT IN (
    SELECT subject FROM held WHERE part = 'ended')
"""


def load(source: str, database: str, events: int) -> dict[str, Any]:
    """Make the table from a file of entries."""
    path = Path(database)
    path.unlink(missing_ok=True)
    rows = path.with_suffix(".csv")
    with rows.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        with Path(source).open(encoding="utf-8") as lines:
            writer.writerows(assigned(lines))
    conn = duckdb.connect(str(path))
    conn.execute(TABLE)
    conn.execute(f"COPY assignment FROM '{rows}' (HEADER false, NULLSTR '')")
    conn.close()
    rows.unlink()
    return {}


def assigned(lines: Iterable[str]) -> Iterator[Row]:
    """What entries say of each part: a row of the table each."""
    for line in lines:
        event = read_event(json.loads(line))
        assert isinstance(event, Development)
        decided = event.occurred.earliest
        for place, effect in enumerate(event.effects):
            since, until, expires = effect.days()
            first = (since or event.occurred).earliest
            last = until.earliest if until else EVER
            for part, value in effect.words().items():
                yield _row(effect.subject, part, decided, event, 3 * place, FIRST, EVER, value)
            for part, value in effect.parts().items():
                yield _row(effect.subject, part, decided, event, 3 * place + 1, first, last, value)
                if expires:
                    over = expires.earliest
                    yield _row(
                        effect.subject, part, decided, event, 3 * place + 2, over, EVER, None
                    )


def _row(
    subject: str,
    part: str,
    decided: date,
    event: Development,
    place: int,
    since: date,
    until: date,
    value: object,
) -> Row:
    said = "" if value is None else canonical(value)
    return subject, part, decided, event.id, place, since, until, event.public, said


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection that only reads."""
    return duckdb.connect(str(database), read_only=True)


def state(conn: duckdb.DuckDBPyConnection, day: date, known: date) -> list[Row]:
    """Subject, part, value, event and first day of all that holds."""
    return _rows(conn, HELD.format(also=""), day=day, known=known)


def state_found(conn: duckdb.DuckDBPyConnection, day: date, known: date) -> object:
    """The first row of the state: all of it has been ranked, and nothing made of it in Python."""
    return conn.execute(HELD.format(also=""), {"day": day, "known": known}).fetchone()


def bound(conn: duckdb.DuckDBPyConnection, day: date, known: date, code: str) -> list[Row]:
    """Agreement, other party, first day and event of what binds a party to others."""
    return _rows(conn, BOUND, day=day, known=known, party=f"party/{code}")


def imposed(conn: duckdb.DuckDBPyConnection, day: date, known: date, code: str) -> list[Row]:
    """Subject, part, value, event and first day of the measures of a party that are not over."""
    return _rows(conn, IMPOSED, day=day, known=known, imposer=json.dumps(code))


def _rows(conn: duckdb.DuckDBPyConnection, question: str, **given: object) -> list[Row]:
    rows: list[Row] = conn.execute(question, given).fetchall()
    return rows
