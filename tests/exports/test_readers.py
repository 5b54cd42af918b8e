"""Tables read back by other programs: what was written, type by type, comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import pyarrow.parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tracker.domain.numbers import plain
from tracker.exports import csv as writer
from tracker.exports import parquet, xlsx
from tracker.exports.tables import Column, Kind, Table

TABLE = Table(
    "nasty",
    "One row a kind of cell.",
    (
        Column("number", Kind.whole, "Which row it is.", always=True),
        Column("text", Kind.text, "Anything."),
        Column("code", Kind.code, "A code."),
        Column("when", Kind.when, "A day, perhaps vague."),
        Column("day", Kind.day, "A day."),
        Column("instant", Kind.instant, "An instant."),
        Column("rate", Kind.number, "A number.", "%"),
        Column("truth", Kind.truth, "A truth."),
    ),
    key=("number",),
)

# Any text that the log takes: no control characters but line breaks and tabs.
signs = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
texts = st.text(signs, max_size=30) | st.sampled_from(
    [
        *('=HYPERLINK("http://x","y")', "+1", "-25.5", "@SUM(1,1)", "NA", "NULL", "nan", "0201"),
        *('"', '""', ",", "a\nb", "a\tb", "\n", " padded ", "'quoted", "\u200fעברית", "😀", "TRUE"),
        *("w" * 80, "_x000D_", "\\N", "\u2028", "1E5", "2025-04"),
    ]
)
numbers = st.decimals(-(10**12), 10**12, places=4) | st.sampled_from(
    [Decimal("27.5"), Decimal("-0.5"), Decimal("16.666666666666666667"), Decimal(0)]
)
instants = st.integers(0, 10**16).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
nothing = st.just("")
rows = st.tuples(
    st.integers(1, 10**9).map(str),
    texts,
    texts,
    st.sampled_from(["2025-04-03", "2025-04", "../1816-01-01", ""]),
    nothing | st.dates(date(1300, 1, 1)).map(str),
    nothing | instants.map(lambda each: each.isoformat(timespec="microseconds")),
    nothing | numbers.map(plain),
    st.sampled_from(["true", "false", ""]),
)
grids = st.lists(rows, min_size=1, max_size=6)

READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.day: date.fromisoformat,
    Kind.instant: datetime.fromisoformat,
    Kind.whole: int,
    Kind.number: Decimal,
    Kind.truth: {"true": True, "false": False}.__getitem__,
}


def meant(grid: Sequence[Sequence[str]]) -> list[list[Any]]:
    """What the cells of a grid mean; None for one that is missing."""
    return [
        [
            (READ.get(column.kind, str)(cell) if cell else None)
            for column, cell in zip(TABLE.columns, row, strict=True)
        ]
        for row in grid
    ]


def as_csv(grid: Sequence[Sequence[str]], folder: Path) -> Path:
    file = folder / "nasty.csv"
    file.write_bytes("".join(writer.Records(grid, TABLE)).encode())
    return file


many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(grids)
def test_csv_is_read_back_by_the_standard_library(tmp_path: Path, grid: list[list[str]]) -> None:
    with as_csv(grid, tmp_path).open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file, strict=True))

    assert found == [list(TABLE.names), *map(list, grid)]


@many
@given(grids)
def test_csv_is_read_back_by_pandas(tmp_path: Path, grid: list[list[str]]) -> None:
    kinds = {Kind.whole: "int64", Kind.truth: "boolean"}

    found = pandas.read_csv(
        as_csv(grid, tmp_path),
        dtype={each.name: kinds.get(each.kind, "str") for each in TABLE.columns},
        keep_default_na=False,
        na_values=[""],
    )

    values = [
        [None if pandas.isna(cell) else cell for cell in row]
        for row in found.itertuples(index=False, name=None)
    ]
    said = {Kind.whole, Kind.truth}
    expected = [
        [
            value if column.kind in said else (cell or None)
            for column, cell, value in zip(TABLE.columns, row, values, strict=True)
        ]
        for row, values in zip(grid, meant(grid), strict=True)
    ]
    assert list(found.columns) == list(TABLE.names)
    assert values == expected


@many
@given(grids)
def test_csv_is_read_back_by_duckdb(tmp_path: Path, grid: list[list[str]]) -> None:
    kinds = {
        Kind.day: "DATE",
        Kind.instant: "TIMESTAMPTZ",
        Kind.whole: "BIGINT",
        Kind.number: "DECIMAL(38, 18)",
        Kind.truth: "BOOLEAN",
    }
    columns = {each.name: kinds.get(each.kind, "VARCHAR") for each in TABLE.columns}
    file = str(as_csv(grid, tmp_path))

    found = asked("read_csv(?, header = true, columns = ?)", file, columns)

    assert found == meant(grid)


def asked(source: str, *given: object) -> list[list[Any]]:
    """The rows that DuckDB finds; for an instant it would want one more library."""
    query = f"SELECT * REPLACE (epoch_us(instant) AS instant) FROM {source}"
    rows = DUCK.execute(query, given).fetchall()
    place = TABLE.names.index("instant")
    return [
        [
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=cell)
            if number == place and cell is not None
            else cell
            for number, cell in enumerate(row)
        ]
        for row in rows
    ]


DUCK = duckdb.connect()


@many
@given(grids)
def test_parquet_is_read_back_with_its_types(grid: list[list[str]]) -> None:
    pieces = b"".join(parquet.Groups(grid, TABLE, {"as_of": "2025-04-03"}))

    found = pyarrow.parquet.read_table(io.BytesIO(pieces))

    assert [list(row.values()) for row in found.to_pylist()] == meant(grid)


@many
@given(grids)
def test_parquet_is_read_back_by_duckdb(tmp_path: Path, grid: list[list[str]]) -> None:
    data = b"".join(parquet.Groups(grid, TABLE, {}))
    # DuckDB remembers what it has read of a file with this name.
    file = tmp_path / f"{sha256(data).hexdigest()}.parquet"
    file.write_bytes(data)

    found = asked("read_parquet(?)", str(file))

    assert found == meant(grid)


@settings(many, max_examples=30)
@given(grids)
def test_a_workbook_is_read_back_with_its_types(grid: list[list[str]]) -> None:
    pieces = b"".join(xlsx.Workbook(grid, TABLE, {}))

    book = openpyxl.load_workbook(io.BytesIO(pieces), read_only=True)

    header, *found = book["nasty"].iter_rows(values_only=True, max_col=len(TABLE.columns))
    assert list(header) == list(TABLE.names)
    for row, cells, values in zip(found, grid, meant(grid), strict=True):
        for column, cell, value, read in zip(TABLE.columns, cells, values, row, strict=True):
            assert same(column.kind, cell, value, read), (column.name, cell, read)


def same(kind: Kind, cell: str, value: Any, read: Any) -> bool:
    """Whether a spreadsheet has what was meant, as exactly as it can."""
    if not cell:
        return read is None
    if isinstance(read, str):
        # What it cannot hold as it is stands there as a text.  The reader leaves escapes alone.
        as_text = kind not in (Kind.whole, Kind.truth, Kind.instant)
        return bool(as_text and unescape(read) == cell)
    match kind:
        case Kind.day:
            return bool(isinstance(read, datetime) and read.date() == value)
        case Kind.instant:
            return bool(abs(read.replace(tzinfo=UTC) - value) < timedelta(milliseconds=1))
        case Kind.number:
            return bool(Decimal(str(read)) == value)
        case _:
            return bool(read == value)
