"""Copying: the log of one database goes into another, row by row, exactly as it is.

What comes over keeps its version, the instant at which it was first received, and its leaf.
Each transaction takes a number of rows together with the facts that follow from them, so that
the copy answers, at any time, as the other log did when it had as many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from tracker.domain.events import from_content
from tracker.domain.records import projected
from tracker.store import appending, plain, refolding, staging
from tracker.store import log as logs
from tracker.store.stories import roots_of
from tracker.store.tables import log

Row = plain.Row
"""A row of the log: its version and event id first, its content and leaf last."""

_ROWS = select(log).where(log.c.version > bindparam("after")).order_by(log.c.version)


def rows_after(conn: Connection, version: int) -> Iterator[Row]:
    """The rows of the log after *version*, in their order."""
    return plain.streamed(conn, _ROWS, after=version)


def first_difference(one: Connection, other: Connection, size: int) -> tuple[int, str, str] | None:
    """The first version up to *size* at which two logs differ, and the event of each there."""
    pairs = zip(rows_after(one, 0), rows_after(other, 0), strict=False)
    for number, (here, there) in enumerate(islice(pairs, size), 1):
        if here != there:
            return number, here[1], there[1]
    return None


def take(conn: Connection, rows: Sequence[Row]) -> None:
    """Append *rows* of another log, which must follow on those that are there, and fold them.

    They were looked at when the other log took them: nothing is wrong with them.
    """
    first = rows[0][0]
    records = [projected(from_content(row[6])) for row in rows]
    appending.keep(conn, rows)
    appending.index(conn, records, first=first)
    with staging.staging(conn):
        plain.add(conn, staging.mentioned, appending.mentions(records, first=first))
        plain.add(conn, staging.assigned, [row for each in records for row in each.assigned])
        staging.settle(conn)
        # An event may come before the one that it speaks about, when one batch brought both.
        late: set[str] = set()
        for some in logs.chunks(each.id for each in records):
            late |= logs.spoken_of(conn, some)
        roots = refolding.roots_spoken_of(conn, records) | roots_of(conn, sorted(late))
        staging.touch(conn, refolding.reassign(conn, roots))
        for _ in refolding.refold_touched(conn, fresh=lambda event: False):
            # What clashes was there before we looked for clashes.
            pass
    refolding.mark_folded(conn, rows[-1][0])
