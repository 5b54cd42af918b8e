"""Tables: what is in each column, said once for every format that writes it.

A cell is a text, and an empty one is a missing value.  How it is to be read is the kind of
its column: a spreadsheet or a data frame is told so, and guesses nothing.  The columns are
a contract: new ones go to the end, and none is ever renamed, moved or taken away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tracker.domain.dates import FIRST, AsOf, When
from tracker.domain.state import Held, State, SubjectState, without_end

if TYPE_CHECKING:
    from tracker.domain.told import Told

Cells: TypeAlias = Sequence[str]
"""The cells of one row, in the order of the columns."""


class Kind(StrEnum):
    """How the cells of a column are to be read."""

    text = "text"  # what people wrote: anything
    code = "code"  # an id, a slug, a code, or several of them with spaces between
    when = "when"  # a day that may be vague, or an instant: 2025-04-03, 2025-04, 2025-04-03T00:01Z
    day = "day"  # 2025-04-03
    instant = "instant"  # in UTC: 2025-04-03T09:30:00.000000+00:00
    whole = "whole"  # 812
    number = "number"  # 27.5, exact
    truth = "truth"  # true, false


class Column(NamedTuple):
    """A column: its name, how its cells are read, what they mean."""

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    always: bool = False  # no cell of it is empty


class Table(NamedTuple):
    """A table: its columns in order, and those that tell its rows apart."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


PERCENT = "% of the customs value"


def _coordinate(day: str) -> tuple[Column, ...]:
    return (
        Column("as_of", Kind.day, day, always=True),
        Column("known_by", Kind.day, "The last day whose reports count; empty: all of them."),
        Column(
            "at_version",
            Kind.whole,
            "How many events of the log the answer goes by.",
            "events",
            always=True,
        ),
        Column(
            "expected",
            Kind.truth,
            "The day lies after the day of knowledge: what was then expected.",
            always=True,
        ),
    )


_READING = Column("reading", Kind.code, "The rival event that was taken to be right, if any.")

EVENTS = Table(
    "events",
    "One row an event, by id, as later events leave it.",
    (
        Column("event_id", Kind.code, "The event.", always=True),
        Column("version", Kind.whole, "Its place in the log, from 1 on.", always=True),
        Column("kind", Kind.code, "What kind of event it is.", always=True),
        Column("title", Kind.text, "What happened, in one sentence.", always=True),
        Column("occurred", Kind.when, "When it was decided, signed or announced.", always=True),
        Column(
            "reported",
            Kind.day,
            "The day from which it counts as known; 9999-12-31 where that cannot be told.",
            always=True,
        ),
        Column(
            "recorded_utc", Kind.instant, "The instant at which the log received it.", always=True
        ),
        Column("place", Kind.text, "Where it happened."),
        Column("parties", Kind.code, "The parties that acted: ISO 3166-1 codes, and our own."),
        Column("subjects", Kind.code, "What its effects are about."),
        Column("tags", Kind.code, "Its tags."),
        Column("summary", Kind.text, "What the sources say, in our words."),
        Column("source_url", Kind.code, "The address of the first source.", always=True),
        Column("source_publisher", Kind.text, "Who published the first source."),
        Column("source_published", Kind.when, "The day on which the first source came out."),
        Column("sources", Kind.code, "The addresses of all sources, apart by | .", always=True),
        Column("speaks_of", Kind.code, "The event that it corrects, retracts, or is against."),
        Column("corrected_by", Kind.code, "The correction that counts, if any."),
        Column("retracted_by", Kind.code, "The retraction that counts, if any."),
        Column("corroborated_by", Kind.code, "The events that bring more sources."),
        Column("rivals", Kind.code, "The events that disagree with it."),
        Column(
            "occurred_earliest", Kind.day, "The first day on which it may have occurred, if any."
        ),
        Column("occurred_latest", Kind.day, "The last day on which it may have occurred."),
    ),
    key=("event_id",),
)

STATE = Table(
    "state",
    "One row a fact: what a part of a subject is on a day, may be, or is due to become.",
    (
        *_coordinate("The day asked about."),
        Column("subject", Kind.code, "The measure, agreement, talks, … it is about.", always=True),
        Column("kind", Kind.code, "What kind of subject it is.", always=True),
        Column("title", Kind.text, "What the subject is called.", always=True),
        Column("stage", Kind.code, "The stage of the subject on the day."),
        Column("part", Kind.code, "The part of the subject.", always=True),
        Column(
            "holds",
            Kind.code,
            "now: it holds on the day; possible: it may; next: it is due.",
            always=True,
        ),
        Column("value", Kind.text, "What the part is: a word, a text, or JSON."),
        Column("certain", Kind.truth, "Nothing else may hold in its place.", always=True),
        Column("from", Kind.when, "The first day in force, or the hour that the act names."),
        Column("until", Kind.when, "The first day no longer in force, or the hour; empty: open."),
        Column("event", Kind.code, "The event that says so.", always=True),
        Column("corrected_by", Kind.code, "The correction whose content counts, if any."),
        Column("rivals", Kind.code, "The events that disagree."),
        _READING,
        Column("from_day", Kind.day, "The first day in force; empty: on all days before."),
        Column("until_day", Kind.day, "The first day no longer in force; empty: open."),
        Column(
            "rate_pct",
            Kind.number,
            "The rate of a line of a measure; its basis, and a specific duty, stand in value.",
            PERCENT,
        ),
        Column(
            "number", Kind.whole, "Which row it is of this part that holds so, from 1.", always=True
        ),
    ),
    key=("subject", "part", "holds", "number"),
)

