"""Questions about rates: what somebody asks of goods, read and checked before it is answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from tracker.domain import numbers
from tracker.domain.dates import When
from tracker.domain.givens import read_givens
from tracker.domain.numbers import BadNumber
from tracker.domain.parties import groups, party, resolve
from tracker.domain.products import read_product
from tracker.domain.tariff import Entry
from tracker.errors import BadDay, TrackerError

FIELDS = ("id", "into", "from", "product", "on", "known_by", "base", "given")
"""The fields of a question; others are left alone (``goods``, ``note``)."""


class BadQuestion(TrackerError):
    """A question that lacks something, or says it in a way that cannot be meant."""

    code = "bad-question"


@dataclass(frozen=True, slots=True)
class Question:
    """Goods that enter, and the last day whose reports count for the answer."""

    id: Any
    entry: Entry
    known_by: date | None


def read_question(
    raw: Mapping[str, Any],
    *,
    claims: Collection[str] = (),
    uses: Collection[str] | None = None,
) -> Question:
    """The question that *raw* asks.

    Args:
        raw: ``into``, ``from``, ``product`` and ``on``; perhaps ``id``, ``known_by``, ``base``
            (per cent, after preference) and ``given`` (name → value).
        claims: what else may be claimed, because a line of a measure names it.
        uses: the uses that lines of measures ask for; any where they are left out.

    Raises:
        BadQuestion: something is missing, or no such thing can be.
        UnknownProduct: the product is no code of the Harmonized System.
        UnknownParty: a party is none, or was none on the day.
        BadGiven: a given is none, or has a value that it cannot have.
    """
    for name in ("into", "from", "product", "on"):
        if raw.get(name) in (None, ""):
            raise BadQuestion(f"it has no {name}: a question needs into, from, product and on")
    for name in ("into", "from", "product"):
        if not isinstance(raw[name], str | int | Decimal):
            raise BadQuestion(f"{name} is a text, not {raw[name]!r}")
    for name in raw.keys() - set(FIELDS):
        if close := get_close_matches(name, FIELDS, n=1, cutoff=0.8):
            raise BadQuestion(f"{name} is no field: did you mean {close[0]}?")
    on = _day("on", raw["on"])
    given = raw.get("given") or {}
    if not isinstance(given, Mapping):
        raise BadQuestion(f"given holds names and values, not {given!r}")
    known_by = raw.get("known_by")
    return Question(
        raw.get("id"),
        Entry(
            into=_party("into", raw["into"], on),
            origin=_party("from", raw["from"], on),
            product=read_product(str(raw["product"]), on),
            on=on,
            base=_base(raw.get("base")),
            given=read_givens(given, claims=claims, uses=uses),
        ),
        None if known_by in (None, "") else _day("known_by", known_by),
    )


def _day(name: str, value: Any) -> date:
    try:
        when = When.read(value)
    except BadDay as error:
        raise BadQuestion(f"{name}: {error}") from None
    if not when.known:
        raise BadQuestion(f"{name}: {value} is vague: goods enter on one day, such as 2025-04-03")
    return when.earliest


def _party(name: str, value: Any, on: date) -> str:
    found = party(str(value)) or resolve(str(value), on=on)
    if not found.existed(on):
        found = resolve(str(value), on=on)
    if name == "from" and found.code in groups():
        raise BadQuestion(f"from: {found} is a group: name the country of origin, such as DE")
    return found.code


def _base(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        stated = value.strip().removesuffix("%") if isinstance(value, str) else value
        base = numbers.read(stated)
    except BadNumber as error:
        raise BadQuestion(f"base: {error}") from None
    if base > 10_000:
        raise BadQuestion(f"base: {value} is no rate: write per cent, such as 2.5")
    return base
