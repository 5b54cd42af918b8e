"""A site: the files that tell what a log holds, for any host that serves files.

Each file is made from the log alone, and those of the state from the day it is told for, so
that nothing else changes from day to day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from tracker.cli.folders import SCHEMA
from tracker.domain.told import Filter

if TYPE_CHECKING:
    from tracker.app import Tracker
    from tracker.domain.dates import AsOf
    from tracker.domain.merkle import Pinned
    from tracker.exports.tables import Table

Pieces: TypeAlias = Callable[[], Iterable[bytes]]

PAGE = 100
"""How many events an archive of the feed tells of; the feed itself has once to twice as many."""

READABLE = 2_000
"""How many subjects a page of the state may be about; more are no page that anybody reads."""

CALENDARS = ("measure", "agreement", "talks", "meeting", "commitment", "claim")


@dataclass(frozen=True)
class Site:
    """What is published of a log, and for which day.

    Attributes:
        at: the coordinate of the state; its day of knowledge is that of all files.
        since: the day that the changes of the state are told from.
        parties: those that have calendars of their own.
        url: where the folder will be served, if that is known; it ends with a slash.
    """

    tracker: Tracker
    at: AsOf
    since: date
    parties: tuple[str, ...]
    pinned: Pinned
    url: str = ""
    stats: dict[str, Any] = field(default_factory=dict)
    _tables: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def files(self) -> dict[str, Pieces]:
        """Path → what is in the file, made when it is called for.

        In the order of paths; what describes the tables is made last, when they are.
        """
        from tracker.exports.datapackage import NAME

        found: dict[str, Pieces] = {
            "events.csv": self._events_csv,
            "events.jsonl": self._events_jsonl,
            "state.csv": self._state_csv,
            "state.json": self._state_json,
            "calendars/all.ics": self._calendar(),
            "feed.atom": self._feed,
            "index.html": self._index,
            "manifest.json": self._manifest,
        }
        if self.has_page:
            found["state.html"] = self._state_html
        for kind in CALENDARS:
            found[f"calendars/kind/{kind}.ics"] = self._calendar(kind=kind)
        for code in self.parties:
            found[f"calendars/party/{code}.ics"] = self._calendar(party=code)
        for number in range(1, self._archives + 1):
            found[f"feed/{number}.atom"] = partial(self._archive, number)
        return dict(sorted(found.items())) | {NAME: self._package}

    @property
    def has_page(self) -> bool:
        """Whether the state is told as a page, too."""
        return bool(sum(self.stats["subjects"].values()) <= READABLE)

    @property
    def _known(self) -> date | None:
        return self.at.known_by

    # -- calendars, events, the state -----------------------------------------------------

    def _calendar(self, *, kind: str | None = None, party: str | None = None) -> Pieces:
        return partial(self.tracker.calendar, known_by=self._known, kind=kind, party=party)

    def _events_csv(self) -> Iterator[bytes]:
        from tracker.exports import csv
        from tracker.exports.tables import EVENTS

        with self.tracker.event_table(Filter(known_by=self._known)) as rows:
            asked = {"known_by": self._known, "at_version": rows.at_version}
            records = csv.Records(rows.cells, EVENTS)
            yield from self._described("events.csv", EVENTS, records, asked)

    def _events_jsonl(self) -> Iterator[bytes]:
        entries = self.tracker.entries(Filter(known_by=self._known))
        return (f"{entry}\n".encode() for entry in entries)

    def _state_csv(self) -> Iterator[bytes]:
        from tracker.exports import csv
        from tracker.exports.tables import STATE, coordinate

        with self.tracker.state_table(self.at) as rows:
            asked = {"as_of": self.at.day, **coordinate(self.at), "at_version": rows.at_version}
            records = csv.Records(rows.cells, STATE)
            yield from self._described("state.csv", STATE, records, asked)

    def _described(
        self, name: str, table: Table, records: Iterable[str], asked: Mapping[str, Any]
    ) -> Iterator[bytes]:
        """The bytes of a table, of which the package says what they are."""
        from tracker.exports.datapackage import Sealed, resource
        from tracker.exports.tables import said

        sealed = Sealed(map(str.encode, records))
        yield from sealed
        self._tables[name] = resource(table, name, sealed, said(asked), excel=False)

    def _package(self) -> Iterable[bytes]:
        from tracker.exports.datapackage import package

        *others, last = self._tables.values()
        return [package({each["path"]: each for each in others}, last)]

    def _state_html(self) -> Iterator[bytes]:
        from tracker.exports import page

        return page.briefing(self.tracker.briefing(self.at, self.since))

    def _state_json(self) -> Iterator[bytes]:
        from dataclasses import replace

        from tracker.exports import shapes

        at = replace(self.at, at_version=self.pinned.version)
        yield f'{{"as_of": {_json(shapes.of_coordinate(at))},\n"subjects": ['.encode()
        absent: list[str] = []
        comma = ""
        for state in self.tracker.states(self.at):
            absent += (_json(shapes.of_subject(each)) for each in state.absent)
            for subject in state.subjects:
                yield f"{comma}\n{_json(shapes.of_subject(subject))}".encode()
                comma = ","
        yield f'\n],\n"absent": [{",".join(absent)}]}}\n'.encode()

    # -- the feed ------------------------------------------------------------------------

    @property
    def _archives(self) -> int:
        """How many documents of the feed will never change again."""
        return max(0, self.pinned.version // PAGE - 1)

    def _feed(self) -> Iterable[bytes]:
        first = self._archives * PAGE + 1
        links = [("self", self._address("feed.atom")), ("alternate", self._address("index.html"))]
        if self._archives:
            links.append(("prev-archive", self._address(f"feed/{self._archives}.atom")))
        return [self._document(first, self.pinned.version, links)]

    def _archive(self, number: int) -> Iterable[bytes]:
        links = [
            ("self", self._address(f"feed/{number}.atom", f"{number}.atom")),
            ("current", self._address("feed.atom", "../feed.atom")),
        ]
        if number > 1:
            before = f"{number - 1}.atom"
            links.append(("prev-archive", self._address(f"feed/{before}", before)))
        return [self._document((number - 1) * PAGE + 1, number * PAGE, links, archive=True)]

    def _document(
        self, first: int, last: int, links: Iterable[tuple[str, str]], *, archive: bool = False
    ) -> bytes:
        from tracker.exports import atom

        known = f", as known by {self._known}" if self._known else ""
        return atom.feed(
            self.tracker.published(first, last, known_by=self._known),
            title=f"Events that the log received{known}",
            name=f"events-known-by-{self._known}" if self._known else "events",
            links=links,
            archive=archive,
        )

    def _address(self, path: str, beside: str | None = None) -> str:
        """Where a file is: in full if it is known where the folder will be."""
        return f"{self.url}{path}" if self.url else beside or path

    # -- what there is -------------------------------------------------------------------

    def _manifest(self) -> Iterable[bytes]:
        said = {
            "schema": SCHEMA,
            "version": self.pinned.version,
            "root": self.pinned.root,
            "recorded": self.pinned.recorded,
            "known_by": self._known.isoformat() if self._known else None,
            "facts_digest": self.stats["facts_digest"],
            "subjects": self.stats["subjects"],
            "years": self.stats["years"],
            "url": self.url or None,
            "files": [name for name in self.files() if name != "manifest.json"],
        }
        return [(json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()]

    def _index(self) -> Iterator[bytes]:
        from tracker.domain.parties import party
        from tracker.exports import index

        names = {code: found.name for code in self.parties if (found := party(code))}
        return index.page(
            pinned=self.pinned,
            known_by=self._known,
            stats=self.stats,
            kinds=CALENDARS,
            parties=[(code, names.get(code, code)) for code in self.parties],
            has_page=self.has_page,
            archives=self._archives,
            url=self.url,
        )


def _json(shape: object) -> str:
    from tracker.cli import output

    return output.as_json(shape)