DUTIES = Table(
    "duties",
    "What goods pay on entry, one row a change: of a day on which two measures change, two.",
    (
        Column("from", Kind.day, "The first day on which entries pay this.", always=True),
        Column("total", Kind.number, "All duties; empty where that is not known.", PERCENT),
        Column("additional", Kind.number, "All but the ordinary duty.", PERCENT),
        Column("charged", Kind.text, "What each measure charges, in points."),
        Column("measure", Kind.code, "A measure that charges more or less than before."),
        Column("before", Kind.number, "What it charged before.", PERCENT),
        Column("after", Kind.number, "What it charges from this day on.", PERCENT),
        Column("event", Kind.code, "The event that says so."),
        Column("unsettled", Kind.code, "The measures that are not settled, and not in the total."),
        Column("until", Kind.day, "The first day on which entries pay otherwise; empty: not asked"),
        Column("covered", Kind.truth, "The catalogue covers this day.", always=True),
        Column("forbidden_by", Kind.code, "The measures that forbid the entry, or license it."),
        Column("into", Kind.code, "Imported into.", always=True),
        Column("origin", Kind.code, "The country of origin.", always=True),
        Column("product", Kind.code, "The tariff code, or *: a good on no list.", always=True),
        Column("base", Kind.number, "The ordinary duty that was stated.", PERCENT),
        Column("given", Kind.code, "What else was stated of the goods."),
        *_coordinate("")[1:],
        _READING,
        Column("number", Kind.whole, "Which row it is of this day, from 1.", always=True),
    ),
    key=("from", "number"),
)

TABLES: Mapping[str, Table] = {table.name: table for table in (EVENTS, STATE, DUTIES)}


def cells_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Cells]:
    """The cells of *rows* under *columns*."""
    return ([cell(row.get(column)) for column in columns] for row in rows)


def cell(value: object) -> str:
    """A value as a cell: empty for none, JSON for what is no word and no number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


# -- events -------------------------------------------------------------------------------


def event_rows(events: Iterable[Told]) -> Iterator[dict[str, Any]]:
    """One row an event."""
    for told in events:
        cells = dict(zip(EVENTS.names, event_cells(told), strict=True))
        yield cells | {"version": told.version}


def event_cells(told: Told) -> Cells:
    """The cells of an event; lists are joined by spaces, addresses by a vertical bar."""
    said = told.content.get
    sources = said("sources", ())
    effects = said("effects") or said("content", {}).get("effects", ())
    first = sources[0]
    return (
        told.id,
        str(told.version),
        said("kind", ""),
        said("title", ""),
        said("occurred", ""),
        told.reported.isoformat(),
        told.recorded,
        said("place", ""),
        _words([actor.get("party") for actor in said("actors", ())]),
        _words([effect["subject"] for effect in effects]),
        " ".join(said("tags", ())),
        said("summary", ""),
        first["url"],
        first.get("publisher", ""),
        first.get("published", ""),
        " | ".join([source["url"] for source in sources]),
        said("of") or said("against") or "",
        told.corrected_by or "",
        told.retracted_by or "",
        " ".join(told.corroborated_by),
        " ".join(told.rivals),
        *possible_days(said("occurred", "")),
    )


def possible_days(occurred: str) -> tuple[str, str]:
    """The first and the last day that it may be; the first is empty where there is none."""
    if len(occurred) == WHOLE_DAY:
        return occurred, occurred
    when = When.read(occurred)
    first = "" if when.earliest == FIRST else when.earliest.isoformat()
    return first, when.latest.isoformat()


WHOLE_DAY = len("2025-04-03")


def _words(words: Iterable[str | None]) -> str:
    return " ".join(dict.fromkeys([word for word in words if word]))


# -- a state ------------------------------------------------------------------------------


def state_rows(state: State) -> Iterator[dict[str, Any]]:
    """One row a fact: what holds on the day, what possibly does, and what is due (``next``)."""
    at = state.as_of
    said, reading = {"as_of": at.day.isoformat(), **coordinate(at)}, at.reading
    for subject in state.subjects:
        for part, holds, number, held in _rows_of(subject):
            since, until = without_end(held.since), without_end(held.until)
            yield said | {
                "subject": subject.subject,
                "kind": subject.kind,
                "title": subject.title,
                "stage": subject.stage,
                "part": part,
                "holds": holds,
                "value": held.value,
                "certain": held.certain,
                "from": held.since_hour or since,
                "until": held.until_hour or until,
                "event": held.event,
                "corrected_by": held.via,
                "rivals": _words([rival.event for rival in held.rivals]),
                "reading": reading,
                "from_day": since,
                "until_day": until,
                "rate_pct": _rate(part, held.value),
                "number": number,
            }


def coordinate(at: AsOf) -> dict[str, Any]:
    """What the rows of an answer say of the knowledge that it goes by."""
    return {
        "known_by": at.known_by.isoformat() if at.known_by else None,
        "at_version": at.at_version,
        "expected": at.expected,
    }


def said(question: Mapping[str, Any], **narrowed: Any) -> dict[str, Any]:
    """A question as it is written into a file, without what was not asked; days are texts."""
    whole = {**question} | {name: value for name, value in narrowed.items() if value is not None}
    return {name: str(each) if isinstance(each, date) else each for name, each in whole.items()}


def _rows_of(subject: SubjectState) -> Iterator[tuple[str, str, int, Held]]:
    for part, held in sorted(subject.parts.items()):
        if held.value is not None:
            yield part, "now", 1, held
        for number, possible in enumerate(held.possible, start=1):
            yield part, "possible", number, possible
    for part, held in sorted(subject.next.items()):
        yield part, "next", 1, held


def _rate(part: str, value: Any) -> str | None:
    """The rate that a line of a measure bears, where it bears one that is known."""
    if not part.startswith("line/") or not isinstance(value, dict):
        return None
    rate = value.get("rate")
    return None if rate == "open" else rate
