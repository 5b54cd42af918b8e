"""Copying a whole database: away as a backup, and back.

A copy is looked at in full before it takes anybody's place, and takes it whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import BadCommand, NotFound, StoreError, TrackerError
from tracker.store import database, pages, trees
from tracker.store import log as logs

if TYPE_CHECKING:
    from tracker.app import Tracker


class NotContinued(TrackerError):
    """A backup that lacks what the database has."""

    code = "not-continued"


@dataclass(frozen=True, slots=True)
class Copied:
    """How many events a copy has, the root of the tree over them, and where it is."""

    version: int
    root: str
    place: Path


def backup(source: Tracker, file: Path, *, force: bool) -> Copied:
    """Copy the database of *source* into *file*, as it is at one instant, while others write.

    Raises:
        BadCommand: the file is there already, or cannot be written; or the database is no file.
        StoreError: the database, or its copy, is damaged.
    """
    _require_file(
        source,
        f"tracker copy {source.place} {file} copies its log, verified, into a file of SQLite; "
        "pg_dump keeps all of it",
    )
    if file.exists() and not force:
        raise BadCommand(f"{file} is there already: give another name, or --force")
    if _is_same(file, Path(source.place)):
        raise BadCommand(f"{file} is the database itself: give another name")
    with _draft(file) as draft:
        with database.reading(source.engine) as conn:
            version = logs.size(conn)
            root = trees.root(conn, version).hex()
            pages.copy_to(conn, draft)
        found = _looked_at(draft, file)
        if (found.version, found.root) != (version, root):
            raise StoreError(
                f"{source.place} was copied, and the copy has another root: run tracker verify"
            )
        _put(draft, file)
    return found


def _is_database(source: Tracker, file: Path) -> bool:
    """Whether there is a log in *file*, which is at fault when it cannot be read."""
    try:
        return source.is_there()
    except StoreError as error:
        if "not a database" not in str(error):
            raise
        said = f"{file} is not a database: give a file that tracker backup wrote"
        raise StoreError(said) from None


def restore(target: Tracker, file: Path, *, force: bool) -> Copied:
    """Put the database in *file* in the place of that of *target*.

    Raises:
        BadCommand: the target is no file.
        NotFound: there is no such file.
        StoreError: it is no database of ours, or is damaged; or the target cannot be written.
        NotContinued: the target has events that the backup has not.
    """
    _require_file(
        target,
        f"tracker copy {file} {target.place} brings what is in the file into an empty database, "
        "or into one that lacks the end of it",
    )
    if not file.exists():
        raise NotFound(f"there is no file {file}")
    here = Path(target.place)
    if _is_same(file, here):
        raise BadCommand(f"{file} is the database itself: give a backup of it")
    with _draft(here) as draft:
        source = _opened(file)
        try:
            if not _is_database(source, file):
                raise StoreError(f"{file} holds no database")
            with database.reading(source.engine) as conn:
                logs.size(conn)
                pages.copy_to(conn, draft)
        finally:
            source.close()
        mine = None
        if here.exists():
            mine = _continued(target, draft, file, force=force)
        found = _looked_at(draft, file)
        if mine is None:
            _put(draft, here)
        else:
            version = mine

            def unchanged() -> bool:
                with database.reading(target.engine) as conn:
                    return force or logs.size(conn) == version

            pages.write_over(target.engine, draft, unchanged=unchanged)
    return Copied(found.version, found.root, here)


def _require_file(tracker: Tracker, instead: str) -> None:
    """That the database is a file, which can be copied whole."""
    if not database.is_file(tracker.engine):
        raise BadCommand(f"{tracker.place} is on a server, and no file: {instead}")


def _continued(target: Tracker, draft: Path, file: Path, *, force: bool) -> int | None:
    """How many events the target has; None when it cannot be read and is to be thrown away."""
    from tracker.store import verifying

    try:
        if not target.is_there():
            return None
        target.open(catalogue=False)
        with database.reading(target.engine) as conn:
            mine = verifying.verify(conn)
    except StoreError as error:
        if force:
            return None
        raise NotContinued(
            f"{target.place} cannot be read ({error}), so that nobody can tell whether {file} has "
            "all that is in it: restore into another file, or give --force"
        ) from None
    if force:
        return mine.version
    if mine.wrong:
        raise NotContinued(
            f"{target.place} was changed or is damaged:\n"
            + "\n".join(mine.wrong)
            + f"\nrestore {file} into another file, or give --force"
        )
    copy = _opened(draft)
    try:
        copy.open(catalogue=False)
        with database.reading(copy.engine) as conn:
            theirs = verifying.verify(conn, [mine.version])
    finally:
        copy.close()
    if theirs.roots.get(mine.version, b"").hex() != mine.root:
        raise NotContinued(
            f"{target.place} has {mine.version} events that {file}, with {theirs.version}, does "
            "not begin with; they would be lost. Restore into another file, or give --force"
        )
    return mine.version


def _looked_at(draft: Path, file: Path) -> Copied:
    """What the copy amounts to.

    Raises:
        StoreError: it is damaged.
    """
    copy = _opened(draft)
    try:
        copy.open(catalogue=False)
        with database.reading(copy.engine) as conn:
            wrong = pages.whole(conn)
        found = copy.verify()
        wrong += found.wrong
    except StoreError as error:
        raise StoreError(str(error).replace(str(draft), str(file))) from None
    finally:
        copy.close()
    if wrong:
        raise StoreError(f"{file} was changed or is damaged:\n" + "\n".join(wrong))
    return Copied(found.version, found.root, file)


def _opened(file: Path) -> Tracker:
    from tracker.app import Tracker

    return Tracker(str(file))


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """A file beside *file* that is gone at the end, unless it took its place."""
    draft = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft)
        yield draft
    except OSError as error:
        raise BadCommand(f"{file} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            _remove(draft)


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _put(draft: Path, file: Path) -> None:
    """Give the copy, which is on the disk, its name."""
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    for ending in ("-wal", "-shm"):
        # What a database that is no more left beside it is no part of this one.
        file.with_name(file.name + ending).unlink(missing_ok=True)
    draft.replace(file)
    if os.name == "posix":
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
