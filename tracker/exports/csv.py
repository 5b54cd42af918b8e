"""CSV (RFC 4180): UTF-8, CRLF, a header always, no cell altered."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import IO, Any

from tracker.exports.tables import Cells, Kind, Table, cells_of

SPREADSHEET_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP ASVS 5, 1.2.10)."""


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
