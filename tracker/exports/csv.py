"""CSV (RFC 4180): one row an event, or one row a fact.  UTF-8, CRLF, no cell altered.

The columns are a contract: new ones go to the end.  An empty cell is a missing value.
Every row of a state says for which day and by whose knowledge it speaks.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from tracker.domain.state import Held, State, SubjectState, without_end

if TYPE_CHECKING:
    from tracker.domain.told import Told

EVENT_COLUMNS = (
    "event_id",
    "version",
    "kind",
    "title",
    "occurred",
    "reported",
    "recorded_utc",
    "place",
    "parties",
    "subjects",
    "tags",
    "summary",
    "source_url",
    "source_publisher",
    "source_published",
    "sources",
    "speaks_of",
    "corrected_by",
    "retracted_by",
    "corroborated_by",
    "rivals",
)
STATE_COLUMNS = (
    "as_of",
    "known_by",
    "at_version",
    "expected",
    "subject",
    "kind",
    "title",
    "stage",
    "part",
    "holds",
    "value",
    "certain",
    "from",
    "until",
    "event",
    "corrected_by",
    "rivals",
)
SPREADSHEET_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def write(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], out: IO[str]) -> int:
    """Write a header and *rows* to *out*; how many texts a spreadsheet would run as formulas."""
    columns = tuple(columns)
    written = Table(cells_of(rows, columns), columns)
    for piece in written:
        out.write(piece)
    return written.formulas


AT_ONCE = 100
"""How many rows are written as one piece."""


class Table:
    """A table of cells in pieces of text, of any length; it can be gone through once.

    ``formulas`` is how many texts, of those so far, a spreadsheet would run as formulas.
    """

    def __init__(self, rows: Iterable[Sequence[str]], columns: Sequence[str]) -> None:
        self._rows = iter(rows)
        self._columns = columns
        self.formulas = 0

    def __iter__(self) -> Iterator[str]:
        # Nothing is written before it is known that there are rows to be had.
        rows = list(islice(self._rows, AT_ONCE))
        yield _record(self._columns)
        while rows:
            self.formulas += sum([cell[:1] in _TRIGGERS for row in rows for cell in row])
            yield "".join([_record(row) for row in rows])
            rows = list(islice(self._rows, AT_ONCE))


_TRIGGERS = frozenset(SPREADSHEET_TRIGGERS)


def _record(cells: Sequence[str]) -> str:
    joined = ",".join(cells)
    # The writer looks at every character; most records hold nothing to be quoted.
    bare = joined and '"' not in joined and "\n" not in joined and "\r" not in joined
    if bare and joined.count(",") == len(cells) - 1:
        return joined + "\r\n"
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def cells_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """The cells of *rows* under *columns*."""
    return ([_cell(row.get(column)) for column in columns] for row in rows)


def event_rows(events: Iterable[Told]) -> Iterator[dict[str, Any]]:
    """One row an event."""
    for told in events:
        cells = dict(zip(EVENT_COLUMNS, event_cells(told), strict=True))
        yield cells | {"version": told.version}


def event_cells(told: Told) -> Sequence[str]:
    """The cells of an event; lists are joined by spaces, texts by a vertical bar."""
    said = told.content.get
    sources = said("sources", ())
    effects = said("effects") or said("content", {}).get("effects", ())
    first = sources[0]
    return (
        told.id,
        str(told.version),
        said("kind", ""),
        said("title", ""),
        said("occurred", ""),
        told.reported.isoformat(),
        told.recorded,
        said("place", ""),
        _words([actor.get("party") for actor in said("actors", ())]),
        _words([effect["subject"] for effect in effects]),
        " ".join(said("tags", ())),
        said("summary", ""),
        first["url"],
        first.get("publisher", ""),
        first.get("published", ""),
        " | ".join([source["url"] for source in sources]),
        said("of") or said("against") or "",
        told.corrected_by or "",
        told.retracted_by or "",
        " ".join(told.corroborated_by),
        " ".join(told.rivals),
    )


def state_rows(state: State) -> Iterator[dict[str, Any]]:
    """One row a fact: what holds on the day, what possibly does, and what is due (``next``)."""
    at = state.as_of
    coordinate = {
        "as_of": at.day.isoformat(),
        "known_by": at.known_by.isoformat() if at.known_by else None,
        "at_version": at.at_version,
        "expected": at.expected,
    }
    for subject in state.subjects:
        for part, holds, held in _rows_of(subject):
            yield coordinate | {
                "subject": subject.subject,
                "kind": subject.kind,
                "title": subject.title,
                "stage": subject.stage,
                "part": part,
                "holds": holds,
                "value": held.value,
                "certain": held.certain,
                "from": held.since_hour or without_end(held.since),
                "until": held.until_hour or without_end(held.until),
                "event": held.event,
                "corrected_by": held.via,
                "rivals": _words(rival.event for rival in held.rivals),
            }


def _rows_of(subject: SubjectState) -> Iterator[tuple[str, str, Held]]:
    for part, held in sorted(subject.parts.items()):
        if held.value is not None:
            yield part, "now", held
        for possible in held.possible:
            yield part, "possible", possible
    for part, held in sorted(subject.next.items()):
        yield part, "next", held


def _words(words: Iterable[str | None]) -> str:
    return " ".join(dict.fromkeys(word for word in words if word))


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)
