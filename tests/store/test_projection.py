"""The facts in the database: whatever the order of loading, and after every rebuild."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.places import Places
from tests.strategies import WINDOW, leaves_the_introduction, logs
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.dates import AsOf
from tracker.domain.events import Event
from tracker.domain.records import record_of
from tracker.domain.timeline import canonical
from tracker.errors import BadEntries, Problem

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


Databases = Callable[[], Tracker]
"""Databases without events, one a call; the one of some calls ago is thrown away."""


@pytest.fixture(scope="module")
def databases(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("databases")
    made: deque[tuple[str, Tracker]] = deque()

    def drop() -> None:
        url, tracker = made.popleft()
        tracker.close()
        places.drop(url)

    def make() -> Tracker:
        if len(made) == 4:
            drop()
        url = places.new(folder / f"{uuid4()}.db")
        places.fill(url)
        made.append((url, Tracker(url, now=lambda: NOON)))
        return made[-1][1]

    yield make
    while made:
        drop()


def cut(events: Sequence[Event], seed: int) -> Iterator[list[Event]]:
    """The events in batches of any size and order, each complete with what it speaks about."""
    rng = random.Random(seed)
    shuffled = list(events)
    rng.shuffle(shuffled)
    by_id = {event.id: event for event in events}
    loaded: set[str] = set()
    while shuffled:
        size = rng.randint(1, len(shuffled))
        chunk, shuffled = shuffled[:size], shuffled[size:]
        wanted = {events[0].id} | {event.id for event in chunk}
        while more := {
            target
            for name in wanted
            if (target := record_of(by_id[name]).target) and target not in wanted
        }:
            wanted |= more
        batch = [by_id[name] for name in wanted - loaded]
        rng.shuffle(batch)
        loaded |= wanted
        yield batch


batches = logs(ties=False, most=6).filter(leaves_the_introduction)


@settings(max_examples=40)
@given(batches, st.integers(0, 1000))
def test_any_order_and_any_cut_into_batches_gives_the_same_facts(
    databases: Databases, events: list[Event], seed: int
) -> None:
    at_once, in_parts = databases(), databases()
    at_once.add(Batch(events))

    for batch in cut(events, seed):
        in_parts.add(Batch(batch))

    assert at_once.stats()["facts_digest"] == in_parts.stats()["facts_digest"]
    assert in_parts.rebuild().digest == at_once.stats()["facts_digest"]


@settings(max_examples=40)
@given(batches, st.sampled_from(WINDOW), st.sampled_from(WINDOW))
def test_a_state_has_what_the_naive_rule_says(
    databases: Databases, events: list[Event], day: date, known_by: date
) -> None:
    tracker = databases()
    tracker.add(Batch(events))

    state = tracker.state(AsOf(day, known_by))

    for subject in state.subjects:
        for part, held in subject.parts.items():
            certain, possible = oracle.answer(events, subject.subject, part, day, known_by)
            shown = None if held.value is None else canonical(held.value)
            assert shown == (certain[0] if certain else None)
            assert held.certain == (not possible)
            said = {(canonical(each.value), each.event) for each in held.possible}
            assert said == {each for each in possible if each[0] is not None} or None in {
                each[0] for each in possible
            }


@settings(max_examples=40)
@given(batches, st.data())
def test_a_version_answers_as_a_log_cut_there(
    databases: Databases, events: list[Event], data: st.DataObject
) -> None:
    version = data.draw(st.integers(1, len(events)))
    whole, beginning = databases(), databases()
    for event in events:
        whole.add(Batch([event]))
    beginning.add(Batch(events[:version]))
    day = data.draw(st.sampled_from(WINDOW))

    then = whole.state(AsOf(day, at_version=version))

    assert then.subjects == beginning.state(AsOf(day)).subjects


@settings(max_examples=25)
@given(batches)
def test_loading_twice_changes_nothing(databases: Databases, events: list[Event]) -> None:
    tracker = databases()
    tracker.add(Batch(events))
    before = tracker.stats()

    again = tracker.add(Batch(events))

    assert again.added == 0
    assert again.already == len(events)
    assert tracker.stats() == before


@settings(max_examples=25)
@given(logs(ties=True, most=6).filter(leaves_the_introduction))
def test_decisions_that_nothing_but_their_ids_would_decide_are_refused_whole(
    databases: Databases, events: list[Event]
) -> None:
    tracker = databases()

    problems: tuple[Problem, ...] = ()
    try:
        tracker.add(Batch(events))
    except BadEntries as refused:
        problems = refused.problems

    assert all("give the one that counts an order" in str(each) for each in problems)
    assert tracker.stats()["events"] == (0 if problems else len(events))


@settings(max_examples=40)
@given(batches, st.sampled_from(WINDOW), st.sampled_from(["US", "JP", "CN"]))
def test_the_state_of_a_party_is_that_of_all_subjects_that_name_it(
    databases: Databases, events: list[Event], day: date, party: str
) -> None:
    tracker = databases()
    tracker.add(Batch(events))
    at = AsOf(day)

    found = tracker.state(at, party=party).subjects

    assert found == tuple(
        each for each in tracker.state(at).subjects if oracle.has_part(each, party)
    )
