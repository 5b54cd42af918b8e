"""Duties as JSON and as rows.  Others rely on the shapes: fields may be added, never renamed.

Rates and points are decimal texts in per cent of the customs value, without trailing zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from tracker.domain.dates import EVER, AsOf
from tracker.domain.duties import Component, Duty
from tracker.domain.duty_steps import Difference, Refund, Step
from tracker.domain.givens import Stated, in_words
from tracker.domain.numbers import plain
from tracker.domain.products import ANY, dotted
from tracker.domain.specific import amounts
from tracker.domain.tariff import Entry, Unsettled
from tracker.exports.shapes import of_coordinate
from tracker.exports.tables import coordinate


def number(value: Decimal | None) -> str | None:
    """*value* in digits; None where it is not known."""
    return None if value is None else plain(value)


def of_duty(found: Duty, *, id: Any = None) -> dict[str, Any]:
    """What an entry pays; ``id`` is that of the question, where it had one."""
    return ({} if id is None else {"id": id}) | {
        "as_of": of_coordinate(found.as_of),
        "entry": _entry(found.entry),
        "total": number(found.total),
        "additional": number(found.additional),
        "specific": [
            {
                "measure": each.measure,
                "line": each.line,
                "text": each.text,
                "amounts": [
                    {"amount": one.amount, "currency": one.currency, "per": one.per}
                    for one in amounts(each.text or "")
                ],
            }
            for each in found.specific
        ],
        "components": [_component(each) for each in found.components],
        "not_applied": [
            {"measure": each.measure, "code": each.code, "why": each.why}
            | ({"by": each.by} if each.by else {})
            | ({"event": each.event} if each.event else {})
            for each in found.not_applied
        ],
        "would_change": [
            {
                "given": name,
                "value": in_words(value),
                "total": number(each.total),
                "additional": number(each.additional),
                "measure": each.measure,
            }
            | ({"with": _given(rest)} if rest else {})
            for each in found.would_change
            for name, value, rest in [_first(each.given)]
        ],
        "settled": found.settled,
        "unsettled": _unsettled(found),
        "prohibited": [
            {
                "measure": each.measure,
                "line": each.line,
                "bears": each.bears,
                "event": each.event,
            }
            for each in found.prohibited
        ],
        "covered": found.covered,
        "covers": _covers(found),
    }


def _unsettled(found: Duty) -> list[dict[str, Any]]:
    return [
        {"measure": each.measure or None, "line": each.line or None, "why": each.why}
        for each in found.unsettled
    ]


def _first(given: Mapping[str, Stated]) -> tuple[str, Stated, dict[str, Stated]]:
    (name, value), *rest = sorted(given.items())
    return name, value, dict(rest)


def _given(given: Mapping[str, Stated]) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else in_words(value)
        for name, value in sorted(given.items())
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "into": entry.into,
        "from": entry.origin,
        "product": entry.product if entry.product == ANY else dotted(entry.product),
        "on": entry.on.isoformat(),
        "base": number(entry.base),
        "given": _given(entry.given),
    }


def _component(each: Component) -> dict[str, Any]:
    return {
        "measure": each.measure,
        "line": each.line,
        "basis": each.basis,
        "rate": number(each.rate),
        "share": number(each.share),
        "points": number(each.points),
        "standing": each.standing,
        "heading": each.heading,
        "event": each.event,
        "source": each.source,
    } | ({} if each.at_least is None else {"at_least": number(each.at_least)})


def _covers(found: Duty) -> dict[str, str | None] | None:
    """The days that the catalogue covers: the first, and the first that it no longer does."""
    if found.covers is None:
        return None
    first, until = found.covers
    return {"from": first.isoformat(), "until": None if until == EVER else until.isoformat()}


STEP_COLUMNS = (
    *("from", "total", "additional", "charged", "measure", "before", "after", "event"),
    "unsettled",
)
"""What a person is shown of a step; the table of duties has the rest."""


def step_rows(steps: Iterable[Step]) -> Iterator[dict[str, Any]]:
    """One row a change of a measure; of a step that changes none, one row."""
    listed = list(steps)
    ends = [step.day.isoformat() for step in listed[1:]]
    for step, until in zip_longest(listed, ends):
        found, entry = step.duty, _entry(step.duty.entry)
        given = entry["given"].items()
        row = {
            "from": step.day.isoformat(),
            "total": number(found.total),
            "additional": number(found.additional),
            "charged": charged(found),
            "unsettled": " ".join(_open(found)),
            "until": until,
            "covered": found.covered,
            "forbidden_by": " ".join(dict.fromkeys(each.measure for each in found.prohibited)),
            "into": entry["into"],
            "origin": entry["from"],
            "product": entry["product"],
            "base": entry["base"],
            "given": " ".join(f"{name}={_word(value)}" for name, value in given),
            **coordinate(found.as_of),
            "reading": found.as_of.reading,
        }
        for place, each in enumerate(step.causes or (None,), start=1):
            yield row | ({} if each is None else _difference(each)) | {"number": place}


def _open(found: Duty) -> Iterable[str]:
    """The measures that are not settled; a claim that none of them asks for."""
    return dict.fromkeys(each.measure or "claim" for each in found.unsettled)


def unsettled_rows(steps: Iterable[Step]) -> Iterator[dict[str, Any]]:
    """What is not settled on any day, each with the first day on which it is not."""
    told: set[Unsettled] = set()
    for step in steps:
        for each in step.duty.unsettled:
            if each not in told:
                told.add(each)
                row = {"measure": each.measure, "line": each.line, "why": each.why}
                yield {"from": step.day.isoformat(), **row}


def _word(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def charged(found: Duty) -> str:
    """The components in one line: ``us-column-1 2.5 + us-232-autos 25``."""
    shown = [f"{each.measure} {number(each.points) or '?'}" for each in found.components]
    return " + ".join(shown)


def of_steps(at: AsOf, steps: Iterable[Step]) -> dict[str, Any]:
    """Every change of what an entry pays, each with its causes and the whole answer."""
    return {
        "as_of": of_coordinate(at),
        "steps": [
            {
                "from": step.day.isoformat(),
                "total": number(step.duty.total),
                "additional": number(step.duty.additional),
                "causes": [_difference(each) for each in step.causes],
                "components": [_component(each) for each in step.duty.components],
                "covered": step.duty.covered,
                "settled": step.duty.settled,
                "unsettled": _unsettled(step.duty),
            }
            for step in steps
        ],
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "measure": each.measure,
        "before": number(each.before),
        "after": number(each.after),
        "event": each.event,
    }


def of_refund(found: Refund) -> dict[str, Any]:
    """What is owed, what is charged by measures held unlawful, and both answers whole."""
    return {
        "value": number(found.value),
        "owed": number(found.owed),
        "held_unlawful": number(found.unlawful),
        "settled": found.settled,
        "differences": [_difference(each) for each in found.differences],
        "then": of_duty(found.then),
        "now": of_duty(found.now),
    }
