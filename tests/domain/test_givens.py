"""Givens: what may be stated of goods, how it is read, and which conditions it meets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tracker.domain import givens
from tracker.domain.givens import (
    DERIVED,
    GIVENS,
    PROGRAMMES,
    BadGiven,
    Stated,
    condition_problem,
    in_words,
    read_givens,
)
from tracker.domain.measures import Condition

DAY = date(2025, 6, 2)


def refused(name: str, value: object, **more: Any) -> str:
    with pytest.raises(BadGiven) as raised:
        read_givens({name: value}, **more)
    return str(raised.value)


# -- what is stated -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("claim", "usmca", frozenset({"usmca"})),
        ("claim", "USMCA, 9903.88.69", frozenset({"usmca", "9903.88.69"})),
        ("claim", ["korus"], frozenset({"korus"})),
        ("claim", [], frozenset()),
        ("loaded", "2025-04-04", date(2025, 4, 4)),
        ("loaded", "2025-04-04T23:59-04:00", date(2025, 4, 4)),
        ("loaded", date(2025, 4, 4), date(2025, 4, 4)),
        ("quota", "within", "within"),
        ("quota", "Exhausted", "exhausted"),
        ("patented", "yes", "yes"),
        ("patented", True, "yes"),
        ("patented", "false", "no"),
        ("use", "car-part", "car-part"),
        ("steel-value", "0.4", Decimal("0.4")),
        ("steel-value", Decimal("0.40"), Decimal("0.4")),
        ("steel-value", 0, Decimal(0)),
        ("steel-value", 1, Decimal(1)),
        ("model-year", 2015, Decimal(2015)),
        ("value", "800.01", Decimal("800.01")),
        ("metal-from", "GB:0.96", ("GB", Decimal("0.96"))),
        ("metal-from", "gb:1", ("GB", Decimal(1))),
        ("for-cars-of", "jp", "JP"),
    ],
)
def test_a_given_is_read_by_its_form(name: str, written: object, meant: Stated) -> None:
    assert read_givens({name: written}) == {name: meant}


def test_nothing_stated_is_nothing() -> None:
    assert read_givens({}) == {}


def test_a_name_that_is_no_given_is_refused_with_the_one_that_may_be_meant() -> None:
    assert refused("steel-valu", "0.4") == (
        "steel-valu is no given: did you mean steel-value?; tracker givens lists them"
    )
    assert refused("xyzzy", "1") == "xyzzy is no given; tracker givens lists them"


def test_what_a_condition_derives_is_not_stated() -> None:
    assert DERIVED == {"age-years": "model-year"}
    assert "no given" in refused("age-years", 25)


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        ("quota", "full", "quota is within or exhausted, not 'full'"),
        ("patented", "maybe", "patented is yes or no, not 'maybe'"),
        ("use", "two words", "use is one word, not 'two words'"),
        ("use", "", "use is one word, not ''"),
        ("loaded", "04/02/2025", "write the year first"),
        ("loaded", "2025-04", "loaded: 2025-04 is no day: write it as 2025-04-03"),
        ("loaded", "soon", "'soon' is no day"),
        ("steel-value", "much", "steel-value: 'much' is no number"),
        ("steel-value", "40%", "steel-value: '40%' is no number"),
        ("steel-value", "-0.1", "write one from 0 up"),
        ("steel-value", "nan", "'nan' is no number"),
        ("steel-value", Decimal("Infinity"), "write one from 0 up"),
        ("value", "1e99", "'1e99' is no number"),
        ("value", "40.000", "value: 40.000 could be two different amounts: write 40000 or 40.00"),
        ("metal-from", "GB", "metal-from is a party and a share, such as GB:0.96, not 'GB'"),
        ("metal-from", "GB:", "metal-from is a party and a share, such as GB:0.96, not 'GB:'"),
        ("metal-from", "GB:2", "it is a share"),
        ("claim", 7, "claim is a list of programmes and headings, not 7"),
        ("claim", [7], "claim is a list of programmes and headings, not [7]"),
    ],
)
def test_a_value_that_a_given_cannot_have_is_refused(
    name: str, written: object, message: str
) -> None:
    assert message in refused(name, written)


@pytest.mark.parametrize(
    ("share", "remedy"),
    [
        ("1.01", "it is a share, so write 0.0101 for 1.01 %"),
        ("40", "it is a share, so write 0.4 for 40 %"),
        ("100", "it is a share, so write 1 for 100 %"),
        ("101", "it is a share from 0 to 1"),
    ],
)
def test_a_share_above_1_is_taken_for_a_percentage(share: str, remedy: str) -> None:
    assert refused("us-content", share) == f"us-content: {share} is above 1: {remedy}"


def test_only_programmes_headings_and_what_conditions_name_may_be_claimed() -> None:
    assert refused("claim", "usmac") == (
        "claim: 'usmac' is neither a preference programme nor a heading such as 9903.88.69: "
        "did you mean usmca?"
    )
    assert "neither" in refused("claim", "8703.23")
    assert read_givens({"claim": "swiss-deal"}, claims=["swiss-deal"]) == {
        "claim": frozenset({"swiss-deal"})
    }


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_programme_may_be_claimed(programme: str) -> None:
    assert read_givens({"claim": programme.upper()}) == {"claim": frozenset({programme})}


def test_a_party_in_a_given_is_one_of_those_there_are() -> None:
    assert read_givens({"for-cars-of": " gb "}) == {"for-cars-of": "GB"}
    assert refused("for-cars-of", "XX") == (
        "for-cars-of: 'XX' is no party: give its code, such as GB"
    )
    assert "'Xanadu' is no party" in refused("for-cars-of", "Xanadu")
    assert "'XX' is no party" in refused("metal-from", "XX:0.5")


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "claims": st.sets(st.sampled_from([*PROGRAMMES, "9903.88.69"]), min_size=1).map(frozenset),
    "day": st.dates(),
    "share": st.decimals(0, 1, places=4),
    "number": st.decimals(0, 10**9, places=2),
    "amount": st.decimals(0, 10**9, places=2),
    "party": st.sampled_from(["GB", "JP"]),
    "word": st.sampled_from(["yes", "car-part", "x1"]),
    "party:share": st.tuples(st.sampled_from(["GB", "JP"]), st.decimals(0, 1, places=4)),
}


@given(st.data())
def test_what_is_read_and_written_in_words_is_read_back(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GIVENS)))
    words = GIVENS[name].words
    value = data.draw(st.sampled_from(words) if words else VALUES[GIVENS[name].form])

    assert read_givens({name: in_words(value)}) == {name: value}


# -- what a condition asks ------------------------------------------------------------------


def asks(**condition: Any) -> givens.Test:
    """The test of a condition, as it stands in a fact."""
    named = {name.replace("_", "-").strip("-"): each for name, each in condition.items()}
    value = Condition.model_validate(named).json_value()
    assert isinstance(value, dict)
    return givens.Test.of(value)


def met(test: givens.Test, on: date = DAY, **stated: object) -> bool | None:
    return test.met(
        read_givens({name.replace("_", "-"): each for name, each in stated.items()}), on
    )


def test_what_is_not_stated_neither_meets_a_condition_nor_fails_it() -> None:
    assert met(asks(given="quota", is_="within")) is None
    assert met(asks(given="quota", is_="within"), quota="within") is True
    assert met(asks(given="quota", is_="within"), quota="exhausted") is False


def test_a_claim_that_is_not_made_may_still_be() -> None:
    usmca = asks(given="claim", is_="usmca")

    assert met(usmca, claim="usmca,korus") is True
    assert met(usmca, claim="korus") is None


@pytest.mark.parametrize(
    ("loaded", "before", "after"), [("2025-04-04", True, False), ("2025-04-05", False, True)]
)
def test_a_day_is_before_another_or_on_it_or_after(loaded: str, before: bool, after: bool) -> None:
    assert met(asks(given="loaded", before="2025-04-05"), loaded=loaded) is before
    assert met(asks(given="loaded", on_or_after="2025-04-05"), loaded=loaded) is after


def test_the_hour_that_a_condition_names_does_not_move_its_day() -> None:
    test = asks(given="loaded", before="2025-04-05T00:01-04:00")

    assert met(test, loaded="2025-04-04") is True
    assert met(test, loaded="2025-04-05") is False


@pytest.mark.parametrize(
    ("weight", "enough", "little"), [("0.1499", False, True), ("0.15", True, False)]
)
def test_a_number_reaches_a_threshold_or_stays_below_it(
    weight: str, enough: bool, little: bool
) -> None:
    assert met(asks(given="steel-weight", at_least="0.15"), steel_weight=weight) is enough
    assert met(asks(given="steel-weight", below="0.15"), steel_weight=weight) is little


def test_a_number_is_another_whatever_its_digits() -> None:
    assert met(asks(given="model-year", is_="2000"), model_year="2000.0") is True
    assert met(asks(given="model-year", is_="2000"), model_year="2001") is False


def test_the_weights_of_several_metals_are_added() -> None:
    both = asks(given="steel-weight", plus=["copper-weight"], at_least="0.15")

    assert met(both, steel_weight="0.1", copper_weight="0.05") is True
    assert met(both, steel_weight="0.1", copper_weight="0.04") is False
    assert met(both, steel_weight="0.2") is None
    assert met(both, copper_weight="0.2") is None


def test_metal_is_of_one_party_and_enough_of_it() -> None:
    british = asks(given="metal-from", is_="GB", at_least="0.95")

    assert met(british, metal_from="GB:0.95") is True
    assert met(british, metal_from="GB:0.94") is False
    assert met(british, metal_from="CN:1") is False
    assert met(british) is None


@pytest.mark.parametrize(("year", "old"), [("2000", True), ("2001", False)])
def test_the_age_of_a_car_counts_from_its_year_to_that_of_entry(year: str, old: bool) -> None:
    test = asks(given="age-years", at_least=25)

    assert met(test, date(2025, 1, 1), model_year=year) is old
    assert met(test, date(2025, 12, 31), model_year=year) is old
    assert met(test, date(2024, 12, 31), model_year=year) is False
    assert met(test, date(2026, 1, 1), model_year=year) is True
    assert met(test) is None


@pytest.mark.parametrize(
    "condition",
    [
        {"given": "quota"},
        {"given": "loaded", "before": "2025-04-05", "on-or-after": "2025-04-01"},
        {"given": "metal-from", "is": "GB"},
        {"given": "metal-from", "at-least": "0.5"},
        {"given": "steel-weight", "plus": ["copper-weight"], "is": "1"},
        {"given": "loaded", "before": "2025-04"},
        {"given": "steel-weight", "at-least": 0.5},
    ],
    ids=str,
)
def test_a_condition_that_asks_nothing_or_two_things_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(condition)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            {"given": "stee-weight", "at-least": "0.5"},
            "stee-weight is no given: did you mean steel-weight?; tracker givens lists them",
        ),
        (
            {"given": "steel-weight", "plus": ["coper-weight"], "below": "0.5"},
            "coper-weight is no given: did you mean copper-weight?; tracker givens lists them",
        ),
        (
            {"given": "steel-weight", "plus": ["quota"], "at-least": "0.5"},
            "quota is no number, so it has no sum",
        ),
        ({"given": "quota", "is": "withn"}, "quota is within or exhausted, not 'withn'"),
        ({"given": "patented", "is": "maybe"}, "patented is yes or no, not 'maybe'"),
        ({"given": "model-year", "is": "classic"}, "model-year is a number, not 'classic'"),
        ({"given": "age-years", "is": "old"}, "age-years is a number, not 'old'"),
        ({"given": "quota", "at-least": "1"}, "quota is tested by is"),
        ({"given": "claim", "below": "1"}, "claim is tested by is"),
        ({"given": "loaded", "is": "2025-04-05"}, "loaded is tested by before or on-or-after"),
        (
            {"given": "steel-weight", "before": "2025-04-05"},
            "steel-weight is tested by at-least or below or is",
        ),
        (
            {"given": "steel-value", "at-least": "2"},
            "steel-value: 2 is above 1: it is a share, so write 0.02 for 2 %",
        ),
        ({"given": "us-content", "is": "1.01"}, "us-content: 1.01 is above 1"),
        (
            {"given": "steel-weight", "plus": ["copper-weight"], "at-least": "1.01"},
            "steel-weight: 1.01 is above 1",
        ),
        ({"given": "steel-weight", "below": 0}, "steel-weight is never below 0"),
        ({"given": "weight-kg", "below": "-5"}, "weight-kg is never below -5"),
        ({"given": "model-year", "is": "-1"}, "model-year: -1 is no number that it can be"),
        ({"given": "model-year", "is": "NaN"}, "model-year: NaN is no number that it can be"),
        ({"given": "age-years", "at-least": 3000}, "model-year: -975 is no number that it can be"),
        ({"given": "metal-from", "is": "GB", "at-least": 95}, "metal-from: 95 is above 1"),
        ({"given": "metal-from", "is": "ZZ", "at-least": 1}, "metal-from: 'ZZ' is no party"),
        ({"given": "for-cars-of", "is": "gb"}, "for-cars-of 'gb' is read as 'GB': write it so"),
        ({"given": "claim", "is": "USMCA"}, "claim 'USMCA' is read as 'usmca': write it so"),
        ({"given": "claim", "is": "usmca,korus"}, "claim 'usmca,korus' is read as"),
        ({"given": "use", "is": "Car Part"}, "use is one word, not 'Car Part'"),
        ({"given": "use", "is": "true"}, "use 'true' is read as 'yes': write it so"),
        ({"given": "loaded", "before": "0001-01-01"}, "loaded: no day comes before 0001-01-01"),
    ],
    ids=str,
)
def test_a_condition_that_nobody_can_meet_is_refused(
    condition: dict[str, Any], message: str
) -> None:
    assert message in (condition_problem(Condition.model_validate(condition).json_value()) or "")


CONDITIONS: list[dict[str, Any]] = [
    {"given": "claim", "is": "usmca"},
    {"given": "quota", "is": "within"},
    {"given": "model-year", "is": "2000"},
    {"given": "loaded", "before": "2025-04-05"},
    {"given": "loaded", "on-or-after": "2025-04-05"},
    {"given": "steel-weight", "at-least": "0.15"},
    {"given": "steel-weight", "below": "0.15"},
    {"given": "steel-weight", "plus": ["copper-weight"], "below": "0.15"},
    {"given": "metal-from", "is": "GB", "at-least": "0.95"},
    {"given": "age-years", "at-least": "25"},
    {"given": "age-years", "below": "25"},
    {"given": "age-years", "is": "25"},
    {"given": "steel-weight", "plus": ["copper-weight"], "at-least": "0.15"},
    {"given": "for-cars-of", "is": "GB"},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_a_condition_that_somebody_can_meet_is_not_refused(condition: dict[str, Any]) -> None:
    assert condition_problem(Condition.model_validate(condition).json_value()) is None


@pytest.mark.parametrize(
    "condition",
    [
        {"given": "us-content", "at-least": 0},
        {"given": "us-content", "at-least": 1},
        {"given": "steel-weight", "plus": ["copper-weight"], "at-least": 1},
        {"given": "steel-weight", "below": "0.0001"},
        {"given": "metal-from", "is": "GB", "at-least": 1},
        {"given": "value", "below": "800.01"},
        {"given": "claim", "is": "civil aircraft"},
        {"given": "loaded", "before": "0001-01-02"},
    ],
    ids=str,
)
def test_the_last_condition_that_can_be_met_is_not_refused(condition: dict[str, Any]) -> None:
    assert condition_problem(Condition.model_validate(condition).json_value()) is None


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_what_would_meet_a_condition_meets_it_and_takes_nothing_back(
    condition: dict[str, Any],
) -> None:
    test = givens.Test.of(condition)
    stated = read_givens({"claim": "korus", "use": "car-part"})

    shown = test.shown(stated, DAY)

    assert test.met(stated, DAY) is None
    assert test.met(shown, DAY) is True
    assert shown["use"] == "car-part"
    assert frozenset({"korus"}) <= set_of(shown["claim"])


def set_of(value: Stated) -> frozenset[str]:
    assert isinstance(value, frozenset)
    return value


def test_what_would_meet_a_condition_is_the_least_of_it() -> None:
    transit = asks(given="loaded", before="2025-04-05")
    heavy = asks(given="steel-weight", at_least="0.15")
    old = asks(given="age-years", at_least=25)

    assert transit.shown({}, DAY) == {"loaded": date(2025, 4, 4)}
    assert heavy.shown({}, DAY) == {"steel-weight": Decimal("0.15")}
    assert old.shown({}, DAY) == {"model-year": Decimal(2000)}
    assert old.shown({}, DAY + timedelta(days=365)) == {"model-year": Decimal(2001)}
    assert asks(given="age-years", is_="25").shown({}, DAY) == {"model-year": Decimal(2000)}


@pytest.mark.parametrize(
    ("stated", "least"),
    [
        ({}, {"steel-weight": "0.15", "copper-weight": "0"}),
        ({"copper-weight": "0.1"}, {"steel-weight": "0.15", "copper-weight": "0.1"}),
        ({"steel-weight": "0.2"}, {"steel-weight": "0.2", "copper-weight": "0"}),
        ({"steel-weight": "0.2", "copper-weight": "0"}, {}),
    ],
)
def test_what_is_stated_of_a_sum_stays_and_the_rest_of_it_is_added(
    stated: dict[str, str], least: dict[str, str]
) -> None:
    heavy = asks(given="steel-weight", plus=["copper-weight"], at_least="0.15")

    found = heavy.shown(read_givens(stated), DAY)

    assert found == read_givens(stated | least)


def test_a_value_in_words_has_no_exponent() -> None:
    assert in_words(Decimal("1E-7")) == "0.0000001"
    assert in_words(("GB", Decimal("1E-7"))) == "GB:0.0000001"


def test_the_names_of_a_test_are_the_givens_that_decide_it() -> None:
    assert givens.Test.of(CONDITIONS[7]).names == {"steel-weight", "copper-weight"}
    assert givens.Test.of(CONDITIONS[9]).names == {"model-year"}
