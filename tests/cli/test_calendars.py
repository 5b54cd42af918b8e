"""Calendars on the command line: what is typed for them, and the files they are written to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker

SUMMIT = {
    "kind": "meeting-introduced",
    "subject": "meeting/summit",
    "title": "Summit",
    "form": "summit",
}
PLANNED = {"kind": "meeting-scheduled", "subject": "meeting/summit", "start": "2025-05-10"}
OFF = {"kind": "meeting-cancelled", "subject": "meeting/summit"}


@pytest.fixture
def there(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A command line with a tariff on cars and a summit in its database."""
    summit = entry("2025-04-01-summit-planned", SUMMIT, PLANNED, kind="announcement")
    cli.ok("load", str(write("entries.toml", summit, cars())))
    return cli


def uids(calendar: str) -> list[str]:
    lines = calendar.replace("\r\n ", "").split("\r\n")
    return [line[4:].split("@")[0] for line in lines if line.startswith("UID:")]


def test_only_what_is_asked_for_is_shown(there: CommandLine) -> None:
    calendar = there.ok("export", "ics", "--what", "meetings, deadlines").out

    assert uids(calendar) == ["meeting.summit.meeting"]


@pytest.mark.parametrize("what", ["meeting", "meetings,", "", "meetings deadlines"])
def test_what_is_not_shown_on_a_calendar_is_refused_and_all_there_is_named(
    there: CommandLine, what: str
) -> None:
    answer = there("export", "ics", "--what", what)

    assert (answer.code, answer.out) == (2, "")
    assert "--what: " in answer.err
    assert "there are: developments, effective, expiries, meetings, deadlines" in answer.err


@pytest.mark.parametrize(
    ("alarm", "trigger"),
    [("1d", "-P1D"), ("12h", "-PT12H"), ("30m", "-PT30M"), ("2w", "-P14D"), ("36h", "-P1DT12H")],
)
def test_an_alarm_tells_of_a_meeting_so_long_before(
    there: CommandLine, alarm: str, trigger: str
) -> None:
    calendar = there.ok("export", "ics", "--alarm", alarm).out

    assert calendar.count("BEGIN:VALARM") == 1
    assert f"ACTION:DISPLAY\r\nDESCRIPTION:Summit\r\nTRIGGER:{trigger}\r\n" in calendar


@pytest.mark.parametrize("alarm", ["", "1", "0d", "-1d", "1 day", "1y", "99999d"])
def test_what_is_no_time_before_a_meeting_is_refused(there: CommandLine, alarm: str) -> None:
    answer = there("export", "ics", f"--alarm={alarm}")

    assert (answer.code, answer.out) == (2, "")
    assert "write it as 1d, 12h, 30m or 2w" in answer.err


@pytest.mark.parametrize(("kind", "count"), [("measure", 2), ("meeting", 2), ("announcement", 1)])
def test_a_calendar_is_of_a_kind_of_subject_or_of_event(
    there: CommandLine, kind: str, count: int
) -> None:
    assert len(uids(there.ok("export", "ics", "--kind", kind).out)) == count


def test_a_kind_that_is_not_there_is_refused_with_those_that_are(there: CommandLine) -> None:
    answer = there("export", "ics", "--kind", "measures")

    assert (answer.code, answer.out) == (3, "")
    assert "there is no kind measures: did you mean measure?" in answer.err


def test_a_calendar_as_of_a_day_is_another_one_and_the_day_is_echoed(there: CommandLine) -> None:
    answer = there.ok("export", "ics", "--as-of", "2025-03")

    assert answer.err == "as of 2025-03-31 (the last day of 2025-03)\n"
    assert "\r\nNAME:Tracker (as of 2025-03-31)\r\n" in answer.out
    assert uids(answer.out) == [
        f"2025-03-26-cars{each}-as-of-2025-03-31"
        for each in (".development", ".measure.cars.takes-effect-2025-04-03")
    ]


