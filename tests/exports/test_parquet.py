"""Parquet: true types, in groups, and the metadata that a file needs when it has lost its name."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal

import pyarrow
import pyarrow.parquet
import pytest

from tests.exports.test_guarded import TABLE, row
from tracker.exports import parquet, tables


def read(data: bytes) -> pyarrow.Table:
    return pyarrow.parquet.read_table(io.BytesIO(data))


def test_columns_have_true_types_and_say_what_they_mean() -> None:
    schema = parquet.schema_of(tables.STATE, {})

    assert schema.names == list(tables.STATE.names)
    assert schema.field("as_of").type == pyarrow.date32()
    assert schema.field("expected").type == pyarrow.bool_()
    assert schema.field("at_version").type == pyarrow.int64()
    assert schema.field("rate_pct").type == pyarrow.decimal128(38, 18)
    assert schema.field("value").type == pyarrow.string()
    assert schema.field("rate_pct").metadata[b"unit"] == b"% of the customs value"
    assert not schema.field("subject").nullable
    assert schema.field("known_by").nullable


def test_a_file_says_which_question_it_answers() -> None:
    asked = {"as_of": "2025-04-03", "known_by": None, "at_version": 7}

    found = read(b"".join(parquet.Groups([row("x")], TABLE, asked)))

    said = json.loads(found.schema.metadata[b"tracker"])
    assert (said["table"], said["key"], said["asked"]) == ("nasty", ["code"], asked)


def test_rows_are_written_a_group_at_a_time() -> None:
    taken = 0

    def rows() -> Iterator[list[str]]:
        nonlocal taken
        for number in range(2 * parquet.AT_ONCE + 1):
            taken += 1
            yield row(str(number))

    groups = parquet.Groups(rows(), TABLE, {})
    pieces = iter(groups)

    first = next(pieces)
    assert first
    assert taken <= 2 * parquet.AT_ONCE
    data = first + b"".join(pieces)
    assert pyarrow.parquet.ParquetFile(io.BytesIO(data)).num_row_groups == 3
    assert groups.rows == read(data).num_rows == 2 * parquet.AT_ONCE + 1


def test_a_table_without_rows_has_its_columns() -> None:
    found = read(b"".join(parquet.Groups([], TABLE, {})))

    assert (found.num_rows, found.column_names) == (0, list(TABLE.names))


def test_a_number_that_would_be_rounded_is_refused() -> None:
    kept = f"0.{'1' * parquet.DECIMALS}"

    (found,) = read(b"".join(parquet.Groups([row(number=kept)], TABLE, {})))["number"]

    assert found.as_py() == Decimal(kept)
    with pytest.raises(parquet.Inexact, match="number has a number of more than 18 decimals"):
        b"".join(parquet.Groups([row(number=kept + "1")], TABLE, {}))


def test_the_same_rows_are_the_same_bytes() -> None:
    first, second = (b"".join(parquet.Groups([row("x")], TABLE, {})) for _ in range(2))

    assert first == second
