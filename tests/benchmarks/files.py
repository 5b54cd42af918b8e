"""The files of one size of the workload: made when they are first needed, and then kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import alone, tell
from tests.benchmarks.workload import Workload

LOADS = {"ours": "writing.load", "floor": "floors.load", "peer": "eventsourced.load"}
"""Side → what loads the entries into its database."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the log of so many events lies in each of its forms."""

    folder: Path
    events: int

    @property
    def workload(self) -> Workload:
        return Workload(self.events)

    def path(self, name: str) -> Path:
        """The file *name* of this size: ``ours.db``, ``floor.db``, and so on."""
        return self.folder / f"{self.events}-{name}"

    def lines(self) -> Path:
        """The entries, as JSON lines."""
        path = self.path("events.jsonl")
        if not path.exists():
            tell(f"writing {self.events:,} entries")
            draft = path.with_suffix(".part")
            self.workload.write(draft)
            draft.replace(path)
        return path

    def ours(self) -> Path:
        """The database of tracker."""
        return self._loaded("ours")

    def floor(self) -> Path:
        """The rows of the log in a bare SQLite file."""
        return self._loaded("floor")

    def peer(self) -> Path:
        """The events in a file of ``eventsourcing``."""
        return self._loaded("peer")

    def _loaded(self, side: str) -> Path:
        if not self.path(f"{side}.db").exists():
            self.load(side)
        return self.path(f"{side}.db")

    def load(self, side: str) -> dict[str, Any]:
        """Load the entries anew into the database of one side; what was measured of it."""
        lines, path = self.lines(), self.path(f"{side}.db")
        tell(f"loading {self.events:,} events: {side}")
        draft = path.with_name(f"draft-{path.name}")
        found = alone(LOADS[side], lines=str(lines), database=str(draft))
        draft.replace(path)
        return found

    def facts(self) -> Path:
        """The facts of tracker in a bare SQLite file."""
        return self._derived("facts.db", "asking.write_facts")

    def duck(self) -> Path:
        """The assignments in a file of DuckDB."""
        return self._derived("duck.db", "ducks.load")

    def _derived(self, name: str, work: str) -> Path:
        path = self.path(name)
        if not path.exists():
            source = self.ours() if work.startswith("asking") else self.lines()
            tell(f"making {path.name}")
            draft = path.with_name(f"draft-{path.name}")
            alone(work, source=str(source), database=str(draft), events=self.events)
            draft.replace(path)
        return path


def copied(path: Path, name: str) -> Path:
    """A copy of a database to write to, by a name of its own."""
    copy = path.with_name(f"copy-{name}")
    shutil.copyfile(path, copy)
    return copy


def leftovers(folder: Path) -> Iterator[Path]:
    """Copies and drafts in a folder, which may be thrown away."""
    yield from folder.glob("copy-*")
    yield from folder.glob("draft-*")
