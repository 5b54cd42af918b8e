"""The calendar, read back by four libraries that share no code with what wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.entries import about, event
from tests.exports import calendar_twin as twin
from tests.exports.calendar_readers import READERS, Read, in_utc, misread_by_ics
from tests.exports.calendar_readers import by_icalendar as events
from tracker.app import Tracker
from tracker.catalogue import read_entries
from tracker.domain import calendar
from tracker.domain.calendar import Choice, Item, What
from tracker.domain.events import Event
from tracker.domain.told import Recorded, Told
from tracker.errors import BadEntries, NotFound
from tracker.exports import ics

RECORDED = datetime(2025, 3, 27, 9, 30, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


# -- reading ------------------------------------------------------------------------------


def unfolded(data: bytes) -> list[str]:
    """The content lines, put together again as RFC 5545, 3.1 says."""
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def lines_of(data: bytes, name: str) -> list[str]:
    """The content lines of the property *name*, parameters and all."""
    return [line for line in unfolded(data) if re.match(rf"{name}[;:]", line)]


# -- items and their bytes ----------------------------------------------------------------


def item(**fields: Any) -> Item:
    usual: dict[str, Any] = {
        "uid": "2025-03-26-us-232-autos-proclaimed.development",
        "title": "United States proclaims a tariff on cars",
        "start": date(2025, 3, 26),
        "end": date(2025, 3, 27),
        "stamp": RECORDED,
        "created": RECORDED,
    }
    return Item(**(usual | fields))


def written(*items: Item, **asked: Any) -> bytes:
    opening = ics.opening(name="Tracker", description="What is coming")
    return b"".join((opening, *(ics.written(each, **asked) for each in items), ics.CLOSING))


def only(data: bytes) -> Read:
    (event,) = events(data).values()
    return event


def test_a_calendar_says_what_it_is_and_how_often_to_ask_for_it() -> None:
    lines = unfolded(written(item()))

    assert set(lines[: lines.index("BEGIN:VEVENT")]) == {
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tracker//tracker//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Tracker",
        "X-WR-CALNAME:Tracker",
        "X-WR-CALDESC:What is coming",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",  # RFC 7986, 5.7: the parameter is required
        "X-PUBLISHED-TTL:PT12H",
    }


def test_a_calendar_is_not_a_message() -> None:
    assert lines_of(written(item()), "METHOD") == []


def test_a_calendar_without_events_is_still_one() -> None:
    data = written()

    assert events(data) == {}
    assert unfolded(data)[-1] == "END:VCALENDAR"


def test_a_day_ends_on_the_day_after_it_and_says_so() -> None:
    data = written(item(start=date(2025, 3, 31), end=date(2025, 4, 1)))

    assert lines_of(data, "DTSTART") == ["DTSTART;VALUE=DATE:20250331"]
    assert lines_of(data, "DTEND") == ["DTEND;VALUE=DATE:20250401"]


def test_a_day_long_before_1970_is_written_like_any_other() -> None:
    data = written(item(start=date(1373, 6, 16), end=date(1373, 6, 17)))

    assert lines_of(data, "DTSTART") == ["DTSTART;VALUE=DATE:13730616"]


def test_an_hour_is_written_in_utc_and_names_no_zone() -> None:
    start = datetime(2025, 5, 16, 8, 30, tzinfo=TOKYO)

    data = written(item(start=start, end=start + timedelta(hours=2)))

    assert lines_of(data, "DTSTART") == ["DTSTART:20250515T233000Z"]
    assert lines_of(data, "DTEND") == ["DTEND:20250516T013000Z"]
    assert b"VTIMEZONE" not in data


def test_a_day_blocks_nobodys_calendar_and_an_hour_does() -> None:
    hour = datetime(2025, 5, 16, 8, 30, tzinfo=TOKYO)

    all_day = written(item())
    timed = written(item(start=hour, end=hour + timedelta(hours=1)))

    assert lines_of(all_day, "TRANSP") == ["TRANSP:TRANSPARENT"]
    assert lines_of(all_day, "X-MICROSOFT-CDO-BUSYSTATUS") == ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"]
    assert lines_of(timed, "TRANSP") == []
    assert lines_of(timed, "X-MICROSOFT-CDO-BUSYSTATUS") == []


def test_stamps_are_whole_seconds_in_utc() -> None:
    data = written(item(stamp=datetime(2025, 3, 28, 1, 2, 3, 987654, tzinfo=TOKYO)))

    assert lines_of(data, "DTSTAMP") == ["DTSTAMP:20250327T160203Z"]
    assert lines_of(data, "LAST-MODIFIED") == ["LAST-MODIFIED:20250327T160203Z"]
    assert lines_of(data, "CREATED") == ["CREATED:20250327T093000Z"]


@pytest.mark.parametrize(
    ("status", "summary"),
    [
        ("CONFIRMED", "United States proclaims a tariff on cars"),
        ("TENTATIVE", "United States proclaims a tariff on cars"),
        ("CANCELLED", "Cancelled: United States proclaims a tariff on cars"),
    ],
)
def test_what_is_cancelled_says_so_in_its_summary_too(status: str, summary: str) -> None:
    event = only(written(item(status=status)))

    assert event.status == status
    assert event.summary == summary


def test_sources_close_the_description_and_the_first_is_the_address() -> None:
    sources = ("https://www.govinfo.gov/a;b,c", "https://www.meti.go.jp/english/press/")

    event = only(written(item(description="In force from 3 April.", sources=sources)))

    assert event.url == "https://www.govinfo.gov/a;b,c"
    assert event.description == (
        "In force from 3 April.\n\nSources:\n"
        "https://www.govinfo.gov/a;b,c\nhttps://www.meti.go.jp/english/press/"
    )


def test_no_comma_stands_in_a_category() -> None:
    # Two of nine readers split a category at its comma, escaped or not.
    data = written(item(categories=("talks, trade", "cars")))

    (line,) = lines_of(data, "CATEGORIES")
    assert line.count(",") == 1
    assert len(only(data).categories) == 2


def test_a_category_is_named_once() -> None:
    # A reader that keeps a set would otherwise tell another tale than one that keeps a list.
    data = written(item(categories=("meeting", "meeting", "cjk")))

    assert lines_of(data, "CATEGORIES") == ["CATEGORIES:meeting,cjk"]


def test_events_stand_in_the_order_in_which_they_are_given() -> None:
    names = ["2025-04-03", "2024-01-01", "2025-05-03"]

    data = written(*(item(uid=name) for name in names))

    assert list(events(data)) == names


def test_a_suffix_sets_the_uids_of_another_calendar_apart() -> None:
    live, then = written(item()), written(item(), suffix="-known-by-2025-03-25")

    assert events(live).keys().isdisjoint(events(then))


# -- texts that could break a calendar ----------------------------------------------------

NASTY = [
    "a, b; c: d\\n e\\, f\\\\",
    r"C:\New\table",
    "line\nline\r\nline\rline",
    "BEGIN:VEVENT\r\nEND:VCALENDAR",
    "\x00\x07\x0b\x1b[31m\x7f",
    "\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER ALEF}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\N{NEXT LINE}",
    "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}\N{VARIATION SELECTOR-16}",
    "日本国とアメリカ合衆国との間の相互協力及び安全保障条約" * 4,
    "e\N{COMBINING ACUTE ACCENT}" * 40,
    "\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}",
    "Rindfleischetikettierung" * 20,
    '"quoted" ^n ^\' %0D%0A',
    " ends in blanks \t \n ",
]
# UTF-8 cannot write a lone surrogate, and readers take a byte order mark for no text at all;
# no entry may hold either.
signs = st.characters(codec="utf-8", exclude_characters="\N{ZERO WIDTH NO-BREAK SPACE}")

texts = st.lists(st.sampled_from(NASTY) | st.text(signs, max_size=90), max_size=4).map("".join)
urls = st.text("az09-._~:/?#[]@!$&()*+,;=%ä日🙂", max_size=120).map("https://a.example/{}".format)
words = st.from_regex(r"[a-z]+(-[a-z0-9]{1,60}){0,3}", fullmatch=True)
days = st.dates(date(1300, 1, 1), date(2199, 12, 31))
instants = st.builds(
    lambda day, second, zone: (
        datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=second)
    ),
    days,
    st.integers(0, 86_399),
    st.sampled_from([UTC, TOKYO]),
)


alarms = st.none() | st.builds(timedelta, minutes=st.integers(1, 60 * 24 * 400))


@st.composite
def calendars(draw: st.DrawFn) -> list[Item]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        start = draw(days | instants)
        found.append(
            Item(
                uid=f"item-{number}",
                title=draw(texts),
                start=start,
                end=start + timedelta(days=draw(st.integers(1, 400))),
                stamp=draw(instants),
                created=draw(instants),
                sequence=draw(st.integers(0, 99)),
                status=draw(st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])),
                description=draw(texts),
                place=draw(texts),
                categories=tuple(draw(st.lists(words, unique=True, max_size=5))),
                sources=tuple(draw(st.lists(urls, max_size=3))),
                what=frozenset({draw(st.sampled_from(What))}),
            )
        )
    return found


@given(calendars())
def test_no_text_breaks_the_lines_of_a_calendar(items: list[Item]) -> None:
    data = written(*items)

    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert 0 < len(line) <= 75  # octets, without the line break: RFC 5545, 3.1
        assert line.decode()  # no fold lies within a character
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
    begun = Counter(line for line in lines if line.startswith(b"BEGIN:"))
    assert begun == {b"BEGIN:VCALENDAR": 1, b"BEGIN:VEVENT": len(items)}


@pytest.mark.parametrize("reader", READERS)
@given(calendars(), alarms)
def test_a_reader_finds_in_a_calendar_what_was_written(
    reader: str, items: list[Item], alarm: timedelta | None
) -> None:
    data = written(*items, alarm=alarm)

    found = READERS[reader](data)
    assert {uid: comparable(each, reader) for uid, each in found.items()} == {
        each.uid: comparable(meant(each, alarm), reader) for each in items
    }


def meant(item: Item, alarm: timedelta | None) -> Read:
    """What a reader should find."""
    cancelled = item.status == "CANCELLED"
    listed = "Sources:\n" + "\n".join(item.sources) if item.sources else ""
    rings = not cancelled and bool(item.what & {What.meetings, What.deadlines})
    return Read(
        uid=f"{item.uid}@tracker.invalid",
        summary=twin.text(("Cancelled: " if cancelled else "") + item.title),
        start=item.start,
        end=item.end,
        stamp=item.stamp,
        created=item.created,
        modified=item.stamp,
        sequence=item.sequence,
        status=item.status,
        description=twin.text("\n\n".join(filter(None, (item.description, listed)))),
        place=twin.text(item.place),
        categories=tuple(dict.fromkeys(item.categories)),
        url="".join(item.sources[:1]),
        alarms=(-alarm,) if alarm and rings else (),
    )


def comparable(read: Read, reader: str) -> Read:
    """What is *read*, without what the library does not tell, or tells in its own way."""
    moments = {name: in_utc(getattr(read, name)) for name in MOMENTS}
    if reader != "ics":
        return replace(read, **moments)
    texts = {name: misread_by_ics(getattr(read, name)) for name in TEXTS}
    told = {**moments, **texts, "created": None, "categories": tuple(sorted(read.categories))}
    return replace(read, **told)


MOMENTS = ("start", "end", "stamp", "created", "modified")
TEXTS = ("summary", "description", "place")


@given(calendars(), st.sampled_from(["", "-known-by-2025-03-25"]), alarms)
def test_the_bytes_are_those_of_a_library(
    items: list[Item], suffix: str, alarm: timedelta | None
) -> None:
    # Where a text has a backslash before an N, the library writes a line break.
    assume(not any(r"\N" in text for each in items for text in each if isinstance(text, str)))
    asked: dict[str, Any] = {"suffix": suffix, "alarm": alarm}

    theirs = twin.calendar(items, name="Tracker", description="What is coming", **asked)

    assert written(*items, **asked) == theirs


@given(calendars())
def test_the_same_items_are_the_same_bytes(items: list[Item]) -> None:
    assert written(*items) == written(*items)


# -- which days are within ----------------------------------------------------------------


def within_days(item: Item, first: date | None, last: date | None) -> bool:
    return Choice(date(2025, 4, 3), first=first, last=last).has(item)


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        (date(2025, 4, 30), None, True),
        (date(2025, 5, 1), None, False),
        (None, date(2025, 4, 29), True),
        (None, date(2025, 4, 28), False),
        (date(2025, 4, 30), date(2025, 4, 30), True),
        (None, None, True),
    ],
)
def test_a_meeting_of_two_days_is_within_a_span_that_touches_one_of_them(
    first: date | None, last: date | None, within: bool
) -> None:
    two_days = item(start=date(2025, 4, 29), end=date(2025, 5, 1))

    assert within_days(two_days, first, last) is within


def test_a_meeting_over_midnight_is_not_over_on_the_day_on_which_it_ends() -> None:
    start = datetime(2025, 7, 22, 22, 0, tzinfo=TOKYO)
    night = item(start=start, end=start + timedelta(hours=4))

    assert within_days(night, date(2025, 7, 23), None)
    assert not within_days(night, date(2025, 7, 24), None)


def test_a_meeting_that_ends_at_midnight_is_over_on_the_day_that_begins() -> None:
    start = datetime(2025, 7, 22, 22, 0, tzinfo=TOKYO)
    evening = item(start=start, end=start + timedelta(hours=2))

    assert within_days(evening, date(2025, 7, 22), None)
    assert not within_days(evening, date(2025, 7, 23), None)


def test_what_is_within_comes_by_day_and_then_by_uid() -> None:
    hour = datetime(2025, 4, 3, 0, 1, tzinfo=TOKYO)
    given_items = [
        item(uid="c", start=date(2025, 4, 3), end=date(2025, 4, 4)),
        item(uid="a", start=date(2025, 5, 3), end=date(2025, 5, 4)),
        item(uid="b", start=hour, end=hour + timedelta(hours=1)),
    ]

    found = sorted(given_items, key=lambda each: (calendar.day_of(each), each.uid))
    assert [each.uid for each in found] == ["b", "c", "a"]


# -- developments -------------------------------------------------------------------------

PROCLAIMED = "2025-03-26-us-232-autos-proclaimed"


def told(occurred: str = "2025-03-26", *, kind: str = "proclamation", **standing: Any) -> Told:
    content = {
        "id": PROCLAIMED,
        "kind": kind,
        "title": "United States proclaims a tariff on cars",
        "occurred": occurred,
        "tags": ["cars"],
        "sources": [{"url": "https://www.govinfo.gov/"}, {"url": "https://www.whitehouse.gov/"}],
    }
    return Told(PROCLAIMED, 1, date(2025, 3, 26), RECORDED.isoformat(), content, **standing)


def development(occurred: str = "2025-03-26", **standing: Any) -> Item:
    said = told(occurred, **standing)
    found = calendar.as_told(said.id, said.reported.isoformat(), said.content, RECORDED)
    assert found is not None
    return found


def test_a_development_is_a_day_with_its_report_and_its_sources() -> None:
    found = development()

    assert (found.start, found.end) == (date(2025, 3, 26), date(2025, 3, 27))
    assert (found.status, found.sequence) == ("CONFIRMED", 0)
    assert found.description == "[reported 2025-03-26]"
    assert found.categories == ("proclamation", "cars")
    assert found.sources == ("https://www.govinfo.gov/", "https://www.whitehouse.gov/")


@pytest.mark.parametrize("hour", ["2025-03-26T00:01+14:00", "2025-03-26T23:59-11:00"])
def test_the_hour_of_a_development_does_not_move_its_day(hour: str) -> None:
    assert development(hour).start == date(2025, 3, 26)


@pytest.mark.parametrize(
    ("occurred", "start", "end"),
    [
        ("2025-03", date(2025, 3, 1), date(2025, 4, 1)),
        ("[2025-03-25..2025-03-27]", date(2025, 3, 25), date(2025, 3, 28)),
    ],
)
def test_a_vague_day_takes_all_the_days_it_may_be_and_says_so(
    occurred: str, start: date, end: date
) -> None:
    found = development(occurred)

    assert (found.start, found.end) == (start, end)
    assert f"The day is not known: {occurred}." in found.description


@pytest.mark.parametrize("occurred", ["2025", "../2025-03-26", "[2025-03-01..2025-04-15]"])
def test_a_day_that_is_vaguer_than_a_month_is_on_no_calendar(occurred: str) -> None:
    found = calendar.as_told(PROCLAIMED, "2025-03-26", {**told().content, "occurred": occurred})

    assert found is not None
    assert not Choice(date(2025, 4, 1)).has(found)


@pytest.mark.parametrize("kind", ["correction", "retraction", "corroboration"])
def test_what_speaks_of_another_event_has_no_day_of_its_own(kind: str) -> None:
    assert calendar.as_told(PROCLAIMED, "2025-03-26", told(kind=kind).content) is None


def revised(*events: Event) -> Item:
    """The item of the first of *events*, each of which the log received a day after the last."""
    history = [
        Recorded(number, RECORDED + timedelta(days=number), event)
        for number, event in enumerate(events)
    ]
    (found,) = calendar.revised(history, calendar.development(events[0].id, date(2026, 1, 1)))
    return found


def test_a_development_that_never_was_so_is_cancelled() -> None:
    first = event("proclaimed", "2025-03-26")

    found = revised(first, about("retraction", first, "2025-05-02"))

    assert (found.status, found.sequence) == ("CANCELLED", 1)
    assert found.stamp == RECORDED + timedelta(days=1)
    assert found.created == RECORDED


def test_one_more_source_moves_the_stamp_and_is_named() -> None:
    first = event("proclaimed", "2025-03-26")
    sources = [{"url": "https://example.org/more", "published": "2025-05-02"}]

    found = revised(first, about("corroboration", first, "2025-05-02", sources=sources))

    assert found.sources == ("https://example.org/a", "https://example.org/more")
    assert (found.stamp, found.sequence) == (RECORDED + timedelta(days=1), 0)


def test_a_correction_of_the_day_raises_the_sequence_and_its_retraction_again() -> None:
    first = event("proclaimed", "2025-03-26")
    moved = about("correction", first, "2025-05-02", content={"occurred": "2025-03-27"})
    back = about("retraction", moved, "2025-06-02")

    assert revised(first, moved).sequence == 1
    assert revised(first, moved).start == date(2025, 3, 27)
    assert revised(first, moved, back).sequence == 2
    assert revised(first, moved, back).start == date(2025, 3, 26)


# -- a log and its calendar: a meeting ----------------------------------------------------


@dataclass
class Log:
    """A database that receives entries at instants of our choosing."""

    path: Path
    now: datetime = RECORDED

    def takes(self, *entries: Mapping[str, Any], at: str = "2025-07-20T08:00:00") -> Log:
        recorded = self.now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        with closing(Tracker(str(self.path), now=lambda: recorded)) as tracker:
            tracker.open(catalogue=False)
            tracker.add(read_entries(entries, "entries"))
        return self

    def calendar(self, **asked: Any) -> bytes:
        return b"".join(self.pieces(**asked))

    def pieces(self, **asked: Any) -> list[bytes]:
        with closing(Tracker(str(self.path), now=lambda: self.now)) as tracker:
            return list(tracker.calendar(**asked))

    def written(self, what: str) -> list[str]:
        """The events of the calendar that are named so, unfolded."""
        unfolded = (piece.decode().replace("\r\n ", "") for piece in self.pieces())
        return [piece for piece in unfolded if what in piece]

    def event(self, uid: str, **asked: Any) -> Read:
        return events(self.calendar(**asked))[uid]

    def twin(self, *, spans: bool = False, **asked: Any) -> list[bytes]:
        """The events of the calendar, every one of them replayed."""
        given = {words: day for words, day in asked.items() if day is not None}
        suffix = "".join(f"-{words.replace('_', '-')}-{day}" for words, day in given.items())
        choice = Choice(asked.get("as_of") or self.now.date(), spans=spans)
        return [ics.written(each, suffix=suffix) for each in twin.items(self.path, choice, **asked)]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "tracker.db")


def entry(name: str, *effects: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    usual = {
        "id": name,
        "title": "Korea and the United States set a day for talks",
        "kind": "announcement",
        "occurred": name[:10],
        "sources": [{"url": f"https://en.yna.co.kr/{name}", "published": name[:10]}],
    }
    return usual | fields | ({"effects": list(effects)} if effects else {})


def retraction(name: str, of: str, **fields: Any) -> dict[str, Any]:
    return entry(name, kind="retraction", of=of, **fields)


def correction(
    name: str, of: str, content: Mapping[str, Any], *, slip: bool = False
) -> dict[str, Any]:
    return entry(name, kind="correction", of=of, slip=slip, content=content)


SUBJECT = "meeting/kr-us-2-plus-2"
MEETING = "meeting.kr-us-2-plus-2.meeting"
INTRODUCED = {
    "kind": "meeting-introduced",
    "subject": SUBJECT,
    "title": "Korea–US two-plus-two on tariffs",
    "form": "ministerial",
}


def scheduled(start: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "meeting-scheduled", "subject": SUBJECT, "start": start} | fields


ANNOUNCED = "2025-07-20-two-plus-two-announced"
DEVELOPMENT = f"{ANNOUNCED}.development"
FIRST_DAY = entry(ANNOUNCED, INTRODUCED, scheduled("2025-07-25", place="Washington"))
MOVED = entry("2025-07-22-two-plus-two-moved", scheduled("2025-07-28"))
MOVED_AGAIN = entry("2025-07-23-two-plus-two-moved", scheduled("2025-07-31"))
CANCELLED = entry(
    "2025-07-24-two-plus-two-cancelled", {"kind": "meeting-cancelled", "subject": SUBJECT}
)


def test_a_meeting_that_was_moved_twice_is_one_event(log: Log) -> None:
    found = events(log.takes(FIRST_DAY, MOVED, MOVED_AGAIN).calendar())

    assert [uid for uid in found if uid.endswith(".meeting")] == [MEETING]
    assert found[MEETING].start == date(2025, 7, 31)
    assert found[MEETING].end == date(2025, 8, 1)
    assert found[MEETING].status == "CONFIRMED"
    assert found[MEETING].place == "Washington"


def test_the_sequence_of_a_meeting_rises_when_it_moves_and_when_it_is_cancelled(log: Log) -> None:
    told = (FIRST_DAY, MOVED, MOVED_AGAIN, CANCELLED)
    found = [
        log.takes(each, at=f"2025-07-2{day}T09:00:00").event(MEETING)
        for day, each in enumerate(told)
    ]

    sequences = [each.sequence for each in found]
    assert sequences[0] == 0
    assert sequences == sorted(set(sequences))
    assert found[-1].status == "CANCELLED"
    assert found[-1].summary == "Cancelled: Korea–US two-plus-two on tariffs"


def test_a_postponed_meeting_is_tentative_and_one_that_was_held_is_confirmed(log: Log) -> None:
    put_off = entry("2025-07-24-put-off", {"kind": "meeting-postponed", "subject": SUBJECT})
    held = entry(
        "2025-07-31-held", {"kind": "meeting-held", "subject": SUBJECT, "start": "2025-07-31"}
    )

    before = log.takes(FIRST_DAY, put_off).event(MEETING)
    after = log.takes(held).event(MEETING)

    assert before.status == "TENTATIVE"
    assert (after.status, after.start) == ("CONFIRMED", date(2025, 7, 31))


@pytest.mark.parametrize("end", ["2025-07-27", "2025-07-26T12:30-04:00"])
def test_a_meeting_of_two_days_ends_on_the_third(log: Log, end: str) -> None:
    log.takes(entry(ANNOUNCED, INTRODUCED, scheduled("2025-07-25", end=end)))

    found = log.event(MEETING)

    assert (found.start, found.end) == (date(2025, 7, 25), date(2025, 7, 27))


def test_a_meeting_with_an_hour_is_in_utc_and_tells_the_local_time(log: Log) -> None:
    hours = scheduled(
        "2025-07-25T09:00-04:00", end="2025-07-25T12:30-04:00", zone="America/New_York"
    )
    data = log.takes(entry(ANNOUNCED, INTRODUCED, hours)).calendar(subject=SUBJECT)

    found = events(data)[MEETING]
    assert found.start == datetime(2025, 7, 25, 13, 0, tzinfo=UTC)
    assert found.end == datetime(2025, 7, 25, 16, 30, tzinfo=UTC)
    assert "2025-07-25T09:00-04:00" in found.description
    assert "America/New_York" in found.description
    assert b"TZID" not in data


def test_a_day_that_has_none_after_it_is_refused_at_the_door(log: Log) -> None:
    # Nothing on that day could end, and one such entry would stop every calendar for ever.
    with pytest.raises(BadEntries):
        log.takes(entry(ANNOUNCED, INTRODUCED, scheduled("9999-12-31")))


def test_a_meeting_that_opens_at_an_hour_lasts_until_its_last_day(log: Log) -> None:
    opens = scheduled("2025-07-25T09:00-04:00", end="2025-07-27")

    log.takes(entry(ANNOUNCED, INTRODUCED, opens))

    end = log.event(MEETING).end
    midnight = datetime(2025, 7, 27, 0, 0, tzinfo=timezone(timedelta(hours=-4)))
    assert end == (midnight if isinstance(end, datetime) else date(2025, 7, 27))


def test_a_meeting_on_a_vague_day_says_so(log: Log) -> None:
    log.takes(entry(ANNOUNCED, INTRODUCED, scheduled("2025-08")))

    found = log.event(MEETING)

    assert (found.start, found.end) == (date(2025, 8, 1), date(2025, 9, 1))
    assert "The day is not known: 2025-08." in found.description


# -- what never changes, and what must -----------------------------------------------------


def test_to_load_the_same_again_changes_no_byte(log: Log) -> None:
    once = log.takes(FIRST_DAY, MOVED).calendar()

    twice = log.takes(FIRST_DAY, MOVED, at="2026-01-01T08:00:00").calendar()

    assert twice == once


def test_what_was_said_in_turn_shows_as_if_all_of_it_were_replayed(log: Log) -> None:
    day = {"occurred": "2025-07-21", "title": "Ünï; \\\\ " + "long " * 30}
    moved = correction(
        "2025-07-22-day", ANNOUNCED, {"effects": [INTRODUCED, scheduled("2025-07-29")]}
    )
    rival = entry("2025-07-20-other", scheduled("2025-07-26"), against=ANNOUNCED)
    said = (
        FIRST_DAY,
        rival,
        moved,
        correction("2025-07-22-title", ANNOUNCED, day),
        MOVED,
        retraction("2025-07-24-not-so", "2025-07-22-day"),
        CANCELLED,
    )
    for hour, each in enumerate(said, start=10):
        log.takes(each, at=f"2025-08-01T{hour}:00:00")

    for known_by in (None, date(2025, 7, 22), date(2025, 7, 23)):
        found = log.twin(known_by=known_by)
        assert found
        assert log.pieces(known_by=known_by)[1:-1] == found


def test_the_order_of_loading_changes_no_byte(tmp_path: Path) -> None:
    forth = Log(tmp_path / "forth.db").takes(FIRST_DAY).takes(MOVED).takes(CANCELLED)
    back = Log(tmp_path / "back.db").takes(CANCELLED, MOVED, FIRST_DAY)

    assert forth.calendar() == back.calendar()


def test_the_stamp_is_of_the_log_and_not_of_the_clock(log: Log) -> None:
    log.takes(FIRST_DAY, at="2025-07-20T09:00:00").takes(MOVED, at="2025-07-22T11:22:33")

    with freeze_time("2025-07-23 12:00"):
        first = log.calendar()
    with freeze_time("2026-11-22 23:59"):
        second = log.calendar()

    assert first == second
    assert events(first)[DEVELOPMENT].stamp == datetime(2025, 7, 20, 9, tzinfo=UTC)
    assert events(first)[MEETING].stamp == datetime(2025, 7, 22, 11, 22, 33, tzinfo=UTC)
    assert events(first)[MEETING].created == datetime(2025, 7, 20, 9, tzinfo=UTC)


def test_a_correction_that_moves_the_day_keeps_the_uid_and_raises_the_sequence(log: Log) -> None:
    before = log.takes(FIRST_DAY).event(DEVELOPMENT)

    right = correction("2025-07-22-corrected", ANNOUNCED, {"occurred": "2025-07-21"})
    after = log.takes(right, at="2025-07-22T10:00:00").event(DEVELOPMENT)

    assert (before.start, after.start) == (date(2025, 7, 20), date(2025, 7, 21))
    assert (before.sequence, after.sequence) == (0, 1)
    assert after.stamp == after.modified == datetime(2025, 7, 22, 10, tzinfo=UTC)
    assert after.created == before.created


@pytest.mark.parametrize("uid", [DEVELOPMENT, MEETING])
def test_a_correction_of_the_words_moves_the_stamp_and_not_the_sequence(log: Log, uid: str) -> None:
    before = log.takes(FIRST_DAY).event(uid)

    words = correction("2025-07-22-corrected", ANNOUNCED, {"title": "Seoul names a day for talks"})
    after = log.takes(words, at="2025-07-22T10:00:00").event(uid)

    assert after.stamp == datetime(2025, 7, 22, 10, tzinfo=UTC)
    assert after.sequence == before.sequence == 0


@pytest.mark.parametrize("slip", [False, True])
def test_a_correction_that_moves_a_meeting_raises_its_sequence(log: Log, slip: bool) -> None:
    before = log.takes(FIRST_DAY).event(MEETING)

    content = {"effects": [INTRODUCED, scheduled("2025-07-26", place="Washington")]}
    right = correction("2025-07-22-corrected", ANNOUNCED, content, slip=slip)
    after = log.takes(right, at="2025-07-22T10:00:00").event(MEETING)

    assert after.start == date(2025, 7, 26)
    assert after.sequence > before.sequence
    assert after.stamp == datetime(2025, 7, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("slip", [False, True])
def test_a_meeting_that_goes_back_to_its_first_day_has_moved_again(log: Log, slip: bool) -> None:
    there = log.takes(FIRST_DAY, MOVED).event(MEETING)

    never = retraction("2025-07-24-retracted", MOVED["id"], slip=slip)
    back = log.takes(never, at="2025-07-24T10:00:00").event(MEETING)

    assert (there.start, back.start) == (date(2025, 7, 28), date(2025, 7, 25))
    assert back.sequence > there.sequence
    assert back.stamp == datetime(2025, 7, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        correction("2025-07-22-said", ANNOUNCED, {"occurred": "2025-07-21"}),
        retraction("2025-07-22-said", ANNOUNCED),
    ],
    ids=["corrected", "retracted"],
)
def test_a_development_that_is_again_as_it_was_has_changed_again(
    log: Log, said: Mapping[str, Any]
) -> None:
    there = log.takes(FIRST_DAY).takes(said, at="2025-07-22T10:00:00").event(DEVELOPMENT)

    undone = retraction("2025-07-23-undone", "2025-07-22-said")
    back = log.takes(undone, at="2025-07-23T10:00:00").event(DEVELOPMENT)

    assert (back.status, back.start) == ("CONFIRMED", date(2025, 7, 20))
    assert back.sequence > there.sequence
    assert back.stamp == datetime(2025, 7, 23, 10, tzinfo=UTC)


def test_a_retraction_cancels_the_development_of_its_log(log: Log) -> None:
    before = log.takes(FIRST_DAY).event(DEVELOPMENT)

    never = retraction("2025-07-22-retracted", ANNOUNCED)
    after = log.takes(never, at="2025-07-22T10:00:00").event(DEVELOPMENT)

    assert after.status == "CANCELLED"
    assert after.summary == f"Cancelled: {before.summary}"
    assert after.start == before.start
    assert after.sequence > before.sequence


# -- what was known -----------------------------------------------------------------------


def test_a_calendar_of_an_earlier_knowledge_has_uids_and_a_name_of_its_own(log: Log) -> None:
    log.takes(FIRST_DAY, MOVED)

    live, then = log.calendar(), log.calendar(known_by=date(2025, 7, 21))

    assert lines_of(live, "NAME") == ["NAME:Tracker"]
    assert lines_of(then, "NAME") == ["NAME:Tracker (known by 2025-07-21)"]
    assert lines_of(then, "X-WR-CALNAME") == ["X-WR-CALNAME:Tracker (known by 2025-07-21)"]
    assert events(then).keys() == {
        f"{DEVELOPMENT}-known-by-2025-07-21",
        f"{MEETING}-known-by-2025-07-21",
    }
    assert events(live).keys().isdisjoint(events(then))


@pytest.mark.parametrize(("known_by", "day"), [("2025-07-21", 25), ("2025-07-22", 28)])
def test_a_meeting_is_on_the_day_that_was_known(log: Log, known_by: str, day: int) -> None:
    log.takes(FIRST_DAY, MOVED)

    found = events(log.calendar(known_by=date.fromisoformat(known_by)))

    assert found[f"{MEETING}-known-by-{known_by}"].start == date(2025, 7, day)


@pytest.mark.parametrize(
    ("known_by", "status"), [("2025-07-21", "CONFIRMED"), ("2025-07-22", "CANCELLED")]
)
def test_a_retraction_counts_from_the_day_it_was_reported(
    log: Log, known_by: str, status: str
) -> None:
    log.takes(FIRST_DAY, retraction("2025-07-22-retracted", ANNOUNCED))

    found = events(log.calendar(known_by=date.fromisoformat(known_by)))

    assert found[f"{DEVELOPMENT}-known-by-{known_by}"].status == status


def test_a_calendar_of_another_coordinate_has_uids_and_a_name_of_its_own(log: Log) -> None:
    log.takes(FIRST_DAY, MOVED)

    then = log.calendar(as_of=date(2025, 7, 21), at_version=2)

    assert lines_of(then, "NAME") == [r"NAME:Tracker (as of 2025-07-21\, at version 2)"]
    assert f"{MEETING}-as-of-2025-07-21-at-version-2" in events(then)
    assert events(log.calendar()).keys().isdisjoint(events(then))


@pytest.mark.parametrize(("as_of", "day"), [("2025-07-21", 25), ("2025-07-22", 28)])
def test_a_meeting_is_on_the_day_on_which_it_was_to_be_held_then(
    log: Log, as_of: str, day: int
) -> None:
    log.takes(FIRST_DAY, MOVED)

    found = log.event(f"{MEETING}-as-of-{as_of}", as_of=date.fromisoformat(as_of))

    assert found.start == date(2025, 7, day)


def test_a_rate_that_was_decided_later_is_not_on_the_calendar_as_it_stood(log: Log) -> None:
    lower = line("rate-set", rate=15) | {"from": "2025-08-07"}
    log.takes(proclaimed(since="2025-04-03"), entry("2025-07-31-lower", lower))

    def starts(**asked: Any) -> set[date]:
        found = events(log.calendar(what={What.effective, What.expiries}, **asked))
        return {each.start for each in found.values()}

    assert starts(as_of=date(2025, 7, 30)) == {date(2025, 4, 3)}
    assert starts(as_of=date(2025, 7, 31)) == {date(2025, 4, 3), date(2025, 8, 7)}


def test_as_of_a_day_counts_what_was_reported_later_and_known_by_does_not(log: Log) -> None:
    late = entry("2025-07-20-late", reported="2025-07-30")
    log.takes(late)

    day = date(2025, 7, 21)
    assert len(events(log.calendar(as_of=day))) == 1
    assert len(events(log.calendar(as_of=day, known_by=day))) == 0


def test_a_calendar_at_a_version_is_the_one_there_was(log: Log) -> None:
    log.takes(FIRST_DAY)
    before = events(log.calendar())
    log.takes(MOVED, correction("2025-07-22-right", ANNOUNCED, {"title": "Talks"}))

    after = events(log.calendar(at_version=1))

    bare = {uid.removesuffix("-at-version-1"): each for uid, each in after.items()}
    assert {uid: replace(each, uid="") for uid, each in bare.items()} == {
        uid: replace(each, uid="") for uid, each in before.items()
    }


def test_a_version_that_is_not_there_has_no_calendar(log: Log) -> None:
    log.takes(FIRST_DAY)

    with pytest.raises(NotFound):
        log.calendar(at_version=2)


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": date(2025, 7, 21)},
        {"as_of": date(2025, 7, 23), "known_by": date(2025, 7, 22)},
        {"at_version": 3},
        {"known_by": date(2025, 7, 23), "at_version": 5},
    ],
    ids=str,
)
@pytest.mark.parametrize("spans", [False, True])
def test_another_coordinate_shows_as_if_all_of_it_were_replayed(
    log: Log, asked: dict[str, Any], spans: bool
) -> None:
    pause = line("rate-set", rate=10, until="2025-08-01") | {"from": "2025-05-03"}
    told = (proclaimed(since="2025-04-03"), FIRST_DAY, entry("2025-05-01-paused", pause), MOVED)
    log.takes(*told, UNION)
    log.takes(CANCELLED, correction("2025-07-22-day", ANNOUNCED, {"occurred": "2025-07-21"}))

    found = log.pieces(spans=spans, **asked)

    assert len(found) > 4
    assert found[1:-1] == log.twin(spans=spans, **asked)


# -- how long what is called off stays ------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "uid"),
    [(CANCELLED, MEETING), (retraction("2025-07-24-not-so", ANNOUNCED), DEVELOPMENT)],
    ids=["a meeting", "a development"],
)
def test_what_is_called_off_stays_for_ninety_days_and_is_then_gone(
    log: Log, off: Mapping[str, Any], uid: str
) -> None:
    log.takes(FIRST_DAY).takes(off, at="2025-07-24T10:00:00")

    log.now = datetime(2025, 10, 22, 23, 59, tzinfo=UTC)
    assert log.event(uid).status == "CANCELLED"
    log.now = datetime(2025, 10, 23, 0, 0, tzinfo=UTC)
    assert uid not in events(log.calendar())


def test_the_ninety_days_are_counted_to_the_day_that_is_asked_about(log: Log) -> None:
    log.takes(FIRST_DAY).takes(CANCELLED, at="2025-07-24T10:00:00")

    def has(as_of: str) -> bool:
        day = date.fromisoformat(as_of)
        return f"{MEETING}-as-of-{as_of}" in events(log.calendar(as_of=day))

    assert has("2025-10-22")
    assert not has("2025-10-23")


# -- what is asked for ----------------------------------------------------------------------

UNION = entry(
    "1993-11-01-eu-founded",
    {
        "subject": "agreement/eu",
        "kind": "agreement-introduced",
        "title": "European Union",
        "form": "bloc",
    },
    {
        "subject": "agreement/eu",
        "kind": "agreement-stage-set",
        "stage": "in-force",
        "parties": ["DE"],
    },
)
IN_FORCE = "1993-11-01-eu-founded.agreement.eu.enters-into-force-1993-11-01"
PROMISED = entry(
    "2025-07-22-promised",
    {
        "kind": "commitment-made",
        "subject": "commitment/ships",
        "title": "Ships",
        "by": "KR",
        "to": ["US"],
        "what": "Build ships.",
        "due": "2026-01-01",
    },
)


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ({What.effective}, {"effect", "force"}),
        ({What.expiries}, {"expires"}),
        ({What.meetings}, {"meeting"}),
        ({What.deadlines}, {"due"}),
        ({What.developments, What.deadlines}, {"development", "due"}),
    ],
)
def test_a_calendar_shows_what_is_asked_for(log: Log, what: set[What], shown: set[str]) -> None:
    log.takes(FIRST_DAY, UNION, PROMISED, proclaimed(since="2025-04-03", expires="2025-07-03"))

    found = events(log.calendar(what=what))

    assert {re.findall(r"[a-z]+", uid)[-1] for uid in found} == shown


@pytest.mark.parametrize(
    ("kind", "uids"),
    [
        ("agreement", {IN_FORCE, "1993-11-01-eu-founded.development"}),
        ("meeting", {MEETING, DEVELOPMENT}),
        ("announcement", {DEVELOPMENT, "1993-11-01-eu-founded.development"}),
        ("order", set()),
        ("talks", set()),
    ],
)
def test_a_calendar_can_be_of_one_kind_of_subject_or_of_event(
    log: Log, kind: str, uids: set[str]
) -> None:
    log.takes(FIRST_DAY, UNION)

    assert events(log.calendar(kind=kind)).keys() == uids


@pytest.mark.parametrize(("party", "theirs"), [("KR", True), ("US", True), ("JP", False)])
def test_a_partys_calendar_has_what_it_promises_and_what_it_is_promised(
    log: Log, party: str, theirs: bool
) -> None:
    log.takes(PROMISED)

    assert ("commitment.ships.due" in events(log.calendar(party=party))) is theirs


def test_a_partys_calendar_has_the_agreements_it_is_a_party_to(log: Log) -> None:
    log.takes(UNION)

    assert IN_FORCE in events(log.calendar(party="DE"))
    assert IN_FORCE not in events(log.calendar(party="JP"))


def test_a_partys_calendar_keeps_what_is_retracted_of_it(log: Log) -> None:
    never = retraction("2025-07-24-not-so", PROMISED["id"])
    log.takes(PROMISED).takes(never, at="2025-07-24T10:00:00")

    assert log.event("commitment.ships.due", party="KR").status == "CANCELLED"


def test_meetings_and_deadlines_are_told_of_beforehand_and_nothing_else(log: Log) -> None:
    log.takes(FIRST_DAY, PROMISED, UNION)

    found = events(log.calendar(alarm=timedelta(days=1)))

    assert {uid for uid, each in found.items() if each.alarms == (timedelta(days=-1),)} == {
        MEETING,
        "commitment.ships.due",
    }


def test_what_is_called_off_is_not_told_of(log: Log) -> None:
    log.takes(FIRST_DAY, CANCELLED)

    assert b"VALARM" not in log.calendar(alarm=timedelta(days=1))


def test_a_calendar_that_nobody_reads_to_its_end_is_no_hindrance_to_the_next(log: Log) -> None:
    log.takes(FIRST_DAY, UNION)
    with closing(Tracker(str(log.path))) as tracker:
        begun = tracker.calendar()
        next(begun)
        next(begun)
        del begun

        assert b"".join(tracker.calendar()) == log.calendar()


def test_a_development_of_1815_with_ten_thousand_sources_is_on_the_calendar(log: Log) -> None:
    urls = [f"https://example.org/{number}" for number in range(10_000)]
    sources = [{"url": url, "published": "1815-06-09"} for url in urls]
    log.takes(entry("1815-06-09-congress", sources=sources))

    found = log.event("1815-06-09-congress.development")

    assert found.start == date(1815, 6, 9)
    assert found.description.splitlines()[-10_000:] == urls


# -- in several files -----------------------------------------------------------------------


def test_the_parts_of_a_calendar_are_calendars_and_have_all_of_it() -> None:
    pieces = [written()[: -len(ics.CLOSING)]]
    pieces += [ics.written(item(uid=f"item-{number}")) for number in range(9)]
    pieces.append(ics.CLOSING)
    longest = len(pieces[0]) + 4 * len(pieces[1]) + len(ics.CLOSING)

    found = [b"".join(part) for part in ics.parts(pieces, longest)]

    assert [len(events(part)) for part in found] == [4, 4, 1]
    assert [uid for part in found for uid in events(part)] == [f"item-{n}" for n in range(9)]
    assert max(map(len, found)) == longest


def test_an_event_that_is_too_long_by_itself_is_alone_in_its_part() -> None:
    long = ics.written(item(uid="long", description="long " * 1000))
    pieces = [written()[: -len(ics.CLOSING)], long, ics.written(item(uid="short")), ics.CLOSING]

    found = [events(b"".join(part)).keys() for part in ics.parts(pieces, 1000)]

    assert found == [{"long"}, {"short"}]


def test_a_calendar_without_events_is_one_part() -> None:
    pieces = [written()[: -len(ics.CLOSING)], ics.CLOSING]

    assert list(ics.parts(pieces, 10)) == [pieces]


# -- days on which measures change ---------------------------------------------------------

AUTOS = "measure/us-232-autos"
TAKES_EFFECT = f"{PROCLAIMED}.measure.us-232-autos.takes-effect-2025-04-03"


def line(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "subject": AUTOS, "line": "cars"} | fields


def tariff(partners: Iterable[str] = ("*",), **span: str) -> list[dict[str, Any]]:
    """The tariff and its one line; ``since`` for ``from``, which is a word of the language."""
    days = {"from" if name == "since" else name: day for name, day in span.items()}
    introduced = {
        "kind": "measure-introduced",
        "subject": AUTOS,
        "title": "Tariff on cars",
        "imposer": "US",
        "instrument": "tariff",
    }
    scope = line("scope-set", partners=list(partners), **days)
    return [introduced, scope, line("rate-set", rate=25, **days)]


def proclaimed(partners: Iterable[str] = ("*",), **span: str) -> dict[str, Any]:
    return entry(PROCLAIMED, *tariff(partners, **span), kind="proclamation")


def changes(log: Log) -> set[tuple[str, date]]:
    """What the calendar says of the tariff, and on which days."""
    found = events(log.calendar(subject=AUTOS)).items()
    return {(each.summary, each.start) for uid, each in found if ".measure." in uid}


def test_the_day_on_which_a_measure_takes_effect_is_on_the_calendar(log: Log) -> None:
    log.takes(proclaimed(since="2025-04-03T00:01-04:00"), at="2025-03-27T08:00:00")

    found = log.event(TAKES_EFFECT)

    assert found.summary == "Tariff on cars: takes effect"
    assert (found.start, found.end) == (date(2025, 4, 3), date(2025, 4, 4))
    assert "Lines: cars" in found.description
    assert "2025-04-03T00:01-04:00" in found.description
    assert found.stamp == datetime(2025, 3, 27, 8, tzinfo=UTC)


def test_a_line_expires_on_the_first_day_on_which_nothing_holds(log: Log) -> None:
    log.takes(proclaimed(since="2025-04-03", expires="2025-07-03"))

    assert changes(log) == {
        ("Tariff on cars: takes effect", date(2025, 4, 3)),
        ("Tariff on cars: expires", date(2025, 7, 3)),
    }


def test_a_measure_that_held_for_a_while_stays_on_the_calendar(log: Log) -> None:
    log.takes(proclaimed(since="2025-04-03", until="2025-07-03"))

    found = changes(log)

    assert ("Tariff on cars: takes effect", date(2025, 4, 3)) in found
    assert date(2025, 7, 3) in {day for _, day in found}


def test_after_a_pause_a_rate_takes_effect_again(log: Log) -> None:
    pause = line("rate-set", rate=10, until="2025-08-01") | {"from": "2025-05-03"}

    log.takes(proclaimed(since="2025-04-03"), entry("2025-05-01-paused", pause))

    assert changes(log) == {
        ("Tariff on cars: takes effect", date(2025, 4, 3)),
        ("Tariff on cars: takes effect", date(2025, 5, 3)),
        ("Tariff on cars: takes effect", date(2025, 8, 1)),
    }


def test_the_end_of_a_measure_is_on_the_calendar(log: Log) -> None:
    end = {"kind": "measure-ended", "subject": AUTOS, "from": "2025-09-15"}

    log.takes(proclaimed(since="2025-04-03"), entry("2025-09-01-ended", end))

    assert changes(log) == {
        ("Tariff on cars: takes effect", date(2025, 4, 3)),
        ("Tariff on cars: ends", date(2025, 9, 15)),
    }


def test_a_correction_that_moves_a_day_of_effect_keeps_its_uid_and_raises_its_sequence(
    log: Log,
) -> None:
    before = log.takes(proclaimed(since="2025-04-03")).event(TAKES_EFFECT)

    right = correction("2025-03-28-corrected", PROCLAIMED, {"effects": tariff(since="2025-04-05")})
    after = log.takes(right, at="2025-07-22T10:00:00").event(TAKES_EFFECT)

    assert (before.start, after.start) == (date(2025, 4, 3), date(2025, 4, 5))
    assert after.stamp == datetime(2025, 7, 22, 10, tzinfo=UTC)
    assert after.sequence > before.sequence


def test_what_moved_and_moves_back_keeps_its_uid_and_never_lowers_its_sequence(log: Log) -> None:
    log.takes(proclaimed(since="2025-04-03"))
    to = {"effects": tariff(since="2025-04-05")}
    log.takes(correction("2025-03-28-moved", PROCLAIMED, to), at="2025-07-22T10:00:00")
    log.takes(retraction("2025-03-29-back", "2025-03-28-moved"), at="2025-07-23T10:00:00")

    found = [each for uid, each in events(log.calendar()).items() if ".measure." in uid]

    assert [(each.start, each.sequence) for each in found] == [(date(2025, 4, 3), 2)]
    assert log.twin() == log.pieces()[1:-1]


def test_a_line_that_is_put_off_leaves_the_days_of_the_others_as_they_were(log: Log) -> None:
    trucks = [
        {**each, "line": "trucks", "from": "2025-05-01"} for each in tariff(since="2025-04-03")[1:]
    ]
    log.takes(entry(PROCLAIMED, *tariff(since="2025-04-03"), *trucks))
    before = log.written("takes-effect-2025-05-01")

    put_off = line("rate-set", rate=0, **{"from": "2025-04-03"})
    log.takes(entry("2025-03-30-put-off", put_off), at="2025-07-22T10:00:00")

    assert len(before) == 1
    assert log.written("takes-effect-2025-05-01") == before
    assert log.event(TAKES_EFFECT).status == "CANCELLED"
    assert log.twin() == log.pieces()[1:-1]


def test_days_in_force_never_go_by_the_name_of_another_day(log: Log) -> None:
    trucks = [
        {**each, "line": "trucks", "until": "2025-09-01"} for each in tariff(since="2025-04-03")[1:]
    ]
    log.takes(entry(PROCLAIMED, *tariff(since="2025-04-03", until="2025-07-03"), *trucks))

    plain, spans = events(log.calendar()), events(log.calendar(spans=True))

    both = plain.keys() & spans.keys()
    assert {uid: (spans[uid].start, spans[uid].end) for uid in both} == {
        uid: (plain[uid].start, plain[uid].end) for uid in both
    }
    assert len(spans.keys() - both) == 2


def test_what_is_no_longer_so_says_by_what_and_names_its_sources(log: Log) -> None:
    log.takes(proclaimed(since="2025-04-03"))
    log.takes(retraction("2025-03-30-not-so", PROCLAIMED), at="2025-07-22T10:00:00")

    effect, told = log.event(TAKES_EFFECT), log.event(f"{PROCLAIMED}.development")

    assert (effect.status, told.status) == ("CANCELLED", "CANCELLED")
    assert "[no longer so: 2025-03-30-not-so]" in effect.description
    assert "[retracted by 2025-03-30-not-so]" in told.description
    for each in (effect, told):
        assert "https://en.yna.co.kr/2025-03-30-not-so" in each.description


@pytest.mark.parametrize(("party", "theirs"), [("US", True), ("MX", True), ("JP", False)])
def test_a_partys_calendar_has_the_measures_it_imposes_and_those_on_its_goods(
    log: Log, party: str, theirs: bool
) -> None:
    log.takes(proclaimed(["MX"], since="2025-04-03"))

    assert (TAKES_EFFECT in events(log.calendar(party=party))) is theirs


@pytest.mark.parametrize(("party", "theirs"), [("DE", True), ("JP", False)])
def test_a_partys_calendar_has_the_measures_on_a_group_that_it_is_in(
    log: Log, party: str, theirs: bool
) -> None:
    union = {"subject": "agreement/eu"}
    founded = entry(
        "1993-11-01-eu-founded",
        union | {"kind": "agreement-introduced", "title": "European Union", "form": "bloc"},
        union | {"kind": "agreement-stage-set", "stage": "in-force", "parties": ["DE"]},
    )
    log.takes(founded, proclaimed(["EU"], since="2025-04-03"))

    assert (TAKES_EFFECT in events(log.calendar(party=party))) is theirs


def test_a_partys_calendar_keeps_a_measure_that_expired(log: Log) -> None:
    log.takes(proclaimed(["JP"], since="2025-04-03", expires="2025-07-03"))

    assert TAKES_EFFECT in events(log.calendar(party="JP"))


def test_a_meeting_put_off_to_no_day_in_particular_stays_where_it_was_and_is_tentative(
    log: Log,
) -> None:
    log.takes(FIRST_DAY)
    log.takes(entry("2025-07-22-put-off", scheduled("2026")), at="2025-07-22T10:00:00")

    found = log.event(MEETING)

    assert (found.start, found.status) == (date(2025, 7, 25), "TENTATIVE")
    assert "The day is not known: 2026." in found.description


def test_a_day_that_turns_out_to_be_vague_calls_nothing_off(log: Log) -> None:
    log.takes(FIRST_DAY)
    vague = correction("2025-07-22-vague", ANNOUNCED, {"occurred": "2025"})
    log.takes(vague, at="2025-07-22T10:00:00")

    found = log.event(DEVELOPMENT)

    assert (found.start, found.status) == (date(2025, 7, 20), "CONFIRMED")
    assert "The day is not known: 2025." in found.description


# -- the catalogue that ships -------------------------------------------------------------


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the whole catalogue."""
    path = tmp_path_factory.mktemp("catalogue") / "tracker.db"
    with closing(Tracker(str(path), now=lambda: RECORDED)) as tracker:
        tracker.open()
    return path


