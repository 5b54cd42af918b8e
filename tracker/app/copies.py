"""Copies: the log of one database brought into another, so many events at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection

from tracker.errors import StoreError, TrackerError
from tracker.store import copying, facts, verifying
from tracker.store import log as logs

AT_ONCE = 5_000
"""How many events go over in one transaction: as many are done again after an interruption."""

Opened = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a copy did: the events it added, and what both logs now are."""

    added: int
    version: int
    root: str
    facts_digest: str


class NotACopy(TrackerError):
    """A log that is to be copied to is not the beginning of the one that is copied."""

    code = "not-a-copy"


def copy(
    source: Connection,
    *,
    reading: Opened,
    writing: Opened,
    names: tuple[str, str],
    told: Callable[[int, int], None],
) -> Brought:
    """Bring the log that *reading* and *writing* open to where *source* is.

    Args:
        names: of the log that is copied, and of the other.
    """
    before = verifying.verify(source)
    if before.wrong:
        raise StoreError(f"{names[0]} was changed, and is not copied:\n" + "\n".join(before.wrong))
    with reading() as there:
        had = size = logs.size(there)
        _require_beginning(source, there, before.version, size, names)
    told(size, before.version)
    for rows in logs.chunks(copying.rows_after(source, size), AT_ONCE):
        with writing() as conn:
            if logs.size(conn) != size:
                raise StoreError(f"{names[1]}: somebody else added to it: try again")
            copying.take(conn, rows)
        size += len(rows)
        told(size, before.version)
    with reading() as there:
        after = verifying.verify(there)
        found = facts.digest(there)
    if after.wrong or (after.version, after.root) != (before.version, before.root):
        raise StoreError(f"{names[1]} is not what {names[0]} is: run tracker verify on it")
    if found != facts.digest(source):
        raise StoreError(
            f"{names[1]} has the log of {names[0]} and other facts: run tracker rebuild on both, "
            "and compare the facts that it prints"
        )
    return Brought(size - had, size, after.root, found)


def _require_beginning(
    source: Connection, there: Connection, version: int, size: int, names: tuple[str, str]
) -> None:
    one, other = names
    found = copying.first_difference(source, there, min(version, size))
    if found:
        number, here, at = found
        events = here if here == at else f"{here} there, {at} here"
        raise NotACopy(
            f"{other} holds another log: version {number} is not that of {one} ({events}). "
            "Nothing was added: copy to a new database"
        )
    if size > version:
        raise NotACopy(
            f"{other} has all {version} events of {one} and {size - version} more: "
            "copy the other way"
        )
