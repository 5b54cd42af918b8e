"""Spans: values on rectangles of days in force and days of knowledge, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from tracker.domain.timeline import Fact

T = TypeVar("T")


class Span(NamedTuple, Generic[T]):
    """A value on a rectangle of days in force and days of knowledge.

    ``decided`` puts it among others: the day, the order on that day, the event.
    """

    since: date
    until: date
    known: date
    known_until: date
    value: T
    event: str
    decided: tuple[date, int, str]

    def holds(self, day: date, known: date) -> bool:
        return self.since <= day < self.until and self.known <= known < self.known_until

    @classmethod
    def of(cls, fact: Fact, value: T, order: int = 0) -> Span[T]:
        """The rectangle of *fact*, with what is read from its value."""
        return cls(
            fact.since,
            fact.until,
            fact.known,
            fact.known_until,
            value,
            fact.event,
            (fact.decided, order, fact.event),
        )


def on(spans: Iterable[Span[T]], day: date, known: date) -> Span[T] | None:
    """The span that holds."""
    for span in spans:
        if span.since <= day < span.until and span.known <= known < span.known_until:
            return span
    return None
