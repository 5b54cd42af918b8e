"""Parquet: the rows of a table with true types, a group of them at a time.

Days are days, numbers decimals, truths truths, and 0201 is a text.  The metadata of the file
say which question it answers at which coordinate; those of a column, what it means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tracker import __version__
from tracker.errors import TrackerError
from tracker.exports.tables import Cells, Column, Kind, Table

DIGITS, DECIMALS = 38, 18
"""How many digits a number has, and how many of them stand after the point."""

TYPES: Mapping[Kind, pa.DataType] = {
    Kind.text: pa.string(),
    Kind.code: pa.string(),
    Kind.when: pa.string(),
    Kind.day: pa.date32(),
    Kind.instant: pa.timestamp("us", tz="UTC"),
    Kind.whole: pa.int64(),
    Kind.number: pa.decimal128(DIGITS, DECIMALS),
    Kind.truth: pa.bool_(),
}

AT_ONCE = 20_000
"""How many rows are one group."""


class Inexact(TrackerError):
    """A number that has more digits than the file would keep."""

    code = "inexact"


class Groups:
    """A file of *rows* in pieces; it can be gone through once.

    ``rows`` is how many there were so far.

    Args:
        asked: the question and its coordinate.
    """

    def __init__(self, rows: Iterable[Cells], table: Table, asked: Mapping[str, Any]) -> None:
        self._rows = iter(rows)
        self._table = table
        self._asked = asked
        self.rows = 0

    def __iter__(self) -> Iterator[bytes]:
        schema = schema_of(self._table, self._asked)
        group = list(islice(self._rows, AT_ONCE))
        sink = _Sink()
        # The writer takes anything that can be written to for a file.
        with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
            while group:
                self.rows += len(group)
                columns = zip(self._table.columns, zip(*group, strict=True), strict=True)
                arrays = [_array(column, cells) for column, cells in columns]
                writer.write_batch(pa.record_batch(arrays, schema=schema), row_group_size=AT_ONCE)
                yield sink.taken()
                group = list(islice(self._rows, AT_ONCE))
        yield sink.taken()


def schema_of(table: Table, asked: Mapping[str, Any]) -> pa.Schema:
    """The schema of a table, with what the file answers."""
    said = {
        "version": __version__,
        "table": table.name,
        "description": table.meaning,
        "key": list(table.key),
        "asked": dict(asked),
    }
    fields = [
        pa.field(
            column.name,
            TYPES[column.kind],
            nullable=not column.always,
            metadata={"description": column.meaning}
            | ({"unit": column.unit} if column.unit else {}),
        )
        for column in table.columns
    ]
    return pa.schema(fields, metadata={"tracker": json.dumps(said, ensure_ascii=False)})


def _array(column: Column, cells: Iterable[str]) -> pa.Array:
    texts = pa.array([cell or None for cell in cells], pa.string())
    try:
        return texts.cast(TYPES[column.kind])
    except pa.ArrowInvalid:
        if column.kind is not Kind.number:
            raise
        raise Inexact(
            f"{column.name} has a number of more than {DECIMALS} decimals, which Parquet would "
            "round: export csv keeps it"
        ) from None


class _Sink:
    """What the writer takes for a file: keeps what was written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found

    def flush(self) -> None:
        """There is nothing behind it to be written to."""

    def close(self) -> None:
        """What was written last is still to be taken."""
