"""The rows: what is compared with what, and how much of it is allowed.

A row is one function.  It makes the files that it needs, has the work done in other
processes, and says what came out.  Nothing large is imported here; see ``measuring``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from tests.benchmarks.files import Files
from tests.benchmarks.measuring import alone, tell
from tests.benchmarks.table import Row, compared
from tests.benchmarks.workload import DAYS, START

FEW = 10_000
"""The size of the log beside which growth is measured."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: the folder of the files, the size of the log, how many runs."""

    folder: Path
    events: int
    runs: int

    @property
    def files(self) -> Files:
        return Files(self.folder, self.events)

    @property
    def few(self) -> Files:
        return Files(self.folder, min(FEW, self.events))

    @property
    def long_runs(self) -> int:
        """How often something is run that takes minutes with a large log."""
        return self.runs if self.events <= 50_000 else 1

    @property
    def late(self) -> date:
        """A day on which all subjects are there, and a tenth of the reports are still to come."""
        return START + timedelta(days=DAYS * 9 // 10)


def _runs(count: int) -> str:
    return f"median of {count}" if count > 1 else "one run"


def load(bench: Bench) -> Iterator[Row]:
    """Load a file of entries into an empty database."""
    files = bench.files
    works = {"ours": "writing.load", "floor": "floors.load"}
    names = {"ours": "ours.db", "floor": "floor.db", "peer": "eventsourcing.db"}
    if find_spec("eventsourcing"):
        works["peer"] = "eventsourced.load"
    taken: dict[str, list[float]] = {side: [] for side in works}
    peaks: dict[str, float] = {}
    lines = str(files.lines())
    for _ in range(bench.long_runs):
        for side, work in works.items():
            tell(f"loading {bench.events:,} events: {side}")
            found = alone(work, lines=lines, database=str(files.path(names[side])))
            taken[side].append(found["seconds"] / bench.events)
            peaks[side] = found["peak"]
    each = {side: median(times) for side, times in taken.items()}
    remark = _runs(bench.long_runs)
    yield compared(
        "load",
        each["ours"],
        "sqlite3.executemany",
        each["floor"],
        budget=6,
        remark=remark,
        per_second="events",
    )
    if "peer" in each:
        yield compared(
            "load",
            each["ours"],
            "eventsourcing save",
            each["peer"],
            budget=1 / 1.5,
            remark=remark,
            per_second="events",
        )
    else:
        yield Row("load", other="eventsourcing save", remark="not installed")


def append(bench: Bench) -> Iterator[Row]:
    """Append one event a transaction, facts included, to a log of the full size."""
    files, few = bench.files, bench.few
    each = 200
    peer = files.copy(files.peer()) if find_spec("eventsourcing") else None
    ours, small = files.copy(files.ours()), few.copy(few.ours())
    if small == ours:
        small = small.with_name(f"copy-{small.name}")
        few.copy(few.ours()).replace(small)
        files.copy(files.ours())
    tell(f"appending {bench.runs} times {each} events")
    found = alone(
        "writing.append",
        ours=str(ours),
        small=str(small),
        floor=str(files.copy(files.floor())),
        peer=peer and str(peer),
        events=bench.events,
        few=few.events,
        runs=bench.runs,
        each=each,
    )
    remark = f"median of {bench.runs} times {each}"
    yield compared(
        "append one event",
        found["ours"],
        "one-row sqlite3 transaction",
        found["floor"],
        budget=6,
        remark=remark,
    )
    if peer is not None:
        yield compared(
            "append one event",
            found["ours"],
            "eventsourcing get, command, save",
            found["peer"],
            budget=1,
            remark=remark,
        )
    else:
        yield Row(
            "append one event", other="eventsourcing get, command, save", remark="not installed"
        )
    yield compared(
        "append as the log grows",
        found["ours"],
        f"the same at {few.events:,} events",
        found["small"],
        budget=1.3,
        remark=remark,
    )


def state(bench: Bench) -> Iterator[Row]:
    """The whole state, on a late day and on one in the middle."""
    files = bench.files
    peer = files.duck() if find_spec("duckdb") else None
    for when, day in (("late day", bench.late), ("middle", files.workload.middle)):
        tell(f"asking for the whole state on {day}")
        found = alone(
            "asking.state",
            ours=str(files.ours()),
            floor=str(files.facts()),
            peer=peer and str(peer),
            events=bench.events,
            day=str(day),
            runs=bench.runs,
        )
        what = f"whole state ({when})"
        remark = (
            f"{found['rows']:,} rows, {found['parts held']:,} parts held; median of {bench.runs}"
        )
        scan = "bare SQL scan into tuples"
        floor = found["floor"]
        yield compared(f"{what}, into parts", found["parts"], scan, floor, budget=2, remark=remark)
        yield compared(f"{what}, typed views", found["views"], scan, floor, budget=4, remark=remark)
        ranked = "DuckDB QUALIFY row_number()"
        if "peer" in found:
            yield compared(
                f"{what}, into parts",
                found["parts"],
                ranked,
                found["peer"],
                budget=1,
                remark=remark,
            )
        else:
            yield Row(f"{what}, into parts", other=ranked, remark="not installed")
        yield compared(
            f"{what}, with known_by",
            found["known"],
            "the same without",
            found["views"],
            budget=1.2,
            remark=remark,
        )


def party(bench: Bench) -> Iterator[Row]:
    """One party's state: what binds it to others, and the measures that it imposes."""
    if not find_spec("duckdb"):
        yield Row("one party", other="DuckDB", remark="not installed")
        return
    files = bench.files
    tell("asking for one party")
    found = alone(
        "asking.party",
        ours=str(files.ours()),
        peer=str(files.duck()),
        events=bench.events,
        day=str(bench.late),
        runs=2 * bench.runs + 1,
    )
    remark = f"median of {2 * bench.runs + 1} parties"
    yield compared(
        "one party, what binds it",
        found["alliances"],
        "DuckDB, the same question",
        found["bound"],
        budget=1 / 20,
        remark=f"about {found['ties']} ties; {remark}",
    )
    yield compared(
        "one party, what it imposes",
        found["measures"],
        "DuckDB, the same question",
        found["imposed"],
        budget=1 / 20,
        remark=f"about {found['listed']} measures; {remark}",
    )


def subject(bench: Bench) -> Iterator[Row]:
    """One subject on a day."""
    files, few = bench.files, bench.few
    each = 200
    tell("asking for one subject")
    found = alone(
        "asking.subject",
        ours=str(files.ours()),
        small=str(few.ours()),
        floor=str(files.floor()),
        events=bench.events,
        few=few.events,
        runs=bench.runs,
        each=each,
    )
    remark = f"median of {bench.runs} times {each}"
    yield compared(
        "one subject",
        found["ours"],
        "prepared one-row lookup",
        found["floor"],
        budget=20,
        remark=remark,
    )
    yield compared(
        "one subject as the log grows",
        found["ours"],
        f"the same at {few.events:,} events",
        found["small"],
        budget=1.5,
        remark=remark,
    )


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "load": load,
    "state": state,
    "party": party,
    "subject": subject,
    "append": append,
}
"""Every row by its name, in the order of the table."""
