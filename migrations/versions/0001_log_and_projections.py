"""The log, which nobody may rewrite, and the projections computed from it.

A migration may reshape a projection as it likes; it never touches what an event says.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

DAY = sa.String(10)


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String, nullable=False, unique=True),
        sa.Column("occurred", DAY, nullable=False),
        sa.Column("reported", DAY, nullable=False),
        sa.Column("recorded", sa.String, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    _refuse_rewriting()
    op.create_table(
        "reference",
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
    )
    op.create_index("reference_target", "reference", ["target"])
    op.create_table(
        "mention",
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("word", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("earliest", DAY, nullable=False),
        sa.Column("latest", DAY, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY, nullable=False),
        sa.Column("maybe_since", DAY, nullable=False),
        sa.Column("maybe_until", DAY, nullable=False),
        sa.Column("known", DAY, nullable=False),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("via", sa.String),
        sa.Column("against", sa.String),
        sa.Column("since_hour", sa.String),
        sa.Column("until_hour", sa.String),
    )
    op.create_index("assignment_part", "assignment", ["subject", "part"])
    op.create_index("assignment_event", "assignment", ["event"])
    op.create_index("assignment_against", "assignment", ["against"])
    op.create_table(
        "fact",
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY, nullable=False),
        sa.Column("known", DAY, nullable=False),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("certain", sa.Boolean, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("via", sa.String),
        sa.Column("decided", DAY, nullable=False),
        sa.Column("since_hour", sa.String),
        sa.Column("until_hour", sa.String),
    )
    op.create_index("fact_part", "fact", ["subject", "part", "since"])
    op.create_index("fact_event", "fact", ["event"])
    op.create_table(
        "projection",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.execute(
        "CREATE VIRTUAL TABLE words USING fts5 "
        '(title, rest, tokenize = "unicode61 remove_diacritics 2")'
    )
    op.execute("PRAGMA user_version = 1")


def _refuse_rewriting() -> None:
    """UPDATE and DELETE fail, and so does an INSERT that would replace or leave a gap.

    INSERT OR REPLACE deletes a row without asking the triggers on deletion, so the one on
    insertion looks for the row first.
    """
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_no_{action.lower()} BEFORE {action} ON log BEGIN "
            "SELECT RAISE(ABORT, 'the log is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER log_in_order BEFORE INSERT ON log "
        "WHEN NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM log) "
        "OR EXISTS (SELECT 1 FROM log WHERE event_id = NEW.event_id) BEGIN "
        "SELECT RAISE(ABORT, 'the log is append-only, and its versions have no gaps'); END"
    )
