"""Why a part is as it is: what decides, what it overrode, what would show without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.entries import event, line, measure
from tests.strategies import WINDOW, logs
from tracker.domain.corrections import by_target, counted
from tracker.domain.dates import AsOf
from tracker.domain.events import Development, Event
from tracker.domain.timeline import Assignment, assignments
from tracker.domain.why import reason

CARS = "measure/cars"


def assigned(events: Sequence[Event], subject: str, part: str) -> list[Assignment]:
    said = by_target(events)
    return [
        each
        for event in events
        if isinstance(event, Development) and not event.against
        for content in counted(event, said)
        for each in assignments(content)
        if (each.subject, each.part) == (subject, part)
    ]


def test_it_names_what_decides_what_that_overrode_and_what_would_show_instead() -> None:
    first = event("first", "2025-03-26", measure(CARS), *line(CARS, rate=25))
    second = event("second", "2025-06-01", *line(CARS, rate=50))
    pause = event("pause", "2025-07-01", *line(CARS, rate=10, until="2025-10-01"))

    said = assigned([first, second, pause], CARS, "line/all")

    found = reason(CARS, "line/all", said, AsOf(date(2025, 8, 1), None))

    assert found.deciding is not None
    assert found.instead is not None
    assert found.deciding.decided.event == pause.id
    assert [each.decided.event for each in found.overridden] == [second.id, first.id]
    assert found.instead.decided.event == second.id
    assert found.later == ()


def test_it_names_what_became_known_later_and_decides_now() -> None:
    first = event("first", "2025-03-26", measure(CARS), *line(CARS, rate=25))
    notice = event("notice", "2025-09-24", *line(CARS, rate=15, **{"from": "2025-08-01"}))
    at = AsOf(date(2025, 8, 15), date(2025, 9, 1))

    found = reason(CARS, "line/all", assigned([first, notice], CARS, "line/all"), at)

    assert found.deciding is not None
    assert found.hindsight is not None
    assert found.deciding.decided.event == first.id
    assert [each.decided.event for each in found.later] == [notice.id]
    assert found.hindsight.decided.event == notice.id


@given(logs(), st.sampled_from(WINDOW), st.sampled_from(WINDOW))
def test_what_decides_is_what_the_naive_rule_says(
    events: list[Event], day: date, known_by: date
) -> None:
    for subject, part in (("agreement/a", "stage"), ("measure/b", "line/all")):
        said = assigned(events, subject, part)
        found = reason(subject, part, said, AsOf(day, known_by))
        certain, possible = oracle.answer(events, subject, part, day, known_by)

        deciding = found.deciding
        assert (deciding and (deciding.value, deciding.decided.event)) == certain
        perhaps = {(each.value, each.decided.event) for each in found.perhaps}
        assert perhaps == set(possible)
