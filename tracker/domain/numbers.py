"""Numbers as they are written: decimals, exact, without an exponent."""

from __future__ import annotations

from decimal import Decimal


def plain(number: Decimal) -> str:
    """*number* in digits, without an exponent or trailing zeros: 27.50 is ``27.5``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
