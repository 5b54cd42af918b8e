"""Workbooks: texts are texts, however they begin, and what does not fit is said."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from freezegun import freeze_time

from tests.exports.test_guarded import FORMULAS, SOFFICE, TABLE, VALUES, opened, row
from tracker.exports.xlsx import SIGNS, Workbook


def made(*rows: list[str], **options: Any) -> tuple[bytes, Workbook]:
    book = Workbook(rows, TABLE, {"as_of": "2025-04-03", "known_by": None}, **options)
    return b"".join(book), book


def sheet(data: bytes, name: str = "nasty") -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data))[name].iter_rows())


def test_a_text_is_a_text_whatever_it_begins_with() -> None:
    listed = [cell for cell in FORMULAS + VALUES if cell != "\rx"]

    data, _ = made(*(row(cell, code=cell) for cell in listed))

    cells = [line[:2] for line in sheet(data)[1:]]
    assert [[cell.value for cell in line] for line in cells] == [[cell, cell] for cell in listed]
    assert {cell.data_type for line in cells for cell in line} <= {"s", "inlineStr"}
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


def test_a_day_that_spreadsheets_do_not_agree_on_is_a_text() -> None:
    data, _ = made(*(row(day=day) for day in ("1815-06-09", "1900-02-28", "1900-03-01")))

    cells = [line[3] for line in sheet(data)[1:]]
    assert [cell.is_date for cell in cells] == [False, False, True]
    assert [str(cell.value)[:10] for cell in cells] == ["1815-06-09", "1900-02-28", "1900-03-01"]


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_a_text() -> None:
    data, _ = made(row(number="27.5"), row(number="-0.1"), row(number="16.6666666666666675"))

    assert [line[4].value for line in sheet(data)[1:]] == [27.5, -0.1, "16.6666666666666675"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * SIGNS, SIGNS),
        ("x" * (SIGNS + 1), SIGNS),
        ("😀" * (SIGNS // 2), SIGNS // 2),
        ("😀" * (SIGNS // 2 + 1), SIGNS // 2),
    ],
    ids=["as long as it may be", "longer", "of wide signs", "of too many wide signs"],
)
def test_a_text_that_is_too_long_for_a_cell_is_cut_and_counted(text: str, kept: int) -> None:
    data, book = made(row(text))

    assert sheet(data)[1][0].value == text[:kept]
    assert book.cut == (kept < len(text))


def test_rows_that_a_sheet_does_not_hold_go_on_another() -> None:
    data, book = made(*(row(str(number)) for number in range(5)), most=3)

    names = ["nasty", "nasty 2", "nasty 3"]
    assert [[line[0].value for line in sheet(data, name)] for name in names] == [
        ["text", "0", "1"],
        ["text", "2", "3"],
        ["text", "4"],
    ]
    assert book.rows == 5


def test_a_table_without_rows_has_its_columns() -> None:
    data, _ = made()

    assert [[cell.value for cell in line] for line in sheet(data)] == [list(TABLE.names)]


def test_a_workbook_says_what_was_asked_and_what_its_columns_mean() -> None:
    data, _ = made(row("x"))

    about = [[cell.value for cell in line] for line in sheet(data, "about")]

    assert ["as_of", "2025-04-03", None, None] in about
    assert ["when", "when", None, "A day, perhaps vague."] in about
    assert not any(line[0] == "known_by" for line in about)


def test_the_same_rows_are_the_same_bytes_on_any_day() -> None:
    with freeze_time("2025-04-03"):
        first, _ = made(row("x"))
    with freeze_time("2026-11-22 12:00"):
        second, _ = made(row("x"))

    assert first == second


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_text_of_a_workbook_as_it_was_written(tmp_path: Path) -> None:
    # A line break is no text of one cell in CSV, which is how it is read back here.
    listed = [cell for cell in FORMULAS + VALUES if not re.search(r"[\r\n]", cell)]
    data, _ = made(*(row(cell, code=cell) for cell in listed))
    (tmp_path / "nasty.xlsx").write_bytes(data)

    shown = opened(tmp_path / "nasty.xlsx", table=False)

    assert [cells[:2] for cells in shown[1:]] == [[cell, cell] for cell in listed]
