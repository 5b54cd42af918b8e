"""What has a day: under which name, as what it is shown, and for how long it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.entries import about, agreement, event, folded, line, measure, stage, state_on
from tracker.domain import calendar
from tracker.domain.calendar import Choice, Item, What
from tracker.domain.dates import EVER
from tracker.domain.events import Event
from tracker.domain.state import held_row
from tracker.domain.told import Recorded

CARS = "measure/cars"
PACT = "agreement/pact"
RECORDED = datetime(2025, 3, 27, 9, 30, tzinfo=UTC)


def items(subject: str, *events: Event, spans: bool = False) -> list[Item]:
    """What is on the calendar of a subject that these events speak of."""
    known = [fact for fact in folded(events) if fact.known_until == EVER]
    rows = [held_row(fact) for fact in known if fact.subject == subject]
    rows.sort(key=lambda row: row[:3])
    sources = {each.id: [source.url for source in each.sources] for each in events}
    return list(calendar.of_facts(subject, rows, sources, spans=spans))


def days(found: Sequence[Item]) -> set[tuple[str, str, str]]:
    """Title after the colon, first day and last day, as texts."""
    return {
        (each.title.partition(": ")[2], f"{each.start}", f"{calendar.last_day(each)}")
        for each in found
    }


def shown_as(found: Sequence[Item]) -> dict[tuple[str, str], set[What]]:
    return {(each.title.partition(": ")[2], f"{each.start}"): set(each.what) for each in found}


# -- measures -------------------------------------------------------------------------------


def imposed(**span: str) -> Event:
    return event("cars-imposed", "2025-03-26", measure(CARS), *line(CARS, **span))


def listed(name: str, occurred: str, **fields: Any) -> Event:
    scope = {"kind": "scope-set", "subject": CARS, "line": "all", "products": ["8703"]}
    return event(name, occurred, {**scope, **fields})


def rated(name: str, occurred: str, **fields: Any) -> Event:
    rate = {"kind": "rate-set", "subject": CARS, "line": "all", "rate": 10}
    return event(name, occurred, {**rate, **fields})


def test_a_line_that_takes_effect_and_expires_is_shown_as_the_one_and_as_the_other() -> None:
    found = items(CARS, imposed(**{"from": "2025-04-03", "expires": "2025-07-03"}))

    assert shown_as(found) == {
        ("takes effect", "2025-04-03"): {What.effective},
        ("expires", "2025-07-03"): {What.expiries},
    }


def test_the_end_of_a_pause_is_an_expiry_and_the_day_on_which_a_rate_takes_effect() -> None:
    pause = rated("paused", "2025-04-09", **{"from": "2025-04-10", "until": "2025-07-09"})

    found = items(CARS, imposed(**{"from": "2025-04-03"}), pause)

    assert shown_as(found) == {
        ("takes effect", "2025-04-03"): {What.effective},
        ("takes effect", "2025-04-10"): {What.effective},
        ("takes effect", "2025-07-09"): {What.effective, What.expiries},
    }


def test_a_rate_that_another_act_changes_does_not_expire() -> None:
    raised = rated("raised", "2025-05-30", **{"from": "2025-06-04"})

    found = items(CARS, imposed(**{"from": "2025-04-03"}), raised)

    assert shown_as(found)["takes effect", "2025-06-04"] == {What.effective}


def test_a_rate_takes_effect_no_sooner_than_the_list_that_it_is_for() -> None:
    imposed = event("imposed", "2025-03-26", measure(CARS), *line(CARS)[1:])
    goods = listed("listed", "2025-04-01", **{"from": "2025-05-03", "until": "2025-06-03"})

    found = items(CARS, imposed, goods)

    assert days(found) == {
        ("takes effect", "2025-05-03", "2025-05-03"),
        ("ends", "2025-06-03", "2025-06-03"),
    }


def test_another_list_is_a_change_of_the_measure() -> None:
    wider = listed("wider", "2025-05-30", **{"from": "2025-06-04"})

    found = items(CARS, imposed(**{"from": "2025-04-03"}), wider)

    assert shown_as(found) == {
        ("takes effect", "2025-04-03"): {What.effective},
        ("takes effect", "2025-06-04"): {What.effective},
    }
    assert found[1].uid.startswith("2025-05-30-wider.")


def test_after_the_end_of_a_measure_nothing_of_it_takes_effect_or_expires() -> None:
    ended = event(
        "ended", "2025-05-01", {"kind": "measure-ended", "subject": CARS, "from": "2025-05-03"}
    )
    late = rated("late", "2025-04-20", **{"from": "2025-06-01", "expires": "2025-07-01"})

    found = items(CARS, imposed(**{"from": "2025-04-03"}), late, ended)

    assert days(found) == {
        ("takes effect", "2025-04-03", "2025-04-03"),
        ("ends", "2025-05-03", "2025-05-03"),
    }


def test_in_spans_a_measure_with_an_end_is_on_all_its_days() -> None:
    found = items(CARS, imposed(**{"from": "2025-04-03", "expires": "2025-07-03"}), spans=True)

    assert days(found) == {("in force", "2025-04-03", "2025-07-02")}
    assert shown_as(found)["in force", "2025-04-03"] == {What.effective, What.expiries}


def test_in_spans_a_measure_without_an_end_has_no_more_than_its_first_day() -> None:
    found = items(CARS, imposed(**{"from": "2025-04-03"}), spans=True)

    assert days(found) == {("takes effect", "2025-04-03", "2025-04-03")}


def test_in_spans_a_suspension_is_one_too() -> None:
    pause = {"kind": "measure-suspended", "subject": CARS, "until": "2025-05-01"}
    paused = event("paused", "2025-04-09", {**pause, "from": "2025-04-10"})

    found = items(CARS, imposed(**{"from": "2025-04-03"}), paused, spans=True)

    assert ("suspended", "2025-04-10", "2025-04-30") in days(found)


WINDOW = [date(2025, 1, 1) + timedelta(days=number) for number in range(40)]


@st.composite
def decisions(draw: st.DrawFn) -> list[Event]:
    """A measure, its rates and lists over spans that touch and overlap, and perhaps its end."""
    found = [
        event(
            "cars-imposed",
            "2024-12-01",
            measure(CARS),
            *line(CARS, **{"from": "2024-12-02", "until": "2024-12-03"}),
        )
    ]
    scope = {"kind": "scope-set", "subject": CARS, "line": "all", "from": "2024-12-02"}
    found.append(event("all", "2024-12-05", scope))
    for number in range(draw(st.integers(0, 4))):
        first = draw(st.integers(1, 30))
        span = {"from": f"{WINDOW[first]}"}
        over = draw(st.sampled_from([None, "until", "expires"]))
        if over:
            span[over] = f"{WINDOW[first + draw(st.integers(1, 8))]}"
        decided = draw(st.sampled_from([rated, listed]))
        found.append(decided(f"decision-{number}", f"2024-12-1{number}", **span))
    if draw(st.booleans()):
        end = {"kind": "measure-ended", "subject": CARS, "from": f"{draw(st.sampled_from(WINDOW))}"}
        found.append(event("ended", "2024-12-20", end))
    return found


@given(decisions())
def test_the_spans_of_a_measure_are_the_days_on_which_it_is_in_force(events: list[Event]) -> None:
    found = items(CARS, *events, spans=True)

    on_calendar = set()
    for each in found:
        what = each.title.partition(": ")[2]
        until = date.max if what == "takes effect" else each.end
        if what in ("in force", "takes effect"):
            assert type(each.start) is date
            on_calendar |= {day for day in WINDOW if each.start <= day < until}
    in_force = {
        day
        for day in WINDOW
        for subject in state_on(events, f"{day}").subjects
        if subject.stage == "in-force"
    }
    assert on_calendar == in_force


@given(decisions())
def test_the_days_of_a_measure_are_those_on_which_what_holds_changes(events: list[Event]) -> None:
    found = items(CARS, *events)

    def held(day: date) -> tuple[object, ...]:
        for subject in state_on(events, f"{day}").subjects:
            if subject.stage == "in-force":
                lists = subject.under("scope")
                return tuple(
                    (each.event, each.value, lists[name].event)
                    for name, each in subject.lines.items()
                )
        return ()

    turning = {day for before, day in pairwise(WINDOW) if held(before) != held(day)}
    # A measure may also end, or expire, when nothing of it was in force.
    assert turning <= {each.start for each in found}


# -- agreements -----------------------------------------------------------------------------

INTRODUCED = event("pact-signed", "2020-01-01", agreement(PACT), stage(PACT, "signed", "JP", "KR"))


def test_an_agreement_enters_into_force_with_its_parties_and_later_for_another() -> None:
    begun = event("begun", "2020-03-01", stage(PACT, "in-force", "JP", "KR"))
    joins = {"kind": "party-stage-set", "subject": PACT, "parties": ["CN"], "stage": "in-force"}
    joined = event("joined", "2021-03-01", {**joins, "from": "2021-05-01"})

    found = items(PACT, INTRODUCED, begun, joined)

    assert days(found) == {
        ("enters into force", "2020-03-01", "2020-03-01"),
        ("enters into force for CN", "2021-05-01", "2021-05-01"),
    }
    assert "Parties: JP, KR" in found[0].description
    assert {each.what for each in found} == {frozenset({What.effective})}


def test_what_is_said_again_of_an_agreement_is_no_change() -> None:
    begun = event("begun", "2020-03-01", stage(PACT, "in-force"))
    again = event("affirmed", "2021-03-01", stage(PACT, "in-force"))

    assert len(items(PACT, INTRODUCED, begun, again)) == 1


def test_what_never_was_in_force_does_not_end() -> None:
    ended = event("ended", "2021-03-01", stage(PACT, "ended", "JP"))

    assert items(PACT, INTRODUCED, ended) == []


def test_an_agreement_ends_on_a_day_that_is_an_expiry() -> None:
    begun = event("begun", "2020-03-01", stage(PACT, "in-force"))
    ended = event("ended", "2021-03-01", stage(PACT, "ended", **{"from": "2021-04-01"}))

    found = items(PACT, INTRODUCED, begun, ended)

    assert shown_as(found)["ends", "2021-04-01"] == {What.expiries}


def test_after_a_suspension_an_agreement_applies_again() -> None:
    begun = event("begun", "2020-03-01", stage(PACT, "in-force"))
    paused = event("paused", "2020-05-01", stage(PACT, "suspended", until="2020-06-01"))

    found = items(PACT, INTRODUCED, begun, paused)

    assert shown_as(found) == {
        ("enters into force", "2020-03-01"): {What.effective},
        ("is suspended", "2020-05-01"): {What.effective},
        ("applies again", "2020-06-01"): {What.effective, What.expiries},
    }


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("2020-03", {("enters into force", "2020-03-01", "2020-03-31")}),
        ("2020", set()),
        ("../2020-03-01", set()),
    ],
)
def test_an_agreement_that_begins_on_a_vague_day_takes_all_the_days_it_may_be(
    start: str, found: set[tuple[str, str, str]]
) -> None:
    begun = event("begun", "2020-01-02", stage(PACT, "in-force", **{"from": start}))

    assert days(items(PACT, INTRODUCED, begun)) == found


def test_a_text_between_two_of_its_parties_names_both() -> None:
    pair = {"kind": "pair-stage-set", "subject": PACT, "pairs": [["JP", "GB"]], "stage": "in-force"}

    (found,) = items(PACT, INTRODUCED, event("between-two", "2021-01-01", pair))

    assert found.title == "Pact: enters into force between GB and JP"


def test_the_term_of_an_agreement_ends_as_a_deadline_and_as_an_expiry() -> None:
    term = {"kind": "term-set", "subject": PACT, "ends": "2030-01-01", "text": "Ten years."}

    (found,) = items(PACT, INTRODUCED, event("term", "2020-02-01", term))

    assert (found.uid, found.title) == ("agreement.pact.term", "Pact: term ends")
    assert found.what == {What.deadlines, What.expiries}
    assert found.start == date(2030, 1, 1)


# -- deadlines ------------------------------------------------------------------------------

PROMISE = "commitment/soybeans"


def promised(due: str | None, *later: Mapping[str, Any]) -> list[Item]:
    made: dict[str, Any] = {
        "kind": "commitment-made",
        "subject": PROMISE,
        "title": "Soybeans",
        "by": "CN",
    }
    made |= {"to": ["US"], "what": "Buy 12 million tons."} | ({"due": due} if due else {})
    events = [event("made", "2025-10-30", made)]
    events += [event(f"later-{n}", f"2025-11-0{n}", each) for n, each in enumerate(later, 1)]
    return items(PROMISE, *events)


@pytest.mark.parametrize(
    ("due", "day", "said"),
    [("2025-12-31", date(2025, 12, 31), False), ("2028", date(2028, 12, 31), True)],
)
def test_a_promise_is_due_on_the_last_day_that_is_meant(due: str, day: date, said: bool) -> None:
    (found,) = promised(due)

    assert (found.uid, found.start) == ("commitment.soybeans.due", day)
    assert found.what == {What.deadlines}
    assert ("By 2028" in found.description) is said


def test_a_promise_without_a_day_is_on_no_calendar() -> None:
    assert promised(None) == []


@pytest.mark.parametrize(
    ("standing", "status"),
    [("met", "CONFIRMED"), ("missed", "CONFIRMED"), ("dropped", "CANCELLED")],
)
def test_only_a_promise_that_is_dropped_is_called_off(standing: str, status: str) -> None:
    said = {"kind": "commitment-standing-set", "subject": PROMISE, "standing": standing}

    (found,) = promised("2025-12-31", said)

    assert found.status == status


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("summit", {What.meetings}),
        ("hearing", {What.meetings, What.deadlines}),
        ("deadline", {What.meetings, What.deadlines}),
    ],
)
def test_a_hearing_is_a_deadline_too(form: str, what: set[What]) -> None:
    subject = {"subject": "meeting/m"}
    introduced = {**subject, "kind": "meeting-introduced", "title": "M", "form": form}
    planned = {**subject, "kind": "meeting-scheduled", "start": "2025-05-10"}

    (found,) = items("meeting/m", event("planned", "2025-04-01", introduced, planned))

    assert found.what == what


# -- how long what is called off is kept ----------------------------------------------------


def revised(*events: Event) -> Item:
    """The item of the first of *events*, each of which the log received a day after the last."""
    history = [
        Recorded(number, RECORDED + timedelta(days=number), each)
        for number, each in enumerate(events)
    ]
    (found,) = calendar.revised(history, calendar.development(events[0].id, date(2026, 1, 1)))
    return found


def test_what_is_called_off_is_kept_for_ninety_days_after_the_log_heard_so() -> None:
    first = event("proclaimed", "2025-03-26")
    found = revised(first, about("retraction", first, "2025-05-02"))
    heard = RECORDED.date() + timedelta(days=1)

    assert found.status == "CANCELLED"
    assert Choice(heard + timedelta(days=90)).has(found)
    assert not Choice(heard + timedelta(days=91)).has(found)


def test_one_more_source_does_not_keep_for_longer_what_is_called_off() -> None:
    first = event("proclaimed", "2025-03-26")
    never = about("retraction", first, "2025-05-02")
    more = [{"url": "https://example.org/more", "published": "2025-05-03"}]

    found = revised(first, never, about("corroboration", first, "2025-05-03", sources=more))

    assert found.stamp == RECORDED + timedelta(days=2)
    assert not Choice(RECORDED.date() + timedelta(days=92)).has(found)


def test_what_stands_again_is_kept() -> None:
    first = event("proclaimed", "2025-03-26")
    never = about("retraction", first, "2025-05-02")

    found = revised(first, never, about("retraction", never, "2025-05-03"))

    assert (found.status, found.off) == ("CONFIRMED", None)
    assert Choice(date(2035, 1, 1)).has(found)


def test_a_calendar_has_what_is_shown_as_any_of_what_is_asked_for() -> None:
    (found,) = promised("2025-12-31")

    assert Choice(RECORDED.date(), frozenset({What.deadlines, What.meetings})).has(found)
    assert not Choice(RECORDED.date(), frozenset({What.expiries})).has(found)
