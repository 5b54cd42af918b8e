"""What a log holds never commands the terminal that shows it, whoever wrote the log."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CARS, CommandLine, Write, cars, entry, rate
from tests.faults.nasty import SIGNS
from tracker.app import Tracker
from tracker.cli.options import inert

EVIL = "Evil\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202etxt\u2066\ufeff\rOver"
OBEYED = frozenset("\x07\x1b\x9b\x7f\u202e\u2066\ufeff\r")
SHOWN = (
    *(("state",), ("state", "measure/cars"), ("events",), ("show", CARS), ("show", "measure/cars")),
    *(("search", "evil"), ("why", "measure/cars"), ("history", "measure/cars"), ("conflicts",)),
    *(("agenda", "--from", "2025-01-01"), ("late",), ("measures",), ("stats",), ("verify",)),
    *(("diff", "2025-03-01", "2025-05-01"), ("diff", "--format", "markdown", "2025-03", "2025-05")),
    *(("rate", "--into", "US", "--from", "JP", "--product", "8703.23", "--on", "2025-05-01"),),
    *(("network",), ("matrix",), ("talks",), ("claims",), ("export", "csv", "events")),
    *(("export", "ics"), ("export", "jsonl", "events"), ("export", "csv", "state")),
    ("retract", CARS, "--slip", "--dry-run"),
)
"""Every face that shows what entries say."""


@pytest.fixture
def evil(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A log that somebody made without asking us, so that nothing was refused at the door."""
    second = entry("2025-03-27-rival", rate(5, since=date(2025, 4, 3)), against=CARS)
    cli.ok("load", str(write("cars.toml", cars(), second)))
    with closing(sqlite3.connect(cli.db)) as conn, conn:
        conn.execute("DROP TRIGGER log_no_update")
        for version, content in conn.execute("SELECT version, content FROM log").fetchall():
            entry_ = json.loads(content)
            entry_["title"] = EVIL
            entry_["sources"][0]["publisher"] = EVIL
            for effect in entry_.get("effects", ()):
                if "title" in effect:
                    effect["title"] = EVIL
            text = json.dumps(entry_, ensure_ascii=False, separators=(",", ":"))
            leaf = sha256(b"\0" + text.encode()).digest()
            changed = (text, leaf, version)
            conn.execute("UPDATE log SET content = ?, leaf = ? WHERE version = ?", changed)
        title = json.dumps(EVIL, ensure_ascii=False)
        conn.execute("UPDATE fact SET value = ? WHERE part = 'title'", (title,))
    return cli


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "csv")], ids=str)
def test_nothing_that_an_entry_says_is_obeyed_by_a_terminal(
    evil: CommandLine, words: tuple[str, ...], form: tuple[str, ...]
) -> None:
    words = words if "--format" in words else (*words, *form)

    answer = evil(*words, terminal=True)

    # The terminal is told by us in what weight to write the header of a table, and nothing else.
    drawn = answer.out.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\r\n", "\n")
    assert OBEYED.isdisjoint(drawn)
    assert OBEYED.isdisjoint(answer.err)


@pytest.mark.parametrize("words", [("state",), ("show", "measure/cars")], ids=" ".join)
def test_what_is_for_people_is_inert_in_a_pipe_too(
    evil: CommandLine, words: tuple[str, ...]
) -> None:
    answer = evil.ok(*words)

    assert "Evil\\u001b]0;owned\\u0007" in answer.out
    assert OBEYED.isdisjoint(answer.out)


def test_what_is_for_programs_loses_nothing_on_its_way(evil: CommandLine) -> None:
    as_json = evil.ok("state", "--format", "json").json
    on_terminal = evil("state", "--format", "json", terminal=True).json
    lines = evil.ok("export", "jsonl", "events").out.split("\n")
    rows = list(csv.DictReader(io.StringIO(evil.ok("export", "csv", "state").out, newline="")))

    assert as_json["subjects"] == on_terminal["subjects"]
    assert as_json["subjects"][0]["title"] == EVIL
    assert json.loads(lines[0])["title"] == EVIL
    assert any(EVIL in cell for row in rows for cell in row.values())


def test_an_event_that_no_tracker_would_have_taken_is_named(evil: CommandLine) -> None:
    answer = evil("show", CARS)

    assert answer.code == 4
    assert f"version 1, {CARS}: " in answer.err
    assert "Traceback" not in answer.err


@given(st.lists(st.sampled_from(SIGNS) | st.text(max_size=3)).map("".join))
def test_json_that_is_made_inert_says_the_same(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()

    shown = inert(json.dumps([text], ensure_ascii=False))

    assert json.loads(shown) == [text]
    assert OBEYED.isdisjoint(shown)


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    "words",
    [
        ("--\x1b[2J",),
        ("\x1b[2J",),
        ("state", "--\x9b2J", "1"),
        ("state", "--format", "\x1b[2J"),
        ("state", "--at-version", "\x1b[2J"),
        ("load", "\x1b[2J"),
        ("show", "\x1b[2J"),
        ("--db", "\x1b[2J/x/y", "--db", "http://\x1b[2J", "state"),
        ("export", "csv", "events", "--output", "\x1b[2J/x"),
    ],
    ids=ascii,
)
def test_nothing_that_was_typed_is_obeyed_when_a_message_shows_it(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli(*words, terminal=True)

    assert answer.code in (2, 3, 4)
    assert answer.out == ""
    assert OBEYED.isdisjoint(answer.err)
    assert "2J" in answer.err


# -- files that are written ---------------------------------------------------------------------


@pytest.mark.usefixtures("tracker")
def test_a_draft_that_leads_elsewhere_is_not_written_through(cli: CommandLine) -> None:
    kept = Path("kept")
    kept.write_text("mine")
    Path(".events.csv.part").symlink_to(kept)

    cli.ok("export", "csv", "events", "--output", "events.csv")

    assert kept.read_text() == "mine"
    assert not Path("events.csv").is_symlink()


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("name", ["", ".", "..", "/", "a" * 300, "loop", "folder"])
def test_a_file_that_cannot_be_written_is_named(cli: CommandLine, name: str) -> None:
    Path("loop").symlink_to("loop")
    Path("folder").mkdir()

    answer = cli("export", "csv", "events", "--output", name, "--force")

    assert (answer.code, answer.out) == (2, "")
    assert sorted(path.name for path in Path("folder").iterdir()) == []


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "a/../../secret.txt"])
def test_a_list_of_codes_is_read_from_below_the_folder_of_its_file_alone(
    cli: CommandLine, tracker: Tracker, write: Write, path: str
) -> None:
    (cli.folder.parent / "secret.txt").write_text("8703.23")
    listed = {"kind": "scope-set", "subject": "measure/cars", "line": "all", "products-from": path}

    answer = cli("load", str(write("a.toml", entry("2025-03-26-x", listed))))

    assert answer.code == 1
    assert "is no list file" in answer.err
