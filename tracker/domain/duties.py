"""Duties: what goods of a party pay on entry on a day, as known on a day, and why.

Within a measure one line wins; between measures rates add, unless one yields to another.
The rule is that of the importer's law as the lines say it:

- A line matches goods whose partner, product and day are in its scope and that meet its
  conditions.  A code shorter than the line's does not settle it: the line is left out.
- Of the lines that match, an exempt one wins over any other; then the higher rank; then a
  partner before a group before everyone, the longer prefix, one with conditions before one
  without, the later decided.  An exempt line with a share takes that share of the value out
  of the line that wins, and an ``at-least`` line keeps a minimum of base and measure together.
- A measure applies when a line of it wins that is not exempt, even if it adds nothing.  One
  that yields is not charged where the other applies and is itself charged; where it yields
  in part, it is charged on the share of the value that the other leaves.

Rates and points are per cent of the customs value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tracker.domain.dates import AsOf
from tracker.domain.givens import Stated, Test, in_words
from tracker.domain.products import dotted
from tracker.domain.spans import Span
from tracker.domain.tariff import (
    NO_LINE,
    Bears,
    Candidate,
    Entry,
    Looked,
    Measure,
    NotApplied,
    Tariff,
    Unsettled,
)

_ZERO, _ONE = Decimal(), Decimal(1)


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
class WouldChange:
    """Givens that were not stated and would change the total, and to what.

    Where the code is too short ``product`` stands among them: one that would settle it.
    """

    given: Mapping[str, Stated]
    total: Decimal | None
    additional: Decimal | None
    measure: str


@dataclass(frozen=True, slots=True)
class Prohibited:
    """A line that forbids the entry of the goods, or lets them pass with a licence only."""

    measure: str
    line: str
    bears: str
    event: str


@dataclass(frozen=True, slots=True)
class Duty:
    """What an entry pays, with its work shown.

    ``total`` is None where the base or a rate is not known, or the day is not covered;
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
    def specific(self) -> tuple[Component, ...]:
        """The components that are specific or compound duties, kept as text."""
        return tuple(each for each in self.components if each.text)


class _Won(NamedTuple):
    """The line of a measure that wins, with what beside it bears on its points."""

    measure: Measure
    line: Candidate
    taken_out: Decimal
    at_least: Candidate | None


_Result = _Won | NotApplied | Prohibited


class _Sums(NamedTuple):
    total: Decimal | None
    additional: Decimal | None
    prohibited: tuple[Prohibited, ...]


