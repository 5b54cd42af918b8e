"""The files of one size of the workload: made when they are first needed, and then kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measuring import alone, tell
from tests.benchmarks.workload import Workload


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
        return self._loaded("ours.db", "writing.load")

    def floor(self) -> Path:
        """The rows of the log in a bare SQLite file."""
        return self._loaded("floor.db", "floors.load")

    def peer(self) -> Path:
        """The events in a file of ``eventsourcing``."""
        return self._loaded("eventsourcing.db", "eventsourced.load")

    def _loaded(self, name: str, work: str) -> Path:
        path = self.path(name)
        if not path.exists():
            tell(f"making {path.name}")
            draft = path.with_name(f"draft-{path.name}")
            alone(work, lines=str(self.lines()), database=str(draft))
            draft.replace(path)
        return path

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

    def copy(self, path: Path) -> Path:
        """A copy of a database to write to."""
        copied = path.with_name(f"copy-{path.name}")
        shutil.copyfile(path, copied)
        return copied

    def leftovers(self) -> Iterator[Path]:
        """Copies and drafts, which may be thrown away."""
        yield from self.folder.glob("copy-*")
        yield from self.folder.glob("draft-*")
