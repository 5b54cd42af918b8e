"""Tables on the command line: what is asked for is written, described, and nothing else touched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pyarrow.parquet
import pytest
from freezegun import freeze_time

from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker
from tracker.exports import tables
from tracker.exports.datapackage import NAME

GOODS = ("--into", "US", "--from", "JP", "--product", "8703.23")
YEARS = ("--history", "2025-01-01..2026-06-30")
DUTIES = ("duties", *GOODS, *YEARS)
STATE = ("state", "--as-of", "2025-04-05", "--known-by", "2025-03-26")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def package(cli: CommandLine) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cli.folder / NAME).read_bytes())
    return found


# -- what is asked for --------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_duties_are_the_rows_of_a_history(cli: CommandLine) -> None:
    more = ("--base", "3", "--given", "loaded=2025-04-01", "--known-by", "2025-10-01")

    exported = cli.ok("export", "csv", *DUTIES, *more)

    answered = cli.ok("rate", *GOODS, *YEARS, *more, "--format", "csv")
    assert exported.out == answered.out
    assert list(rows(exported.out)[0]) == list(tables.DUTIES.names)
    assert len(rows(exported.out)) > 2


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "asked",
    [
        ("--party", "Japan", "--from", "2025-03", "--to", "2025-04"),
        ("--kind", "statement", "--known-by", "2025-05-01"),
        ("--subject", "measure/us-232-autos"),
        ("--tag", "section-232"),
        ("--party", "JP", "--at-version", "300"),
    ],
    ids=" ".join,
)
def test_events_are_those_that_would_be_listed(cli: CommandLine, asked: tuple[str, ...]) -> None:
    exported = rows(cli.ok("export", "csv", "events", *asked).out)

    listed = rows(cli.ok("events", *asked, "--format", "csv").out)
    assert exported == sorted(listed, key=lambda row: row["event_id"])
    assert 0 < len(exported) < cli.version()


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "asked",
    [("--kind", "measures", "--party", "KR"), ("--subject", "agreement/rcep"), ("--kind", "claim")],
    ids=" ".join,
)
def test_a_state_is_of_what_was_asked_for(cli: CommandLine, asked: tuple[str, ...]) -> None:
    exported = cli.ok("export", "csv", *STATE, *asked)

    assert exported.out == cli.ok(*STATE, *asked, "--format", "csv").out
    assert rows(exported.out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("events", "--into", "US"), "--into does not go with events, which takes --party, --kind"),
        (("state", "--from", "2025"), "--from does not go with state"),
        (("state", "--history", "2025"), "--history does not go with state"),
        (("duties", "--party", "JP", *GOODS, *YEARS), "--party does not go with duties"),
        (("duties", *GOODS), "--history is missing"),
        (("duties", *YEARS), "--into is missing"),
        ((*DUTIES, "--as-of", "2025-04-05"), "--as-of does not go with duties"),
        (("events", "--as-of", "2025-04-05"), "--as-of does not go with events"),
        (("events", "--reading", "some-rival"), "--reading does not go with events"),
        (("state", "--kind", "measurs"), "measurs is neither a subject"),
        (("events", "--from", "2025", "--to", "2024"), "--to 2024 comes before --from 2025"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.usefixtures("tracker")
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(
    cli: CommandLine, form: str, words: tuple[str, ...], said: str
) -> None:
    before = sorted(cli.folder.iterdir())

    answer = cli("export", form, *words, "--output", "out")

    assert (answer.code, answer.out) == (2, "")
    assert f"tracker: {said}" in answer.err
    assert sorted(cli.folder.iterdir()) == before


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "words",
    [
        ("events", "--subject", "measure/none"),
        ("events", "--kind", "statment"),
        ("events", "--at-version", "9999"),
        ("state", "--subject", "measure/none"),
        ("state", "--reading", "none"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_named_and_nothing_is_written(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli("export", "csv", *words, "--output", "out.csv")

    assert answer.code == 3
    assert not (cli.folder / "out.csv").exists()
    assert not (cli.folder / NAME).exists()


# -- for spreadsheets ---------------------------------------------------------------------

NASTY = '=HYPERLINK("http://x","y"), "quoted" \u200f\u05d0 😀 ' + "w" * 80


@pytest.fixture
def nasty(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A command line with events whose texts and days spreadsheets have trouble with."""
    cli.ok(
        "load",
        str(
            write(
                "nasty.toml",
                entry("1815-06-09-congress", title=NASTY, place="0201", kind="statement"),
                entry("2025-04-03-visit", title="NA", actors=[{"party": "NA"}], summary="a\nb"),
                entry("2025-04-04-vague", occurred="2025-04", title="-25.5", tags=["x", "y"]),
            )
        ),
    )
    return cli


