"""Winners: which line of a measure decides what goods are charged by it.

The rule is that of the importer's law as the lines say it:

- A line matches goods whose partner, product and day are in its scope and that meet its
  conditions.  A code shorter than the line's does not settle it: the line is left out.
- Of the lines that match, an exempt one wins over any other; then the higher rank; then a
  partner before a group before everyone, the longer prefix, one with conditions before one
  without, the later decided.  An exempt line with a share takes that share of the value out
  of the line that wins, and an ``at-least`` line keeps a minimum of base and measure together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tracker.domain.givens import Stated, all_met
from tracker.domain.spans import Span
from tracker.domain.tariff import NO_LINE, Bears, Candidate, Looked, Measure, NotApplied

_ZERO, _ONE = Decimal(), Decimal(1)


@dataclass(frozen=True, slots=True)
class Prohibited:
    """A line that forbids the entry of the goods, or lets them pass with a licence only."""

    measure: str
    line: str
    bears: str
    event: str


class Won(NamedTuple):
    """The line of a measure that wins, with what beside it bears on its points.

    ``yields`` are the measures to which it yields on the day, each with how much.
    """

    measure: Measure
    line: Candidate
    taken_out: Decimal
    at_least: Candidate | None
    yields: list[tuple[str, Span[Any]]]

    @property
    def is_base(self) -> bool:
        """Whether it is a part of the ordinary duty."""
        return self.line.bears.value.basis == "base"


Result = Won | NotApplied | Prohibited
"""What becomes of a measure."""


def winner(one: Looked, given: Mapping[str, Stated], day: date) -> Result:
    """What becomes of a measure that bears on the goods, going by what is stated of them."""
    if one.over is not None:
        return one.over
    name = one.measure.name
    running = [each for each in one.candidates if not each.suspended]
    if not running:
        return NotApplied(name, "suspended", f"line {one.candidates[0].line} is suspended")
    met = [each for each in running if not each.tests or all_met(each.tests, given, day)]
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
    return Won(
        one.measure,
        won,
        max((share_of(each.bears.value, given) for each in exempt), default=_ZERO),
        max(floors, key=lambda each: each.order, default=None),
        one.yields,
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


def share_of(bears: Bears, given: Mapping[str, Stated]) -> Decimal:
    """The share of the value that a line is charged on; all of it where none is stated."""
    if bears.share is None:
        return _ONE
    stated = given.get(bears.share)
    if not isinstance(stated, Decimal):
        # An exempt line takes out no more than is shown, a duty is charged on all of it.
        return _ZERO if bears.basis == "exempt" else _ONE
    return _ONE - stated if bears.rest else stated
