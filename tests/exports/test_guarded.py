"""Tables for spreadsheets: what they would alter is kept as it is, and the rest untouched."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.exports import csv as writer
from tracker.exports.tables import Column, Kind, Table

TABLE = Table(
    "nasty",
    "One row a kind of cell.",
    (
        Column("text", Kind.text, "Anything."),
        Column("code", Kind.code, "A code."),
        Column("when", Kind.when, "A day, perhaps vague."),
        Column("day", Kind.day, "A day."),
        Column("number", Kind.number, "A number."),
        Column("truth", Kind.truth, "A truth."),
    ),
    key=("code",),
)


def guarded(*rows: Sequence[str]) -> tuple[list[list[str]], writer.Guarded]:
    found = writer.Guarded(rows, TABLE)
    return [list(cells) for cells in found], found


def row(text: str = "", **cells: str) -> list[str]:
    return [{"text": text, **cells}.get(name, "") for name in TABLE.names]


FORMULAS = ['=HYPERLINK("http://x","y")', "+1+1", "-25.5 %", "@SUM(1,1)", "\tx", "\rx", "=1"]
VALUES = [
    *("0201", "0201.10", "8703.23.01", "25", "25%", "25 %", "1E5", "1/2", "1:30", "$5", "5 €"),
    *("2025-04", "2025", "04/02/2025", "MAR1", "1 March", "March 2025", "Sept 9", "2-MAY-25"),
    *("TRUE", "false", "(25)", ".5", "1,000", "12:30 PM", "2025-04-03T00:01-04:00", "'tis"),
]
TEXTS = [
    *("in-force", "US", "NA", "May", "Marseille", "Augusta", "Decoupling", "March", "a=1", "x"),
    *("25 % on steel", "2025-04~", "[2025-04-25..2025-04-29]", "../1816-01-01", "", "3 rounds"),
    *("2025-03-26-us-232-autos-proclaimed", '{"rate": "25"}', "\u200f=x", "😀", "true story"),
    "w" * 80,
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_would_be_run_is_guarded_and_counted(cell: str) -> None:
    rows, found = guarded(row(cell))

    assert rows == [row("'" + cell)]
    assert (found.formulas, found.others) == (1, 0)


@pytest.mark.parametrize("cell", VALUES)
def test_a_text_that_would_become_a_value_is_guarded_and_counted(cell: str) -> None:
    rows, found = guarded(row(cell, code=cell, when=cell))

    assert rows == [row("'" + cell, code="'" + cell, when="'" + cell)]
    assert (found.formulas, found.others) == (0, 3)


@pytest.mark.parametrize("cell", TEXTS)
def test_any_other_text_is_left_as_it_is(cell: str) -> None:
    rows, found = guarded(row(cell, code=cell, when=cell))

    assert rows == [row(cell, code=cell, when=cell)]
    assert (found.formulas, found.others) == (0, 0)


def test_numbers_whole_days_and_truths_are_left_as_they_are() -> None:
    untouched = row(when="2025-04-03", day="1815-06-09", number="-25.5", truth="true")

    rows, found = guarded(untouched)

    assert rows == [untouched]
    assert (found.formulas, found.others) == (0, 0)


@given(st.lists(st.text(st.characters(codec="utf-8")) | st.sampled_from(FORMULAS + VALUES + TEXTS)))
def test_what_was_put_before_a_text_can_be_taken_away_again(texts: list[str]) -> None:
    rows, found = guarded(*map(row, texts))

    assert [re.sub("^'", "", cells[0]) for cells in rows] == texts
    assert found.formulas + found.others == sum(
        cells[0] != text for cells, text in zip(rows, texts, strict=True)
    )
    assert all(cells[0][:1] not in writer.SPREADSHEET_TRIGGERS for cells in rows if cells[0])


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_text_as_it_was_written(tmp_path: Path) -> None:
    listed = [*FORMULAS[:4], FORMULAS[-1], *VALUES, *filter(None, TEXTS)]
    rows, _ = guarded(*map(row, listed))
    pieces = [writer.BOM, *writer.Records(rows, TABLE)]
    (tmp_path / "nasty.csv").write_bytes("".join(pieces).encode())

    shown = opened(tmp_path / "nasty.csv")

    # It shows the apostrophe too, which is how one sees that a cell was kept.
    assert [cells[0] for cells in shown[1:]] == [cells[0] for cells in rows]


def opened(file: Path, *, table: bool = True) -> list[list[str]]:
    """The cells of the first sheet as LibreOffice shows them, of a workbook or a *table* in CSV."""
    out = file.parent / "shown"
    home = f"-env:UserInstallation=file://{file.parent}/home"
    # Commas, quotes, UTF-8, from the first line; quoted cells may be numbers, and so may days.
    given = ["--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true"] if table else []
    wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    words = [str(SOFFICE), home, "--headless", *given, "--convert-to", wanted]
    words += ["--outdir", str(out), str(file)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    text = (out / file.name).with_suffix(".csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))
