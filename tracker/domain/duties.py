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

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from tracker.domain.dates import EVER, AsOf
from tracker.domain.givens import Stated, Test
from tracker.domain.products import dotted
from tracker.domain.scopes import EVERYONE, scope_of
from tracker.domain.timeline import Fact

_ZERO, _ONE = Decimal(), Decimal(1)
CHARGING = frozenset({"tariff", "quota", "remedy", "fee", "ban"})
"""The instruments that bear on the entry of goods."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Goods that enter: into which party, of which origin, which product, on which day.

    ``product`` is the digits of a code, or ``*`` for a good that is on no list.  ``base`` is
    the ordinary duty after preference, in per cent, where it is stated.
    """

    into: str
    origin: str
    product: str
    on: date
    base: Decimal | None = None
    given: Mapping[str, Stated] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Component:
    """What one measure adds: points = rate × share, or the top-up to a total × share.

    ``points`` is None where the rate is not established, or tops up a base that is not known.
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


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A measure that was looked at and is not charged, and why.

    ``code`` is yields, exempt, no-line, suspended, not-yet, ended or condition.
    """

    measure: str
    code: str
    why: str
    by: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class WouldChange:
    """Givens that were not stated and would change the total, and to what."""

    given: Mapping[str, Stated]
    total: Decimal | None
    additional: Decimal | None
    measure: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What keeps the answer open: a code that is too short, a value that is not established."""

    measure: str
    line: str
    why: str


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


class _Span(NamedTuple):
    """A value on a rectangle of days in force and days of knowledge."""

    since: date
    until: date
    known: date
    known_until: date
    value: Any
    event: str
    decided: date


def _on(spans: Iterable[_Span], day: date, known: date) -> _Span | None:
    """The span that holds; None also where a sunset left nothing."""
    for span in spans:
        if span.since <= day < span.until and span.known <= known < span.known_until:
            return None if span.value is None else span
    return None


class _Line:
    def __init__(self, name: str) -> None:
        self.name = name
        self.scopes: list[_Span] = []
        self.bears: list[_Span] = []
        self.suspended: list[_Span] = []

    @cached_property
    def partners(self) -> frozenset[str]:
        """Every partner that its scope ever names."""
        return frozenset().union(*(span.value.partners for span in self.scopes if span.value))


class _Measure:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, _Line] = {}
        self.parts: dict[str, list[_Span]] = {}
        self.yields: dict[str, list[_Span]] = {}

    def line(self, name: str) -> _Line:
        return self.lines.setdefault(name, _Line(name))

    def part(self, name: str, day: date, known: date) -> _Span | None:
        return _on(self.parts.get(name, ()), day, known)

    @cached_property
    def imposer(self) -> str:
        return str(self.parts["imposer"][0].value)

    @cached_property
    def by_partner(self) -> dict[str, list[_Line]]:
        found: dict[str, list[_Line]] = {}
        for line in self.lines.values():
            for partner in line.partners:
                found.setdefault(partner, []).append(line)
        return found

    @cached_property
    def is_base(self) -> bool:
        return any(
            span.value.get("basis") == "base"
            for line in self.lines.values()
            for span in line.bears
            if isinstance(span.value, dict)
        )


class Tariff:
    """The measures on goods that enter, on all days and as known on all days, ready to be asked.

    Args:
        facts: those of the measures, sorted by subject and part.
        memberships: the facts of the agreements that scopes name as groups, each as the
            code of the group and a fact of one of its parties.
        sources: event → the address of its first source.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        memberships: Iterable[tuple[str, Fact]] = (),
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self.sources = sources or {}
        self.measures: list[_Measure] = []
        self._covered: dict[str, tuple[date, date]] = {}
        for subject, group in groupby(facts, key=lambda fact: fact.subject):
            measure, covered = self._measure(subject, group)
            if covered:
                self._covered[measure.imposer] = covered
            instrument = measure.parts.get("instrument")
            if instrument and instrument[0].value in CHARGING:
                self.measures.append(measure)
        self._groups: dict[str, list[tuple[str, _Span]]] = {}
        for code, fact in memberships:
            party = fact.part.removeprefix("party/")
            self._groups.setdefault(party, []).append((code, _span(fact, _read(fact))))

    def _measure(
        self, subject: str, facts: Iterable[Fact]
    ) -> tuple[_Measure, tuple[date, date] | None]:
        measure = _Measure(subject.removeprefix("measure/"))
        covered: tuple[date, date] | None = None
        for fact in facts:
            kind, _, name = fact.part.partition("/")
            match kind:
                case "scope":
                    measure.line(name).scopes.append(_span(fact, scope_of(fact.value)))
                case "line":
                    measure.line(name).bears.append(_span(fact, _read(fact)))
                case "suspended" if name:
                    measure.line(name).suspended.append(_span(fact, _read(fact)))
                case "yields":
                    measure.yields.setdefault(name, []).append(_span(fact, _read(fact)))
                case "covered":
                    # Of the newest knowledge only: what the catalogue holds is no news.
                    if fact.known_until == EVER and fact.value is not None:
                        first, last = covered or (fact.since, fact.until)
                        covered = min(first, fact.since), max(last, fact.until)
                case _:
                    measure.parts.setdefault(kind, []).append(_span(fact, _read(fact)))
        return measure, covered

    def covers(self, into: str) -> tuple[date, date] | None:
        """The first day of entry that is covered, and the first that no longer is."""
        return self._covered.get(into)

    @cached_property
    def claims(self) -> frozenset[str]:
        """What conditions of lines name as a claim."""
        return frozenset(
            test.is_
            for measure in self.measures
            for line in measure.lines.values()
            for span in line.scopes
            if span.value is not None
            for test in span.value.tests
            if test.given == "claim" and test.is_
        )

    def groups_of(self, party: str, day: date, known: date) -> frozenset[str]:
        """The groups that *party* belongs to on *day*, as known."""
        return frozenset(
            code
            for code, span in self._groups.get(party, ())
            if span.value in ("in-force", "suspended") and _on((span,), day, known) is not None
        )

    def turns(self, known: date) -> list[date]:
        """The days on which something that is known begins or ends, sorted."""
        found: set[date] = set()
        spans = [span for each in self._groups.values() for _, span in each]
        for measure in self.measures:
            for line in measure.lines.values():
                spans += [*line.scopes, *line.bears, *line.suspended]
            spans += [span for each in measure.parts.values() for span in each]
            spans += [span for each in measure.yields.values() for span in each]
        for span in spans:
            if span.known <= known < span.known_until:
                found |= {span.since, span.until}
        return sorted(found)


