"""Rebuilding: everything that is computed from the log, thrown away and computed again.

The facts are folded into a table of their own, which takes the place of the old one when
it is whole.  Whoever asks meanwhile is answered by the old one.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, String, Table

from tracker.domain.records import projected
from tracker.store import appending, facts, plain, refolding, search, staging, trees
from tracker.store import log as logs
from tracker.store.stories import events_since
from tracker.store.tables import log, metadata


def restore(conn: Connection) -> None:
    """Make the tables anew that are computed from the log and are not there any more."""
    again = MetaData()
    for table in metadata.sorted_tables:
        if table is not log:
            copy = table.to_metadata(again)
            if conn.dialect.name == "postgresql":
                _as_migrated(copy)
    again.create_all(conn)
    trees.guard(conn)
    search.restore(conn)


def _as_migrated(table: Table) -> None:
    """Let PostgreSQL be told what the migrations tell it, and the tables do not."""
    for column in table.columns:
        if isinstance(column.type, String):
            column.type = type(column.type)(column.type.length, collation="C")
    for index in table.indexes:
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


def rebuild(conn: Connection) -> str:
    """Compute the projections anew; the digest of the facts."""
    refolding.forget_projections(conn)
    trees.regrow(conn)
    with staging.staging(conn):
        for chunk in logs.chunks(events_since(conn, 0)):
            first = chunk[0][0]
            records = [projected(event) for _, event in chunk]
            appending.index(conn, records, first=first)
            plain.add(conn, staging.mentioned, appending.mentions(records, first=first))
            plain.add(conn, staging.assigned, [row for each in records for row in each.assigned])
        staging.settle(conn)
        for roots in logs.chunks(refolding.all_roots_spoken_of(conn)):
            refolding.reassign(conn, roots)
    shadow = refolding.shadow(conn)
    for _ in refolding.fold_everything(conn, shadow):
        # What is in the log was without a clash when it came in, or came in before we looked.
        pass
    found = facts.digest(conn, shadow)
    refolding.swap(conn, shadow)
    refolding.mark_folded(conn, logs.size(conn))
    return found
