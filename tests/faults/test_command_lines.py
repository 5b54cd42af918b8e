"""Any words after any command: an answer or a message, an exit code that is told, no traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import CommandLine, cars, entry
from tests.faults.nasty import nasty_texts
from tests.places import Places
from tracker.cli import build

CODES = {0, 1, 2, 3, 4}
UNSAFE = frozenset("\x00\x07\x1b\x7f\x85\x9b\u202e\u2066\ufeff")
WORDS = (
    "measure/cars",
    "2025-03-26-cars",
    "US",
    "2025-04-03",
    "2025",
    "all",
    "table",
    "json",
    "csv",
)


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command, with those below it, by what is typed for it."""
    found = typer.main.get_command(build())
    for name, command in sorted(found.commands.items()):  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        yield from (((name, each), below[each]) for each in sorted(below))
        if not below:
            yield (name,), command


READ = {"files", "mapping", "file"}
"""Paths that are only read."""
WRITING = {"publish", "backup", "restore", "copy"}
"""Commands that write wherever they are told to, and must not be told just anything."""


def is_harmless(name: tuple[str, ...], command: Any) -> bool:
    paths = {each.name for each in command.params if each.type.name in ("path", "file")}
    return WRITING.isdisjoint(name) and paths <= READ | {"output"}


APART = ("--edit", "--follow", "--db", "--output", "--help")
COMMANDS = {name: command for name, command in commands() if is_harmless(name, command)}
OPTIONS = {
    name: [
        option
        for parameter in command.params
        for option in parameter.opts
        # What opens an editor, waits, writes, or names a database, has tests of its own.
        if option.startswith("--") and option not in APART
    ]
    for name, command in COMMANDS.items()
}


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, ...]:
    """A command and what somebody could type after it."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    word = st.sampled_from(WORDS) | nasty_texts()
    options = st.sampled_from(OPTIONS[name] or ["--format"])
    pairs = st.tuples(options, word) | st.tuples(word) | st.tuples(options)
    return *name, *(word for pair in draw(st.lists(pairs, max_size=4)) for word in pair)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, places: Places) -> CommandLine:
    """A command line over a log of two events, whose writes are all tried and none kept."""
    found = CommandLine(tmp_path_factory.mktemp("typed"), places)
    places.fill(found.url)
    rival = entry("2025-03-27-rival", against="2025-03-26-cars")
    assert found("--db", found.url, "add", "-", stdin=cars() + rival).code == 0
    return found


@pytest.fixture(autouse=True, scope="module")
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of its own, for whatever a word may name."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


@given(typed(), st.booleans())
@example(("state", "--as-of", "+999999999d"), False)
@example(("state", "--as-of", "-9999w"), False)
@example(("state", "--at-version", "9" * 30), False)
@example(("state", "--recorded-by", "0001-01-01T00:00+23:59"), False)
@example(("state", "--recorded-by", "9999-12-31T23:59-23:59"), False)
@example(("load", "a" * 300), False)
@example(("load", "\0"), False)
@example(("load", "x", "--format", "spells", "--map", "a" * 5000), False)
@example(("rate", "--file", "a" * 5000), False)
@example(("rate", "--file", "\0"), False)
@example(("add", "--title", "T", "--occurred", "2025", "--effect", "a." * 5000), False)
@example(("add", "--title", "T", "--occurred", "2025", "--effect", "rate = " + "9" * 5000), False)
@example(("add", "--title", "T", "--occurred", "9999-12-31", "--published", "0001-01-01"), False)
@example(("retract", "2025-03-26-cars", "--on", "+99999d", "--url", "https://example.org"), False)
@example(("--\x1b[2J",), True)
@example(("state", "--format", "\x9b31m"), True)
@example(("agenda", "--from", "9999-12-30", "--to", "9999-12-31"), False)
def test_any_words_get_an_answer_or_a_message(
    line: CommandLine, words: tuple[str, ...], terminal: bool
) -> None:
    kept = line.version()

    answer = line("--db", line.url, *words, terminal=terminal)

    assert answer.code in CODES
    assert UNSAFE.isdisjoint(answer.err)
    if answer.code:
        assert answer.err.strip()
    if answer.code in (2, 3, 4):
        assert line.version() == kept


@pytest.mark.parametrize("name", sorted(COMMANDS), ids=" ".join)
def test_every_command_takes_nasty_words_for_each_of_its_options(
    line: CommandLine, name: tuple[str, ...]
) -> None:
    nasty = ("\x1b[2J\u202e", "", "../../x", "'; DROP TABLE log; --")

    for option in OPTIONS[name]:
        for text in nasty:
            answer = line("--db", line.url, *name, option, text, terminal=True)

            assert answer.code in CODES
            assert UNSAFE.isdisjoint(answer.err)