def _read(fact: Fact) -> Any:
    return None if fact.value is None else json.loads(fact.value)


def _span(fact: Fact, value: Any) -> _Span:
    return _Span(
        fact.since, fact.until, fact.known, fact.known_until, value, fact.event, fact.decided
    )


class _Candidate(NamedTuple):
    """A line that covers the goods on the day, if its conditions are met."""

    line: str
    nearness: int
    prefix: int
    tests: tuple[Test, ...]
    scope: _Span
    bears: _Span
    suspended: bool

    @property
    def order(self) -> tuple[int, int, int, bool, date, str]:
        """The later wins; those that are exempt are picked before."""
        rank = self.bears.value.get("rank", 0)
        decided = max(self.bears.decided, self.scope.decided)
        return rank, self.nearness, self.prefix, bool(self.tests), decided, self.line


class _Looked(NamedTuple):
    """What was found of one measure for the goods, before anything stated is looked at."""

    measure: _Measure
    candidates: list[_Candidate]
    over: NotApplied | None
    unsettled: list[Unsettled]


class _Won(NamedTuple):
    """The line of a measure that wins, with what beside it bears on its points."""

    measure: _Measure
    line: _Candidate
    taken_out: Decimal
    at_least: _Candidate | None


def duty(tariff: Tariff, entry: Entry, at: AsOf) -> Duty:
    """What *entry* pays, as known at *at*, whose day is that of the entry."""
    day, known = at.day, at.knowledge
    groups = tariff.groups_of(entry.origin, day, known)
    imposers = {entry.into, *tariff.groups_of(entry.into, day, known)}
    looked = [
        each
        for measure in tariff.measures
        if measure.imposer in imposers
        if (each := _look(measure, entry, groups, day, known)) is not None
    ]
    found = _charge(looked, entry, day, known)
    sources = tariff.sources
    covers = tariff.covers(entry.into)
    covered = covers is not None and covers[0] <= day < covers[1]
    return Duty(
        entry,
        at,
        found.total if covered else None,
        found.additional,
        tuple(replace(each, source=sources.get(each.event or "")) for each in found.components),
        found.not_applied,
        tuple(_would_change(looked, entry, day, known, found)),
        found.unsettled,
        found.prohibited,
        covered,
        covers,
    )


