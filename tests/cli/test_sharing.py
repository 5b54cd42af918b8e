"""Copying a log from one engine to another, and many that write to one log at once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CARS, CommandLine, Write, cars, entry, rate
from tests.places import ENGINES, Files, Places, schemas
from tracker.app import Tracker, copies

TABLES = ("log", "subtree", "reference", "mention", "stake", "assignment", "fact", "projection")


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Places]:
    """Places on every engine."""
    return {"sqlite": Files(tmp_path_factory.mktemp("made")), "postgresql": schemas()}


@pytest.fixture(params=ENGINES)
def target(
    request: pytest.FixtureRequest, others: dict[str, Places], cli: CommandLine
) -> Iterator[CommandLine]:
    """Another database, of either engine, which is not there yet."""
    line = CommandLine(cli.folder / "other", others[request.param])
    line.folder.mkdir()
    yield line
    line.places.drop(line.url)


def rows(line: CommandLine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    return {
        name: sorted(line.places.query(line.url, f"SELECT * FROM {name}"), key=repr)
        for name in TABLES
    }


def some_events(write: Write) -> str:
    """Events of which some speak of others that come after them in the log."""
    again = rate(30, since=None)
    spoken_of = entry("2025-03-28-b", rate(27, since=None), title="It rises")
    corrected = entry(
        "2025-03-27-a",
        kind="correction",
        title="Of b",
        of="2025-03-28-b",
        content={"title": "X"},
    )
    return str(write("some.toml", corrected, entry("2025-03-30-c", again), spoken_of, cars()))


def test_a_copy_has_the_same_rows_in_every_table(
    cli: CommandLine, tracker: Tracker, target: CommandLine, write: Write
) -> None:
    cli.ok("load", some_events(write))
    cli.ok("load", str(write("more.toml", entry("2025-04-01-d"))))

    found = cli.ok("copy", cli.url, target.url, "--format", "json").json

    assert (found["added"], found["version"]) == (5, 5)
    assert found["root"] == cli.ok("verify", "--format", "json").json["root"]
    assert found["facts_digest"] == cli.ok("stats", "--format", "json").json["facts_digest"]
    assert rows(target) == rows(cli)
    for words in (("state",), ("search", "rises"), ("export", "ics"), ("history", "measure/cars")):
        assert cli.ok(*words, "--db", target.url).out == cli.ok(*words).out


def test_a_copy_has_the_tree_over_the_log(
    cli: CommandLine,
    tracker: Tracker,
    target: CommandLine,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copies, "AT_ONCE", 50)
    many = (entry(f"2025-03-27-n{number}") for number in range(200))
    cli.ok("load", str(write("many.toml", *many)))
    cli.ok("checkpoint", "--output", "here.checkpoint")

    found = cli.ok("copy", cli.url, target.url, "--format", "json").json

    assert rows(target) == rows(cli)
    assert len(rows(target)["subtree"]) == 4
    proof = cli.ok("prove", "2025-03-27-n77").out
    assert cli.ok("prove", "2025-03-27-n77", "--db", target.url).out == proof
    cli.ok("verify", "--against", "here.checkpoint", "--db", target.url)
    assert cli.ok("verify", "--format", "json", "--db", target.url).json["root"] == found["root"]


def test_each_step_of_a_copy_answers_as_the_log_did_then(
    cli: CommandLine,
    tracker: Tracker,
    target: CommandLine,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cli.ok("load", some_events(write))
    monkeypatch.setattr(copies, "AT_ONCE", 1)
    other = Tracker(target.url)

    def look(done: int, every: int) -> None:
        if done:
            before = rows(target)
            rebuilt = other.rebuild()
            assert rebuilt.before == rebuilt.digest
            assert rows(target) == before

    copied = tracker.copy_to(other, told=look)

    assert copied.added == 4
    other.close()


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_copy_that_was_interrupted_goes_on_where_it_stopped(
    cli: CommandLine,
    tracker: Tracker,
    target: CommandLine,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    stop: int,
) -> None:
    cli.ok("load", some_events(write))
    monkeypatch.setattr(copies, "AT_ONCE", 1)
    other = Tracker(target.url)

    def end(done: int, every: int) -> None:
        if done == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracker.copy_to(other, told=end)
    other.close()

    assert target.version() == stop
    assert cli.ok("copy", cli.url, target.url).rows[1] == ["added", str(4 - stop)]
    assert rows(target) == rows(cli)
    assert cli.ok("copy", cli.url, target.url).rows[1] == ["added", "0"]


def test_a_copy_brings_what_is_new(
    cli: CommandLine, tracker: Tracker, target: CommandLine, write: Write
) -> None:
    cli.ok("load", some_events(write))
    cli.ok("copy", cli.url, target.url)
    cli.ok("retract", CARS, "--slip", "--why", "It never was")

    answer = cli.ok("copy", cli.url, target.url)

    assert answer.rows[1] == ["added", "1"]
    assert rows(target) == rows(cli)


def test_another_log_is_not_copied_over(
    cli: CommandLine, tracker: Tracker, target: CommandLine, write: Write
) -> None:
    first, second = entry("2025-03-25-first"), entry("2025-03-27-second")
    cli.ok("load", str(write("one.toml", first)))
    cli.ok("copy", cli.url, target.url)
    cli.ok("load", str(write("two.toml", second)), "--db", target.url)
    cli.ok("load", str(write("cars.toml", cars())))

    answer = cli("copy", cli.url, target.url)

    assert (answer.code, answer.out) == (1, "")
    assert "holds another log: version 2 is not that of" in answer.err
    assert f"({CARS} there, 2025-03-27-second here)" in answer.err
    assert target.version() == 2


def test_a_log_that_goes_on_is_not_copied_back(
    cli: CommandLine, tracker: Tracker, target: CommandLine, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", entry("2025-03-25-first"))))
    cli.ok("copy", cli.url, target.url)
    cli.ok("load", str(write("cars.toml", cars())), "--db", target.url)

    answer = cli("copy", cli.url, target.url)

    assert (answer.code, answer.out) == (1, "")
    assert "and 1 more: copy the other way" in answer.err


def test_a_log_that_was_changed_is_not_copied(
    cli: CommandLine, tracker: Tracker, target: CommandLine, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    tracker.close()
    cli.change("UPDATE log SET content = replace(content, '25', '26')")

    answer = cli("copy", cli.url, target.url)

    assert (answer.code, answer.out) == (4, "")
    assert f"version 1, {CARS}" in answer.err
    assert target.version() == 0


def test_there_must_be_something_to_copy_and_a_place_for_it(
    cli: CommandLine, target: CommandLine
) -> None:
    nothing = cli("copy", cli.url, target.url)
    itself = cli("copy", cli.url, cli.url)

    assert (nothing.code, itself.code) == (3, 2)
    missing = "there is no file" if cli.places.engine == "sqlite" else "holds no log"
    assert missing in nothing.err
    assert "there is nothing to copy" in nothing.err
    assert "cannot be copied to itself" in itself.err
    assert not target.is_there()


def test_a_copy_to_what_is_no_database_asks_for_another_path(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    file = str(write("news.txt", "Ministers meet"))

    answer = cli("copy", cli.url, file)

    assert (answer.code, answer.out) == (4, "")
    assert answer.err == f"tracker: {file} is not a database: give another path\n"


# -- many at once ---------------------------------------------------------------------------


def test_many_that_add_at_once_lose_nothing_double_nothing_and_leave_no_gap(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    everybodys = [entry(f"2025-04-0{day}-everybodys") for day in range(1, 5)]
    files = []
    for number in range(4):
        mine = [entry(f"2025-04-1{day}-of-{number}") for day in range(5)]
        some = [*mine, *everybodys]
        random.Random(number).shuffle(some)
        files.append([str(write(f"{number}-{at}.toml", one)) for at, one in enumerate(some)])
    loading = "import sys; from tests.cli.test_sharing import load_each; load_each(*sys.argv[1:])"

    running = [
        subprocess.Popen(
            [sys.executable, "-c", loading, cli.url, *mine],
            cwd=cli.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stderr=subprocess.PIPE,
        )
        for mine in files
    ]
    seen: list[int] = []
    while any(each.poll() is None for each in running):
        versions = cli.places.query(cli.url, "SELECT version FROM log ORDER BY version")
        assert [number for (number,) in versions] == list(range(1, len(versions) + 1))
        seen.append(len(versions))
    said = [each.communicate()[1] for each in running]

    assert [each.returncode for each in running] == [0, 0, 0, 0], said
    assert seen == sorted(seen)
    assert cli.version() == 1 + 4 * 5 + 4
    assert cli.ok("verify", "--format", "json").json["wrong"] == []
    assert cli.ok("rebuild").err == ""


def load_each(url: str, *files: str) -> None:
    """Load files one by one, each in a transaction of its own."""
    tracker = Tracker(url)
    for file in files:
        tracker.load([Path(file)])
    tracker.close()
