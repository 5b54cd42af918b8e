"""The quick fold: the facts of one part from its assignments, both in rows.

It says what :func:`tracker.domain.timeline.fold` says, which it leaves to do whatever is
vague, has an hour, or was known for a while only.  What is left is the common case: on
any day of knowledge the days in force are cut into spans, each with the assignment that
was decided last, and an assignment that becomes known takes the days on which it was
decided later than what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from tracker.domain.dates import EVER
from tracker.domain.timeline import Assigned, FactRow, assignment_of, fold, row_of

_Span: TypeAlias = tuple[str, str, Assigned]

_EVER = EVER.isoformat()
_DECIDED = slice(2, 7)
_SINCE, _UNTIL, _MAYBE_SINCE, _MAYBE_UNTIL, _KNOWN, _KNOWN_UNTIL = range(7, 13)
_SAID = itemgetter(13, 5, 14, 3)  # value, event, via, the latest day on which it was decided
_known = itemgetter(_KNOWN)


def fold_rows(rows: Collection[Assigned]) -> list[FactRow]:
    """The facts that the assignments of one part of one subject add up to, in no fixed order."""
    if not all(map(_is_plain, rows)):
        return _folded_slowly(rows)
    facts: list[FactRow] = []
    if len(rows) == 1:
        (row,) = rows
        if row[_SINCE] < row[_UNTIL]:
            said = (row[_SINCE], row[_UNTIL], *_SAID(row))
            facts.append(_fact(row, said, row[_KNOWN], _EVER))
        return facts
    spans: list[_Span] = []
    held: dict[tuple[Any, ...], str] = {}
    for known, group in groupby(sorted(rows, key=_known), key=_known):
        for row in group:
            spans = _overlaid(spans, row)
        here = dict.fromkeys(_runs(spans))
        over = [run for run in held if run not in here]
        facts += [_fact(row, run, held.pop(run), known) for run in over]
        for run in here:
            held.setdefault(run, known)
    facts += [_fact(row, run, known, _EVER) for run, known in held.items()]
    return facts


def fold_one_more(facts: Collection[FactRow], row: Assigned) -> set[FactRow] | None:
    """The facts of a part once *row* is among what they follow from.

    None when that cannot be told from the facts: when it is not the last to be decided, or to
    be known, or anything about it is vague.
    """
    if not _is_plain(row):
        return None
    known, since, until, event = row[_KNOWN], row[_SINCE], row[_UNTIL], row[5]
    result: set[FactRow] = set()
    for fact in facts:
        _, _, first, last, fact_known, fact_until, certain, value, said, *more = fact
        if fact_known > known or known < fact_until < _EVER:
            return None
        if not certain or more[2] or more[3]:
            return None
        if fact_until != _EVER or last <= since or until <= first:
            # A neighbour of the same event may have to be made one with it.
            if fact_until == _EVER and said == event:
                return None
            result.add(fact)
            continue
        if more[1] >= row[2] or said == event:
            return None
        rest = (certain, value, said, *more)
        if fact_known < known:
            result.add((*fact[:5], known, *rest))
        if first < since:
            result.add((*fact[:2], first, since, known, _EVER, *rest))
        if until < last:
            result.add((*fact[:2], until, last, known, _EVER, *rest))
    if since < until:
        value, said, via, decided = _SAID(row)
        mine = (since, until, known, _EVER, True, value, said, via, decided, None, None, 0)
        result.add((*row[:2], *mine))
    # What was known up to that day, and holds again as it did, is made one with what is known.
    ended = {_but_known(fact) for fact in result if fact[5] == known}
    if ended and any(_but_known(fact) in ended for fact in result if fact[4] == known):
        return None
    return result


def _but_known(fact: FactRow) -> tuple[Any, ...]:
    return (*fact[:4], *fact[6:])


def _is_plain(row: Assigned) -> bool:
    return (
        row[_SINCE] == row[_MAYBE_SINCE]
        and row[_UNTIL] == row[_MAYBE_UNTIL]
        and row[_KNOWN_UNTIL] == _EVER
        and row[16] is None
        and row[17] is None
    )


def _folded_slowly(rows: Iterable[Assigned]) -> list[FactRow]:
    numbers: dict[tuple[str, str], int] = {}
    facts = []
    for fact in fold(map(assignment_of, rows)):
        row = row_of(fact)
        number = 0
        if not fact.certain:
            here = row[2], row[4]
            number = numbers[here] = numbers.get(here, 0) + 1
        facts.append((*row, number))
    return facts


def _overlaid(spans: Sequence[_Span], row: Assigned) -> list[_Span]:
    """*spans* with *row* on the days of it on which nothing was decided later."""
    since, until = row[_SINCE], row[_UNTIL]
    if since >= until:
        return list(spans)
    decided = row[_DECIDED]
    found: list[_Span] = []
    for span in spans:
        first, last, held = span
        if last <= since:
            found.append(span)
        elif until <= first:
            if since < until:
                found.append((since, until, row))
                since = until
            found.append(span)
        elif held[_DECIDED] > decided:
            if since < first:
                found.append((since, first, row))
            found.append(span)
            since = last
        else:
            if first < since:
                found.append((first, since, held))
            if until < last:
                found.append((since, until, row))
                found.append((until, last, held))
                since = until
    if since < until:
        found.append((since, until, row))
    return found


def _runs(spans: Iterable[_Span]) -> list[tuple[Any, ...]]:
    """Days and what is said of them, neighbours that say the same by the same event made one."""
    runs: list[tuple[Any, ...]] = []
    for since, until, held in spans:
        said = _SAID(held)
        if runs and runs[-1][1] == since and runs[-1][2:] == said:
            since = runs.pop()[0]
        runs.append((since, until, *said))
    return runs


def _fact(row: Assigned, run: tuple[Any, ...], known: str, known_until: str) -> FactRow:
    since, until, value, event, via, decided = run
    days = since, until, known, known_until
    return (*row[:2], *days, True, value, event, via, decided, None, None, 0)
