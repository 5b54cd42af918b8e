"""Steps and refunds: how what an entry pays changes from day to day, and with what became known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tracker.domain.dates import AsOf
from tracker.domain.duties import Duty, duty
from tracker.domain.tariff import Entry, Tariff


@dataclass(frozen=True, slots=True)
class Step:
    """From a day on, an entry pays this; ``causes`` are what differs from the day before."""

    day: date
    duty: Duty
    causes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure that charges more or less than it did, in points, and the event that says so."""

    measure: str
    before: Decimal | None
    after: Decimal | None
    event: str | None


def steps(tariff: Tariff, entry: Entry, at: AsOf, *, first: date, last: date) -> Iterator[Step]:
    """What *entry* pays on *first*, and every change of it up to *last*, both in.

    Between two turns of the facts nothing changes: only they are asked about.
    """
    before: Duty | None = None
    turns = set(tariff.turns(at.knowledge))
    if "model-year" in entry.given:
        # How old the goods are goes by the year of entry.
        turns |= {date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    for day in [first, *sorted(day for day in turns if first < day <= last)]:
        here = replace(at, day=day)
        found = duty(tariff, replace(entry, on=day), here)
        causes = tuple(differences(before, found)) if before else ()
        if before is None or causes or _answer(before) != _answer(found):
            yield Step(day, found, causes)
        before = found


def _answer(found: Duty) -> tuple[object, ...]:
    left_open = {(each.measure, each.line) for each in found.unsettled}
    return found.total, found.additional, found.covered, found.prohibited, left_open


def differences(before: Duty, after: Duty) -> Iterator[Difference]:
    """The measures that do not charge the same in both, by name."""
    then, now = _charged(before), _charged(after)
    reasons = {each.measure: each.event for each in after.not_applied}
    for name in sorted(then.keys() | now.keys()):
        less, _ = then.get(name, (Decimal(), None))
        more, event = now.get(name, (Decimal(), reasons.get(name)))
        if less != more:
            yield Difference(name, less, more, event)


def _charged(found: Duty) -> dict[str, tuple[Decimal | None, str | None]]:
    """Measure → the points of all its components, and the event that says the last of them."""
    charged: dict[str, tuple[Decimal | None, str | None]] = {}
    for each in found.components:
        points, event = charged.get(each.measure, (Decimal(), None))
        more = None if points is None or each.points is None else points + each.points
        charged[each.measure] = more, each.event or event
    return charged


@dataclass(frozen=True, slots=True)
class Refund:
    """What was thought to be due on the day of entry, and what is now known to have been.

    Amounts are in the currency of ``value``.  ``owed`` is what was charged too much, less
    than zero where too little was; what measures that are held unlawful charge is counted
    apart, in ``unlawful``.  None where a total is not known.
    """

    value: Decimal
    then: Duty
    now: Duty
    owed: Decimal | None
    unlawful: Decimal | None
    differences: tuple[Difference, ...]

    @property
    def settled(self) -> bool:
        """Whether neither answer leaves anything open."""
        return self.then.settled and self.now.settled


def refund(tariff: Tariff, entry: Entry, at: AsOf, value: Decimal) -> Refund:
    """Compare what was known on the day of entry with what is known at *at*.

    Args:
        value: the customs value of the goods, which is stated of them too.
    """
    entry = replace(entry, given={"value": value, **entry.given})
    then = duty(tariff, entry, replace(at, known_by=entry.on, expected=False))
    return compared(then, duty(tariff, entry, at), value)


def compared(then: Duty, now: Duty, value: Decimal) -> Refund:
    """What is owed where *then* was charged and *now* is known to have been due."""
    points = None
    if then.total is not None and now.total is not None:
        points = then.total - now.total
    elif then.additional is not None and now.additional is not None and _same_base(then, now):
        points = then.additional - now.additional
    unlawful = [each.points for each in now.components if each.standing == "held-unlawful"]
    known = [each for each in unlawful if each is not None]
    return Refund(
        value,
        then,
        now,
        None if points is None else points * value / 100,
        None if len(known) < len(unlawful) else sum(known, Decimal()) * value / 100,
        tuple(differences(then, now)),
    )


def _same_base(then: Duty, now: Duty) -> bool:
    """Whether neither knows the base; else one of them counts it and the other does not."""
    return not any(each.basis == "base" for each in (*then.components, *now.components))
