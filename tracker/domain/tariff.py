"""The tariff: the measures on goods that enter, and which of their lines cover them on a day.

It is made of facts once and asked many times.  Everything in it is kept as rectangles of days
in force and days of knowledge, so that one tariff answers for all days.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from tracker.domain.dates import EVER
from tracker.domain.givens import Stated, Test
from tracker.domain.memberships import Memberships
from tracker.domain.products import dotted
from tracker.domain.scopes import Scope, scope_of
from tracker.domain.spans import Span, on
from tracker.domain.timeline import Fact

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
class Unsettled:
    """What keeps the answer open: a code that is too short, a value that is not established.

    ``codes`` are those that begin with the product and would settle it.
    """

    measure: str
    line: str
    why: str
    codes: tuple[str, ...] = ()


NO_LINE = "no line of it covers these goods"


class Bears(NamedTuple):
    """What a line bears: a rate in per cent (None: not established), or that it stops the goods.

    ``share`` is the given that says on which share of the value it is charged, ``rest``
    whether on what that leaves.
    """

    basis: str
    rate: Decimal | None
    share: str | None = None
    rest: bool = False
    rank: int = 0
    heading: str | None = None
    text: str | None = None
    stops: str | None = None

    @property
    def charges(self) -> bool:
        """Whether it charges something by itself, rather than relieves or keeps a minimum."""
        return self.basis not in ("exempt", "at-least")

    @classmethod
    def of(cls, value: Any) -> Bears | None:
        """What a fact of a line says; None for a line that neither charges nor stops goods."""
        if value == "open":
            return cls("additional", None)
        if not isinstance(value, dict):
            return None
        if "rate" not in value:
            stops = next((word for word in ("ban", "licence") if value.get(word)), None)
            return cls("additional", None, stops=stops) if stops else None
        kind, _, name = value.get("share", "").partition(":")
        return cls(
            basis=value.get("basis", "additional"),
            rate=None if value["rate"] == "open" else Decimal(value["rate"]),
            share=(name if name == "us-content" else f"{name}-value") if name else None,
            rest=kind == "rest",
            rank=value.get("rank", 0),
            heading=value.get("heading"),
            text=value.get("text"),
        )


class Line:
    """A line of a measure on all days: its scopes, what it bears, and whether it is suspended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.scopes: list[Span[Scope]] = []
        self.bears: list[Span[Bears]] = []
        self.suspended: list[Span[Any]] = []


class Match(NamedTuple):
    """A scope of a line that covers goods on its days.

    ``prefix`` is the length of the code that covers them, None where ``wanted``, the longer
    codes of the scope, would have to settle it.
    """

    line: Line
    scope: Span[Scope]
    nearness: int
    prefix: int | None
    wanted: list[str]


_REMEMBERED = 4096
"""How many kinds of goods a tariff remembers the matches of: entries come in the same kinds."""


