"""Unstated: what else could be stated of goods, and what they would then pay.

Whatever meets the conditions of a line that nothing stated contradicts is tried, and told
where it changes what is paid, by the least that would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tracker.domain.charges import Sums, charge
from tracker.domain.givens import Stated, Test, all_met
from tracker.domain.products import dotted
from tracker.domain.tariff import Entry, Looked, Tariff
from tracker.domain.winners import Prohibited, Result, Won, winner

_ZERO, _ONE = Decimal(), Decimal(1)


@dataclass(frozen=True, slots=True)
class WouldChange:
    """Givens that were not stated and would change the total, and to what.

    Where the code is too short ``product`` stands among them: one that would settle it.
    """

    given: Mapping[str, Stated]
    total: Decimal | None
    additional: Decimal | None
    measure: str


def would_change(
    looked: Sequence[Looked], results: Sequence[Result], entry: Entry, sums: Sums
) -> Iterator[WouldChange]:
    """What else could be stated of the goods, and what they would then pay."""
    tried: list[Mapping[str, Stated]] = []
    told: list[tuple[dict[str, Stated], Sums]] = []
    summed: dict[tuple[object, ...], Sums] = {}
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
            result if names.isdisjoint(news) else winner(one, given, entry.on)
            for one, result, names in live
        ]
        if then == before and shares.isdisjoint(news):
            continue
        # Many a claim puts the goods outside the same measure: what is left is the same.
        key = tuple(map(_outcome, then)) if shares.isdisjoint(news) else None
        found = None if key is None else summed.get(key)
        if found is None:
            asked = Entry(entry.into, entry.origin, entry.product, entry.on, entry.base, given)
            found = charge(ones, then, asked).sums()
            if key is not None:
                summed[key] = found
        less = any(old.items() <= new.items() and had == found for old, had in told)
        if found != sums and not less:
            told.append((new, found))
            yield WouldChange(new, found.total, found.additional, measure)


def _outcome(result: Result) -> object:
    """What tells one result of a measure from another, as far as the sums go."""
    if isinstance(result, Won):
        return id(result.line), result.taken_out, id(result.at_least)
    return result if isinstance(result, Prohibited) else None


def more_digits(
    tariff: Tariff, looked: Sequence[Looked], entry: Entry, known: date, sums: Sums
) -> Iterator[WouldChange]:
    """What the goods would pay as the first of the codes that would settle a line, line by line."""
    tried: set[str] = set()
    for each in (each for one in looked for each in one.unsettled):
        for code in set(each.codes[:1]) - tried:
            tried.add(code)
            asked = replace(entry, product=code)
            then, _ = tariff.look(asked, known)
            results = [winner(one, asked.given, asked.on) for one in then]
            found = charge(then, results, asked).sums()
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
                if shared != given and all_met(each.tests, shared, entry.on):
                    yield one.measure.name, shared


def _meeting(tests: Iterable[Test], entry: Entry) -> dict[str, Stated] | None:
    """What is stated and what else meets *tests*; None where what is stated cannot."""
    given = dict(entry.given)
    # The least that is asked for first, so that what must stay below something is not 0.
    for test in sorted(tests, key=lambda test: test.below is not None):
        if test.met(given, entry.on) is None:
            given = test.shown(given, entry.on)
    return given if all_met(tests, given, entry.on) else None
