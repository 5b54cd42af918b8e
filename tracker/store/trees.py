"""The Merkle tree over the log: the complete subtrees of some size, kept from when they fill.

What is smaller is hashed from the leaves, which the log has.  A root or a proof takes a few
of the kept hashes and the leaves of one or two of the smallest subtrees that are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, bindparam, delete, func, select, text

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
    filled = _filled(conn, before, after)
    plain.add(conn, subtree, [(*place, found) for place, found in filled.items()])


def _filled(conn: Connection, before: int, after: int) -> dict[tuple[int, int], bytes]:
    """Level and number → hash of the subtrees that fill from version *before* to *after*."""
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
    return known


def regrow(conn: Connection) -> None:
    """Make the subtrees anew from the leaves, where they are not what they should be.

    On PostgreSQL only their owner can: whoever else may write has nothing to rewrite here.
    """
    size = logs.size(conn)
    if not _is_whole(conn, size):
        _throw_away(conn)
        for before in range(0, size, _SOME):
            grow(conn, before, min(before + _SOME, size))


def _is_whole(conn: Connection, size: int) -> bool:
    """Whether the subtrees that are kept are those of the leaves, and no others."""
    blocks = size >> LEVEL
    if count(conn) != 2 * blocks - blocks.bit_count():
        return False
    for before in range(0, size, _SOME):
        try:
            filled = _filled(conn, before, min(before + _SOME, size))
        except StoreError:
            return False  # whoever makes it anew finds out what is wrong
        for level, some in groupby(sorted(filled), key=itemgetter(0)):
            numbers = [number for _, number in some]
            span = {"level": level, "first": numbers[0], "last": numbers[-1]}
            there = {each: bytes(found) for each, found in plain.rows(conn, _SPAN, **span)}
            if there != {each: filled[level, each] for each in numbers}:
                return False
    return True


_SPAN = select(subtree.c.number, subtree.c.hash).where(
    subtree.c.level == bindparam("level"),
    subtree.c.number.between(bindparam("first"), bindparam("last")),
)


def _throw_away(conn: Connection) -> None:
    if conn.dialect.name != "postgresql":
        conn.execute(delete(subtree))
        return
    if count(conn):
        conn.execute(text("ALTER TABLE subtree DISABLE TRIGGER subtree_no_rewriting"))
        conn.execute(delete(subtree))
        conn.execute(text("ALTER TABLE subtree ENABLE ALWAYS TRIGGER subtree_no_rewriting"))


def guard(conn: Connection) -> None:
    """Let PostgreSQL refuse to rewrite the subtrees, as it did until their table was gone."""
    if conn.dialect.name == "postgresql" and plain.row(conn, _GUARDED) is None:
        for statement in _GUARD:
            conn.execute(statement)


_GUARDED = text(
    "SELECT 1 FROM pg_trigger "
    "WHERE tgrelid = to_regclass('subtree') AND tgname = 'subtree_no_rewriting'"
)
_GUARD = (
    text(
        "CREATE TRIGGER subtree_no_rewriting BEFORE UPDATE OR DELETE OR TRUNCATE ON subtree "
        "FOR EACH STATEMENT EXECUTE FUNCTION subtree_refuse()"
    ),
    text("ALTER TABLE subtree ENABLE ALWAYS TRIGGER subtree_no_rewriting"),
)


def count(conn: Connection) -> int:
    """How many subtrees are kept."""
    (found,) = plain.row(conn, _COUNT) or (0,)
    return int(found)


_COUNT = select(func.count()).select_from(subtree)


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
