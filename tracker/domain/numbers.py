"""Numbers as they are written: decimals, exact, without an exponent."""

from __future__ import annotations

import re
import reprlib
from decimal import Decimal

from tracker.errors import TrackerError

_WRITTEN = re.compile(r"-?(\d+(\.\d+)?|\.\d+)", re.ASCII)
_THOUSANDS = re.compile(r"([1-9]\d{0,2})\.(\d{3})", re.ASCII)
_LONGEST = 60
"""How many signs a number may be written with; none that anybody means has more."""


class BadNumber(TrackerError):
    """A text that is no number, could be two, or one that cannot be meant."""

    code = "bad-number"


def plain(number: Decimal) -> str:
    """*number* in digits, without an exponent or trailing zeros: 27.50 is ``27.5``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(stated: object, *, money: bool = False) -> Decimal:
    """The number, from 0 up and below 10 to the 16th, that somebody states.

    A text has digits and at most one point before its decimals; a number, as a file of JSON
    may have it, is taken as it is.

    Args:
        money: it is an amount, so that ``40.000`` may mean forty or forty thousand.

    Raises:
        BadNumber: the text is no number or could be two, or it is too large, small or long.
    """
    if isinstance(stated, int | Decimal) and not isinstance(stated, bool):
        number, text = Decimal(stated), reprlib.repr(str(stated)).strip("'")
    else:
        text = str(stated).strip()
        number = _written(text, money=money)
    if not number.is_finite() or number < 0 or not -30 <= number.adjusted() <= 15:
        raise BadNumber(f"{text} is no number that it can be: write one from 0 up")
    return number


def _written(text: str, *, money: bool) -> Decimal:
    shown = reprlib.repr(text)
    if "," in text:
        raise BadNumber(
            f"{shown} has a comma, which could part thousands or decimals: write digits only, "
            "and a point before decimals, such as 40000.50"
        )
    if len(text) > _LONGEST or not _WRITTEN.fullmatch(text):
        raise BadNumber(f"{shown} is no number: write it in digits, such as 40000 or 2.5")
    if money and (grouped := _THOUSANDS.fullmatch(text)):
        whole, rest = grouped.groups()
        decimals = rest[:2] if rest.endswith("0") else f"{rest}0"
        raise BadNumber(
            f"{text} could be two different amounts: write {whole}{rest} or {whole}.{decimals}"
        )
    return Decimal(text)
