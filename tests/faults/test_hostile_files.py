"""Files that are a mistake, or meant to do harm: a message in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import CommandLine, Write
from tests.faults.nasty import json_values, nasty_texts, toml_texts
from tracker.app import Tracker
from tracker.catalogue import Batch, open_files, read_bytes
from tracker.domain import bounds
from tracker.errors import BadEntries, TrackerError
from tracker.imports import questions, spells

T = TypeVar("T")

X = "2025-03-26-x"
GOOD: dict[str, Any] = {
    "id": X,
    "title": "T",
    "kind": "order",
    "occurred": "2025-03-26",
    "sources": [{"url": "https://example.org", "published": "2025-03-26"}],
}
EFFECT = {"kind": "rate-set", "subject": "measure/cars", "line": "all", "rate": 25}


def json_line(**fields: Any) -> str:
    return json.dumps({**GOOD, **fields})


# -- what is read is read or refused, never more ------------------------------------------------


def refused_or_read(content: bytes, path: Path) -> Batch | None:
    """What the catalogue makes of *content* in a file, each way it has of reading it."""
    path.write_bytes(content)
    read_bytes_too = _tried(lambda: read_bytes(content, "x"))
    batch = _tried(lambda: open_files([path]))
    if batch is not None:
        _tried(lambda: [each for some in batch.records() for each in some])
    for each in (batch, read_bytes_too):
        for problem in each.problems if each else ():
            str(problem).encode()  # a message can be printed
            assert len(str(problem)) < 2_000
    return batch


def _tried(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except TrackerError as error:
        str(error).encode("utf-8", "replace")
        return None


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "file"


@given(st.binary(max_size=200))
@example(b"{" * 5000)
@example(b"\xef\xbb\xbf\xef\xbb\xbf{}")
def test_any_bytes_are_read_or_refused(file: Path, content: bytes) -> None:
    refused_or_read(content, file)


@given(toml_texts())
@example("a." * 5000 + "b = 1")
@example("[[event]]\nid = " + "9" * 5000)
@example("[[event]]\norder = 0x" + "f" * 5000)
@example("[[event]]\norder = 1e" + "9" * 30)
@example('[[event]]\nx = [\n["' + " " * 20_000 + '", 1],\n]')
def test_any_text_in_toml_is_read_or_refused(file: Path, text: str) -> None:
    refused_or_read(text.encode("utf-8", "surrogatepass"), file)


@given(
    st.lists(
        st.sampled_from(["id", "title", "occurred", "order", "sources", "effects", "figures"])
    ),
    json_values(),
)
@example(["order"], 10**4200)
@example(["effects"], [{**EFFECT, "rate": "1e999999"}])
def test_any_value_in_any_field_is_read_or_refused(
    file: Path, fields: list[str], value: object
) -> None:
    line = json.dumps({**GOOD, **dict.fromkeys(fields, value)})

    refused_or_read(line.encode(), file)


@given(nasty_texts(), st.sampled_from(["rate", "line", "subject", "kind", "from", "basis"]))
def test_any_text_in_an_effect_is_read_or_refused(file: Path, text: str, field: str) -> None:
    line = json_line(effects=[{**EFFECT, field: text}])

    refused_or_read(line.encode(), file)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"a": ' * 100_000, "nested too deeply"),
        (json_line(place="X")[:-1] + ', "title": "B"}', "the key 'title' stands twice"),
        (json_line(sources=[])[:-1] + ', "effects": [{"a": 1, "a": 2}]}', "the key 'a' stands"),
        (json_line()[:-1] + ', "order": ' + "9" * 5000 + "}", "order: Input should be a finite"),
        (json_line()[:-1] + ', "order": NaN}', "order: Input should be a finite number"),
        (json_line()[:-1] + ', "order": 1e999999}', "order: Input should be less than"),
        (json_line(tags=[["a"] * 60_000]), "it holds more than 50000 values"),
        (json_line(place="\0"), "it holds the control character U+0000"),
    ],
    ids=["nested", "twice", "twice deeper", "digits", "nan", "large", "many", "nul"],
)
def test_a_line_that_no_reader_should_believe_is_refused(
    cli: CommandLine, tracker: Tracker, write: Write, line: str, said: str
) -> None:
    answer = cli("load", str(write("bad.jsonl", json_line(id="2025-03-26-good"), line)))

    assert (answer.code, answer.out) == (1, "")
    assert "bad.jsonl:2: " in answer.err
    assert said in answer.err
    assert len(answer.err) < 500
    assert cli.version() == 0


def test_what_is_compressed_is_not_unpacked(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    answer = cli("load", str(write("a.jsonl.gz", gzip.compress(json_line().encode()))))

    assert answer.code == 1
    assert "it is not UTF-8" in answer.err


# -- how much is read ------------------------------------------------------------------------


MEASURED = """
import atexit, re, runpy
from pathlib import Path
# What the system tells of a child counts the memory of its parent, too, until it is itself.
peak = lambda: re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]
atexit.register(lambda: print(peak()))
runpy.run_module("tracker", run_name="__main__")
"""

measured = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell how much memory it is"
)


def peak(*words: str, stdin: int = subprocess.DEVNULL) -> tuple[int, str, float]:
    """Run the command in a process of its own: its exit code, what it said, its memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, int(done.stdout) / 1024


