"""Questions about rates: what is asked of goods, and what cannot be meant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tracker.domain.givens import BadGiven
from tracker.domain.parties import UnknownParty
from tracker.domain.products import ANY, UnknownProduct
from tracker.domain.questions import BadQuestion, Question, read_question
from tracker.domain.tariff import Entry
from tracker.errors import TrackerError

WHOLE = {"into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}


def asked(**fields: Any) -> Question:
    """The question of :data:`WHOLE`, with fields in place of its own; ``origin`` is ``from``."""
    named = {"from" if name == "origin" else name: each for name, each in fields.items()}
    return read_question(WHOLE | named)


def refused(kind: type[TrackerError] = BadQuestion, **fields: Any) -> str:
    with pytest.raises(kind) as raised:
        asked(**fields)
    return str(raised.value)


def test_a_question_is_of_goods_a_day_and_what_was_known() -> None:
    more = {"id": "Q01", "known_by": "2025-10-01", "base": "2.5", "given": {"claim": "usmca"}}

    found = read_question(WHOLE | more)

    given = {"claim": frozenset({"usmca"})}
    entry = Entry("US", "JP", "870323", date(2025, 8, 20), Decimal("2.5"), given)
    assert found == Question("Q01", entry, date(2025, 10, 1))


def test_what_may_be_left_out_is_not_there() -> None:
    assert asked() == Question(None, Entry("US", "JP", "870323", date(2025, 8, 20)), None)
    assert asked(known_by="", base="", given={}) == asked()
    assert asked(known_by=None, base=None, given=None, id=None) == asked()


def test_fields_of_others_are_left_alone() -> None:
    assert asked(goods="passenger car", note="as in the press", total="27.5") == asked()


@pytest.mark.parametrize("name", ["into", "from", "product", "on"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_question_that_lacks_something_says_what(name: str, value: str | None) -> None:
    message = f"it has no {name}: a question needs into, from, product and on"

    with pytest.raises(BadQuestion, match=message):
        read_question(WHOLE | {name: value})
    with pytest.raises(BadQuestion, match=message):
        read_question({key: each for key, each in WHOLE.items() if key != name})


# -- parties --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"), [("JP", "JP"), ("Japan", "JP"), ("JPN", "JP"), ("South Korea", "KR")]
)
def test_a_party_is_named_by_its_code_or_its_name(text: str, code: str) -> None:
    assert asked(origin=text).entry.origin == code
    assert asked(into=text).entry.into == code


def test_a_text_that_names_no_party_is_refused() -> None:
    assert "'Xanadu' names no party" in refused(UnknownParty, origin="Xanadu")
    assert "'Xanadu' names no party" in refused(UnknownParty, into="Xanadu")


def test_a_party_must_have_been_there_on_the_day() -> None:
    assert asked(origin="SU", on="1991-12-25").entry.origin == "SU"
    message = refused(UnknownParty, origin="SU", on="1991-12-26")

    assert "'SU' names no party on 1991-12-26: Soviet Union (SU) existed" in message
    assert "Russia (RU)" in message


def test_goods_enter_into_a_group_and_come_from_one_of_its_parties() -> None:
    assert asked(into="EU").entry.into == "EU"
    assert refused(origin="EU") == (
        "from: European Union (EU) is a group: name the country of origin, such as DE"
    )


# -- products -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("8703.23.01", "87032301"),
        (870323, "870323"),
        (8703, "8703"),
        (Decimal("8703.40"), "870340"),
        ("*", ANY),
    ],
)
def test_a_product_may_be_written_as_a_number(written: object, digits: str) -> None:
    assert asked(product=written).entry.product == digits


def test_a_product_that_is_none_is_refused_with_those_there_are() -> None:
    assert "8703 has .10, .21" in refused(UnknownProduct, product="8703.99")


# -- days -----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2025-08-20", date(2025, 8, 20), "2025-08-20T00:01-04:00"])
def test_a_day_is_the_civil_one_that_was_written(written: object) -> None:
    assert asked(on=written).entry.on == date(2025, 8, 20)
    assert asked(known_by=written).known_by == date(2025, 8, 20)


@pytest.mark.parametrize("name", ["on", "known_by"])
@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("04/02/2025", "could be two different days"),
        ("2025-02-30", "no day of the calendar"),
        ("2025-04", "2025-04 is vague: goods enter on one day, such as 2025-04-03"),
        ("soon", "'soon' is no day"),
        (20250403, "20250403 is no day"),
    ],
)
def test_a_day_that_is_none_or_vague_is_refused(name: str, written: object, why: str) -> None:
    message = refused(BadQuestion, **{name: written})

    assert message.startswith(f"{name}: ")
    assert why in message


# -- base and givens ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("2.5", "2.5"),
        ("2.5%", "2.5"),
        ("2.5 %", "2.5"),
        (0, "0"),
        ("0", "0"),
        (Decimal("2.50"), "2.5"),
        (10_000, "10000"),
    ],
)
def test_a_base_is_a_number_of_per_cent(written: object, base: str) -> None:
    assert asked(base=written).entry.base == Decimal(base)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("free", "base: 'free' is no number: write it in digits"),
        (True, "base: 'True' is no number: write it in digits"),
        ("-1", "base: -1 is no number that it can be"),
        ("10001", "base: 10001 is no rate"),
        ("nan", "base: 'nan' is no number"),
        ("inf", "base: 'inf' is no number"),
        ("2,5", "base: '2,5' has a comma"),
    ],
)
def test_a_base_that_is_no_rate_is_refused(written: object, why: str) -> None:
    assert why in refused(base=written)


def test_givens_are_read_by_the_vocabulary() -> None:
    found = asked(given={"loaded": "2025-04-04", "us-content": Decimal("0.4"), "patented": True})

    assert found.entry.given == {
        "loaded": date(2025, 4, 4),
        "us-content": Decimal("0.4"),
        "patented": "yes",
    }
    assert "did you mean us-content?" in refused(BadGiven, given={"us-contents": "0.4"})
    assert "above 1" in refused(BadGiven, given={"us-content": "40"})


def test_a_party_in_a_given_is_one_that_there_is() -> None:
    assert asked(given={"for-cars-of": "gb"}).entry.given == {"for-cars-of": "GB"}
    assert "'Xanadu' is no party" in refused(BadGiven, given={"for-cars-of": "Xanadu"})


@pytest.mark.parametrize("name", [7, "7", 0, ["a"], {"n": 1}, True])
def test_an_id_is_whatever_it_was(name: object) -> None:
    assert asked(id=name).id is name


@pytest.mark.parametrize("given", [["claim"], "claim=usmca", 7])
def test_givens_that_are_no_names_and_values_are_refused(given: object) -> None:
    assert refused(given=given) == f"given holds names and values, not {given!r}"


def test_what_a_line_names_as_a_claim_may_be_claimed() -> None:
    raw = WHOLE | {"given": {"claim": "swiss-deal"}}

    assert read_question(raw, claims=["swiss-deal"]).entry.given == {
        "claim": frozenset({"swiss-deal"})
    }
    with pytest.raises(BadGiven):
        read_question(raw)


def test_a_question_that_is_refused_has_a_code_that_says_of_what_kind() -> None:
    assert BadQuestion.code == "bad-question"
    assert BadGiven.code == "bad-given"
    assert UnknownParty.code == "unknown-party"
