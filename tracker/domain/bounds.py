"""Bounds: how much of what others wrote is read, and the readers that keep to them.

A file may be a mistake, or meant to do harm.  Whatever it holds is refused with a message,
in bounded time and memory: a line, a file or an entry that is too large, nesting without
end, numbers that nobody could write out, a key that says two things.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

LINE = 2**20
"""How many bytes a line may have: twenty times the longest entry of the shipped catalogue."""
FILE = 8 * 2**20
"""How many bytes are read that have to be there as a whole, such as a file in TOML."""
TABLE = 32 * 2**20
"""How many bytes a table of spells may have."""
VALUES = 50_000
"""How many values an entry may hold: more than there are codes in a tariff."""
DEPTH = 40
"""How deep the values of an entry may stand in one another."""
PROBLEMS = 1000
"""How much of what is wrong is told."""
DIGITS = 4000
"""How many digits a number may have before it is looked at."""


def size(count: int) -> str:
    """A number of bytes, as people say it."""
    return f"{count // 2**20} MB"


def lines(readline: Callable[[int], bytes], most: int = LINE) -> Iterator[bytes | None]:
    """The lines that *readline* gives, up to one that is empty; None for one that is too long."""
    while line := readline(most + 1):
        if len(line) <= most or line.endswith(b"\n"):
            yield line
            continue
        while (rest := readline(most)) and not rest.endswith(b"\n"):
            pass
        yield None


def read_toml(text: str) -> dict[str, Any]:
    """What a text in TOML says, its numbers exact.

    Raises:
        ValueError: it is not TOML, or goes beyond the bounds.
    """
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        # Python reads no whole number of more than 4300 digits: that would take it too long.
        digits = max(re.finditer(r"[\d_]+", text), key=lambda found: len(found[0]))
        line = text.count("\n", 0, digits.start()) + 1
        raise ValueError(f"a number has too many digits (at line {line})") from None


def read_json(text: str) -> Any:
    """What a text in JSON says, its numbers exact; no key may stand twice in an object.

    Raises:
        ValueError: it is not JSON, or goes beyond the bounds.
    """
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_decimal,
            object_pairs_hook=_once_each,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _decimal(text: str) -> Decimal:
    # What cannot be written out is no number to any field, which then says where it stands.
    try:
        return Decimal(text) if len(text) <= DIGITS else Decimal("Infinity")
    except InvalidOperation:
        return Decimal("Infinity")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= DIGITS else Decimal("Infinity")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {shown(name)} stands twice: which of the two is meant?")
    return found


def excess(value: Any) -> str | None:
    """What there is too much of in *value*, as read from TOML or JSON; None when it is fine."""
    count, depth = 0, 0
    level: list[Any] = [value]
    while level:
        count += len(level)
        depth += 1
        if count > VALUES:
            return f"it holds more than {VALUES} values: split it into several entries"
        if depth > DEPTH:
            return f"it is nested too deeply: more than {DEPTH} values within one another"
        below: list[Any] = []
        for each in level:
            if isinstance(each, Mapping):
                below += each.values()
            elif isinstance(each, list):
                below += each
        level = below
    return None


def shown(value: object) -> str:
    """*value* as it was read, as much of it as fits into a message."""
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except (ValueError, RecursionError):
        return "too much to be shown"
    return text if len(text) <= 60 else text[:57] + "…"
