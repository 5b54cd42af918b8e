"""Steps and refunds: what changes from day to day, and what became known too late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tariff_oracle import Asked
from tests.tariff_strategies import WINDOW, goods, tariffs
from tests.tariffs import (
    COLUMN_1,
    Effect,
    decided,
    effect,
    in_force,
    introduced,
    levy,
    line,
    member,
    pays,
    rate,
    scope,
    tariff,
    yields,
)
from tracker.domain.dates import AsOf
from tracker.domain.duties import Duty, duty
from tracker.domain.duty_steps import Difference, Refund, Step, compared, differences, steps
from tracker.domain.events import read_event
from tracker.domain.givens import read_givens
from tracker.domain.tariff import Entry, Tariff


def german_cars() -> Tariff:
    """25 % from 3 April, and the notice of 24 September that reached back to 1 August."""
    lowered = line("cars", "eu", 15, basis="total", partners=["EU"], since="2025-08-01")
    return tariff(
        [
            decided("2025-01-01", *COLUMN_1, *member("EU", "DE"), name="ordinary"),
            decided("2025-03-26", *levy("cars", 25, since="2025-04-03"), name="proclaimed"),
            decided("2025-09-24", *lowered, name="notice"),
        ]
    )


def stepped(
    asked: Tariff,
    first: str,
    last: str,
    *,
    origin: str = "DE",
    known_by: str | None = None,
    **given: object,
) -> list[Step]:
    known = date.fromisoformat(known_by) if known_by else None
    days = date.fromisoformat(first), date.fromisoformat(last)
    entry = Entry("US", origin, "87032301", days[0], None, read_givens(given))
    return list(steps(asked, entry, AsOf(days[1], known), first=days[0], last=days[1]))


def stairs(found: list[Step]) -> list[tuple[str, str | None]]:
    """The days and the totals."""
    return [
        (each.day.isoformat(), None if each.duty.total is None else str(each.duty.total))
        for each in found
    ]


# -- steps ----------------------------------------------------------------------------------


def test_the_first_step_is_the_first_day_and_the_others_are_the_days_of_change() -> None:
    found = stepped(german_cars(), "2025-01-15", "2025-12-31")

    assert stairs(found) == [("2025-01-15", "2.5"), ("2025-04-03", "27.5"), ("2025-08-01", "15.0")]
    assert [each.duty.entry.on for each in found] == [each.day for each in found]
    assert [each.duty.as_of.day for each in found] == [each.day for each in found]


def test_a_step_names_what_differs_from_the_day_before_and_by_which_event() -> None:
    first, second, third = stepped(german_cars(), "2025-01-15", "2025-12-31")

    assert first.causes == ()
    assert second.causes == (Difference("cars", Decimal(0), Decimal(25), "2025-03-26-proclaimed"),)
    assert third.causes == (Difference("cars", Decimal(25), Decimal("12.5"), "2025-09-24-notice"),)


def test_both_ends_of_the_days_asked_about_are_in() -> None:
    asked = german_cars()

    assert len(stepped(asked, "2025-04-02", "2025-04-03")) == 2
    assert len(stepped(asked, "2025-04-02", "2025-04-02")) == 1
    assert stairs(stepped(asked, "2025-04-03", "2025-04-03")) == [("2025-04-03", "27.5")]


def test_steps_are_those_known_by_a_day() -> None:
    found = stepped(german_cars(), "2025-01-15", "2025-12-31", known_by="2025-09-23")

    assert stairs(found) == [("2025-01-15", "2.5"), ("2025-04-03", "27.5")]


def test_a_step_names_the_act_that_ended_a_measure() -> None:
    ended = effect("measure-ended", "cars", since="2025-06-02")
    asked = tariff(
        [decided("2025-01-01", *COLUMN_1, *levy("cars")), decided("2025-05-20", ended, name="end")]
    )

    (step,) = stepped(asked, "2025-06-01", "2025-12-31")[1:]

    assert step.day == date(2025, 6, 2)
    assert step.causes == (Difference("cars", Decimal(25), Decimal(0), "2025-05-20-end"),)


def test_a_measure_that_takes_the_place_of_another_is_a_step_though_the_total_stays() -> None:
    new = levy("cars", 10, since="2025-06-02")
    asked = in_force(*levy("all", 10), *new, yields("all", "cars"))

    (step,) = stepped(asked, "2025-06-01", "2025-12-31")[1:]

    assert {(each.measure, each.before, each.after) for each in step.causes} == {
        ("all", Decimal(10), Decimal(0)),
        ("cars", Decimal(0), Decimal(10)),
    }


def test_a_rate_that_is_set_again_to_what_it_was_is_no_step() -> None:
    again = decided("2025-05-20", rate("cars", "all", 25, since="2025-06-02"), name="again")
    asked = tariff([decided("2025-01-01", *COLUMN_1, *levy("cars")), again])

    assert len(stepped(asked, "2025-06-01", "2025-12-31")) == 1


JUNE = {"since": "2025-06-02"}


@pytest.mark.parametrize(
    "effects",
    [
        pytest.param(line("all", "more", 20, rank=1, **JUNE), id="a line"),
        pytest.param([scope("all", products=["7208"], **JUNE)], id="a scope"),
        pytest.param([rate("all", "all", 20, **JUNE)], id="a rate"),
        pytest.param([yields("all", "cars", **JUNE)], id="what it yields to"),
        pytest.param([effect("measure-suspended", "all", **JUNE)], id="a suspension"),
        pytest.param(
            [effect("measure-suspended", "all", line="all", **JUNE)], id="a suspension of a line"
        ),
        pytest.param([effect("measure-ended", "all", **JUNE)], id="an end"),
        pytest.param(
            [*line("all", "eu", 20, partners=["EU"]), *member("EU", "DE", **JUNE)],
            id="a party of a group",
        ),
    ],
)
def test_the_first_day_of_whatever_changes_a_duty_is_a_step(effects: list[Effect]) -> None:
    asked = in_force(*levy("all", 10), *levy("cars", 25), *effects)

    assert [each.day for each in stepped(asked, "2025-05-20", "2025-06-20")] == [
        date(2025, 5, 20),
        date(2025, 6, 2),
    ]


def test_a_year_of_age_is_a_step() -> None:
    old = [{"given": "age-years", "at-least": "25"}]
    asked = in_force(*levy("cars"), *line("cars", "old", 0, basis="exempt", conditions=old))

    found = stepped(asked, "2024-12-01", "2027-02-01", **{"model-year": "2001"})

    assert stairs(found) == [("2024-12-01", None), ("2025-01-01", "27.5"), ("2026-01-01", "2.5")]
    assert found[2].causes[0].measure == "cars"
    assert len(stepped(asked, "2025-12-31", "2026-01-01", **{"model-year": "2001"})) == 2
    assert len(stepped(asked, "2025-12-01", "2026-02-01")) == 1


def test_the_ends_of_what_is_covered_are_steps() -> None:
    spans = (("2025-04-01", "2025-05-01"), ("2025-05-10", "2025-05-20"))
    covered = [effect("coverage-set", "column-1", since=one, until=end) for one, end in spans]
    ordinary = (introduced("column-1"), *line("column-1", "all", "2.5", basis="base"))
    asked = tariff([decided("2025-01-01", *ordinary, *covered)])

    assert stairs(stepped(asked, "2025-03-01", "2025-06-01")) == [
        ("2025-03-01", None),
        ("2025-04-01", "2.5"),
        ("2025-05-01", None),
        ("2025-05-10", "2.5"),
        ("2025-05-20", None),
    ]


def test_a_measure_that_charges_nothing_before_and_after_is_no_step() -> None:
    asked = in_force(introduced("cars"), *line("cars", "all", 0, since="2025-07-01"))

    assert [each.day for each in stepped(asked, "2025-06-01", "2025-08-01")] == [date(2025, 6, 1)]


def test_the_end_of_a_group_is_a_step() -> None:
    ended = {"kind": "agreement-stage-set", "subject": "agreement/eu", "stage": "ended"}
    asked = in_force(
        *(*levy("cars", partners=["EU"]), *member("EU", "DE")), ended | {"from": "2025-06-02"}
    )

    assert [each.day for each in stepped(asked, "2025-06-01", "2025-06-30")][1:] == [
        date(2025, 6, 2)
    ]


def test_a_ban_is_a_step() -> None:
    ban = effect("ban-set", "cars", line="all", since="2025-06-02")
    asked = in_force(*levy("cars", 0), ban)

    assert [each.day for each in stepped(asked, "2025-06-01", "2025-06-30")][1:] == [
        date(2025, 6, 2)
    ]


def one_by_one(
    found: Tariff, entry: Entry, known: date, first: date, last: date
) -> Iterator[tuple[date, Duty]]:
    """The first day, and each day that is not answered as the day before; every day is asked."""
    before: object = None
    day = first
    while day <= last:
        answer = duty(found, replace(entry, on=day), AsOf(day, known))
        # What adds nothing on both days is no change.
        charged = {each.measure: each.points for each in answer.components if each.points != 0}
        left_open = {(each.measure, each.line) for each in answer.unsettled}
        prohibited, covered = answer.prohibited, answer.covered
        told = answer.total, answer.additional, prohibited, covered, charged, left_open
        if told != before:
            yield day, answer
        before = told
        day += timedelta(days=1)


@settings(max_examples=60)
@given(
    tariffs(), st.lists(goods, min_size=1, max_size=3), st.tuples(*[st.sampled_from(WINDOW)] * 2)
)
def test_the_steps_are_the_days_that_are_answered_otherwise_than_the_day_before(
    entries: list[dict[str, Any]], asked: list[Asked], ends: tuple[str, str]
) -> None:
    found = tariff([read_event(each) for each in entries])
    first, last = sorted(date.fromisoformat(day) for day in ends)

    for each in asked:
        given = read_givens(each.given)
        entry = Entry(each.into, each.origin, each.product, first, each.base, given)
        known = date.fromisoformat(each.known_by)
        expected = list(one_by_one(found, entry, known, first, last))
        answer = list(steps(found, entry, AsOf(last, known), first=first, last=last))
        assert [(step.day, step.duty) for step in answer] == expected
        causes = [cause for step in answer for cause in step.causes]
        assert all(cause.before != cause.after for cause in causes)


# -- differences ----------------------------------------------------------------------------


def test_two_answers_that_charge_the_same_do_not_differ() -> None:
    asked = in_force(*levy("a", 10), *levy("b", "open"))

    assert list(differences(pays(asked, "2025-06-01"), pays(asked, "2025-06-02"))) == []


def test_what_is_not_known_differs_from_what_is() -> None:
    asked = in_force(*levy("a", 10), effect("line-open", "a", line="all", since="2025-06-02"))

    (found,) = differences(pays(asked, "2025-06-01"), pays(asked, "2025-06-02"))

    assert (found.before, found.after) == (Decimal(10), None)


# -- refunds --------------------------------------------------------------------------------


def refunded(
    asked: Tariff, day: str, value: object = 40_000, *, origin: str = "DE", **more: Any
) -> Refund:
    """What was known on the day of entry against all that is known."""
    then = pays(asked, day, origin=origin, known_by=day, **more)
    return compared(then, pays(asked, day, origin=origin, **more), Decimal(str(value)))


def test_what_a_later_notice_lowered_back_to_the_day_of_entry_is_owed() -> None:
    found = refunded(german_cars(), "2025-08-15")

    assert (found.then.total, found.now.total) == (Decimal("27.5"), Decimal(15))
    assert found.owed == 5_000
    assert found.unlawful == 0
    assert found.differences == (
        Difference("cars", Decimal(25), Decimal("12.5"), "2025-09-24-notice"),
    )


def test_nothing_is_owed_for_a_day_that_the_notice_does_not_reach() -> None:
    assert refunded(german_cars(), "2025-07-31").owed == 0
    assert refunded(german_cars(), "2025-07-31").differences == ()


def test_what_a_later_notice_raised_is_owed_by_the_importer() -> None:
    raised = decided("2025-07-01", rate("cars", "all", 30, since="2025-06-01"), name="raised")
    asked = tariff([decided("2025-01-01", *COLUMN_1, *levy("cars", 25)), raised])

    assert refunded(asked, "2025-06-02", 1_000).owed == -50


def test_what_is_owed_is_exact() -> None:
    assert refunded(german_cars(), "2025-08-15", "0.08").owed == Decimal("0.01")
    assert refunded(german_cars(), "2025-08-15", 0).owed == 0


def test_what_measures_held_unlawful_charge_is_counted_apart() -> None:
    held = effect("measure-standing-set", "all", standing="held-unlawful", since="2025-02-04")
    ruling = decided("2026-02-20", held, name="ruling")
    asked = tariff([decided("2025-01-01", *COLUMN_1, *levy("all", 10), *levy("cars")), ruling])

    found = refunded(asked, "2025-06-02", 1_000)

    assert (found.owed, found.unlawful) == (Decimal(0), Decimal(100))
    assert refunded(asked, "2025-02-03", 1_000).unlawful == 0


def test_what_an_open_rate_held_unlawful_charges_is_not_known() -> None:
    held = effect("measure-standing-set", "all", standing="held-unlawful")
    asked = in_force(*levy("all", "open"), held)

    assert refunded(asked, "2025-06-02").unlawful is None


def test_a_total_that_is_not_known_leaves_open_what_is_owed() -> None:
    opened = decided("2025-07-01", rate("cars", "all", "open", since="2025-06-01"), name="opened")
    asked = tariff([decided("2025-01-01", *COLUMN_1, *levy("cars", 25)), opened])

    assert refunded(asked, "2025-06-02").owed is None
    assert refunded(asked, "2025-05-31").owed == 0


def test_where_neither_answer_knows_the_base_the_rest_says_what_is_owed() -> None:
    lowered = decided("2025-07-01", rate("cars", "all", 15, since="2025-06-01"), name="lowered")
    covered = (introduced("column-1"), effect("coverage-set", "column-1"))
    asked = tariff([decided("2025-01-01", *covered, *levy("cars", 25)), lowered])

    found = refunded(asked, "2025-06-02", 1_000)

    assert (found.then.total, found.now.total) == (None, None)
    assert found.owed == 100


@pytest.mark.parametrize("base", ["0", "2.5", "14"])
def test_a_base_that_is_given_is_that_of_both_answers(base: str) -> None:
    found = refunded(german_cars(), "2025-08-15", 1_000, base=base)

    assert found.owed == (25 - (15 - Decimal(base))) * 10
