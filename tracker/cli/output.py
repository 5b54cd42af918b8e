"""Printing answers: tables for people, JSON and CSV for programs.

On a terminal a table has boxes and wraps; into a pipe the same columns go plain, apart by
tabs.  Nothing that an entry says reaches a terminal as a command to it: what is for people
is inert wherever it goes, since a pipe may end at a terminal too, and what is for programs
loses nothing on its way to them.
"""

from __future__ import annotations

import json
import os
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import typer

from tracker.cli.options import Format, inert, note, root_of
from tracker.errors import TrackerError


def show(
    kind: Format,
    *,
    shape: Any = None,
    rows: Iterable[Mapping[str, Any]] = (),
    columns: Sequence[str] = (),
    csv_rows: Iterable[Mapping[str, Any]] | None = None,
    csv_columns: Sequence[str] | None = None,
) -> None:
    """Print an answer as JSON (*shape*), a table (*rows*) or CSV (*csv_rows*, else *rows*)."""
    match kind:
        case Format.json:
            write_exactly(as_json(shape, indent=2) + "\n")
        case Format.csv:
            from io import StringIO

            from tracker.exports import csv

            out = StringIO()
            found = csv.write(rows if csv_rows is None else csv_rows, csv_columns or columns, out)
            write_exactly(out.getvalue())
            warn_of_formulas(found)
        case Format.table:
            table(rows, columns)


def as_json(shape: Any, *, indent: int | None = None) -> str:
    """*shape* in JSON, with the roots that it only names."""
    return json.dumps(shape, ensure_ascii=False, indent=indent, default=_named)


def _named(found: Any) -> str:
    from decimal import Decimal

    from tracker.exports.shapes import Root

    if isinstance(found, Root):
        return root_of(found.version)
    if isinstance(found, Decimal):
        return str(found)  # a number of which nothing may be lost
    raise TypeError(f"{found!r} is nothing that JSON has")


def warn_of_formulas(count: int) -> None:
    """Say that a spreadsheet would run some cells; CSV alters none."""
    if count:
        some = "1 cell begins" if count == 1 else f"{count} cells begin"
        note(f"{some} with = + - or @, which a spreadsheet would run as a formula")


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print *rows* under *columns*."""
    if not sys.stdout.isatty():
        lines = ["\t".join(columns)]
        lines += ["\t".join(_flat(row.get(column)) for column in columns) for row in rows]
        write("\n".join(lines) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, no_color="NO_COLOR" in os.environ)
    cells = [[_flat(row.get(column)) for column in columns] for row in rows]
    longest = [max([len(row[at]) for row in cells], default=0) for at in range(len(columns))]
    whole = [column in _WHOLE for column in columns]
    taken = sum(
        1 + (width if each else _NARROWEST) for width, each in zip(longest, whole, strict=True)
    )
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column, each in zip(columns, whole, strict=True):
        # What is too long for its column goes on below: nothing of it is cut off.
        is_whole = each and taken <= console.width
        drawn.add_column(column, no_wrap=is_whole, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))
    console.print(drawn)


_WHOLE = frozenset({"event", "subject", "measure", "agreement"})
"""Columns of what the next command is given: in one piece where there is room for it."""
_NARROWEST = 8
"""How narrow the other columns may become for that."""


def _flat(value: object) -> str:
    return "" if value is None else inert(" ".join(str(value).split()))


def write(text: str) -> None:
    """Write *text*, which is for people, to standard output."""
    write_exactly(inert(text))


def write_exactly(text: str) -> None:
    """Write *text*, which is for programs, to standard output."""
    write_bytes([text.encode("utf-8", "replace")])


def _inert(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder = getincrementaldecoder("utf-8")("replace")
    held = ""
    for piece in pieces:
        text = held + decoder.decode(piece)
        # Whether the end of a line follows is known with the next piece.
        held = "\r" if text.endswith("\r") else ""
        yield inert(text.removesuffix(held)).encode()
    yield inert(held).encode()


def write_bytes(pieces: Iterable[bytes]) -> None:
    """Write to standard output as it comes; a reader that went away ends the command quietly."""
    if sys.stdout.isatty():
        pieces = _inert(pieces)
    try:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up()
        raise typer.Exit(0) from None
    except OSError as error:
        _give_up()
        raise TrackerError(f"standard output cannot be written: {error.strerror}") from None


def _give_up() -> None:
    """Write no more: the interpreter flushes once more when it ends, and would complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
