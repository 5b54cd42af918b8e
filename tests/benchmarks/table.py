"""The table that a run ends with: what was measured, beside what, and whether it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADER = ("what", "ours", "floor or peer", "theirs", "ratio", "budget", "met", "remarks")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    ``ratio`` is our cost over theirs, in whatever unit both have; ``budget`` is the most
    that it may be, None when nothing is asked of it.  A row that could not be measured has
    no figures and says why in its remark.
    """

    what: str
    ours: str = ""
    other: str = ""
    theirs: str = ""
    ratio: float | None = None
    budget: float | None = None
    remark: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within the budget; None when that cannot be said."""
        return None if self.ratio is None or self.budget is None else self.ratio <= self.budget

    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of the header."""
        met = {True: "yes", False: "NO", None: ""}[self.met]
        ratio = "" if self.ratio is None else f"{_digits(self.ratio)} x"
        budget = "" if self.budget is None else f"at most {_digits(self.budget)} x"
        return self.what, self.ours, self.other, self.theirs, ratio, budget, met, self.remark


def compared(
    what: str,
    ours: float,
    other: str,
    theirs: float,
    *,
    budget: float | None = None,
    remark: str = "",
    per_second: str = "",
) -> Row:
    """A row of two times in seconds.

    Args:
        per_second: shown as so many of these a second; the times are then those of one.
    """

    def shown(time: float) -> str:
        return f"{_digits(1 / time)} {per_second}/s" if per_second else duration(time)

    return Row(what, shown(ours), other, shown(theirs), ours / theirs, budget, remark)


def memory(
    what: str, ours: float, other: str, theirs: float, *, budget: float, remark: str = ""
) -> Row:
    """A row of two peaks of memory in MB."""
    shown = f"{_digits(ours)} MB", f"{_digits(theirs)} MB"
    return Row(what, shown[0], other, shown[1], ours / theirs, budget, remark)


def duration(time: float) -> str:
    """A time, given in seconds, in a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if time >= size:
            return f"{_digits(time / size)} {unit}"
    return f"{_digits(time / 1e-6)} µs"


def _digits(number: float) -> str:
    """Three digits that count; whole thousands apart."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def plain(rows: Iterable[Row]) -> str:
    """The table as text, in columns."""
    lines = [HEADER, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_aligned(line, widths) for line in (HEADER, rule, *lines[1:]))


def markdown(rows: Iterable[Row]) -> str:
    """The table in Markdown."""
    lines = [HEADER, ("---",) * len(HEADER), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