def _look(
    measure: _Measure, entry: Entry, groups: frozenset[str], day: date, known: date
) -> _Looked | None:
    """The lines of *measure* that cover the goods; None where nothing is known of it."""
    if measure.part("title", day, known) is None:
        return None
    lines = {
        line.name: line
        for partner in (entry.origin, *groups, EVERYONE)
        for line in measure.by_partner.get(partner, ())
    }
    candidates: list[_Candidate] = []
    unsettled: list[Unsettled] = []
    for name in sorted(lines):
        line = lines[name]
        scope = _on(line.scopes, day, known)
        bears = _on(line.bears, day, known) if scope else None
        if scope is None or bears is None or not _charges(bears.value):
            continue
        nearness = scope.value.nearness(entry.origin, groups)
        if nearness is None:
            continue
        prefix, wanted = scope.value.covers(entry.product)
        if wanted:
            unsettled.append(Unsettled(measure.name, name, _digits_wanted(entry, wanted)))
        if prefix is None:
            continue
        paused = _on(line.suspended, day, known)
        suspended = paused is not None and paused.value is True
        tests = scope.value.tests
        candidates.append(_Candidate(name, nearness, prefix, tests, scope, bears, suspended))
    over = _over(measure, day, known)
    if not candidates and over is None:
        over = _elsewhere(measure, lines.values(), entry, groups, day, known)
    return _Looked(measure, candidates, over, [] if over and over.code == "ended" else unsettled)


def _charges(value: Any) -> bool:
    """Whether what a line bears is something that goods are charged or stopped by."""
    return value == "open" or (
        isinstance(value, dict) and not {"rate", "ban", "licence"}.isdisjoint(value)
    )


def _digits_wanted(entry: Entry, codes: Sequence[str]) -> str:
    some = ", ".join(dotted(code) for code in codes[:5])
    more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
    digits = max(len(code) for code in codes)
    return (
        f"{dotted(entry.product)} is too short: {digits} digits settle it (it names {some}{more})"
    )


def _over(measure: _Measure, day: date, known: date) -> NotApplied | None:
    for part, code in (("ended", "ended"), ("suspended", "suspended")):
        held = measure.part(part, day, known)
        if held is not None and held.value is True:
            return NotApplied(measure.name, code, f"{code} since {held.since}", event=held.event)
    return None


def _elsewhere(
    measure: _Measure,
    lines: Iterable[_Line],
    entry: Entry,
    groups: frozenset[str],
    day: date,
    known: date,
) -> NotApplied:
    """Why no line covers the goods on the day: one does later, one did, or none ever."""
    later: list[tuple[date, str]] = []
    before: list[tuple[date, str]] = []
    for line in lines:
        for scope in line.scopes:
            if not scope.known <= known < scope.known_until or scope.value is None:
                continue
            nearness = scope.value.nearness(entry.origin, groups)
            if nearness is None or scope.value.covers(entry.product)[0] is None:
                continue
            for bears in line.bears:
                if not bears.known <= known < bears.known_until or bears.value is None:
                    continue
                since, until = max(scope.since, bears.since), min(scope.until, bears.until)
                if since >= until:
                    continue
                if since > day:
                    later.append((since, bears.event))
                elif until <= day:
                    before.append((until, bears.event))
    if later:
        since, event = min(later)
        return NotApplied(measure.name, "not-yet", f"from {since}", event=event)
    if before:
        until, event = max(before)
        return NotApplied(measure.name, "ended", f"to the day before {until}", event=event)
    return NotApplied(measure.name, "no-line", "no line of it covers these goods")


class _Found(NamedTuple):
    total: Decimal | None
    additional: Decimal | None
    components: tuple[Component, ...]
    not_applied: tuple[NotApplied, ...]
    unsettled: tuple[Unsettled, ...]
    prohibited: tuple[Prohibited, ...]


