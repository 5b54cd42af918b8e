"""What may happen to a machine, and what must not be lost by it.

A fault is a function of the ground that it happens on and of chance.  It says what was lost:
nothing, if all is well.  The tests let each happen a few times, ``make torture`` many times.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.conftest import CommandLine
from tests.faults.dying import Dying, Ended
from tests.places import Places, migrated
from tracker.app import Tracker
from tracker.catalogue import Batch, read_entries
from tracker.store import plain
from tracker.store.tables import SCHEMA, log

MANY = 1100
"""How many events a load brings: more than are taken into the log at once."""
FEW = 60
"""How many events the log has in which bits are flipped."""

GUARDED = ("version", "event_id", "content", "leaf")
"""The columns of the log in which verify finds every flipped bit; the others hold no promise."""


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Events about some measures, with a rate that changes from day to day."""
    source = [{"url": "https://example.org/a", "publisher": "Example"}]
    for number in range(count):
        subject = f"measure/m{number % 7}"
        day = date(2020, 1, 1) + timedelta(days=number)
        effects: list[dict[str, Any]] = []
        if number < 7:
            named = {"imposer": "US", "instrument": "tariff", "title": f"Tariff {number}"}
            effects += [{"kind": "measure-introduced", "subject": subject, **named}]
            effects += [{"kind": "scope-set", "subject": subject, "line": "all"}]
        effects += [{"kind": "rate-set", "subject": subject, "line": "all", "rate": number % 50}]
        yield {
            "id": f"{day}-rate-{number}",
            "title": f"The rate number {number} is set",
            "kind": "order",
            "occurred": day.isoformat(),
            "reported": "occurred",
            "sources": source,
            "effects": effects,
        }


def batch(some: list[dict[str, Any]]) -> Batch:
    found = read_entries(some, "entries")
    assert not found.problems
    return found


class Ground:
    """Databases to break, made once and copied for each fault, and a process to kill.

    The one that something happens to is ``there``.
    """

    def __init__(self, folder: Path, places: Places) -> None:
        self.folder = folder
        self.places = places
        self.there = ""
        self.dying = Dying(folder)
        self.entries = list(entries(MANY))
        self.many = folder / "many.jsonl"
        self.many.write_text("".join(json.dumps(each) + "\n" for each in self.entries))
        self.empty = self._made("empty", 0)
        self.full = self._made("full", MANY)
        self.small = self._made("small", FEW)
        self.digest = digest(self.full)
        self.old = [self._old(f"{number:04}") for number in range(1, SCHEMA)]
        # How long each takes when nothing happens, so that death may come at any moment of it.
        self.seconds = {
            name: self.run(source, *words).seconds
            for name, source, words in (
                ("load", self.empty, ("load", str(self.many))),
                ("rebuild", self.full, ("rebuild",)),
                ("migration", self.old[0], ("stats",)),
                ("creation", None, ("load", str(self.many))),
            )
        }

    def close(self) -> None:
        self.dying.close()
        for url in (self.there, self.empty, self.full, self.small, *self.old):
            self.places.drop(url)

    def fresh(self, source: str | None) -> str:
        """A copy of a database, with nothing beside it; not there where there is none to copy."""
        file = self.folder / "fresh.db"
        if self.there:
            self.places.settle(self.there)
            self.places.drop(self.there)
        for each in self.folder.glob("fresh.db*"):
            each.unlink()
        self.there = self.places.copy(source, file) if source else self.places.new(file)
        return self.there

    def run(self, source: str | None, *words: str, **when: Any) -> Ended:
        found = self.dying.run(self.fresh(source), words, **when)
        self.places.settle(self.there)
        return found

    def _made(self, name: str, count: int) -> str:
        url = self.places.new(self.folder / f"{name}.db")
        with closing(Tracker(url)) as made:
            made.open(catalogue=False)
            if count:
                made.add(batch(self.entries[:count]))
        return url

    def _old(self, revision: str) -> str:
        """A database as an earlier tracker left it, with the same events in its log."""
        url = self.places.new(self.folder / f"old-{revision}.db")
        rows = self.places.query(self.full, "SELECT * FROM log ORDER BY version")
        if revision < "0003":
            # The leaves were of the content alone.
            rows = [(*row[:7], sha256(b"\0" + row[6].encode()).digest()) for row in rows]
        with migrated(url, revision) as conn:
            plain.add(conn, log, rows)
        return url


