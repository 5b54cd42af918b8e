"""What any test may ask for: a command line to run, databases, and entries to put into them."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, settings

from tests.places import ENGINES, Files, Places, schemas
from tracker.app import Tracker
from tracker.app import shipped as shipped_folder
from tracker.cli import run

# The machines that run this are shared: how long one example takes says nothing of the code.
settings.register_profile(
    "shared",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    # A change is judged by the same examples each time; everybody else looks for new ones.
    derandomize="CI" in os.environ,
)
settings.register_profile("torture", settings.get_profile("shared"), max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shared"))

# Whoever runs the tests in the background has signals ignored, by every process that they start.
for _signal, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_signal) == signal.SIG_IGN:
        signal.signal(_signal, _handler)


@dataclass(frozen=True)
class Answer:
    """What a command printed, and the exit code that it ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """The rows of a table in a pipe, the header first."""
        return [line.split("\t") for line in self.out.splitlines()]


class Stream(io.TextIOWrapper):
    """A standard stream in memory that says whether it is a terminal."""

    def __init__(self, content: bytes = b"", *, terminal: bool = False) -> None:
        self.kept = io.BytesIO(content)
        self.terminal = terminal
        super().__init__(self.kept, encoding="utf-8", newline="", write_through=True)

    def isatty(self) -> bool:
        return self.terminal

    def said(self) -> str:
        self.flush()
        return self.kept.getvalue().decode()


class CommandLine:
    """The command ``tracker``, run in this process as the console script runs it.

    Anything but an exit passes through, so that a traceback fails the test by itself.
    """

    def __init__(self, folder: Path, places: Places | None = None) -> None:
        self.folder = folder
        self.db = folder / "tracker.db"
        self.places = places or Files(folder)
        self.url = self.places.new(self.db)

    def __call__(
        self, *words: str, stdin: str | bytes = b"", terminal: bool = False, asking: bool = False
    ) -> Answer:
        """Run the command.

        Args:
            terminal: standard output is a terminal.
            asking: standard input is a terminal, at which *stdin* is typed.
        """
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        out, err = Stream(terminal=terminal), Stream()
        code: object = None
        with ExitStack() as stack:
            stack.enter_context(_standing_in(sys, "argv", ["tracker", *words]))
            stack.enter_context(_standing_in(sys, "stdin", Stream(typed, terminal=asking)))
            stack.enter_context(_standing_in(typer.main, "get_command", _built))
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            try:
                run()
            except SystemExit as end:
                code = end.code
        return Answer(code if isinstance(code, int) else int(bool(code)), out.said(), err.said())

    def ok(self, *words: str, stdin: str | bytes = b"") -> Answer:
        """Run a command that must succeed."""
        answer = self(*words, stdin=stdin)
        assert answer.code == 0, answer.err
        return answer

    def version(self) -> int:
        """How many events the log holds, read past the tool; 0 when there is no database."""
        return self.places.version(self.url)

    def is_there(self) -> bool:
        """Whether anything has made the database."""
        return self.places.is_there(self.url)

    @property
    def place(self) -> str:
        """The database, as people are told of it."""
        return self.url

    def change(self, *statements: str) -> None:
        """Change the database as somebody would who owns it and means no good."""
        self.places.change(self.url, *statements)


_built = cache(typer.main.get_command)
"""Builds a command line once: a process does so too, and it takes longer than most commands."""


