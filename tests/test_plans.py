"""How the database looks for what is asked: by an index, and never through the whole log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.places import Files
from tracker.app import Tracker
from tracker.domain.told import Filter
from tracker.store import log

DAY = date(2025, 4, 5)
CARS = "measure/us-232-autos"
RIVAL = "2025-03-31-us-232-autos-from-2-april"


def has_any(tracker: Tracker) -> bool:
    with tracker.engine.connect() as connection:
        return log.has_any(connection, [RIVAL])


QUESTIONS: dict[str, Callable[[Tracker], Any]] = {
    "events of a subject": lambda tracker: list(tracker.events(Filter(subject=CARS))),
    "events of a party": lambda tracker: list(tracker.events(Filter(party="JP"))),
    "conflicts": lambda tracker: tracker.conflicts(Filter()),
    "conflicts of a subject": lambda tracker: tracker.conflicts(Filter(subject=CARS)),
    "a subject": lambda tracker: tracker.state(tracker.as_of(DAY), subject=CARS),
    "an event": lambda tracker: tracker.event(RIVAL, tracker.as_of(DAY)),
    "its contents": lambda tracker: tracker.content(RIVAL),
    "whether some are there": has_any,
    "why": lambda tracker: tracker.why(tracker.as_of(DAY), CARS),
    "a subject at a version": lambda tracker: tracker.state(
        tracker.as_of(DAY, at_version=900), subject=CARS
    ),
    "a kind at a version": lambda tracker: tracker.state(
        tracker.as_of(DAY, at_version=900), kind="claim"
    ),
    "a party at a version": lambda tracker: tracker.state(
        tracker.as_of(DAY, at_version=900), party="NO"
    ),
    "alliances at a version": lambda tracker: tracker.alliances(
        tracker.as_of(DAY, at_version=900), "NO"
    ),
    "a kind by a reading": lambda tracker: tracker.state(
        tracker.as_of(DAY, reading=RIVAL), kind="claim"
    ),
    "a party by a reading": lambda tracker: tracker.state(
        tracker.as_of(DAY, reading=RIVAL), party="NO"
    ),
}


LISTS = [ask for name, ask in QUESTIONS.items() if name.startswith(("events of", "conflicts"))]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "tracker.db"
    files = Files(path.parent)
    files.fill(files.new(path), shipped=True)
    return path


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_about_some_of_the_log_does_not_go_through_all_of_it(
    file: Path, ask: Callable[[Tracker], Any]
) -> None:
    tracker, asked = Tracker(str(file)), list[str]()
    # Any correction may bring an event into a list.
    others = set() if ask in LISTS else {"reference"}

    def trace(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(asked.append)

    sa.event.listen(tracker.engine, "checkout", trace)
    ask(tracker)
    tracker.close()

    assert asked
    with closing(sqlite3.connect(file)) as connection:
        for each in asked:
            # Whether there is anything at all in a table is told by its first row.
            if each.upper().startswith("SELECT") and "NOT (EXISTS (SELECT 1" not in each:
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {each}")]
                scanned = {
                    word for step in plan if step.startswith("SCAN") for word in step.split()[1:2]
                }
                assert not scanned & {"log", "fact", "assignment", "mention", *others}, each
