"""Exports to files and pipes: whole or not at all, and the same bytes for the same log."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.conftest import CARS, CommandLine, Write, cars, entry
from tracker.app import Tracker

EVENT_COLUMNS = [
    *("event_id", "version", "kind", "title", "occurred", "reported", "recorded_utc", "place"),
    *("parties", "subjects", "tags", "summary", "source_url", "source_publisher"),
    *("source_published", "sources", "speaks_of", "corrected_by", "retracted_by"),
]
STATE_COLUMNS = [
    *("as_of", "known_by", "at_version", "expected", "subject", "kind", "title", "stage", "part"),
    *("holds", "value", "certain", "from", "until", "event", "corrected_by", "rivals"),
]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def unfolded(calendar: str) -> list[str]:
    """The lines of a calendar, long ones made whole (RFC 5545, 3.1)."""
    return calendar.replace("\r\n ", "").split("\r\n")


@pytest.mark.usefixtures("shipped")
def test_events_in_csv_have_the_columns_that_others_rely_on_and_a_row_each(
    cli: CommandLine,
) -> None:
    answer = cli.ok("export", "csv", "events")

    header, *rows = cells(answer.out)
    assert header[: len(EVENT_COLUMNS)] == EVENT_COLUMNS
    assert len(rows) == cli.version()
    assert answer.out.endswith("\r\n")


@pytest.mark.usefixtures("shipped")
def test_a_state_in_csv_has_the_columns_that_others_rely_on(cli: CommandLine) -> None:
    asked = ("--as-of", "2025-04-05", "--known-by", "2025-03-26")

    answer = cli.ok("export", "csv", "state", *asked)

    header, *rows = cells(answer.out)
    assert header[: len(STATE_COLUMNS)] == STATE_COLUMNS
    assert {tuple(row[:2]) for row in rows} == {("2025-04-05", "2025-03-26")}
    assert answer.out == cli.ok("state", *asked, "--format", "csv").out
    assert "known by 2025-03-26" in answer.err


def test_a_text_is_exported_as_it_is_and_a_formula_is_pointed_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    title = '=HYPERLINK("https://example.org","Ünï"), or so'
    cli.ok("load", str(write("e.toml", entry("2025-03-26-x", title=title))))

    answer = cli.ok("export", "csv", "events")

    assert cells(answer.out)[1][3] == title
    assert "1 cell begin" in answer.err


def test_an_export_of_events_goes_by_the_reports_up_to_the_day_of_knowledge(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    the_day_before = cli.ok("export", "csv", "events", "--known-by", "2025-03-25").out
    on_the_day = cli.ok("export", "csv", "events", "--known-by", "2025-03-26").out

    assert [row[0] for row in cells(the_day_before)] == ["event_id"]
    assert [row[0] for row in cells(on_the_day)] == ["event_id", CARS]


@pytest.mark.usefixtures("shipped")
def test_events_in_json_lines_are_loaded_back_into_the_same_log(
    cli: CommandLine, tmp_path: Path
) -> None:
    other = ("--db", str(tmp_path / "other.db"))
    cli.ok("export", "jsonl", "events", "--output", "events.jsonl")

    cli.ok("load", "events.jsonl", *other)

    kept, loaded = (
        cli.ok("stats", "--format", "json", *each).json["facts_digest"] for each in ((), other)
    )
    assert kept == loaded
    lines = (cli.folder / "events.jsonl").read_text()
    assert cli.ok("export", "jsonl", "events", *other).out == lines


def test_json_lines_go_by_the_day_of_knowledge_and_the_version(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    cli.ok("load", str(write("later.toml", entry("2025-03-28-later"))))

    def ids(*words: str) -> list[str]:
        lines = cli.ok("export", "jsonl", "events", *words).out.splitlines()
        return [json.loads(line)["id"] for line in lines]

    assert ids() == [CARS, "2025-03-28-later"]
    assert ids("--known-by", "2025-03-27") == [CARS]
    assert ids("--known-by", "2025-03-25") == []
    assert ids("--at-version", "1") == [CARS]
    assert cli("export", "jsonl", "events", "--at-version", "3").code == 3


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "asked",
    [("--as-of", "2025-04-05"), ("--as-of", "2025-04-05", "--at-version", "300")],
    ids=" ".join,
)
def test_a_state_that_is_streamed_is_the_state_that_is_shown(
    cli: CommandLine, asked: tuple[str, ...]
) -> None:
    exported = cli.ok("export", "csv", "state", *asked)

    assert exported.out == cli.ok("state", *asked, "--format", "csv").out


@pytest.mark.parametrize(
    "words",
    [
        ("ics",),
        ("csv", "events"),
        ("csv", "state", "--as-of", "2025-04-05"),
        ("jsonl", "events"),
    ],
    ids=" ".join,
)
def test_an_export_to_a_file_is_what_a_pipe_would_get(
    cli: CommandLine, tracker: Tracker, write: Write, words: tuple[str, ...]
) -> None:
    cli.ok("load", str(write("e.toml", *summit(cars()))))
    in_pipe = cli.ok("export", *words)

    answer = cli.ok("export", *words, "--output", "out")

    assert answer.out == ""
    assert "wrote out" in answer.err
    assert (cli.folder / "out").read_bytes() == in_pipe.out.encode()
    assert sorted(path.name for path in cli.folder.glob("*out*")) == ["out"]


@pytest.mark.usefixtures("tracker")
def test_a_file_that_is_there_is_written_over_only_by_force(cli: CommandLine) -> None:
    (cli.folder / "out.csv").write_text("mine")

    refused = cli("export", "csv", "events", "-o", "out.csv")
    kept = (cli.folder / "out.csv").read_text()
    forced = cli("export", "csv", "events", "-o", "out.csv", "--force")

    assert (refused.code, kept) == (2, "mine")
    assert refused.err.splitlines()[-1] == (
        "tracker: out.csv is there already: give another name, or --force"
    )
    assert forced.code == 0
    assert (cli.folder / "out.csv").read_text().startswith("event_id,")


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("where", ["no/such/folder/out.csv", "file/out.csv"])
def test_a_file_that_cannot_be_written_is_named(cli: CommandLine, where: str) -> None:
    (cli.folder / "file").write_text("a file and no folder")

    answer = cli("export", "csv", "events", "--output", where)

    assert answer.code == 2
    assert f"tracker: {where} cannot be written: " in answer.err


@pytest.mark.usefixtures("tracker")
def test_an_export_over_a_folder_is_refused_and_leaves_nothing_behind(cli: CommandLine) -> None:
    (cli.folder / "out").mkdir()

    answer = cli("export", "csv", "events", "--output", "out", "--force")

    assert answer.code == 2
    assert "tracker: out cannot be written: " in answer.err
    assert [path.name for path in cli.folder.glob("*out*")] == ["out"]
    assert list(cli.folder.glob(".*")) == []


# -- calendars ------------------------------------------------------------------------------

SUMMIT = {
    "kind": "meeting-introduced",
    "subject": "meeting/summit",
    "title": "Summit; of three, in Seoul",
    "form": "summit",
}
PLANNED = {
    "kind": "meeting-scheduled",
    "subject": "meeting/summit",
    "start": "2025-05-10",
    "end": "2025-05-12",
    "place": "Seoul",
}


def summit(*further: str) -> list[str]:
    return [entry("2025-04-01-summit-planned", SUMMIT, PLANNED, kind="announcement"), *further]


def component(calendar: str, uid: str) -> dict[str, str]:
    """The properties of the event with this UID, as written, without their parameters."""
    for part in calendar.split("BEGIN:VEVENT")[1:]:
        lines = [line.partition(":") for line in unfolded(part)]
        found = {name.split(";")[0]: value for name, _, value in lines}
        if found.get("UID", "").startswith(uid):
            return found
    raise AssertionError(f"no {uid} in {calendar}")


def test_a_calendar_is_folded_closed_and_ends_each_line_as_the_standard_says(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    long = entry("2025-03-26-x", title="A very long title " * 10)
    cli.ok("load", str(write("s.toml", *summit(long))))

    calendar = cli.ok("export", "ics").out

    assert calendar.startswith("BEGIN:VCALENDAR\r\n")
    assert calendar.endswith("END:VCALENDAR\r\n")
    assert calendar.count("BEGIN:VEVENT\r\n") == calendar.count("END:VEVENT\r\n") == 3
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    assert "\n" not in calendar.replace("\r\n", "")


def test_a_meeting_ends_on_the_day_after_its_last(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("s.toml", *summit())))

    calendar = cli.ok("export", "ics", "--subject", "meeting/summit").out

    meeting = component(calendar, "meeting.summit")
    assert (meeting["DTSTART"], meeting["DTEND"]) == ("20250510", "20250512")
    assert meeting["STATUS"] == "CONFIRMED"
    assert meeting["LOCATION"] == "Seoul"
    assert meeting["SUMMARY"] == r"Summit\; of three\, in Seoul"


def test_a_meeting_that_moves_keeps_its_uid_and_one_that_is_cancelled_says_so(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    moved = {**PLANNED, "start": "2025-06-10", "end": "2025-06-12"}
    off = {"kind": "meeting-cancelled", "subject": "meeting/summit"}
    cli.ok("load", str(write("s.toml", *summit())))
    calendars = [cli.ok("export", "ics").out]
    for event, effect in (("2025-04-02-summit-moved", moved), ("2025-04-03-summit-off", off)):
        cli.ok("add", "-", stdin=entry(event, effect))
        calendars.append(cli.ok("export", "ics").out)

    meetings = [component(each, "meeting.summit") for each in calendars]

    assert len({meeting["UID"] for meeting in meetings}) == 1
    assert [int(meeting["SEQUENCE"]) for meeting in meetings] == [0, 1, 2]
    assert [meeting["STATUS"] for meeting in meetings] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [meeting["DTSTART"] for meeting in meetings] == ["20250510", "20250610", "20250610"]


def test_a_day_on_which_a_measure_changes_is_on_the_calendar(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    calendar = cli.ok("export", "ics", "--subject", "measure/cars").out

    starts = [line for line in unfolded(calendar) if line.startswith("DTSTART")]
    assert starts == ["DTSTART;VALUE=DATE:20250326", "DTSTART;VALUE=DATE:20250403"]


def test_the_stamps_of_a_calendar_come_from_the_log_and_never_from_the_clock(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    with freeze_time("2025-05-01 12:00:00.7"):
        cli.ok("load", str(write("cars.toml", cars())))
    with freeze_time("2025-05-02 12:00"):
        cli.ok("load", str(write("summit.toml", *summit())))

    with freeze_time("2025-06-01"):
        first = cli.ok("export", "ics").out
    second = cli.ok("export", "ics").out

    assert first == second
    stamps = {line for line in unfolded(first) if line.startswith("DTSTAMP")}
    assert stamps == {"DTSTAMP:20250501T120000Z", "DTSTAMP:20250502T120000Z"}


@pytest.mark.usefixtures("shipped")
def test_no_two_things_on_a_calendar_share_a_uid(cli: CommandLine) -> None:
    calendar = cli.ok("export", "ics").out

    uids = [line for line in unfolded(calendar) if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) > cli.version() / 2


def test_a_calendar_can_be_of_one_party_or_of_some_days(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    spoken = entry("2025-03-27-muto", actors=[{"party": "JP"}])
    cli.ok("load", str(write("c.toml", spoken, entry("2025-03-28-other"))))

    def uids(*words: str) -> list[str]:
        lines = unfolded(cli.ok("export", "ics", *words).out)
        return [line[4:].split(".")[0] for line in lines if line.startswith("UID:")]

    assert uids() == ["2025-03-27-muto", "2025-03-28-other"]
    assert uids("--party", "JP") == ["2025-03-27-muto"]
    assert uids("--to", "2025-03-27") == ["2025-03-27-muto"]
    assert uids("--from", "2025-03-28") == ["2025-03-28-other"]
    assert uids("--known-by", "2025-03-27") == ["2025-03-27-muto"]


@pytest.mark.usefixtures("tracker")
def test_an_empty_calendar_is_still_a_calendar(cli: CommandLine) -> None:
    calendar = cli.ok("export", "ics").out

    assert calendar.startswith("BEGIN:VCALENDAR\r\n")
    assert "BEGIN:VEVENT" not in calendar


@pytest.mark.usefixtures("shipped")
def test_a_calendar_of_a_subject_that_is_not_there_is_refused_and_no_file_is_written(
    cli: CommandLine, tmp_path: Path
) -> None:
    answer = cli("export", "ics", "--subject", "meeting/none", "--output", "none.ics")

    assert answer.code == 3
    assert "there is no subject meeting/none" in answer.err
    assert not (cli.folder / "none.ics").exists()
