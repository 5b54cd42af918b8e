"""One answer is of one version of the log, whoever writes while it is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.entries import about, event, line, measure
from tests.places import Places
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.told import Filter

CARS = "measure/cars"
DAY = date(2025, 5, 1)

BASE = event("base", "2025-01-01", measure(CARS), *line(CARS, rate=10), title="Cars bear 10 %")
RAISE = event("raise", "2025-02-01", *line(CARS, rate=25), title="Cars bear 25 %")
RELIEF: list[dict[str, Any]] = [
    {"kind": "scope-set", "subject": CARS, "line": "jp", "partners": ["JP"], "products": ["8703"]},
    {"kind": "rate-set", "subject": CARS, "line": "jp", "rate": 0, "basis": "exempt"},
]
LATER = [
    about("correction", RAISE, "2025-04-01", content={"title": "Cars bear 20 %"}),
    event("relief", "2025-03-01", *line(CARS, rate=99), *RELIEF, title="Cars bear 99 %"),
    event("rival", "2025-02-02", *line(CARS, rate=30), against=RAISE.id),
]

Ask = Callable[[Tracker], Any]
QUESTIONS: dict[str, Ask] = {
    "show": lambda tracker: tracker.show(tracker.as_of(DAY), CARS),
    "why": lambda tracker: tracker.why(tracker.as_of(DAY), CARS),
    "measures": lambda tracker: tracker.measures(
        tracker.as_of(DAY), into="US", origin="JP", product="8703"
    ),
    "conflicts": lambda tracker: tracker.conflicts(Filter()),
    "diff": lambda tracker: tracker.diff(tracker.as_of(date(2025, 1, 15)), tracker.as_of(DAY)),
    "agenda": lambda tracker: tracker.agenda(tracker.as_of(DAY), DAY, DAY),
    "history": lambda tracker: tracker.history(tracker.as_of(DAY), CARS),
    "late": lambda tracker: tracker.late(Filter(), "kind"),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_writer_between_two_reads_changes_nothing_of_an_answer(
    ask: Ask, places: Places, tmp_path: Path
) -> None:
    url = places.new(tmp_path / "log.db")
    places.fill(url)
    reader, writer = Tracker(url), Tracker(url)
    writer.add(Batch([BASE, RAISE]))
    before = ask(reader)
    reads = 0

    def read(*_: object) -> None:
        nonlocal reads
        reads += 1
        if reads == 2:
            writer.add(Batch(LATER))

    fresh = Tracker(url)
    sa.event.listen(fresh.engine, "checkout", read)
    found = ask(fresh)

    assert found == before
    for each in (reader, writer, fresh):
        each.close()
    places.drop(url)