def digest(url: str) -> str:
    found = Tracker(url)
    with closing(found):
        return str(found.stats()["facts_digest"])


NEXT = next(each for number, each in enumerate(entries(MANY + 1)) if number == MANY)
"""An event that no log has yet: the next command adds it."""


def lost(ground: Ground, versions: set[int], ended: Ended | None = None) -> list[str]:
    """What is not as it should be in the database to which something happened.

    Args:
        versions: at which the log may be.
    """
    found: list[str] = []
    if ended and ("Traceback" in ended.err or ended.code in (98, 99)):
        found.append(f"a traceback: {ended.err[-300:]}")
    with closing(Tracker(ground.there)) as tracker:
        tracker.open(catalogue=False)
        version = tracker.stats()["version"]
        if version not in versions:
            found.append(f"the log is at version {version}, not one of {sorted(versions)[:9]}")
        found += tracker.verify().wrong
        if tracker.rebuild().before != tracker.rebuild().digest:
            found.append("the facts are not those of the log")
        if tracker.add(batch([NEXT | {"effects": []}])).version != version + 1:
            found.append("the next event was not added")
    if ground.places.engine == "sqlite":
        checked = ground.places.query(ground.there, "PRAGMA integrity_check")
        said = {each for (each,) in checked} - {"ok"}
        # SQLite before 3.41 takes columns of tables without a rowid for others, and warns of NULL.
        found += [each for each in said if not each.startswith("NULL value in ")]
    return found


def death(ground: Ground, seconds: float, chance: random.Random) -> dict[str, Any]:
    """When to die: at any moment, at a statement, or, in a file, in the middle of one."""
    match chance.randrange(3 if ground.places.engine == "sqlite" else 2):
        case 0:
            return {"after": chance.uniform(0, seconds * 1.1)}
        case 1:
            return {"statement": chance.randrange(120)}
        case _:
            return {"step": chance.randrange(400)}


# -- kill -9 -----------------------------------------------------------------------------------


def killed_loading(ground: Ground, chance: random.Random) -> list[str]:
    when = death(ground, ground.seconds["load"], chance)
    ended = ground.run(ground.empty, "load", str(ground.many), **when)
    said = f"added {MANY} events" in ended.out
    return lost(ground, {MANY} if said else {0, MANY}, ended)


def killed_creating(ground: Ground, chance: random.Random) -> list[str]:
    when = death(ground, ground.seconds["creation"], chance)
    ended = ground.run(None, "load", str(ground.many), **when)
    said = f"added {MANY} events" in ended.out
    return lost(ground, {MANY} if said else {0, MANY}, ended)


def killed_adding(ground: Ground, chance: random.Random) -> list[str]:
    """One event after the other is added until death; each that was acknowledged is there."""
    day = "2025-03-26"
    source = ("--url", "https://example.org/a", "--published", day)
    events = [
        ("add", "--title", f"Number {number}", "--occurred", day, *source) for number in range(25)
    ]
    url = ground.fresh(ground.small)
    when = death(ground, 0.5, chance)
    if "statement" in when:
        when["statement"] *= 10
    ended = ground.dying.run(url, *events, **when)
    ground.places.settle(url)
    acknowledged = ended.out.count("added ")
    ids = {name for (name,) in ground.places.query(url, "SELECT event_id FROM log")}
    missing = [line for line in ended.out.splitlines() if line.removeprefix("added ") not in ids]
    found = [f"{line}, and it is not there" for line in missing]
    return found + lost(ground, {FEW + acknowledged, FEW + acknowledged + 1}, ended)


def killed_rebuilding(ground: Ground, chance: random.Random) -> list[str]:
    ended = ground.run(ground.full, "rebuild", **death(ground, ground.seconds["rebuild"], chance))
    other = (
        [] if digest(ground.there) == ground.digest else ["the facts are others after the rebuild"]
    )
    return other + lost(ground, {MANY}, ended)


def killed_migrating(ground: Ground, chance: random.Random) -> list[str]:
    when = death(ground, ground.seconds["migration"], chance)
    ended = ground.run(chance.choice(ground.old), "stats", **when)
    with closing(Tracker(ground.there)) as tracker:
        tracker.open(catalogue=False)
        same = tracker.stats()["facts_digest"] == ground.digest
    return ([] if same else ["the facts are others after the migration"]) + lost(
        ground, {MANY}, ended
    )


# -- no room -----------------------------------------------------------------------------------


