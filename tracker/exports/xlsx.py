"""XLSX: the rows of a table as a workbook, with true types and no formula in it.

A text is written as a text, whatever it begins with, so that neither ``=1+1`` nor 0201 is
altered.  The rows are kept on the disk while they are written.  A second sheet says which
question they answer at which coordinate, and what the columns mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker import __version__
from tracker.domain.numbers import plain
from tracker.exports.tables import Cells, Kind, Table

ROWS = 1_048_576
"""How many rows a sheet holds, the header among them."""
SIGNS = 32_767
"""How many signs a cell holds, in UTF-16."""
FIRST_DAY = date(1900, 3, 1)
"""Days before this one mean different days to different spreadsheets, or none: they are texts."""
EPOCH = datetime(1899, 12, 30, tzinfo=UTC)

WIDTHS: Mapping[Kind, int] = {
    Kind.text: 40,
    Kind.code: 24,
    Kind.when: 12,
    Kind.day: 11,
    Kind.instant: 24,
    Kind.whole: 9,
    Kind.number: 10,
    Kind.truth: 9,
}
FORMATS: Mapping[Kind, str] = {
    Kind.text: "@",
    Kind.code: "@",
    Kind.when: "@",
    Kind.day: "yyyy-mm-dd",
    Kind.instant: "yyyy-mm-dd hh:mm:ss.000",
}
"""How a kind of cell is shown; @ is a text, also when somebody writes into it."""

AT_ONCE = 1 << 16
"""How many bytes are handed on at once."""
PACE = 1_000
"""After how many rows somebody who watches is told how many there are."""


class Workbook:
    """A workbook of *rows* in pieces; it can be gone through once.

    ``rows`` is how many there were so far, ``cut`` how many texts were longer than a cell
    holds and end where it does.

    Args:
        asked: the question and its coordinate.
    """

    def __init__(
        self, rows: Iterable[Cells], table: Table, asked: Mapping[str, Any], *, most: int = ROWS
    ) -> None:
        self._given = iter(rows)
        self._table = table
        self._asked = asked
        self._most = most
        self.rows = 0
        self.cut = 0

    def __iter__(self) -> Iterator[bytes]:
        # Nothing is written before it is known that there are rows to be had.
        first = next(self._given, None)
        with TemporaryDirectory(prefix="tracker-", ignore_cleanup_errors=True) as folder:
            written = Path(folder) / "workbook"
            book = xlsxwriter.Workbook(
                str(written), {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
            )
            # A workbook says when it was made, which would make each another one.
            book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
            try:
                for _ in self._fill(book, first):
                    yield b""
                self._explain(book)
                book.close()
            except XlsxFileError as error:
                # What it wraps says what is wrong with the disk.
                raise (error.__context__ or error) from None
            with written.open("rb") as file:
                while piece := file.read(AT_ONCE):
                    yield piece

    def _fill(self, book: xlsxwriter.Workbook, first: Cells | None) -> Iterator[None]:
        columns = self._table.columns
        formats = [
            book.add_format({"num_format": FORMATS.get(each.kind, "General")}) for each in columns
        ]
        bold = book.add_format({"bold": True})
        writers = [self._writer(each.kind) for each in columns]
        sheets = 0
        line = self._most
        row = first
        while row is not None or not sheets:
            if line == self._most:
                sheets += 1
                sheet = book.add_worksheet(self._table.name + (f" {sheets}" if sheets > 1 else ""))
                sheet.freeze_panes(1, 0)
                for place, column in enumerate(columns):
                    sheet.set_column(place, place, WIDTHS[column.kind])
                    sheet.write_string(0, place, column.name, bold)
                line = 1
            if row is None:
                return
            for place, cell in enumerate(row):
                if cell:
                    writers[place](sheet, line, place, cell, formats[place])
            line += 1
            self.rows += 1
            if self.rows % PACE == 0:
                yield
            row = next(self._given, None)

    def _writer(self, kind: Kind) -> Callable[[Worksheet, int, int, str, Format], object]:
        match kind:
            case Kind.whole:
                return lambda sheet, line, place, cell, shown: sheet.write_number(
                    line, place, int(cell), shown
                )
            case Kind.truth:
                return lambda sheet, line, place, cell, shown: sheet.write_boolean(
                    line, place, cell == "true", shown
                )
            case Kind.number:
                return self._number
            case Kind.day:
                return self._day
            case Kind.instant:
                return self._instant
            case _:
                return self._text

    def _text(self, sheet: Worksheet, line: int, place: int, cell: str, shown: Format) -> None:
        if 2 * len(cell) > SIGNS:
            short = cell.encode("utf-16-le")[: 2 * SIGNS].decode("utf-16-le", "ignore")
            self.cut += short != cell
            cell = short
        sheet.write_string(line, place, cell, shown)

    def _number(self, sheet: Worksheet, line: int, place: int, cell: str, shown: Format) -> None:
        # A spreadsheet keeps fifteen digits; what has more stays whole as a text.
        number = float(cell)
        if plain(Decimal(f"{number:.15g}")) == cell:
            sheet.write_number(line, place, number, shown)
        else:
            self._text(sheet, line, place, cell, shown)

    def _day(self, sheet: Worksheet, line: int, place: int, cell: str, shown: Format) -> None:
        day = date.fromisoformat(cell)
        if day < FIRST_DAY:
            self._text(sheet, line, place, cell, shown)
        else:
            sheet.write_number(line, place, (day - EPOCH.date()).days, shown)

    def _instant(self, sheet: Worksheet, line: int, place: int, cell: str, shown: Format) -> None:
        days = (datetime.fromisoformat(cell) - EPOCH).total_seconds() / 86_400
        sheet.write_number(line, place, days, shown)

    def _explain(self, book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("about")
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 2, 16)
        sheet.set_column(3, 3, 80)
        lines = [
            ("tracker", __version__),
            ("table", self._table.name),
            ("", self._table.meaning),
            *((name, str(value)) for name, value in self._asked.items() if value is not None),
            (),
            ("column", "kind", "unit", "meaning"),
            *(
                (each.name, each.kind.value, each.unit or "", each.meaning)
                for each in self._table.columns
            ),
        ]
        for line, cells in enumerate(lines):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(line, place, cell)