def _charge(looked: Sequence[_Looked], entry: Entry, day: date, known: date) -> _Found:
    """What the lines that win add up to, going by what is stated of the goods."""
    won: dict[str, _Won] = {}
    not_applied: list[NotApplied] = []
    unsettled = [each for one in looked for each in one.unsettled]
    prohibited: list[Prohibited] = []
    for one in looked:
        result = _winner(one, entry, day)
        if isinstance(result, NotApplied):
            not_applied.append(result)
        elif isinstance(value := result.line.bears.value, dict) and "rate" not in value:
            bears = "ban" if "ban" in value else "licence"
            prohibited.append(
                Prohibited(one.measure.name, result.line.line, bears, result.line.bears.event)
            )
        else:
            won[one.measure.name] = result
    if entry.base is not None:
        won = {name: each for name, each in won.items() if not each.measure.is_base}
        not_applied = [each for each in not_applied if not _is_base(looked, each.measure)]
    base = _base(won, looked, entry, unsettled)
    charged = _Charged(won, base, entry.given, day, known)
    components = []
    for name in won:
        share = charged.share(name)
        if isinstance(share, NotApplied):
            not_applied.append(share)
            continue
        component = charged.component(name, share)
        components.append(component)
        if component.rate is None:
            unsettled.append(Unsettled(name, component.line, "its rate is not established"))
    unsettled += charged.unsettled
    additional = _sum(each.points for each in components if each.basis != "base")
    if entry.base is not None:
        names = [one.measure.name for one in looked if one.measure.is_base]
        components.append(
            Component(
                names[0] if names else "base",
                "given",
                "base",
                entry.base,
                _ONE,
                entry.base,
                "undisputed",
                None,
            )
        )
    if charged.unsettled:
        additional = None
    total = None if base is None or additional is None else base + additional
    return _Found(
        total,
        additional,
        tuple(sorted(components, key=lambda each: (each.basis != "base", each.measure))),
        tuple(sorted(not_applied, key=lambda each: each.measure)),
        tuple(sorted(unsettled, key=lambda each: (each.measure, each.line))),
        tuple(sorted(prohibited, key=lambda each: (each.measure, each.line))),
    )


def _is_base(looked: Sequence[_Looked], name: str) -> bool:
    return any(one.measure.is_base for one in looked if one.measure.name == name)


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    total = _ZERO
    for each in points:
        if each is None:
            return None
        total += each
    return total


def _base(
    won: Mapping[str, _Won],
    looked: Sequence[_Looked],
    entry: Entry,
    unsettled: list[Unsettled],
) -> Decimal | None:
    """The ordinary duty, as given or as the line that wins says; None where it is not known."""
    if entry.base is not None:
        return entry.base
    for each in won.values():
        if each.measure.is_base:
            value = each.line.bears.value
            return None if value == "open" or value["rate"] == "open" else Decimal(value["rate"])
    name = next((one.measure.name for one in looked if one.measure.is_base), "base")
    unsettled.append(Unsettled(name, "", "the ordinary duty is not known: give it as the base"))
    return None


def _winner(one: _Looked, entry: Entry, day: date) -> _Won | NotApplied:
    if one.over is not None:
        return one.over
    name = one.measure.name
    open_ = [each for each in one.candidates if not each.suspended]
    if not open_:
        return NotApplied(name, "suspended", f"line {one.candidates[0].line} is suspended")
    met = [each for each in open_ if all(test.met(entry.given, day) is True for test in each.tests)]
    exempt = [each for each in met if _basis(each) == "exempt" and "share" not in each.bears.value]
    if exempt:
        by = max(exempt, key=lambda each: each.order)
        why = f"line {by.line} exempts these goods"
        return NotApplied(name, "exempt", why, event=by.bears.event)
    lines = [each for each in met if _basis(each) not in ("exempt", "at-least")]
    if not lines:
        tests = sorted({test.given for each in open_ for test in each.tests})
        return NotApplied(name, "condition", f"not shown: {', '.join(tests)}")
    shares = [each for each in met if _basis(each) == "exempt"]
    floors = [each for each in met if _basis(each) == "at-least"]
    taken_out = max((_share(each.bears.value, entry.given) for each in shares), default=_ZERO)
    return _Won(
        one.measure,
        max(lines, key=lambda each: each.order),
        taken_out,
        max(floors, key=lambda each: each.order, default=None),
    )


def _basis(candidate: _Candidate) -> str:
    value = candidate.bears.value
    return str(value.get("basis", "additional")) if isinstance(value, dict) else "additional"


def _share(value: Mapping[str, Any], given: Mapping[str, Stated]) -> Decimal:
    """The share of the value that a line is charged on; all of it where none is stated."""
    said = value.get("share")
    if said is None:
        return _ONE
    kind, _, name = said.partition(":")
    stated = given.get(name if name in ("us-content",) else f"{name}-value")
    if not isinstance(stated, Decimal):
        # An exempt line takes out no more than is shown, a duty is charged on all of it.
        return _ZERO if value.get("basis") == "exempt" else _ONE
    return stated if kind == "content" else _ONE - stated


