"""A briefing: what holds on a day, what changed since another, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracker.domain.changes import SubjectChanges
from tracker.domain.dates import AsOf
from tracker.domain.merkle import Pinned
from tracker.domain.state import Held, State
from tracker.domain.told import Told


@dataclass(frozen=True, slots=True)
class Briefing:
    """What somebody is told about a day.

    Attributes:
        state: what holds, of whatever was asked for.
        before: the coordinate that the changes are told from.
        changes: what changed, of the same; by subject.
        events: the events that either names, and those that speak of these, by id.
        pinned: what pins the log that all of it was computed from.
        over: how many subjects are left out of the state because they are over.
    """

    state: State
    before: AsOf
    changes: tuple[SubjectChanges, ...]
    events: Mapping[str, Told]
    pinned: Pinned
    over: int


def names(state: State, changes: tuple[SubjectChanges, ...]) -> set[str]:
    """The events that say what a state holds, what is due, and what changed."""
    found = {change.event for each in changes for change in each.parts}
    found |= {each.turn.event for each in changes if each.turn}
    found |= {change.after.event for each in changes for change in each.parts if change.after}
    for subject in state.subjects:
        for held in (*subject.parts.values(), *subject.due(state.as_of.day).values()):
            found.update(_said_by(held))
        found.update(rival.event for some in subject.disputed.values() for rival in some)
    return found


def _said_by(held: Held) -> Iterator[str]:
    yield held.event
    if held.via:
        yield held.via
    yield from (rival.event for rival in held.rivals)
    for possible in held.possible:
        yield from _said_by(possible)
