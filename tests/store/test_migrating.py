"""Databases of earlier schemas: brought up to date with what is in them, or left as they are."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

import psycopg
import pytest

from tests.conftest import CommandLine
from tests.entries import agreement, event
from tests.places import migrated
from tracker.app import Tracker
from tracker.domain.events import Event, content_of
from tracker.domain.leaves import leaf_of
from tracker.errors import StoreError
from tracker.store import database, plain
from tracker.store.tables import log

EVENTS = [event(f"n{number}", "2025-03-01") for number in range(150)]
EVENTS.append(event("x", "2025-03-02", agreement("agreement/x")))


@pytest.fixture
def old(cli: CommandLine) -> CommandLine:
    """A database of schema 2 with events in it, whose leaves are the hashes of their contents."""
    with migrated(cli.url, "0002") as conn:
        plain.add(conn, log, [row(*each) for each in enumerate(EVENTS, start=1)])
    return cli


def row(version: int, each: Event) -> plain.Row:
    content = content_of(each)
    leaf = sha256(b"\0" + content).digest()
    day = each.occurred.earliest.isoformat()
    return (version, each.id, day, day, "2026-01-01T00:00", 1, content.decode(), leaf)


def test_the_leaves_of_an_older_log_become_those_of_whole_rows(old: CommandLine) -> None:
    tracker = Tracker(old.url)

    tracker.open(catalogue=False)

    rows = old.places.query(old.url, "SELECT * FROM log ORDER BY version")
    assert [leaf_of(*row) for *row, _ in rows] == [leaf for *_, leaf in rows]
    found = tracker.verify()
    assert (found.version, found.wrong, found.folded) == (len(EVENTS), [], True)
    assert tracker.root(len(EVENTS)) == found.root
    tracker.close()


@pytest.mark.parametrize(
    "statement", ["UPDATE log SET leaf = substr(leaf, 2)", "DELETE FROM log WHERE version > 1"]
)
def test_a_log_that_was_brought_up_to_date_refuses_to_be_rewritten(
    old: CommandLine, statement: str
) -> None:
    tracker = Tracker(old.url)
    tracker.open(catalogue=False)
    tracker.close()

    with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
        old.places.query(old.url, statement)


def test_an_older_log_that_was_changed_is_not_made_to_look_whole(old: CommandLine) -> None:
    old.change("UPDATE log SET content = replace(content, 'x', 'y') WHERE version = 151")
    before = old.places.query(old.url, "SELECT * FROM log ORDER BY version")
    tracker = Tracker(old.url)

    with pytest.raises(StoreError, match=r"version 151, 2025-03-02-x: .* not what was appended"):
        tracker.open(catalogue=False)

    assert old.places.query(old.url, "SELECT * FROM log ORDER BY version") == before
    assert database.schema_of(tracker.engine) == 2
    tracker.close()
