"""Writing with tracker, beside its floors and peers: load, append, rebuild, verify."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks import floors
from tests.benchmarks.measuring import in_turns
from tests.benchmarks.workload import Entry, Workload
from tracker.app import Tracker

AT_ONCE = 1_000_000
"""Entries of one load; a longer log is loaded in pieces, so that the disk holds it only once."""


def load(lines: str, database: str) -> dict[str, Any]:
    """Load a file of entries into a new database, as ``tracker load`` does: in one piece."""
    path = Path(database)
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    tracker = Tracker(str(path))
    tracker.open(catalogue=False)
    taken, version = 0.0, 0
    for piece in _pieces(Path(lines)):
        began = perf_counter()
        version = tracker.load([piece]).version
        taken += perf_counter() - began
    tracker.close()
    return {"seconds": taken, "events": version}


def _pieces(lines: Path) -> Iterator[Path]:
    """The file as it is, or parts of it, each of which is gone when the next one is asked for."""
    with lines.open("rb") as whole:
        longer = next(islice(whole, AT_ONCE, None), None) is not None
        if not longer:
            yield lines
            return
        whole.seek(0)
        piece = lines.with_name(f"draft-{lines.name}")
        while True:
            with piece.open("wb") as some:
                some.writelines(islice(whole, AT_ONCE))
            if not piece.stat().st_size:
                break
            yield piece
        piece.unlink()


def rebuild(database: str) -> dict[str, Any]:
    """Throw the facts of a database away and fold its log again."""
    tracker = Tracker(database)
    began = perf_counter()
    tracker.rebuild()
    taken = perf_counter() - began
    tracker.close()
    return {"seconds": taken}


def verify(database: str) -> dict[str, Any]:
    """Hash the whole log again and compare; no seconds while there is no such thing."""
    tracker = Tracker(database)
    check: Callable[[], object] | None = getattr(tracker, "verify", None)
    if check is None:
        return {"seconds": None}
    began = perf_counter()
    check()
    return {"seconds": perf_counter() - began}


def parse(database: str) -> dict[str, Any]:
    """Read the log of a floor once and make an event of each content, as the store does."""
    from tracker.domain.events import from_content

    return floors.reading(database, from_content)


def append(
    ours: str, small: str, floor: str, peer: str | None, events: int, few: int, runs: int, each: int
) -> dict[str, Any]:
    """Append events one a transaction; the median seconds of one, for each side.

    Args:
        ours: a database with *events* events; *small* with *few*; both are written to, as
            are *floor* and *peer*.
        each: how many are appended before it is the next side's turn.
    """
    sides: dict[str, Callable[[], object]] = {}
    trackers = []
    for name, database, size in (("ours", ours, events), ("small", small, few)):
        tracker = Tracker(database)
        trackers.append(tracker)
        sides[name] = adding(tracker, batches(size, each))
    conn = floors.opened(Path(floor))
    lines = map(json.dumps, _endless(events))
    rows = floors.log_rows(lines, first=events + 1)
    ready = [[next(rows) for _ in range(each)] for _ in range(runs + 1)]
    sides["floor"] = _inserting(conn, iter(ready))
    if peer is not None:
        from tests.benchmarks import eventsourced

        application = eventsourced.opened(Path(peer))
        entries = batches(events, each)
        sides["peer"] = lambda: eventsourced.append_all(application, next(entries))
    taken = in_turns(runs, **sides)
    for tracker in trackers:
        tracker.close()
    return {name: seconds / each for name, seconds in taken.items()}


def _endless(events: int) -> Iterator[Entry]:
    workload = Workload(events)
    for number in count():
        yield from workload.more(1, after=number)


def batches(events: int, each: int) -> Iterator[list[Entry]]:
    """What comes after a log of so many events, so many at a time."""
    workload = Workload(events)
    for number in count():
        yield list(workload.more(each, after=number * each))


def adding(tracker: Tracker, batches: Iterator[list[Entry]]) -> Callable[[], object]:
    """Append what is next of *batches*, each event in a transaction of its own."""
    from tracker.catalogue import read_entries

    def add() -> None:
        for entry in next(batches):
            tracker.add(read_entries([entry], "bench"))

    return add


def _inserting(conn: Any, batches: Iterator[list[floors.Row]]) -> Callable[[], object]:
    def insert() -> None:
        for row in next(batches):
            floors.append(conn, row)

    return insert