def test_a_calendar_is_the_one_that_the_log_had_at_an_instant(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    with freeze_time("2025-05-01 12:00"):
        cli.ok("load", str(write("cars.toml", cars())))
    with freeze_time("2025-05-02 12:00"):
        cli.ok("add", "-", stdin=entry("2025-04-01-summit-planned", SUMMIT, PLANNED))

    calendar = cli.ok("export", "ics", "--recorded-by", "2025-05-01").out

    assert calendar == cli.ok("export", "ics", "--at-version", "1").out
    assert all(uid.endswith("-at-version-1") for uid in uids(calendar))
    assert cli("export", "ics", "--at-version", "3").code == 3


def test_what_was_called_off_is_gone_after_ninety_days(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    planned = entry("2025-04-01-summit-planned", SUMMIT, PLANNED)
    with freeze_time("2025-05-01 12:00"):
        cli.ok("load", str(write("s.toml", planned, entry("2025-04-03-off", OFF))))

    with freeze_time("2025-07-30 23:59"):
        assert "STATUS:CANCELLED" in cli.ok("export", "ics").out
    with freeze_time("2025-07-31 00:00"):
        assert "STATUS:CANCELLED" not in cli.ok("export", "ics").out
    asked = cli.ok("export", "ics", "--as-of", "2025-07-30").out
    assert "STATUS:CANCELLED" in asked


# -- in several files -----------------------------------------------------------------------


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ics"))


def many(titles: Iterable[str]) -> list[str]:
    return [
        entry(f"2025-04-{day:02}-told", title=title, kind="statement")
        for day, title in enumerate(titles, start=1)
    ]


@pytest.fixture
def full(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A command line with nine statements in its database."""
    cli.ok("load", str(write("many.toml", *many(["Told"] * 9))))
    return cli


def test_a_calendar_that_is_too_long_is_written_in_parts_which_are_named(full: CommandLine) -> None:
    answer = full.ok("export", "ics", "--max-bytes", "2000", "-o", "out.ics")

    parts = [(full.folder / f"out-{number}.ics").read_bytes() for number in (1, 2, 3)]
    assert written(full.folder) == ["out-1.ics", "out-2.ics", "out-3.ics"]
    assert max(map(len, parts)) <= 2000
    assert [uid for part in parts for uid in uids(part.decode())] == uids(
        full.ok("export", "ics").out
    )
    assert answer.err.splitlines() == [
        "wrote out-1.ics",
        "wrote out-2.ics",
        "wrote out-3.ics",
        "in one file it would be longer than 2000 bytes: it is in 3",
    ]


def test_parts_are_all_written_or_none(full: CommandLine) -> None:
    (full.folder / "out-2.ics").mkdir()

    answer = full("export", "ics", "--max-bytes", "2000", "-o", "out.ics", "--force")

    assert answer.code == 2
    assert "out-2.ics cannot be written: it is a folder" in answer.err
    assert written(full.folder) == ["out-2.ics"]


def test_parts_of_another_calendar_are_pointed_out_beside_one_file(full: CommandLine) -> None:
    (full.folder / "out-2.ics").write_text("mine")

    answer = full.ok("export", "ics", "--max-bytes", "1000000", "-o", "out.ics")

    assert answer.err.splitlines() == ["wrote out.ics", "out-2.ics is not of this calendar"]


@pytest.mark.usefixtures("shipped")
def test_a_calendar_that_google_reads_in_part_only_is_pointed_out(cli: CommandLine) -> None:
    long = cli.ok("export", "ics", "-o", "all.ics")
    short = cli.ok("export", "ics", "--from", "2025", "--party", "KR", "-o", "korea.ics")

    assert "Google Calendar reads about 1,000,000 of its 1," in long.err
    assert short.err == "wrote korea.ics\n"


def test_a_calendar_that_is_short_enough_is_one_file(full: CommandLine) -> None:
    answer = full.ok("export", "ics", "--max-bytes", "1000000", "-o", "out.ics")

    assert answer.err == "wrote out.ics\n"
    assert (full.folder / "out.ics").read_bytes() == full.ok("export", "ics").out.encode()


def test_parts_are_not_written_to_a_pipe(full: CommandLine) -> None:
    answer = full("export", "ics", "--max-bytes", "2000")

    assert (answer.code, answer.out) == (2, "")
    assert "name them with --output FILE" in answer.err


@pytest.mark.parametrize("taken", ["out.ics", "out-3.ics", "out-17.ics"])
def test_parts_are_written_over_others_only_by_force(full: CommandLine, taken: str) -> None:
    (full.folder / taken).write_text("mine")
    words = ("export", "ics", "--max-bytes", "2000", "-o", "out.ics")

    refused = full(*words)
    kept = written(full.folder), (full.folder / taken).read_text()
    forced = full.ok(*words, "--force")

    assert (refused.code, kept) == (2, ([taken], "mine"))
    assert f"tracker: {taken} is there already" in refused.err
    # What it does not write over is of another calendar, and it says so.
    assert (f"{taken} is not of this calendar" in forced.err) is (taken != "out-3.ics")


def test_an_event_that_is_too_long_for_a_file_is_pointed_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok(
        "load", str(write("m.toml", *many(["Short"]), entry("2025-05-01-x", summary="x" * 3000)))
    )

    answer = cli.ok("export", "ics", "--max-bytes", "2000", "-o", "out.ics")

    assert "out-2.ics is of " in answer.err
    assert "it has one event, which alone is too long" in answer.err
