"""Verifying: whether each entry of the log still is what its leaf says, and none is missing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, LargeBinary, bindparam, cast, select

from tracker.domain.merkle import Checkpoint, Tree
from tracker.store import plain
from tracker.store.tables import log

# As bytes: a text that is damaged may be none.
_ENTRIES = select(
    log.c.version,
    cast(log.c.event_id, LargeBinary),
    cast(log.c.content, LargeBinary),
    cast(log.c.leaf, LargeBinary),
).order_by(log.c.version)
SHOWN = 20
"""How many of the entries that are wrong are named."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How many entries were looked at, the root of their leaves, and what is wrong with which."""

    version: int
    root: str
    wrong: tuple[str, ...]


def verify(conn: Connection) -> Verified:
    """Hash every entry anew and compare it with its leaf; versions run from 1 without gaps."""
    tree = Tree()
    wrong: list[str] = []
    expected = 0
    for version, name, content, leaf in plain.rows(conn, _ENTRIES):
        expected += 1
        name, content = name or b"", content or b""
        event_id = name.decode("utf-8", "replace")
        if version != expected and len(wrong) < SHOWN:
            wrong.append(f"version {expected} is not there: the next is {version}, {event_id}")
        expected = version
        found = sha256(b"\x00" + content).digest()
        if (found != leaf or b'"id":"%b"' % name not in content) and len(wrong) < SHOWN:
            wrong.append(f"version {version}, {event_id}: its content is not what was appended")
        tree.add(found)
    return Verified(tree.size, tree.root().hex(), tuple(wrong))


_LEAVES = (
    select(log.c.leaf, log.c.recorded)
    .where(log.c.version <= bindparam("version"))
    .order_by(log.c.version)
)


def checkpoint(conn: Connection, version: int) -> Checkpoint:
    """What pins the first *version* entries of the log, going by the leaves that it keeps."""
    tree = Tree()
    recorded = None
    for leaf, instant in plain.rows(conn, _LEAVES, version=version):
        tree.add(leaf)
        recorded = instant
    return Checkpoint(tree.size, tree.root().hex(), recorded)
