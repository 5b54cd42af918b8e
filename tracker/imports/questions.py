"""Files of questions about rates: JSON lines, or CSV with a header.

A line is read for itself, so that one that is bad does not stop the rest.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.domain import bounds
from tracker.domain.givens import GIVENS
from tracker.domain.questions import BadQuestion


def read(lines: Iterable[bytes | None]) -> Iterator[tuple[int, Mapping[str, Any] | BadQuestion]]:
    """Each question with the number of its line, or what is wrong with that line.

    The first sign tells which it is: ``{`` begins JSON lines; else the first line names the
    columns of a CSV.  A column may be the name of a given; one that is called ``given`` holds
    several, as ``loaded=2025-04-09;quota=within``.  A row of a CSV is one line.
    None stands for a line that is too long to be read.  Of a file that is no text that is said
    once.
    """
    columns: list[str] | None = None
    as_json: bool | None = None
    for number, raw in enumerate(lines, 1):
        if raw is None:
            yield number, BadQuestion(f"the line has more than {bounds.size(bounds.LINE)}")
            continue
        if number == 1 and b"\0" in raw:
            # A workbook, or another encoding: nothing in it is a line, so nothing is said of each.
            yield number, BadQuestion("the file is no text in UTF-8: save it as CSV or JSON lines")
            return
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
        except UnicodeDecodeError as error:
            yield number, BadQuestion(f"it is not UTF-8 (byte {error.start}): save it as UTF-8")
            continue
        if not line.strip():
            continue
        if as_json is None:
            as_json = line.lstrip().startswith("{")
        if as_json:
            yield number, _json(line)
            continue
        cells = _cells(line)
        if isinstance(cells, BadQuestion):
            yield number, cells
        elif columns is None:
            columns = [cell.strip() for cell in cells]
        else:
            yield number, _row(columns, cells)


def _json(line: str) -> Mapping[str, Any] | BadQuestion:
    try:
        raw = bounds.read_json(line)
    except ValueError as error:
        return BadQuestion(f"it is not JSON: {error}")
    if not isinstance(raw, dict):
        return BadQuestion("it is no JSON object: write {…} with into, from, product, on")
    if too_much := bounds.excess(raw):
        return BadQuestion(too_much)
    return raw


def _cells(line: str) -> list[str] | BadQuestion:
    try:
        return next(csv.reader([line], skipinitialspace=True, strict=True))
    except csv.Error as error:
        return BadQuestion(f"it is no line of a CSV: {error}")


def _row(columns: list[str], cells: list[str]) -> Mapping[str, Any] | BadQuestion:
    if len(cells) > len(columns):
        return BadQuestion("it has more cells than the first line has columns")
    found: dict[str, Any] = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    given = {name: found.pop(name) for name in list(found) if name in GIVENS and found[name]}
    for each in filter(None, found.pop("given", "").split(";")):
        name, _, value = each.partition("=")
        given[name.strip()] = value.strip()
    return found | {"given": given}
