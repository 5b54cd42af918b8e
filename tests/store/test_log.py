"""The log: append-only, and refused by the database itself when somebody tries otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.entries import agreement, event, stage
from tracker.app import ChangedEvent, Tracker
from tracker.catalogue import Batch
from tracker.domain.events import content_of
from tracker.domain.leaves import leaf_of
from tracker.errors import BadEntries, StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def tracker(path: Path) -> Iterator[Tracker]:
    found = Tracker(str(path))
    found.open(catalogue=False)
    found.add(Batch([event("a", "2025-03-01", agreement("agreement/x"))]))
    yield found
    found.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET content = '{}'",
        "UPDATE log SET version = 7",
        "DELETE FROM log",
        "INSERT OR REPLACE INTO log SELECT version, event_id, occurred, reported, recorded, "
        "format, '{}', leaf FROM log",
        "REPLACE INTO log SELECT version + 1, event_id, occurred, reported, recorded, format, "
        "content, leaf FROM log",
        "INSERT INTO log SELECT version + 2, 'other', occurred, reported, recorded, format, "
        "content, leaf FROM log",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(
    tracker: Tracker, path: Path, statement: str
) -> None:
    before = tracker.stats()

    refused = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with closing(sqlite3.connect(path)) as connection, refused:
        connection.execute(statement)

    assert tracker.stats() == before


def test_versions_have_no_gaps_and_leaves_are_those_of_the_rows(
    tracker: Tracker, path: Path
) -> None:
    tracker.add(Batch([event("b", "2025-03-02"), event("c", "2025-03-03")]))

    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT * FROM log ORDER BY version").fetchall()

    assert [row[0] for row in found] == [1, 2, 3]
    assert all(leaf_of(*row) == leaf for *row, leaf in found)


def test_the_log_notes_when_it_received_an_event(tracker: Tracker, path: Path) -> None:
    with freeze_time("2126-01-31 12:00:00"):
        tracker.add(Batch([event("b", "2025-03-02")]))

    with closing(sqlite3.connect(path)) as connection:
        recorded = connection.execute("SELECT recorded FROM log WHERE version = 2").fetchone()[0]

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
    tracker: Tracker, path: Path
) -> None:
    unseen = event("b", "2025-03-02")
    content = content_of(unseen)
    row = (2, unseen.id, "2025-03-02", "2025-03-02", "2026-01-01", 1, content.decode(), b"x" * 32)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    with pytest.raises(StoreError, match="tracker rebuild"):
        tracker.state(tracker.as_of())

    tracker.rebuild()
    assert tracker.stats()["events"] == 2
