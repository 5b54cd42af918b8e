"""Files of questions about rates: JSON lines, or CSV with a header.

A line is read for itself, so that one that is bad does not stop the rest.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tracker.domain.givens import GIVENS
from tracker.domain.questions import BadQuestion


def read(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any] | BadQuestion]]:
    """Each question with the number of its line, or what is wrong with that line.

    The first sign tells which it is: ``{`` begins JSON lines; else the first line names the
    columns of a CSV.  A column may be the name of a given; one that is called ``given`` holds
    several, as ``loaded=2025-04-09;quota=within``.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip("\ufeff \r\n"))
    first = next(numbered, None)
    if first is None:
        return
    if first[1].lstrip("\ufeff ").startswith("{"):
        yield _json(*first)
        for number, line in numbered:
            yield _json(number, line)
        return
    yield from _csv([first[1].lstrip("\ufeff"), *(line for _, line in numbered)])


def _json(number: int, line: str) -> tuple[int, Mapping[str, Any] | BadQuestion]:
    try:
        raw = json.loads(line.lstrip("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return number, BadQuestion(f"it is not JSON: {error}")
    if not isinstance(raw, dict):
        return number, BadQuestion("it is no JSON object: write {…} with into, from, product, on")
    return number, raw


def _csv(lines: list[str]) -> Iterator[tuple[int, Mapping[str, Any] | BadQuestion]]:
    rows = csv.DictReader(lines, skipinitialspace=True)
    for row in rows:
        if None in row:
            yield rows.line_num, BadQuestion("it has more cells than the first line has columns")
            continue
        cells = {(name or "").strip(): (cell or "").strip() for name, cell in row.items()}
        given = {name: cells.pop(name) for name in list(cells) if name in GIVENS and cells[name]}
        for each in filter(None, cells.pop("given", "").split(";")):
            name, _, value = each.partition("=")
            given[name.strip()] = value.strip()
        yield rows.line_num, cells | {"given": given}
