"""Days as people write them, and the coordinate of a question."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.dates import FIRST, LAST, AsOf, When, read_asked_day, read_period
from tracker.errors import BadDay

TODAY = date(2025, 4, 15)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2025-04-03", "2025-04-03", "2025-04-03"),
        ("2025-04-03~", "2025-04-03", "2025-04-03"),
        ("2025-04", "2025-04-01", "2025-04-30"),
        ("2024-02?", "2024-02-01", "2024-02-29"),
        ("2025%", "2025-01-01", "2025-12-31"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("../1816-01-01", "0001-01-01", "1816-01-01"),
        ("[2025-04-25..2025-04-29]", "2025-04-25", "2025-04-29"),
        ("[2025-04..2025-05]", "2025-04-01", "2025-05-31"),
    ],
)
def test_a_vague_day_keeps_its_text_and_has_strict_bounds(
    text: str, earliest: str, latest: str
) -> None:
    when = When.read(text)

    assert (when.text, str(when.earliest), str(when.latest)) == (text, earliest, latest)
    assert When.read(str(when)) == when


def test_the_day_of_an_hour_is_the_one_written_and_never_the_one_in_utc() -> None:
    midnight_in_brussels = When.read("2020-02-01T00:00+01:00")
    late_in_washington = When.read("2025-04-02T23:30-04:00")

    assert midnight_in_brussels.earliest == date(2020, 2, 1)
    assert late_in_washington.latest == date(2025, 4, 2)
    assert late_in_washington.hour == "2025-04-02T23:30-04:00"
    assert late_in_washington.instant() == datetime(
        2025, 4, 2, 23, 30, tzinfo=timezone(timedelta(hours=-4))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("04/02/2025", "could be two different days"),
        ("2.4.2025", "could be two different days"),
        ("2025-02-30", "no day of the calendar"),
        ("2025-13", "no month or year"),
        ("[2025-04-29..2025-04-25]", "ends before it begins"),
        ("tomorrow-ish", "is no day"),
        ("20250402", "is no day"),
        ("", "is no day"),
        ("2025-04-03T00:01", "is no day"),
    ],
)
def test_what_is_no_day_or_could_be_two_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadDay, match=said):
        When.read(text)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(BadDay, match="has no zone"):
        When.read(datetime(2025, 4, 3, 0, 1))  # noqa: DTZ001


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        when = When.read(text)
    except BadDay:
        return

    assert when.earliest <= when.latest


@given(st.dates())
def test_a_date_reads_back(day: date) -> None:
    assert When.read(When.on(day).text) == When.on(day) == When.read(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-04-03", "2025-04-03", "2025-04-03"),
        ("2025-04", "2025-04-01", "2025-04-30"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-Q2", "2025-04-01", "2025-06-30"),
        ("2024-q4", "2024-10-01", "2024-12-31"),
        ("today", "2025-04-15", "2025-04-15"),
        ("Yesterday", "2025-04-14", "2025-04-14"),
        ("tomorrow", "2025-04-16", "2025-04-16"),
        ("+30d", "2025-05-15", "2025-05-15"),
        ("-2w", "2025-04-01", "2025-04-01"),
        ("+1m", "2025-05-15", "2025-05-15"),
        ("-1y", "2024-04-15", "2024-04-15"),
        ("2025-03..2025-04-10", "2025-03-01", "2025-04-10"),
        ("2025-Q1..", "2025-01-01", "9999-12-30"),
        ("..today", "0001-01-01", "2025-04-15"),
    ],
)
def test_a_typed_period_has_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    period = read_period(text, today=TODAY)

    assert (str(period.first), str(period.last)) == (first, last)


def test_a_month_later_than_the_31st_is_the_last_day_of_the_month() -> None:
    assert read_period("+1m", today=date(2025, 1, 31)).last == date(2025, 2, 28)
    assert read_period("+1m", today=date(2024, 1, 31)).last == date(2024, 2, 29)


def test_an_hour_that_is_before_all_days_in_another_place_is_refused() -> None:
    with pytest.raises(BadDay, match="before the first day in UTC: leave out the hour"):
        When.read("0001-01-01T00:30+09:00")

    assert When.read("0001-01-01T00:30-09:00").instant().astimezone(UTC).year == 1


@pytest.mark.parametrize("text", ["04/02/2025", "2025-04~", "9999-12-31", "+99999y", "next week"])
def test_a_typed_day_that_cannot_be_asked_about_is_refused(text: str) -> None:
    with pytest.raises(BadDay):
        read_period(text, today=TODAY)


def test_one_day_is_the_last_of_its_period_and_a_span_is_refused() -> None:
    assert read_asked_day("2025-04", today=TODAY).last == date(2025, 4, 30)
    assert read_asked_day("2025-04", today=TODAY).echo == "2025-04-30 (the last day of 2025-04)"
    with pytest.raises(BadDay, match="one day is wanted"):
        read_asked_day("2025-01-01..2025-02-01", today=TODAY)


@pytest.mark.parametrize(
    ("day", "known_by", "expected"),
    [
        ("2025-04-15", None, False),
        ("2025-04-16", None, True),
        ("2025-04-05", "2025-04-05", False),
        ("2025-04-05", "2025-04-04", True),
    ],
)
def test_a_day_after_the_day_of_knowledge_is_only_expected(
    day: str, known_by: str | None, expected: bool
) -> None:
    known = date.fromisoformat(known_by) if known_by else None

    at = AsOf.asked(date.fromisoformat(day), known_by=known, at_version=None, today=TODAY)

    assert at.expected is expected


def test_without_a_day_of_knowledge_every_report_counts() -> None:
    assert AsOf(TODAY).knowledge == LAST
    assert FIRST < LAST
