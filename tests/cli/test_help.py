"""Every command explains itself, and what it says of itself is so."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from tests.conftest import CommandLine, entry
from tracker import __version__
from tracker.app import Tracker
from tracker.app import shipped as shipped_folder
from tracker.cli import build


def commands(group: object = None, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The path of every command and what its help says, that of ``tracker`` itself first."""
    here = typer.main.get_command(build()) if group is None else group
    yield path, str(getattr(here, "help", ""))
    if isinstance(here, TyperGroup):
        for name, command in here.commands.items():
            yield from commands(command, *path, name)


HELP = dict(commands())
GROUPS = {("export",)}
"""Commands that only hold others."""


def examples(text: str) -> list[str]:
    """The command lines in a help text, those over several lines made one."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line.strip() for line in joined.splitlines() if line.strip().startswith("tracker ")]


QUESTIONS = {"state", "show", "events", "alliances", "members", "measures", "parties", "stats"}
"""Commands whose answer is a table."""

EXAMPLES = [each for path, text in HELP.items() for each in examples(text)]


@pytest.fixture
def surroundings(cli: CommandLine, shipped: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples take to be there: files, an event 2025-03-26-x, and an editor."""
    shutil.copytree(shipped_folder("events"), cli.folder / "events")
    for name in ("my-events.toml", "events.toml"):
        (cli.folder / name).write_text(entry("2025-03-26-another-thing"))
    (cli.folder / "x.toml").write_text(entry("2025-03-26-x"))
    cli.ok("load", "x.toml")
    asked = {"into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}
    (cli.folder / "entries.jsonl").write_text(json.dumps(asked) + "\n")
    (cli.folder / "drafted").write_text(entry("2025-03-27-drafted"))
    editor = cli.folder / "editor"
    editor.write_text('#!/bin/sh\ncat drafted > "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))


def kept(cli: CommandLine, words: list[str]) -> None:
    """Make what only some of the examples take to be there: a key, and what proves and copies."""
    if {"log.key", "log.vkey"}.intersection(words):
        vkey = cli.ok("key", "log.key", "--name", "example.org/log").out
        (cli.folder / "log.vkey").write_text(vkey)
    if "monday.checkpoint" in words:
        cli.ok("checkpoint", "--sign", "log.key", "--output", "monday.checkpoint")
    if "event.tlog-proof" in words:
        cli.ok("prove", "2025-03-26-x", "--output", "event.tlog-proof")
    if "backup.db" in words:
        cli.ok("backup", "backup.db")


@pytest.mark.parametrize("path", HELP, ids=" ".join)
def test_every_command_has_help_with_an_example_that_names_it(
    cli: CommandLine, path: tuple[str, ...]
) -> None:
    answer = cli.ok(*path, "--help")

    assert answer.err == ""
    assert answer.out.startswith("Usage: tracker")
    if path not in GROUPS:
        shown = examples(answer.out)
        assert shown
        assert all(each.startswith(" ".join(("tracker", *path))) for each in shown)
    assert cli.version() == 0


# They name files, also where they mean a database.
@pytest.mark.sqlite
@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.usefixtures("surroundings")
def test_an_example_in_the_help_does_what_it_says(cli: CommandLine, example: str) -> None:
    _, *words = shlex.split(example)
    stdin = b""
    kept(cli, words if ">" not in words else [])
    if ">" in words:
        words = words[: words.index(">")]
    if "<" in words:
        stdin = (cli.folder / words[words.index("<") + 1]).read_bytes()
        words = words[: words.index("<")]

    answer = cli(*words, stdin=stdin)

    assert (answer.code, "tracker: " in answer.err) == (0, False), answer.err
    if words[0] in QUESTIONS:
        assert len(answer.out.splitlines()) > 1, "it shows nothing"
    else:
        assert answer.out or "--output" in words


def test_the_version_is_that_of_the_package(cli: CommandLine) -> None:
    answer = cli.ok("--version")

    assert answer.out == f"tracker {__version__}\n"
    assert not cli.is_there()


def test_the_help_lists_the_exit_codes(cli: CommandLine) -> None:
    said = " ".join(cli.ok("--help").out.split())

    assert "0 fine (also when nothing was found), 1 your data, 2 your command line" in said
    assert "3 no such thing, 4 the database, 130 interrupted" in said


def test_a_command_that_is_misspelt_is_refused_with_the_one_that_was_meant(
    cli: CommandLine,
) -> None:
    answer = cli("stat")

    assert answer.code == 2
    assert answer.out == ""
    assert "state" in answer.err
    assert not cli.is_there()


@pytest.mark.parametrize(
    "words",
    [
        ("state", "--as-off", "2025-04-05"),
        ("state", "--format", "yaml"),
        ("state", "--at-version", "-1"),
        ("state", "--at-version", "two"),
        ("show",),
        ("alliances",),
        ("export", "csv", "facts"),
        ("events", "surplus"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_means_nothing_is_refused_before_anything_is_opened(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli(*words)

    assert answer.code == 2
    assert answer.out == ""
    assert "Usage: tracker" in answer.err
    assert not cli.is_there()
