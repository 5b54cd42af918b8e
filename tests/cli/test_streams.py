"""Terminals, pipes that break, and interrupts: nothing half done, and nothing half said."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Dialect, Engine, event

from tests.conftest import CARS, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker
from tracker.errors import NotFound

TRACKER = [sys.executable, "-m", "tracker"]

# -- terminals ------------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_a_table_on_a_terminal_has_colour_and_keeps_to_its_width(cli: CommandLine) -> None:
    asked = ("state", "measure", "--as-of", "2025-04-05")

    answer = cli(*asked, terminal=True)

    assert answer.code == 0
    assert "\x1b[1m" in answer.out
    plain = re.sub(r"\x1b\[[\d;]*m", "", answer.out)
    assert all(len(line) <= 120 for line in plain.splitlines())
    assert "\t" not in plain


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "words",
    [("events", "--from", "2025-03-30", "--to", "2025-04-02"), ("state", "claim")],
    ids=" ".join,
)
def test_what_the_next_command_is_given_is_whole_on_a_narrow_terminal(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    column = cli.ok(*words).rows[0].index("event" if words[0] == "events" else "subject")

    answer = cli(*words, terminal=True)

    assert "…" not in re.sub("; …", "", answer.out)
    for row in cli.ok(*words).rows[1:]:
        assert re.search(rf"(^|\s){row[column]}\s", answer.out, re.MULTILINE)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("words", [("state",), ("members", "cptpp")], ids=" ".join)
def test_no_colour_is_no_colour(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    answer = cli(*words, terminal=True)

    assert answer.code == 0
    assert re.search(r"\x1b\[[\d;]*\b[3-49]\d", answer.out) is None


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_programs_read_is_the_same_on_a_terminal(cli: CommandLine, form: str) -> None:
    asked = ("state", "measure", "--as-of", "2025-04-05", "--format", form)

    assert cli(*asked, terminal=True).out == cli(*asked).out


@pytest.mark.usefixtures("shipped")
def test_everything_that_is_no_answer_goes_to_standard_error(cli: CommandLine) -> None:
    answer = cli.ok("state", "measure", "--as-of", "2025-Q2")

    assert answer.out.startswith("subject\tstage\twhat\ttitle\n")
    assert answer.err == "as of 2025-06-30 (the last day of 2025-Q2)\n"


def test_text_of_an_entry_is_no_markup_and_no_row_of_its_own(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    title = "[red]Cars[/red] [link=https://example.org]x[/link]"
    summary = "One line\nand another\twith a tab"
    cli.ok("load", str(write("e.toml", entry("2025-03-26-x", title=title, summary=summary))))

    on_terminal = cli("events", terminal=True).out
    in_pipe = cli("events").out

    assert "[red]Cars[/red]" in re.sub(r"\x1b\[[\d;]*m", "", on_terminal)
    assert title in in_pipe
    assert len(in_pipe.splitlines()) == 2


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    "words",
    [("show", "\udcff"), ("show", "measure/\udcff"), ("state", "measure/\udcff")],
    ids=ascii,
)
def test_a_word_that_is_no_text_is_not_there(cli: CommandLine, words: tuple[str, ...]) -> None:
    answer = cli(*words)

    assert answer.code in (2, 3)
    assert answer.out == ""


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("word", ["a\x1b[31mb", "measure/a\x1b[31mb", "2025-03-26-\x9b31m"])
def test_a_control_character_in_a_word_is_not_sent_back_to_the_terminal(
    cli: CommandLine, word: str
) -> None:
    answer = cli("show", word)

    assert answer.code == 3
    assert "\x1b" not in answer.err
    assert "\x9b" not in answer.err


@pytest.mark.usefixtures("tracker")
def test_a_message_comes_with_its_traceback_only_when_that_is_asked_for(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = cli("show", "2025-03-26-x")
    monkeypatch.setenv("TRACKER_DEBUG", "1")

    with pytest.raises(NotFound, match="there is no event 2025-03-26-x"):
        cli("show", "2025-03-26-x")

    assert (quiet.code, quiet.err.splitlines()[-1]) == (
        *(3, "tracker: there is no event 2025-03-26-x"),
    )


# -- pipes ----------------------------------------------------------------------------------


def into_a_broken_pipe(*words: str) -> tuple[int, str]:
    """Run the command into a pipe that nobody reads; its exit code and standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*TRACKER, *words], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    "words",
    [("state",), ("export", "csv", "events"), ("schema",), ("rebuild",), ("--help",)],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_a_command_quietly(words: tuple[str, ...]) -> None:
    code, err = into_a_broken_pipe(*words)

    assert code == 0
    assert all(line.startswith("as of") for line in err.splitlines())


