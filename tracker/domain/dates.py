"""Days: civil dates, vague ones, and the coordinate that every question carries.

A day is the civil date that was written.  An hour with its zone is kept beside it
and never moves it.  A vague day keeps its text and has an earliest and a latest day;
the notation is the small part of EDTF (ISO 8601-2:2019, levels 0 to 2) that we need.
"""

from __future__ import annotations

import re
import reprlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tracker.errors import BadDay

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

FIRST = date.min
"""The first day of a span that has no beginning."""

EVER = date.max
"""The day that ends a span without an end; no question is asked about it."""

LAST = EVER - timedelta(days=1)
"""The last day that can be asked about, or known by."""

_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_PLAIN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?[?~%]?", re.ASCII)
_SLASHED = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class When:
    """A day as a source gives it, perhaps vague.

    ``earliest`` and ``latest`` are both days on which it may have been; they are the
    same for a known day.  ``? ~ %`` are kept in the text and do not widen it.
    """

    text: str
    earliest: date
    latest: date

    @classmethod
    def on(cls, day: date) -> When:
        """The known day *day*."""
        return cls(day.isoformat(), day, day)

    @classmethod
    def read(cls, value: object) -> When:
        """The day that *value* says: a text, a date, or an instant with its zone.

        Texts: ``2025-04-03``, ``2025-04-03T00:01-04:00``, ``2025-04``, ``2025``, each of the
        last three also with ``?``, ``~`` or ``%``; ``../1816-01-01`` (on that day or before)
        and ``[2025-04-25..2025-04-29]`` (one of these days).

        Raises:
            BadDay: the text is none of these, names a day that no calendar has, or an
                instant has no zone.
        """
        match value:
            case str():
                return cls._read(value.strip())
            case When():
                return value
            case datetime():
                if value.tzinfo is None:
                    raise BadDay(
                        f"{value.isoformat()} has no zone: write it as 2025-04-03T00:01-04:00"
                    )
                return cls._read(value.isoformat(timespec="minutes"))
            case date():
                return cls.on(value)
            case _:
                raise BadDay(f"{reprlib.repr(value)} is no day: write it as 2025-04-03")

    # Entries name the same days over and over, and reading one costs as much as all else of it.
    @classmethod
    @lru_cache(maxsize=1 << 14)
    def _read(cls, text: str) -> When:
        if hour := _HOUR.fullmatch(text):
            day = _civil(hour[1], text)
            found = cls(f"{hour[1]}T{hour[2]}{hour[3].replace('Z', '+00:00')}", day, day)
            if day == FIRST and (found.instant().utcoffset() or timedelta()) > timedelta():
                # There it may be the day before, which no calendar has.
                raise BadDay(f"{text} is before the first day in UTC: leave out the hour")
            return found
        if text.startswith("../"):
            end = cls._plain(text[3:], text)
            return cls(text, FIRST, end.latest)
        if text.startswith("[") and text.endswith("]") and ".." in text:
            first, last = (cls._plain(part, text) for part in text[1:-1].split("..", 1))
            if last.latest < first.earliest:
                raise BadDay(f"{text} ends before it begins: write the earlier day first")
            return cls(text, first.earliest, last.latest)
        return cls._plain(text, text)

    @classmethod
    def _plain(cls, text: str, whole: str) -> When:
        match = _PLAIN.fullmatch(text)
        if match is None:
            raise BadDay(_no_day(whole))
        year, month, day = match.groups()
        if day:
            known = _civil(f"{year}-{month}-{day}", whole)
            return cls(text, known, known)
        first, last = _period(int(year), int(month) if month else None, whole)
        return cls(text, first, last)

    @property
    def known(self) -> bool:
        """Whether it is one day."""
        return self.earliest == self.latest

    @property
    def hour(self) -> str | None:
        """The instant as written, with its zone, when the act names an hour."""
        return self.text if "T" in self.text else None

    def instant(self) -> datetime:
        """The instant that the hour names.

        Raises:
            ValueError: the day has no hour.
        """
        if self.hour is None:
            raise ValueError(f"{self.text} names no hour")
        return datetime.fromisoformat(self.text)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import PydanticCustomError, core_schema

        def read(value: object) -> When:
            try:
                return cls.read(value)
            except BadDay as error:
                raise PydanticCustomError("bad_day", "{why}", {"why": str(error)}) from None

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "description": "A day: 2025-04-03, with an hour 2025-04-03T00:01-04:00, or vague: "
            "2025-04, 2025, 2025-04~, ../1816-01-01, [2025-04-25..2025-04-29]",
        }


