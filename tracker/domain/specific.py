"""Specific duties: the amounts that the text of a duty names, such as 1.4 cents a kilogram."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.numbers import plain

_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_UNIT = r"\s*(?:/|\ban?\b|\bper\b)\s*([a-z²³]+(?: (?:ton|metre|meter|tonne)s?)?)"
_AFTER = re.compile(rf"{_NUMBER}\s*(¢|cents?|dollars?|euros?|yuan|pounds?){_UNIT}", re.IGNORECASE)
_BEFORE = re.compile(rf"([$€£]){_NUMBER}{_UNIT}", re.IGNORECASE)
_CURRENCIES = {
    "$": ("USD", 1), "dollar": ("USD", 1), "¢": ("USD", 100), "cent": ("USD", 100),
    "€": ("EUR", 1), "euro": ("EUR", 1), "£": ("GBP", 1), "pound": ("GBP", 1), "yuan": ("CNY", 1),
}  # fmt: skip
_UNITS = {"kilogram": "kg", "kilograms": "kg", "litre": "l", "liter": "l", "watt": "W"}


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a currency (ISO 4217) for each unit of the goods."""

    amount: str
    currency: str
    per: str


def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts that *text* names, in its order; none where it names no unit of goods."""
    found = {match.start(): _amount(*match.group(1, 2, 3)) for match in _AFTER.finditer(text)}
    found |= {match.start(): _amount(*match.group(2, 1, 3)) for match in _BEFORE.finditer(text)}
    return tuple(found[at] for at in sorted(found))


def _amount(number: str, word: str, unit: str) -> Amount:
    currency, parts = _CURRENCIES[word.lower().removesuffix("s")]
    value = Decimal(number.replace(",", "")) / parts
    return Amount(plain(value), currency, _UNITS.get(unit.lower(), unit))
