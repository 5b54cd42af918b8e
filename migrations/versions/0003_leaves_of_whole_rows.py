"""A leaf is the hash of its whole row, and the tree over the leaves is kept as it grows.

Until now a leaf was the hash of the content alone, and nothing told whether the instant at
which the log received an event was changed.  What an event says is not touched: a log in
which a content is not what its leaf says is left as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from tracker.errors import StoreError

revision = "0003"
down_revision = "0002"

LOG = sa.table(
    "log",
    *map(sa.column, ("version", "event_id", "occurred", "reported", "recorded", "format")),
    *map(sa.column, ("content", "leaf")),
)
AT_ONCE = 5_000


def upgrade() -> None:
    op.create_table(
        "subtree",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_rewriting_of_subtrees()
    if op.get_bind().execute(sa.select(sa.func.count()).select_from(LOG)).scalar_one():
        with _rewriting():
            _hash_whole_rows(op.get_bind())


@contextmanager
def _rewriting() -> Iterator[None]:
    """Where the log takes updates, in the transaction that is open."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE log DISABLE TRIGGER log_no_rewriting")
        yield
        op.execute("ALTER TABLE log ENABLE ALWAYS TRIGGER log_no_rewriting")
        return
    op.execute("DROP TRIGGER IF EXISTS log_no_update")
    yield
    op.execute(
        "CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN "
        "SELECT RAISE(ABORT, 'the log is append-only'); END"
    )


def _refuse_rewriting_of_subtrees() -> None:
    op.execute(
        "CREATE FUNCTION subtree_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the tree over the log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER subtree_no_rewriting BEFORE UPDATE OR DELETE OR TRUNCATE ON subtree "
        "FOR EACH STATEMENT EXECUTE FUNCTION subtree_refuse()"
    )
    op.execute("ALTER TABLE subtree ENABLE ALWAYS TRIGGER subtree_no_rewriting")


def _hash_whole_rows(conn: sa.Connection) -> None:
    last = 0
    while True:
        some = sa.select(LOG).where(LOG.c.version > last).order_by(LOG.c.version)
        rows = list(islice(conn.execute(some.limit(AT_ONCE)), AT_ONCE))
        if not rows:
            return
        leaves = [{"here": row.version, "now": _leaf(row)} for row in rows]
        conn.execute(
            sa.update(LOG)
            .where(LOG.c.version == sa.bindparam("here"))
            .values(leaf=sa.bindparam("now")),
            leaves,
        )
        last = rows[-1].version


def _leaf(row: Any) -> bytes:
    *front, content, leaf = row
    if hashlib.sha256(b"\0" + content.encode()).digest() != leaf:
        raise StoreError(
            f"version {row.version}, {row.event_id}: its content is not what was appended; "
            "restore the database from a copy"
        )
    return hashlib.sha256(b"\0" + _line(*front, content).encode()).digest()


def _line(*row: Sequence[Any]) -> str:
    version, name, occurred, reported, recorded, form, content = row
    return (
        f'{{"content":{content},"format":{form},"id":"{name}","occurred":"{occurred}",'
        f'"recorded":"{recorded}","reported":"{reported}","version":{version}}}'
    )
