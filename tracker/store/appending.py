"""Appending: records go into the log, with what they speak about and can be found by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from tracker.domain.events import FORMAT
from tracker.domain.leaves import leaf_of
from tracker.domain.records import Record
from tracker.store import plain, search, trees
from tracker.store.tables import log, reference, stake


def append(conn: Connection, records: Sequence[Record], *, first: int, recorded: datetime) -> None:
    """Append *records*, none of which the log may have.

    Args:
        first: the version of the first of them.
        recorded: the instant, in UTC, at which the log received them.
    """
    stamp = recorded.isoformat(timespec="microseconds")
    rows = [
        (version, each.id, each.occurred, each.reported, stamp, FORMAT, each.content)
        for version, each in enumerate(records, start=first)
    ]
    keep(conn, [(*row, leaf_of(*row)) for row in rows])


def keep(conn: Connection, rows: Sequence[plain.Row]) -> None:
    """Write rows to the log, which follow on those that are there, and let the tree grow."""
    plain.add(conn, log, rows)
    if rows:
        trees.grow(conn, rows[0][0] - 1, rows[-1][0])


def index(conn: Connection, records: Sequence[Record], *, first: int) -> None:
    """Note what records speak about, whom they name, and the words in them."""
    plain.add(
        conn,
        reference,
        [(each.id, each.kind, each.target) for each in records if each.target],
    )
    stakes = {one: None for each in records for one in each.stakes}
    plain.add(conn, stake, sorted(stakes), known=True)
    search.index(
        conn,
        ((version, each.title, each.words) for version, each in enumerate(records, start=first)),
    )


def mentions(records: Sequence[Record], *, first: int) -> list[tuple[str, str, int]]:
    """The rows that say what records can be found by."""
    return [
        (what, word, version)
        for version, each in enumerate(records, start=first)
        for what, word in each.mentions
    ]
