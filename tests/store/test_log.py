"""The log: append-only, and refused by the database itself when somebody tries otherwise."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import psycopg
import pytest
from freezegun import freeze_time

from tests.conftest import CommandLine
from tests.entries import agreement, event, stage
from tracker.app import Tracker
from tracker.app.adding import ChangedEvent
from tracker.catalogue import Batch
from tracker.domain.events import content_of
from tracker.domain.leaves import leaf_of
from tracker.errors import BadEntries, StoreError
from tracker.store import database, plain
from tracker.store.tables import log


@pytest.fixture
def tracker(tracker: Tracker) -> Tracker:
    """A log with one event."""
    tracker.add(Batch([event("a", "2025-03-01", agreement("agreement/x"))]))
    return tracker


COLUMNS = "occurred, reported, recorded, format"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET content = '{}'",
        "UPDATE log SET version = 7",
        "DELETE FROM log",
        f"INSERT INTO log SELECT version + 2, 'other', {COLUMNS}, content, leaf FROM log",
        f"INSERT INTO log SELECT version + n, 'other' || n, {COLUMNS}, content, leaf FROM log, "
        "(SELECT 1 AS n UNION SELECT 3) AS two",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(
    cli: CommandLine, tracker: Tracker, statement: str
) -> None:
    before = tracker.stats()

    with pytest.raises((sqlite3.IntegrityError, psycopg.Error), match="append-only"):
        cli.places.query(cli.url, statement)

    assert tracker.stats() == before


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO log SELECT version, event_id, {COLUMNS}, '{{}}', leaf FROM log",
        f"REPLACE INTO log SELECT version + 1, event_id, {COLUMNS}, content, leaf FROM log",
    ],
)
def test_sqlite_refuses_to_put_a_row_in_the_place_of_another(
    cli: CommandLine, tracker: Tracker, statement: str
) -> None:
    before = tracker.stats()

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        cli.places.query(cli.url, statement)

    assert tracker.stats() == before


def test_versions_have_no_gaps_and_leaves_are_those_of_the_rows(
    cli: CommandLine, tracker: Tracker
) -> None:
    tracker.add(Batch([event("b", "2025-03-02"), event("c", "2025-03-03")]))

    found = cli.places.query(cli.url, "SELECT * FROM log ORDER BY version")

    assert [row[0] for row in found] == [1, 2, 3]
    assert all(leaf_of(*row) == leaf for *row, leaf in found)


def test_the_log_notes_when_it_received_an_event(cli: CommandLine, tracker: Tracker) -> None:
    with freeze_time("2126-01-31 12:00:00"):
        tracker.add(Batch([event("b", "2025-03-02")]))

    ((recorded,),) = cli.places.query(cli.url, "SELECT recorded FROM log WHERE version = 2")

    assert datetime.fromisoformat(recorded) == datetime(2126, 1, 31, 12, tzinfo=UTC)


def test_the_same_id_with_other_content_is_refused_with_the_difference(tracker: Tracker) -> None:
    other = event("a", "2025-03-01", agreement("agreement/x"), place="Seoul")

    with pytest.raises(ChangedEvent, match=r'place: nothing in the log, "Seoul" here') as refused:
        tracker.add(Batch([other, event("b", "2025-03-02")]))

    assert "tracker correct 2025-03-01-a" in str(refused.value)
    assert tracker.stats()["events"] == 1


def test_a_batch_with_one_bad_event_adds_nothing(tracker: Tracker) -> None:
    good = event("b", "2025-03-02")
    bad = event("c", "2025-03-03", stage("agreement/unheard-of", "signed"))

    with pytest.raises(BadEntries, match="nothing introduces agreement/unheard-of"):
        tracker.add(Batch([good, bad]))

    assert tracker.stats()["events"] == 1


def test_facts_that_have_not_seen_the_whole_log_answer_nothing(
    cli: CommandLine, tracker: Tracker
) -> None:
    unseen = event("b", "2025-03-02")
    content = content_of(unseen)
    row = (2, unseen.id, "2025-03-02", "2025-03-02", "2026-01-01", 1, content.decode(), b"x" * 32)
    engine = database.engine_for(cli.url)
    with database.writing(engine) as conn:
        plain.add(conn, log, [row])
    engine.dispose()

    with pytest.raises(StoreError, match="tracker rebuild"):
        tracker.state(tracker.as_of())

    tracker.rebuild()
    assert tracker.stats()["events"] == 2
