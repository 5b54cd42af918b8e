"""Corrected: which corrections and retractions lie between two readers of one event.

A reader goes by the reports up to a day, and by the log at a version.  What one of them has
and the other has not, or has as retracted, began or stopped counting between the two.  Of
these only such are named as make the event say something else.  Whoever had not heard of the
event never had it wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.corrections import Story, by_target, decided
from tracker.domain.events import Correction, Corroboration, Development, Event, Retraction
from tracker.domain.told import Recorded


@dataclass(frozen=True, slots=True)
class Reader:
    """Who goes by the reports up to a day, and by the log at a version."""

    known_by: date
    version: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was corrected of an event.

    ``by`` are the corrections and retractions between two readers, by id; ``wrong`` says that
    the first of them had the event, and had it wrong.
    """

    by: frozenset[str]
    wrong: bool


NOTHING = Corrected(frozenset(), wrong=False)


def corrected(root: str, history: Sequence[Recorded], before: Reader, after: Reader) -> Corrected:
    """What was corrected of the development *root* between two readers.

    Args:
        history: the event, and all that was said of it at any remove.
    """
    between = _Between(_Side(root, history, before), _Side(root, history, after))
    by = between.root(root)
    return Corrected(frozenset(by), wrong=bool(by) and between.had_it())


def heard(root: str, history: Sequence[Recorded], reader: Reader) -> list[Event]:
    """What a reader who has the development *root* has heard of all that was said of it."""
    side = _Side(root, history, reader)
    if not side.had_it():
        return []
    return [each for each in side.events.values() if each.id != root and side.has_read(each)]


class _Side:
    """An event and all that was said of it, as one reader has it."""

    def __init__(self, root: str, history: Sequence[Recorded], reader: Reader) -> None:
        there = (each.event for each in history if each.version <= reader.version)
        self.events = {each.id: each for each in there}
        self.day = reader.known_by
        first = self.events.get(root, history[0].event)
        self.story = Story(first, by_target(self.events.values()))

    def goes_by_no_less_than(self, other: _Side) -> bool:
        return self.day >= other.day and self.events.keys() >= other.events.keys()

    def had_it(self) -> bool:
        """Whether the event said anything by the day, retracted or not."""
        first = self.story.first
        return first.id in self.events and self.story.first_day() <= self.day

    def heard(self, event: Event) -> bool:
        """Whether *event* was there by the day, retracted or not; our own slip is on all days."""
        if event.id not in self.events:
            return False
        # A corroboration brings sources, which count from their own days.
        always = isinstance(event, Corroboration) or getattr(event, "slip", False)
        return always or self.story.public(event, self.day)

    def has_read(self, event: Event) -> bool:
        """Whether *event* was there by the day; a corroboration by the day of its source."""
        if isinstance(event, Corroboration):
            return min(event.public, event.earliest_source) <= self.day
        return self.heard(event)

    def has(self, event: Event) -> bool:
        """Whether *event* speaks to this reader: it was heard, and not retracted."""
        return self.heard(event) and not self.story.retracted(event, self.day)

    def chosen(self, target: Event) -> Correction | None:
        return self.story.chosen(target, self.day) if target.id in self.events else None

    def says_its_own(self, target: Event) -> bool:
        return target.id in self.events and self.story.says_its_own(target, self.day)

    def about(self, target: Event) -> list[Event]:
        return list(self.story.about.get(target.id, ()))


@dataclass(frozen=True, slots=True)
class _Between:
    before: _Side
    after: _Side

    def had_it(self) -> bool:
        """Whether the one who knows less of the two had the event at all."""
        if not self.before.had_it():
            return False
        return self.after.goes_by_no_less_than(self.before) or self.after.had_it()

    def root(self, root: str) -> set[str]:
        """What makes the event say something else."""
        event = self.before.events.get(root) or self.after.events.get(root)
        if not isinstance(event, Development):
            return set()
        gone = [side.story.retracted(event, side.day) for side in (self.before, self.after)]
        if all(gone):
            return set()
        taken = self._turned_about(event, Retraction) if any(gone) else set()
        return taken if gone[1] else taken | self._content(event)

    def _content(self, target: Event) -> set[str]:
        one, other = self.before.chosen(target), self.after.chosen(target)
        if one and other and one.id == other.id:
            return self._content(one)
        last = max(filter(None, (one, other)), key=decided, default=None)
        if last is None:
            if self.before.says_its_own(target) == self.after.says_its_own(target):
                return set()
            return self._turned_about(target, Correction) or self._turned_about(
                target, Corroboration
            )
        # A slip that both have begins to count on the day that it gives as that of the report.
        came = self._turned(last) or ({last.id} if one and other else set())
        found = came or self._turned_about(target, Corroboration)
        if other:
            return found | self._turned(other) | self._below(other)
        if not self.after.says_its_own(target):
            return found | self._turned_about(target, Correction)
        return found

    def _below(self, target: Correction) -> set[str]:
        """What else had to come for a correction to say to the second what it says."""
        last = self.after.chosen(target)
        return self._turned(last) | self._below(last) if last else set()

    def _turned_about(self, target: Event, kind: type[Event]) -> set[str]:
        every = {each.id: each for each in self._all_about(target) if isinstance(each, kind)}
        found = {name for each in every.values() for name in self._turned(each)}
        # A corroboration puts nothing right; what retracts one does.
        return found - every.keys() if kind is Corroboration else found

    def _turned(self, event: Event) -> set[str]:
        """What makes *event* speak to one of them only: it itself, or those that retract it."""
        if self.before.has(event) == self.after.has(event):
            return set()
        # What came may have been retracted before it did, and that be retracted since.
        retracted = self._turned_about(event, Retraction)
        if self.before.heard(event) != self.after.heard(event):
            return {event.id} | retracted
        return retracted

    def _all_about(self, target: Event) -> Iterator[Event]:
        yield from self.before.about(target)
        yield from self.after.about(target)
