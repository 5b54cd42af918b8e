"""Databases that cannot be used as they are: a message, exit code 4, and the file as it was."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_tail import lines
from tests.conftest import CommandLine, Write, cars, entry
from tests.places import Places
from tracker.app import Tracker
from tracker.catalogue import read_entries
from tracker.store.tables import SCHEMA

pytestmark = pytest.mark.sqlite

COMMANDS = [
    ("state",),
    ("load", "cars.toml"),
    ("check", "cars.toml"),
    ("add", "--title", "X", "--occurred", "2025-03-26", "--url", "https://example.org"),
    ("rebuild",),
    ("stats",),
    ("export", "ics"),
]


def other(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("CREATE TABLE album (title TEXT)")


def newer(file: Path) -> None:
    made = Tracker(str(file))
    made.open(catalogue=False)
    made.close()
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute(f"PRAGMA user_version = {SCHEMA + 1}")


def text(file: Path) -> None:
    file.write_text("[[event]]\n" * 1000)


def zeros(file: Path) -> None:
    file.write_bytes(bytes(8192))


def damaged(file: Path) -> None:
    made = Tracker(str(file))
    made.open(catalogue=False)
    made.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: str(words[0]))
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (text, "tracker.db is not a database: give another path"),
        (other, "tracker.db is a database of something else (it has the table album)"),
        (
            newer,
            f"tracker.db was made by a newer tracker (schema {SCHEMA + 1}, this one knows "
            f"{SCHEMA}): upgrade tracker",
        ),
    ],
    ids=["text", "other", "newer"],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(
    cli: CommandLine,
    write: Write,
    command: tuple[str, ...],
    make: Callable[[Path], None],
    said: str,
) -> None:
    write("cars.toml", cars())
    make(cli.db)
    before = cli.db.read_bytes()

    answer = cli(*command)

    assert answer.code == 4
    assert answer.out == ""
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert cli.db.read_bytes() == before


@pytest.mark.parametrize("make", [zeros, damaged])
def test_a_file_that_is_damaged_is_refused(cli: CommandLine, make: Callable[[Path], None]) -> None:
    make(cli.db)

    answer = cli("state", "--as-of", "2025-04-05")

    assert (answer.code, answer.out) == (4, "")
    assert "Traceback" not in answer.err
    assert str(cli.db) in answer.err


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:secret@host/db",
        "redis://:secret@host",
        "postgresql://user:secret@host:port/db",
        "postgresql://host:port/db?password=secret",
        "mysql://host/db?password=secret",
        "postgresql:/user:secret@host/db",
        "postgresql+psycopg:user:secret@host/db",
        "POSTGRES:user:secret@host",
    ],
)
def test_a_database_that_is_not_supported_is_refused_without_its_password(
    cli: CommandLine, url: str
) -> None:
    answer = cli("--db", url, "state")

    assert answer.code == 4
    assert answer.out == ""
    assert "write sqlite:///path/to/file.db" in answer.err
    assert "secret" not in answer.err
    assert list(cli.folder.rglob("*host*")) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:very@secret@127.0.0.1:1/db",
        "postgresql://user:very@two/secret@127.0.0.1:1/db",
        "mysql://user:very@secret@host/db",
    ],
)
def test_an_at_sign_in_a_password_must_be_escaped(cli: CommandLine, url: str) -> None:
    answer = cli("--db", url, "state")

    assert (answer.code, answer.out) == (4, "")
    assert "an @ in a user or a password is written %40" in answer.err
    assert "secret" not in answer.err


def test_a_folder_is_no_database(cli: CommandLine) -> None:
    answer = cli("--db", str(cli.folder), "state")

    assert answer.code == 4
    assert answer.out == ""
    assert f"{cli.folder} cannot be opened: it is a folder: name a file in it" in answer.err


@pytest.mark.parametrize("below", ["file/tracker.db", "file/deeper/tracker.db"])
def test_a_database_below_what_is_no_folder_is_refused(
    cli: CommandLine, write: Write, below: str
) -> None:
    (cli.folder / "file").write_text("a file and no folder")

    answer = cli("--db", below, "load", str(write("cars.toml", cars())))

    assert answer.code == 4
    assert answer.out == ""
    assert "cannot be created" in answer.err
    assert "give another path" in answer.err
    assert (cli.folder / "file").read_text() == "a file and no folder"


def test_the_folders_of_a_new_database_are_made(cli: CommandLine, write: Write) -> None:
    cli.ok("--db", "some/new folder/my.db", "load", str(write("cars.toml", cars())))

    assert (cli.folder / "some/new folder/my.db").exists()


@pytest.mark.parametrize("name", ["with space.db", "täglich.db", "100%.db", "a?b.db", "a#b.db"])
def test_a_database_may_have_any_name(cli: CommandLine, write: Write, name: str) -> None:
    file = str(write("cars.toml", cars()))

    answer = cli("--db", name, "load", file)

    assert answer.code == 0, answer.err
    assert (cli.folder / name).exists()
    assert cli.ok("--db", name, "state", "--as-of", "2025-04-05").rows[1][0] == "measure/cars"


def test_a_writer_waits_for_another_and_nothing_is_half_done(
    cli: CommandLine, tracker: Tracker, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_WAIT", "0.1")
    file = str(write("cars.toml", cars()))
    with closing(sqlite3.connect(cli.db, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")

        answer = cli("load", file)
        reader = cli("state", "--as-of", "2025-04-05")

        conn.execute("ROLLBACK")
    assert (answer.code, answer.out) == (4, "")
    assert "is in use by another writer" in answer.err
    assert reader.code == 0
    assert cli.version() == 0
    assert cli.ok("load", file).out.startswith("added 1 event")


# -- what may be read and not written -------------------------------------------------------

_DROP_FROM_BOUNDING_SET = 24  # prctl(2), PR_CAPBSET_DROP
_OVERRIDES = (1, 2, 3)  # capabilities(7): DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER


def bound_by_modes() -> None:
    """Give up what lets root write to anything; run in a child, between fork and exec.

    Permission bits do not bind root.  A program that is started without these capabilities
    in its bounding set does not get them, so that the bits bind it as they bind its owner.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in _OVERRIDES:
        if libc.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def bound(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, to which permission bits apply."""
    return subprocess.run(
        [sys.executable, "-m", "tracker", *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound_by_modes if os.geteuid() == 0 else None,
    )


@pytest.fixture
def locked(cli: CommandLine, places: Places, write: Write) -> Path:
    """A folder that nobody may write to, with a database of one event in it."""
    folder = cli.folder / "locked"
    folder.mkdir()
    file = folder / "tracker.db"
    places.fill(str(file))
    cli.ok("--db", str(file), "load", str(write("cars.toml", cars())))
    file.chmod(0o444)
    folder.chmod(0o555)
    return file


def test_a_new_database_in_a_read_only_folder_is_refused(cli: CommandLine, locked: Path) -> None:
    new = locked.with_name("new.db")

    answer = bound("--db", str(new), "state")

    assert answer.returncode == 4
    assert answer.stdout == ""
    assert answer.stderr == (
        f"tracker: {new} cannot be opened: make sure its folder is there and writable, or give "
        "another path\n"
    )
    assert sorted(path.name for path in locked.parent.iterdir()) == ["tracker.db"]


def test_a_new_database_in_a_folder_that_cannot_be_made_is_refused(
    cli: CommandLine, locked: Path
) -> None:
    answer = bound("--db", str(locked.parent / "deeper" / "new.db"), "state")

    assert answer.returncode == 4
    assert answer.stdout == ""
    assert f"{locked.parent / 'deeper'} cannot be created (Permission denied)" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_database_in_a_read_only_folder_can_be_asked(cli: CommandLine, locked: Path) -> None:
    answer = bound("--db", str(locked), "state", "--as-of", "2025-04-05")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[1].startswith("measure/cars\tin-force")


def test_who_may_only_read_sees_what_others_add(
    cli: CommandLine, locked: Path, write: Write
) -> None:
    more = write("more.toml", entry("2025-03-30-more"))
    words = [sys.executable, "-m", "tracker", "--db", str(locked), "tail", "--follow"]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        preexec_fn=bound_by_modes if os.geteuid() == 0 else None,
    ) as following:
        (first,) = lines(following, 1)
        locked.parent.chmod(0o755)
        locked.chmod(0o644)
        cli.ok("--db", str(locked), "load", str(more))

        (second,) = lines(following, 1)

        following.kill()

    assert (first[:2], second[:2]) == (b"1\t", b"2\t")


def test_a_database_in_a_read_only_folder_cannot_be_added_to(
    cli: CommandLine, write: Write, locked: Path
) -> None:
    before = locked.read_bytes()

    answer = bound("--db", str(locked), "load", str(write("more.toml", entry("2025-03-27-more"))))

    assert answer.returncode == 4
    assert answer.stdout == ""
    assert answer.stderr == (
        f"tracker: {locked} cannot be written: make the file and its folder writable, or give "
        "another path\n"
    )
    assert locked.read_bytes() == before


def test_a_file_that_may_not_be_read_is_named(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    file = write("cars.toml", cars())
    (cli.folder / file).chmod(0)

    answer = bound("load", str(file))

    assert answer.returncode in (2, 3)
    assert answer.stdout == ""
    assert "cars.toml" in answer.stderr
    assert "read" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert cli.version() == 0


def test_an_export_into_a_read_only_folder_is_refused(
    cli: CommandLine, tracker: Tracker, locked: Path
) -> None:
    answer = bound("export", "csv", "events", "--output", str(locked.parent / "events.csv"))

    assert answer.returncode == 2
    assert f"{locked.parent / 'events.csv'} cannot be written: Permission denied" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_looks_at_the_file_leaves_the_locks_on_it(cli: CommandLine, tracker: Tracker) -> None:
    """A process that closes a file loses all its locks on it, and its writes with them."""
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM log').close()"
    tracker.stats()

    tracker.open(catalogue=False)
    subprocess.run([sys.executable, "-c", other, str(cli.db)], check=True)
    tracker.add(read_entries(tomllib.loads(entry("2025-03-26-x"))["event"], "here"))

    assert cli.version() == 1