def test_a_load_whose_answer_nobody_reads_is_still_whole(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    code, err = into_a_broken_pipe("load", str(write("cars.toml", cars())))

    assert (code, err) == (0, "")
    assert cli.version() == 1


@pytest.mark.usefixtures("shipped")
def test_a_long_answer_may_be_read_in_part(cli: CommandLine) -> None:
    with subprocess.Popen(
        [*TRACKER, "events", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        first = running.stdout.readline()
        running.stdout.close()
        err = running.stderr.read()

    assert first == b"{\n"
    assert err == b""
    assert running.returncode == 0


@pytest.mark.usefixtures("tracker")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [("state",), ("rebuild",)], ids=" ".join)
def test_an_answer_that_finds_no_room_is_an_error_in_one_line(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*TRACKER, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
        )

    assert done.returncode not in (0, 120)
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    ("closed", "words"), [(0, ("add", "--title", "X")), (1, ("state",)), (2, ("stats",))]
)
def test_a_standard_stream_that_is_closed_is_no_defect(
    cli: CommandLine, closed: int, words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [*TRACKER, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.close(closed),
    )

    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if closed == 0 else 0)


# -- interrupts -----------------------------------------------------------------------------


class Interrupted:
    """Interrupts the work at the n-th statement that the database is given."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@contextmanager
def interrupted(at: int) -> Iterator[Interrupted]:
    interrupt = Interrupted(at)

    class Cursor(sqlite3.Cursor):
        def execute(self, *given: Any) -> Any:
            interrupt()
            return super().execute(*given)

        def executemany(self, *given: Any) -> Any:
            interrupt()
            return super().executemany(*given)

    class Connected(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

    class ServedCursor(psycopg.Cursor[Any]):
        def execute(self, *given: Any, **named: Any) -> Any:
            interrupt()
            return super().execute(*given, **named)

        def executemany(self, *given: Any, **named: Any) -> Any:
            interrupt()
            return super().executemany(*given, **named)

        def copy(self, *given: Any, **named: Any) -> Any:
            interrupt()
            return super().copy(*given, **named)

    def connecting(dialect: Dialect, record: object, given: object, named: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            named["factory"] = Connected
        else:
            named["cursor_factory"] = ServedCursor

    event.listen(Engine, "do_connect", connecting)
    try:
        yield interrupt
    finally:
        event.remove(Engine, "do_connect", connecting)


def test_a_load_that_is_interrupted_at_any_statement_has_added_nothing(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    two = str(write("two.toml", cars(), entry("2025-03-30-y", rate(30, since=date(2025, 5, 1)))))

    for at in count():
        with interrupted(at):
            answer = cli("load", two)
        if answer.code == 0:
            break

        assert (answer.code, answer.out, cli.version()) == (130, "", 0)

    assert at > 10
    assert answer.out.startswith("added 2 events")


@pytest.mark.parametrize(
    "words",
    [
        ("rebuild",),
        ("correct", CARS, "--title", "X", "--slip"),
        ("retract", CARS, "--slip"),
        ("corroborate", CARS, "--url", "https://example.org/b", "--published", "2025-03-20"),
    ],
    ids=lambda words: str(words[0]),
)
def test_a_write_that_is_interrupted_leaves_the_answers_as_they_were(
    cli: CommandLine, tracker: Tracker, write: Write, words: tuple[str, ...]
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    before = cli.ok("stats", "--format", "json").json

    for at in count(step=3):
        with interrupted(at):
            answer = cli(*words)
        if answer.code == 0:
            break

        assert (answer.code, answer.out) == (130, "")
        assert cli.ok("stats", "--format", "json").json == before

    assert at > 10


@pytest.mark.parametrize("at", [1, 40, 150])
def test_a_first_command_that_is_interrupted_leaves_the_next_one_the_first(
    cli: CommandLine, at: int
) -> None:
    with interrupted(at):
        interrupted_one = cli("stats")

    answer = cli.ok("state", "measure/us-232-autos", "--as-of", "2025-04-05")

    assert interrupted_one.code == 130
    assert interrupted_one.out == ""
    assert answer.rows[1][:2] == ["measure/us-232-autos", "in-force"]


def is_writing(file: Path) -> bool:
    """Whether somebody is in the middle of a write to the database."""
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as conn:
        try:
            conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        conn.execute("ROLLBACK")
        return False


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["the keyboard", "whoever stops a service", "a terminal that goes away"],
)
def test_an_interrupt_in_the_middle_of_a_load_adds_nothing(
    cli: CommandLine, tracker: Tracker, write: Write, sent: signal.Signals, code: int
) -> None:
    interrupted = False
    for attempt in range(8):
        before = cli.version()
        many = (entry(f"2025-03-26-x{attempt}-{number}") for number in range(2_000))
        file = str(write("many.toml", *many))

        with subprocess.Popen([*TRACKER, "load", file], stderr=subprocess.PIPE) as running:
            while running.poll() is None and not is_writing(cli.db):
                pass
            running.send_signal(sent)
            assert running.stderr
            err = running.stderr.read()

        assert b"Traceback" not in err
        assert running.returncode in (0, code)
        interrupted = cli.version() == before
        # The signal may come when all is done; then all of it is there, and it is tried again.
        assert interrupted or cli.version() == before + 2_000
        if interrupted:
            assert running.returncode == code
            break

    assert interrupted
    assert cli.ok("stats", "--format", "json").json["events"] == cli.version()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP], ids=str)
@pytest.mark.usefixtures("shipped")
def test_an_export_that_is_stopped_leaves_nothing(cli: CommandLine, sent: signal.Signals) -> None:
    for attempt in range(8):
        out = cli.folder / f"exported-{attempt}"
        out.mkdir()
        words = ("export", "ics", "--spans", "--output", str(out / "all.ics"))

        with subprocess.Popen([*TRACKER, *words], stderr=subprocess.PIPE) as running:
            while running.poll() is None and not list(out.iterdir()):
                pass
            running.send_signal(sent)
            assert running.stderr
            err = running.stderr.read()

        assert b"Traceback" not in err
        # The signal may come when all is done; then it is tried again.
        if running.returncode:
            break

    assert (running.returncode, list(out.iterdir())) == (128 + sent, [])
    assert b"was not written" in err


def test_a_hangup_that_is_to_be_ignored_is_ignored(cli: CommandLine, tracker: Tracker) -> None:
    script = cli.folder / "editor"
    script.write_text("#!/bin/sh\nkill -HUP $PPID\nexit 0\n")
    script.chmod(0o755)

    done = subprocess.run(
        ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *TRACKER, "add", "--edit"],
        env={**os.environ, "EDITOR": str(script)},
        capture_output=True,
    )

    assert done.returncode != 128 + signal.SIGHUP
    assert b"Traceback" not in done.stderr


def test_an_interrupt_while_the_editor_is_open_adds_nothing(
    cli: CommandLine, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = cli.folder / "editor"
    script.write_text("#!/bin/sh\nkill -INT $PPID\n")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))

    done = subprocess.run([*TRACKER, "add", "--edit"], capture_output=True, text=True, check=False)

    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert cli.version() == 0