def duty(tariff: Tariff, entry: Entry, at: AsOf) -> Duty:
    """What *entry* pays, as known at *at*, whose day is that of the entry."""
    known = at.knowledge
    looked, without_line = tariff.look(entry, known)
    results = [one.over or _winner(one, entry.given, entry.on) for one in looked]
    charged = _Charged(looked, results, entry, known)
    components = charged.components(tariff.sources)
    if entry.base is not None and charged.displaced is None:
        components.append(_given_base(charged, entry.base))
    not_applied = [
        each
        for one, each in zip(looked, results, strict=True)
        if isinstance(each, NotApplied) and one.measure.name not in charged.replaced
    ]
    not_applied += without_line
    sums = charged.sums()
    covers = tariff.covers(entry, known)
    covered = tariff.covered(entry, known)
    return Duty(
        entry=entry,
        as_of=replace(at, at_version=tariff.version) if at.at_version is None else at,
        total=sums.total if covered else None,
        # A day that is not covered is never told as free: what is not kept is not known.
        additional=sums.additional if covered or sums.additional else None,
        components=tuple(sorted(components, key=lambda each: (each.basis != "base", each.measure))),
        not_applied=tuple(
            sorted((*not_applied, *charged.not_applied()), key=lambda each: each.measure)
        ),
        would_change=tuple(
            each if covered else replace(each, total=None, additional=each.additional or None)
            for each in sorted(
                (
                    *_would_change(looked, results, entry, known, sums),
                    *_more_digits(tariff, looked, entry, known, sums),
                ),
                key=lambda each: [(name, in_words(value)) for name, value in each.given.items()],
            )
        ),
        unsettled=tuple(
            sorted(
                (*_unsettled(looked, entry), *charged.unsettled, *_unread(tariff, entry)),
                key=lambda each: (each.measure, each.line),
            )
        ),
        prohibited=sums.prohibited,
        covered=covered,
        covers=covers,
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


def _given_base(charged: _Charged, base: Decimal) -> Component:
    share = charged.share_of_base
    points = base * share
    return Component(charged.ordinary, "given", "base", base, share, points, "undisputed", None)


def _winner(one: Looked, given: Mapping[str, Stated], day: date) -> _Result:
    """What becomes of a measure that bears on the goods, going by what is stated of them."""
    name = one.measure.name
    running = [each for each in one.candidates if not each.suspended]
    if not running:
        return NotApplied(name, "suspended", f"line {one.candidates[0].line} is suspended")
    met = [
        each
        for each in running
        if not each.tests or all(test.met(given, day) for test in each.tests)
    ]
    exempt = [each for each in met if each.bears.value.basis == "exempt"]
    whole = [each for each in exempt if each.bears.value.share is None]
    if whole:
        by = max(whole, key=lambda each: each.order)
        why = f"line {by.line} exempts these goods"
        return NotApplied(name, "exempt", why, event=by.bears.event)
    lines = [each for each in met if each.charges]
    floors = [each for each in met if each.bears.value.basis == "at-least"]
    if not lines and not floors:
        return _not_shown(name, running, given, day)
    if not lines:
        lines, floors = floors, []  # Nothing but the minimum is kept.
    won = max(lines, key=lambda each: each.order) if len(lines) > 1 else lines[0]
    if won.bears.value.stops:
        return Prohibited(name, won.line, won.bears.value.stops, won.bears.event)
    return _Won(
        one.measure,
        won,
        max((_share(each.bears.value, given) for each in exempt), default=_ZERO),
        max(floors, key=lambda each: each.order, default=None),
    )


def _not_shown(
    name: str, running: Iterable[Candidate], given: Mapping[str, Stated], day: date
) -> NotApplied:
    """That the conditions of its lines are not met; of those that speak of these goods."""
    tests = [
        test
        for each in running
        if each.bears.value.basis != "exempt" and each.scope.value.codes is not None
        for test in each.tests
        if not test.met(given, day)
    ]
    if not tests:
        return NotApplied(name, "no-line", NO_LINE)
    wanted = sorted(frozenset().union(*(test.names for test in tests)))
    return NotApplied(name, "condition", f"not shown: {', '.join(wanted)}")


def _share(bears: Bears, given: Mapping[str, Stated]) -> Decimal:
    """The share of the value that a line is charged on; all of it where none is stated."""
    if bears.share is None:
        return _ONE
    stated = given.get(bears.share)
    if not isinstance(stated, Decimal):
        # An exempt line takes out no more than is shown, a duty is charged on all of it.
        return _ZERO if bears.basis == "exempt" else _ONE
    return _ONE - stated if bears.rest else stated


class _Charged:
    """Which of the measures that apply are charged, on what share of the value, and what base.

    ``ordinary`` is the measure of the ordinary duty; ``displaced`` says what is charged in its
    place.  ``base`` is what of it is charged, None where it is not known.
    """

    def __init__(
        self,
        looked: Sequence[Looked],
        results: Sequence[_Result],
        entry: Entry,
        known: date,
        yielding: dict[str, list[tuple[str, Span[Any]]]] | None = None,
    ) -> None:
        # What yields to what is the same whatever is stated of the goods.
        self._yielding = {} if yielding is None else yielding
        self._given = entry.given
        self._day = entry.on
        self._known = known
        self.prohibited = tuple(each for each in results if isinstance(each, Prohibited))
        won = [each for each in results if isinstance(each, _Won)]
        if entry.base is not None:
            won = [each for each in won if not _is_base(each)]
        self.won = {each.measure.name: each for each in won}
        ordinary = next((one.measure for one in looked if one.measure.is_base), None)
        self.ordinary = ordinary.name if ordinary else "base"
        self._rests: dict[str, Decimal | NotApplied] = {}
        self._shares: dict[str, Decimal | NotApplied] = {}
        self._open: dict[str, list[Unsettled]] = {}
        self._settle()
        rest = self._rests.get(self.ordinary, _ONE)
        if ordinary and self.ordinary not in self._rests:
            rest = self._rest(ordinary, "")
        self.displaced = rest if isinstance(rest, NotApplied) else None
        self.share_of_base = _ZERO if isinstance(rest, NotApplied) else rest
        self.unsettled = [each for found in self._open.values() for each in found]
        # Measures of the ordinary duty about which nothing is to be said beside a stated base.
        self.replaced = {self.ordinary} if entry.base is not None or self.displaced else set()
        self.base = self._base(entry)
        if self.base is None and self.ordinary not in self._open:
            why = "the ordinary duty is not known: give it as the base"
            self.unsettled.append(Unsettled(self.ordinary, "", why))

    def _settle(self) -> None:
        """Find the share of each measure, those that others yield to before these.

        Of a ring of measures that yield to one another the first by name is charged: two that
        yield to each other never reach the log, and no law says more of longer ones.
        """
        waiting = {
            name: {other for other, _ in self._yields(each.measure)}
            for name, each in sorted(self.won.items())
        }
        while waiting:
            ready = (name for name, others in waiting.items() if others <= self._shares.keys())
            name = next(ready, None) or self._of_ring(waiting)
            del waiting[name]
            each = self.won[name]
            rest = self._rests[name] = self._rest(each.measure, each.line.line)
            if isinstance(rest, Decimal):
                rest *= _share(each.line.bears.value, self._given) * (_ONE - each.taken_out)
            self._shares[name] = rest

    def _of_ring(self, waiting: Mapping[str, set[str]]) -> str:
        """The first that is displaced already; else the first of a ring that waits for no other."""

        def reached(name: str) -> set[str]:
            found, more = {name}, [name]
            while more:
                new = (waiting[more.pop()] & waiting.keys()) - found
                found |= new
                more += new
            return found

        for name in waiting:
            each = self.won[name]
            if isinstance(self._rest(each.measure, each.line.line), NotApplied):
                return name
        return min(waiting, key=lambda name: len(reached(name)))

    def _yields(self, measure: Measure) -> list[tuple[str, Span[Any]]]:
        """What the measure yields to on the day, of what applies, by name."""
        found = self._yielding.get(measure.name)
        if found is None:
            found = self._yielding[measure.name] = measure.yields_on(self._day, self._known)
        return [each for each in found if each[0] in self.won]

    def _rest(self, measure: Measure, line: str) -> Decimal | NotApplied:
        """The share of the value that those to which the measure yields leave of it."""
        rest = _ONE
        unsettled: list[Unsettled] = []
        for other, held in self._yields(measure):
            taken = self._shares.get(other)
            if taken is None or isinstance(taken, NotApplied):
                continue
            if held.value == "open":
                why = f"whether it yields to {other} is not established"
                unsettled.append(Unsettled(measure.name, line, why))
                continue
            rest -= taken if held.value == "part" else _ONE
            if rest <= _ZERO:
                why = f"not charged where {other} is"
                self._open.pop(measure.name, None)
                return NotApplied(measure.name, "yields", why, other, held.event)
        if unsettled:
            self._open[measure.name] = unsettled
        return rest

    def _base(self, entry: Entry) -> Decimal | None:
        """What is charged of the ordinary duty; None where it is not known."""
        if self.ordinary in self._open:
            return None
        if entry.base is not None:
            return entry.base * self.share_of_base
        base = None if self.displaced is None else _ZERO
        for name, each in self.won.items():
            share = self._shares[name]
            if _is_base(each) and isinstance(share, Decimal):
                points = self._points(each, share)
                if points is None or name in self._open:
                    return None
                base = (base or _ZERO) + points
        return base

    def sums(self) -> _Sums:
        """Base and all else together, and all else, where they are known."""
        additional, known = _ZERO, True
        for name, each in self.won.items():
            share = self._shares[name]
            if isinstance(share, Decimal) and not _is_base(each):
                points = self._points(each, share)
                known = known and points is not None and name not in self._open
                additional += points or _ZERO
        if not known:
            return _Sums(None, None, self.prohibited)
        total = None if self.base is None else self.base + additional
        return _Sums(total, additional, self.prohibited)

    def not_applied(self) -> list[NotApplied]:
        """The measures that others displace, the ordinary duty among them."""
        found = [each for each in self._shares.values() if isinstance(each, NotApplied)]
        if self.displaced is not None and self.ordinary not in self._shares:
            found.append(self.displaced)
        return found

    def components(self, sources: Mapping[str, str]) -> list[Component]:
        """What each measure that is charged adds; notes which rates are not established."""
        found = []
        for name, each in self.won.items():
            share = self._shares[name]
            if isinstance(share, NotApplied):
                continue
            component = self._component(each, share, sources)
            found.append(component)
            floor = each.at_least.bears.value if each.at_least else None
            if component.rate is None or (floor is not None and floor.rate is None):
                why = "its rate is not established"
                self.unsettled.append(Unsettled(name, component.line, why))
        return found

    def _component(self, each: _Won, share: Decimal, sources: Mapping[str, str]) -> Component:
        bears = each.line.bears.value
        standing = each.measure.part("standing", self._day, self._known)
        return Component(
            measure=each.measure.name,
            line=each.line.line,
            basis=bears.basis,
            rate=bears.rate,
            share=share,
            points=self._points(each, share),
            standing=standing.value if standing else "undisputed",
            event=each.line.bears.event,
            heading=bears.heading,
            text=bears.text,
            source=sources.get(each.line.bears.event),
            at_least=each.at_least.bears.value.rate if each.at_least else None,
        )

    def _points(self, each: _Won, share: Decimal) -> Decimal | None:
        bears = each.line.bears.value
        if bears.rate is None:
            return None
        if bears.basis in ("total", "at-least"):
            if self.base is None:
                return None
            points = max(_ZERO, bears.rate - self.base) * share
        else:
            points = bears.rate * share
        if each.at_least is not None:
            least = each.at_least.bears.value.rate
            beside = _ZERO if _is_base(each) else self.base
            if beside is None or least is None:
                return None
            points = max(points, least - beside)
        return points


def _is_base(each: _Won) -> bool:
    return each.line.bears.value.basis == "base"


def _would_change(
    looked: Sequence[Looked],
    results: Sequence[_Result],
    entry: Entry,
    known: date,
    sums: _Sums,
) -> Iterator[WouldChange]:
    """What else could be stated of the goods, and what they would then pay."""
    tried: list[Mapping[str, Stated]] = []
    told: list[tuple[dict[str, Stated], _Sums]] = []
    summed: dict[tuple[object, ...], _Sums] = {}
    yielding: dict[str, list[tuple[str, Span[Any]]]] = {}
    # A measure without a line that covers the goods is the same whatever is stated.
    live = [
        (one, result, _asked(one))
        for one, result in zip(looked, results, strict=True)
        if one.over is None or one.measure.is_base
    ]
    ones, before = [one for one, _, _ in live], [result for _, result, _ in live]
    shares = {each.bears.value.share for one in ones for each in one.candidates}
    for measure, given in _unstated(ones, entry):
        if given in tried:
            continue
        tried.append(given)
        new = {name: each for name, each in given.items() if entry.given.get(name) != each}
        news = _news(entry.given, given)
        then = [
            result if names.isdisjoint(news) else one.over or _winner(one, given, entry.on)
            for one, result, names in live
        ]
        if then == before and shares.isdisjoint(news):
            continue
        # Many a claim puts the goods outside the same measure: what is left is the same.
        key = tuple(map(_outcome, then)) if shares.isdisjoint(news) else None
        found = None if key is None else summed.get(key)
        if found is None:
            asked = Entry(entry.into, entry.origin, entry.product, entry.on, entry.base, given)
            found = _Charged(ones, then, asked, known, yielding).sums()
            if key is not None:
                summed[key] = found
        less = any(old.items() <= new.items() and had == found for old, had in told)
        if found != sums and not less:
            told.append((new, found))
            yield WouldChange(new, found.total, found.additional, measure)


def _outcome(result: _Result) -> object:
    """What tells one result of a measure from another, as far as the sums go."""
    if isinstance(result, _Won):
        return id(result.line), result.taken_out, id(result.at_least)
    return result if isinstance(result, Prohibited) else None


def _more_digits(
    tariff: Tariff, looked: Sequence[Looked], entry: Entry, known: date, sums: _Sums
) -> Iterator[WouldChange]:
    """What the goods would pay as the first of the codes that would settle a line, line by line."""
    tried: set[str] = set()
    for each in (each for one in looked for each in one.unsettled):
        for code in set(each.codes[:1]) - tried:
            tried.add(code)
            asked = replace(entry, product=code)
            then, _ = tariff.look(asked, known)
            results = [one.over or _winner(one, asked.given, asked.on) for one in then]
            found = _Charged(then, results, asked, known).sums()
            if found != sums:
                yield WouldChange(
                    {"product": dotted(code)}, found.total, found.additional, each.measure
                )


def _asked(one: Looked) -> frozenset[str]:
    """What anything of the measure depends on: givens, and each claim by itself."""
    shares = (each.bears.value.share for each in one.candidates)
    tests = (test.asks for each in one.candidates for test in each.tests)
    return frozenset(filter(None, shares)).union(*tests)


def _news(before: Mapping[str, Stated], after: Mapping[str, Stated]) -> set[str]:
    """What *after* states and *before* does not: givens, and each claim by itself."""
    found = {name for name, each in after.items() if before.get(name) != each}
    if "claim" in found:
        found.remove("claim")
        claims = after["claim"], before.get("claim", frozenset())
        more, had = (each if isinstance(each, frozenset) else frozenset() for each in claims)
        found |= {f"claim:{each}" for each in more - had}
    return found


def _unstated(looked: Iterable[Looked], entry: Entry) -> Iterator[tuple[str, dict[str, Stated]]]:
    """What meets the conditions of a line that nothing stated contradicts, line by line.

    Also with as much of what it is charged on, or takes out, as relieves the most.
    """
    for one in looked:
        for each in one.candidates:
            bears = each.bears.value
            if one.over or each.suspended or not (each.tests or bears.share):
                continue
            given = _meeting(each.tests, entry)
            if given is None:
                continue
            if given != entry.given:
                yield one.measure.name, given
            if bears.share is not None and bears.share not in entry.given:
                relieves = bears.rest != (bears.basis == "exempt")
                shared = {**given, bears.share: _ONE if relieves else _ZERO}
                if shared != given and all(test.met(shared, entry.on) for test in each.tests):
                    yield one.measure.name, shared


def _meeting(tests: Iterable[Test], entry: Entry) -> dict[str, Stated] | None:
    """What is stated and what else meets *tests*; None where what is stated cannot."""
    given = dict(entry.given)
    # The least that is asked for first, so that what must stay below something is not 0.
    for test in sorted(tests, key=lambda test: test.below is not None):
        if test.met(given, entry.on) is None:
            given = test.shown(given, entry.on)
    return given if all(test.met(given, entry.on) for test in tests) else None