def disk_full(ground: Ground, chance: random.Random) -> list[str]:
    """A file may not grow; when it may again, the same command succeeds."""
    source = chance.choice([ground.empty, ground.full, ground.old[0], None])
    words = ("load", str(ground.many)) if source in (ground.empty, None) else ("rebuild",)
    size = Path(source).stat().st_size if source else 0
    ended = ground.run(source, *words, largest=chance.randrange(4096, size + 400_000))
    found = _told(ended, "Make room and try again")
    if ended.code == 0:
        return found + lost(ground, {MANY}, ended)
    again = ground.dying.run(ground.there, words)
    if again.code:
        found.append(f"with room it fails as well: {again.err}")
    return found + lost(ground, {MANY}, ended)


def file_system_full(ground: Ground, chance: random.Random) -> list[str]:
    """A small file system runs out of room in the middle of a load."""
    small = ground.folder / "small"
    small.mkdir(exist_ok=True)
    room = chance.randrange(100, 1500)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}k", "none", str(small)], check=True)
    try:
        file = small / "tracker.db"
        ground.there = str(file)
        with suppress(OSError):
            shutil.copyfile(ground.empty, file)
        ended = ground.dying.run(ground.there, ("load", str(ground.many)))
        found = _told(ended, "Make room and try again")
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        if ended.code and file.stat().st_size == Path(ground.empty).stat().st_size:
            again = ground.dying.run(ground.there, ("load", str(ground.many)))
            if again.code:
                found.append(f"with room it fails as well: {again.err}")
            found += lost(ground, {MANY}, ended)
        return found
    finally:
        ground.there = ""
        subprocess.run(["umount", str(small)], check=True)


def can_mount(folder: Path) -> bool:
    """Whether a small file system can be made here, which takes root."""
    folder = folder / "mounted"
    folder.mkdir(exist_ok=True)
    tried = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    try:
        if subprocess.run(tried, check=False, capture_output=True).returncode:
            return False
        subprocess.run(["umount", str(folder)], check=True)
    except OSError:
        return False
    return True


def _told(ended: Ended, remedy: str) -> list[str]:
    if ended.code == 0:
        return []
    if ended.code == 4 and remedy in ended.err and len(ended.err.splitlines()) == 1:
        return []
    return [f"it ended with {ended.code}, saying: {ended.err}"]


# -- others ------------------------------------------------------------------------------------


def locked(ground: Ground, chance: random.Random) -> list[str]:
    """Another writer does not finish in time: who it is and what to do is said."""
    file = ground.fresh(ground.small)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        os.environ["TRACKER_WAIT"] = "0.05"
        line = CommandLine(ground.folder)
        answer = line("--db", file, chance.choice(["rebuild", "load"]))
        del os.environ["TRACKER_WAIT"]
        other.execute("ROLLBACK")
    wanted = ["another writer", "wait for it, or end it"]
    if Path("/proc/locks").exists():
        wanted.append(f"process {os.getpid()}: ")
    found = [f"{each!r} is not said: {answer.err}" for each in wanted if each not in answer.err]
    return found + lost(ground, {FEW})


def at_once(ground: Ground, chance: random.Random) -> list[str]:
    """Some processes make, migrate or load one database at the same time."""
    source = chance.choice([None, ground.empty, *ground.old])
    file = ground.fresh(source)
    words = ("load", str(ground.many))
    ended = ground.dying.run_together(file, words, together=chance.randint(2, 3))
    found = [f"one ended with {each.code}: {each.err}" for each in ended if each.code]
    added = sum(f"added {MANY} events" in each.out for each in ended)
    if added != (0 if source in ground.old else 1):
        found.append(f"{added} of them added the same events")
    return found + lost(ground, {MANY})


def clock_back(ground: Ground, chance: random.Random) -> list[str]:
    """The clock jumps: the log keeps its order, and what it had by an instant."""
    url = ground.fresh(ground.empty)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    instants = [now + timedelta(seconds=chance.randint(-(10**8), 10**8)) for _ in range(5)]
    for instant, each in zip(instants, ground.entries, strict=False):
        with closing(Tracker(url, now=partial(max, instant, instant))) as tracker:
            tracker.add(batch([each]))
    rows = ground.places.query(url, "SELECT recorded FROM log ORDER BY version")
    recorded = [datetime.fromisoformat(each) for (each,) in rows]
    naive = [max(instants[: number + 1]) for number in range(5)]
    found = [] if recorded == naive else [f"recorded at {recorded}, not at {naive}"]
    with closing(Tracker(url)) as tracker:
        for instant in recorded:
            had = sum(each <= instant for each in recorded)
            if tracker.version_at(instant) != had:
                found.append(f"at {instant} the log had {had}")
    return found + lost(ground, {5})


