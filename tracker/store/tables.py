"""The tables: the log, and the projections that are computed from it.

Days are ISO texts, which sort as days do; the first and last day of the calendar stand
for spans without a beginning or an end.  Only the log is kept for ever.

How they are made stands in the migrations: there each text is said to be in the order of
its bytes, which is that of SQLite, and on PostgreSQL would else be that of a language.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

SCHEMA = 5
"""The number of the newest migration.

SQLite keeps it as ``PRAGMA user_version``, PostgreSQL in the table of the migrations.
"""

metadata = MetaData()

log = Table(
    "log",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String, nullable=False, unique=True),
    Column("occurred", String(10), nullable=False),
    Column("reported", String(10), nullable=False),
    Column("recorded", String, nullable=False),
    Column("format", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
)
"""``leaf`` is the hash of all the rest of its row."""

subtree = Table(
    "subtree",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""The roots of complete subtrees of the Merkle tree over the leaves: 2^level of them each."""

reference = Table(
    "reference",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Index("reference_target", "target"),
)
"""Which event speaks about which: ``kind`` is correction, retraction, corroboration, rival."""

mention = Table(
    "mention",
    metadata,
    Column("what", String, primary_key=True),
    Column("word", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
"""What an event can be found by: ``what`` is subject, party, tag, kind or introduces."""


_YES = Boolean().with_variant(SmallInteger, "postgresql")
"""0 or 1: a row is the same tuple from either engine."""


def fact_columns() -> tuple[Column[Any], ...]:
    """The columns of a table of facts."""
    return (
        Column("subject", String, primary_key=True),
        Column("part", String, primary_key=True),
        Column("since", String(10), primary_key=True),
        Column("until", String(10), nullable=False),
        Column("known", String(10), primary_key=True),
        Column("known_until", String(10), nullable=False),
        Column("certain", _YES, nullable=False),
        Column("value", Text),
        Column("event", String, nullable=False),
        Column("via", String),
        Column("decided", String(10), nullable=False),
        Column("since_hour", String),
        Column("until_hour", String),
        Column("number", Integer, primary_key=True),
    )


stake = Table(
    "stake",
    metadata,
    Column("party", String, primary_key=True),
    Column("subject", String, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which parties effects on a subject have ever named, ``*`` for all of them.

A state says which have a part in it on a day.
"""

assignment = Table(
    "assignment",
    metadata,
    Column("subject", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("earliest", String(10), nullable=False),
    Column("latest", String(10), nullable=False),
    Column("order", Integer, nullable=False),
    Column("event", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("since", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("maybe_since", String(10), nullable=False),
    Column("maybe_until", String(10), nullable=False),
    Column("known", String(10), primary_key=True),
    Column("known_until", String(10), nullable=False),
    Column("value", Text),
    Column("via", String),
    Column("against", String),
    Column("since_hour", String),
    Column("until_hour", String),
    sqlite_with_rowid=False,
)
Index(
    "assignment_rival",
    assignment.c.subject,
    # What PostgreSQL is told stands in the migration alone: naming it here would load its
    # dialect, which takes a tenth of a small command.
    sqlite_where=assignment.c.against.is_not(None),
)

fact = Table(
    "fact",
    metadata,
    *fact_columns(),
    sqlite_with_rowid=False,
)
"""``number`` tells possible facts of the same days apart; it is 0 for a certain one."""
Index("fact_imposer", fact.c.value, sqlite_where=fact.c.part == "imposer")

projection = Table(
    "projection",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""How much of the log each projection has seen."""
