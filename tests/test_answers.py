"""Every way to an answer gives the same one, for random logs, coordinates, filters and readings.

An answer comes from the facts in the database, from folding the log for the question, or from
the rule done the slow and obvious way.  What is derived from answers agrees with them: the
changes between two, the history of a part, and what the log would have said at a version.

What is asked of a database in another way on each engine is asked of both; what is derived
from answers alone, of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.entries import assigned, disputing
from tests.store.test_projection import Databases, databases
from tests.strategies import (
    PARTS,
    SUBJECTS,
    WINDOW,
    corrected_logs,
    leaves_the_introduction,
    logs,
)
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.dates import EVER, FIRST, AsOf
from tracker.domain.events import Correction, Development, Event, Retraction
from tracker.domain.state import Held, State, SubjectState, state
from tracker.domain.timeline import Fact, canonical, fold_all, read_as
from tracker.domain.told import Filter, Told

__all__ = ["databases"]

Loaded = Callable[[Sequence[Event]], Tracker]

some_logs = logs(ties=False, most=6).filter(leaves_the_introduction)
days = st.sampled_from(WINDOW)


@pytest.fixture(scope="module")
def loaded(databases: Databases) -> Loaded:
    """Databases that hold just the events they are given, appended one by one."""

    def load(events: Sequence[Event]) -> Tracker:
        tracker = databases()
        for event in events:
            tracker.add(Batch([event]))
        return tracker

    return load


def refolded(events: Sequence[Event], at: AsOf, rival: Development | None = None) -> State:
    """The state by folding everything anew, without a database."""
    said = assigned(events)
    read = (rival.id, str(rival.against)) if rival else None
    folded = fold_all(read_as(said, *read) if read else said)
    return state(
        at,
        (
            fact
            for fact in folded
            if fact.until > at.day and fact.known <= at.knowledge < fact.known_until
        ),
        disputing(said, at, read),
    )


def rivals(events: Sequence[Event]) -> list[Development]:
    return [each for each in events if isinstance(each, Development) and each.against]


def asked_of(
    events: Sequence[Event], data: st.DataObject
) -> tuple[int | None, Development | None, Sequence[Event]]:
    """A version and a reading, or neither; and what the log had by then."""
    cut = data.draw(st.none() | st.integers(1, len(events)))
    rival = data.draw(st.sampled_from([None, *rivals(events[:cut]) * 3]))
    return cut, rival, events[:cut]


@settings(max_examples=100)
@given(
    some_logs,
    days,
    days,
    st.sampled_from([None, "agreement", "measure", "meeting"]),
    st.sampled_from([None, *SUBJECTS]),
    st.sampled_from([None, "JP", "US", "KR"]),
    st.data(),
)
def test_facts_refolding_and_the_naive_rule_agree_under_every_filter(
    loaded: Loaded,
    events: list[Event],
    day: date,
    known_by: date,
    kind: str | None,
    subject: str | None,
    party: str | None,
    data: st.DataObject,
) -> None:
    cut, rival, there = asked_of(events, data)
    tracker, at = loaded(events), AsOf(day, known_by, cut, reading=rival.id if rival else None)

    found = tracker.state(at, kind=kind, subject=subject, party=party).subjects

    assert found == tuple(
        each
        for each in refolded(there, at, rival).subjects
        if kind in (None, each.kind)
        and subject in (None, each.subject)
        and (party is None or oracle.has_part(each, party))
    )
    for each in found:
        for part, held in each.parts.items():
            certain, possible = oracle.answer(there, each.subject, part, day, known_by, rival)
            shown = None if held.value is None else canonical(held.value)
            assert shown == (certain[0] if certain else None)
            assert held.certain == (not possible)


@settings(max_examples=150)
@given(some_logs.filter(rivals), days, days, st.data())
def test_every_part_is_by_any_version_and_reading_what_the_naive_rule_says(
    loaded: Loaded, events: list[Event], day: date, known_by: date, data: st.DataObject
) -> None:
    cut, rival, there = asked_of(events, data)
    tracker, at = loaded(events), AsOf(day, known_by, cut, reading=rival.id if rival else None)

    for subject, parts in PARTS.items():
        _, history = tracker.history(at, subject)
        _, whole = tracker.history(at, subject, knowledge=True)
        here = [fact for fact in history if fact.since <= day < fact.until]

        assert history == [fact for fact in whole if fact.known <= known_by < fact.known_until]
        assert {fact.part for fact in here} <= set(parts)
        for part in parts:
            certain, possible = oracle.answer(there, subject, part, day, known_by, rival)
            mine = [fact for fact in here if fact.part == part]
            sure = [(fact.value, fact.event) for fact in mine if fact.certain]
            perhaps = {(fact.value, fact.event) for fact in mine if not fact.certain}
            assert sure == ([certain] if certain else [])
            assert perhaps == set(possible)


@settings(max_examples=40)
@given(some_logs.filter(rivals), days, days, st.data())
def test_by_a_reading_the_database_says_what_refolding_says(
    loaded: Loaded, events: list[Event], day: date, known_by: date, data: st.DataObject
) -> None:
    rival = data.draw(st.sampled_from(rivals(events)))
    subject = data.draw(st.sampled_from([None, *SUBJECTS]))
    tracker, at = loaded(events), AsOf(day, known_by, reading=rival.id)

    found = tracker.state(at, subject=subject).subjects

    expected = refolded(events, at, rival).subjects
    assert found == tuple(each for each in expected if subject in (None, each.subject))


class Answer(NamedTuple):
    """What a part is on a day, or else what is due of it; and which days and events say so."""

    said: tuple[object, ...]
    days: tuple[date, date]
    events: set[str]


def answers(facts: Iterable[Fact], at: AsOf) -> dict[tuple[str, str], Answer]:
    """Subject and part → what it is at *at*, of those that are or will be anything."""
    known = [fact for fact in facts if fact.known <= at.knowledge < fact.known_until]
    found = {}
    for key in {fact[:2] for fact in known}:
        part = [fact for fact in known if fact[:2] == key]
        here = [fact for fact in part if fact.since <= at.day < fact.until]
        perhaps = sorted(fact for fact in here if not fact.certain)
        certain = [fact for fact in here if fact.certain]
        coming = [fact for fact in part if at.day < fact.since and fact.value is not None]
        if perhaps or (certain and certain[0].value is not None):
            first = (certain or perhaps)[0]
            value = certain[0].value if certain else None
            said = ("now", value, *sorted(str(fact.value) for fact in perhaps))
            events = {first.event, *(fact.event for fact in perhaps)}
            found[key] = Answer(said, (first.since, first.until), events)
        elif coming:
            due = min(coming, key=lambda fact: (fact.since, not fact.certain, fact.event))
            days = due.since, due.until
            found[key] = Answer(("next", due.value, due.certain, *days), days, {due.event})
    return found


def contested(
    ours: dict[tuple[str, str], Answer], theirs: dict[tuple[str, str], Answer], event: str
) -> set[tuple[str, str]]:
    """The parts that are another thing by theirs, or the same of *event* on other days."""
    found = set()
    for key in {*ours, *theirs}:
        mine, other = ours.get(key), theirs.get(key)
        if not mine or not other or mine.said != other.said:
            found.add(key)
            continue
        if event in mine.events and mine.days != other.days:
            found.add(key)
    return found


def carried(found: State, rival: str) -> set[tuple[str, str]]:
    """The parts beside which a state puts a rival."""
    return {
        (each.subject, part)
        for each in (*found.subjects, *found.absent)
        for part in (*each.parts, *each.next, *each.disputed)
        if any(one.event == rival for one in each.rivals(part))
    }


def shown(found: State) -> set[str]:
    return {each.subject for each in (*found.subjects, *found.absent)}


@pytest.mark.sqlite
@settings(max_examples=120)
@given(some_logs.filter(rivals), days, days, st.data())
def test_a_part_carries_a_rival_where_its_reading_gives_another_value(
    loaded: Loaded, events: list[Event], day: date, known_by: date, data: st.DataObject
) -> None:
    cut = data.draw(st.none() | st.integers(1, len(events)))
    subject = data.draw(st.sampled_from([None, *SUBJECTS]))
    at = AsOf(day, known_by, cut)
    there = events[:cut]
    said = assigned(there)
    ours = answers(fold_all(said), at)

    tracker = loaded(events)
    found = tracker.state(at, subject=subject)

    for rival in rivals(there):
        against = str(rival.against)
        theirs = answers(fold_all(read_as(said, rival.id, against)), at)
        read = tracker.state(replace(at, reading=rival.id), subject=subject)
        differs = contested(ours, theirs, against)
        turned = contested(theirs, ours, rival.id)
        assert carried(found, rival.id) == {key for key in differs if key[0] in shown(found)}
        assert carried(read, against) == {key for key in turned if key[0] in shown(read)}
        # What is not there is shown where the other side says anything of the day.
        now = {key for key in differs if (said_of := theirs.get(key)) and said_of.said[0] == "now"}
        assert {key[0] for key in now if subject in (None, key[0])} <= shown(found)


@settings(max_examples=40)
@given(some_logs, days, days, st.data())
def test_at_a_version_the_log_answers_as_if_it_were_cut_there(
    loaded: Loaded, events: list[Event], day: date, known_by: date, data: st.DataObject
) -> None:
    version = data.draw(st.integers(1, len(events)))
    subject = data.draw(st.sampled_from([None, *SUBJECTS]))

    whole = loaded(events).state(AsOf(day, known_by, version), subject=subject)

    assert (
        whole.subjects
        == loaded(events[:version]).state(AsOf(day, known_by), subject=subject).subjects
    )


Reader = tuple[date, int]
"""The last day whose reports count, and how many events of the log do."""


def had(event: Event, events: Sequence[Event], reader: Reader) -> bool:
    known_by, version = reader
    there = events[:version]
    return event in there and oracle.known(event, there, [day for day in WINDOW if day <= known_by])


def came_between(events: Sequence[Event], before: Reader, after: Reader) -> dict[str, bool]:
    """The corrections and retractions that the second reader has and the first has not.

    Each with whether the first had the event that it puts right.
    """
    found = {}
    for each in events[: after[1]]:
        if not isinstance(each, Correction | Retraction):
            continue
        target = oracle.root(each, events)
        there = each in events[: before[1]]
        begins = isinstance(each, Correction) and each.slip and each.content.reported
        if there and begins:
            new = before[0] < begins.latest <= after[0]
        else:
            new = oracle.heard(each, events[: after[1]], after[0]) and not (
                there and oracle.heard(each, events[: before[1]], before[0])
            )
        if new:
            found[each.id] = had(target, events, before)
    return found


all_logs = some_logs | corrected_logs()
some_readers = st.tuples(days, days, st.booleans())


@pytest.mark.sqlite
@settings(max_examples=100)
@given(all_logs, days, some_readers, st.data())
def test_a_change_is_corrected_where_without_corrections_it_would_not_be(
    loaded: Loaded,
    events: list[Event],
    day: date,
    known: tuple[date, date, bool],
    data: st.DataObject,
) -> None:
    last = len(events)
    first = data.draw(st.integers(1, last)) if known[2] else last
    one, other = (min(known[:2]), first), (max(known[:2]), last)
    came = came_between(events, one, other)
    uncorrected = [each for each in events if not came.get(each.id)]

    _, _, found = loaded(events).diff(AsOf(day, one[0], first), AsOf(day, other[0], last))

    for subject in found:
        for change in subject.parts:
            assert set(change.by) <= came.keys()
            asked = subject.subject, change.part, day, other[0]
            before = oracle.answer(events[:first], *asked[:3], one[0])
            if change.what != "restated" and before == oracle.answer(events, *asked):
                # A part that was so all along comes and goes with its subject, and only so.
                assert None in (subject.stage_before, subject.stage_after)
            elif change.what != "restated":
                same = oracle.answer(uncorrected, *asked) == oracle.answer(events, *asked)
                assert change.cause == ("learned" if same else "corrected")
            # Had the others not come, the answer would be what it is.
            named = [each for each in events if not came.get(each.id) or each.id in change.by]
            assert oracle.answer(named, *asked) == oracle.answer(events, *asked)


@pytest.mark.sqlite
@settings(max_examples=60)
@given(all_logs, days, days)
def test_with_hindsight_why_names_what_changes_between_the_day_and_now(
    loaded: Loaded, events: list[Event], day: date, known_by: date
) -> None:
    tracker = loaded(events)
    _, _, found = tracker.diff(AsOf(day, known_by), AsOf(day))
    changed = {
        (each.subject, change.part): set(change.by) for each in found for change in each.parts
    }

    for subject in SUBJECTS:
        for why in tracker.why(AsOf(day, known_by), subject)[1]:
            place = subject, why.reason.part
            now, then = (
                oracle.answer(events, *place, day, each) for each in (known_by, WINDOW[-1])
            )
            assert why.reason.changed or now == then
            if not why.reason.changed:
                assert (why.corrected, why.reason.later) == ((), ())
            elif now != then and place in changed:
                assert {each.id for each in why.corrected} == changed[place]


@pytest.mark.sqlite
@settings(max_examples=60)
@given(all_logs, days, days)
def test_why_tells_nothing_that_was_not_known_and_all_that_was_said_on_the_way(
    loaded: Loaded, events: list[Event], day: date, known_by: date
) -> None:
    tracker, at = loaded(events), AsOf(day, known_by)

    for subject in SUBJECTS:
        for why in tracker.why(at, subject)[1]:
            way = {each.id for each in why.on_the_way}
            speaking = {each.id: each for each in events if not isinstance(each, Development)}
            assert way <= speaking.keys()
            for name in way:
                root = oracle.root(speaking[name], events)
                assert had(root, events, (known_by, len(events)))
            saying = {
                each.decided.event
                for each in (why.reason.deciding, *why.reason.perhaps, *why.reason.overridden)
                if each
            }
            for name in saying:
                assert why.events[name] == tracker.event(name, at)
            for each in speaking.values():
                if isinstance(each, Correction | Retraction) and oracle.heard(
                    each, events, known_by
                ):
                    assert each.id in way or oracle.root(each, events).id not in saying


@pytest.mark.parametrize(
    ("speaking", "target"),
    [("retraction", "correction"), ("retraction", "retraction"), ("correction", "correction")],
)
def test_random_logs_hold_corrections_and_retractions_of_others(speaking: str, target: str) -> None:
    def holds(events: list[Event]) -> bool:
        kinds = {each.id: each.kind for each in events}
        return any(
            each.kind == speaking and kinds[each.of] == target
            for each in events
            if not isinstance(each, Development)
        )

    # The first that is found will do: the smallest takes long to find.
    once = settings(max_examples=2000, phases=[Phase.generate])
    assert holds(find(some_logs, holds, settings=once))


def parts_of(subjects: Sequence[SubjectState]) -> dict[tuple[str, str], Held]:
    """The parts by subject and name; a source that begins to disagree changes no value."""
    return {
        (each.subject, part): replace(held, rivals=())
        for each in subjects
        for part, held in each.parts.items()
    }


@pytest.mark.sqlite
@settings(max_examples=40)
@given(some_logs, st.tuples(days, days), st.tuples(days, days), st.data())
def test_the_changes_put_onto_the_first_state_give_the_second(
    loaded: Loaded,
    events: list[Event],
    one: tuple[date, date],
    other: tuple[date, date],
    data: st.DataObject,
) -> None:
    versions = st.none() | st.integers(1, len(events))
    before, after = AsOf(*one, data.draw(versions)), AsOf(*other, data.draw(versions))

    first, second, found = loaded(events).diff(before, after)

    parts = parts_of(first.subjects)
    for each in found:
        for change in each.parts:
            if change.after is None:
                del parts[each.subject, change.part]
            else:
                parts[each.subject, change.part] = replace(change.after, rivals=())
    assert parts == parts_of(second.subjects)


@pytest.mark.sqlite
@settings(max_examples=40)
@given(some_logs, days, st.data())
def test_the_history_of_a_subject_on_every_day_is_its_state(
    loaded: Loaded, events: list[Event], known_by: date, data: st.DataObject
) -> None:
    cut, rival, _ = asked_of(events, data)
    tracker = loaded(events)
    at = AsOf(WINDOW[0], known_by, cut, reading=rival.id if rival else None)

    for subject in SUBJECTS:
        _, history = tracker.history(at, subject)
        for day in WINDOW:
            states = tracker.state(replace(at, day=day), subject=subject).subjects
            held = {
                part: (canonical(each.value), each.event)
                for state in states
                for part, each in state.parts.items()
                if each.certain and each.value is not None
            }
            if states:
                assert held == _on(history, day)


def _on(history: Sequence[Fact], day: date) -> dict[str, tuple[str, str]]:
    """Part → value and event, of the facts that certainly hold on *day* and nothing may replace."""
    here = [fact for fact in history if fact.since <= day < fact.until]
    perhaps = {fact.part for fact in here if not fact.certain}
    return {
        fact.part: (fact.value, fact.event)
        for fact in here
        if fact.certain and fact.value is not None and fact.part not in perhaps
    }


@pytest.mark.sqlite
@settings(max_examples=40)
@given(some_logs)
def test_the_history_over_the_days_of_knowledge_is_the_history_on_each_of_them(
    loaded: Loaded, events: list[Event]
) -> None:
    tracker = loaded(events)

    for subject in SUBJECTS:
        _, whole = tracker.history(AsOf(FIRST), subject, knowledge=True)
        for known_by in WINDOW:
            _, then = tracker.history(AsOf(FIRST, known_by), subject)
            assert then == [fact for fact in whole if fact.known <= known_by < fact.known_until]
        assert all(fact.known < fact.known_until <= EVER for fact in whole)


@settings(max_examples=40)
@given(some_logs, days)
def test_the_events_known_by_a_day_are_those_that_said_anything_until_then(
    loaded: Loaded, events: list[Event], known_by: date
) -> None:
    tracker, until_then = loaded(events), [day for day in WINDOW if day <= known_by]

    listed = [told.id for told in tracker.events(Filter(known_by=known_by))]
    found = [told.id for told in tracker.search("event", Filter(known_by=known_by))]

    known = {each.id for each in events if oracle.known(each, events, until_then)}
    assert (set(listed), set(found)) == (known, known)


@settings(max_examples=60)
@given(some_logs, days, st.sampled_from(SUBJECTS), st.sampled_from(["JP", "US"]))
def test_filters_go_by_what_events_say_as_others_leave_them(
    loaded: Loaded, events: list[Event], known_by: date, subject: str, party: str
) -> None:
    tracker, every = loaded(events), Filter(known_by=known_by)

    about = [told.id for told in tracker.events(replace(every, subject=subject))]
    of = [told.id for told in tracker.events(replace(every, party=party))]

    told = list(tracker.events(every))
    assert about == [
        each.id for each in told if any(one["subject"] == subject for one in _effects(each))
    ]
    assert of == [
        each.id for each in told if any(party in _named_by(effect) for effect in _effects(each))
    ]


def _named_by(effect: Mapping[str, Any]) -> Iterable[str]:
    lists = (effect.get(name, ()) for name in ("parties", "partners", "except-partners"))
    return (effect.get("imposer", ""), *chain.from_iterable(lists))


def _effects(told: Told) -> Sequence[Mapping[str, Any]]:
    content = told.content.get("content", told.content)
    found: Sequence[Mapping[str, Any]] = content.get("effects", ())
    return found
