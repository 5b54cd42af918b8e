"""Verifying: whether each row of the log still is what its leaf says, and none is missing.

Rows are read as they lie in the file, so that one that is damaged is named like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, String, Table, select, text

from tracker.domain import merkle
from tracker.store import facts, plain, search, trees
from tracker.store.tables import assignment, fact, log, mention, reference, stake
from tracker.store.undecoded import undecoded

SHOWN = 20
"""How many of the things that are wrong are named."""


@dataclass(slots=True)
class Verified:
    """How many events were looked at, the root of their leaves, and what is wrong with which.

    ``roots`` are those of the sizes that were asked for, as far as the log goes.  ``folded``
    tells whether the facts were compared too, and ``strays`` are what the catalogue and the
    log do not have in common, where that was asked for.
    """

    version: int = 0
    root: str = merkle.EMPTY.hex()
    wrong: list[str] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    folded: bool = False
    strays: list[str] = field(default_factory=list)

    def add(self, wrong: str) -> None:
        """Note what is wrong, unless enough is already."""
        if len(self.wrong) < SHOWN:
            self.wrong.append(wrong)


_ROWS = select(log).order_by(log.c.version)
_SENT = select(
    *(undecoded(each) if isinstance(each.type, String) else each for each in log.columns)
).order_by(log.c.version)
_LINE = (
    b'\0{"content":%b,"format":%d,"id":"%b","occurred":"%b",'
    b'"recorded":"%b","reported":"%b","version":%d}'
)
_ID_IN = b'"id":"%b"'


def verify(conn: Connection, sizes: Collection[int] = ()) -> Verified:
    """Hash every row anew and compare it with its leaf; versions run from 1 without gaps.

    Args:
        sizes: of which the roots are wanted as well.
    """
    found = Verified()
    wanted = {size for size in sizes if size}
    found.roots = {0: merkle.EMPTY} if 0 in sizes else {}
    tree, some = merkle.Tree(), list[bytes]()
    expected, event_id = 1, None
    try:
        for row in _undecoded(conn):
            version, event_id, leaf = row[0], row[1], row[-1]
            if version != expected:
                found.add(
                    f"version {expected} is not there: the next is {version}, {_shown(event_id)}"
                )
            expected = version + 1
            again = _leaf(row)
            if again != leaf or type(leaf) is not bytes:
                found.add(
                    f"version {version}, {_shown(event_id)}: its content is not what was appended"
                )
            some.append(again)
            if len(some) == trees.WIDTH:
                _compare(conn, tree.add(merkle.perfect(some)), tree.size - 1, found)
                some = []
            if version in wanted:
                found.roots[version] = tree.root(some)
    except conn.dialect.loaded_dbapi.Error as error:
        here = "the beginning" if event_id is None else f"version {version}, {_shown(event_id)}"
        found.add(f"after {here}: the log cannot be read on ({error})")
    found.version = tree.size * trees.WIDTH + len(some)
    found.root = tree.root(some).hex()
    if not found.wrong:
        _count(conn, tree.size, found)
        _look_up(conn, found)
        _compare_end(conn, found)
    return found


def _undecoded(conn: Connection) -> Iterator[plain.Row]:
    """The rows of the log by version, their texts as bytearrays and their bytes as bytes."""
    if conn.dialect.name == "sqlite":
        with _as_they_lie(conn):
            yield from plain.rows(conn, _ROWS)
    else:
        for *row, leaf in plain.streamed(conn, _SENT):
            yield (*(bytearray(each) if type(each) is bytes else each for each in row), leaf)


@contextmanager
def _as_they_lie(conn: Connection) -> Iterator[None]:
    """Where SQLite hands out texts that may be no UTF-8, apart from what is no text at all."""
    driver: Any = conn.connection.driver_connection
    before, driver.text_factory = driver.text_factory, bytearray
    try:
        yield
    finally:
        driver.text_factory = before


def _leaf(row: plain.Row) -> bytes:
    """The leaf that a row should have; one of nothing where it cannot be that of any row."""
    version, event_id, occurred, reported, recorded, form, content, _ = row
    if not (
        type(event_id) is type(occurred) is type(reported) is type(recorded) is bytearray
        and type(content) is bytearray
        and type(form) is int
    ):
        return b""
    # Without a quotation mark in them, no two rows have the same line.
    if b'"' in event_id + occurred + reported + recorded or _ID_IN % event_id not in content:
        return b""
    line = _LINE % (content, form, event_id, occurred, recorded, reported, version)
    return sha256(line).digest()


def _shown(event_id: object) -> str:
    if isinstance(event_id, bytes | bytearray):
        return event_id.decode("ascii", "backslashreplace")
    return str(event_id)


def _compare(conn: Connection, completed: list[bytes], number: int, found: Verified) -> None:
    """Compare the subtrees that were just completed with those that are kept."""
    for level, again in enumerate(completed, start=trees.LEVEL):
        if found.wrong:
            return
        if trees.kept(conn, level, number) != again:
            first, last = (number << level) + 1, number + 1 << level
            found.add(
                f"the tree over versions {first} to {last} is not that of their leaves: "
                "run tracker rebuild"
            )
        number >>= 1


def _count(conn: Connection, blocks: int, found: Verified) -> None:
    """That no more subtrees are kept than the log has."""
    there = 2 * blocks - blocks.bit_count()
    kept = trees.count(conn)
    if kept != there:
        found.add(f"the tree over the log has {kept} subtrees, not {there}: run tracker rebuild")


def _compare_end(conn: Connection, found: Verified) -> None:
    """That nothing is computed from events that are not there."""
    seen = facts.seen(conn)
    if seen > found.version:
        found.add(facts.lost_end(found.version, seen))


_CHECK = text("PRAGMA integrity_check(log)")
_ID = select(log.c.event_id)


def _look_up(conn: Connection, found: Verified) -> None:
    """That every event is found by its id: that the index of the log is whole."""
    if conn.dialect.name != "sqlite":
        return
    for (said,) in plain.rows(conn, _CHECK):
        row = re.search(r"\brow (\d+)", said)
        if row:
            event_id = conn.scalar(_ID.where(log.c.version == int(row[1])))
            found.add(f"version {row[1]}, {event_id}: it is not found by its id ({said})")
        elif said != "ok":
            found.add(f"the log is damaged: {said}")


PROJECTIONS = (fact, assignment, mention, reference, stake)


def differences(conn: Connection, again: Connection) -> Iterator[str]:
    """Where what is computed from the log is not what it is *again*, in another database."""
    for table in PROJECTIONS:
        if facts.digest(conn, table) != facts.digest(again, table):
            row = _first_difference(conn, again, table)
            named = " ".join(str(each) for each in row[:2])
            yield (
                f"the {table.name}s are not those of the log, first at {named}: run tracker rebuild"
            )
    if found := search.difference(conn, again, _read_of(again)):
        yield f"the words are not those of the log, first at {found}: run tracker rebuild"


def _read_of(conn: Connection) -> Iterator[search.Words]:
    """What people read of each event of a log."""
    from tracker.domain.records import projected
    from tracker.store.stories import events_since

    for version, event in events_since(conn, 0):
        record = projected(event)
        yield version, record.title, record.words


def _first_difference(conn: Connection, again: Connection, table: Table) -> plain.Row:
    ordered = select(table).order_by(*table.primary_key)
    for here, there in zip_longest(plain.streamed(conn, ordered), plain.streamed(again, ordered)):
        if here != there:
            found: plain.Row = min((here, there), key=str) if here and there else here or there
            return found
    return ("the end",)


def copied(conn: Connection, again: Connection) -> None:
    """Copy the rows of the log into another database that has none."""
    from tracker.store import log as logs

    for some in logs.chunks(plain.streamed(conn, _ROWS)):
        plain.add(again, log, some)
