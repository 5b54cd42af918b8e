"""The program: ``python -m tests.benchmarks --events 100000 --rows load,append``."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.benchmarks import table
from tests.benchmarks.files import leftovers
from tests.benchmarks.measuring import Failed, tell
from tests.benchmarks.rows import ROWS, Bench
from tests.benchmarks.table import Row
from tests.benchmarks.workload import Workload


def main() -> int:
    given = _options().parse_args()
    try:
        Workload(given.events)
    except ValueError as error:
        tell(str(error))
        return 2
    unknown = sorted(set(given.rows) - ROWS.keys())
    if unknown:
        tell(f"there is no row {', '.join(unknown)}; there are: {', '.join(ROWS)}")
        return 2
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
        found = measured(Bench(given.folder.resolve(), given.events, given.runs), given.rows)
    else:
        with TemporaryDirectory(prefix="tracker-bench-") as folder:
            found = measured(Bench(Path(folder), given.events, given.runs), given.rows)
    print(f"{given.events:,} events; {_machine()}\n")
    print((table.markdown if given.markdown else table.plain)(found))
    return 0


def measured(bench: Bench, names: list[str]) -> list[Row]:
    """The rows *names*; one that fails says so, and the others are measured all the same."""
    found: list[Row] = []
    for name in [name for name in ROWS if name in names]:
        began = perf_counter()
        try:
            found += ROWS[name](bench)
        except Failed as error:
            found.append(Row(name, remark=f"FAILED: {error}"))
        for left in leftovers(bench.folder):
            left.unlink()
        tell(f"{name}: done in {perf_counter() - began:.0f} s")
    return found


def _machine() -> str:
    python, cores = platform.python_version(), os.cpu_count()
    return f"Python {python}, SQLite {sqlite3.sqlite_version}, {cores} cores, {platform.system()}"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure tracker beside bare SQLite, eventsourcing and DuckDB.",
    )
    parser.add_argument(
        "--events",
        type=int,
        default=100_000,
        help="size of the log, a multiple of 200; %(default)s",
    )
    parser.add_argument(
        "--rows",
        type=lambda text: text.split(","),
        default=list(ROWS),
        help=f"which, apart by commas, of: {', '.join(ROWS)}; all of them when left out",
    )
    parser.add_argument(
        "--runs", type=int, default=5, help="how many times, for the median; %(default)s"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="keep the databases there and use those that are there already: remove them after "
        "a change of the store. Left out, a temporary folder. On a disk in memory the disk itself "
        "does not count: /dev/shm/bench",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