@measured
@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("begin", [b'{"id": "', b"[[event]]\n"], ids=["json", "toml"])
def test_a_line_of_a_hundred_megabytes_is_refused_in_little_memory(
    cli: CommandLine, begin: bytes
) -> None:
    with Path("long").open("wb") as file:
        file.write(begin)
        file.truncate(100 * 2**20)

    code, said, memory = peak("load", "long")

    assert code == 1
    assert said.startswith("tracker: long")
    assert " has more than " in said
    assert memory < 200


def test_lines_after_one_that_is_too_long_are_still_looked_at(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    long = json_line(summary="x" * bounds.LINE)

    answer = cli("load", str(write("a.jsonl", long, json_line(colour="red"))))

    assert answer.code == 1
    assert "a.jsonl:1: the line has more than 1 MB: split what it says" in answer.err
    assert f"a.jsonl:2: {X}: colour: unknown field" in answer.err


def test_a_line_as_long_as_may_be_is_read() -> None:
    given = [b"a" * 9 + b"\n", b"b" * 10 + b"\n", b"c" * 11 + b"\n", b"d" * 30 + b"\n", b"e"]
    whole = Reader(b"".join(given))

    assert list(bounds.lines(whole, 10)) == [given[0], given[1], None, None, b"e"]


class Reader:
    """Reads lines of some bytes at most, as a file does."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __call__(self, most: int) -> bytes:
        end = self.content.find(b"\n", 0, most)
        line = self.content[: end + 1] if end >= 0 else self.content[:most]
        self.content = self.content[len(line) :]
        return line


@given(st.lists(st.integers(0, 9)), st.booleans(), st.integers(1, 6))
def test_lines_are_those_that_splitting_gives(lengths: list[int], ended: bool, most: int) -> None:
    content = b"\n".join(b"x" * length for length in lengths) + (b"\n" if ended else b"")

    found = list(bounds.lines(Reader(content), most))

    naive = content.splitlines(keepends=True)
    assert found == [line if len(line.rstrip(b"\n")) <= most else None for line in naive]


@measured
@pytest.mark.usefixtures("tracker")
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
@pytest.mark.parametrize("words", [("load", "/dev/zero"), ("add", "-")], ids=" ".join)
def test_a_stream_without_end_is_refused(cli: CommandLine, words: tuple[str, ...]) -> None:
    with Path("/dev/zero").open("rb") as endless:
        code, said, memory = peak(*words, stdin=endless.fileno())

    assert code == 1
    assert "it has more than 8 MB, which is more than is read at once" in said
    assert memory < 200


def test_what_comes_through_a_pipe_is_read_to_its_end(cli: CommandLine, tracker: Tracker) -> None:
    lines = [json_line(id=f"2025-03-26-x{number}", title="T" * 400) for number in range(40)]
    reader, writer = os.pipe()
    os.write(writer, "\n".join(lines).encode())
    os.close(writer)

    answer = cli("load", f"/dev/fd/{reader}")

    os.close(reader)
    assert answer.out == "added 40 events, 0 already there; the log is at version 40\n"


def test_of_very_much_that_is_wrong_the_first_thousand_are_told(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    many = "event = [" + "{}," * 30_000 + "]"

    for bad in (write("bad.toml", many), write("bad.jsonl", *(["{}"] * 30_000))):
        answer = cli("load", str(bad))

        assert answer.code == 1
        assert len(answer.err.splitlines()) == bounds.PROBLEMS + 1
        assert answer.err.endswith(
            "more is wrong than can be told: put these right and try again\n"
        )
    assert cli.version() == 0


def test_an_entry_with_very_much_wrong_is_told_of_in_time_that_grows_with_it(
    cli: CommandLine, tracker: Tracker
) -> None:
    answer = cli("add", "-", stdin=json_line(effects=[{}] * 40_000))

    assert answer.code == 1
    assert answer.err.startswith(f"tracker: standard input:1: {X}: effects.0: ")


def test_help_tells_how_much_is_read(cli: CommandLine) -> None:
    said = " ".join(cli.ok("load", "--help").out.split())

    assert f"a line of JSON up to {bounds.size(bounds.LINE)}" in said
    assert f"a file in TOML up to {bounds.size(bounds.FILE)}" in said
    assert f"a table up to {bounds.size(bounds.TABLE)}" in said


# -- questions --------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=60) | st.none(), max_size=4))
@example([b'{"id": 1.5, "into": "US"}'])
@example([b"into,from\n", b'"' * 200_000])
def test_any_line_of_questions_is_read_or_refused(lines: list[bytes | None]) -> None:
    found = list(questions.read(lines))

    assert [number for number, _ in found] == sorted({number for number, _ in found})


fields = st.sampled_from(["id", "into", "from", "product", "on", "known_by", "base", "given"])


@settings(max_examples=10)
@given(st.lists(st.tuples(fields, json_values()), min_size=20, max_size=40))
@example([("base", 10**4200), ("base", "1e999999"), ("given", {"loaded": "9999-99-99"})])
@example([("id", {"a": 10**400}), ("id", [[["x"]]]), ("on", 20250820), ("product", 870323)])
def test_any_question_is_answered_or_refused(
    asked: Asking, values: list[tuple[str, object]]
) -> None:
    whole = {"id": 1, "into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}
    lines = [json.dumps({**whole, field: value}) for field, value in values]

    answer = asked("\n".join(lines))

    assert answer.code in (0, 1)
    answers = [json.loads(line) for line in answer.out.rstrip("\n").split("\n")]
    assert len(answers) == len(lines)
    assert all("total" in each or "error" in each for each in answers)


class Asking:
    """Puts questions to one opened database."""

    def __init__(self, line: CommandLine) -> None:
        self.line = line

    def __call__(self, question: str) -> Any:
        return self.line("--db", str(self.line.db), "rate", "--file", "-", stdin=question)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, shipped_once: Path) -> Asking:
    line = CommandLine(tmp_path_factory.mktemp("asked"))
    shutil.copyfile(shipped_once, line.db)
    return Asking(line)


def test_a_question_that_is_too_long_gets_an_error_in_its_place(
    cli: CommandLine, shipped: Tracker, write: Write
) -> None:
    good = '{"id": 2, "into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}'
    long = '{"id": 1, "into": "' + "x" * bounds.LINE + '"}'

    answer = cli("rate", "--file", str(write("q.jsonl", long, good)))

    first, second = map(json.loads, answer.out.splitlines())
    assert "the line has more than 1 MB" in first["error"]["message"]
    assert second["total"] == "27.5"


# -- tables of spells ---------------------------------------------------------------------------

MAP = """
slug = "x-"
scheme = "cow"
ends = "inclusive"
reported = "occurred"
[columns]
agreement = "a"
member = "m"
start = "s"
end = "e"
[source]
url = "https://example.org/a"
"""
ROW = ["1", "740", "1950-01-01", ""]


def read_table(folder: Path, table: str, by: str = MAP) -> spells.Imported | None:
    (folder / "map.toml").write_text(by, encoding="utf-8", errors="surrogatepass")
    (folder / "table.csv").write_text(table, encoding="utf-8", errors="surrogatepass")
    found: spells.Imported | None = _tried(
        lambda: spells.read([folder / "table.csv"], folder / "map.toml")
    )
    return found


@given(st.lists(nasty_texts(), min_size=4, max_size=4), st.integers(0, 4))
@example(["1", "740", "9999999999-01-01", "9999-12-31"], 4)
@example(["1", "740", "9999-12-31", "9999-12-31"], 4)
def test_any_row_of_a_table_is_read_or_refused(file: Path, cells: list[str], good: int) -> None:
    row = ",".join([*ROW[:good], *cells[good:]])

    read_table(file.parent, f"a,m,s,e\n{row}\n1,740,1951-01-01,\n")


@given(nasty_texts())
@example("slug = " + "9" * 5000)
@example("a." * 2000 + "b = 1")
@example("slug = " + "[" * 2000)
def test_any_map_is_read_or_refused(file: Path, text: str) -> None:
    read_table(file.parent, "a,m,s,e\n", MAP.replace('"x-"', text))
    read_table(file.parent, "a,m,s,e\n", text)


def test_a_table_is_bounded_in_its_columns_and_in_what_is_told(file: Path) -> None:
    wide = read_table(file.parent, "a,m,s,e" + ",x" * 5000 + "\n")
    (file.parent / "table.csv").write_text("a,m,s,e\n" + "x\n" * 20_000)

    with pytest.raises(BadEntries) as refused:
        spells.read([file.parent / "table.csv"], file.parent / "map.toml")

    assert len(refused.value.problems) == bounds.PROBLEMS + 1
    assert wide is not None
    assert wide.problems[0].message == "its first line names more than 1000 columns"
