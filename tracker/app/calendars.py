"""Calendars: what of the log has a day, in the order of days, as it is written.

A calendar of any length takes the same memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from tracker.app.telling import reader
from tracker.domain import calendar
from tracker.domain.calendar import Choice, Item, What
from tracker.domain.dates import LAST
from tracker.domain.state import held_row, names_party
from tracker.domain.told import Filter
from tracker.exports import ics
from tracker.store import dated, facts, sorting
from tracker.store import log as logs
from tracker.store.plain import Row

if TYPE_CHECKING:
    from tracker.domain.told import Recorded

_SUBJECT = itemgetter(0)


def pieces(
    conn: Connection,
    wanted: Filter,
    choice: Choice,
    groups: Collection[str],
    *,
    alarm: timedelta | None = None,
) -> Iterator[bytes]:
    """A calendar in pieces: its opening, one event each, by day and UID, and its end.

    Args:
        wanted: what to go by; the ``last`` day on which anything occurred that counts.
        choice: what of it is on the calendar.
        groups: those that the party of *wanted* belongs to.
        alarm: how long before meetings and deadlines to tell of them.
    """
    suffix, said = _coordinate(wanted)
    has, day_of, written = choice.has, calendar.day_of, ics.written

    def rows(items: Iterable[Item]) -> Iterator[sorting.Row]:
        for item in items:
            if has(item):
                content = written(item, suffix=suffix, alarm=alarm)
                yield sorting.Row(day_of(item).isoformat(), item.uid, content)

    yield ics.opening(name=_name(wanted) + said, description=_described(choice) + said)
    # Nearly everything is an event of which nothing was said, and these come in order.
    moved = chain(_revised(conn, wanted, choice), _dated_subjects(conn, wanted, choice, groups))
    with sorting.by_day(rows(moved)) as others:
        for row in merge(rows(_as_they_are(conn, wanted, choice)), others):
            yield row.content
    yield ics.CLOSING


def _coordinate(wanted: Filter) -> tuple[str, str]:
    """What a calendar adds to its UIDs and to its name where it does not go by all there is."""
    given = {
        "as of": wanted.last,
        "known by": wanted.known_by,
        "at version": wanted.at_version,
    }
    stated = {words: value for words, value in given.items() if value is not None}
    suffix = "".join(f"-{words.replace(' ', '-')}-{value}" for words, value in stated.items())
    said = ", ".join(f"{words} {value}" for words, value in stated.items())
    return suffix, f" ({said})" if said else ""


def _name(wanted: Filter) -> str:
    words = ("Tracker", wanted.party, wanted.concerning, wanted.subject)
    return " ".join(word for word in words if word)


def _described(choice: Choice) -> str:
    return ", ".join(_DESCRIBED[what] for what in What if what in choice.what).capitalize()


_DESCRIBED = {
    What.developments: "developments",
    What.effective: "days on which measures and agreements take effect or change",
    What.expiries: "days on which they end",
    What.meetings: "meetings",
    What.deadlines: "deadlines",
}


# -- developments ---------------------------------------------------------------------------


def _as_they_are(conn: Connection, wanted: Filter, choice: Choice) -> Iterator[Item]:
    """The developments of which nothing was said, by day, then by UID."""
    if What.developments not in choice.what:
        return
    read, as_told = reader(), calendar.as_told
    for name, reported, recorded, content in logs.unspoken_of(
        conn, _narrowed(wanted, choice), ending=calendar.DEVELOPMENT
    ):
        item = as_told(name, reported, read(content), _instant(recorded))
        if item is not None:
            yield item


def _narrowed(wanted: Filter, choice: Choice) -> Filter:
    """*wanted*, without events that are certainly not on the days of *choice*."""
    first = choice.first and choice.first - min(calendar.VAGUE, choice.first - date.min)
    days = [day for day in (wanted.last, choice.last) if day]
    return replace(wanted, first=first, last=min(days, default=None))


def _revised(conn: Connection, wanted: Filter, choice: Choice) -> Iterator[Item]:
    """The developments that others corrected, retracted or corroborated."""
    if What.developments not in choice.what:
        return
    known_by = wanted.known_by or LAST
    for chunk in logs.chunks(logs.all_spoken_of(conn, wanted)):
        from tracker.store import stories

        names = [entry.event_id for entry in chunk]
        for name, history in stories.histories_of(conn, names).items():
            counting = _counting(history, wanted)
            if _is_about(name, counting, wanted):
                yield from calendar.revised(counting, calendar.development(name, known_by))


def _is_about(name: str, history: Iterable[Recorded], wanted: Filter) -> bool:
    """Whether an event, as others leave it standing, is about what is wanted."""
    from tracker.domain.corrections import by_target, standing
    from tracker.domain.records import is_about

    events = [each.event for each in history]
    event = next((each for each in events if each.id == name), None)
    if event is None:
        return False
    return is_about(standing(event, by_target(events), wanted.known_by or LAST).event, wanted)


def _counting(history: Iterable[Recorded], wanted: Filter) -> list[Recorded]:
    """Those of a history that had occurred by the day, and that the log had at the version."""
    day, version = wanted.last or LAST, wanted.at_version
    return [
        each
        for each in history
        if each.event.occurred.earliest <= day and (version is None or each.version <= version)
    ]


# -- subjects -------------------------------------------------------------------------------


def _dated_subjects(
    conn: Connection, wanted: Filter, choice: Choice, groups: Collection[str]
) -> Iterator[Item]:
    """What measures and agreements do, meetings, and what is due."""
    for kind, what in calendar.SHOWN.items():
        subject, concerning = wanted.subject, wanted.concerning
        if concerning not in (None, kind) or choice.what.isdisjoint(what):
            continue
        if subject is None or subject.startswith(f"{kind}/"):
            among = dated.Among.of(kind, subject)
            yield from _of_kind(conn, among, wanted, choice, groups)


def _of_kind(
    conn: Connection,
    among: dated.Among,
    wanted: Filter,
    choice: Choice,
    groups: Collection[str],
) -> Iterator[Item]:
    read = reader()
    facts_of = _beside(dated.facts(conn, among, wanted))
    said_of = _beside(dated.said(conn, among))
    spoken_of = _beside(dated.spoken_of(conn, among, wanted))
    again: list[str] = []
    for subject in dated.introduced(conn, among):
        rows, said = facts_of(subject), said_of(subject)
        if spoken_of(subject) or len({row[2] for row in said}) > 1:
            again.append(subject)
        elif not wanted.party or names_party(rows, wanted.party, groups):
            # All there is to it was received at one instant: nothing has to be replayed.
            sources = _Sources({name: content for _, name, _, content in said}, read)
            yield from calendar.of_facts(
                subject, rows, sources, spans=choice.spans, recorded=_instant(said[0][2])
            )
        if len(again) == logs.SUBJECTS_AT_ONCE:
            yield from _replayed(conn, again, wanted, choice, groups)
            again = []
    yield from _replayed(conn, again, wanted, choice, groups)


def _beside(rows: Iterator[Row]) -> Callable[[str], list[Row]]:
    """What *rows*, which are by subject, have of each subject that is asked for in its turn."""
    groups = groupby(rows, key=_SUBJECT)
    found = next(groups, None)

    def of(subject: str) -> list[Row]:
        nonlocal found
        while found is not None and found[0] < subject:
            found = next(groups, None)
        return list(found[1]) if found is not None and found[0] == subject else []

    return of


def _replayed(
    conn: Connection,
    subjects: Collection[str],
    wanted: Filter,
    choice: Choice,
    groups: Collection[str],
) -> Iterator[Item]:
    """What there is of subjects of which the log heard more than once."""
    if not subjects:
        return
    from tracker.store import stories

    known_by = wanted.known_by or LAST
    named = set(subjects)
    if wanted.party:
        known = [fact for fact in facts.about(conn, subjects) if fact.known <= known_by]
        by_subject = groupby(map(held_row, known), key=_SUBJECT)
        named = {slug for slug, rows in by_subject if names_party(rows, wanted.party, groups)}
    for slug, history in stories.histories_about(conn, named).items():
        render = calendar.of_subject(slug, known_by, spans=choice.spans)
        yield from calendar.revised(_counting(history, wanted), render)


class _Sources(Mapping[str, Sequence[str]]):
    """The addresses of the sources of some events, read when they are asked for."""

    def __init__(self, contents: Mapping[str, str], read: Callable[[str], Any]) -> None:
        self._contents = contents
        self._read = read

    def __getitem__(self, event: str) -> Sequence[str]:
        return [source["url"] for source in self._read(self._contents[event])["sources"]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)


@lru_cache(maxsize=1 << 12)
def _instant(recorded: str) -> datetime:
    return datetime.fromisoformat(recorded)
