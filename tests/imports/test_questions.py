"""Files of questions: JSON lines or CSV, each line read for itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.questions import BadQuestion
from tracker.imports.questions import read

ONE = {"id": "Q1", "into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}
TWO = {"id": "Q2", "into": "US", "from": "DE", "product": "8703.23", "on": "2025-08-15"}


def found(text: str | bytes) -> list[tuple[int, Mapping[str, Any] | BadQuestion]]:
    """What is read of a file of this *text*, opened as the command opens it."""
    return list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def ids(text: str | bytes) -> list[tuple[int, str]]:
    """The number of each line and the id of its question, or what is wrong with it."""
    return [
        (number, str(each) if isinstance(each, BadQuestion) else each["id"])
        for number, each in found(text)
    ]


# -- JSON lines -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_each_line_of_json_is_a_question(end: str, mark: str, last: bool) -> None:
    text = mark + end.join([json.dumps(ONE), json.dumps(TWO)]) + (end if last else "")

    assert found(text) == [(1, ONE), (2, TWO)]


def test_numbers_in_json_are_exact() -> None:
    ((_, question),) = found('{"base": 2.50, "product": 8703.40, "given": {"us-content": 0.1}}')

    assert not isinstance(question, BadQuestion)
    assert (question["base"], str(question["product"])) == (Decimal("2.5"), "8703.40")
    assert question["given"] == {"us-content": Decimal("0.1")}


def test_blank_lines_are_passed_over_and_counted() -> None:
    text = f"\n  \n{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n\n"

    assert ids(text) == [(3, "Q1"), (5, "Q2")]


def test_a_line_that_is_no_json_stops_none_of_the_others() -> None:
    lines = [json.dumps(ONE), '{"id": "Q7", ', "[1, 2]", '"US"', "nothing", json.dumps(TWO)]

    (first, bad, array, text, word, last) = ids("\n".join(lines))

    assert (first, last) == ((1, "Q1"), (6, "Q2"))
    assert bad[1].startswith("it is not JSON: ")
    assert array == (3, "it is no JSON object: write {…} with into, from, product, on")
    assert text[1].startswith("it is no JSON object")
    assert word[1].startswith("it is not JSON: ")


def test_a_line_that_is_nested_too_deep_is_no_question() -> None:
    ((_, deep), (_, last)) = found('{"given": ' + "[" * 100_000 + "\n" + json.dumps(ONE))

    assert isinstance(deep, BadQuestion)
    assert last == ONE


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\ufeff\r\n \r\n"])
def test_an_empty_file_holds_no_questions(text: str) -> None:
    assert found(text) == []


# -- CSV ------------------------------------------------------------------------------------

HEADER = "id,into,from,product,on"


def rows(*lines: str, header: str = HEADER, end: str = "\n", mark: str = "") -> str:
    return mark + end.join([header, *lines]) + end


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_row_of_a_csv_is_a_question(end: str, mark: str) -> None:
    text = rows("Q1,US,JP,8703.23,2025-08-20", "Q2,US,DE,8703.23,2025-08-15", end=end, mark=mark)

    assert found(text) == [(2, ONE | {"given": {}}), (3, TWO | {"given": {}})]


def test_spaces_around_cells_and_names_do_not_count() -> None:
    text = rows(" Q1 , US,JP ,8703.23, 2025-08-20", header="id, into, from , product,on")

    assert found(text) == [(2, ONE | {"given": {}})]


def test_cells_may_be_quoted() -> None:
    text = rows('Q1,US,"Korea, Republic of","8703.23",2025-08-20')

    ((_, question),) = found(text)

    assert not isinstance(question, BadQuestion)
    assert question["from"] == "Korea, Republic of"


def test_a_column_may_be_a_given_and_one_may_hold_several() -> None:
    text = rows(
        "Q1,US,JP,8703.23,2025-08-20,0.4,loaded=2025-04-04; quota = within",
        "Q2,US,DE,8703.23,2025-08-15,,",
        header=HEADER + ",us-content,given",
    )

    (_, first), (_, second) = found(text)

    stated = {"us-content": "0.4", "loaded": "2025-04-04", "quota": "within"}
    assert first == ONE | {"given": stated}
    assert not isinstance(second, BadQuestion)
    assert second["given"] == {}


def test_columns_of_others_are_left_in() -> None:
    text = rows("Q1,US,JP,8703.23,2025-08-20,a car", header=HEADER + ",goods")

    assert found(text) == [(2, ONE | {"goods": "a car", "given": {}})]


def test_a_row_with_too_many_cells_stops_none_of_the_others() -> None:
    text = rows(
        "Q1,US,JP,8703.23,2025-08-20", "Q7,US,JP,8703,23,2025-08-20", "Q2,US,DE,8703.23,2025-08-15"
    )

    assert ids(text) == [
        (2, "Q1"),
        (3, "it has more cells than the first line has columns"),
        (4, "Q2"),
    ]


def test_a_row_with_too_few_cells_lacks_the_last_ones() -> None:
    ((_, question),) = found(rows("Q1,US,JP"))

    assert question == {"id": "Q1", "into": "US", "from": "JP", "given": {}}


def test_blank_rows_are_passed_over_and_counted() -> None:
    text = rows("", "Q1,US,JP,8703.23,2025-08-20", "  ", "Q2,US,DE,8703.23,2025-08-15", "")

    assert ids(text) == [(3, "Q1"), (5, "Q2")]
    assert ids("\n" + text) == [(4, "Q1"), (6, "Q2")]


def test_a_row_of_a_csv_is_one_line() -> None:
    text = rows('"Q1,US,DE,8703.23,2025-08-15', "Q2,US,DE,8703.23,2025-08-15", 'a"b",US')

    (first, second, third) = ids(text)

    assert first[0] == 2
    assert first[1].startswith("it is no line of a CSV: ")
    assert second == (3, "Q2")
    assert third == (4, 'a"b"')


def test_a_cell_that_is_too_long_stops_none_of_the_others() -> None:
    text = rows(f"Q1,US,DE,{'9' * 200_000},2025-08-15", "Q2,US,DE,8703.23,2025-08-15")

    (first, second) = ids(text)

    assert first[0] == 2
    assert first[1].startswith("it is no line of a CSV: ")
    assert second == (3, "Q2")


def test_a_csv_of_a_header_holds_no_questions() -> None:
    assert found(HEADER + "\n") == []


# -- both -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [rows(), ""], ids=["csv", "json"])
def test_a_line_that_is_not_utf_8_stops_none_of_the_others(text: str) -> None:
    lines = [b"Q1" if text else json.dumps(ONE).encode(), b"Q\xff", b"Q2" if text else b"{}"]

    numbered = found(text.encode() + b"\n".join(lines))

    (first, _), (bad, why), (last, _) = numbered
    assert (first, bad, last) == ((2, 3, 4) if text else (1, 2, 3))
    assert str(why) == "it is not UTF-8 (byte 1): save it as UTF-8"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x14\0\x06\0\n\xff\n\xfe\n", "into,from\nUS,DE\n".encode("utf-16")]
)
def test_a_file_that_is_no_text_is_said_once_to_be_none(content: bytes) -> None:
    ((number, why),) = found(content)

    assert number == 1
    assert str(why) == "the file is no text in UTF-8: save it as CSV or JSON lines"


cells = st.text(st.characters(exclude_categories=["C", "Zs"]), min_size=1)
"""Quotes are among them, and what is an end of a line to others than us."""
questions = st.lists(
    st.fixed_dictionaries(dict.fromkeys(ONE, cells)),
    min_size=1,
    max_size=5,
)


def as_csv(asked: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(asked[0]))
    writer.writeheader()
    writer.writerows(asked)
    return out.getvalue()


def as_json(asked: Iterable[Mapping[str, str]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in asked)


@given(questions)
def test_the_same_questions_are_read_from_json_and_from_csv(asked: list[dict[str, str]]) -> None:
    assert [each for _, each in found(as_json(asked))] == asked
    assert [each for _, each in found(as_csv(asked))] == [each | {"given": {}} for each in asked]
