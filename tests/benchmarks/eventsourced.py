"""A peer: the same events kept with the library ``eventsourcing``, on SQLite.

Each subject is an aggregate, made by its first event; each later entry is one more event of
it, with the entry as it was read.  The library's own defaults hold: write-ahead log, every
commit on the disk, JSON.  It checks no entry, hashes nothing, and keeps no projection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

_NAMES = UUID("8f3e5bb4-6a3c-4f5e-9d0f-2d6f6c1a7b10")

BATCH = 2_000
"""Events that one save writes: the fastest of 100, 500, 2,000 and 10,000."""


class Subject(Aggregate):
    """A subject, and how many events have told of it."""

    @event("Introduced")
    def __init__(self, entry: dict[str, Any]) -> None:
        self.events = 1
        self.last: str = entry["id"]

    @staticmethod
    def create_id(entry: dict[str, Any]) -> UUID:
        return id_of(entry)

    @event("Told")
    def tell(self, entry: dict[str, Any]) -> None:
        self.events += 1
        self.last = entry["id"]


def id_of(entry: dict[str, Any]) -> UUID:
    """The id of the subject that an entry is about."""
    return uuid5(_NAMES, entry["effects"][0]["subject"])


def opened(database: Path) -> Application[UUID]:
    """The application over a file of its own."""
    return Application[UUID](
        env={
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(database),
        }
    )


def load(lines: str, database: str) -> dict[str, Any]:
    """Save the events of a file in batches; the subjects stay in memory, so none is read again."""
    path = Path(database)
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    application = opened(path)
    subjects: dict[UUID, Subject] = {}
    waiting: dict[UUID, Subject] = {}
    count = 0
    began = perf_counter()
    with Path(lines).open(encoding="utf-8") as file:
        for count, line in enumerate(file, start=1):
            entry = json.loads(line)
            name = id_of(entry)
            subject = subjects.get(name)
            if subject is None:
                subject = subjects[name] = Subject(entry)
            else:
                subject.tell(entry)
            waiting[name] = subject
            if count % BATCH == 0:
                application.save(*waiting.values())
                waiting.clear()
    application.save(*waiting.values())
    taken = perf_counter() - began
    application.close()
    return {"seconds": taken, "events": count}


def append(application: Application[UUID], entry: dict[str, Any]) -> None:
    """Get the subject, tell it of the entry, and save it: one transaction."""
    subject: Subject = application.repository.get(id_of(entry))
    subject.tell(entry)
    application.save(subject)


def append_all(application: Application[UUID], entries: Iterable[dict[str, Any]]) -> None:
    """Append entries, a transaction each."""
    for entry in entries:
        append(application, entry)