@dataclass(frozen=True, slots=True)
class AsOf:
    """The coordinate of a question; it goes through every read in one piece.

    Attributes:
        day: the day asked about.
        known_by: the last day whose reports count; None counts them all.
        at_version: how many events of the log count; None counts them all.
        expected: the day lies after the day of knowledge, so that the answer is what
            was then expected and not what happened.
        reading: a rival event, to be folded in place of the one that it disagrees with.
    """

    day: date
    known_by: date | None = None
    at_version: int | None = None
    expected: bool = False
    reading: str | None = None

    @classmethod
    def asked(
        cls,
        day: date,
        *,
        known_by: date | None,
        at_version: int | None,
        today: date,
        reading: str | None = None,
    ) -> AsOf:
        """The coordinate of a question that is put on *today*."""
        return cls(day, known_by, at_version, day > (known_by or today), reading)

    @property
    def knowledge(self) -> date:
        """The last day whose reports count, as a day that can be compared."""
        return self.known_by or LAST


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month, quarter or span that somebody typed: its first and last day, both in it."""

    first: date
    last: date
    text: str

    @property
    def echo(self) -> str:
        """How it was understood, to be shown to whoever typed it."""
        if self.text == self.last.isoformat():
            return self.text
        return (
            f"{self.last} ({self.text})"
            if self.first == self.last
            else (f"{self.last} (the last day of {self.text})")
        )


_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}
_AGO = re.compile(r"([+-])(\d{1,5})([dwmy])", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])", re.ASCII)


def read_period(text: str, *, today: date) -> Period:
    """The days that *text* means on a command line.

    ``2025-04-03``, ``2025-04``, ``2025``, ``2025-Q2``, ``today``, ``yesterday``, ``tomorrow``,
    ``+30d``, ``-2w`` (``d``, ``w``; ``m`` and ``y`` keep the day of the month or take its last),
    and ``A..B``, where A and B are any of these and either may be left out.

    Raises:
        BadDay: anything else; ``04/02/2025`` with a hint.
    """
    text = text.strip()
    if ".." in text:
        start, end = text.split("..", 1)
        first = read_period(start, today=today).first if start else FIRST
        last = read_period(end, today=today).last if end else LAST
        if last < first:
            raise BadDay(f"{text} ends before it begins: write the earlier day first")
        return Period(first, last, text)
    if text.lower() in _NAMED:
        return _one(today + timedelta(days=_NAMED[text.lower()]), text)
    if ago := _AGO.fullmatch(text):
        return _one(_shifted(today, int(ago[1] + ago[2]), ago[3], text), text)
    if quarter := _QUARTER.fullmatch(text):
        month = 3 * int(quarter[2])
        first, _ = _period(int(quarter[1]), month - 2, text)
        _, last = _period(int(quarter[1]), month, text)
        return Period(first, last, text)
    plain = _PLAIN.fullmatch(text)
    if plain is None or text[-1] in "?~%":
        more = "" if _SLASHED.fullmatch(text) else ", today, yesterday, +30d or 2025-Q2"
        raise BadDay(_no_day(text) + more)
    when = When.read(text)
    return Period(when.earliest, when.latest, text)


def read_asked_day(text: str, *, today: date) -> Period:
    """One day: that of a period is its last.

    Raises:
        BadDay: no day, or a span of two ends.
    """
    if ".." in text:
        raise BadDay(f"{text} is a span; one day is wanted here, such as {text.split('..')[-1]}")
    return read_period(text, today=today)


def _one(day: date, text: str) -> Period:
    return Period(day, day, text)


def _shifted(day: date, count: int, unit: str, text: str) -> date:
    try:
        if unit in "dw":
            return day + timedelta(days=count * (7 if unit == "w" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
        first, last = _period(months // 12, months % 12 + 1, text)
        return min(first.replace(day=1) + timedelta(days=day.day - 1), last)
    except OverflowError:
        raise BadDay(f"{text} is past the last day that can be asked about, {LAST}") from None


def _civil(text: str, whole: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadDay(f"{whole} is no day of the calendar") from None
    if day > LAST:
        raise BadDay(f"{whole} is past the last day that can be asked about, {LAST}")
    return day


def _period(year: int, month: int | None, whole: str) -> tuple[date, date]:
    try:
        if month is None:
            return date(year, 1, 1), date(year + 1, 1, 1) - timedelta(days=1)
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        return first, after - timedelta(days=1)
    except ValueError:
        raise BadDay(f"{whole} is no month or year of the calendar") from None


def _no_day(text: str) -> str:
    if _SLASHED.fullmatch(text):
        return (
            f"{text} could be two different days: write the year first, then month and day, "
            "as in 2025-04-02"
        )
    return f"{text!r} is no day: write it as 2025-04-03 (or 2025-04, 2025)"
