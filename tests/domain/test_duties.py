"""Duties: what goods pay on a day, as known on a day, and why; on both sides of each boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tariff_oracle
from tests.entries import entry, event
from tests.tariff_oracle import Asked, Written
from tests.tariff_strategies import CONDITIONS, GROUPS, KNOWN, MEASURES, WINDOW, goods, tariffs
from tests.tariffs import (
    COLUMN_1,
    changes,
    decided,
    effect,
    in_force,
    introduced,
    levy,
    line,
    lines,
    member,
    pays,
    points,
    rate,
    reason,
    reasons,
    scope,
    tariff,
    yields,
)
from tracker.domain.dates import AsOf
from tracker.domain.duties import Duty, duty
from tracker.domain.events import read_event
from tracker.domain.givens import in_words, read_givens
from tracker.domain.products import dotted
from tracker.domain.tariff import Entry, Tariff

# -- rates, bases and totals ----------------------------------------------------------------


def test_an_additional_rate_adds_to_the_ordinary_duty() -> None:
    found = pays(in_force(*levy("cars", 25)))

    assert points(found) == {"column-1": "2.5", "cars": "25"}
    assert (found.total, found.additional) == (Decimal("27.5"), Decimal(25))


def test_the_ordinary_duty_stands_first_and_the_others_follow_by_name() -> None:
    found = pays(in_force(*levy("b", 1), *levy("a", 1)))

    assert [each.measure for each in found.components] == ["column-1", "a", "b"]


@pytest.mark.parametrize(
    ("base", "added"), [("2.5", "12.5"), ("14.9", "0.1"), ("15", "0"), ("25", "0")]
)
def test_a_total_tops_the_base_up_and_adds_nothing_to_a_base_that_reaches_it(
    base: str, added: str
) -> None:
    found = pays(in_force(*levy("cars", 15, basis="total")), base=base)

    assert points(found) == {"column-1": base, "cars": added}
    assert found.total == max(Decimal(15), Decimal(base))


@pytest.mark.parametrize(("base", "added"), [("2.5", "12.5"), ("4.9", "10.1"), ("5", "10")])
def test_a_line_with_at_least_keeps_a_minimum_of_base_and_measure_together(
    base: str, added: str
) -> None:
    asked = in_force(*levy("cars", 10), *line("cars", "floor", 15, basis="at-least"))

    assert points(pays(asked, base=base))["cars"] == added
    assert pays(asked, base=base).components[1].at_least == 15


@pytest.mark.parametrize(("base", "added"), [("2.5", "12.5"), ("15", "0"), ("20", "0")])
def test_a_measure_of_nothing_but_a_minimum_keeps_it(base: str, added: str) -> None:
    asked = in_force(introduced("cars"), *line("cars", "floor", 15, basis="at-least"))

    found = pays(asked, base=base)

    assert points(found) == {"column-1": base, "cars": added}
    assert found.total == max(Decimal(15), Decimal(base))


def test_a_minimum_whose_condition_is_not_shown_says_so() -> None:
    floor = line("cars", "floor", 15, basis="at-least", products=["8703"], conditions=[WITHIN])
    asked = in_force(introduced("cars"), *floor)

    assert reasons(pays(asked)) == {"cars": "condition"}
    assert points(pays(asked, quota="within"))["cars"] == "12.5"


def test_a_minimum_that_is_not_established_is_not_settled() -> None:
    floor = line("cars", "floor", "open", basis="at-least")

    found = pays(in_force(*levy("cars", 10), *floor))

    assert (found.total, found.additional) == (None, None)
    (unsettled,) = found.unsettled
    assert (unsettled.measure, unsettled.why) == ("cars", "its rate is not established")


def test_goods_that_a_line_exempts_are_outside_the_measure() -> None:
    asked = in_force(*levy("cars"), *line("cars", "british", 0, basis="exempt", partners=["GB"]))

    assert points(pays(asked)) == {"column-1": "2.5", "cars": "25"}
    assert points(pays(asked, origin="GB")) == {"column-1": "2.5"}
    assert reason(pays(asked, origin="GB"), "cars").why == "line british exempts these goods"


def test_a_specific_duty_is_kept_as_text_and_listed_apart() -> None:
    compound = line("cars", "all", 5, text="5 % and 1.2 cents per kilogram")
    found = pays(in_force(introduced("cars"), *compound))

    (specific,) = found.specific
    assert (specific.measure, specific.text) == ("cars", "5 % and 1.2 cents per kilogram")
    assert found.total == Decimal("7.5")


def test_a_component_names_its_rate_its_heading_its_event_and_its_source() -> None:
    found = pays(in_force(*levy("cars", 15, basis="total", heading="9903.94.41")))

    component = found.components[1]
    assert (component.line, component.basis, component.rate) == ("all", "total", Decimal(15))
    assert component.heading == "9903.94.41"
    assert component.event == "2025-01-01-act"
    assert component.source == "https://example.org/2025-01-01-act"


# -- the base -------------------------------------------------------------------------------

NO_BASE = (
    *(introduced("column-1"), effect("coverage-set", "column-1")),
    *line("column-1", "horses", "0", basis="base", products=["0101"]),
)
"""An ordinary duty that is covered, and known of horses only."""


def test_a_base_that_is_not_known_is_not_0() -> None:
    found = pays(tariff([decided("2025-01-01", *NO_BASE, *levy("cars", 25))]))

    assert (found.total, found.additional) == (None, Decimal(25))
    assert found.covered
    (unsettled,) = found.unsettled
    assert unsettled.why == "the ordinary duty is not known: give it as the base"


def test_a_base_that_is_not_established_is_not_known() -> None:
    open_base = line("column-1", "all", "open", basis="base")
    found = pays(tariff([decided("2025-01-01", *NO_BASE, *open_base, *levy("cars", 25))]))

    assert (found.total, found.additional) == (None, Decimal(25))


@pytest.mark.parametrize("basis", ["total", "at-least"])
def test_what_tops_up_a_base_that_is_not_known_is_not_known_either(basis: str) -> None:
    topped = line("cars", "top", 15, basis=basis)
    plain = () if basis == "total" else line("cars", "all", 10)
    found = pays(tariff([decided("2025-01-01", *NO_BASE, introduced("cars"), *plain, *topped)]))

    assert points(found) == {"cars": None}
    assert (found.total, found.additional) == (None, None)


def test_a_base_that_is_given_goes_before_the_one_that_is_known() -> None:
    asked = in_force(*levy("cars", 15, basis="total"))

    found = pays(asked, base=6)

    assert points(found) == {"column-1": "6", "cars": "9"}
    assert lines(found)["column-1"] == "given"
    assert found.unsettled == ()


def test_a_base_of_0_that_is_given_is_known() -> None:
    found = pays(in_force(*levy("cars", 15, basis="total")), base=0)

    assert (found.total, found.additional) == (Decimal(15), Decimal(15))


def test_a_base_that_is_given_stands_in_for_one_that_nobody_knows() -> None:
    found = pays(tariff([decided("2025-01-01", *NO_BASE, *levy("cars", 25))]), base="2.5")

    assert found.total == Decimal("27.5")
    assert reasons(found) == {}


def test_a_base_that_is_given_leaves_nothing_to_settle_about_the_ordinary_duty() -> None:
    car = line("column-1", "car", 0, basis="base", products=["8703.23.01"])
    asked = tariff([decided("2025-01-01", *NO_BASE, *car)])

    assert len(pays(asked, product="8703.23").unsettled) == 2
    assert pays(asked, product="8703.23", base="2.5").unsettled == ()


def test_a_base_on_a_share_of_the_value_is_counted_on_it() -> None:
    base = line("column-1", "all", 10, basis="base", share="content:steel")
    topped = levy("cars", 15, basis="total")
    asked = tariff([decided("2025-01-01", *NO_BASE, *base, *topped)])

    assert points(pays(asked, steel_value="0.4")) == {"column-1": "4", "cars": "11"}
    assert pays(asked, steel_value="0.4").total == 15
    assert points(pays(asked)) == {"column-1": "10", "cars": "5"}


def test_the_ordinary_duty_may_keep_a_minimum() -> None:
    floor = line("column-1", "floor", 10, basis="at-least")

    found = pays(in_force(*floor, *levy("cars", 15, basis="total")))

    assert points(found) == {"column-1": "10", "cars": "5"}
    assert (found.total, found.additional) == (Decimal(15), Decimal(5))


def test_the_bases_of_several_measures_add() -> None:
    other = (introduced("other"), *line("other", "all", 5, basis="base"))

    found = pays(in_force(*other, *levy("cars", 15, basis="total")))

    assert points(found) == {"column-1": "2.5", "other": "5", "cars": "7.5"}
    assert (found.total, found.additional) == (Decimal(15), Decimal("7.5"))


def test_of_several_bases_one_that_is_displaced_leaves_the_others() -> None:
    other = (introduced("other"), *line("other", "all", 5, basis="base"))

    found = pays(in_force(*other, *levy("cars", 10), yields("column-1", "cars")))

    assert points(found) == {"other": "5", "cars": "10"}
    assert (found.total, found.additional) == (Decimal(15), Decimal(10))


def test_an_additional_line_of_the_ordinary_measure_is_additional() -> None:
    found = pays(in_force(*line("column-1", "cars", 5, products=["8703"])))

    assert [(each.measure, each.basis) for each in found.components] == [("column-1", "additional")]
    assert (found.total, found.additional) == (None, Decimal(5))


def test_the_ordinary_duty_yields_in_part_and_is_charged_on_the_rest() -> None:
    metals = levy("metals", 50, share="content:steel")
    asked = in_force(*metals, yields("column-1", "metals", "part"))

    assert points(pays(asked, steel_value="0.4")) == {"column-1": "1.5", "metals": "20"}
    assert pays(asked, steel_value="0.4").total == Decimal("21.5")
    assert points(pays(asked, steel_value="0.4", base=10)) == {"column-1": "6", "metals": "20"}
    assert pays(asked, steel_value="0.4", base=10).total == 26
    assert reasons(pays(asked)) == {"column-1": "yields"}


@pytest.mark.parametrize("base", [None, 6])
def test_whether_the_ordinary_duty_yields_may_be_unsettled(base: int | None) -> None:
    found = pays(in_force(*levy("cars", 10), yields("column-1", "cars", "open")), base=base)

    assert (found.total, found.additional) == (None, Decimal(10))
    (unsettled,) = found.unsettled
    assert unsettled.measure == "column-1"
    assert unsettled.why == "whether it yields to cars is not established"


def test_the_ordinary_duty_may_yield_like_any_other_measure() -> None:
    asked = in_force(*levy("cars", 15, basis="total"), yields("column-1", "cars"))

    assert points(pays(asked)) == {"cars": "15"}
    assert pays(asked).total == 15
    assert reasons(pays(asked)) == {"column-1": "yields"}


def test_a_measure_is_not_listed_twice() -> None:
    asked = tariff([decided("2025-01-01", *NO_BASE, *levy("cars"), yields("column-1", "cars"))])

    assert [(each.measure, each.code) for each in pays(asked).not_applied] == [
        ("column-1", "yields")
    ]


def test_a_base_that_is_given_is_displaced_as_the_ordinary_duty_is() -> None:
    asked = in_force(*levy("cars", 10), yields("column-1", "cars", since="2025-06-02"))

    assert pays(asked, "2025-06-01", base=6).total == 16
    assert pays(asked, "2025-06-02", base=6).total == 10
    assert points(pays(asked, "2025-06-02", base=6)) == {"cars": "10"}


# -- shares of the value --------------------------------------------------------------------


def test_a_line_on_the_content_of_a_metal_is_charged_on_that_share_of_the_value() -> None:
    asked = in_force(*levy("metals", 50, share="content:steel"))

    assert points(pays(asked, steel_value="0.4"))["metals"] == "20"
    assert pays(asked, steel_value="0.4").components[1].share == Decimal("0.4")


def test_a_line_on_the_rest_is_charged_on_what_the_content_leaves() -> None:
    asked = in_force(*levy("cars", 25, share="rest:us-content"))

    assert points(pays(asked, us_content="0.4"))["cars"] == "15"


@pytest.mark.parametrize("share", ["content:steel", "rest:us-content"])
def test_a_share_that_is_not_stated_is_the_whole_value(share: str) -> None:
    assert points(pays(in_force(*levy("cars", 25, share=share))))["cars"] == "25"


def test_a_total_on_a_share_tops_up_that_share() -> None:
    asked = in_force(*levy("cars", 15, basis="total", share="content:steel"))

    assert points(pays(asked, steel_value="0.4"))["cars"] == "5"


def test_an_exempt_line_with_a_share_takes_that_share_out_of_the_line_that_wins() -> None:
    parts = line("cars", "american", 0, basis="exempt", share="content:us-content")
    asked = in_force(*levy("cars", 25), *parts)

    assert lines(pays(asked, us_content="0.4"))["cars"] == "all"
    assert points(pays(asked, us_content="0.4"))["cars"] == "15"
    assert points(pays(asked))["cars"] == "25"


# -- conditions -----------------------------------------------------------------------------

USMCA = {"given": "claim", "is": "usmca"}
WITHIN = {"given": "quota", "is": "within"}


def test_a_condition_is_what_the_importer_must_show() -> None:
    asked = in_force(*levy("cars"), *line("cars", "quota", "7.5", conditions=[WITHIN]))

    assert lines(pays(asked))["cars"] == "all"
    assert lines(pays(asked, quota="exhausted"))["cars"] == "all"
    assert lines(pays(asked, quota="within"))["cars"] == "quota"


def test_all_conditions_of_a_line_must_hold() -> None:
    asked = in_force(*levy("cars"), *line("cars", "quota", 0, conditions=[WITHIN, USMCA]))

    assert lines(pays(asked, quota="within"))["cars"] == "all"
    assert lines(pays(asked, claim="usmca"))["cars"] == "all"
    assert lines(pays(asked, quota="within", claim="usmca"))["cars"] == "quota"


@pytest.mark.parametrize(
    ("loaded", "entered", "expected"),
    [
        ("2025-04-04", "2025-05-26", "in-transit"),
        ("2025-04-05", "2025-05-26", "all"),
        ("2025-04-04", "2025-05-27", "all"),
    ],
)
def test_goods_in_transit_are_loaded_before_a_day_and_entered_before_another(
    loaded: str, entered: str, expected: str
) -> None:
    before = {"given": "loaded", "before": "2025-04-05"}
    transit = line("all", "in-transit", 0, rank=1, conditions=[before], until="2025-05-27")
    asked = in_force(*levy("all", 10), *transit)

    assert lines(pays(asked, entered, loaded=loaded))["all"] == expected


def test_a_measure_none_of_whose_conditions_is_shown_is_not_charged() -> None:
    use = [{"given": "use", "is": "car-part"}]
    found = pays(in_force(*levy("parts", products=["8703"], conditions=use)))

    assert reasons(found) == {"parts": "condition"}
    assert reason(found, "parts").why == "not shown: use"


def test_a_line_for_whatever_is_claimed_says_nothing_of_other_goods() -> None:
    asked = in_force(*levy("parts", conditions=[{"given": "use", "is": "car-part"}]))

    assert reasons(pays(asked)) == {"parts": "no-line"}
    assert points(pays(asked, use="car-part"))["parts"] == "25"


def test_a_condition_on_several_givens_names_all_of_them() -> None:
    metals = {"given": "steel-weight", "plus": ["copper-weight"], "at-least": "0.15"}
    found = pays(in_force(*levy("metals", products=["8703"], conditions=[metals, WITHIN])))

    assert reason(found, "metals").why == "not shown: copper-weight, quota, steel-weight"


def test_what_is_not_stated_and_would_change_the_total_is_listed_with_the_total() -> None:
    asked = in_force(*levy("cars"), *line("cars", "quota", "7.5", conditions=[WITHIN]))

    assert changes(pays(asked)) == {"quota=within": "10"}
    assert changes(pays(asked, quota="within")) == {}
    assert changes(pays(asked, quota="exhausted")) == {}


def test_a_claim_that_would_change_the_total_is_made_beside_those_that_are() -> None:
    asked = in_force(*levy("cars"), *line("cars", "mexican", 0, conditions=[USMCA]))

    assert changes(pays(asked, claim="korus")) == {"claim=korus,usmca": "2.5"}


def test_a_share_that_would_change_the_total_is_listed() -> None:
    asked = in_force(*levy("metals", 50, share="content:steel"))

    assert changes(pays(asked)) == {"steel-value=0": "2.5"}
    assert changes(pays(asked, steel_value="0.5")) == {}


def test_a_share_that_an_exempt_line_takes_out_is_listed_at_its_most() -> None:
    parts = line("cars", "american", 0, basis="exempt", share="content:us-content")

    assert changes(pays(in_force(*levy("cars", 20), *parts))) == {"us-content=1": "2.5"}


def test_a_condition_on_a_line_with_a_share_is_listed_with_and_without_the_share() -> None:
    heavy = [{"given": "steel-weight", "at-least": "0.15"}]
    light = line("metals", "light", 10, conditions=heavy, share="content:steel")
    asked = in_force(*levy("metals", 50), *light)

    assert changes(pays(asked)) == {
        "steel-weight=0.15": "12.5",
        "steel-value=0 steel-weight=0.15": "2.5",
    }


def test_a_condition_that_brings_a_duty_on_a_content_is_listed() -> None:
    heavy = [{"given": "steel-weight", "at-least": "0.15"}]
    asked = in_force(*levy("metals", 50, conditions=heavy, share="content:steel"))

    assert changes(pays(asked)) == {"steel-weight=0.15": "52.5"}


def test_a_share_that_a_condition_asks_for_is_listed_for_what_it_relieves() -> None:
    asks = [USMCA, {"given": "us-content", "at-least": 0}]
    usmca = line("cars", "usmca", 25, conditions=asks, share="rest:us-content")
    asked = in_force(*levy("cars", 25), *usmca)

    assert changes(pays(asked, claim="usmca")) == {"us-content=1": "2.5"}
    assert changes(pays(asked)) == {"claim=usmca us-content=1": "2.5"}


STEEL = {"given": "steel-weight", "plus": ["copper-weight"]}


def test_a_sum_of_weights_that_reaches_a_threshold_is_listed() -> None:
    asked = in_force(*levy("metals", 20, conditions=[STEEL | {"at-least": "0.15"}]))

    assert changes(pays(asked)) == {"copper-weight=0 steel-weight=0.15": "22.5"}
    assert changes(pays(asked, steel_weight="0.2")) == {"copper-weight=0": "22.5"}


def test_what_is_stated_is_not_listed_as_otherwise() -> None:
    relief = line("metals", "light", 0, conditions=[STEEL | {"below": "0.15"}], rank=1)
    asked = in_force(*levy("metals", 20), *relief)

    assert changes(pays(asked, steel_weight="0.5")) == {}
    assert changes(pays(asked, steel_weight="0.1")) == {"copper-weight=0": "2.5"}


def test_two_bounds_of_one_number_are_met_together() -> None:
    bounds = [{"given": "steel-weight", "below": "0.5"}]
    bounds.append({"given": "steel-weight", "at-least": "0.15"})
    asked = in_force(*levy("metals", 20, conditions=bounds))

    assert changes(pays(asked)) == {"steel-weight=0.15": "22.5"}


def test_two_bounds_that_nothing_meets_are_not_listed() -> None:
    bounds = [{"given": "steel-weight", "below": "0.15"}]
    bounds.append({"given": "steel-weight", "at-least": "0.15"})

    assert changes(pays(in_force(*levy("metals", 20, conditions=bounds)))) == {}


@pytest.mark.parametrize(
    ("test", "listed"),
    [({"is": "25"}, "2000"), ({"at-least": "25"}, "2000"), ({"below": 5}, "2025")],
)
def test_an_age_is_listed_as_the_year_that_meets_it(test: dict[str, Any], listed: str) -> None:
    jubilee = line("cars", "jubilee", 0, conditions=[{"given": "age-years", **test}])
    asked = in_force(*levy("cars"), *jubilee)

    assert changes(pays(asked)) == {f"model-year={listed}": "2.5"}
    assert pays(asked, model_year=listed).total == Decimal("2.5")


def test_what_is_listed_is_written_without_an_exponent() -> None:
    small = [{"given": "steel-value", "at-least": "0.0000001"}]
    asked = in_force(*levy("cars"), *line("cars", "low", 0, conditions=small))

    assert list(changes(pays(asked))) == ["steel-value=0.0000001"]


def test_what_would_change_the_total_is_listed_by_what_is_given() -> None:
    lines_of = [
        each
        for name, test in (("z", WITHIN), ("y", USMCA), ("x", {"given": "claim", "is": "korus"}))
        for each in line("cars", name, 1 if name == "z" else 2, conditions=[test])
    ]
    found = changes(pays(in_force(*levy("cars"), *lines_of)))

    assert list(found) == ["claim=korus", "claim=usmca", "quota=within"]


def test_what_changes_no_total_is_not_listed() -> None:
    asked = in_force(*levy("cars"), *line("cars", "quota", 25, conditions=[WITHIN]))

    assert changes(pays(asked)) == {}


# -- which line of a measure wins -----------------------------------------------------------

EVERYONE: dict[str, Any] = {}
JAPAN: dict[str, Any] = {"partners": ["JP"]}


def two(higher: Mapping[str, Any], lower: Mapping[str, Any]) -> Tariff:
    """A measure with two lines; by name and by the day of decision the lower would win."""
    first = decided("2025-01-01", *COLUMN_1, introduced("cars"), *line("cars", "a", 1, **higher))
    later = decided("2025-01-02", *line("cars", "b", 2, **lower), *member("EU", "DE"))
    return tariff([first, later])


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        pytest.param({"rank": 1}, JAPAN, id="the higher rank before a partner"),
        pytest.param({"rank": 0}, {"rank": -1, **JAPAN}, id="no rank before one below"),
        pytest.param(JAPAN, {"products": ["8703.23.01"]}, id="a partner before a longer prefix"),
        pytest.param(
            {"products": ["8703.23"]},
            {"products": ["8703"], "conditions": [WITHIN]},
            id="the longer prefix before conditions",
        ),
        pytest.param({"products": ["87"]}, EVERYONE, id="a prefix before none"),
        pytest.param({"conditions": [WITHIN]}, EVERYONE, id="with conditions before without"),
    ],
)
def test_of_two_lines_the_nearer_wins_though_the_other_is_decided_later(
    higher: dict[str, Any], lower: dict[str, Any]
) -> None:
    assert lines(pays(two(higher, lower), quota="within"))["cars"] == "a"


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        pytest.param({"partners": ["DE"]}, {"partners": ["EU"]}, id="a partner before its group"),
        pytest.param({"partners": ["EU"]}, EVERYONE, id="a group before everyone"),
        pytest.param(
            {"partners": ["EU"]}, {"products": ["8703.23"]}, id="a group before a longer prefix"
        ),
    ],
)
def test_of_two_lines_the_one_for_fewer_partners_wins(
    higher: dict[str, Any], lower: dict[str, Any]
) -> None:
    assert lines(pays(two(higher, lower), origin="DE"))["cars"] == "a"


def test_of_two_lines_that_are_alike_the_later_decided_wins() -> None:
    assert lines(pays(two(EVERYONE, EVERYONE)))["cars"] == "b"


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        pytest.param(("z", 1), ("a", 2), "2", id="the order"),
        pytest.param(("a", 2), ("z", 1), "1", id="the order, whatever the ids"),
        pytest.param(("a", 0), ("z", 0), "2", id="the id where the orders are one"),
        pytest.param(("a", 0), ("z", -1), "1", id="an order below the others"),
    ],
)
def test_of_lines_decided_on_one_day_the_order_of_the_events_decides_and_then_their_id(
    first: tuple[str, int], second: tuple[str, int], winner: str
) -> None:
    (one, before), (other, after) = first, second
    acts = [
        decided("2025-01-01", *COLUMN_1, introduced("cars")),
        event(one, "2025-02-01", *line("cars", "z", 1), order=before),
        event(other, "2025-02-01", *line("cars", "y", 2), order=after),
    ]

    assert points(pays(tariff(acts)))["cars"] == winner


def test_of_two_lines_of_one_event_the_last_by_name_wins() -> None:
    both = in_force(introduced("cars"), *line("cars", "z", 1), *line("cars", "a", 2))

    assert points(pays(both))["cars"] == "1"


def test_a_rate_that_only_may_hold_does_not_go_before_one_that_does() -> None:
    first = decided("2025-01-01", *COLUMN_1, *levy("cars", 10))
    exact = decided("2025-02-01", rate("cars", "all", 25, since="2025-06-10"), name="exact")
    vague = event("vague", "2025-06", rate("cars", "all", 50), reported="2025-06-30")
    asked = tariff([first, exact, vague])

    assert points(pays(asked, "2025-06-15"))["cars"] == "25"
    assert points(pays(asked, "2025-06-30"))["cars"] == "50"


def test_a_line_is_as_late_as_the_later_of_its_scope_and_its_rate() -> None:
    made = decided("2025-01-01", *COLUMN_1, introduced("cars"))
    first = decided("2025-01-02", *line("cars", "a", 1))
    second = decided("2025-01-03", *line("cars", "b", 2))
    raised = decided("2025-01-04", rate("cars", "a", 3))
    listed = decided("2025-01-04", scope("cars", "a", goods="cars"))

    assert lines(pays(tariff([made, first, second])))["cars"] == "b"
    assert points(pays(tariff([made, first, second, raised])))["cars"] == "3"
    assert lines(pays(tariff([made, first, second, listed])))["cars"] == "a"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"rank": 9}, id="of a higher rank"),
        pytest.param(JAPAN, id="for the partner itself"),
        pytest.param({"products": ["8703.23.01"]}, id="for the product itself"),
        pytest.param({"conditions": [WITHIN]}, id="with conditions"),
    ],
)
def test_an_exempt_line_wins_over_any_other(other: dict[str, Any]) -> None:
    assert reasons(pays(two({"basis": "exempt"}, other), quota="within")) == {"cars": "exempt"}


def test_a_suspended_line_is_as_if_it_were_not_there() -> None:
    paused = effect(
        "measure-suspended", "cars", line="japan", since="2025-04-10", until="2025-07-09"
    )
    asked = in_force(*levy("cars", 10), *line("cars", "japan", 24, partners=["JP"]), paused)

    assert points(pays(asked, "2025-04-09"))["cars"] == "24"
    assert points(pays(asked, "2025-04-10"))["cars"] == "10"
    assert points(pays(asked, "2025-07-08"))["cars"] == "10"
    assert points(pays(asked, "2025-07-09"))["cars"] == "24"


def test_a_suspended_exempt_line_exempts_nothing() -> None:
    exempt = line("cars", "quota", 0, basis="exempt")
    paused = effect("measure-suspended", "cars", line="quota", since="2025-06-02")
    asked = in_force(*levy("cars", 10), *exempt, paused)

    assert reasons(pays(asked, "2025-06-01")) == {"cars": "exempt"}
    assert points(pays(asked, "2025-06-02"))["cars"] == "10"


def test_a_line_that_is_suspended_may_be_resumed() -> None:
    paused = effect("measure-suspended", "cars", line="all", since="2025-06-02")
    resumed = effect("measure-resumed", "cars", line="all", since="2025-06-10")
    asked = in_force(*levy("cars"), paused, resumed)

    assert reasons(pays(asked, "2025-06-09")) == {"cars": "suspended"}
    assert points(pays(asked, "2025-06-10"))["cars"] == "25"


# -- partners and groups --------------------------------------------------------------------


def test_a_line_for_some_partners_leaves_the_others_alone() -> None:
    asked = in_force(*levy("cars", partners=["JP", "KR"]))

    assert "cars" in points(pays(asked, origin="KR"))
    assert reasons(pays(asked, origin="DE")) == {"cars": "no-line"}


def test_a_line_for_everyone_spares_the_partners_that_it_excepts() -> None:
    asked = in_force(*levy("cars", except_partners=["GB", "EU"]), *member("EU", "DE"))

    assert "cars" in points(pays(asked, origin="JP"))
    assert "cars" not in points(pays(asked, origin="GB"))
    assert "cars" not in points(pays(asked, origin="DE"))


def test_a_group_means_its_parties_on_the_day() -> None:
    joins = member("EU", "HR", since="2025-03-01")
    left = {**joins[1], "stage": "left", "from": "2025-05-01"}
    asked = in_force(*levy("cars", partners=["EU"]), *joins, left)

    assert "cars" not in points(pays(asked, "2025-02-28", origin="HR"))
    assert "cars" in points(pays(asked, "2025-03-01", origin="HR"))
    assert "cars" in points(pays(asked, "2025-04-30", origin="HR"))
    assert "cars" not in points(pays(asked, "2025-05-01", origin="HR"))


def test_who_may_be_a_party_of_a_group_is_not_taken_for_one() -> None:
    joins = member("EU", "HR", since="[2025-06-05..2025-06-10]")
    leaves = {**member("EU", "DE")[1], "until": "[2025-06-05..2025-06-10]"}
    asked = in_force(*levy("cars", partners=["EU"]), *joins, leaves)

    assert "cars" not in points(pays(asked, "2025-06-09", origin="HR"))
    assert "cars" in points(pays(asked, "2025-06-10", origin="HR"))
    assert "cars" in points(pays(asked, "2025-06-04", origin="DE"))
    assert "cars" not in points(pays(asked, "2025-06-05", origin="DE"))


def test_a_group_that_has_ended_has_no_parties() -> None:
    ended = {"kind": "agreement-stage-set", "subject": "agreement/eu", "stage": "ended"}
    cct = (introduced("cct", imposer="EU"), *line("cct", "all", 10))
    asked = in_force(
        *(*levy("cars", partners=["EU"]), *cct, *member("EU", "DE")), ended | {"from": "2025-06-02"}
    )

    assert "cars" in points(pays(asked, "2025-06-01", origin="DE"))
    assert "cars" not in points(pays(asked, "2025-06-02", origin="DE"))
    assert "cct" in points(pays(asked, "2025-06-01", into="DE"))
    assert "cct" not in points(pays(asked, "2025-06-02", into="DE"))


def test_a_group_means_its_parties_as_known() -> None:
    first = decided("2025-01-01", *COLUMN_1, *levy("cars", partners=["EU"]))
    joined = event("joined", "2025-02-01", *member("EU", "HR"), reported="2025-03-01")
    asked = tariff([first, joined])

    known = {"origin": "HR", "known_by": "2025-02-28"}
    assert "cars" not in points(pays(asked, "2025-02-10", **known))
    assert "cars" in points(pays(asked, "2025-02-10", **known | {"known_by": "2025-03-01"}))


def test_a_member_of_a_union_charges_what_the_union_imposes() -> None:
    imposed = (introduced("steel", imposer="EU"), *line("steel", "all", 25))
    asked = in_force(*imposed, *member("EU", "DE", since="2025-03-01"))

    assert points(pays(asked, "2025-02-28", into="DE")) == {}
    assert points(pays(asked, "2025-03-01", into="DE")) == {"steel": "25"}
    assert points(pays(asked, "2025-03-01", into="EU")) == {"steel": "25"}
    assert points(pays(asked, "2025-03-01", into="JP")) == {}


# -- codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["8703.23", "870323"])
@pytest.mark.parametrize("asked", ["8703.23", "870323", "8703.23.01", "87032301"])
def test_dots_in_codes_do_not_count(written: str, asked: str) -> None:
    assert "cars" in points(pays(in_force(*levy("cars", products=[written])), product=asked))


def test_a_code_that_is_shorter_than_a_line_wants_leaves_it_out_and_is_listed() -> None:
    asked = in_force(*levy("cars", products=["8703.23.01", "8703.23.10", "8704"]))

    short = pays(asked, product="8703.23")

    assert reasons(short) == {"cars": "no-line"}
    (unsettled,) = short.unsettled
    assert (unsettled.measure, unsettled.line) == ("cars", "all")
    assert unsettled.why == (
        "8703.23 is too short: 8 digits settle it (it names 8703.23.01, 8703.23.10)"
    )
    assert pays(asked, product="8703.23.01").unsettled == ()
    assert pays(asked, product="8703.24").unsettled == ()


def test_what_more_digits_would_come_to_is_listed() -> None:
    asked = in_force(*levy("cars", products=["8703.23.01", "8703.23.10"]))

    assert changes(pays(asked, product="8703.23")) == {"product=8703.23.01": "27.5"}
    assert changes(pays(asked, product="8703.23.01")) == {}


def test_many_codes_that_are_longer_are_counted() -> None:
    some = [f"8703.23.01.{number}0" for number in range(1, 8)]

    (unsettled,) = pays(in_force(*levy("cars", products=some)), product="8703.23").unsettled

    named = ", ".join(some[:5])
    assert unsettled.why.endswith(f"10 digits settle it (it names {named} and 2 more)")


def test_a_short_code_that_a_shorter_prefix_covers_is_settled() -> None:
    found = pays(in_force(*levy("cars", products=["8703", "8703.23.01"])), product="8703.23")

    assert "cars" in points(found)
    assert found.unsettled == ()


def test_a_line_spares_the_products_that_it_excepts() -> None:
    asked = in_force(*levy("cars", products=["8703"], except_products=["8703.23"]))

    assert "cars" in points(pays(asked, product="8703.24"))
    assert "cars" not in points(pays(asked, product="8703.23"))
    assert "cars" not in points(pays(asked, product="8703.23.01"))


def test_a_code_that_is_shorter_than_an_exception_is_listed() -> None:
    asked = in_force(*levy("cars", products=["8703"], except_products=["8703.23"]))

    (unsettled,) = pays(asked, product="8703").unsettled

    assert unsettled.why == "8703 is too short: 6 digits settle it (it names 8703.23)"


def test_a_good_on_no_list_meets_only_lines_without_products() -> None:
    asked = in_force(*levy("cars", products=["87"]), *levy("all", 10))

    found = pays(asked, product="*")

    assert points(found) == {"column-1": "2.5", "all": "10"}
    assert reasons(found) == {"cars": "no-line"}
    assert found.unsettled == ()


# -- between measures -----------------------------------------------------------------------


def test_rates_of_several_measures_add() -> None:
    found = pays(in_force(*levy("a", 10), *levy("b", 20)))

    assert found.total == Decimal("32.5")


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("all", {"column-1": "2.5", "cars": "25"}),
        ("part", {"column-1": "2.5", "cars": "25"}),
        ("none", {"column-1": "2.5", "cars": "25", "everything": "10"}),
    ],
)
def test_a_measure_yields_to_another_or_does_not(share: str, expected: dict[str, str]) -> None:
    asked = in_force(*levy("everything", 10), *levy("cars"), yields("everything", "cars", share))

    assert points(pays(asked)) == expected


def test_a_measure_that_yields_says_to_what_and_by_which_act() -> None:
    first = decided("2025-01-01", *COLUMN_1, *levy("everything", 10), *levy("cars"))
    ruled = decided("2025-04-29", yields("everything", "cars"), name="stacking")

    found = reason(pays(tariff([first, ruled])), "everything")

    assert (found.code, found.by, found.event) == ("yields", "cars", "2025-04-29-stacking")
    assert found.why == "not charged where cars is"


def test_a_measure_yields_from_the_day_on_which_it_is_to() -> None:
    ordered = yields("everything", "cars", since="2025-03-04", until="2025-05-01")
    asked = in_force(*levy("everything", 10), *levy("cars"), ordered)

    assert "everything" in points(pays(asked, "2025-03-03"))
    assert "everything" not in points(pays(asked, "2025-03-04"))
    assert "everything" not in points(pays(asked, "2025-04-30"))
    assert "everything" in points(pays(asked, "2025-05-01"))


def test_a_measure_that_yields_in_part_is_charged_on_the_rest_of_the_value() -> None:
    metals = levy("metals", 50, share="content:steel")
    asked = in_force(*levy("everything", 10), *metals, yields("everything", "metals", "part"))

    found = pays(asked, steel_value="0.4")

    assert points(found) == {"column-1": "2.5", "metals": "20", "everything": "6"}
    assert found.components[1].share == Decimal("0.6")


def test_a_measure_that_yields_in_part_to_two_is_charged_on_what_both_leave() -> None:
    steel = levy("steel", 50, share="content:steel")
    copper = levy("copper", 50, share="content:copper")
    given_way = (yields("everything", to, "part") for to in ("steel", "copper"))
    asked = in_force(*levy("everything", 10), *steel, *copper, *given_way)

    both = {"steel_value": "0.3", "copper_value": "0.2"}
    assert points(pays(asked, **both))["everything"] == "5"
    assert reasons(pays(asked, steel_value="0.3", copper_value="0.7")) == {"everything": "yields"}


def test_a_measure_yields_to_one_that_adds_nothing_and_not_to_one_that_exempts() -> None:
    inside = in_force(*levy("everything", 10), *levy("cars", 0), yields("everything", "cars"))
    outside = in_force(
        *levy("everything", 10), *levy("cars", 0, basis="exempt"), yields("everything", "cars")
    )

    assert points(pays(inside)) == {"column-1": "2.5", "cars": "0"}
    assert points(pays(outside)) == {"column-1": "2.5", "everything": "10"}


@pytest.mark.parametrize("word", ["suspended", "ended"])
def test_a_measure_does_not_yield_to_one_that_is_not_charged_that_day(word: str) -> None:
    gone = effect(f"measure-{word}", "cars", since="2025-06-02")
    asked = in_force(*levy("everything", 10), *levy("cars"), yields("everything", "cars"), gone)

    assert points(pays(asked, "2025-06-01")) == {"column-1": "2.5", "cars": "25"}
    assert points(pays(asked, "2025-06-02")) == {"column-1": "2.5", "everything": "10"}


def test_a_measure_does_not_yield_to_a_ban() -> None:
    banned = (introduced("cars"), scope("cars"), effect("ban-set", "cars", line="all"))
    asked = in_force(*levy("everything", 10), *banned, yields("everything", "cars"))

    assert points(pays(asked)) == {"column-1": "2.5", "everything": "10"}


def test_a_measure_that_is_displaced_does_not_displace() -> None:
    three = (*levy("a", 10), *levy("b", 20), *levy("c", 30))
    asked = in_force(*three, yields("a", "b"), yields("b", "c"))

    assert points(pays(asked)) == {"column-1": "2.5", "a": "10", "c": "30"}


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        pytest.param("ab", {"a"}, id="two"),
        pytest.param("ba", {"a"}, id="two, the other way round"),
        pytest.param("abc", {"a", "b"}, id="three"),
        pytest.param("acb", {"a", "c"}, id="three, the other way round"),
        pytest.param("abcd", {"a", "c"}, id="four"),
        pytest.param("abcde", {"a", "b", "d"}, id="five"),
    ],
)
def test_of_a_ring_the_first_measure_by_name_is_charged(ring: str, expected: set[str]) -> None:
    """Each yields to the next; where it is one that yields, it is charged all the same."""
    measures = [each for name in ring for each in levy(name, 10)]
    round_it = [yields(one, other) for one, other in pairwise([*ring, ring[0]])]

    charged = points(pays(in_force(*measures, *round_it))).keys() - {"column-1"}

    assert charged == expected


def test_a_measure_that_yields_to_one_of_a_ring_waits_for_it() -> None:
    three = [each for name in "abc" for each in levy(name, 10)]
    ring = yields("b", "c"), yields("c", "b")

    assert points(pays(in_force(*three, *ring, yields("a", "b")))).keys() == {"column-1", "b"}
    assert points(pays(in_force(*three, *ring, yields("a", "c")))).keys() == {"column-1", "a", "b"}


def test_a_measure_of_a_ring_that_yields_to_one_beside_it_does_not_begin_it() -> None:
    four = [each for name in "abcx" for each in levy(name, 10)]
    ring = yields("a", "b"), yields("b", "c"), yields("c", "a")

    found = pays(in_force(*four, *ring, yields("b", "x")))

    assert points(found).keys() == {"column-1", "a", "x"}
    assert {each.measure: each.by for each in found.not_applied} == {"b": "x", "c": "a"}


def test_a_ring_is_no_ring_on_a_day_on_which_one_of_it_is_not_there() -> None:
    three = (*levy("a", 10), *levy("b", 20), *levy("c", 30, since="2025-06-03"))
    asked = in_force(*three, yields("a", "b"), yields("b", "c"), yields("c", "a"))

    assert points(pays(asked, "2025-06-02")) == {"column-1": "2.5", "b": "20"}


def test_whether_a_measure_yields_may_be_unsettled() -> None:
    asked = in_force(*levy("everything", 10), *levy("cars"), yields("everything", "cars", "open"))

    found = pays(asked)

    assert (found.total, found.additional) == (None, None)
    (unsettled,) = found.unsettled
    assert unsettled.why == "whether it yields to cars is not established"


# -- what is in force, and what is not established ------------------------------------------


def test_a_measure_says_why_it_is_not_charged() -> None:
    asked = in_force(
        *levy("bounded", since="2025-03-01", expires="2025-05-01"),
        *(*levy("paused"), effect("measure-suspended", "paused", since="2025-03-01")),
        *(*levy("over"), effect("measure-ended", "over", since="2025-03-01")),
        *levy("elsewhere", partners=["KR"]),
    )

    before = {"bounded": "not-yet", "elsewhere": "no-line"}
    after = {"elsewhere": "no-line", "over": "ended", "paused": "suspended"}
    assert reasons(pays(asked, "2025-02-28")) == before
    assert reasons(pays(asked, "2025-03-01")) == after
    assert reasons(pays(asked, "2025-04-30")) == after
    assert reasons(pays(asked, "2025-05-01")) == after | {"bounded": "ended"}


def test_a_measure_that_never_covered_the_goods_has_no_line_for_them_once_it_is_over() -> None:
    over = effect("measure-ended", "cars", since="2025-03-01")

    assert reasons(pays(in_force(*levy("cars", partners=["KR"]), over))) == {"cars": "no-line"}


def test_why_a_measure_is_not_charged_names_the_day_and_the_event() -> None:
    asked = in_force(*levy("cars", since="2025-07-01"))

    found = reason(pays(asked, "2025-06-30"), "cars")

    assert (found.code, found.why, found.event) == (
        "not-yet",
        "from 2025-07-01",
        "2025-01-01-act",
    )


def test_after_a_pause_of_its_rate_a_line_bears_what_it_did() -> None:
    pause = rate("cars", "all", 10, since="2025-04-10", until="2025-07-09")
    asked = in_force(*levy("cars", 24), pause)

    assert points(pays(asked, "2025-04-09"))["cars"] == "24"
    assert points(pays(asked, "2025-04-10"))["cars"] == "10"
    assert points(pays(asked, "2025-07-08"))["cars"] == "10"
    assert points(pays(asked, "2025-07-09"))["cars"] == "24"


def test_a_rate_that_is_not_established_leaves_the_total_open() -> None:
    found = pays(in_force(*levy("a", 10), *levy("b", "open")))

    assert points(found) == {"column-1": "2.5", "a": "10", "b": None}
    assert (found.total, found.additional) == (None, None)
    (unsettled,) = found.unsettled
    assert (unsettled.measure, unsettled.why) == ("b", "its rate is not established")


def test_a_line_that_is_open_is_a_rate_that_is_not_established() -> None:
    opened = effect("line-open", "cars", line="all", since="2025-06-02")
    asked = in_force(*levy("cars"), opened)

    assert points(pays(asked, "2025-06-01"))["cars"] == "25"
    assert points(pays(asked, "2025-06-02"))["cars"] is None
    assert pays(asked, "2025-06-02").unsettled != ()


def test_a_measure_that_is_held_unlawful_for_the_day_says_so_and_is_charged() -> None:
    held = effect("measure-standing-set", "cars", standing="held-unlawful", since="2025-06-02")
    asked = in_force(*levy("cars"), held)

    def standing(day: str) -> tuple[str, Decimal | None]:
        found = pays(asked, day)
        return found.components[1].standing, found.total

    assert standing("2025-06-01") == ("undisputed", Decimal("27.5"))
    assert standing("2025-06-02") == ("held-unlawful", Decimal("27.5"))


@pytest.mark.parametrize(("kind", "bears"), [("ban-set", "ban"), ("licence-set", "licence")])
def test_what_forbids_the_goods_is_listed_and_adds_no_points(kind: str, bears: str) -> None:
    stop = effect(kind, "cars", line="north", since="2025-06-02")
    banned = (introduced("cars", instrument="ban"), scope("cars", "north"), stop)
    asked = in_force(*banned, *levy("all", 10))

    assert pays(asked, "2025-06-01").prohibited == ()
    (found,) = pays(asked, "2025-06-02").prohibited
    assert (found.measure, found.line, found.bears) == ("cars", "north", bears)
    assert pays(asked, "2025-06-02").total == Decimal("12.5")


@pytest.mark.parametrize("instrument", ["export-control", "sanction", "advice"])
def test_a_measure_that_does_not_bear_on_entry_is_not_looked_at(instrument: str) -> None:
    found = pays(in_force(introduced("chips", instrument=instrument), *line("chips", "all", 25)))

    assert points(found) == {"column-1": "2.5"}
    assert found.not_applied == ()


def test_a_line_that_says_an_amount_and_no_rate_charges_nothing() -> None:
    amount = effect("quota-set", "cars", line="quota", amount=10, unit="cars", period="year")
    asked = in_force(*levy("cars"), scope("cars", "quota", partners=["JP"]), amount)

    assert lines(pays(asked))["cars"] == "all"


# -- knowledge ------------------------------------------------------------------------------


def german_cars() -> Tariff:
    """25 % from 3 April, and the notice of 24 September that reached back to 1 August."""
    proclaimed = levy("cars", 25, since="2025-04-03")
    lowered = line("cars", "eu", 15, basis="total", partners=["EU"], since="2025-08-01")
    return tariff(
        [
            decided("2025-01-01", *COLUMN_1, *member("EU", "DE")),
            decided("2025-03-26", *proclaimed, name="proclaimed"),
            decided("2025-09-24", *lowered, name="notice"),
        ]
    )


@pytest.mark.parametrize(
    ("known_by", "total"),
    [
        ("2025-03-25", "2.5"),
        ("2025-03-26", "27.5"),
        ("2025-09-01", "27.5"),
        ("2025-09-23", "27.5"),
        ("2025-09-24", "15"),
        (None, "15"),
    ],
)
def test_a_notice_that_reaches_back_counts_from_the_day_it_was_known(
    known_by: str | None, total: str
) -> None:
    found = pays(german_cars(), "2025-08-15", origin="DE", known_by=known_by)

    assert found.total == Decimal(total)


def test_a_notice_reaches_back_to_the_day_that_it_names() -> None:
    assert pays(german_cars(), "2025-07-31", origin="DE").total == Decimal("27.5")
    assert pays(german_cars(), "2025-08-01", origin="DE").total == 15


def test_a_measure_that_was_not_yet_reported_is_not_looked_at() -> None:
    assert reasons(pays(german_cars(), "2025-03-25", known_by="2025-03-25")) == {}
    assert reasons(pays(german_cars(), "2025-03-25", known_by="2025-03-26")) == {"cars": "not-yet"}


# -- coverage -------------------------------------------------------------------------------


def covered_in_april() -> Tariff:
    covered = effect("coverage-set", "column-1", since="2025-04-01", until="2025-05-01")
    ordinary = (introduced("column-1"), *line("column-1", "all", "2.5", basis="base"))
    return tariff([decided("2025-01-01", *ordinary, covered, *levy("cars"))])


@pytest.mark.parametrize(
    ("day", "covered"),
    [("2025-03-31", False), ("2025-04-01", True), ("2025-04-30", True), ("2025-05-01", False)],
)
def test_the_total_of_a_day_that_is_not_covered_is_not_known(day: str, covered: bool) -> None:
    found = pays(covered_in_april(), day)

    assert found.covered is covered
    assert found.total == (Decimal("27.5") if covered else None)
    assert found.additional == 25
    assert found.covers == (date(2025, 4, 1), date(2025, 5, 1))


def test_what_the_catalogue_covers_is_the_same_as_known_on_any_day() -> None:
    first = decided("2025-01-01", *COLUMN_1[:1], *COLUMN_1[2:])
    covered = effect("coverage-set", "column-1", since="2025-01-01")
    asked = tariff([first, decided("2026-01-01", covered)])

    assert pays(asked, "2025-06-02", known_by="2025-06-02").covered


def test_a_day_that_is_not_covered_is_never_told_as_free() -> None:
    ordinary = (introduced("column-1"), *line("column-1", "all", "2.5", basis="base"))
    covered = effect("coverage-set", "column-1", since="2025-04-01")
    asked = tariff([decided("2025-01-01", *ordinary, covered)])

    assert pays(asked, "2025-03-31").additional is None
    assert pays(asked, "2025-04-01").additional == 0


def test_an_importer_of_which_nothing_is_kept_is_not_covered() -> None:
    found = pays(in_force(*levy("cars")), into="JP", origin="US", base=0)

    assert not found.covered
    assert found.covers is None
    assert found.total is None


def test_what_is_covered_on_some_days_is_not_covered_between_them() -> None:
    spans = (("2025-01-01", "2025-02-01"), ("2025-06-01", "2025-07-01"))
    covered = [effect("coverage-set", "b", since=one, until=end) for one, end in spans]
    asked = tariff(
        [decided("2025-01-01", introduced("b"), *line("b", "all", 1, basis="base"), *covered)]
    )

    days = ("2025-01-31", "2025-02-01", "2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01")
    assert [pays(asked, day).covered for day in days] == [True, False, False, True, True, False]
    assert [pays(asked, day).total for day in days[:2]] == [1, None]
    assert pays(asked, "2025-04-01").covers == (date(2025, 1, 1), date(2025, 7, 1))


def test_a_member_of_a_union_is_covered_by_what_covers_the_union() -> None:
    cct = (introduced("cct", imposer="EU"), effect("coverage-set", "cct"))
    base = line("cct", "all", 10, basis="base")
    joins = member("EU", "DE", since="2025-03-01")
    asked = tariff([decided("2025-01-01", *cct, *base, *joins)])

    found = pays(asked, "2025-03-01", into="DE")
    assert (found.covered, found.total, points(found)) == (True, Decimal(10), {"cct": "10"})
    assert found.covers == pays(asked, into="EU").covers
    assert not pays(asked, "2025-02-28", into="DE").covered


def test_coverage_of_a_measure_that_is_not_introduced_covers_nothing() -> None:
    asked = tariff([decided("2025-01-01", effect("coverage-set", "column-1"))])

    assert not pays(asked).covered


def test_on_a_day_that_is_not_covered_no_total_is_promised() -> None:
    july = effect("coverage-set", "column-1", since="2025-07-01")
    quota = (*levy("cars", 25), *line("cars", "quota", 5, conditions=[WITHIN]))
    ordinary = (introduced("column-1"), *line("column-1", "all", 10, basis="base"), july)
    asked = tariff([decided("2025-01-01", *ordinary, *quota)])

    assert changes(pays(asked, "2025-06-30")) == {"quota=within": None}
    assert changes(pays(asked, "2025-07-01")) == {"quota=within": "15"}
    assert pays(asked, "2025-06-30", quota="within").total is None


def test_an_answer_says_by_which_version_of_the_log_it_goes() -> None:
    first = decided("2025-01-01", *COLUMN_1)
    more = decided("2025-01-02", *levy("cars"))

    assert pays(tariff([first])).as_of.at_version == 1
    assert pays(tariff([first, more])).as_of.at_version == 2


# -- the same rule, done the naive way ------------------------------------------------------


def folded_by_timeline(entries: Sequence[Written]) -> Tariff:
    return tariff([read_event(dict(each)) for each in entries])


def answered(asked: Tariff, question: Asked, **other: Any) -> Duty:
    question = replace(question, **other)
    on = date.fromisoformat(question.day)
    given = read_givens(question.given)
    asked_of = Entry(question.into, question.origin, question.product, on, question.base, given)
    return duty(asked, asked_of, AsOf(on, date.fromisoformat(question.known_by)))


@settings(max_examples=150)
@given(tariffs(), st.lists(goods, min_size=1, max_size=6))
def test_goods_pay_what_the_naive_rule_says(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    found = folded_by_timeline(entries)

    for question in asked:
        answer = answered(found, question)
        expected = tariff_oracle.pays(entries, question, GROUPS)
        assert {
            each.measure: (each.line, each.share, each.points, each.standing, each.event)
            for each in answer.components
            if each.line != "given"
        } == expected.charged
        assert reasons(answer) == expected.not_charged
        assert answer.covered is expected.covered
        assert (answer.total, answer.additional) == (expected.total, expected.additional)
        short = [each for each in answer.unsettled if "too short" in each.why]
        assert {(each.measure, each.line) for each in short} == expected.too_short
        undecided = {each.measure for each in answer.unsettled if "whether" in each.why}
        assert undecided == expected.open
        stopped = {(each.measure, each.line) for each in answer.prohibited}
        assert stopped == expected.forbidden


FIVE = ("a", "b", "c", "d", "e")


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(FIVE)] * 2, st.sampled_from(["all", "all", "part", "open"])),
        max_size=9,
        unique_by=lambda each: each[:2],
    )
)
def test_measures_that_yield_to_one_another_in_any_way_are_charged_as_the_naive_rule_says(
    graph: list[tuple[str, str, str]],
) -> None:
    effects = [each for name in FIVE for each in levy(name, 10)]
    effects += [yields(one, other, word) for one, other, word in graph if one != other]
    act = entry("act", "2025-01-01", *COLUMN_1, *effects)
    question = Asked("JP", "87032301", "2025-06-02", "2025-06-02")

    answer = answered(folded_by_timeline([act]), question)

    expected = tariff_oracle.pays([act | {"reported": "2025-01-01"}], question, GROUPS)
    charged = {each.measure: (each.share, each.points) for each in answer.components}
    assert charged == {name: each[1:3] for name, each in expected.charged.items()}
    assert {each.measure for each in answer.unsettled} == expected.open
    assert (answer.total, answer.additional) == (expected.total, expected.additional)


def questions(found: Tariff, asked: Iterable[Asked]) -> Iterator[tuple[Asked, Duty]]:
    yield from ((each, answered(found, each)) for each in asked)


some_goods = st.lists(goods, min_size=1, max_size=4)


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_the_total_is_the_sum_of_the_points_of_its_components(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    for _, answer in questions(folded_by_timeline(entries), asked):
        parts = [each.points for each in answer.components]
        if answer.total is not None:
            assert answer.total == sum(each for each in parts if each is not None)
            assert None not in parts
        if answer.covered and not answer.unsettled:
            assert answer.total is not None


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_nothing_that_yields_to_a_measure_that_is_charged_is_charged_beside_it(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    for question, answer in questions(folded_by_timeline(entries), asked):
        held = tariff_oracle.holding(entries, question.day, question.known_by)
        charged = points(answer)
        names = [*tariff_oracle.ORDINARY, *MEASURES]
        for part, said in held.items():
            # In a ring somebody has to begin.
            in_a_ring = part[0] == "yields" and part[1] in tariff_oracle.ring(part[2], names, held)
            if part[0] == "yields" and said["share"] == "all" and not in_a_ring:
                assert not {part[1], part[2]} <= charged.keys()
        for each in answer.not_applied:
            assert each.by is None or each.by in charged


@settings(max_examples=60)
@given(tariffs(), some_goods, st.data())
def test_a_line_for_another_partner_changes_nothing(
    entries: list[dict[str, Any]], asked: list[Asked], data: st.DataObject
) -> None:
    measure = data.draw(st.sampled_from(["cars", "metals", "parts"]))
    basis = data.draw(st.sampled_from(["additional", "total", "exempt", "at-least"]))
    brazil = line(measure, "brazil", 50, basis=basis, rank=9, partners=["BR"])
    more = event("more", "2025-03-02", *brazil, reported=KNOWN[0])

    before = folded_by_timeline(entries)
    after = tariff([*(read_event(each) for each in entries), more])

    for question in asked:
        then, now = answered(before, question), answered(after, question)
        assert (then.as_of.at_version, now.as_of.at_version) == (len(entries), len(entries) + 1)
        assert replace(now, as_of=then.as_of) == then


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_between_two_turns_nothing_changes_but_the_day(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    found = folded_by_timeline(entries)

    for question in asked:
        turns = found.turns(date.fromisoformat(question.known_by))
        day = date.fromisoformat(question.day)
        first = max(turn for turn in turns if turn <= day)
        last = min(turn for turn in turns if turn > day) - timedelta(days=1)
        one = answered(found, question)
        for other in {max(first, day - timedelta(days=3)), min(last, day + timedelta(days=3))}:
            moved = answered(found, question, day=other.isoformat())
            assert replace(moved, entry=one.entry, as_of=one.as_of) == one


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_known_by_the_day_of_the_last_report_is_all_that_is_known(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    found = folded_by_timeline(entries)
    last = max(each["reported"] for each in entries)

    for question in asked:
        whole = answered(found, question, known_by=last)
        entry, day = whole.entry, whole.as_of.day
        assert replace(duty(found, entry, AsOf(day)), as_of=whole.as_of) == whole
        later = date.fromisoformat(last) + timedelta(days=1)
        assert replace(duty(found, entry, AsOf(day, later)), as_of=whole.as_of) == whole


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_whatever_would_change_the_total_gives_the_total_that_it_says_when_it_is_stated(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    found = folded_by_timeline(entries)

    for question, answer in questions(found, asked):
        for change in answer.would_change:
            stated = {name: in_words(value) for name, value in change.given.items()}
            product = stated.pop("product", question.product).replace(".", "")
            given = {**question.given, **stated}
            then = answered(found, question, given=given, product=product)
            assert then.total == change.total
            if answer.covered:
                assert then.additional == change.additional
                before = answer.total, answer.additional, answer.prohibited
                assert before != (then.total, then.additional, then.prohibited)
            else:
                assert then.additional == (change.additional or None)
            assert not change.given.items() <= question.given.items()
        listed = [
            [(name, in_words(each)) for name, each in change.given.items()]
            for change in answer.would_change
        ]
        assert listed == sorted(listed)


STATED: list[tuple[str, str]] = [
    *(("claim", word) for word in ("usmca", "korus")),
    *(("quota", "within"), ("loaded", WINDOW[4]), ("loaded", WINDOW[5])),
    *(("steel-weight", "0.5"), ("metal-from", "GB:0.5"), ("model-year", "2000")),
    ("for-cars-of", "GB"),
]
"""What meets each of the conditions that random lines have."""

SHARES = [(name, end) for name in ("steel-value", "us-content") for end in ("0", "1")]


def assert_listed(found: Tariff, asked: Iterable[Asked], stated: Iterable[tuple[str, str]]) -> None:
    """Whatever of *stated* changes what goods pay is listed as something that would."""
    stated = list(stated)
    for question, answer in questions(found, asked):
        listed = {name for change in answer.would_change for name in change.given}
        for name, value in stated:
            if name in question.given:
                continue
            then = answered(found, question, given={**question.given, name: value})
            if (then.total, then.additional) != (answer.total, answer.additional):
                assert name in listed


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_every_condition_that_changes_the_total_when_it_is_shown_is_listed(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    assert {each["given"] for each in CONDITIONS} - {"age-years"} <= {name for name, _ in STATED}
    assert_listed(folded_by_timeline(entries), asked, STATED)


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_every_share_that_changes_the_total_when_it_is_stated_is_listed(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    assert_listed(folded_by_timeline(entries), asked, SHARES)


@settings(max_examples=60)
@given(tariffs(), some_goods)
def test_every_line_that_wants_more_digits_is_listed_where_its_first_code_changes_the_total(
    entries: list[dict[str, Any]], asked: list[Asked]
) -> None:
    found = folded_by_timeline(entries)

    for question, answer in questions(found, asked):
        listed = {change.given.get("product") for change in answer.would_change}
        for each in answer.unsettled:
            for code in each.codes[:1]:
                then = answered(found, question, product=code)
                if (then.total, then.additional) != (answer.total, answer.additional):
                    assert dotted(code) in listed