@contextmanager
def _standing_in(owner: object, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@pytest.fixture(autouse=True)
def _limit_of_cells() -> Iterator[None]:
    # Some readers of tables raise it for the whole process.
    limit = csv.field_size_limit()
    yield
    csv.field_size_limit(limit)


BOTH = (
    *("store/", "cli/", "faults/test_sql.py", "faults/test_command_lines.py"),
    "faults/test_faults.py",
    *("test_answers.py", "test_rate_questions.py", "test_real_questions.py"),
)
"""What is asked of both engines.  The rest never meets a database, or looks at what is made of
answers, which are the same."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what stands in ``BOTH`` once on each engine, and what is about one on that one."""
    path = metafunc.definition.path.relative_to(Path(__file__).parent).as_posix()
    marked = [name for name in ENGINES if metafunc.definition.get_closest_marker(name)]
    if "engine" in metafunc.fixturenames and (marked or path.startswith(BOTH)):
        metafunc.parametrize("engine", marked or ENGINES, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that keeps the logs of a test."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def places(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Where the logs of tests lie."""
    if engine == "sqlite":
        return Files(tmp_path_factory.mktemp("made"))
    return schemas()


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: Places) -> Iterator[CommandLine]:
    """A command line whose database is not there yet, in an empty folder and home."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("TRACKER_", "XDG_", "PG"))]:
        monkeypatch.delenv(name)
    for name in ("VISUAL", "EDITOR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm-256color")
    line = CommandLine(folder, places)
    monkeypatch.setenv("TRACKER_DB", line.url)
    yield line
    places.drop(line.url)


@pytest.fixture
def tracker(cli: CommandLine) -> Iterator[Tracker]:
    """The empty database that ``cli`` works on."""
    cli.places.fill(cli.url)
    opened = Tracker(cli.url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shipped_once(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the shipped catalogue, never written."""
    url = places.new(tmp_path_factory.mktemp("shipped") / "tracker.db")
    places.fill(url, shipped=True)
    yield url
    places.drop(url)


@pytest.fixture
def shipped(cli: CommandLine) -> Iterator[Tracker]:
    """The database that ``cli`` works on, with the shipped catalogue in it."""
    cli.places.fill(cli.url, shipped=True)
    opened = Tracker(cli.url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def catalogue_files() -> list[Path]:
    """The files of the shipped catalogue."""
    return sorted(shipped_folder("events").glob("*.toml"))


Effect = Mapping[str, object]

MEASURE: Effect = {
    "kind": "measure-introduced",
    "subject": "measure/cars",
    "title": "Tariff on cars",
    "imposer": "US",
    "instrument": "tariff",
}
EVERY_CAR: Effect = {"kind": "scope-set", "subject": "measure/cars", "line": "all"}


def rate(per_cent: object, **days: object) -> Effect:
    """The effect that cars bear a rate; ``since`` stands for ``from``."""
    named = {"from" if name == "since" else name: day for name, day in days.items()}
    effect = {"kind": "rate-set", "subject": "measure/cars", "line": "all", "rate": per_cent}
    return {**effect, **named}


def entry(event: str, *effects: Effect, **fields: object) -> str:
    """One entry of the catalogue, in TOML, of the day that its id starts with.

    A field that is None is left out; ``of`` and ``against`` are fields like any other.
    """
    day = date.fromisoformat(event[:10])
    whole: dict[str, object] = {
        "id": event,
        "title": "Something is decided",
        "kind": "order",
        "occurred": day,
        "sources": [{"url": "https://example.org/a", "published": day}],
        **fields,
    }
    lines = ["[[event]]", *_lines(whole)]
    for effect in effects:
        lines += ["", "[[event.effects]]", *_lines(effect)]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, object]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in table.items() if value is not None]


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(_lines(value)) + " }"
        case Sequence():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            raise TypeError(value)


CARS = "2025-03-26-cars"


def cars() -> str:
    """The entry of a tariff of 25 % on cars, proclaimed on 26 March, in force on 3 April."""
    scope = {**EVERY_CAR, "from": date(2025, 4, 3)}
    taxed = rate(25, since=date(2025, 4, 3))
    return entry(CARS, MEASURE, scope, taxed, title="Tariff on cars proclaimed")


Write = Callable[..., Path]


@pytest.fixture
def write(cli: CommandLine) -> Write:
    """Write entries to a file in the folder that commands run in."""

    def written(name: str, *entries: str | bytes) -> Path:
        file = cli.folder / name
        file.write_bytes(
            b"\n".join(each.encode() if isinstance(each, str) else each for each in entries)
        )
        return file.relative_to(cli.folder)

    return written
