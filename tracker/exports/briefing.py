"""A briefing in words: what stands in every form of it, with its sources numbered as they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple, TypeVar

from tracker.domain.briefing import Briefing
from tracker.domain.changes import SubjectChanges
from tracker.domain.dates import AsOf
from tracker.domain.state import Held, Rival, SubjectState
from tracker.domain.told import Told
from tracker.exports import words

HEADINGS = {
    "measure": "Measures",
    "agreement": "Agreements",
    "talks": "Talks",
    "meeting": "Meetings",
    "commitment": "Commitments",
    "claim": "Claims",
}
"""Kind of subject → what a section of them is called, in the order of the sections."""

CLAIMS = "A claim is what one side says. It changes nothing else until an event confirms it."


class Row(NamedTuple):
    """What is said of a part of a subject, or of several parts that one event says alike.

    ``holds`` is empty for what certainly holds on the day; else it is ``perhaps``, ``next`` for
    what is due, or ``rival`` for what a source that disagrees says instead.
    """

    part: str
    holds: str
    value: str
    days: str
    event: str
    via: str | None


def rows(subject: SubjectState, at: AsOf) -> list[Row]:
    """What there is to say of *subject*: what holds, what may, what disagrees and what is due.

    The title is left out, as it stands above.
    """
    found = [
        row
        for parts, due in ((subject.parts, ""), (subject.due(at.day), "next"))
        for part in sorted(parts)
        if part != "title" or parts[part].rivals or not parts[part].certain
        for row in _rows_of(part, parts[part], due)
    ]
    found += [
        row for part, rivals in subject.disputed.items() for row in _rows_of_rivals(part, rivals)
    ]
    # A rival stays below what it disagrees with, and that is not put together with others.
    disputed = {row.part for row in found if row.holds == "rival"}
    return _together(found, disputed)


def _rows_of(part: str, held: Held, due: str) -> Iterator[Row]:
    if held.value is not None:
        yield _row(part, due or ("" if held.certain else "perhaps"), held)
    for possible in held.possible:
        yield _row(part, "perhaps", possible)
    yield from _rows_of_rivals(part, held.rivals)


def _rows_of_rivals(part: str, rivals: Iterable[Rival]) -> Iterator[Row]:
    for rival in rivals:
        value, days = words.of_value(part, rival.value), words.of_days(rival.since, rival.until)
        yield Row(part, "rival", value, days, rival.event, None)


def _row(part: str, holds: str, held: Held) -> Row:
    days = words.of_days(held.since, held.until, held.since_hour)
    return Row(part, holds, words.of_value(part, held.value), days, held.event, held.via)


def by_kind(subjects: Iterable[SubjectState]) -> list[tuple[str, list[SubjectState]]]:
    """Kind → its subjects, kinds in their order and subjects by slug."""
    order = list(HEADINGS)
    found = sorted(subjects, key=lambda each: (order.index(each.kind), each.subject))
    return [(kind, list(some)) for kind, some in groupby(found, key=lambda each: each.kind)]


def stages(subjects: Iterable[SubjectState]) -> str:
    """How many subjects are at which stage, the most first."""
    counts: dict[str, int] = {}
    for each in subjects:
        counts[each.stage or "there"] = counts.get(each.stage or "there", 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {stage}" for stage, count in ordered)


class Source(NamedTuple):
    """A document that an event was taken from, and what is said of it."""

    url: str
    title: str
    publisher: str
    published: str
    cites: str
    language: str | None


class Cited:
    """Events in the order in which they are first cited, and their sources, numbered."""

    def __init__(self, events: Mapping[str, Told]) -> None:
        self._events = events
        self._numbers: dict[Source, int] = {}
        self._by_event: dict[str, list[int]] = {}

    def numbers(self, event: str) -> list[int]:
        """The numbers of the sources of *event*, and of those that others brought for it."""
        found = self._by_event.get(event)
        if found is None:
            told = self._events[event]
            self._by_event[event] = found = []
            own = {self._number(each) for each in sources_of(told)}
            more = {number for name in speaking_of(told) for number in self.numbers(name)}
            found += sorted(own | more)
        return found

    def _number(self, source: Source) -> int:
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    @property
    def events(self) -> list[Told]:
        """The events that were cited, in their order."""
        return [self._events[name] for name in self._by_event]

    @property
    def sources(self) -> list[Source]:
        """The sources that were cited, in the order of their numbers."""
        return list(self._numbers)


def sources_of(told: Told) -> Iterator[Source]:
    """The sources that an entry names."""
    for each in told.content["sources"]:
        title, publisher, published, cites = (each.get(name, "") for name in _SAID)
        yield Source(each["url"], title, publisher, published, cites, each.get("language"))


_SAID = ("title", "publisher", "published", "cites")


def speaking_of(told: Told) -> list[str]:
    """The events that correct, retract or corroborate an event, as far as they count."""
    return [*filter(None, (told.corrected_by, told.retracted_by)), *told.corroborated_by]


def spans(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Sorted numbers as spans from a first to a last one: 1, 2, 3, 7 are 1 to 3 and 7 to 7."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def standing(told: Told) -> list[tuple[str, str]]:
    """What an event is to others, or others to it: in words, and the other one."""
    content = told.content
    said = [
        ("disagrees with", content.get("against")),
        (_SPEAKS.get(content["kind"], "speaks of"), content.get("of")),
        ("corrected by", told.corrected_by),
        ("retracted by", told.retracted_by),
        *(("more sources in", name) for name in told.corroborated_by),
    ]
    return [(how, name) for how, name in said if name]


_SPEAKS = {"correction": "corrects", "retraction": "retracts", "corroboration": "bears out"}


class Changed(NamedTuple):
    """What was said of a part before and is said of it now; or of several parts, alike.

    ``sign`` is ``corrected`` where an event that was wrong was put right, and ``late`` for what
    held on the earlier day already and was not known then.
    """

    part: str
    before: str
    after: str
    days: str
    sign: str
    event: str


AnyRow = TypeVar("AnyRow", Row, Changed)


def _together(found: Iterable[AnyRow], alone: Collection[str] = ()) -> list[AnyRow]:
    """*found* with a row for several parts of one sort of which the same is said; or *alone*."""
    joined: list[AnyRow] = []
    places: dict[object, int] = {}
    for row in found:
        above, _, _ = row.part.partition("/")
        key: object = len(joined) if row.part in alone else row._replace(part=above)
        place = places.setdefault(key, len(joined))
        if place == len(joined):
            joined.append(row)
        else:
            first = joined[place]
            joined[place] = first._replace(part=f"{first.part}, {_below(row.part)}")
    return joined


def _below(part: str) -> str:
    return part.partition("/")[2] or part


def changes(found: Briefing) -> list[tuple[str, str, list[Changed]]]:
    """Slug, title and rows of every subject that changed, kinds in their order."""
    order = list(HEADINGS)
    listed = sorted(
        found.changes, key=lambda each: (order.index(each.subject.split("/")[0]), each.subject)
    )
    told = ((each.subject, each.title, _together(_changed(each, found))) for each in listed)
    return [each for each in told if each[2]]


def _changed(changed: SubjectChanges, found: Briefing) -> Iterator[Changed]:
    before, by_part = found.before, {change.part: change for change in changed.parts}
    for row in words.of_changes(changed):
        change = by_part.get(row["part"])
        now = change.after if change else None
        sign = ""
        if change and change.cause == "corrected":
            sign = "corrected"
        elif now and now.since <= before.day:
            sign = "late" if found.events[now.event].reported > before.knowledge else ""
        yield Changed(
            row["part"] or "stage",
            row["before"] or "nothing",
            row["after"] or "nothing",
            words.of_days(now.since, now.until, now.since_hour) if now else "",
            sign,
            row["event"],
        )


def coordinate(found: Briefing) -> list[tuple[str, str]]:
    """For which day and by whose knowledge it speaks, and what pins the log it goes by."""
    at, pinned = found.state.as_of, found.pinned
    known = f"reports up to {at.known_by}" if at.known_by else "all that was reported so far"
    expected = " (what was then expected)" if at.expected else ""
    return [
        ("As of", f"{at.day}{expected}"),
        ("Going by", known),
        *([("As if right", at.reading)] if at.reading else []),
        ("Log", log_in_words(pinned.version, pinned.recorded)),
        ("Root", pinned.root),
    ]


def log_in_words(version: int, recorded: str | None) -> str:
    """How much the log holds, and when it received the last of it."""
    last = f", the last recorded {recorded[:16]}Z" if recorded else ""
    return f"version {version}{last}"


def since(found: Briefing) -> str:
    """The day that changes are told from, in words."""
    before = found.before
    known = "then known" if before.known_by == before.day else f"known by {before.known_by}"
    return f"Changes since {before.day}, as {known}"
