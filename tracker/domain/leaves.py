"""Leaves: one row of the log as the line that its leaf is the hash of.

The line is canonical JSON (RFC 8785) of the whole row, so that nothing in the row can change
and keep its leaf: what the event says, and what we noted of it.
"""

from __future__ import annotations

from typing import NamedTuple

from tracker.domain import merkle


class Row(NamedTuple):
    """One event as the log keeps it: what it says, and what we noted of it."""

    version: int
    event_id: str
    occurred: str
    reported: str
    recorded: str
    format: int
    content: str

    def line(self) -> str:
        """The line that its leaf is the hash of."""
        return line_of(*self)


def line_of(
    version: int,
    event_id: str,
    occurred: str,
    reported: str,
    recorded: str,
    format: int,
    content: str,
) -> str:
    """The line of a row; *content* is canonical JSON itself, and nothing else needs quoting."""
    return (
        f'{{"content":{content},"format":{format},"id":"{event_id}","occurred":"{occurred}",'
        f'"recorded":"{recorded}","reported":"{reported}","version":{version}}}'
    )


def leaf_of(
    version: int,
    event_id: str,
    occurred: str,
    reported: str,
    recorded: str,
    format: int,
    content: str,
) -> bytes:
    """The hash of a row in the Merkle tree over the log (RFC 9162, 2.1.1)."""
    line = line_of(version, event_id, occurred, reported, recorded, format, content)
    return merkle.leaf_of(line.encode())
