"""Numbers: how they are read and written, and which texts could be two of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.numbers import BadNumber, plain, read


def refused(stated: object, *, money: bool = False) -> str:
    with pytest.raises(BadNumber) as raised:
        read(stated, money=money)
    return str(raised.value)


@given(st.decimals(0, 10**15, places=2), st.booleans())
def test_what_is_written_is_read_back(number: Decimal, money: bool) -> None:
    assert read(plain(number), money=money) == number
    assert read(number, money=money) == number


@pytest.mark.parametrize("text", ["40,000", "40000,50", "4,0000", "1,234.50", ",5"])
def test_a_number_with_a_comma_is_refused_with_the_way_to_write_it(text: str) -> None:
    assert refused(text) == (
        f"{text!r} has a comma, which could part thousands or decimals: write digits only, and a "
        "point before decimals, such as 40000.50"
    )


@pytest.mark.parametrize(
    "text", ["", "much", "1e30", "1E5", "nan", "inf", "1_000", "1.000.000", "4 0", "+5", "5.", "٤٠"]
)
def test_what_is_not_digits_with_one_point_is_no_number(text: str) -> None:
    assert refused(text) == f"{text!r} is no number: write it in digits, such as 40000 or 2.5"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("40.000", "write 40000 or 40.00"),
        ("1.250", "write 1250 or 1.25"),
        ("1.234", "write 1234 or 1.2340"),
        ("999.999", "write 999999 or 999.9990"),
    ],
)
def test_an_amount_whose_point_could_part_thousands_is_refused(text: str, remedy: str) -> None:
    assert refused(text, money=True) == f"{text} could be two different amounts: {remedy}"
    assert read(text) == Decimal(text)
    assert {read(each, money=True) for each in remedy.split()[1::2]} == {
        Decimal(text),
        Decimal(text) * 1000,
    }


@pytest.mark.parametrize("text", ["40.00", "40.0000", "0.125", "1000.000", ".125"])
def test_an_amount_whose_point_parts_no_thousands_is_read(text: str) -> None:
    assert read(text, money=True) == Decimal(text)


@pytest.mark.parametrize(
    "stated", ["-1", "1" + "0" * 16, -1, 10**16, Decimal("1E+999999"), Decimal("NaN")]
)
def test_a_number_below_0_or_of_no_size_that_is_meant_is_refused(stated: object) -> None:
    assert refused(stated).endswith("is no number that it can be: write one from 0 up")
    assert read("9" * 16) == Decimal("9" * 16)


def test_a_number_of_a_file_is_what_it_is() -> None:
    assert read(Decimal("40.000"), money=True) == 40
    assert read(40_000, money=True) == 40_000
