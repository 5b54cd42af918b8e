"""A state: what is in force, announced, bound, on both sides of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from tests.entries import agreement, event, line, measure, stage, state_on
from tracker.domain.events import Event
from tracker.domain.state import State, SubjectState
from tracker.domain.ties import alliances, members

CARS = "measure/us-232-autos"
PACT = "agreement/pact"


def the(subject: str, found: State) -> SubjectState | None:
    return next((each for each in found.subjects if each.subject == subject), None)


def stage_on(events: Iterable[Event], subject: str, day: str, known_by: str | None = None) -> str:
    found = the(subject, state_on(events, day, known_by))
    return (found.stage or "there") if found else "not there"


def proclaimed() -> Event:
    return event("proclaimed", "2025-03-26", measure(CARS), *line(CARS, **{"from": "2025-04-03"}))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-03-25", "not there"),
        ("2025-03-26", "announced"),
        ("2025-04-02", "announced"),
        ("2025-04-03", "in-force"),
    ],
)
def test_a_measure_is_announced_from_its_decision_and_in_force_from_its_first_day(
    day: str, expected: str
) -> None:
    assert stage_on([proclaimed()], CARS, day) == expected


def test_a_measure_that_was_not_yet_reported_is_not_known() -> None:
    assert stage_on([proclaimed()], CARS, "2025-04-05", "2025-03-25") == "not there"
    assert stage_on([proclaimed()], CARS, "2025-04-05", "2025-03-26") == "in-force"


def test_a_suspended_measure_is_suspended_and_resumes_where_the_pause_ends() -> None:
    days = {"from": "2025-04-10", "until": "2025-07-09"}
    paused = event("paused", "2025-04-09", {"kind": "measure-suspended", "subject": CARS, **days})
    events = [proclaimed(), paused]

    assert stage_on(events, CARS, "2025-04-09") == "in-force"
    assert stage_on(events, CARS, "2025-04-10") == "suspended"
    assert stage_on(events, CARS, "2025-07-08") == "suspended"
    assert stage_on(events, CARS, "2025-07-09") == "in-force"


def test_a_measure_is_suspended_when_each_of_its_lines_is() -> None:
    effect = {"kind": "measure-suspended", "subject": CARS, "line": "all"}
    events = [proclaimed(), event("paused", "2025-04-09", effect)]

    assert stage_on(events, CARS, "2025-04-09") == "suspended"


def test_an_ended_measure_stays_ended_whatever_a_late_notice_writes_into_its_lines() -> None:
    ended = event("ended", "2025-06-01", {"kind": "measure-ended", "subject": CARS})
    notice = event("notice", "2025-09-01", *line(CARS, rate=15, **{"from": "2025-05-01"}))

    assert stage_on([proclaimed(), ended, notice], CARS, "2025-05-31") == "in-force"
    assert stage_on([proclaimed(), ended, notice], CARS, "2025-06-01") == "ended"
    assert stage_on([proclaimed(), ended, notice], CARS, "2025-10-01") == "ended"


def test_a_measure_whose_lines_ran_out_by_their_own_act_has_expired() -> None:
    days = {"from": "2026-02-24", "expires": "2026-07-24"}
    surcharge = event("surcharge", "2026-02-20", measure(CARS), *line(CARS, rate=10, **days))

    assert stage_on([surcharge], CARS, "2026-07-23") == "in-force"
    assert stage_on([surcharge], CARS, "2026-07-24") == "expired"


def test_a_line_holds_only_while_both_its_scope_and_its_rate_do() -> None:
    scope = {"kind": "scope-set", "subject": CARS, "line": "all", "from": "2025-05-01"}
    rate = {"kind": "rate-set", "subject": CARS, "line": "all", "rate": 25, "from": "2025-04-03"}
    events = [event("proclaimed", "2025-03-26", measure(CARS), scope, rate)]

    assert stage_on(events, CARS, "2025-04-30") == "announced"
    assert stage_on(events, CARS, "2025-05-01") == "in-force"


def test_a_rival_is_shown_beside_the_value_and_changes_none() -> None:
    says_otherwise = event(
        "from-2-april",
        "2025-03-31",
        *line(CARS, **{"from": "2025-04-02"}),
        against="2025-03-26-proclaimed",
    )
    events = [proclaimed(), says_otherwise]

    announced = the(CARS, state_on(events, "2025-04-02"))
    in_force = the(CARS, state_on(events, "2025-04-03"))
    before_it_was_printed = the(CARS, state_on(events, "2025-04-03", "2025-03-30"))

    assert announced is not None
    assert in_force is not None
    assert before_it_was_printed is not None
    assert announced.stage == "announced"
    assert [rival.since for rival in announced.next["line/all"].rivals] == [date(2025, 4, 2)]
    assert [rival.event for rival in in_force.parts["line/all"].rivals] == [
        "2025-03-31-from-2-april"
    ]
    assert before_it_was_printed.parts["line/all"].rivals == ()


def test_signed_is_not_in_force_and_an_agreement_is_not_there_before_it_was_signed() -> None:
    signed = event("signed", "1960-01-19", agreement(PACT), stage(PACT, "signed", "JP", "US"))
    begun = event("begun", "1960-06-23", stage(PACT, "in-force", "JP", "US"))

    def parties(day: str) -> list[str]:
        found = the(PACT, state_on([signed, begun], day))
        return [member.party for member in members(found)] if found else ["not there"]

    assert parties("1960-01-18") == ["not there"]
    assert parties("1960-06-22") == []
    assert parties("1960-06-23") == ["JP", "US"]


def test_a_suspended_pair_is_shown_as_suspended_and_the_others_are_not() -> None:
    begun = event(
        "begun",
        "1952-04-29",
        agreement(PACT),
        stage(PACT, "in-force", "AU", "NZ", "US"),
    )
    pair = {
        "kind": "pair-stage-set",
        "subject": PACT,
        "pairs": [["US", "NZ"]],
        "stage": "suspended",
    }
    events = [begun, event("suspended", "1986-08-11", pair)]

    def bound(party: str, day: str) -> dict[str, str]:
        found = alliances(state_on(events, day), party)
        return {each.party: each.stage for alliance in found for each in alliance.partners}

    assert bound("NZ", "1986-08-10") == {"AU": "in-force", "US": "in-force"}
    assert bound("NZ", "1986-08-11") == {"AU": "in-force", "US": "suspended"}
    assert bound("AU", "1986-08-11") == {"NZ": "in-force", "US": "in-force"}


def test_a_pair_without_a_day_yet_is_not_bound() -> None:
    begun = event(
        "begun",
        "2024-12-15",
        agreement(PACT),
        stage(PACT, "in-force", "GB", "JP", "CA"),
        {"kind": "pair-stage-set", "subject": PACT, "pairs": [["GB", "CA"]], "stage": "signed"},
    )

    found = alliances(state_on([begun], "2024-12-16"), "GB")

    assert [each.party for each in found[0].partners] == ["JP"]


def test_two_are_allied_since_the_later_of_their_days() -> None:
    first = event("first", "1949-08-24", agreement(PACT), stage(PACT, "in-force", "US", "GB"))
    joined = event(
        "joined",
        "2023-04-04",
        {"kind": "party-stage-set", "subject": PACT, "parties": ["FI"], "stage": "in-force"},
    )

    found = alliances(state_on([first, joined], "2023-04-04"), "US")

    since = {each.party: str(each.since) for each in found[0].partners}
    assert since == {"FI": "2023-04-04", "GB": "1949-08-24"}


@pytest.mark.parametrize("form", ["friendship", "memorandum", "consultation", "bloc"])
def test_only_a_defence_pact_is_an_alliance(form: str) -> None:
    begun = event("begun", "2000-02-09", agreement(PACT, form), stage(PACT, "in-force", "RU", "KP"))

    found = state_on([begun], "2000-02-09")

    assert alliances(found, "RU") == []
    assert bool(alliances(found, "RU", all_pacts=True)) == (form == "consultation")
    assert bool(alliances(found, "RU", blocs=True)) == (form == "bloc")


def test_a_possible_value_stands_beside_the_certain_one_and_says_so() -> None:
    begun = event(
        "begun",
        "2021-06-01",
        agreement(PACT),
        stage(PACT, "signed"),
        stage(PACT, "in-force", **{"from": "[2021-06-25..2021-10-26]"}),
    )

    before = the(PACT, state_on([begun], "2021-06-24"))
    during = the(PACT, state_on([begun], "2021-06-25"))
    after = the(PACT, state_on([begun], "2021-10-26"))

    assert before is not None
    assert during is not None
    assert after is not None
    assert (before.stage, before.parts["stage"].certain) == ("signed", True)
    assert (during.stage, during.parts["stage"].certain) == ("signed", False)
    assert [each.value for each in during.parts["stage"].possible] == ["in-force"]
    assert (after.stage, after.parts["stage"].certain) == ("in-force", True)


def test_a_meeting_is_there_from_its_plan_and_over_after_its_last_day() -> None:
    subject = "meeting/round-2"
    planned = event(
        "planned",
        "2025-04-24",
        {"kind": "meeting-introduced", "subject": subject, "title": "Round 2"},
        {"kind": "meeting-scheduled", "subject": subject, "start": "2025-04-30"},
    )
    held = event(
        "held",
        "2025-05-01",
        {"kind": "meeting-held", "subject": subject, "start": "2025-05-01", "end": "2025-05-02"},
    )
    events = [planned, held]

    assert stage_on(events, subject, "2025-04-23") == "not there"
    assert stage_on(events, subject, "2025-04-24") == "scheduled"
    assert stage_on(events, subject, "2025-05-01", "2025-04-30") == "scheduled"
    assert stage_on(events, subject, "2025-05-01") == "held"
