"""Days as they are typed: a small strict grammar, and an echo of what was understood."""

from __future__ import annotations

from datetime import date

import pytest
from freezegun import freeze_time

from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker

pytestmark = pytest.mark.usefixtures("tracker")

NOON = "2025-04-02 12:00"


@pytest.mark.parametrize(
    ("typed", "day", "echo"),
    [
        ("2025-04-03", "2025-04-03", "2025-04-03"),
        ("2025-04", "2025-04-30", "2025-04-30 (the last day of 2025-04)"),
        ("2024-02", "2024-02-29", "2024-02-29 (the last day of 2024-02)"),
        ("2025", "2025-12-31", "2025-12-31 (the last day of 2025)"),
        ("2025-Q2", "2025-06-30", "2025-06-30 (the last day of 2025-Q2)"),
        ("2025-q4", "2025-12-31", "2025-12-31 (the last day of 2025-q4)"),
        ("today", "2025-04-02", "2025-04-02 (today)"),
        ("yesterday", "2025-04-01", "2025-04-01 (yesterday)"),
        ("tomorrow", "2025-04-03", "2025-04-03 (tomorrow)"),
        ("+30d", "2025-05-02", "2025-05-02 (+30d)"),
        ("-2w", "2025-03-19", "2025-03-19 (-2w)"),
        ("-1m", "2025-03-02", "2025-03-02 (-1m)"),
        ("+1y", "2026-04-02", "2026-04-02 (+1y)"),
        (" 2025-04-03 ", "2025-04-03", "2025-04-03"),
    ],
)
def test_a_day_that_is_typed_is_understood_and_echoed(
    cli: CommandLine, typed: str, day: str, echo: str
) -> None:
    with freeze_time(NOON):
        answer = cli.ok("state", f"--as-of={typed}", "--format", "json")

    assert answer.json["as_of"]["day"] == day
    assert answer.err.splitlines()[0].removesuffix(": what is then expected") == f"as of {echo}"


def test_the_day_asked_about_is_today_in_utc_when_left_out(cli: CommandLine) -> None:
    with freeze_time("2025-04-02 23:59:59"):
        before = cli.ok("state", "--format", "json")
    with freeze_time("2025-04-03 00:00"):
        after = cli.ok("state", "--format", "json")

    assert (before.json["as_of"]["day"], before.err) == ("2025-04-02", "as of 2025-04-02\n")
    assert (after.json["as_of"]["day"], after.err) == ("2025-04-03", "as of 2025-04-03\n")


def test_an_answer_about_a_day_after_the_day_of_knowledge_says_that_it_is_expected(
    cli: CommandLine,
) -> None:
    asked = ("state", "--format", "json", "--known-by", "2025-04-01")

    on_the_day = cli.ok(*asked, "--as-of", "2025-04-01")
    the_day_after = cli.ok(*asked, "--as-of", "2025-04-02")

    assert on_the_day.json["as_of"]["expected"] is False
    assert on_the_day.err == "as of 2025-04-01, known by 2025-04-01\n"
    assert the_day_after.json["as_of"]["expected"] is True
    assert the_day_after.err == ("as of 2025-04-02, known by 2025-04-01: what was then expected\n")


def test_an_answer_about_tomorrow_says_that_it_is_expected(cli: CommandLine) -> None:
    with freeze_time(NOON):
        today = cli.ok("state", "--as-of", "today", "--format", "json")
        tomorrow = cli.ok("state", "--as-of", "tomorrow", "--format", "json")

    assert today.json["as_of"]["expected"] is False
    assert tomorrow.json["as_of"]["expected"] is True
    assert "what is then expected" in tomorrow.err


def test_the_version_of_the_log_that_was_asked_for_is_echoed(cli: CommandLine) -> None:
    answer = cli.ok("state", "--as-of", "2025-04-05", "--at-version", "0", "--format", "json")

    assert answer.json["as_of"]["at_version"] == 0
    assert answer.err == "as of 2025-04-05, at version 0\n"


def test_a_version_that_the_log_has_not_reached_is_not_there(cli: CommandLine) -> None:
    answer = cli("state", "--at-version", "7")

    assert answer.code == 3
    assert answer.out == ""
    assert "the log is at version 0; 7 is not there yet" in answer.err


