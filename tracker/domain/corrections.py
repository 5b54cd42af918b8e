"""Corrections: what an event says, by the day of knowledge.

An event counts from the day it was reported.  A correction puts its content in place of
the event's from the day *it* was reported; our own slip from the day that its content
gives, as if the entry had been right from the first.  Of several the last decided counts.
A retraction takes away what it names: an event altogether, a correction so that what
stood before it stands again.  A corroboration with an earlier source moves the day on
which its event was first public.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tracker.domain.dates import EVER
from tracker.domain.events import (
    Content,
    Correction,
    Corroboration,
    Development,
    Event,
    Retraction,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an event says on the days of knowledge from ``known`` to before ``known_until``.

    ``event`` has the id and order of the first entry and the content that counts; ``via`` is
    the correction that brought the content, None when it is the event's own.
    """

    known: date
    known_until: date
    event: Development
    via: str | None


def counted(event: Development, about: Mapping[str, Collection[Event]]) -> list[Counted]:
    """What *event* says, in the order of the days of knowledge; nothing where it is retracted.

    Args:
        event: the first entry.
        about: id → the corrections, retractions and corroborations that name it; whatever
            names those must be in it too.
    """
    if not about.get(event.id):
        return [Counted(event.public, EVER, event, None)] if event.public < EVER else []
    return list(_merged(Story(event, about)))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an event stands on a day of knowledge, after all that others said of it.

    ``event`` has the content that counts, or its own while it is retracted.  ``public`` is the
    first day on which it says anything: a corroboration or our own slip may have moved it.
    """

    event: Event
    public: date
    corrected_by: str | None
    retracted_by: str | None
    corroborated_by: tuple[str, ...]


def standing(event: Event, about: Mapping[str, Collection[Event]], known_by: date) -> Standing:
    """How *event* stands by the reports up to *known_by*; ``about`` as in :func:`counted`."""
    story = Story(event, about)
    said = story.said(known_by) if isinstance(event, Development) else None
    content, via = said or (event, None)
    sources = story.corroborations(event, known_by)
    return Standing(
        content,
        story.first_day(),
        via,
        next((each.id for each in story.retractions(event, known_by)), None),
        tuple(sorted(each.id for each in sources if each.public <= known_by)),
    )


def _merged(story: Story) -> Iterator[Counted]:
    days = [*sorted(story.turning_days()), EVER]
    last: Counted | None = None
    for known, known_until in pairwise(days):
        said = story.said(known)
        if last and said == (last.event, last.via):
            last = Counted(last.known, known_until, last.event, last.via)
            continue
        if last:
            yield last
        last = Counted(known, known_until, *said) if said else None
    if last:
        yield last


@dataclass(frozen=True, slots=True)
class Story:
    """An event and all that was said about it, asked on one day of knowledge at a time."""

    first: Event
    about: Mapping[str, Collection[Event]]

    def turning_days(self) -> set[date]:
        """The days on which anything said of the event may change."""
        days = set()
        for each in self._all(self.first):
            days |= {each.public, each.earliest_source}
            if isinstance(each, Correction) and each.content.reported:
                days.add(each.content.reported.latest)
        return days - {EVER}

    def said(self, known_by: date) -> tuple[Development, str | None] | None:
        """The content that counts, and the correction it comes from."""
        first = self.first
        if not isinstance(first, Development) or self.retracted(first, known_by):
            return None
        return self._content(first, first, known_by)

    def first_day(self) -> date:
        """The first day on which the event says anything.

        A retraction takes away what an event says, and not the day on which it was public.
        """
        days = sorted(self.turning_days())
        return next((day for day in days if self._says_something(day)), self.first.public)

    def _says_something(self, known_by: date) -> bool:
        first = self.first
        if isinstance(first, Development):
            return self._content(first, first, known_by) is not None
        return self.public(first, known_by)

    def retractions(self, event: Event, known_by: date) -> Iterator[Retraction]:
        """The retractions of *event* that count, none of them retracted in its turn."""
        for each in self.about.get(event.id, ()):
            if (
                isinstance(each, Retraction)
                and (each.slip or self.public(each, known_by))
                and not self.retracted(each, known_by)
            ):
                yield each

    def corroborations(self, event: Event, known_by: date) -> list[Corroboration]:
        """The corroborations of *event* that are not retracted."""
        return [
            each
            for each in self.about.get(event.id, ())
            if isinstance(each, Corroboration) and not self.retracted(each, known_by)
        ]

    def contents(self) -> Iterator[Development]:
        """All that the event has ever said: its own content, and what corrections put there."""
        if isinstance(self.first, Development):
            yield from self._contents(self.first, self.first)

    def _contents(self, target: Event, own: Development) -> Iterator[Development]:
        yield own
        for each in self.about.get(target.id, ()):
            if isinstance(each, Correction):
                yield from self._contents(each, _with(own, each.content))

    def _all(self, event: Event) -> Iterator[Event]:
        yield event
        for each in self.about.get(event.id, ()):
            yield from self._all(each)

    def _content(
        self, target: Development | Correction, own: Development, known_by: date
    ) -> tuple[Development, str | None] | None:
        last = self.chosen(target, known_by)
        if last:
            return self._content(last, _with(own, last.content), known_by)
        if not self.says_its_own(target, known_by):
            return None
        return own, None if target is self.first else target.id

    def chosen(self, target: Event, known_by: date) -> Correction | None:
        """The correction of *target* that counts: of several, the one decided last."""
        live = self._live(target, known_by)
        counting = [each for each in live if self._counts(each, target, known_by)]
        return max(counting, key=decided, default=None)

    def says_its_own(self, target: Event, known_by: date) -> bool:
        """Whether *target* says what it brought itself, where no correction of it counts."""
        # A slip says that the entry was never right: before the slip's own day there is nothing.
        if any(each.slip for each in self._live(target, known_by)):
            return False
        return isinstance(target, Correction) or self.public(target, known_by)

    def _live(self, target: Event, known_by: date) -> list[Correction]:
        return [
            each
            for each in self.about.get(target.id, ())
            if isinstance(each, Correction) and not self.retracted(each, known_by)
        ]

    def _counts(self, each: Correction, target: Event, known_by: date) -> bool:
        if not each.slip:
            return self.public(each, known_by)
        if each.content.reported:
            return each.content.reported.latest <= known_by
        # A correction is asked for its own corrections only on days on which it counts.
        return isinstance(target, Correction) or self.public(target, known_by)

    def retracted(self, event: Event, known_by: date) -> bool:
        """Whether a retraction of *event* counts."""
        return any(True for _ in self.retractions(event, known_by))

    def public(self, event: Event, known_by: date) -> bool:
        """Whether *event* was public by itself, or by an earlier source that others brought."""
        if event.public <= known_by:
            return True
        sources = self.corroborations(event, known_by)
        return any(each.earliest_source <= known_by for each in sources)


def decided(event: Event) -> tuple[date, date, int, str]:
    """Where an event stands among decisions: by its day, then ``order``, then its id."""
    return event.occurred.earliest, event.occurred.latest, event.order, event.id


def _with(event: Development, content: Content) -> Development:
    stated = {
        name: value
        for name in Content.model_fields
        if (value := getattr(content, name)) is not None
    }
    return event.model_copy(update=stated)


def by_target(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Target id → the corrections, retractions and corroborations among *events* that name it."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if not isinstance(event, Development):
            found.setdefault(event.of, []).append(event)
    return found