def disconnected(ground: Ground, chance: random.Random) -> list[str]:
    """The server ends the connection at any moment: whoever runs the command again has it all."""
    url = ground.fresh(ground.empty)
    words = ("load", str(ground.many))
    after = chance.uniform(0, ground.seconds["load"] * 1.1)
    with ground.dying.running(url, words) as running:
        time.sleep(after)
        ground.places.query(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'tracker, process%'",
        )
    (ended,) = running
    found = _told(ended, "run the command again, which adds nothing twice")
    again = ground.dying.run(url, words)
    if again.code:
        found.append(f"it cannot be run again: {again.err}")
    return found + lost(ground, {MANY}, again)


# -- damage ------------------------------------------------------------------------------------


def rows(file: str) -> list[tuple[Any, ...]] | None:
    """The rows of the log as they lie in the file; None where they cannot be read."""
    with closing(sqlite3.connect(file)) as conn:
        try:
            names = [name for _, name, *_ in conn.execute("PRAGMA table_info(log)")]
            wanted = [names.index(each) for each in GUARDED]
            conn.text_factory = bytes
            found = conn.execute("SELECT * FROM log ORDER BY version").fetchall()
        except sqlite3.Error:
            return None
        return [tuple(row[each] for each in wanted) for row in found]


def _verified(ground: Ground) -> tuple[int, str]:
    answer = CommandLine(ground.folder)("--db", ground.there, "verify", "--format", "json")
    return answer.code, answer.err


