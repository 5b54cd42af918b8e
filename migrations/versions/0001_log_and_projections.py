"""The log, which nobody may rewrite, and the projections computed from it.

A migration may reshape a projection as it likes; it never touches what an event says.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SMALL = sa.Boolean().with_variant(sa.SmallInteger, "postgresql")
# PostgreSQL orders texts by language unless it is told otherwise; SQLite goes by their bytes.
DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event_id", NAME, nullable=False, unique=True),
        sa.Column("occurred", DAY, nullable=False),
        sa.Column("reported", DAY, nullable=False),
        sa.Column("recorded", NAME, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    _refuse_rewriting()
    op.create_table(
        "reference",
        sa.Column("event_id", NAME, primary_key=True),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("target", NAME, nullable=False),
    )
    op.create_index("reference_target", "reference", ["target"])
    op.create_table(
        "mention",
        sa.Column("what", NAME, primary_key=True),
        sa.Column("word", NAME, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("subject", NAME, nullable=False),
        sa.Column("part", NAME, nullable=False),
        sa.Column("earliest", DAY, nullable=False),
        sa.Column("latest", DAY, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("event", NAME, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY, nullable=False),
        sa.Column("maybe_since", DAY, nullable=False),
        sa.Column("maybe_until", DAY, nullable=False),
        sa.Column("known", DAY, nullable=False),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("via", NAME),
        sa.Column("against", NAME),
        sa.Column("since_hour", NAME),
        sa.Column("until_hour", NAME),
    )
    op.create_index("assignment_part", "assignment", ["subject", "part"])
    op.create_index("assignment_event", "assignment", ["event"])
    op.create_index("assignment_against", "assignment", ["against"])
    op.create_table(
        "fact",
        sa.Column("subject", NAME, nullable=False),
        sa.Column("part", NAME, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY, nullable=False),
        sa.Column("known", DAY, nullable=False),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("certain", SMALL, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("event", NAME, nullable=False),
        sa.Column("via", NAME),
        sa.Column("decided", DAY, nullable=False),
        sa.Column("since_hour", NAME),
        sa.Column("until_hour", NAME),
    )
    op.create_index("fact_part", "fact", ["subject", "part", "since"])
    op.create_index("fact_event", "fact", ["event"])
    op.create_table(
        "projection",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _words_as_vectors()
        return
    op.execute(
        "CREATE VIRTUAL TABLE words USING fts5 "
        '(title, rest, tokenize = "unicode61 remove_diacritics 2")'
    )


def _words_as_vectors() -> None:
    op.execute("CREATE TABLE words (version integer PRIMARY KEY, found tsvector NOT NULL)")
    op.execute("CREATE INDEX words_found ON words USING gin (found)")


def _refuse_rewriting() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _refuse_rewriting_on_postgresql()
    else:
        _refuse_rewriting_on_sqlite()


def _refuse_rewriting_on_postgresql() -> None:
    """UPDATE, DELETE and TRUNCATE fail, and so does an INSERT that would leave a gap.

    The triggers fire whatever role a session plays in replication.  The function names the
    table in full: whoever may make temporary tables could else put one in front of the log.
    """
    op.execute(
        "CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"
    )
    op.execute(
        """
        CREATE FUNCTION log_check_order() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            lowest integer; highest integer; many integer; follows boolean;
        BEGIN
            SELECT min(version), max(version), count(*) INTO lowest, highest, many FROM fresh;
            IF many = 0 THEN
                RETURN NULL;
            END IF;
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I WHERE version = $1)',
                TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO follows USING lowest - 1;
            IF highest - lowest + 1 <> many OR (lowest <> 1 AND NOT follows) THEN
                RAISE EXCEPTION 'the log is append-only, and its versions have no gaps';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER log_no_rewriting BEFORE UPDATE OR DELETE OR TRUNCATE ON log "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    )
    op.execute(
        "CREATE TRIGGER log_in_order AFTER INSERT ON log REFERENCING NEW TABLE AS fresh "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_check_order()"
    )
    for trigger in ("log_no_rewriting", "log_in_order"):
        op.execute(f"ALTER TABLE log ENABLE ALWAYS TRIGGER {trigger}")


def _refuse_rewriting_on_sqlite() -> None:
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
