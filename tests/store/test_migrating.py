"""Databases of earlier schemas: brought up to date with what is in them, or left as they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.entries import agreement, event
from tracker.app import Tracker, shipped
from tracker.domain.events import content_of
from tracker.domain.leaves import leaf_of
from tracker.errors import StoreError
from tracker.store import database

EVENTS = [event(f"n{number}", "2025-03-01") for number in range(150)]
EVENTS.append(event("x", "2025-03-02", agreement("agreement/x")))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of schema 2 with events in it, whose leaves are the hashes of their contents."""
    from alembic import command
    from alembic.config import Config

    file = tmp_path / "old.db"
    engine = database.engine_for(str(file))
    database.prepare(engine)
    with database.writing(engine) as conn:
        config = Config()
        config.set_main_option("script_location", str(shipped("migrations")))
        config.attributes["connection"] = conn
        command.upgrade(config, "0002")
    engine.dispose()
    with closing(sqlite3.connect(file)) as made, made:
        for version, each in enumerate(EVENTS, start=1):
            content = content_of(each)
            leaf = sha256(b"\0" + content).digest()
            day = each.occurred.earliest.isoformat()
            row = (version, each.id, day, day, "2026-01-01T00:00", 1, content.decode(), leaf)
            made.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return file


def test_the_leaves_of_an_older_log_become_those_of_whole_rows(old: Path) -> None:
    tracker = Tracker(str(old))

    tracker.open(catalogue=False)

    with closing(sqlite3.connect(old)) as conn:
        rows = conn.execute("SELECT * FROM log ORDER BY version").fetchall()
    assert [leaf_of(*row) for *row, _ in rows] == [leaf for *_, leaf in rows]
    found = tracker.verify()
    assert (found.version, found.wrong, found.folded) == (len(EVENTS), [], True)
    assert tracker.root(len(EVENTS)) == found.root
    tracker.close()


def test_a_log_that_was_brought_up_to_date_refuses_to_be_rewritten(old: Path) -> None:
    tracker = Tracker(str(old))
    tracker.open(catalogue=False)
    tracker.close()

    with closing(sqlite3.connect(old)) as conn, pytest.raises(sqlite3.Error, match="append-only"):
        conn.execute("UPDATE log SET leaf = zeroblob(32) WHERE version = 1")


def test_an_older_log_that_was_changed_is_not_made_to_look_whole(old: Path) -> None:
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute("DROP TRIGGER log_no_update")
        conn.execute("UPDATE log SET content = replace(content, 'x', 'y') WHERE version = 151")
    before = old.read_bytes()

    with pytest.raises(StoreError, match=r"version 151, 2025-03-02-x: .* not what was appended"):
        Tracker(str(old)).open(catalogue=False)

    with closing(sqlite3.connect(old)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (2,)
    assert old.read_bytes() == before
