"""Why a part has its value: what says so, what that overrode, and what would show without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.dates import EVER, FIRST, LAST, AsOf
from tracker.domain.state import Held, Rival
from tracker.domain.timeline import Assignment
from tracker.domain.told import Told


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part is as it is at a coordinate.

    Attributes:
        deciding: the assignment that was decided last of those that certainly cover the
            day; None when none does.
        perhaps: those decided after it that may cover the day, the latest first.
        overridden: those decided before it that cover the day too, the latest first.
        instead: what would show if the deciding event were not there.
        later: what shows by all that is known now and did not count on the day of knowledge,
            the latest decision first.
        hindsight: the assignment that decides by all that is known now.
        changed: whether all that is known now says anything else.
        mattering: the events that make it so.
    """

    subject: str
    part: str
    deciding: Assignment | None
    perhaps: tuple[Assignment, ...]
    overridden: tuple[Assignment, ...]
    instead: Assignment | None
    later: tuple[Assignment, ...]
    hindsight: Assignment | None
    changed: bool
    mattering: frozenset[str]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a part is as it is: the reason, the value, what rivals say, and the events by id.

    ``on_the_way`` are the corrections, retractions and corroborations of the events that ever
    covered the day, as far as they were known; ``corrected`` those that became known later and
    change the answer.  ``now`` has the events as all that is known now leaves them.
    """

    reason: Reason
    held: Held | None
    rivals: tuple[Rival, ...]
    events: Mapping[str, Told]
    now: Mapping[str, Told]
    on_the_way: tuple[Told, ...]
    corrected: tuple[Told, ...]


def reason(subject: str, part: str, said: Iterable[Assignment], at: AsOf) -> Reason:
    """Why a part is as it is at *at*.

    Args:
        said: whatever was assigned to it, by any day of knowledge; no rivals.
    """
    every = sorted(said, key=lambda each: each.decided, reverse=True)
    here, now = (_covering(every, at.day, known) for known in (at.knowledge, LAST))
    place = _deciding(here, at.day)
    deciding = here[place] if place < len(here) else None
    below = tuple(each for each in here[place + 1 :] if _certain(each, at.day))
    others = (each for each in below if deciding and each.decided.event != deciding.decided.event)
    last = _deciding(now, at.day)
    shown, counted = now[: last + 1], set(map(_timeless, here))
    return Reason(
        subject,
        part,
        deciding,
        tuple(here[:place]),
        below,
        next(others, None),
        tuple(each for each in shown if _timeless(each) not in counted),
        now[last] if last < len(now) else None,
        list(map(_timeless, here[: place + 1])) != list(map(_timeless, shown)),
        frozenset(_mattering(here, now, at.day)),
    )


def mattering(
    before: Iterable[Assignment], after: Iterable[Assignment], day: date, known: tuple[date, date]
) -> set[str]:
    """The events that make one part something else on *day* to two readers.

    Args:
        before: whatever was assigned to the part, as the first of them has it; no rivals.
        after: as the second has it.
        known: their days of knowledge.
    """
    one, other = (
        _covering(sorted(part, key=lambda each: each.decided, reverse=True), day, known_by)
        for part, known_by in zip((before, after), known, strict=True)
    )
    return _mattering(one, other, day)


def _mattering(before: Sequence[Assignment], after: Sequence[Assignment], day: date) -> set[str]:
    """What shows now and did not count, and what would still show if it had not gone."""
    had, has = set(map(_timeless, before)), set(map(_timeless, after))
    last = _deciding(after, day)
    bottom = after[last].decided if last < len(after) else None
    new = (each for each in after[: last + 1] if _timeless(each) not in had)
    gone = (
        each
        for each in before
        if _timeless(each) not in has and (bottom is None or each.decided >= bottom)
    )
    return {each.decided.event for each in (*new, *gone)}


def _covering(newest_first: Sequence[Assignment], day: date, known_by: date) -> list[Assignment]:
    return [
        each
        for each in newest_first
        if each.maybe_since <= day < each.maybe_until and each.known <= known_by < each.known_until
    ]


def _deciding(covering: Sequence[Assignment], day: date) -> int:
    """The place of the one decided last of those that certainly cover the day."""
    return next((n for n, each in enumerate(covering) if _certain(each, day)), len(covering))


def _certain(each: Assignment, day: date) -> bool:
    return each.since <= day < each.until


def _timeless(each: Assignment) -> Assignment:
    """*each*, whenever it counted."""
    return each._replace(known=FIRST, known_until=EVER)
