"""Proving: what the log was, told so that somebody without it can check us."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from tracker.domain import merkle
from tracker.domain.leaves import Row
from tracker.domain.proofs import Checkpoint, Inclusion, NotProven
from tracker.errors import NotFound, StoreError
from tracker.store import database, facts, rebuilding, trees, verifying
from tracker.store import log as logs

FOLDED_UNASKED = 10_000
"""Up to how many events all facts are folded again to verify them, when nobody says."""


UNNAMED = "tracker/"
"""What the names of logs begin with that nobody named."""


def origin(conn: Connection) -> str:
    """What the log is called when nobody gave it a name: after its first event, for good."""
    return _origin(trees.hashes(conn, [(0, 1)])[0]) if logs.size(conn) else f"{UNNAMED}empty"


def _origin(first: bytes) -> str:
    return f"{UNNAMED}{first.hex()[:16]}"


def checkpoint(conn: Connection, name: str | None, version: int | None) -> Checkpoint:
    """How many events the log has, or had, and the root of the tree over them.

    Raises:
        NotFound: the log has no such version yet.
    """
    size = placed(conn, version)
    return Checkpoint(name or origin(conn), size, trees.root(conn, size))


def placed(conn: Connection, version: int | None) -> int:
    """The version that is meant, which is the last one when none is.

    Raises:
        NotFound: the log has no such version yet.
    """
    size = logs.size(conn)
    if version is not None and version > size:
        raise NotFound(f"the log is at version {size}; {version} is not there yet")
    return size if version is None else version


def require_extended(conn: Connection, earlier: Checkpoint) -> None:
    """That the log begins with what *earlier* is a checkpoint of.

    Raises:
        NotProven: it does not.
    """
    size = logs.size(conn)
    if size < earlier.size or trees.root(conn, earlier.size) != earlier.root:
        raise NotProven(
            f"the log, with {size} events, does not begin with the {earlier.size} of the "
            "checkpoint: run tracker verify --against it"
        )


def inclusion(conn: Connection, row: Row, size: int) -> tuple[bytes, ...]:
    """The hashes that prove that a row is among the first *size*.

    Raises:
        NotFound: it came later.
    """
    if row.version > size:
        raise NotFound(
            f"{row.event_id} was not in the log at version {size}; it is version {row.version}"
        )
    return tuple(trees.hashes(conn, merkle.inclusion(row.version - 1, size)))


def require_whole(proof: Inclusion) -> None:
    """That others will find proven what we say is.

    Raises:
        StoreError: its row is not what was appended.
    """
    try:
        proof.check()
    except NotProven as error:
        raise StoreError(f"{error}: run tracker verify, which names what was changed") from None


def extension(conn: Connection, old: int, new: int) -> tuple[bytes, ...]:
    """The hashes that prove that the first *new* events begin with the *old* ones."""
    return tuple(trees.hashes(conn, merkle.consistency(old, new)))


def misfits(
    size: int, roots: dict[int, bytes], checkpoints: Collection[tuple[str, Checkpoint]]
) -> Iterator[str]:
    """What is wrong with the log of *size* events, going by checkpoints and their names.

    Args:
        roots: those of the log at the sizes of the checkpoints, where it has an event there.
    """
    first = roots.get(1)
    held: tuple[str, int] | None = None
    for name, each in sorted(checkpoints, key=lambda each: each[1].size):
        found = roots.get(each.size)
        if first and each.origin.startswith(UNNAMED) and each.origin != _origin(first):
            yield (
                f"{name}: it is of {each.origin} and this log is {_origin(first)}: another log, "
                "or one whose first event was rewritten"
            )
        elif each.size > size:
            yield (
                f"{name}: the log holds {size} events and the checkpoint is of {each.size}: "
                f"{each.size - size} of them are gone"
            )
        elif found is None:
            yield f"{name}: version {each.size}, with which the checkpoint ends, is not there"
        elif found != each.root:
            since = f" after version {held[1]}, which {held[0]} bears out," if held else ""
            yield (
                f"{name}: the first {each.size} events are not those of the checkpoint: the past "
                f"was rewritten{since} (root {found.hex()}, not {each.root.hex()})"
            )
        else:
            held = name, each.size


def folded_otherwise(conn: Connection, migrations: Path) -> Iterator[str]:
    """Where what is computed from the log is not what comes out when it is computed again.

    That is done in a database of its own, so that nobody waits for it.
    """
    try:
        facts.require_folded(conn)
    except StoreError as error:
        yield str(error)
        return
    with TemporaryDirectory(prefix="tracker-") as folder:
        engine = database.engine_for(str(Path(folder) / "again.db"))
        try:
            database.prepare(engine)
            with database.writing(engine) as again:
                database.migrate(again, migrations)
                verifying.copied(conn, again)
                rebuilding.rebuild(again)
                yield from verifying.differences(conn, again)
                again.rollback()
        finally:
            engine.dispose()


def missing_of(conn: Connection, paths: Collection[Path]) -> Iterator[str]:
    """Where the log is not what files of the catalogue say.

    Raises:
        BadEntries: something is wrong with the files.
    """
    from tracker.catalogue import open_files
    from tracker.errors import BadEntries

    batch = open_files(paths)
    for records in batch.records():
        there = logs.contents(conn, [each.id for each in records])
        for each in records:
            if each.id not in there:
                yield f"{each.id} of the catalogue is not in the log: run tracker load"
            elif there[each.id] != each.content:
                yield f"{each.id} has other content in the log than in the catalogue"
    if batch.problems:
        raise BadEntries(batch.problems)
