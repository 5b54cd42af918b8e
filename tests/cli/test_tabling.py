"""Tables on the command line: what is asked for is written, described, and nothing else touched."""

from __future__ import annotations

import csv
import io

import pytest

from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker
from tracker.exports import tables

GOODS = ("--into", "US", "--from", "JP", "--product", "8703.23")
YEARS = ("--history", "2025-01-01..2026-06-30")
DUTIES = ("duties", *GOODS, *YEARS)
STATE = ("state", "--as-of", "2025-04-05", "--known-by", "2025-03-26")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


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
        (("state", "--kind", "measurs"), "measurs is neither a subject"),
        (("events", "--from", "2025", "--to", "2024"), "--to 2024 comes before --from 2025"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.parametrize("form", ["csv"])
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


# -- JSON lines ---------------------------------------------------------------------------

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