@pytest.mark.parametrize("option", ["--as-of", "--known-by"])
@pytest.mark.parametrize("command", ["state", "show", "alliances", "members", "measures"])
def test_a_day_that_could_be_two_is_refused_with_a_hint(
    cli: CommandLine, write: Write, command: str, option: str
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    what = {"show": ["measure/cars"], "alliances": ["JP"], "members": ["agreement/rcep"]}

    answer = cli(command, *what.get(command, []), option, "04/02/2025")

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err == (
        f"tracker: {option}: 04/02/2025 could be two different days: write the year first, "
        "then month and day, as in 2025-04-02\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("events", "--from", "04/02/2025"),
        ("events", "--to", "4.2.2025"),
        ("events", "--known-by", "04/02/2025"),
        ("export", "ics", "--from", "04/02/2025"),
        ("export", "csv", "state", "--as-of", "04/02/2025"),
        ("parties", "JP", "--as-of", "04/02/2025"),
    ],
    ids=" ".join,
)
def test_a_day_that_could_be_two_is_refused_wherever_it_is_typed(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli(*words)

    assert answer.code == 2
    assert answer.out == ""
    assert f"{words[-2]}: {words[-1]} could be two different days" in answer.err
    assert "2025-04-02" in answer.err


@pytest.mark.parametrize(
    "typed",
    [
        "2025-13",
        "2025-02-29",
        "2025-Q5",
        "2025-4-3",
        "20250403",
        "Q2 2025",
        "april",
        "",
        "2025-04~",
        "2025-04-03T00:01-04:00",
        "+30",
        "+99999y",
        "9999",
        "0000",
        "２０２５-04-03",
        "２０２５-04",
        "+３d",
    ],
)
def test_what_is_no_day_is_refused(cli: CommandLine, typed: str) -> None:
    answer = cli("state", f"--as-of={typed}")

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("tracker: --as-of: ")
    assert len(answer.err.splitlines()) == 1


def test_a_span_is_refused_where_one_day_is_wanted(cli: CommandLine) -> None:
    answer = cli("state", "--as-of", "2025-04-01..2025-04-05")

    assert answer.code == 2
    assert answer.err == (
        "tracker: --as-of: 2025-04-01..2025-04-05 is a span; one day is wanted here, "
        "such as 2025-04-05\n"
    )


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ((), [30, 31, 1, 2]),
        (("--from", "2025-03-31"), [31, 1, 2]),
        (("--to", "2025-03-31"), [30, 31]),
        (("--from", "2025-03", "--to", "2025-03"), [30, 31]),
        (("--from", "2025-Q2"), [1, 2]),
        (("--from", "2025-03-31..2025-04-01"), [31, 1]),
        (("--from", "..2025-03-31"), [30, 31]),
        (("--from", "2025-04-01.."), [1, 2]),
        (("--from", "2025-03-31..today"), [31, 1]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_period_begins_with_its_first_day_and_ends_with_its_last(
    cli: CommandLine, write: Write, words: tuple[str, ...], days: list[int]
) -> None:
    whole = [date(2025, 3, 30), date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 2)]
    cli.ok("load", str(write("days.toml", *(entry(f"{day}-something") for day in whole))))

    with freeze_time("2025-04-01 12:00"):
        answer = cli.ok("events", *words, "--format", "json")

    occurred = [event["occurred"] for event in answer.json["events"]]
    assert occurred == [day.isoformat() for day in whole if day.day in days]


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2025-04-05..2025-04-01"),
        ("--from", "2025-04-05", "--to", "2025-04-01"),
        ("--from", "2025-05", "--to", "2025-04"),
    ],
    ids=" ".join,
)
def test_a_span_that_ends_before_it_begins_is_refused(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli("events", *words)

    assert answer.code == 2
    assert answer.out == ""
    assert "before" in answer.err


@pytest.mark.parametrize(
    "words", [("events",), ("export", "csv", "events"), ("export", "ics")], ids=" ".join
)
def test_a_day_of_knowledge_that_is_a_period_is_echoed_wherever_it_is_typed(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli.ok(*words, "--known-by", "2025-03")

    assert "known by 2025-03-31 (the last day of 2025-03)" in answer.err


def test_what_is_reported_on_the_last_day_of_knowledge_counts(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    asked = ("state", "measure/cars", "--as-of", "2025-04-05", "--format", "json", "--known-by")

    the_day_before = cli.ok(*asked, "2025-03-25")
    on_the_day = cli.ok(*asked, "2025-03-26")

    assert the_day_before.json["subjects"] == []
    assert [each["stage"] for each in on_the_day.json["subjects"]] == ["in-force"]
