"""Tables: the rows of events and of states, as many as there are, in the same memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy import Connection

from tracker.app.telling import is_asked, said_of, told_of
from tracker.domain.state import State
from tracker.domain.told import Filter
from tracker.exports.tables import (
    STATE,
    Cells,
    cells_of,
    event_cells,
    state_rows,
)
from tracker.store import log as logs
from tracker.store import plain


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, which can be gone through once, and what they go by.

    Attributes:
        at_version: how many events of the log count.
        total: how many rows there are, where that is known before they are counted.
    """

    cells: Iterator[Cells]
    at_version: int
    total: int | None = None


def of_events(conn: Connection, wanted: Filter) -> Iterator[Cells]:
    """One row an event that *wanted* asks for, by id."""
    from tracker.exports.entry_rows import cells

    for chunk in logs.chunks(logs.marked(conn, wanted)):
        spoken_of = {row[1]: _entry(row) for row in chunk if row[5]}
        said = said_of(conn, wanted, spoken_of.values()) if spoken_of else {}
        for row in chunk:
            if row[5]:
                told = said.get(row[1]) or told_of(spoken_of[row[1]])
                if is_asked(wanted, told, spoken_of=row[1] in said):
                    yield event_cells(told)
            else:
                # Nothing else is said of most events: their cells are made without a detour.
                yield cells(row)


def _entry(row: plain.Row) -> logs.Entry:
    version, event_id, reported, recorded, content, _ = row
    return logs.Entry(version, event_id, date.fromisoformat(reported), recorded, content)


def of_states(states: Iterable[State]) -> Iterator[Cells]:
    """One row a fact of states."""
    return cells_of(chain.from_iterable(map(state_rows, states)), STATE.names)