class Measure:
    """A measure on all days: its lines, what it yields to, and its other parts by name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, Line] = {}
        self.parts: dict[str, list[Span[Any]]] = {}
        self.yields: dict[str, list[Span[Any]]] = {}

    def line(self, name: str) -> Line:
        return self.lines.setdefault(name, Line(name))

    def part(self, name: str, day: date, known: date) -> Span[Any] | None:
        return on(self.parts.get(name, ()), day, known)

    def is_known(self, known: date) -> bool:
        """Whether anything is known of it: its title holds on all days from then on."""
        for span in self.parts.get("title", ()):  # noqa: SIM110 - of each measure for each answer
            if span.known <= known < span.known_until:
                return True
        return False

    def yields_on(self, day: date, known: date) -> list[tuple[str, Span[Any]]]:
        """The measures to which it yields on the day, by name, each with how much."""
        held = ((other, on(spans, day, known)) for other, spans in sorted(self.yields.items()))
        return [(other, span) for other, span in held if span and span.value != "none"]

    @cached_property
    def imposer(self) -> str:
        return str(self.parts["imposer"][0].value)

    @cached_property
    def no_line(self) -> NotApplied:
        """That it has no line for the goods."""
        return NotApplied(self.name, "no-line", NO_LINE)

    @cached_property
    def is_base(self) -> bool:
        """Whether it is the ordinary duty."""
        bears = (span.value for line in self.lines.values() for span in line.bears)
        return any(each.basis == "base" for each in bears)

    def matches(self, origin: str, groups: frozenset[str], product: str) -> Iterator[Match]:
        """The scopes of its lines that cover such goods on any day, or a part of them."""
        for name in sorted(self.lines):
            line = self.lines[name]
            for span in line.scopes:
                nearness = span.value.nearness(origin, groups)
                if nearness is None:
                    continue
                prefix, wanted = span.value.covers(product)
                if prefix is not None or wanted:
                    yield Match(line, span, nearness, prefix, wanted)


class Candidate(NamedTuple):
    """A line that covers the goods on the day, if its conditions are met."""

    line: str
    nearness: int
    prefix: int
    scope: Span[Scope]
    bears: Span[Bears]
    suspended: bool
    tests: tuple[Test, ...]

    @property
    def charges(self) -> bool:
        return self.bears.value.charges

    @property
    def order(self) -> tuple[int, int, int, bool, tuple[date, int, str], str]:
        """The highest wins; those that are exempt are picked before."""
        decided = max(self.bears.decided, self.scope.decided)
        rank = self.bears.value.rank
        return rank, self.nearness, self.prefix, bool(self.tests), decided, self.line


class Looked(NamedTuple):
    """What was found of one measure for the goods, before anything stated is looked at.

    ``over`` says why the measure is not charged whatever is stated; ``yields`` to which
    measures it yields on the day, and how much.
    """

    measure: Measure
    candidates: list[Candidate]
    over: NotApplied | None
    unsettled: list[Unsettled]
    yields: list[tuple[str, Span[Any]]]


class Tariff:
    """The measures on goods that enter, on all days and as known on all days, ready to be asked.

    Args:
        facts: those of the measures, sorted by subject and part.
        memberships: who belongs to the groups that scopes name.
        sources: event → the address of its first source.
        orders: event → its order among the decisions of its day, where that is not 0.
        version: how much of the log the facts have seen.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        memberships: Memberships,
        sources: Mapping[str, str] | None = None,
        orders: Mapping[str, int] | None = None,
        version: int | None = None,
    ) -> None:
        self.sources = sources or {}
        self._memberships = memberships
        self.version = version
        self._seen: dict[
            tuple[frozenset[str], str, frozenset[str], str],
            tuple[list[tuple[Measure, list[Match]]], list[Measure]],
        ] = {}
        self.measures: list[Measure] = []
        self._covered: dict[str, list[tuple[date, date]]] = {}
        certain = (fact for fact in facts if fact.certain)
        for subject, group in groupby(certain, key=lambda fact: fact.subject):
            measure, covered = _measure(subject, group, orders or {})
            if covered and "imposer" in measure.parts:
                self._covered.setdefault(measure.imposer, []).extend(covered)
            instrument = measure.parts.get("instrument")
            if instrument and instrument[0].value in CHARGING:
                self.measures.append(measure)

    def covers(self, entry: Entry, known: date) -> tuple[date, date] | None:
        """The first day of entry that is covered for its importer, and the first no longer so."""
        spans = self._spans_covered(entry, known)
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def covered(self, entry: Entry, known: date) -> bool:
        """Whether the catalogue was kept for the day of the entry."""
        return any(first <= entry.on < last for first, last in self._spans_covered(entry, known))

    def _spans_covered(self, entry: Entry, known: date) -> list[tuple[date, date]]:
        own = self._covered.get(entry.into)
        if own is not None:
            return own
        groups = self._memberships.groups_of(entry.into, entry.on, known)
        return [span for code in sorted(groups) for span in self._covered.get(code, ())]

    @cached_property
    def claims(self) -> frozenset[str]:
        """What conditions of lines name as a claim."""
        return self._named("claim")

    @cached_property
    def uses(self) -> frozenset[str]:
        """What conditions of lines name as a use of the goods."""
        return self._named("use")

    def _named(self, given: str) -> frozenset[str]:
        return frozenset(
            test.is_
            for measure in self.measures
            for line in measure.lines.values()
            for span in line.scopes
            for test in span.value.tests
            if test.given == given and test.is_
        )

    def turns(self, known: date) -> list[date]:
        """The days on which something that is known begins or ends, sorted."""
        spans: list[Span[Any]] = [*self._memberships.spans()]
        for measure in self.measures:
            for line in measure.lines.values():
                spans += [*line.scopes, *line.bears, *line.suspended]
            spans += [span for each in measure.parts.values() for span in each]
            spans += [span for each in measure.yields.values() for span in each]
        known_ones = [span for span in spans if span.known <= known < span.known_until]
        covered = {day for each in self._covered.values() for span in each for day in span}
        return sorted(covered | {day for span in known_ones for day in (span.since, span.until)})

    def look(self, entry: Entry, known: date) -> tuple[list[Looked], list[NotApplied]]:
        """What is found of each measure of the importer, or of a group of it, for the goods.

        Returns:
            Those of which a line covers the goods on some day, and the ordinary duty; and of
            the others that they have none.
        """
        groups_of = self._memberships.groups_of
        groups = groups_of(entry.origin, entry.on, known)
        imposers = frozenset((entry.into, *groups_of(entry.into, entry.on, known)))
        bearing, others = self._sorted(imposers, entry.origin, groups, entry.product)
        return (
            [
                _look(measure, matches, entry, known)
                for measure, matches in bearing
                if measure.is_known(known)
            ],
            [measure.no_line for measure in others if measure.is_known(known)],
        )

    def _sorted(
        self, imposers: frozenset[str], origin: str, groups: frozenset[str], product: str
    ) -> tuple[list[tuple[Measure, list[Match]]], list[Measure]]:
        """The measures that may bear on such goods, each with how; and those that never do."""
        key = imposers, origin, groups, product
        found = self._seen.get(key)
        if found is None:
            bearing: list[tuple[Measure, list[Match]]] = []
            others: list[Measure] = []
            for measure in self.measures:
                if measure.imposer in imposers:
                    matches = list(measure.matches(origin, groups, product))
                    if matches or measure.is_base:
                        bearing.append((measure, matches))
                    else:
                        others.append(measure)
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._seen[key] = bearing, others
        return found


