"""CSV (RFC 4180): one row an event, or one row a fact.  UTF-8, CRLF, no cell altered.

The columns are a contract: new ones go to the end.  An empty cell is a missing value.
Every row of a state says for which day and by whose knowledge it speaks.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
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
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    formulas = 0
    for row in rows:
        cells = [_cell(row.get(column)) for column in columns]
        formulas += sum(cell.startswith(SPREADSHEET_TRIGGERS) for cell in cells)
        writer.writerow(cells)
    return formulas


def event_rows(events: Iterable[Told]) -> Iterator[dict[str, Any]]:
    """One row an event; lists are joined by spaces, texts by a vertical bar."""
    for told in events:
        content = told.content
        effects = content.get("effects") or content.get("content", {}).get("effects") or []
        sources = content["sources"]
        yield {
            "event_id": told.id,
            "version": told.version,
            "kind": content["kind"],
            "title": content["title"],
            "occurred": content["occurred"],
            "reported": told.reported.isoformat(),
            "recorded_utc": told.recorded,
            "place": content.get("place"),
            "parties": _words(actor.get("party") for actor in content.get("actors", ())),
            "subjects": _words(effect["subject"] for effect in effects),
            "tags": " ".join(content.get("tags", ())),
            "summary": content.get("summary"),
            "source_url": sources[0]["url"],
            "source_publisher": sources[0].get("publisher"),
            "source_published": sources[0].get("published"),
            "sources": " | ".join(source["url"] for source in sources),
            "speaks_of": content.get("of") or content.get("against"),
            "corrected_by": told.corrected_by,
            "retracted_by": told.retracted_by,
            "corroborated_by": _words(told.corroborated_by),
            "rivals": _words(told.rivals),
        }


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
