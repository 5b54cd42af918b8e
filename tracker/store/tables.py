"""The tables: the log, and the projections that are computed from it.

Days are ISO texts, which sort as days do; the first and last day of the calendar stand
for spans without a beginning or an end.  Only the log is kept for ever.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA = 1
"""The number of the newest migration; SQLite keeps it as ``PRAGMA user_version``."""

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

assignment = Table(
    "assignment",
    metadata,
    Column("subject", String, nullable=False),
    Column("part", String, nullable=False),
    Column("earliest", String(10), nullable=False),
    Column("latest", String(10), nullable=False),
    Column("order", Integer, nullable=False),
    Column("event", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("maybe_since", String(10), nullable=False),
    Column("maybe_until", String(10), nullable=False),
    Column("known", String(10), nullable=False),
    Column("known_until", String(10), nullable=False),
    Column("value", Text),
    Column("via", String),
    Column("against", String),
    Column("since_hour", String),
    Column("until_hour", String),
    Index("assignment_part", "subject", "part"),
    Index("assignment_event", "event"),
    Index("assignment_against", "against"),
)

fact = Table(
    "fact",
    metadata,
    Column("subject", String, nullable=False),
    Column("part", String, nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("known", String(10), nullable=False),
    Column("known_until", String(10), nullable=False),
    Column("certain", Boolean, nullable=False),
    Column("value", Text),
    Column("event", String, nullable=False),
    Column("via", String),
    Column("decided", String(10), nullable=False),
    Column("since_hour", String),
    Column("until_hour", String),
    Index("fact_part", "subject", "part", "since"),
    Index("fact_event", "event"),
)

projection = Table(
    "projection",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""How much of the log each projection has seen."""
