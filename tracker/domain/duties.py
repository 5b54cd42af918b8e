"""Duties: what goods of a party pay on entry on a day, as known on a day, and why.

What becomes of a measure by itself is the rule of :mod:`tracker.domain.winners`, what it
adds beside the others that of :mod:`tracker.domain.charges`; here the answer is put together.
Rates and points are per cent of the customs value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tracker.domain.charges import Charged, charge, points_of
from tracker.domain.dates import AsOf
from tracker.domain.givens import in_words
from tracker.domain.scopes import Bearing
from tracker.domain.tariff import Entry, Looked, NotApplied, Tariff, Unsettled
from tracker.domain.unstated import WouldChange, more_digits, would_change
from tracker.domain.winners import Prohibited, winner


@dataclass(frozen=True, slots=True)
class Component:
    """What one measure adds: points = rate × share, or the top-up to a total × share.

    ``points`` is None where the rate is not established, or tops up a base that is not known.
    ``at_least`` is the minimum of base and measure together that a line keeps.
    """

    measure: str
    line: str
    basis: str
    rate: Decimal | None
    share: Decimal
    points: Decimal | None
    standing: str
    event: str | None
    heading: str | None = None
    text: str | None = None
    source: str | None = None
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What an entry pays, with its work shown.

    ``total`` is None where the base or a rate is not known, or the day is not covered; where a
    code is too short to tell whether a line covers it, it is the total without that line.
    ``additional`` is everything but the base, None where a part of it is not known.
    ``covers`` is the first day that the catalogue covers for this importer, and the first that
    it no longer does.
    """

    entry: Entry
    as_of: AsOf
    total: Decimal | None
    additional: Decimal | None
    components: tuple[Component, ...]
    not_applied: tuple[NotApplied, ...]
    would_change: tuple[WouldChange, ...]
    unsettled: tuple[Unsettled, ...]
    prohibited: tuple[Prohibited, ...]
    covered: bool
    covers: tuple[date, date] | None

    @property
    def settled(self) -> bool:
        """Whether no measure is left open, such as by a code that is too short to tell."""
        return not self.unsettled

    @property
    def specific(self) -> tuple[Component, ...]:
        """The components that are specific or compound duties, kept as text."""
        return tuple(each for each in self.components if each.text)


def duty(tariff: Tariff, entry: Entry, at: AsOf) -> Duty:
    """What *entry* pays, as known at *at*, whose day is that of the entry."""
    known = at.knowledge
    looked, without_line = tariff.look(entry, known)
    results = [winner(one, entry.given, entry.on) for one in looked]
    charged = charge(looked, results, entry)
    sums = charged.sums()
    # Of the ordinary duty nothing is to be said beside one that is stated, or displaced.
    replaced = entry.base is not None or isinstance(charged.left, NotApplied)
    not_applied = [
        each
        for each in results
        if isinstance(each, NotApplied) and not (replaced and each.measure == charged.ordinary)
    ]
    covers = tariff.covers(entry, known)
    covered = tariff.covered(entry, known)
    return Duty(
        entry=entry,
        as_of=replace(at, at_version=tariff.version) if at.at_version is None else at,
        total=sums.total if covered else None,
        # A day that is not covered is never told as free: what is not kept is not known.
        additional=sums.additional if covered or sums.additional else None,
        components=tuple(
            sorted(
                _components(charged, tariff, entry, known),
                key=lambda each: (each.basis != "base", each.measure),
            )
        ),
        not_applied=tuple(
            sorted(
                (*not_applied, *without_line, *charged.displaced()),
                key=lambda each: each.measure,
            )
        ),
        would_change=tuple(
            each if covered else replace(each, total=None, additional=each.additional or None)
            for each in sorted(
                (
                    *would_change(looked, results, entry, sums),
                    *more_digits(tariff, looked, entry, known, sums),
                ),
                key=lambda each: [(name, in_words(value)) for name, value in each.given.items()],
            )
        ),
        unsettled=tuple(
            sorted(
                (*_unsettled(looked, entry), *charged.unsettled(), *_unread(tariff, entry)),
                key=lambda each: (each.measure, each.line),
            )
        ),
        prohibited=sums.prohibited,
        covered=covered,
        covers=covers,
    )


def applied(lines: Iterable[Bearing], found: Duty) -> Iterator[Bearing]:
    """*lines*, each with whether it is charged by the answer *found*, or why its measure is not."""
    charged = {(each.measure, each.line) for each in found.components}
    why = {each.measure: each.code for each in found.not_applied}
    for each in lines:
        name = each.measure.subject.removeprefix("measure/")
        applies = "yes" if (name, each.line) in charged else why.get(name, "")
        yield replace(each, applies=applies)


def _components(charged: Charged, tariff: Tariff, entry: Entry, known: date) -> Iterator[Component]:
    """What each measure that is charged adds, and the ordinary duty where it is stated."""
    base = charged.base()
    for name, each in charged.won.items():
        share = charged.shares[name]
        if isinstance(share, NotApplied):
            continue
        bears, event = each.line.bears.value, each.line.bears.event
        standing = each.measure.part("standing", entry.on, known)
        yield Component(
            measure=name,
            line=each.line.line,
            basis=bears.basis,
            rate=bears.rate,
            share=share,
            points=points_of(each, share, base),
            standing=standing.value if standing else "undisputed",
            event=event,
            heading=bears.heading,
            text=bears.text,
            source=tariff.sources.get(event),
            at_least=each.at_least.bears.value.rate if each.at_least else None,
        )
    if entry.base is not None and isinstance(charged.left, Decimal):
        yield Component(
            measure=charged.ordinary,
            line="given",
            basis="base",
            rate=entry.base,
            share=charged.left,
            points=entry.base * charged.left,
            standing="undisputed",
            event=None,
        )


def _unsettled(looked: Iterable[Looked], entry: Entry) -> Iterator[Unsettled]:
    """What a longer code would settle; not of the ordinary duty where that is stated."""
    for one in looked:
        if entry.base is None or not one.measure.is_base:
            yield from one.unsettled


def _unread(tariff: Tariff, entry: Entry) -> Iterator[Unsettled]:
    """The headings that are claimed and that no line of a measure asks for."""
    claims = entry.given.get("claim", frozenset())
    assert isinstance(claims, frozenset)
    for claim in sorted(each for each in claims - tariff.claims if each[0].isdigit()):
        yield Unsettled("", "", f"no line of a measure asks for the claim {claim}")