def test_a_table_for_spreadsheets_keeps_texts_texts_and_says_what_it_altered(
    nasty: CommandLine,
) -> None:
    plain = nasty.ok("export", "csv", "events")
    safe = nasty.ok("export", "csv", "events", "--excel")

    assert safe.out.startswith("\ufeffevent_id,")
    before, after = rows(plain.out), rows(safe.out.removeprefix("\ufeff"))
    altered = {
        (name, row[name], other[name])
        for row, other in zip(before, after, strict=True)
        for name in row
        if row[name] != other[name]
    }
    assert altered == {
        ("title", NASTY, "'" + NASTY),
        ("title", "-25.5", "'-25.5"),
        ("place", "0201", "'0201"),
        ("occurred", "2025-04", "'2025-04"),
    }
    assert "put ' before 4 texts: 2 that a spreadsheet would run as a formula, 2 that" in safe.err
    assert "2 cells begin with" in plain.err


def test_a_tariff_code_stays_a_text_for_spreadsheets(cli: CommandLine, shipped: Tracker) -> None:
    goods = ("--into", "US", "--from", "JP", "--product", "0201", *YEARS)

    plain = rows(cli.ok("export", "csv", "duties", *goods).out)
    safe = rows(cli.ok("export", "csv", "duties", *goods, "--excel").out)

    assert {row["product"] for row in plain} == {"0201"}
    assert {row["product"] for row in safe} == {"'0201"}
    assert [row["total"] for row in safe] == [row["total"] for row in plain]


# -- what is said of a table --------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_what_is_said_of_tables_is_so(cli: CommandLine) -> None:
    cli.ok("export", "csv", "events", "-o", "events.csv")
    cli.ok("export", "csv", *STATE, "-o", "state.csv")
    cli.ok("export", "csv", *DUTIES, "-o", "duties.csv")
    cli.ok("export", "csv", "events", "--party", "JP", "--excel", "-o", "für Excel.csv")

    report = frictionless.validate(str(cli.folder / NAME))

    assert report.valid, report.flatten(["name", "type", "message"])
    said = {each["path"]: each for each in package(cli)["resources"]}
    assert list(said) == ["duties.csv", "events.csv", "für Excel.csv", "state.csv"]
    for path, each in said.items():
        content = (cli.folder / path).read_bytes()
        assert each["bytes"] == len(content)
        assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    version = cli.version()
    assert said["events.csv"]["tracker"]["asked"] == {"known_by": None, "at_version": version}
    assert said["state.csv"]["tracker"]["asked"] == {
        "as_of": "2025-04-05",
        "known_by": "2025-03-26",
        "at_version": version,
        "expected": True,
    }
    assert said["duties.csv"]["tracker"]["asked"] == {
        "known_by": None,
        "at_version": version,
        "history": "2025-01-01..2026-06-30",
        "into": "US",
        "origin": "JP",
        "product": "8703.23",
    }


def test_a_table_that_was_altered_is_found_out(nasty: CommandLine) -> None:
    nasty.ok("export", "csv", "events", "-o", "events.csv")
    file = nasty.folder / "events.csv"
    as_written = frictionless.validate(str(nasty.folder / NAME))

    file.write_bytes(file.read_bytes().replace(b"1815-06-09,", b"1815-06-31,"))

    altered = frictionless.validate(str(nasty.folder / NAME))
    assert as_written.valid, as_written.flatten(["message"])
    assert {"hash-count", "type-error"} <= {kind for (kind,) in altered.flatten(["type"])}


def test_the_same_question_is_described_by_the_same_bytes_on_any_day(
    nasty: CommandLine,
) -> None:
    described = []
    for day in ("2025-06-01", "2026-11-22"):
        with freeze_time(day):
            nasty.ok("export", "csv", "events", "-o", "events.csv", "--force")
        described.append((nasty.folder / NAME).read_bytes())

    assert described[0] == described[1]


def test_what_was_said_of_another_table_stays_and_of_the_same_one_is_replaced(
    nasty: CommandLine,
) -> None:
    nasty.ok("export", "csv", "events", "-o", "a.csv")
    nasty.ok("export", "csv", "events", "-o", "b.csv")
    other = package(nasty)["resources"][1]

    nasty.ok("export", "csv", "state", "--as-of", "2025-04-05", "-o", "a.csv", "--force")

    first, second = package(nasty)["resources"]
    assert (first["path"], first["tracker"]["table"]) == ("a.csv", "state")
    assert second == other


def test_names_that_differ_in_signs_alone_are_told_apart(nasty: CommandLine) -> None:
    for path in ("a b.csv", "a-b.csv", "日本.csv"):
        nasty.ok("export", "csv", "events", "-o", path)

    names = [each["name"] for each in package(nasty)["resources"]]
    assert len(set(names)) == 3
    assert frictionless.validate(str(nasty.folder / NAME)).valid


