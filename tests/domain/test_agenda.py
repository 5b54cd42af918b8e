"""The agenda: what is coming, as then known; and how late things were known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.entries import event, folded, line, measure, state_on
from tests.strategies import WINDOW, logs
from tracker.domain.agenda import agenda, lateness
from tracker.domain.dates import LAST, AsOf
from tracker.domain.events import Event
from tracker.domain.state import State
from tracker.domain.timeline import Fact
from tracker.domain.told import Told

CARS = "measure/cars"


def coming(events: Sequence[Event], known_by: str, first: str, last: str) -> list[tuple[str, ...]]:
    known = date.fromisoformat(known_by)
    days = date.fromisoformat(first), date.fromisoformat(last)
    facts = [fact for fact in folded(events) if fact.known <= known < fact.known_until]
    found = agenda(facts, state_on(events, LAST.isoformat(), known_by), *days)
    return [(str(item.day), item.what, item.subject, item.part) for item in found]


def test_a_line_that_is_to_begin_and_to_end_is_on_the_agenda_as_then_known() -> None:
    days = {"from": "2025-04-03", "until": "2025-07-09"}
    tariff = event("proclaimed", "2025-03-26", measure(CARS), *line(CARS, **days))

    assert coming([tariff], "2025-03-25", "2025-03-25", "2025-12-31") == []
    assert coming([tariff], "2025-03-26", "2025-03-27", "2025-12-31") == [
        ("2025-04-03", "effective", CARS, "line/all"),
        ("2025-07-09", "ends", CARS, "line/all"),
    ]
    assert coming([tariff], "2025-03-26", "2025-04-04", "2025-07-08") == []


def test_a_list_that_ends_before_its_line_is_on_the_agenda_however_much_else_is_known() -> None:
    scope = {"kind": "scope-set", "subject": CARS, "line": "all", "partners": ["JP"]}
    tariff = event("proclaimed", "2025-03-26", measure(CARS), *line(CARS, **{"from": "2025-04-03"}))
    listed = {**scope, "products": ["8703"], "from": "2025-05-01"}
    shorter = event("shorter", "2025-03-27", listed)

    found = coming([tariff, shorter], "2025-03-28", "2025-04-01", "2025-06-01")
    later = coming([tariff, shorter], "2025-03-28", "2025-04-20", "2025-06-01")

    assert later == [("2025-05-01", "effective", CARS, "scope/all")]
    assert found == [("2025-04-03", "effective", CARS, "line/all"), *later]


def test_an_end_is_one_thing_whichever_acts_say_so() -> None:
    days = {"from": "2025-01-10", "expires": "2025-04-08"}
    tariff = event("proclaimed", "2025-01-01", measure(CARS), *line(CARS, **days))

    found = coming([tariff], "2025-01-01", "2025-04-01", "2025-04-30")

    assert found == [("2025-04-08", "ends", CARS, "line/all")]


def test_a_value_that_another_act_goes_on_with_neither_ends_nor_begins() -> None:
    first = event("first", "2025-01-01", measure(CARS), *line(CARS, until="2025-03-12"))
    second = event("second", "2025-02-01", *line(CARS, **{"from": "2025-03-12"}))
    third = event("third", "2025-02-02", *line(CARS, rate=50, **{"from": "2025-03-13"}))

    found = coming([first, second, third], "2025-03-01", "2025-03-10", "2025-03-14")

    assert found == [("2025-03-13", "effective", CARS, "line/all")]


def test_a_line_of_a_measure_that_is_over_takes_no_effect() -> None:
    tariff = event("tariff", "2025-01-01", measure(CARS), *line(CARS))
    later = event("later", "2025-01-02", *line(CARS, "trucks", **{"from": "2025-12-01"}))
    over = event(
        "over", "2025-06-01", {"kind": "measure-ended", "subject": CARS, "from": "2025-11-30"}
    )

    assert coming([tariff, later, over], "2025-06-01", "2025-11-30", "2025-12-01") == [
        ("2025-11-30", "effective", CARS, "ended")
    ]
    assert coming([tariff, later], "2025-06-01", "2025-11-30", "2025-12-01") == [
        ("2025-12-01", "effective", CARS, "line/trucks")
    ]


def on_a_day(facts: Sequence[Fact], subject: str, part: str, day: date) -> list[tuple[object, ...]]:
    """What a state says of a part: the value that is certain, and those that are possible."""
    here = [
        fact for fact in facts if fact[:2] == (subject, part) and fact.since <= day < fact.until
    ]
    said = [(fact.certain, fact.value) for fact in here if not fact.certain or fact.value]
    return sorted(said, key=str)


@given(logs(ties=False), st.sampled_from(WINDOW))
def test_something_is_on_the_agenda_of_a_day_where_the_state_is_not_that_of_the_day_before(
    events: list[Event], known_by: date
) -> None:
    facts = [fact for fact in folded(events) if fact.known <= known_by < fact.known_until]
    first, last = WINDOW[1], WINDOW[-1]

    found = agenda(facts, State(AsOf(LAST)), first, last)

    expected = []
    for day in WINDOW[1:]:
        before = day - timedelta(days=1)
        turned = {
            fact[:2]
            for fact in facts
            if on_a_day(facts, *fact[:2], before) != on_a_day(facts, *fact[:2], day)
        }
        for subject, part in turned:
            over = (True, "true") in on_a_day(facts, subject, "ended", day)
            of_a_line = part.partition("/")[0] in ("line", "scope", "suspended")
            if part != "title" and not (over and of_a_line):
                expected.append((day, subject, part))
    scopes = [each for each in expected if each[2].startswith("scope/")]
    twice = {each for each in scopes if (*each[:2], each[2].replace("scope", "line")) in expected}
    assert sorted(item[0:1] + item[2:4] for item in map(astuple, found)) == sorted(
        set(expected) - twice
    )


def test_a_meeting_is_on_the_agenda_at_its_latest_day_until_it_is_held() -> None:
    subject = "meeting/visit"
    planned = event(
        "planned",
        "2026-02-20",
        {"kind": "meeting-introduced", "subject": subject, "title": "Visit"},
        {"kind": "meeting-scheduled", "subject": subject, "start": "2026-03-31"},
    )
    moved = event(
        "moved",
        "2026-03-25",
        {"kind": "meeting-scheduled", "subject": subject, "start": "2026-05-14"},
    )
    events = [planned, moved]

    def meetings(known_by: str) -> list[tuple[str, ...]]:
        found = coming(events, known_by, "2026-03-26", "2026-06-30")
        return [item[:2] for item in found if item[1] == "meeting"]

    assert meetings("2026-03-24") == [("2026-03-31", "meeting")]
    assert meetings("2026-03-25") == [("2026-05-14", "meeting")]


def test_a_commitment_is_on_the_agenda_on_its_day_while_it_is_open() -> None:
    made = event(
        "made",
        "2025-07-22",
        {
            "kind": "commitment-made",
            "subject": "commitment/invest",
            "title": "Invest",
            "by": "JP",
            "what": "Invest",
            "due": "2029-01-19",
        },
    )
    met = event(
        "met",
        "2028-01-01",
        {"kind": "commitment-standing-set", "subject": "commitment/invest", "standing": "met"},
    )

    span = "2029-01-01", "2029-01-31"
    open_ = coming([made], "2026-01-01", *span)
    assert ("2029-01-19", "deadline", "commitment/invest", "due") in open_
    assert coming([made, met], "2028-06-01", *span) == []


def told(name: str, occurred: str, reported: str, **content: Any) -> Told:
    said = {
        "kind": "notice",
        "occurred": occurred,
        "sources": [{"url": "https://example.org", "publisher": "Gazette"}],
        **content,
    }
    return Told(name, 1, date.fromisoformat(reported), "2026-01-01T00:00:00+00:00", said)


def test_lateness_counts_from_the_day_and_from_the_first_day_in_force() -> None:
    retroactive = told(
        "a", "2025-09-24", "2025-09-24", effects=[{"kind": "rate-set", "from": "2025-08-01"}]
    )
    late = told("b", "2025-09-01", "2025-09-11")

    (found,) = lateness([retroactive, late], "kind")

    assert (found.group, found.events) == ("notice", 2)
    assert (found.public, found.public_most) == (5, 10)
    assert (found.effect, found.effect_most) == (54, 54)


def test_lateness_by_party_and_by_source_groups_by_them() -> None:
    one = told("a", "2025-09-24", "2025-09-24", actors=[{"party": "US"}, {"party": "JP"}])

    assert [each.group for each in lateness([one], "party")] == ["JP", "US"]
    assert [each.group for each in lateness([one], "source")] == ["Gazette"]


def test_an_effect_without_a_day_of_its_own_takes_effect_when_it_occurred() -> None:
    introduced = {"kind": "measure-introduced", "subject": CARS}
    ended = {"kind": "measure-ended", "subject": CARS}

    (one,) = lateness([told("a", "2025-09-01", "2025-09-11", effects=[introduced, ended])], "kind")
    (none,) = lateness([told("a", "2025-09-01", "2025-09-11", effects=[introduced])], "kind")

    assert (one.effect, one.effect_most) == (10, 10)
    assert none.effect is None


def test_lateness_by_source_counts_each_source_of_an_event() -> None:
    sources = [{"url": "https://example.org", "publisher": name} for name in ("Gazette", "Paper")]

    found = lateness([told("a", "2025-09-24", "2025-09-25", sources=sources)], "source")

    assert [(each.group, each.public) for each in found] == [("Gazette", 1), ("Paper", 1)]
    assert all(isinstance(each.public, int) for each in found)
