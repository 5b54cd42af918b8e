"""The fold: which value a part has, on every day, as known on every day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.entries import assigned, event, folded
from tests.strategies import WINDOW, logs
from tracker.domain.dates import EVER
from tracker.domain.events import Development, Event
from tracker.domain.timeline import Fact, fold_all, read_as


def at(facts: Sequence[Fact], part: str, day: date, known_by: date) -> list[Fact]:
    return [
        fact
        for fact in facts
        if fact.part == part
        and fact.since <= day < fact.until
        and fact.known <= known_by < fact.known_until
    ]


@settings(max_examples=250)
@given(logs(), st.lists(st.sampled_from(WINDOW), min_size=1, max_size=3, unique=True))
def test_on_every_day_as_known_on_any_day_the_last_decision_wins(
    events: list[Event], known_days: list[date]
) -> None:
    facts = folded(events)
    parts = {(fact.subject, fact.part) for fact in facts}

    for subject, part in parts:
        for day in WINDOW:
            for known_by in known_days:
                here = at([fact for fact in facts if fact.subject == subject], part, day, known_by)
                certain = [(fact.value, fact.event) for fact in here if fact.certain]
                possible = {(fact.value, fact.event) for fact in here if not fact.certain}
                expected, maybe = oracle.answer(events, subject, part, day, known_by)
                assert certain == ([expected] if expected else [])
                assert possible == set(maybe)


@given(logs())
def test_the_certain_facts_of_a_part_never_overlap(events: list[Event]) -> None:
    by_part = defaultdict(list)
    for fact in folded(events):
        assert fact.since < fact.until
        assert fact.known < fact.known_until
        if fact.certain:
            by_part[fact.subject, fact.part].append(fact)

    for facts in by_part.values():
        for one, other in combinations(facts, 2):
            in_force = max(one.since, other.since) < min(one.until, other.until)
            in_knowledge = max(one.known, other.known) < min(one.known_until, other.known_until)
            assert not (in_force and in_knowledge)


@given(logs())
def test_at_any_knowledge_a_fact_is_the_longest_run_of_its_value_from_its_event(
    events: list[Event],
) -> None:
    facts = [fact for fact in folded(events) if fact.certain]

    for one, other in combinations(facts, 2):
        same = one[:2] == other[:2] and one[7:10] == other[7:10]
        together = max(one.known, other.known) < min(one.known_until, other.known_until)
        assert not (same and together and (one.until == other.since or other.until == one.since))


@given(logs())
def test_the_facts_do_not_depend_on_the_order_of_loading(events: list[Event]) -> None:
    assert folded(events) == folded(events[::-1])


def rate(percent: int, **days: str) -> dict[str, Any]:
    subject = {"kind": "rate-set", "subject": "measure/us-reciprocal", "line": "all"}
    return {**subject, "rate": percent, **days}


def rate_on(facts: Sequence[Fact], day: str, known_by: str = "2026-01-01") -> str | None:
    here = at(facts, "line/all", date.fromisoformat(day), date.fromisoformat(known_by))
    return here[0].value if here else None


def test_after_a_pause_what_it_covered_shows_again() -> None:
    imposed = event("imposed", "2025-04-02", rate(24, **{"from": "2025-04-09"}))
    pause = rate(10, **{"from": "2025-04-10", "until": "2025-07-09"})
    paused = event("paused", "2025-04-09", pause)

    facts = folded([imposed, paused])

    assert "24" in str(rate_on(facts, "2025-04-09"))
    assert "10" in str(rate_on(facts, "2025-07-08"))
    assert "24" in str(rate_on(facts, "2025-07-09"))


def test_after_a_sunset_nothing_holds() -> None:
    earlier = event("earlier", "2025-01-01", rate(5))
    surcharge = rate(10, **{"from": "2026-02-24", "expires": "2026-07-24"})
    facts = folded([earlier, event("surcharge", "2026-02-20", surcharge)])

    known = "2026-12-31"
    assert "10" in str(rate_on(facts, "2026-07-23", known))
    assert rate_on(facts, "2026-07-24", known) is None


def test_a_retroactive_notice_changes_the_past_only_for_those_who_know_of_it() -> None:
    imposed = event("imposed", "2025-03-26", rate(25, **{"from": "2025-04-03"}))
    notice = event("notice", "2025-09-24", rate(15, **{"from": "2025-08-01"}))

    facts = folded([imposed, notice])

    assert "25" in str(rate_on(facts, "2025-08-15", known_by="2025-09-23"))
    assert "15" in str(rate_on(facts, "2025-08-15", known_by="2025-09-24"))
    assert "25" in str(rate_on(facts, "2025-07-31", known_by="2025-09-24"))


def test_a_late_report_of_an_earlier_decision_does_not_win_over_a_later_one() -> None:
    first = event("first", "2025-03-01", rate(10), reported="2025-06-01")
    second = event("second", "2025-04-01", rate(20), reported="2025-04-01")

    facts = folded([first, second])

    assert "20" in str(rate_on(facts, "2025-05-01", known_by="2025-06-01"))
    assert rate_on(facts, "2025-03-15", known_by="2025-05-31") is None
    assert "10" in str(rate_on(facts, "2025-03-15", known_by="2025-06-01"))


@pytest.mark.parametrize(("order", "rate_that_counts"), [(1, "10"), (-1, "20")])
def test_order_decides_between_decisions_of_one_day(order: int, rate_that_counts: str) -> None:
    one = event("a", "2025-03-01", rate(10), order=order)
    other = event("b", "2025-03-01", rate(20))

    facts = folded([one, other])

    assert rate_that_counts in str(rate_on(facts, "2025-03-01"))


def test_on_a_vague_day_the_value_before_stands_and_the_new_one_may() -> None:
    def stage(word: str, **days: str) -> dict[str, Any]:
        subject = {"kind": "agreement-stage-set", "subject": "agreement/a"}
        return {**subject, "stage": word, **days}

    signed = event("signed", "2025-01-01", stage("signed"))
    days = {"from": "[2025-04-25..2025-04-29]"}
    begun = event("begun", "2025-01-02", stage("in-force", **days))
    facts = folded([signed, begun])

    def on(day: str) -> dict[bool, str | None]:
        here = at(facts, "stage", date.fromisoformat(day), date(2026, 1, 1))
        return {fact.certain: fact.value for fact in here}

    assert on("2025-04-24") == {True: '"signed"'}
    assert on("2025-04-25") == {True: '"signed"', False: '"in-force"'}
    assert on("2025-04-28") == {True: '"signed"', False: '"in-force"'}
    assert on("2025-04-29") == {True: '"in-force"'}


def test_the_hour_is_kept_beside_its_day_and_never_moves_it() -> None:
    left = event("left", "2020-01-30", rate(1, **{"from": "2020-02-01T00:00+01:00"}))

    fact = next(fact for fact in folded([left]) if fact.part == "line/all")

    assert fact.since == date(2020, 2, 1)
    assert fact.since_hour == "2020-02-01T00:00+01:00"
    assert fact.until == EVER


@given(logs(), st.sampled_from(WINDOW), st.sampled_from(WINDOW))
def test_by_a_reading_the_rival_stands_in_place_of_what_it_disagrees_with(
    events: list[Event], day: date, known_by: date
) -> None:
    rivals = [each for each in events if isinstance(each, Development) and each.against]
    for rival in rivals:
        assert rival.against is not None
        taken = next(each for each in events if each.id == rival.against)
        # Its own day still says from when its effects hold that name no first day.
        dated = tuple(
            effect.model_copy(update={"since": rival.occurred})
            if getattr(effect, "since", rival) is None
            else effect
            for effect in rival.effects
        )
        place = {
            "occurred": taken.occurred,
            "order": taken.order,
            "against": None,
            "effects": dated,
        }
        instead = [
            rival.model_copy(update=place) if each.id == rival.id else each
            for each in events
            if each.id != rival.against and getattr(each, "of", None) != rival.against
        ]
        facts = list(fold_all(read_as(assigned(events), rival.id, rival.against)))

        for subject, part in {(fact.subject, fact.part) for fact in facts}:
            here = at([fact for fact in facts if fact.subject == subject], part, day, known_by)
            certain = [(fact.value, fact.event) for fact in here if fact.certain]
            expected, _ = oracle.answer(instead, subject, part, day, known_by)
            both = bool(rival.effects) and bool(getattr(taken, "effects", ()))
            known = rival.public <= known_by
            if both and known and not _spoken_of(events, rival, taken):
                assert certain == ([expected] if expected else [])


def _spoken_of(events: list[Event], *some: Event) -> bool:
    return any(getattr(each, "of", None) in {one.id for one in some} for each in events)
