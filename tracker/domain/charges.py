"""Charges: which of the measures that apply are charged, and on what share of the value.

A measure applies when a line of it wins that is not exempt, even if it adds nothing.  Between
measures rates add, unless one yields to another: one that yields is not charged where the
other applies and is itself charged; where it yields in part, it is charged on the share of
the value that the other leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from tracker.domain.givens import Stated
from tracker.domain.spans import Span
from tracker.domain.tariff import Entry, Looked, NotApplied, Unsettled
from tracker.domain.winners import Prohibited, Result, Won, share_of

_ZERO, _ONE = Decimal(), Decimal(1)


class Sums(NamedTuple):
    """Base and all else together, and all else, where they are known; and what is forbidden."""

    total: Decimal | None
    additional: Decimal | None
    prohibited: tuple[Prohibited, ...]


class Charged(NamedTuple):
    """What is charged on goods, going by what is stated of them.

    ``shares`` says of each measure that applies on what share of the value it is charged, or
    what is charged in its place; ``undecided`` of which that is not established.  ``ordinary``
    names the measure of the ordinary duty, and ``left`` is the share that the others leave to
    it.  ``stated`` is the ordinary duty that the importer states.
    """

    won: Mapping[str, Won]
    shares: Mapping[str, Decimal | NotApplied]
    undecided: Mapping[str, list[Unsettled]]
    prohibited: tuple[Prohibited, ...]
    ordinary: str
    left: Decimal | NotApplied
    stated: Decimal | None

    def base(self) -> Decimal | None:
        """What is charged of the ordinary duty; None where it is not known."""
        if self.ordinary in self.undecided:
            return None
        if self.stated is not None:
            return _ZERO if isinstance(self.left, NotApplied) else self.stated * self.left
        base = _ZERO if isinstance(self.left, NotApplied) else None
        for name, each in self.won.items():
            share = self.shares[name]
            if each.is_base and isinstance(share, Decimal):
                points = points_of(each, share, None)
                if points is None or name in self.undecided:
                    return None
                base = (base or _ZERO) + points
        return base

    def sums(self) -> Sums:
        """Base and all else together, and all else, where they are known."""
        base, additional, known = self.base(), _ZERO, True
        for name, each in self.won.items():
            share = self.shares[name]
            if isinstance(share, Decimal) and not each.is_base:
                points = points_of(each, share, base)
                known = known and points is not None and name not in self.undecided
                additional += points or _ZERO
        if not known:
            return Sums(None, None, self.prohibited)
        return Sums(None if base is None else base + additional, additional, self.prohibited)

    def displaced(self) -> Iterator[NotApplied]:
        """The measures that others displace, the ordinary duty among them."""
        yield from (each for each in self.shares.values() if isinstance(each, NotApplied))
        if isinstance(self.left, NotApplied) and self.ordinary not in self.shares:
            yield self.left

    def unsettled(self) -> Iterator[Unsettled]:
        """What keeps the sums open."""
        for found in self.undecided.values():
            yield from found
        if self.base() is None and self.ordinary not in self.undecided:
            why = "the ordinary duty is not known: give it as the base"
            yield Unsettled(self.ordinary, "", why)
        for name, each in self.won.items():
            lines = (each.line, each.at_least) if each.at_least else (each.line,)
            is_open = any(line.bears.value.rate is None for line in lines)
            if is_open and isinstance(self.shares[name], Decimal):
                yield Unsettled(name, each.line.line, "its rate is not established")


def charge(looked: Sequence[Looked], results: Sequence[Result], entry: Entry) -> Charged:
    """What is charged on *entry*, where these are the *results* of the measures looked at."""
    won = {
        each.measure.name: each
        for each in results
        if isinstance(each, Won) and (entry.base is None or not each.is_base)
    }
    shares, lefts, undecided = _settled(won, entry.given)
    name, left = "base", _ALL
    ordinary = next((one for one in looked if one.measure.is_base), None)
    if ordinary is not None:
        name = ordinary.measure.name
        left = lefts.get(name) or _left(name, "", ordinary.yields, shares)
    if left.undecided:
        undecided[name] = left.undecided
    prohibited = tuple(each for each in results if isinstance(each, Prohibited))
    return Charged(won, shares, undecided, prohibited, name, left.rest, entry.base)


class _Left(NamedTuple):
    """The share of the value that the others leave to a measure, or what displaces it."""

    rest: Decimal | NotApplied
    undecided: list[Unsettled]


_ALL = _Left(_ONE, [])


def _settled(
    won: Mapping[str, Won], given: Mapping[str, Stated]
) -> tuple[dict[str, Decimal | NotApplied], dict[str, _Left], dict[str, list[Unsettled]]]:
    """The share of each measure, what the others leave to it, and what is not established.

    Those that others yield to come before these.  Of a ring of measures that yield to one
    another the first by name is charged: two that yield to each other never reach the log, and
    no law says more of longer ones.
    """
    shares: dict[str, Decimal | NotApplied] = {}
    lefts: dict[str, _Left] = {}
    waiting = {
        name: {other for other, _ in each.yields if other in won}
        for name, each in sorted(won.items())
    }
    while waiting:
        ready = (name for name, others in waiting.items() if others <= shares.keys())
        name = next(ready, None) or _of_ring(waiting, won, shares)
        del waiting[name]
        each = won[name]
        left = lefts[name] = _left(name, each.line.line, each.yields, shares)
        share = left.rest
        if isinstance(share, Decimal):
            share *= share_of(each.line.bears.value, given) * (_ONE - each.taken_out)
        shares[name] = share
    return shares, lefts, {name: each.undecided for name, each in lefts.items() if each.undecided}


def _of_ring(
    waiting: Mapping[str, set[str]],
    won: Mapping[str, Won],
    shares: Mapping[str, Decimal | NotApplied],
) -> str:
    """The first that is displaced already; else the first of a ring that waits for no other."""

    def reached(name: str) -> set[str]:
        found, more = {name}, [name]
        while more:
            new = (waiting[more.pop()] & waiting.keys()) - found
            found |= new
            more += new
        return found

    for name in waiting:
        if isinstance(_left(name, "", won[name].yields, shares).rest, NotApplied):
            return name
    return min(waiting, key=lambda name: len(reached(name)))


def _left(
    name: str,
    line: str,
    yields: Iterable[tuple[str, Span[Any]]],
    shares: Mapping[str, Decimal | NotApplied],
) -> _Left:
    """What those of *shares* to which a measure yields leave to it of the value."""
    rest = _ONE
    undecided: list[Unsettled] = []
    for other, held in yields:
        taken = shares.get(other)
        if taken is None or isinstance(taken, NotApplied):
            continue
        if held.value == "open":
            why = f"whether it yields to {other} is not established"
            undecided.append(Unsettled(name, line, why))
            continue
        rest -= taken if held.value == "part" else _ONE
        if rest <= _ZERO:
            why = f"not charged where {other} is"
            return _Left(NotApplied(name, "yields", why, other, held.event), [])
    return _Left(rest, undecided)


def points_of(each: Won, share: Decimal, base: Decimal | None) -> Decimal | None:
    """What a measure adds on a share of the value, beside what is charged as *base*.

    None where its rate is not established, or tops up a base that is not known.
    """
    bears = each.line.bears.value
    if bears.rate is None:
        return None
    if bears.basis in ("total", "at-least"):
        if base is None:
            return None
        points = max(_ZERO, bears.rate - base) * share
    else:
        points = bears.rate * share
    if each.at_least is not None:
        least = each.at_least.bears.value.rate
        beside = _ZERO if each.is_base else base
        if beside is None or least is None:
            return None
        points = max(points, least - beside)
    return points
