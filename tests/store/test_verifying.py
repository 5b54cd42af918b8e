"""Verifying: whatever is changed in the log is found, and the event is named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.entries import event
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.store.trees import WIDTH

COUNT = 3 * WIDTH + 5
TEXTS = ("event_id", "occurred", "reported", "recorded", "content")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with some events, to be copied and never written."""
    file = tmp_path_factory.mktemp("whole") / "log.db"
    tracker = Tracker(str(file))
    tracker.open(catalogue=False)
    tracker.add(Batch([event(f"n{number}-{number}", "2025-03-01") for number in range(COUNT)]))
    tracker.close()
    return file


def changed(whole: Path, *statements: tuple[str, tuple[object, ...]]) -> list[str]:
    """What is found wrong when somebody who may write the file has changed the log."""
    file = whole.with_name("changed.db")
    shutil.copyfile(whole, file)
    with closing(sqlite3.connect(file)) as conn, conn:
        for (name,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        for statement, given_values in statements:
            conn.execute(statement, given_values)
    return found(file)


def found(file: Path) -> list[str]:
    tracker = Tracker(str(file))
    try:
        return tracker.verify(facts=False).wrong
    finally:
        tracker.close()


def test_a_log_that_nobody_touched_is_found_whole(whole: Path) -> None:
    assert changed(whole) == []


@given(version=st.integers(1, COUNT), column=st.sampled_from([*TEXTS, "leaf"]), data=st.data())
@settings(max_examples=60)
def test_a_bit_that_is_flipped_in_any_column_is_found_and_the_event_named(
    whole: Path, version: int, column: str, data: st.DataObject
) -> None:
    with closing(sqlite3.connect(whole)) as conn:
        conn.text_factory = bytes
        query = f"SELECT {column} FROM log WHERE version = ?"
        value = bytearray(conn.execute(query, (version,)).fetchone()[0])
    place = data.draw(st.integers(0, len(value) - 1))
    value[place] ^= 1 << data.draw(st.integers(0, 7))
    kind = "TEXT" if column in TEXTS else "BLOB"

    wrong = changed(
        whole,
        (
            f"UPDATE log SET {column} = CAST(? AS {kind}) WHERE version = ?",
            (bytes(value), version),
        ),
    )

    assert wrong
    assert wrong[0].startswith(f"version {version}, ")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE log SET format = 2 WHERE version = 7", "version 7, 2025-03-01-n6-6"),
        ("UPDATE log SET format = 1.5 WHERE version = 7", "version 7, 2025-03-01-n6-6"),
        ("UPDATE log SET format = '1' || char(0) WHERE version = 7", "version 7, 2025-03-01-n6-6"),
        ("UPDATE log SET content = CAST(content AS BLOB) WHERE version = 7", "version 7, "),
        ("UPDATE log SET leaf = CAST(leaf AS TEXT) WHERE version = 7", "version 7, "),
        ("UPDATE log SET recorded = x'00' WHERE version = 7", "version 7, "),
        (
            "UPDATE log SET version = 9999 WHERE version = 7",
            "version 7 is not there: the next is 8",
        ),
        ("DELETE FROM log WHERE version = 7", "version 7 is not there: the next is 8"),
        (
            "UPDATE subtree SET hash = zeroblob(32) WHERE level = 6 AND number = 1",
            "the tree over versions 65 to 128 is not that of their leaves: run tracker rebuild",
        ),
        ("DELETE FROM subtree WHERE level = 7", "the tree over versions 1 to 128 "),
        ("INSERT INTO subtree VALUES (9, 5, zeroblob(32))", "has 5 subtrees, not 4"),
    ],
)
def test_a_row_that_is_not_as_it_was_is_named(whole: Path, statement: str, named: str) -> None:
    wrong = changed(whole, (statement, ()))

    assert wrong
    assert named in wrong[0]


def test_the_same_signs_in_other_columns_are_not_the_same_row(whole: Path) -> None:
    # What stands between the columns in the line of a row is moved into one of them.
    moved = (
        "UPDATE log SET occurred = occurred || '\",\"recorded\":\"' || recorded, recorded = '' "
        "WHERE version = 7"
    )

    assert changed(whole, (moved, ()))[0].startswith("version 7, 2025-03-01-n6-6")


def test_bits_flipped_in_the_file_where_an_event_lies_are_found(whole: Path) -> None:
    pages = whole.read_bytes()
    file = whole.with_name("flipped.db")
    random = Random(9162)

    for _ in range(60):
        number = random.randrange(COUNT)
        said = f'"id":"2025-03-01-n{number}-{number}",'.encode()
        start = pages.index(said) - 40
        place = start + random.randrange(200)
        flipped = bytearray(pages)
        flipped[place] ^= 1 << random.randrange(8)
        file.write_bytes(flipped)

        wrong = found(file)

        assert wrong, f"byte {place}"
        assert "version " in wrong[0]


def test_an_index_that_lost_an_event_is_found(whole: Path) -> None:
    pages = whole.read_bytes()
    # In the index of ids the version follows its id; in the table its day does.
    said = b"2025-03-01-n6-6\x07"
    assert pages.count(said) == 1
    file = whole.with_name("lost.db")
    file.write_bytes(pages.replace(said, b"2025-03-01-n6-6\x06"))

    wrong = found(file)

    assert wrong
    assert "version 7, 2025-03-01-n6-6: it is not found by its id" in "\n".join(wrong)


def test_a_file_of_which_the_end_is_gone_is_found(whole: Path) -> None:
    file = whole.with_name("cut.db")
    pages = bytearray(whole.read_bytes())
    at = pages.index(b'"id":"2025-03-01-n150-150",') // 4096 * 4096
    pages[at : at + 4096] = bytes(4096)
    file.write_bytes(pages)

    wrong = found(file)

    assert any("version " in each for each in wrong)
    assert any("cannot be read on" in each or "not what was appended" in each for each in wrong)
