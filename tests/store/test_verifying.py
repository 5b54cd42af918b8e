"""Verifying: whatever is changed in the log is found, and the event is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.entries import event
from tests.places import Places
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.store.trees import WIDTH

COUNT = 3 * WIDTH + 5
TEXTS = ("event_id", "occurred", "reported", "recorded", "content")


@dataclass(frozen=True)
class Whole:
    """A log with some events, to be copied and never written."""

    places: Places
    url: str
    other: Path

    def changed(self, *statements: str) -> list[str]:
        """What is found wrong when somebody who may do everything has changed a copy of it."""
        copy = self.places.copy(self.url, self.other)
        self.places.change(copy, *statements)
        try:
            return found(copy)
        finally:
            self.places.drop(copy)


@pytest.fixture(scope="module")
def whole(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    url = places.new(folder / "log.db")
    tracker = Tracker(url)
    tracker.open(catalogue=False)
    tracker.add(Batch([event(f"n{number}-{number}", "2025-03-01") for number in range(COUNT)]))
    tracker.close()
    yield Whole(places, url, folder / "changed.db")
    places.drop(url)


def test_events_that_are_missing_from_the_end_are_told(whole: Whole) -> None:
    (said,) = whole.changed(f"DELETE FROM log WHERE version > {COUNT - 2}")

    assert said == (
        f"the log ends at version {COUNT - 2}, and what is computed from it goes to {COUNT}: its "
        "last events are missing; restore it from a backup"
    )


def found(url: str) -> list[str]:
    tracker = Tracker(url)
    try:
        return tracker.verify(facts=False).wrong
    finally:
        tracker.close()


def test_a_log_that_nobody_touched_is_found_whole(whole: Whole) -> None:
    assert whole.changed() == []


@given(version=st.integers(1, COUNT), column=st.sampled_from([*TEXTS, "leaf"]), data=st.data())
@settings(max_examples=60)
def test_a_bit_that_is_flipped_in_any_column_is_found_and_the_event_named(
    whole: Whole, version: int, column: str, data: st.DataObject
) -> None:
    query = f"SELECT {column} FROM log WHERE version = {version}"
    ((kept,),) = whole.places.query(whole.url, query)
    value = bytearray(kept.encode() if column in TEXTS else kept)
    place = data.draw(st.integers(0, len(value) - 1))
    value[place] ^= 1 << data.draw(st.integers(0, 7))
    put = whole.places.text if column in TEXTS else whole.places.literal

    wrong = whole.changed(
        f"UPDATE log SET {column} = {put(bytes(value))} WHERE version = {version}"
    )

    assert wrong
    assert wrong[0].startswith(f"version {version}, ")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE log SET format = 2 WHERE version = 7", "version 7, 2025-03-01-n6-6"),
        (
            "UPDATE log SET version = 9999 WHERE version = 7",
            "version 7 is not there: the next is 8",
        ),
        ("DELETE FROM log WHERE version = 7", "version 7 is not there: the next is 8"),
        (
            "UPDATE subtree SET hash = substr(hash, 2) WHERE level = 6 AND number = 1",
            "the tree over versions 65 to 128 is not that of their leaves: run tracker rebuild",
        ),
        ("DELETE FROM subtree WHERE level = 7", "the tree over versions 1 to 128 "),
        (
            "INSERT INTO subtree SELECT 9, 5, hash FROM subtree WHERE level = 7",
            "has 5 subtrees, not 4",
        ),
    ],
)
def test_a_row_that_is_not_as_it_was_is_named(whole: Whole, statement: str, named: str) -> None:
    wrong = whole.changed(statement)

    assert wrong
    assert named in wrong[0]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "change",
    [
        "format = 1.5",
        "format = '1' || char(0)",
        "content = CAST(content AS BLOB)",
        "leaf = CAST(leaf AS TEXT)",
        "recorded = x'00'",
    ],
)
def test_a_value_of_another_kind_than_its_column_is_found(whole: Whole, change: str) -> None:
    (wrong,) = whole.changed(f"UPDATE log SET {change} WHERE version = 7")

    assert wrong.startswith("version 7, 2025-03-01-n6-6")


def test_the_same_signs_in_other_columns_are_not_the_same_row(whole: Whole) -> None:
    # What stands between the columns in the line of a row is moved into one of them.
    moved = (
        "UPDATE log SET event_id = event_id || '\",\"occurred\":\"' || occurred, occurred = '' "
        "WHERE version = 7"
    )

    assert whole.changed(moved)[0].startswith("version 7, 2025-03-01-n6-6")


@pytest.fixture
def file(whole: Whole) -> Path:
    """A file of SQLite with the log, which may be spoiled."""
    return Path(whole.places.copy(whole.url, whole.other))


@pytest.mark.sqlite
def test_bits_flipped_in_the_file_where_an_event_lies_are_found(file: Path) -> None:
    pages = file.read_bytes()
    random = Random(9162)

    for _ in range(60):
        number = random.randrange(COUNT)
        said = f'"id":"2025-03-01-n{number}-{number}",'.encode()
        start = pages.index(said) - 40
        place = start + random.randrange(200)
        flipped = bytearray(pages)
        flipped[place] ^= 1 << random.randrange(8)
        file.write_bytes(flipped)

        wrong = found(str(file))

        assert wrong, f"byte {place}"
        assert "version " in wrong[0]


@pytest.mark.sqlite
def test_an_index_that_lost_an_event_is_found(file: Path) -> None:
    pages = file.read_bytes()
    # In the index of ids the version follows its id; in the table its day does.
    said = b"2025-03-01-n6-6\x07"
    assert pages.count(said) == 1
    file.write_bytes(pages.replace(said, b"2025-03-01-n6-6\x06"))

    wrong = found(str(file))

    assert wrong
    assert "version 7, 2025-03-01-n6-6: it is not found by its id" in "\n".join(wrong)


@pytest.mark.sqlite
def test_a_file_of_which_the_end_is_gone_is_found(file: Path) -> None:
    pages = bytearray(file.read_bytes())
    at = pages.index(b'"id":"2025-03-01-n150-150",') // 4096 * 4096
    pages[at : at + 4096] = bytes(4096)
    file.write_bytes(pages)

    wrong = found(str(file))

    assert any("version " in each for each in wrong)
    assert any("cannot be read on" in each or "not what was appended" in each for each in wrong)
