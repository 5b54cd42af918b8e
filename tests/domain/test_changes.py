"""What changed between two states, and whether the world did, or only what was known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.entries import about, assigned, event, folded, line, measure, state_on
from tests.strategies import WINDOW, logs
from tracker.domain.changes import Change, changes
from tracker.domain.corrected import Corrected, Reader, corrected
from tracker.domain.dates import AsOf
from tracker.domain.events import Event
from tracker.domain.state import Held, State, state
from tracker.domain.told import Recorded
from tracker.domain.why import mattering

CARS = "measure/cars"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def changed(
    events: Sequence[Event],
    before: tuple[str, str | None],
    after: tuple[str, str | None],
) -> dict[str, Change]:
    states = [state_on(events, *at) for at in (before, (after[0], before[1]), after)]
    known = states[0].as_of.knowledge, states[2].as_of.knowledge

    def why(subject: str, part: str, day: date) -> list[Corrected]:
        said = [each for each in assigned(events) if (each.subject, each.part) == (subject, part)]
        history = [Recorded(number, NOON, each) for number, each in enumerate(events, start=1)]
        one, other = (Reader(day, len(events)) for day in known)
        roots = mattering(said, said, day, known)
        return [corrected(root, history, one, other) for root in roots]

    found = changes(*states, why=why)
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

    found = changed([first, never], before, after)

    assert (found["line/all"].what, found["line/all"].cause) == ("removed", "corrected")
    assert (found["line/all"].event, found["line/all"].by) == (first.id, (never.id,))


def test_a_retraction_of_a_correction_or_of_a_retraction_is_named() -> None:
    first = proclaimed()
    wrong = about("correction", first, "2025-05-01", content={"effects": line(CARS, rate=20)})
    back = event("back", "2025-05-10", kind="retraction", of=wrong.id)
    never = event("never", "2025-05-20", kind="retraction", of=first.id)
    after_all = event("after-all", "2025-05-30", kind="retraction", of=never.id)
    events = [first, wrong, back, never, after_all]
    days = ("2025-05-09", "2025-05-10", "2025-05-20", "2025-05-30")

    found = [
        changed(events, ("2025-06-01", one), ("2025-06-01", other)).get("line/all")
        for one, other in [*pairwise(days), (days[1], days[3])]
    ]

    assert [each and (each.cause, each.event, each.by) for each in found] == [
        ("corrected", first.id, (back.id,)),
        ("corrected", first.id, (never.id,)),
        ("corrected", first.id, (after_all.id,)),
        None,
    ]


def test_a_correction_that_moves_a_value_off_the_day_is_named() -> None:
    first = proclaimed()
    raised = event("raised", "2025-04-10", *line(CARS, rate=50))
    later = line(CARS, rate=50, **{"from": "2026-01-01"})
    moved = about("correction", raised, "2025-05-01", content={"effects": later})

    found = changed(
        [first, raised, moved], ("2025-06-01", "2025-04-30"), ("2025-06-01", "2025-05-01")
    )

    change = found["line/all"]
    assert (change.cause, change.event, change.by) == ("corrected", first.id, (moved.id,))


def test_what_was_wrong_only_before_the_reader_heard_of_it_was_learned() -> None:
    first = proclaimed()
    right = about("correction", first, "2025-05-01", content={"effects": line(CARS, rate=20)})
    slip = about("correction", first, "2025-05-01", slip=True, content={"effects": line(CARS)})
    before, after = ("2025-06-01", "2025-03-25"), ("2025-06-01", "2025-05-01")

    told = [changed([first, each], before, after)["line/all"] for each in (right, slip)]

    assert [(each.cause, each.event, each.by) for each in told] == [
        ("learned", first.id, (right.id,)),
        ("learned", first.id, ()),
    ]


def test_an_event_that_was_corrected_elsewhere_corrects_nothing_here() -> None:
    first = proclaimed()
    raised = event("raised", "2025-04-10", *line(CARS, rate=50))
    also = event("also", "2025-05-01", *line(CARS, rate=60))
    never = about("retraction", raised, "2025-05-01")

    found = changed(
        [first, raised, also, never], ("2025-06-01", "2025-04-30"), ("2025-06-01", "2025-05-01")
    )

    assert (found["line/all"].cause, found["line/all"].by) == ("learned", ())


def test_the_same_value_until_another_day_is_corrected_by_what_moved_that_day() -> None:
    first = proclaimed()
    raised = event("raised", "2025-04-10", *line(CARS, rate=50, **{"from": "2025-08-01"}))
    never = about("retraction", raised, "2025-05-01")

    found = changed(
        [first, raised, never], ("2025-06-01", "2025-04-30"), ("2025-06-01", "2025-05-01")
    )

    change = found["line/all"]
    assert (change.what, change.cause, change.by) == ("restated", "corrected", (never.id,))


def test_a_stage_changes_with_the_first_of_the_acts_that_bring_it() -> None:
    first = proclaimed()
    later = event("eased", "2025-04-10", *line(CARS, name="some", **{"from": "2025-04-03"}))
    days = [AsOf(date(2025, 4, day)) for day in (2, 3)]

    (found,) = changes(*_three([first, later], *days))

    assert (found.stage_before, found.stage_after) == ("announced", "in-force")
    assert found.turn is not None
    assert found.turn.event == first.id


def test_a_stage_changes_with_its_event_and_its_cause() -> None:
    first = proclaimed()
    never = about("retraction", first, "2025-05-01")
    at = [AsOf(date(2025, month, 1)) for month in (3, 4, 5)]
    announced, in_force = (changes(*_three([first], one, other)) for one, other in pairwise(at))

    (gone,) = changes(*_three([first, never], AsOf(at[2].day, at[1].day), at[2]))

    turns = [each[0].turn for each in (announced, in_force)]
    assert [turn and (turn.cause, turn.event) for turn in turns] == [("world", first.id)] * 2
    assert (gone.stage_before, gone.stage_after) == ("in-force", None)
    assert gone.turn is not None
    assert (gone.turn.cause, gone.turn.event) == ("learned", first.id)


def _three(events: Sequence[Event], before: AsOf, after: AsOf) -> list[State]:
    def on(day: date, known_by: date | None) -> State:
        return state_on(events, f"{day}", f"{known_by}" if known_by else None)

    between = on(after.day, before.known_by)
    return [on(before.day, before.known_by), between, on(after.day, after.known_by)]


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