def flipped_cell(ground: Ground, chance: random.Random) -> list[str]:
    """One bit of one cell of the log: verify finds it, and names the event."""
    places, url = ground.places, ground.fresh(ground.small)
    version, column = chance.randint(1, FEW), chance.choice(GUARDED)
    asked = f"SELECT {column} FROM log WHERE version = {version}"
    ((value,),) = places.query(url, asked)
    if isinstance(value, int):
        # No other row may have the number already: SQLite keeps its rows by it.
        bits = 62 if places.engine == "sqlite" else 31
        changed = str(value ^ 1 << chance.randrange(FEW.bit_length(), bits))
    else:
        found = bytearray(value.encode() if isinstance(value, str) else value)
        bit = chance.randrange(len(found) * 8)
        found[bit // 8] ^= 1 << bit % 8
        put = places.text if isinstance(value, str) else places.literal
        changed = put(bytes(found))
    places.change(url, f"UPDATE log SET {column} = {changed} WHERE version = {version}")
    code, said = _verified(ground)
    if code == 4 and f"version {version}" in said:
        return []
    return [f"{column} of version {version}: verify ended with {code}, saying: {said}"]


def flipped_byte(ground: Ground, chance: random.Random) -> list[str]:
    """One bit of a page that the log lies in: named, or called damaged, or without any effect."""
    file = ground.fresh(ground.small)
    whole = bytearray(Path(file).read_bytes())
    _, _, content, _ = chance.choice(rows(ground.small) or [])
    at = whole.find(content)
    # Half of them hit the row itself, the others anything on its page.
    within = (at - 120, at + len(content) + 34), (at - at % 4096, at - at % 4096 + 4096)
    first, last = chance.choice(within)
    position = chance.randrange(max(first, 0), min(last, len(whole)))
    whole[position] ^= 1 << chance.randrange(8)
    Path(file).write_bytes(whole)
    changed = rows(file) != rows(ground.small)
    code, said = _verified(ground)
    if code == 4 and (f"{file} is damaged" in said or "version " in said):
        return []
    if code == 4 and ("not a database" in said or "damaged" in said or "malformed" in said):
        return []
    if code == 0 and not changed:
        return []
    return [f"byte {position}: verify ended with {code}, saying: {said}"]


def truncated(ground: Ground, chance: random.Random) -> list[str]:
    """The end of the file is missing: it is called damaged, and nothing is answered from it."""
    file = ground.fresh(ground.small)
    size = Path(file).stat().st_size
    os.truncate(file, chance.randrange(1, size))
    line = CommandLine(ground.folder)
    found = []
    for words in (("state",), ("verify",), ("load", str(ground.many)), ("rebuild",), ("stats",)):
        answer = line("--db", ground.there, *words)
        if answer.code != 4 or answer.out:
            found.append(
                f"{words[0]} ended with {answer.code}: {answer.out[:200]}{answer.err[:200]}"
            )
    return found


PROJECTIONS = ("fact", "assignment", "mention", "reference", "stake", "projection", "words")


def facts_missing(ground: Ground, chance: random.Random) -> list[str]:
    """What is computed is missing or stale: it is not answered from until it is rebuilt."""
    url = ground.fresh(ground.small)
    before = digest(url)
    there = [
        each for each in PROJECTIONS if ground.places.query(url, f"SELECT 1 FROM {each} LIMIT 1")
    ]
    match chance.randrange(3):
        case 0:
            ground.places.query(url, "UPDATE projection SET version = version - 1")
        case 1:
            for table in chance.sample(PROJECTIONS, chance.randint(1, len(PROJECTIONS))):
                ground.places.query(url, f"DROP TABLE {table}")
        case _:
            for table in chance.sample(there, chance.randint(1, len(there))):
                is_index = table == "words" and ground.places.engine == "sqlite"
                emptied = "INSERT INTO words (words) VALUES ('delete-all')"
                ground.places.query(url, emptied if is_index else f"DELETE FROM {table}")
    line = CommandLine(ground.folder)
    found = []
    for words in (
        *(("state",), ("stats",), ("search", "rate"), ("events", "--party", "US")),
        ("load", str(ground.many)),
    ):
        answer = line("--db", ground.there, *words)
        if answer.code != 4 or answer.out or "run tracker rebuild" not in answer.err:
            found.append(
                f"{words[0]} ended with {answer.code}: {answer.out[:200]}{answer.err[:200]}"
            )
    rebuilt = line("--db", url, "rebuild")
    if rebuilt.code:
        found.append(f"rebuild ended with {rebuilt.code}: {rebuilt.err}")
    if digest(url) != before:
        found.append("the facts are others after the rebuild")
    return found + lost(ground, {FEW})


Fault = Callable[[Ground, random.Random], list[str]]


@dataclass(frozen=True)
class Kind:
    """A fault, what it is called, and how often it happens in a test and in a torture of 100.

    ``served`` is how often it happens in a test on a server; None where it is about files.
    """

    name: str
    fault: Fault
    few: int
    served: int | None = None
    share: float = 1.0


KINDS = (
    Kind("kill -9 during load", killed_loading, 6, 4),
    Kind("kill -9 during the first load", killed_creating, 3, 2),
    Kind("kill -9 during add", killed_adding, 5, 3),
    Kind("kill -9 during rebuild", killed_rebuilding, 4, 2),
    Kind("kill -9 during migration", killed_migrating, 4, 2),
    Kind("a limit on the size of files", disk_full, 4, share=0.5),
    Kind("a file system without room", file_system_full, 0, share=0.5),
    Kind("a locked database", locked, 2, share=0.5),
    Kind("two or three at once", at_once, 3, 2, 0.5),
    Kind("a clock that jumps", clock_back, 2, 1),
    Kind("a server that ends the connection", disconnected, 0, 4),
    Kind("a flipped bit in a cell of the log", flipped_cell, 25, 12, 20),
    Kind("a flipped bit on a page of the log", flipped_byte, 25, share=20),
    Kind("a truncated file", truncated, 5, share=2),
    Kind("facts stale or missing", facts_missing, 5, 4, 2),
)


def kinds(engine: str) -> list[Kind]:
    """What may happen to a database of an engine."""
    if engine == "sqlite":
        return [kind for kind in KINDS if kind.fault is not disconnected]
    return [kind for kind in KINDS if kind.served is not None]


@dataclass(frozen=True)
class Row:
    """What became of a kind of fault: how often it happened, and what was lost."""

    name: str
    runs: int
    losses: list[str]


def happen(kind: Kind, ground: Ground, runs: int, seed: int) -> Row:
    """Let a fault happen *runs* times."""
    losses = []
    for number in range(runs):
        try:
            found = kind.fault(ground, random.Random(f"{seed} {number}"))
        except Exception as error:
            # A traceback is a loss like any other.
            found = [f"{type(error).__name__}: {error}"]
        losses += [f"{kind.name}, seed {seed} {number}: {each}" for each in found]
    return Row(kind.name, runs, losses)
