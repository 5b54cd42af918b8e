"""Specific and compound duties: the amounts that a text names."""

from __future__ import annotations

import pytest

from tracker.domain.specific import Amount, amounts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.4¢/kg", [("0.014", "USD", "kg")]),
        ("what is missing to 100 dollars a kilogram", [("100", "USD", "kg")]),
        ("or 25 dollars an item, 50 from 1 June 2025", [("25", "USD", "item")]),
        ("$1.035/kg + 17%", [("1.035", "USD", "kg")]),
        ("1,120 yuan a net ton", [("1120", "CNY", "net ton")]),
        ("€95 per tonne", [("95", "EUR", "tonne")]),
        ("30 cents each", []),
        ("10 or 25 % by tariff line", []),
        ("2 cents per litre and $0.05 a litre", [("0.02", "USD", "l"), ("0.05", "USD", "l")]),
    ],
)
def test_amounts_are_read_from_a_text(text: str, found: list[tuple[str, str, str]]) -> None:
    assert amounts(text) == tuple(Amount(*each) for each in found)