class _Charged:
    """Which of the measures that apply are charged, and on what share of the value."""

    def __init__(
        self,
        won: Mapping[str, _Won],
        base: Decimal | None,
        given: Mapping[str, Stated],
        day: date,
        known: date,
    ) -> None:
        self._won = won
        self._base = base
        self._given = given
        self._day = day
        self._known = known
        self._shares: dict[str, Decimal | NotApplied] = {}
        self._asked: set[str] = set()
        self.unsettled: list[Unsettled] = []

    def share(self, name: str) -> Decimal | NotApplied:
        """The share that the measure is charged on, or why it is not charged at all.

        A ring of measures that yield to one another charges the one that was asked first;
        two that yield to each other never reach the log.
        """
        if name in self._shares:
            return self._shares[name]
        self._asked.add(name)
        each = self._won[name]
        rest = _ONE
        found: Decimal | NotApplied | None = None
        for other in sorted(each.measure.yields):
            if other not in self._won or other in self._asked - self._shares.keys():
                continue
            held = _on(each.measure.yields[other], self._day, self._known)
            if held is None or held.value == "none":
                continue
            taken = self.share(other)
            if isinstance(taken, NotApplied):
                continue
            if held.value == "open":
                why = f"whether it yields to {other} is not established"
                self.unsettled.append(Unsettled(name, each.line.line, why))
                continue
            rest -= taken if held.value == "part" else _ONE
            if rest <= _ZERO:
                why = f"not charged where {other} is"
                found = NotApplied(name, "yields", why, other, held.event)
                break
        if found is None:
            value = each.line.bears.value
            own = _share(value, self._given) if isinstance(value, dict) else _ONE
            found = own * (_ONE - each.taken_out) * rest
        self._shares[name] = found
        return found

    def component(self, name: str, share: Decimal) -> Component:
        each = self._won[name]
        value = each.line.bears.value
        value = value if isinstance(value, dict) else {"rate": "open"}
        rate = None if value["rate"] == "open" else Decimal(value["rate"])
        basis = value.get("basis", "additional")
        standing = each.measure.part("standing", self._day, self._known)
        return Component(
            measure=name,
            line=each.line.line,
            basis=basis,
            rate=rate,
            share=share,
            points=self._points(rate, basis, share, each.at_least),
            standing=standing.value if standing else "undisputed",
            event=each.line.bears.event,
            heading=value.get("heading"),
            text=value.get("text"),
        )

    def _points(
        self, rate: Decimal | None, basis: str, share: Decimal, at_least: _Candidate | None
    ) -> Decimal | None:
        if rate is None:
            return None
        if basis == "total":
            if self._base is None:
                return None
            points = max(_ZERO, rate - self._base) * share
        else:
            points = rate * share
        if at_least is not None:
            if self._base is None or at_least.bears.value["rate"] == "open":
                return None
            points = max(points, Decimal(at_least.bears.value["rate"]) - self._base)
        return points


def _would_change(
    looked: Sequence[_Looked], entry: Entry, day: date, known: date, found: _Found
) -> Iterator[WouldChange]:
    """What else could be stated of the goods, and what they would then pay."""
    tried: list[Mapping[str, Stated]] = []
    for measure, given in _unstated(looked, entry, day):
        if given in tried:
            continue
        tried.append(given)
        then = _charge(looked, replace(entry, given=given), day, known)
        if (then.total, then.additional, then.prohibited) != (
            found.total,
            found.additional,
            found.prohibited,
        ):
            new = {name: each for name, each in given.items() if entry.given.get(name) != each}
            yield WouldChange(new, then.total, then.additional, measure)


def _unstated(
    looked: Sequence[_Looked], entry: Entry, day: date
) -> Iterator[tuple[str, Mapping[str, Stated]]]:
    for one in looked:
        if one.over is not None:
            continue
        for each in one.candidates:
            results = [test.met(entry.given, day) for test in each.tests]
            if False in results or each.suspended:
                continue
            given = entry.given
            for test, result in zip(each.tests, results, strict=True):
                if result is None:
                    given = test.shown(given, day)
            value = each.bears.value
            share = value.get("share") if isinstance(value, dict) else None
            if share and "-value" not in share:
                name = share.partition(":")[2]
                name = name if name == "us-content" else f"{name}-value"
                if name not in given:
                    given = {**given, name: _ZERO if share.startswith("content") else _ONE}
            if given != entry.given:
                yield one.measure.name, given
