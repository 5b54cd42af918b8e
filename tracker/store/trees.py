"""The Merkle tree over the log: the complete subtrees of some size, kept from when they fill.

What is smaller is hashed from the leaves, which the log has.  A root or a proof takes a few
of the kept hashes and the leaves of one or two of the smallest subtrees that are kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from tracker.domain import merkle
from tracker.errors import StoreError
from tracker.store import log as logs
from tracker.store import plain
from tracker.store.tables import log, subtree

LEVEL = 6
"""The smallest subtrees that are kept have 2 to the power of this many leaves."""
WIDTH = 1 << LEVEL

_LEAVES = (
    select(log.c.leaf)
    .where(log.c.version > bindparam("before"), log.c.version <= bindparam("last"))
    .order_by(log.c.version)
)
_HASH = select(subtree.c.hash).where(
    subtree.c.level == bindparam("level"), subtree.c.number == bindparam("number")
)


def grow(conn: Connection, before: int, after: int) -> None:
    """Keep the subtrees that fill as the log goes from version *before* to *after*."""
    known: dict[tuple[int, int], bytes] = {}
    for number in range(before >> LEVEL, after >> LEVEL):
        found = merkle.perfect(_leaves(conn, number << LEVEL, number + 1 << LEVEL))
        level = LEVEL
        known[level, number] = found
        while number & 1:
            left = known.get((level, number - 1)) or _kept(conn, level, number - 1)
            found = merkle.above(left, found)
            level, number = level + 1, number >> 1
            known[level, number] = found
    plain.add(conn, subtree, [(*place, found) for place, found in known.items()])


def regrow(conn: Connection) -> None:
    """Throw away the subtrees that are kept, and make them anew from the leaves."""
    conn.execute(delete(subtree))
    size = logs.size(conn)
    for before in range(0, size, _SOME):
        grow(conn, before, min(before + _SOME, size))


_SOME = 1 << 14
"""Of how many leaves the subtrees are made anew at once."""


def root(conn: Connection, size: int) -> bytes:
    """The root of the tree over the first *size* events; the log has at least as many.

    Raises:
        StoreError: a subtree is not there.
    """
    return merkle.root(size, _Reader(conn).hash)


def hashes(conn: Connection, spans: Iterable[merkle.Span]) -> list[bytes]:
    """The hashes of spans of leaves, which a proof consists of.

    Raises:
        StoreError: a subtree is not there.
    """
    reader = _Reader(conn)
    return [merkle.hash_of(span, reader.hash) for span in spans]


def pinned(conn: Connection, version: int) -> merkle.Pinned:
    """What pins the first *version* entries of the log."""
    row = plain.row(conn, _RECORDED, version=version)
    return merkle.Pinned(version, root(conn, version).hex(), row[0] if row else None)


_RECORDED = select(log.c.recorded).where(log.c.version == bindparam("version"))


def kept(conn: Connection, level: int, number: int) -> bytes | None:
    """The hash that is kept of a complete subtree; None when there is none."""
    found = plain.row(conn, _HASH, level=level, number=number)
    return bytes(found[0]) if found else None


class _Reader:
    """Reads the hashes of complete subtrees; the leaves of each of the smallest only once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._some: dict[int, list[bytes]] = {}

    def hash(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree."""
        if level >= LEVEL:
            return _kept(self._conn, level, number)
        start, end = number << level, number + 1 << level
        block = start >> LEVEL
        first = block << LEVEL
        if len(self._some.get(block, ())) < end - first:
            self._some[block] = _leaves(self._conn, first, end)
        return merkle.perfect(self._some[block][start - first : end - first])


def _kept(conn: Connection, level: int, number: int) -> bytes:
    found = kept(conn, level, number)
    if found is None:
        raise StoreError("the tree over the log is not whole: run tracker rebuild")
    return found


def _leaves(conn: Connection, before: int, last: int) -> list[bytes]:
    found = [bytes(leaf) for (leaf,) in plain.rows(conn, _LEAVES, before=before, last=last)]
    if len(found) != last - before:
        raise StoreError("the log has gaps: run tracker verify, which names what is missing")
    return found
