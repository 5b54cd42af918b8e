"""What changed between two states, and whether the world did, or only what was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.entries import about, event, folded, line, measure, state_on
from tests.strategies import WINDOW, logs
from tracker.domain.changes import Change, changes
from tracker.domain.dates import AsOf
from tracker.domain.events import Event
from tracker.domain.state import Held, State, state

CARS = "measure/cars"


def changed(
    events: Sequence[Event],
    before: tuple[str, str | None],
    after: tuple[str, str | None],
    corrected: Iterable[str] = (),
) -> dict[str, Change]:
    states = [state_on(events, *at) for at in (before, (after[0], before[1]), after)]
    found = changes(*states, corrected=set(corrected))
    return {change.part: change for each in found for change in each.parts}


def proclaimed() -> Event:
    return event("proclaimed", "2025-03-26", measure(CARS), *line(CARS, **{"from": "2025-04-03"}))


def test_on_another_day_by_the_same_knowledge_it_is_the_world_that_changed() -> None:
    found = changed([proclaimed()], ("2025-04-02", None), ("2025-04-03", None))

    assert (found["line/all"].what, found["line/all"].cause) == ("added", "world")


def test_on_the_same_day_by_more_knowledge_it_was_learned() -> None:
    notice = event("notice", "2025-09-24", *line(CARS, rate=15, **{"from": "2025-08-01"}))

    found = changed(
        [proclaimed(), notice], ("2025-08-15", "2025-09-23"), ("2025-08-15", "2025-09-24")
    )

    assert (found["line/all"].what, found["line/all"].cause) == ("changed", "learned")
    assert found["line/all"].event == notice.id


def test_what_a_correction_brought_was_corrected() -> None:
    first = proclaimed()
    right = about(
        "correction",
        first,
        "2025-05-01",
        content={"effects": [measure(CARS), *line(CARS, rate=20, **{"from": "2025-04-03"})]},
    )

    found = changed([first, right], ("2025-06-01", "2025-04-30"), ("2025-06-01", "2025-05-01"))

    assert (found["line/all"].what, found["line/all"].cause) == ("changed", "corrected")
    assert found["line/all"].event == right.id


def test_what_a_retraction_took_away_was_corrected() -> None:
    first = proclaimed()
    never = about("retraction", first, "2025-05-01")
    before, after = ("2025-06-01", "2025-04-30"), ("2025-06-01", "2025-05-01")

    found = changed([first, never], before, after, [first.id])

    assert (found["line/all"].what, found["line/all"].cause) == ("removed", "corrected")


def test_the_same_value_by_another_event_is_restated() -> None:
    again = event("again", "2025-05-01", *line(CARS))

    found = changed([proclaimed(), again], ("2025-04-30", None), ("2025-05-01", None))

    assert found["line/all"].what == "restated"


@given(logs(), st.sampled_from(WINDOW), st.sampled_from(WINDOW), st.sampled_from(WINDOW))
def test_the_changes_put_onto_the_first_state_give_the_second(
    events: list[Event], day: object, known: object, later: object
) -> None:
    facts = folded(events)

    def at(day: object, known_by: object) -> State:
        as_of = AsOf(day, known_by)  # type: ignore[arg-type]
        known = [
            fact
            for fact in facts
            if fact.until > as_of.day and fact.known <= as_of.knowledge < fact.known_until
        ]
        return state(as_of, known)

    before, after = at(day, known), at(later, later)
    parts: dict[tuple[str, str], Held] = {
        (subject.subject, part): held
        for subject in before.subjects
        for part, held in subject.parts.items()
    }

    for each in changes(before, at(later, known), after):
        for change in each.parts:
            if change.after is None:
                del parts[each.subject, change.part]
            else:
                parts[each.subject, change.part] = change.after

    assert parts == {
        (subject.subject, part): held
        for subject in after.subjects
        for part, held in subject.parts.items()
    }
