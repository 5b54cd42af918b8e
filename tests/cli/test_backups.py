"""Backups: whole, checked before they count, and put back without losing an event."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.test_tail import ADDING, PATIENCE
from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker

pytestmark = pytest.mark.sqlite


@pytest.fixture
def log(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A log of two events."""
    cli.ok("load", str(write("log.toml", entry("2025-03-25-before"), cars())))
    tracker.close()
    return cli


def more(cli: CommandLine, write: Write, name: str = "more") -> None:
    cli.ok("load", str(write("more.toml", entry(f"2025-03-27-{name}"))))


def left(cli: CommandLine) -> list[str]:
    """What lies about and should not."""
    return [path.name for path in cli.folder.iterdir() if ".part" in path.name]


def test_a_backup_is_a_database_with_the_same_log_and_the_same_answers(log: CommandLine) -> None:
    answer = log.ok("backup", "copy.db")

    root = log.ok("verify", "--format", "json").json["root"]
    assert answer.out == f"copy.db holds 2 events, root {root}\n"
    asked = ("state", "--as-of", "2025-04-05", "--format", "json")
    assert log.ok("--db", "copy.db", *asked).json == log.ok(*asked).json
    assert left(log) == []
    assert not list(log.folder.glob("copy.db-*"))


def test_a_backup_is_not_written_over_another_file_unasked(log: CommandLine, write: Write) -> None:
    log.ok("backup", "copy.db")
    more(log, write)

    refused = log("backup", "copy.db")
    forced = log.ok("backup", "copy.db", "--force")

    assert refused.code == 2
    assert "copy.db is there already: give another name, or --force" in refused.err
    assert forced.out.startswith("copy.db holds 3 events")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("backup", "tracker.db", "--force"), 2, "is the database itself"),
        (("restore", "tracker.db"), 2, "is the database itself"),
        (("backup", "log.toml/copy.db"), 2, "cannot be written"),
        (("restore", "none.db"), 3, "there is no file none.db"),
        (("restore", "log.toml"), 4, "log.toml is not a database: give a file that tracker backup"),
        (("restore", "other.db", "--force"), 4, "other.db is a database of something else"),
        (("restore", "empty.db", "--force"), 4, "empty.db holds no database"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_copied_is_refused_and_all_is_as_it_was(
    log: CommandLine, words: tuple[str, ...], code: int, said: str
) -> None:
    with closing(sqlite3.connect(log.folder / "other.db")) as conn, conn:
        conn.execute("CREATE TABLE album (title TEXT)")
    (log.folder / "empty.db").write_bytes(b"")
    before = log.db.read_bytes()

    answer = log(*words)

    assert (answer.code, answer.out) == (code, ""), answer.err
    assert said in answer.err
    assert log.db.read_bytes() == before
    assert left(log) == []


def test_a_damaged_database_has_no_backup(log: CommandLine) -> None:
    tampered(log.db, "UPDATE log SET content = replace(content, '25', '26') WHERE version = 2")

    answer = log("backup", "copy.db")

    assert (answer.code, answer.out) == (4, "")
    assert "version 2, 2025-03-26-cars: its content is not what was appended" in answer.err
    assert not (log.folder / "copy.db").exists()
    assert left(log) == []


def tampered(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        for name in ("log_no_update", "log_no_delete"):
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(statement)


def test_a_backup_beside_writers_is_of_one_instant(log: CommandLine) -> None:
    adding = [
        subprocess.Popen([sys.executable, "-c", ADDING, str(log.db), str(number), "20"])
        for number in range(2)
    ]
    copies: list[str] = []
    while any(writer.poll() is None for writer in adding):
        copies.append(f"copy-{len(copies)}.db")
        log.ok("backup", copies[-1])
    assert [writer.wait(PATIENCE) for writer in adding] == [0, 0]
    log.ok("backup", "last.db")

    assert copies
    for name in copies:
        found = log.ok("--db", name, "verify", "--format", "json").json
        log.ok("--db", name, "checkpoint", "--output", f"{name}.checkpoint")
        assert 2 <= found["version"] <= 42
        log.ok("verify", "--no-facts", "--against", f"{name}.checkpoint")


# -- restoring ----------------------------------------------------------------------------------


def test_a_database_that_is_gone_is_restored(log: CommandLine, write: Write) -> None:
    answers = log.ok("state", "--format", "json").json
    log.ok("backup", "copy.db")
    log.db.unlink()

    answer = log.ok("restore", "copy.db")

    assert answer.out.startswith(f"{log.db} holds 2 events, root ")
    assert log.ok("state", "--format", "json").json == answers
    more(log, write)
    assert log.version() == 3
    assert left(log) == []


def test_a_database_that_the_backup_continues_is_restored(log: CommandLine, write: Write) -> None:
    log.ok("backup", "early.db")
    more(log, write)
    log.ok("backup", "late.db")

    onto_early = log.ok("--db", "early.db", "restore", "late.db")
    onto_same = log.ok("restore", "late.db")

    assert onto_early.out.startswith("early.db holds 3 events")
    assert onto_same.out.startswith(f"{log.db} holds 3 events")
    log.ok("--db", "early.db", "verify")


def test_facts_that_were_lost_come_back_with_the_backup(log: CommandLine) -> None:
    log.ok("backup", "copy.db")
    with closing(sqlite3.connect(log.db)) as conn, conn:
        conn.execute("DELETE FROM fact")

    log.ok("restore", "copy.db")

    assert log.ok("state", "--as-of", "2025-04-05").rows[1][0] == "measure/cars"


def test_events_that_the_backup_lacks_are_not_lost_unasked(log: CommandLine, write: Write) -> None:
    log.ok("backup", "copy.db")
    more(log, write)

    refused = log("restore", "copy.db")
    kept = log.version()
    forced = log.ok("restore", "copy.db", "--force")

    assert (refused.code, refused.out, kept) == (1, "", 3)
    assert "has 3 events that copy.db, with 2, does not begin with" in refused.err
    assert forced.out.startswith(f"{log.db} holds 2 events")
    assert log.version() == 2
    assert left(log) == []


def test_a_log_of_another_past_is_not_written_over_unasked(log: CommandLine, write: Write) -> None:
    log.ok("backup", "copy.db")
    log.ok("--db", "other.db", "load", str(write("x.toml", entry("2025-03-25-x"))))
    more(log, write)
    log.ok("backup", "copy.db", "--force")

    refused = log("--db", "other.db", "restore", "copy.db")

    assert refused.code == 1
    assert "has 1 events that copy.db, with 3, does not begin with" in refused.err


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def scribbled(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    at = whole.index(b'"id":"2025-03-26-cars"')
    whole[at + 40] ^= 4
    file.write_bytes(whole)


def text(file: Path) -> None:
    file.write_text("no database\n" * 1000)


@pytest.mark.parametrize("damage", [cut, scribbled, text])
def test_a_damaged_backup_is_not_restored(log: CommandLine, damage: Callable[[Path], None]) -> None:
    log.ok("backup", "copy.db")
    damage(log.folder / "copy.db")
    before = log.db.read_bytes()

    answer = log("restore", "copy.db", "--force")

    assert (answer.code, answer.out) == (4, "")
    assert "copy.db" in answer.err
    assert ".part" not in answer.err
    assert log.db.read_bytes() == before
    assert left(log) == []


@pytest.mark.parametrize("damage", [cut, scribbled, text])
def test_a_damaged_database_is_replaced_when_that_is_said(
    log: CommandLine, damage: Callable[[Path], None]
) -> None:
    log.ok("backup", "copy.db")
    damage(log.db)

    refused = log("restore", "copy.db")
    forced = log.ok("restore", "copy.db", "--force")

    assert refused.code == 1
    assert "--force" in refused.err
    assert forced.out.startswith(f"{log.db} holds 2 events")
    log.ok("verify")
    assert left(log) == []


def test_a_restore_waits_for_a_writer_and_says_who(
    log: CommandLine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.ok("backup", "copy.db")
    monkeypatch.setenv("TRACKER_WAIT", "0.5")
    with closing(sqlite3.connect(log.db, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")

        answer = log("restore", "copy.db")

        conn.execute("ROLLBACK")
    assert (answer.code, answer.out) == (4, "")
    assert f"is in use by another writer (process {os.getpid()}" in answer.err
    assert "did not finish within 0.5 seconds" in answer.err
    assert log.version() == 2


def test_what_was_added_while_the_backup_was_looked_at_is_not_lost(
    log: CommandLine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.store import pages

    log.ok("backup", "copy.db")
    put = pages.write_over

    def late(engine: Engine, file: Path, *, unchanged: Callable[[], bool]) -> None:
        more(CommandLine(log.folder), write)
        put(engine, file, unchanged=unchanged)

    monkeypatch.setattr(pages, "write_over", late)
    answer = log("restore", "copy.db")

    assert answer.code == 4
    assert "was added to meanwhile: nothing was restored" in answer.err
    assert log.version() == 3
    log.ok("verify")
