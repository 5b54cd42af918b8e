"""Products: which codes of the Harmonized System there are, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import products
from tracker.domain.products import ANY, UnknownProduct, dotted, read_product
from tracker.errors import TrackerError

TABLE = [
    word[:4] + word[at : at + 2]
    for word in products._SUBHEADINGS.split()
    for at in range(4, len(word), 2)
]
"""The subheadings of the table, by six digits."""

CHAPTERS = {f"{number:02}" for number in range(1, 98)} - {"77"}
"""The chapters of the Harmonized System: 77 is kept for later use."""


def refused(text: str) -> str:
    with pytest.raises(UnknownProduct) as raised:
        read_product(text)
    return str(raised.value)


def test_the_table_holds_the_subheadings_of_2022_each_of_them_once() -> None:
    assert len(TABLE) == len(set(TABLE)) == 5_612
    assert sorted(TABLE) == TABLE
    assert {code[:2] for code in TABLE} == CHAPTERS


def test_every_subheading_is_a_product_with_dots_and_without() -> None:
    for code in TABLE:
        assert read_product(code) == code
        assert read_product(f"{code[:4]}.{code[4:]}") == code


def test_every_heading_of_a_subheading_is_a_product() -> None:
    for heading in {code[:4] for code in TABLE}:
        assert read_product(heading) == heading


def test_no_other_six_digits_are_a_product() -> None:
    known = set(TABLE)

    for heading in sorted({code[:4] for code in TABLE}):
        for last in range(100):
            code = f"{heading}{last:02}"
            if code not in known:
                with pytest.raises(UnknownProduct):
                    read_product(code)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("8703", "8703"),
        ("87.03", "8703"),
        ("8703.23", "870323"),
        ("8703.23.01", "87032301"),
        ("8703.23.0110", "8703230110"),
        ("8703.23.01.10", "8703230110"),
        ("8703.23.01.10.11", "870323011011"),
        (" 8703.23 ", "870323"),
        ("*", ANY),
        (" * ", ANY),
    ],
)
def test_dots_and_spaces_around_a_code_do_not_count(text: str, digits: str) -> None:
    assert read_product(text) == digits


@given(st.sampled_from(TABLE), st.text("0123456789", max_size=6).filter(lambda t: len(t) % 2 == 0))
def test_the_digits_that_importers_add_are_not_checked(code: str, more: str) -> None:
    assert read_product(code + more) == code + more
    assert read_product(dotted(code + more)) == code + more


@given(st.sampled_from(TABLE), st.text("0123456789", max_size=6).filter(lambda t: len(t) % 2 == 0))
def test_a_code_is_printed_with_a_dot_before_every_two_digits_after_the_fourth(
    code: str, more: str
) -> None:
    printed = dotted(code + more)

    assert printed.replace(".", "") == code + more
    assert [len(part) for part in printed.split(".")] == [4, *[2] * (1 + len(more) // 2)]


def test_a_subheading_that_is_none_names_those_that_its_heading_has() -> None:
    message = refused("8703.99")

    assert message.startswith("8703.99 is no subheading of the Harmonized System of 2022: 8703 has")
    for last in ("10", "21", "22", "23", "24", "31", "32", "33", "40", "50", "60", "70", "80"):
        assert f".{last}" in message
    assert ".99" not in message.split("has", 1)[1]


def test_a_longer_code_is_refused_by_its_first_six_digits() -> None:
    assert "8703 has .10, .21" in refused("8703.99.01.10")


@pytest.mark.parametrize("text", ["9999", "7701", "0000", "8704.00.00.01"])
def test_what_is_in_no_table_is_no_product(text: str) -> None:
    assert "of the Harmonized System of 2022" in refused(text)


@pytest.mark.parametrize("text", ["87", "87."])
def test_a_whole_chapter_is_too_wide(text: str) -> None:
    assert refused(text) == f"{text} is a whole chapter: give at least the heading, such as 8703"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "car", "8703.2", "870", "87032", "8703230", "8703.23.01.10.11.12"),
        *("8703 23", "8703,23", "8703-23", "-8703", "**", "8703x", "٨٧٠٣", "８７０３"),
    ],
)
def test_a_text_that_is_no_code_is_refused_with_an_example(text: str) -> None:
    message = refused(text)

    assert repr(text.strip()) in message
    assert "give 4 to 12 digits, such as 8703.23, or * for a good that is on no list" in message


def test_an_unknown_product_is_an_error_with_a_code_of_its_own() -> None:
    assert issubclass(UnknownProduct, TrackerError)
    assert UnknownProduct.code == "unknown-product"
