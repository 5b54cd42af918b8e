"""Nothing that happens to a machine loses an event that was acknowledged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import CommandLine, Write, cars
from tests.faults.faults import FEW, MANY, Ground, Kind, happen, kinds, lost
from tests.places import Places
from tracker.store import database
from tracker.store.holders import holder
from tracker.store.tables import SCHEMA


@pytest.fixture(scope="module")
def ground(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    found = Ground(tmp_path_factory.mktemp("faults"), places)
    yield found
    found.close()


@pytest.mark.parametrize("at", [0, 3, 10, 30])
def test_a_load_that_dies_at_a_statement_has_added_nothing(ground: Ground, at: int) -> None:
    ended = ground.run(ground.empty, "load", str(ground.many), statement=at)

    assert ended.killed
    assert ended.out == ""
    assert lost(ground, {0}) == []


def test_a_migration_that_dies_before_its_facts_are_there_has_not_happened(ground: Ground) -> None:
    ended = ground.run(ground.old[0], "stats", statement=60)

    assert ended.killed
    engine = database.engine_for(ground.there)
    assert database.schema_of(engine) == 1
    engine.dispose()


def test_a_load_that_nothing_happens_to_is_whole(ground: Ground) -> None:
    ended = ground.run(ground.empty, "load", str(ground.many))

    assert ended.out.startswith(f"added {MANY} events")
    assert lost(ground, {MANY}, ended) == []


def test_a_loss_is_seen(ground: Ground) -> None:
    ground.fresh(ground.small)

    assert lost(ground, {FEW + 1}) == [f"the log is at version {FEW}, not one of [{FEW + 1}]"]


@pytest.mark.parametrize("number", range(1, SCHEMA))
def test_a_log_of_every_earlier_schema_answers_as_a_fresh_one(ground: Ground, number: int) -> None:
    url = ground.fresh(ground.old[number - 1])
    line = CommandLine(ground.folder)
    asked = ("state", "--as-of", "2021-06-01", "--format", "json")

    there = line("--db", url, *asked)

    assert there.out == line("--db", ground.full, *asked).out
    assert lost(ground, {MANY}) == []


# -- who holds it, and how long to wait -----------------------------------------------------


@pytest.mark.parametrize("said", ["soon", "-1", "nan", "inf", "1e9"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("TRACKER_WAIT", said)

    answer = cli("state")

    assert answer.code == 2
    assert answer.err.startswith(f"tracker: TRACKER_WAIT is {said}: write how many seconds")


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="the system does not tell who locks")
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@host/db",
        "postgresql://me:very@secret@host/db",
        "postgresql://host/db?password=a secret&x=y",
        "--db=postgresql://host/db?SSLpassword=secret",
    ],
)
def test_who_holds_the_lock_is_told_without_a_password(tmp_path: Path, url: str) -> None:
    file = tmp_path / "a.db"
    script = (
        "import sqlite3, sys; conn = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "conn.execute('PRAGMA journal_mode = WAL'); conn.execute('BEGIN IMMEDIATE'); "
        "print(flush=True); sys.stdin.read()"
    )
    (tmp_path / "a.py").write_text(script)
    # Only the first of what was typed is told.
    words = [Path(sys.executable).name, "a.py", "a.db", url]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, executable=sys.executable, cwd=tmp_path, stdin=pipe, stdout=pipe
    ) as other:
        assert other.stdout
        other.stdout.readline()

        who = holder(file)

        other.communicate()
    assert who is not None
    assert who.startswith(f"process {other.pid}: ")
    assert "host" in who
    assert "secret" not in who
    assert holder(file) is None


# -- paths that are no database -------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.parametrize("words", [("state",), ("load", "cars.toml"), ("verify",), ("rebuild",)])
@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path.name)])
def test_a_path_that_can_be_no_file_is_refused(
    cli: CommandLine, write: Write, make: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    write("cars.toml", cars())
    make(cli.db)

    answer = cli(*words)

    assert (answer.code, answer.out) == (4, "")
    assert f"{cli.db} cannot be opened: " in answer.err
    assert "give another path" in answer.err


@pytest.mark.sqlite
def test_a_database_whose_name_is_too_long_is_refused(cli: CommandLine) -> None:
    answer = cli("--db", "a" * 300, "state")

    assert (answer.code, answer.out) == (4, "")
    assert "give another path" in answer.err


# -- every fault, a few times -----------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "kind", [kind for kind in kinds("sqlite") if kind.few], ids=lambda kind: kind.name
)
def test_nothing_is_lost_by(ground: Ground, kind: Kind) -> None:
    assert happen(kind, ground, kind.few, seed=1).losses == []


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", kinds("postgresql"), ids=lambda kind: kind.name)
def test_nothing_is_lost_on_a_server_by(ground: Ground, kind: Kind) -> None:
    assert happen(kind, ground, kind.served or 0, seed=1).losses == []
