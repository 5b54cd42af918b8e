"""The tail of the log: every version once and in order, also while others add to it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from tests.conftest import CommandLine, Write, entry
from tracker.app import Tracker
from tracker.errors import StoreError

TRACKER = [sys.executable, "-m", "tracker"]
PATIENCE = 60
"""Seconds after which what does not come is taken for lost."""


def grown(cli: CommandLine, write: Write, *names: str) -> None:
    more = [entry(f"2025-03-01-{name}") for name in names]
    cli.ok("load", str(write("more.toml", *more)))


@contextmanager
def followed(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that follows the log; it is ended when it has not ended by itself."""
    command = [*TRACKER, "tail", "--follow", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            yield running
        finally:
            running.kill()


def lines(running: subprocess.Popen[bytes], count: int) -> list[bytes]:
    """The next so many lines."""
    assert running.stdout
    found = b""
    end = monotonic() + PATIENCE
    while found.count(b"\n") < count:
        ready, _, _ = select.select([running.stdout], [], [], max(0, end - monotonic()))
        assert ready, f"{count} lines were awaited: {found!r}"
        some = os.read(running.stdout.fileno(), 1 << 16)
        assert some, "it has ended"
        found += some
    return found.splitlines()


def test_a_log_is_told_from_its_beginning_or_after_a_version(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    grown(cli, write, "one", "other", "third")

    whole = cli.ok("tail").rows
    rest = cli.ok("tail", "--after", "2").rows

    assert [row[0] for row in whole] == ["1", "2", "3"]
    assert rest == whole[2:]
    assert whole[2][2:] == ["2025-03-01-third", "Something is decided"]
    assert cli.ok("tail", "--after", "3").out == ""


def test_a_line_has_all_that_the_log_has_of_an_event(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    grown(cli, write, "one")
    stored = cli.ok("export", "jsonl", "events").out

    found = cli.ok("tail", "--format", "jsonl").out

    ((recorded,),) = cli.places.query(cli.url, "SELECT recorded FROM log")
    assert f'"content":{stored.strip()},' in found
    assert json.loads(found) == {
        "content": json.loads(stored),
        "format": 1,
        "id": "2025-03-01-one",
        "occurred": "2025-03-01",
        "recorded": recorded,
        "reported": "2025-03-01",
        "version": 1,
    }


@pytest.mark.usefixtures("shipped")
def test_a_long_log_is_told_in_full(cli: CommandLine) -> None:
    found = [json.loads(line) for line in cli.ok("tail", "--format", "jsonl").out.splitlines()]

    assert [row["version"] for row in found] == list(range(1, cli.version() + 1))


def test_a_version_that_is_not_there_yet_is_refused(cli: CommandLine, tracker: Tracker) -> None:
    answer = cli("tail", "--after", "7")

    assert (answer.code, answer.out) == (3, "")
    assert "the log is at version 0; 7 is not there yet" in answer.err


def test_a_gap_is_not_passed_over(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    grown(cli, write, "one", "other", "third")
    cli.change("DELETE FROM log WHERE version = 2")

    with pytest.raises(StoreError, match="version 2 is not there: run tracker verify"):
        list(tracker.tail())


def test_what_is_added_by_several_writers_comes_once_and_in_order(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    grown(cli, write, "first")
    writers, each = 4, 5

    with followed("--format", "jsonl", "--after", "1") as running:
        adding = [
            subprocess.Popen([sys.executable, "-c", ADDING, cli.url, str(number), str(each)])
            for number in range(writers)
        ]
        found = [json.loads(line) for line in lines(running, writers * each)]
        assert [writer.wait(PATIENCE) for writer in adding] == [0] * writers

    assert [row["version"] for row in found] == list(range(2, writers * each + 2))
    ids = {f"2025-03-01-by-{number}-{one}" for number in range(writers) for one in range(each)}
    assert {row["id"] for row in found} == ids
    assert cli.version() == writers * each + 1
    cli.ok("verify")


ADDING = """
import sys
from tracker.app import Tracker
from tracker.catalogue import read_entries
url, name, count = sys.argv[1:]
tracker = Tracker(url)
for number in range(int(count)):
    source = {"url": "https://example.org/a", "published": "2025-03-01"}
    one = {
        "id": f"2025-03-01-by-{name}-{number}", "title": "X", "kind": "report",
        "occurred": "2025-03-01", "sources": [source],
    }
    tracker.add(read_entries([one], "here"))
tracker.close()
"""
"""A process that adds events one by one."""


def test_following_ends_with_an_interrupt(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    grown(cli, write, "one")

    with followed() as running:
        (line,) = lines(running, 1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)

    assert line.startswith(b"1\t")
    assert (running.returncode, out, err) == (130, b"", b"")


def test_following_ends_when_nobody_reads_any_more(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    grown(cli, write, "one")

    with followed() as running:
        lines(running, 1)
        assert running.stdout
        running.stdout.close()
        # Nothing more is added: that the reader is gone is seen without writing to it.
        assert running.wait(PATIENCE) == 0
        assert running.stderr
        assert running.stderr.read() == b""


def test_waiting_costs_next_to_nothing(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    grown(cli, write, "one")
    looked = 0

    def wait() -> bool:
        nonlocal looked
        looked += 1
        return looked < 3

    assert [row.version for some in tracker.tail(wait=wait) for row in some] == [1]
    assert looked == 3


def test_titles_cannot_command_a_terminal(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    grown(cli, write, "one")
    cli.change("UPDATE log SET content = replace(content, 'Something', '\\u001b[2J\\u202e')")

    found = cli.ok("tail").out

    assert "\x1b" not in found
    assert "\\u001b[2J\\u202e is decided" in found
