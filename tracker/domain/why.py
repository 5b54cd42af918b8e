"""Why a part has its value: what says so, what that overrode, and what would show without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.dates import EVER, AsOf
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
        later: what became known after the day of knowledge and covers the day, the latest
            decision first.
        hindsight: the assignment that decides by all that is known now.
    """

    subject: str
    part: str
    deciding: Assignment | None
    perhaps: tuple[Assignment, ...]
    overridden: tuple[Assignment, ...]
    instead: Assignment | None
    later: tuple[Assignment, ...]
    hindsight: Assignment | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a part is as it is: the reason, the value, what rivals say, and the events by id."""

    reason: Reason
    held: Held | None
    rivals: tuple[Rival, ...]
    events: Mapping[str, Told]


def reason(subject: str, part: str, said: Iterable[Assignment], at: AsOf) -> Reason:
    """Why a part is as it is at *at*.

    Args:
        said: whatever was assigned to it, by any day of knowledge; no rivals.
    """
    every = sorted(said, key=lambda each: each.decided, reverse=True)
    covering = [each for each in every if each.maybe_since <= at.day < each.maybe_until]
    known = at.knowledge
    here = [each for each in covering if each.known <= known < each.known_until]
    place = next((n for n, each in enumerate(here) if _certain(each, at)), len(here))
    deciding = here[place] if place < len(here) else None
    below = tuple(each for each in here[place + 1 :] if _certain(each, at))
    others = (each for each in below if deciding and each.decided.event != deciding.decided.event)
    newest = [each for each in covering if each.known_until == EVER]
    return Reason(
        subject,
        part,
        deciding,
        tuple(here[:place]),
        below,
        next(others, None),
        tuple(each for each in covering if each.known > known),
        next((each for each in newest if _certain(each, at)), None),
    )


def _certain(each: Assignment, at: AsOf) -> bool:
    return each.since <= at.day < each.until
