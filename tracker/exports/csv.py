"""CSV (RFC 4180): UTF-8, CRLF, a header always, no cell altered unless for a spreadsheet.

A spreadsheet takes a text that begins with = for a formula, 0201 for a number and 2025-04
for a day.  For one, and only when asked, a byte order mark says that the file is UTF-8, and
an apostrophe is put before every text that would be taken for something else.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import IO, Any

from tracker.exports.tables import Cells, Kind, Table, cells_of

SPREADSHEET_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP ASVS 5, 1.2.10)."""
GUARD = "'"
"""What keeps a text a text; whoever reads the file otherwise takes one from the front."""
BOM = "\ufeff"


def write(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], out: IO[str]) -> int:
    """Write a header and *rows* to *out*; how many texts a spreadsheet would run as formulas."""
    columns = tuple(columns)
    written = Records(cells_of(rows, columns), columns)
    for piece in written:
        out.write(piece)
    return written.formulas


AT_ONCE = 250
"""How many rows are written as one piece."""


class Records:
    """A table of cells in pieces of text, of any length; it can be gone through once.

    Args:
        columns: a table, or the names of columns that all hold texts.

    ``rows`` is how many there were so far, ``formulas`` how many of their texts a spreadsheet
    would run as formulas.
    """

    def __init__(self, rows: Iterable[Cells], columns: Table | Sequence[str]) -> None:
        self._rows = iter(rows)
        self._names = columns.names if isinstance(columns, Table) else columns
        self._texts = (
            [place for place, each in enumerate(columns.columns) if each.kind is Kind.text]
            if isinstance(columns, Table)
            else range(len(columns))
        )
        self.rows = 0
        self.formulas = 0

    def __iter__(self) -> Iterator[str]:
        # Nothing is written before it is known that there are rows to be had.
        rows = list(islice(self._rows, AT_ONCE))
        yield _records([self._names])
        while rows:
            self.rows += len(rows)
            for place in self._texts:
                # Most columns of most pieces begin with nothing of the kind.
                first = [row[place][:1] for row in rows]
                if not _TRIGGERS.isdisjoint(first):
                    self.formulas += sum([sign in _TRIGGERS for sign in first])
            yield _records(rows)
            rows = list(islice(self._rows, AT_ONCE))


_END = "\r\n"
_TRIGGERS = frozenset(SPREADSHEET_TRIGGERS)


def _records(rows: Sequence[Cells]) -> str:
    return _END.join([_record(row) for row in rows]) + _END


def _record(cells: Cells) -> str:
    # The writer looks at every character; most records hold nothing to be quoted but commas.
    joined = ",".join(cells)
    if not joined or '"' in joined or "\n" in joined or "\r" in joined:
        out = StringIO(newline="")
        csv.writer(out, lineterminator=_END).writerow(cells)
        return out.getvalue().removesuffix(_END)
    if joined.count(",") != len(cells) - 1:
        return ",".join([f'"{cell}"' if "," in cell else cell for cell in cells])
    return joined


# -- for spreadsheets ---------------------------------------------------------------------


class Guarded:
    """Rows in which every text that a spreadsheet would take for something else is guarded.

    Numbers, days and truths are left as they are.  ``formulas`` and ``others`` count the
    cells that were altered so far: those that would have been run, and those that would
    have become numbers, days or truths.
    """

    def __init__(self, rows: Iterable[Cells], table: Table) -> None:
        self._rows = rows
        self._places = [
            place for place, each in enumerate(table.columns) if each.kind in _TAKEN_AS_TEXT
        ]
        self.formulas = 0
        self.others = 0

    def __iter__(self) -> Iterator[Cells]:
        for row in self._rows:
            cells = list(row)
            for place in self._places:
                cell = cells[place]
                if cell[:1] in _TRIGGERS:
                    self.formulas += 1
                elif cell[:1] == GUARD or _VALUE.fullmatch(cell):
                    self.others += 1
                else:
                    continue
                cells[place] = GUARD + cell
            yield cells


_TAKEN_AS_TEXT = {Kind.text, Kind.code, Kind.when}
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_VALUE = re.compile(
    # Numbers, vague days, hours, percentages, amounts: 0201, 2025-04, 1E5, 1/2.  Whole days stay.
    r"(?!\d{4}-\d\d-\d\d$)\s*[$€£¥(]?\s*[.,]?\d[\d\s.,:/%()-]*(?:e[+-]?\d+|[ap]\.?m\.?)?\s*[€£¥]?\s*"
    r"|\d{4}-\d\d-\d\dT.*"
    rf"|\d{{1,4}}[\s./-]*{_MONTH}(?:[\s,./-]*\d{{1,4}})?"
    rf"|{_MONTH}[\s./-]*\d{{1,4}}(?:[\s,./-]+\d{{1,4}})?"
    r"|true|false",
    re.IGNORECASE,
)
