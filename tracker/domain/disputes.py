"""Disputes: what would be said of a subject, had a rival event been right.

A rival stands in the place of the event that it disagrees with, on the days of knowledge
on which it says anything; what that event says counts for nothing then.  Here that is done
for one day of knowledge and the parts that either of the two speaks of: all that a state
needs to put the other side beside a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, TypeAlias

from tracker.domain.timeline import Assignment, Decided

Place: TypeAlias = tuple[date, date, int]
"""Where an event stands among decisions: the first three of :class:`Decided`."""


class Dispute(NamedTuple):
    """A rival, the event that it disagrees with, and where that stands among decisions.

    ``place`` is None where that event says nothing on the day of knowledge: the rival then
    keeps its own.
    """

    rival: str
    against: str
    place: Place | None


class Side(NamedTuple):
    """What the other side says, part by part: what is then assigned to it, decided or not.

    ``event`` is the one that says so, ``over`` the one in whose place it would stand.
    """

    event: str
    over: str
    parts: Mapping[str, list[Assignment]]


def place_of(said: Iterable[Assignment]) -> Place | None:
    """Where the event that says *said* stands, all of it known on one day; None for nothing."""
    return next((each.decided[:3] for each in said), None)


def sides(
    said: Collection[Assignment], disputes: Iterable[Dispute], read: Dispute | None = None
) -> Iterator[Side]:
    """The other sides of what is said of one subject.

    Args:
        said: what is assigned to it, rivals and all, as known on one day.
        disputes: those of which either event says something of it; each rival among them
            says something, of this subject or of another, on the day of knowledge.
        read: the one that the answer is read by.  The other side is then the event that it
            is read against; rivals of that one stand in its place, others beside it.
    """
    by_part: dict[str, list[Assignment]] = {}
    for each in said:
        by_part.setdefault(each.part, []).append(each)
    for one in disputes:
        if read and one.rival == read.rival:
            continue
        instead = read is not None and one.against == read.against
        events = {one.rival, one.against, *((read.rival,) if read and instead else ())}
        parts = {
            part: _settled(_read(some if instead or read is None else list(_read(some, read)), one))
            for part, some in by_part.items()
            if any(each.decided.event in events for each in some)
        }
        over = read.rival if read and instead else one.against
        if parts:
            yield Side(one.rival, over, parts)
    if read:
        both = {read.rival, read.against}
        parts = {
            part: _settled(some)
            for part, some in by_part.items()
            if any(each.decided.event in both for each in some)
        }
        if parts:
            yield Side(read.against, read.rival, parts)


def _read(said: Iterable[Assignment], one: Dispute) -> Iterator[Assignment]:
    for each in said:
        if each.decided.event == one.rival and each.against == one.against:
            order = one.place or each.decided[:3]
            decided = Decided(*order, one.rival, each.decided.place)
            yield each._replace(against=None, decided=decided)
        elif each.decided.event != one.against:
            yield each


def _settled(said: Iterable[Assignment]) -> list[Assignment]:
    return [each for each in said if each.against is None]