@pytest.mark.parametrize("theirs", ['{"name": "theirs", "resources": []}', "[]", "no JSON", ""])
def test_a_description_that_somebody_else_wrote_is_written_over_only_by_force(
    nasty: CommandLine, theirs: str
) -> None:
    (nasty.folder / NAME).write_text(theirs)

    refused = nasty("export", "csv", "events", "-o", "events.csv")
    kept = (nasty.folder / NAME).read_text()
    written = (nasty.folder / "events.csv").exists()
    nasty.ok("export", "csv", "events", "-o", "events.csv", "--force")

    assert (refused.code, kept, written) == (2, theirs, False)
    assert f"{NAME} would be written too, and it was not written by tracker" in refused.err
    assert [each["path"] for each in package(nasty)["resources"]] == ["events.csv"]


@pytest.mark.usefixtures("tracker")
def test_a_table_does_not_take_the_name_of_its_description(cli: CommandLine) -> None:
    answer = cli("export", "csv", "events", "-o", NAME)

    assert answer.code == 2
    assert "is what describes the tables beside it: name another file" in answer.err


@pytest.mark.usefixtures("tracker")
def test_nothing_is_said_of_what_goes_to_a_pipe_or_a_device(cli: CommandLine) -> None:
    cli.ok("export", "csv", "events")
    cli.ok("export", "csv", "events", "-o", "/dev/null")

    assert not (cli.folder / NAME).exists()
    assert not Path("/dev", NAME).exists()
    assert Path("/dev/null").is_char_device()


# -- true types ---------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("words", [("events",), STATE, DUTIES], ids=lambda words: str(words[0]))
def test_parquet_and_workbooks_have_the_rows_and_columns_of_csv(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    written = rows(cli.ok("export", "csv", *words).out)
    cli.ok("export", "parquet", *words, "-o", "out.parquet")
    cli.ok("export", "xlsx", *words, "-o", "out.xlsx")

    parquet = pyarrow.parquet.read_table(cli.folder / "out.parquet").to_pylist()
    book = openpyxl.load_workbook(cli.folder / "out.xlsx", read_only=True)
    header, *lines = book[words[0]].iter_rows(values_only=True)

    texts = [
        column.name
        for column in tables.TABLES[words[0]].columns
        if column.kind in (tables.Kind.text, tables.Kind.code, tables.Kind.when)
    ]
    sheet = [dict(zip(header, line, strict=False)) for line in lines]
    for found in (parquet, sheet):
        assert [[row.get(name) or "" for name in texts] for row in found] == [
            [row[name] for name in texts] for row in written
        ]
    assert list(parquet[0]) == list(header) == list(written[0])


@pytest.mark.parametrize(("form", "needed"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_without_the_extra_it_is_named(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, form: str, needed: str
) -> None:
    monkeypatch.setitem(sys.modules, needed, None)

    answer = cli("export", form, "events", "--output", "out")

    assert answer.code == 2
    assert f"export {form} needs {needed}, which is not installed" in answer.err
    assert f"pip install 'tracker[{form}]'" in answer.err
    assert not cli.db.exists()


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_what_no_terminal_can_show_is_not_sent_to_one(cli: CommandLine, form: str) -> None:
    answer = cli("export", form, "events", terminal=True)

    assert (answer.code, answer.out) == (2, "")
    assert "give --output FILE" in answer.err


def test_a_text_that_a_workbook_cuts_is_pointed_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    sources = [{"url": f"https://example.org/{number:05}"} for number in range(10_000)]
    told = entry("2025-03-26-much-told", sources=sources, reported="2025-03-26")
    cli.ok("load", str(write("many.toml", told)))

    answer = cli.ok("export", "xlsx", "events", "-o", "out.xlsx")
    whole = cli.ok("export", "csv", "events").out

    assert "1 text is longer than a cell holds and was cut after 32,767 signs" in answer.err
    assert all(f"/{number:05}" in whole for number in range(10_000))


# -- JSON lines ---------------------------------------------------------------------------


def test_json_lines_go_into_another_log_and_come_out_the_same(
    nasty: CommandLine, write: Write
) -> None:
    nasty.ok("load", str(write("cars.toml", cars())))
    other = ("--db", "other.db")
    nasty.ok("export", "jsonl", "events", "-o", "first.jsonl")

    nasty.ok("load", "first.jsonl", *other)
    nasty.ok("export", "jsonl", "events", "-o", "second.jsonl", *other)

    assert (nasty.folder / "first.jsonl").read_bytes() == (
        nasty.folder / "second.jsonl"
    ).read_bytes()
    kept, loaded = (
        nasty.ok("stats", "--format", "json", *each).json["facts_digest"] for each in ((), other)
    )
    assert kept == loaded
