"""Scopes: whose goods and which goods a line of a measure covers.

A line names partners, groups of them or everyone, and prefixes of codes; dots do not count.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from tracker.domain.givens import Test
from tracker.domain.products import ANY
from tracker.domain.state import EVERYONE, Held, State, SubjectState, nearness


class Codes:
    """Prefixes of codes: whether one is a prefix of a product, and how long the longest is."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._sorted = sorted(code.replace(".", "") for code in codes)
        self._all = frozenset(self._sorted)
        self._lengths = sorted({len(code) for code in self._sorted}, reverse=True)
        self.chapters = frozenset(code[:2] for code in self._sorted)

    def longest(self, product: str) -> int:
        """The length of the longest prefix of *product* among them; 0 where there is none."""
        for length in self._lengths:
            if length <= len(product) and product[:length] in self._all:
                return length
        return 0

    def longer(self, product: str) -> list[str]:
        """Those that begin with *product* and go on."""
        at = bisect_left(self._sorted, product)
        found = []
        while at < len(self._sorted) and self._sorted[at].startswith(product):
            if self._sorted[at] != product:
                found.append(self._sorted[at])
            at += 1
        return found


class Scope:
    """Whose goods, which goods and on what conditions, ready to be asked."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.partners = frozenset(value.get("partners") or (EVERYONE,))
        self.spared = frozenset(value.get("except-partners") or ())
        self.codes = Codes(value["products"]) if value.get("products") else None
        spared = value.get("except-products")
        self.spared_codes = Codes(spared) if spared else None
        self.tests = tuple(Test.of(each) for each in value.get("conditions") or ())

    def nearness(self, origin: str, groups: frozenset[str]) -> int | None:
        """3 for the partner itself, 2 for a group of it, 1 for everyone; None: not in scope."""
        return nearness(self.partners, self.spared, origin, groups)

    def covers(self, product: str) -> tuple[int | None, list[str]]:
        """The length of the prefix that covers *product*, None where none does; and the codes
        that are longer than it and would settle what it does not.
        """
        if self.codes is None:
            prefix = 0
        elif product == ANY or product[:2] not in self.codes.chapters:
            return None, []
        elif not (prefix := self.codes.longest(product)):
            return None, self.codes.longer(product)
        if self.spared_codes is None or product == ANY:
            return prefix, []
        if self.spared_codes.longest(product):
            return None, []
        return prefix, self.spared_codes.longer(product)


@cache
def scope_of(value: str) -> Scope:
    """The scope that a fact holds, as JSON; many facts hold the same."""
    return Scope(json.loads(value))


@dataclass(frozen=True, slots=True)
class Bearing:
    """A line of a measure that bears on goods: in-force, suspended or announced.

    ``applies`` is ``yes`` where it is charged, nothing else being shown of the goods, or why
    its measure is not (``yields``, ``exempt``, …); None where it was not asked.
    """

    measure: SubjectState
    line: str
    stage: str
    bears: Held
    scope: Held
    applies: str | None = None


def bearing_on(
    state: State,
    *,
    imposers: Collection[str | None] | None = None,
    origin: str | None = None,
    groups: frozenset[str] = frozenset(),
    product: str | None = None,
) -> tuple[list[SubjectState], list[Bearing]]:
    """The measures of *state* in force, announced or suspended, and the lines of them.

    Args:
        imposers: those of these parties.
        origin: those that bear on goods of this party, itself or as one of *groups*.
        product: those that cover this code, or a part of it.
    """
    measures = [
        measure
        for measure in state.subjects
        if measure.stage in ("in-force", "announced", "suspended")
        and (imposers is None or measure.value("imposer") in imposers)
    ]
    lines = [
        line
        for measure in measures
        for line in bearing(measure, state.as_of.day, origin=origin, groups=groups, product=product)
    ]
    if origin is None and product is None:
        return measures, lines
    bear = {line.measure.subject for line in lines}
    return [measure for measure in measures if measure.subject in bear], lines


def bearing(
    measure: SubjectState,
    day: date,
    *,
    origin: str | None = None,
    groups: frozenset[str] = frozenset(),
    product: str | None = None,
) -> Iterator[Bearing]:
    """The lines of *measure* in force, suspended or announced on *day*, by name.

    Args:
        origin: those that bear on goods of this party, itself or as one of *groups*.
        product: those that cover this code, or a part of it.
    """
    names = {
        part.partition("/")[2]
        for part in (*measure.parts, *measure.next)
        if part.startswith("line/")
    }
    due = measure.due(day)
    for name in sorted(names):
        parts = f"line/{name}", f"scope/{name}"
        bears, scope = (measure.parts.get(part) or due.get(part) for part in parts)
        if bears is None or scope is None or not isinstance(scope.value, Mapping):
            continue
        asked = Scope(scope.value)
        if origin is not None and asked.nearness(origin, groups) is None:
            continue
        if product is not None and asked.covers(product) == (None, []):
            continue
        if max(bears.since, scope.since) > day:
            yield Bearing(measure, name, "announced", bears, scope)
        elif bears.value is not None:
            paused = measure.value("suspended") is True
            paused = paused or measure.value(f"suspended/{name}") is True
            yield Bearing(measure, name, "suspended" if paused else "in-force", bears, scope)
