"""Facts and assignments lie in the order in which they are asked for, each in one tree.

The projections are made anew, so whoever migrates folds the log again.  The index of words
keeps no copy of what the log has, and parties lead to the subjects that name them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SMALL = sa.Boolean().with_variant(sa.SmallInteger, "postgresql")
DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for table in ("assignment", "fact", "projection"):
        op.drop_table(table)
    op.create_table(
        "projection",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "stake",
        sa.Column("party", NAME, primary_key=True),
        sa.Column("subject", NAME, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("subject", NAME, primary_key=True),
        sa.Column("part", NAME, primary_key=True),
        sa.Column("earliest", DAY, nullable=False),
        sa.Column("latest", DAY, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("event", NAME, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY, nullable=False),
        sa.Column("maybe_since", DAY, nullable=False),
        sa.Column("maybe_until", DAY, nullable=False),
        sa.Column("known", DAY, primary_key=True),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("via", NAME),
        sa.Column("against", NAME),
        sa.Column("since_hour", NAME),
        sa.Column("until_hour", NAME),
        sqlite_with_rowid=False,
    )
    rivals = sa.text("against IS NOT NULL")
    op.create_index(
        "assignment_rival",
        "assignment",
        ["subject"],
        sqlite_where=rivals,
        postgresql_where=rivals,
    )
    op.create_table(
        "fact",
        sa.Column("subject", NAME, primary_key=True),
        sa.Column("part", NAME, primary_key=True),
        sa.Column("since", DAY, primary_key=True),
        sa.Column("until", DAY, nullable=False),
        sa.Column("known", DAY, primary_key=True),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("certain", SMALL, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("event", NAME, nullable=False),
        sa.Column("via", NAME),
        sa.Column("decided", DAY, nullable=False),
        sa.Column("since_hour", NAME),
        sa.Column("until_hour", NAME),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    imposer = sa.text("part = 'imposer'")
    op.create_index(
        "fact_imposer", "fact", ["value"], sqlite_where=imposer, postgresql_where=imposer
    )
    if op.get_bind().dialect.name == "postgresql":
        return
    op.drop_table("words")
    op.execute(
        "CREATE VIRTUAL TABLE words USING fts5 "
        "(title, rest, content = '', tokenize = \"unicode61 remove_diacritics 2\")"
    )
    # Larger segments in memory are fewer to merge on the disk, and an append merges fewer.
    op.execute("INSERT INTO words (words, rank) VALUES ('hashsize', 16777216)")
    op.execute("INSERT INTO words (words, rank) VALUES ('automerge', 16)")