def _measure(
    subject: str, facts: Iterable[Fact], orders: Mapping[str, int]
) -> tuple[Measure, list[tuple[date, date]]]:
    """The measure that *facts* are about, and the days that the catalogue covers by it."""
    measure = Measure(subject.removeprefix("measure/"))
    covered: list[tuple[date, date]] = []
    for fact in facts:
        if fact.value is None:
            # A sunset left nothing.  Certain facts do not overlap, so nothing else holds there.
            continue
        kind, _, name = fact.part.partition("/")
        match kind:
            case "scope":
                order = orders.get(fact.event, 0)
                measure.line(name).scopes.append(Span.of(fact, scope_of(fact.value), order))
            case "line":
                order = orders.get(fact.event, 0)
                bears = Bears.of(json.loads(fact.value))
                if bears is not None:
                    measure.line(name).bears.append(Span.of(fact, bears, order))
            case "suspended" if name:
                measure.line(name).suspended.append(Span.of(fact, json.loads(fact.value)))
            case "yields":
                measure.yields.setdefault(name, []).append(Span.of(fact, json.loads(fact.value)))
            case "covered":
                # Of the newest knowledge only: what the catalogue holds is no news.
                if fact.known_until == EVER:
                    covered.append((fact.since, fact.until))
            case _:
                measure.parts.setdefault(kind, []).append(Span.of(fact, json.loads(fact.value)))
    return measure, covered


def _look(measure: Measure, matches: list[Match], entry: Entry, known: date) -> Looked:
    """The lines of *measure* that cover the goods, and why it does not bear on them."""
    day = entry.on
    candidates: list[Candidate] = []
    unsettled: list[Unsettled] = []
    for line, scope, nearness, prefix, wanted in matches:
        if not scope.holds(day, known):
            continue
        bears = on(line.bears, day, known)
        if bears is None:
            continue
        if wanted:
            why = _digits_wanted(entry, wanted)
            unsettled.append(Unsettled(measure.name, line.name, why, tuple(wanted)))
        if prefix is not None:
            paused = on(line.suspended, day, known)
            suspended = paused is not None and paused.value is True
            tests = scope.value.tests
            candidates.append(
                Candidate(line.name, nearness, prefix, scope, bears, suspended, tests)
            )
    over = _over(measure, day, known) if candidates or unsettled else None
    if over is not None:
        unsettled = []
    if not candidates:
        over = _elsewhere(measure, matches, day, known)
    may_charge = over is None or measure.is_base
    yields = measure.yields_on(day, known) if may_charge else []
    return Looked(measure, candidates, over, unsettled, yields)


def _digits_wanted(entry: Entry, codes: list[str]) -> str:
    some = ", ".join(dotted(code) for code in codes[:5])
    more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
    digits = max(len(code) for code in codes)
    return (
        f"{dotted(entry.product)} is too short: {digits} digits settle it (it names {some}{more})"
    )


def _over(measure: Measure, day: date, known: date) -> NotApplied | None:
    for part, code in (("ended", "ended"), ("suspended", "suspended")):
        held = measure.part(part, day, known)
        if held is not None and held.value is True:
            return NotApplied(measure.name, code, f"{code} since {held.since}", event=held.event)
    return None


def _elsewhere(measure: Measure, matches: Iterable[Match], day: date, known: date) -> NotApplied:
    """Why no line covers the goods on the day: one does later, one did, or none ever."""
    later: list[tuple[date, str]] = []
    before: list[tuple[date, str]] = []
    for line, scope, _, prefix, _ in matches:
        if scope.value.codes is None and scope.value.tests:
            continue  # It covers whatever is claimed, so it says nothing of these goods.
        if prefix is None or not scope.known <= known < scope.known_until:
            continue
        for bears in line.bears:
            if not bears.known <= known < bears.known_until:
                continue
            if bears.value.basis == "exempt":
                continue
            since, until = max(scope.since, bears.since), min(scope.until, bears.until)
            if since < until and since > day:
                later.append((since, bears.event))
            elif since < until and until <= day:
                before.append((until, bears.event))
    if later:
        since, event = min(later)
        return NotApplied(measure.name, "not-yet", f"from {since}", event=event)
    if before:
        until, event = max(before)
        return NotApplied(measure.name, "ended", f"to the day before {until}", event=event)
    return measure.no_line
