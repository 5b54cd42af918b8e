"""Loading in many pieces gives what loading at once gives, and refuses the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import CommandLine
from tests.entries import about, agreement, entry, event, line, measure, stage
from tests.places import Places, migrated
from tests.store.test_projection import (
    NOON,
    Databases,
    batches,
    databases,
)
from tests.strategies import leaves_the_introduction, logs
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.events import Event
from tracker.domain.merkle import leaf_of
from tracker.domain.records import record_of
from tracker.domain.told import Filter
from tracker.errors import BadEntries
from tracker.store import database, loading, plain
from tracker.store.tables import log

__all__ = ["databases"]


def loaded_in_pieces(tracker: Tracker, events: Sequence[Event], size: int) -> loading.Taken:
    records = list(map(record_of, events))
    pieces = [records[at : at + size] for at in range(0, len(records), size)]
    engine = database.engine_for(tracker.place)
    with database.writing(engine) as conn:
        taken = loading.take(conn, pieces, recorded=NOON, unread=loading.Unread())
    engine.dispose()
    return taken


Everything = Callable[[Tracker], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def everything(places: Places) -> Everything:
    """All rows of all tables, the words as they are found."""

    def found(tracker: Tracker) -> dict[str, list[tuple[object, ...]]]:
        tables = ("log", "reference", "mention", "stake", "assignment", "fact", "projection")
        rows = {
            name: sorted(places.query(tracker.place, f"SELECT * FROM {name}"), key=repr)
            for name in tables
        }
        return rows | {"words": [(each.version,) for each in tracker.search("event", Filter())]}

    return found


@settings(max_examples=30)
@given(batches, st.integers(1, 4), st.integers(0, 6))
def test_a_load_in_pieces_leaves_the_same_rows_as_one_at_once(
    databases: Databases, everything: Everything, events: list[Event], size: int, before: int
) -> None:
    at_once, in_pieces = databases(), databases()
    at_once.add(Batch(events))

    first = events[: max(before, 1)]
    in_pieces.add(Batch(first))
    taken = loaded_in_pieces(in_pieces, events, size)

    assert taken.problems == []
    assert taken.already == len(first)
    assert taken.added == len(events) - len(first)
    assert everything(in_pieces) == everything(at_once)


@settings(max_examples=30)
@given(logs(ties=True, most=6).filter(leaves_the_introduction), st.integers(1, 4))
def test_a_load_in_pieces_finds_the_same_clashes(
    databases: Databases, events: list[Event], size: int
) -> None:
    at_once, in_pieces = databases(), databases()
    expected: list[str] = []
    try:
        at_once.add(Batch(events))
    except BadEntries as refused:
        expected = sorted(each.message for each in refused.problems)

    taken = loaded_in_pieces(in_pieces, events, size)

    assert sorted(each.message for each in taken.problems) == expected


@settings(max_examples=20)
@given(batches)
def test_a_rebuild_leaves_the_rows_that_were_there(
    databases: Databases, everything: Everything, events: list[Event]
) -> None:
    tracker = databases()
    tracker.add(Batch(events))
    before = everything(tracker)

    rebuilt = tracker.rebuild()

    assert rebuilt.before == rebuilt.digest
    assert everything(tracker) == before


GOOD = event("a", "2025-03-01", agreement("agreement/x"), measure("measure/m"))
SCOPE, RATE = line("measure/m")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([event("b", "2025-03-02", stage("agreement/y", "signed")), GOOD], ["nothing introduces"]),
        ([about("retraction", event("z", "2025-01-01"), "2025-03-03"), GOOD], ["neither in"]),
        ([GOOD, event("b", "2025-03-02", RATE)], ["line all of measure/m has no scope"]),
        ([event("b", "2025-03-02", RATE), event("c", "2025-03-02", SCOPE), GOOD], []),
        (
            [
                GOOD,
                event("b", "2025-03-02", stage("agreement/y", "signed"), RATE),
                event("c", "2025-03-02", stage("agreement/x", "signed")),
                event("d", "2025-03-02", stage("agreement/x", "ended")),
            ],
            ["nothing introduces agreement/y", "decisions of one day"],
        ),
        (
            [
                GOOD,
                event("b", "2025-03-02", stage("agreement/y", "signed")),
                about("correction", event("b", "2025-03-02"), "2025-03-03", content={"title": "Z"}),
            ],
            ["nothing introduces agreement/y"],
        ),
        (
            [
                GOOD,
                about("corroboration", GOOD, "2020-01-01"),
                event("early", "2024-03-03", kind="retraction", of=GOOD.id),
                about("correction", GOOD, "2025-03-03", content={"title": "Z"}),
            ],
            ["it came out on 2020-01-01, long", "it was first public on 2024-03-03, long"],
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 10])
def test_what_is_wrong_is_found_whatever_the_size_of_the_pieces(
    tracker: Tracker, events: list[Event], said: list[str], size: int
) -> None:
    taken = loaded_in_pieces(tracker, events, size)

    assert len(taken.problems) == len(said)
    found = "\n".join(sorted(each.message for each in taken.problems))
    assert all(each in found for each in said)


def test_an_event_that_stands_twice_or_was_changed_is_noted(tracker: Tracker) -> None:
    tracker.add(Batch([GOOD]))
    other = event("a", "2025-03-01", agreement("agreement/x"), title="Other")
    b, c = event("b", "2025-03-02"), event("c", "2025-03-03")

    taken = loaded_in_pieces(tracker, [b, other, c, b], 1)

    assert [each[0] for each in taken.changed] == [GOOD.id]
    assert taken.twice == [b.id]


def test_a_file_of_json_lines_is_refused_with_every_line_that_is_wrong(
    tracker: Tracker, tmp_path: Path
) -> None:
    lines: list[str | bytes] = [
        json.dumps(entry("a", "2025-03-01", agreement("agreement/x"))),
        "",
        "{",
        json.dumps(entry("b", "2025-03-02", stage("agreement/y", "signed"))),
        json.dumps(entry("c", "2025-03-03", colour="red")),
        b'{"id": "\xff"}',
        json.dumps(entry("a", "2025-03-01", agreement("agreement/x"))),
    ]
    file = tmp_path / "log.jsonl"
    file.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines))

    with pytest.raises(BadEntries) as refused:
        tracker.load([file])

    assert [(each.line, each.event) for each in refused.value.problems] == [
        (3, ""),
        (4, "2025-03-02-b"),
        (5, "2025-03-03-c"),
        (6, ""),
        (7, "2025-03-01-a"),
    ]
    assert f"also at {file}:1" in str(refused.value)
    assert tracker.stats()["events"] == 0


def test_a_database_of_the_first_schema_is_brought_up_to_date(
    cli: CommandLine, databases: Databases
) -> None:

    content = record_of(GOOD)
    with migrated(cli.url, "0001") as conn:
        row = (1, GOOD.id, "2025-03-01", "2025-03-01", "2026-01-01", 1)
        leaf = leaf_of(content.content.encode())
        plain.add(conn, log, [(*row, content.content, leaf)])
    fresh = databases()
    fresh.add(Batch([GOOD]))

    old = Tracker(cli.url)
    old.open(catalogue=False)

    assert old.stats()["facts_digest"] == fresh.stats()["facts_digest"]
    old.close()


def test_the_digest_tells_when_facts_are_not_those_of_the_log(
    cli: CommandLine, tracker: Tracker
) -> None:
    tracker.add(Batch([GOOD]))
    cli.change("UPDATE fact SET since = '2001-01-01' WHERE part = 'title'")

    rebuilt = tracker.rebuild()

    assert rebuilt.before != rebuilt.digest
    assert tracker.rebuild().before == rebuilt.digest
