"""Ties between parties, and agreements by what one may ask of them."""

from __future__ import annotations

from datetime import date

from tests.entries import agreement, event, stage, state_on
from tracker.domain.events import Event
from tracker.domain.ties import agreements, members, ties

FTA = "agreement/fta"
PACT = "agreement/pact"


def two_agreements() -> list[Event]:
    return [
        event("pact", "1951-09-01", agreement(PACT), stage(PACT, "in-force", "AU", "NZ", "US")),
        event(
            "fta",
            "2018-03-08",
            agreement(FTA, "free-trade-area"),
            stage(FTA, "signed", "AU", "JP"),
        ),
        event("begun", "2018-12-30", stage(FTA, "in-force", "AU", "JP")),
    ]


def test_a_tie_is_there_only_while_the_agreement_is_in_force_for_both() -> None:
    def pairs(day: str) -> set[tuple[str, str, str]]:
        found = ties(state_on(two_agreements(), day))
        return {(tie.one, tie.other, tie.agreement.subject) for tie in found}

    pact = {("AU", "NZ", PACT), ("AU", "US", PACT), ("NZ", "US", PACT)}
    assert pairs("2018-12-29") == pact
    assert pairs("2018-12-30") == pact | {("AU", "JP", FTA)}


def test_ties_can_be_asked_for_some_parties_and_forms() -> None:
    found = state_on(two_agreements(), "2019-01-01")

    some = [(tie.one, tie.other) for tie in ties(found, parties=["AU", "JP", "US"])]
    trade = [(tie.one, tie.other) for tie in ties(found, forms=["free-trade-area"])]

    assert sorted(some) == [("AU", "JP"), ("AU", "US")]
    assert trade == [("AU", "JP")]


def test_an_agreement_between_two_is_one_that_neither_has_left() -> None:
    left = {"kind": "party-stage-set", "subject": PACT, "parties": ["NZ"], "stage": "left"}
    events = [*two_agreements(), event("left", "1990-01-01", left)]

    before = agreements(state_on(events, "1989-12-31"), between=("AU", "NZ"))
    after = agreements(state_on(events, "1990-01-01"), between=("AU", "NZ"))

    assert [each.agreement.subject for each in before] == [PACT]
    assert after == []


def test_agreements_can_be_asked_by_form_and_stage() -> None:
    found = state_on(two_agreements(), "2018-06-01")

    assert [each.agreement.subject for each in agreements(found, form="free-trade-area")] == [FTA]
    assert [each.agreement.subject for each in agreements(found, stage="in-force")] == [PACT]
    assert agreements(found, form="bloc") == []


def test_a_tie_is_since_the_later_of_the_two() -> None:
    joined = {"kind": "party-stage-set", "subject": FTA, "parties": ["GB"], "stage": "in-force"}
    events = [*two_agreements(), event("joined", "2024-12-15", joined)]

    found = {(tie.one, tie.other): tie.since for tie in ties(state_on(events, "2025-01-01"))}

    assert found["AU", "GB"] == date(2024, 12, 15)
    assert found["AU", "JP"] == date(2018, 12, 30)


def test_an_agreement_that_has_ended_has_no_members_whatever_its_parties_stand_at() -> None:
    events = [*two_agreements(), event("over", "2020-01-01", stage(FTA, "ended"))]

    def parties(day: str) -> list[str]:
        found = [each for each in state_on(events, day).subjects if each.subject == FTA]
        return [member.party for member in members(found[0])]

    assert parties("2019-12-31") == ["AU", "JP"]
    assert parties("2020-01-01") == []