@pytest.fixture(scope="module")
def catalogue(database: Path) -> bytes:
    """The calendar of the whole catalogue."""
    return Log(database).calendar()


def test_the_shipped_calendar_is_the_same_bytes_made_the_slow_way(
    database: Path, catalogue: bytes
) -> None:
    said = (
        "Developments, days on which measures and agreements take effect or change, "
        "days on which they end, meetings, deadlines"
    )
    found = twin.items(database, Choice(RECORDED.date()))

    assert catalogue == twin.calendar(found, name="Tracker", description=said)


@pytest.mark.parametrize("reader", ["ical", "vobject"])
def test_readers_find_the_same_events_in_the_shipped_calendar(
    catalogue: bytes, reader: str
) -> None:
    expected = {uid: comparable(each, reader) for uid, each in events(catalogue).items()}

    found = READERS[reader](catalogue)

    assert {uid: comparable(each, reader) for uid, each in found.items()} == expected


def test_a_reader_by_a_grammar_finds_the_same_meetings_in_the_shipped_calendar(
    database: Path,
) -> None:
    # It takes seconds for a thousand events, so it is given some of them only.
    data = Log(database).calendar(what={What.meetings, What.deadlines}, alarm=timedelta(days=1))
    expected = {uid: comparable(each, "ics") for uid, each in events(data).items()}

    found = READERS["ics"](data)

    assert len(found) > 100
    assert {uid: comparable(each, "ics") for uid, each in found.items()} == expected


def test_no_uid_stands_twice_in_the_shipped_calendar(catalogue: bytes) -> None:
    uids = lines_of(catalogue, "UID")

    assert uids
    assert [uid for uid, times in Counter(uids).items() if times > 1] == []


def test_every_event_of_the_shipped_calendar_is_over_after_it_begins(catalogue: bytes) -> None:
    for uid, each in events(catalogue).items():
        assert type(each.end) is type(each.start), uid
        assert each.start < each.end, uid


def test_every_event_of_the_shipped_calendar_is_stamped_by_the_log(catalogue: bytes) -> None:
    for uid, each in events(catalogue).items():
        assert each.created == each.stamp == each.modified == RECORDED, uid


def test_no_event_of_the_shipped_calendar_names_a_category_twice(catalogue: bytes) -> None:
    twice = [
        uid
        for uid, event in events(catalogue).items()
        if len(event.categories) != len(set(event.categories))
    ]

    assert twice == []


def test_the_lines_of_the_shipped_calendar_have_at_most_75_octets(catalogue: bytes) -> None:
    folded = catalogue.split(b"\r\n")

    assert max(map(len, folded)) <= 75
    assert b"\n" not in b"".join(folded)
    assert b"\r" not in b"".join(folded)
