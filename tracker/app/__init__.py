"""The one door: opens transactions, asks what day it is, and decides what belongs together.

Every question carries its coordinate in one piece, and every answer says which it was.
Heavy imports wait until something needs them: a question about a day builds no model of
an event, and only a new database runs migrations.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from tracker.app import answering
from tracker.app.telling import each_told
from tracker.domain.dates import LAST, AsOf
from tracker.domain.state import State, SubjectState, has_part
from tracker.domain.timeline import Fact
from tracker.domain.told import Filter, Published, Told
from tracker.errors import (
    BadCommand,
    NotFound,
    StoreError,
    TrackerError,
    no_such,
)
from tracker.store import database, facts, trees
from tracker.store import log as logs
from tracker.store.tables import SCHEMA

if TYPE_CHECKING:
    from decimal import Decimal

    from tracker.app.adding import Expected, Loaded, Preview
    from tracker.app.backups import Copied
    from tracker.app.copies import Brought
    from tracker.app.tables import Rows
    from tracker.catalogue import Batch
    from tracker.domain.agenda import Grouping, Item, Lateness
    from tracker.domain.briefing import Briefing
    from tracker.domain.calendar import What
    from tracker.domain.changes import SubjectChanges
    from tracker.domain.duties import Duty
    from tracker.domain.duty_steps import Refund, Step
    from tracker.domain.leaves import Row
    from tracker.domain.merkle import Pinned
    from tracker.domain.proofs import Checkpoint, Extension, Inclusion
    from tracker.domain.questions import Question
    from tracker.domain.scopes import Bearing
    from tracker.domain.tariff import Entry, Tariff
    from tracker.domain.ties import Alliance, Listed, Member, Tie
    from tracker.domain.why import Why
    from tracker.imports.spell_rows import Table
    from tracker.store.verifying import Verified

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """The folder *name* that comes with the package: in the wheel, or beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parent / name


def roles() -> str:
    """The SQL that says who may do what with a log on PostgreSQL."""
    return (PACKAGE / "store" / "roles.sql").read_text(encoding="utf-8")


def default_url() -> str:
    """The database that is used when none is named: a file in the user's data folder."""
    if url := os.environ.get("TRACKER_DB"):
        return url
    from platformdirs import user_data_path

    return f"sqlite:///{user_data_path('tracker') / 'tracker.db'}"


def default_wait() -> float:
    """How many seconds a writer waits for another one to finish.

    Raises:
        BadCommand: the user's setting is no number of seconds.
    """
    said = os.environ.get("TRACKER_WAIT") or str(database.WAIT)
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 1_000_000:
        raise BadCommand(f"TRACKER_WAIT is {said}: write how many seconds to wait, such as 300")
    return seconds


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: the digests of the facts there were, and of those there are."""

    before: str
    digest: str


@contextmanager
def _little_kept() -> Iterator[None]:
    """Where what each statement leaves behind, in circles, would add up until the end."""
    thresholds = gc.get_threshold()
    gc.set_threshold(1_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _rebuild(conn: Connection) -> Rebuilt:
    from tracker.app import adding
    from tracker.store import rebuilding

    rebuilding.restore(conn)
    with adding.much_made():
        return Rebuilt(facts.digest(conn), rebuilding.rebuild(conn))


def now() -> datetime:
    """The instant it is, in UTC."""
    return datetime.now(UTC)


class Tracker:
    """A log and what is computed from it.

    Args:
        url: the database, as a URL or the path of a SQLite file.
        now: the clock; instants in UTC.
        wait: how many seconds a writer waits for another one to finish.
    """

    def __init__(
        self,
        url: str,
        *,
        now: Callable[[], datetime] = now,
        wait: float = database.WAIT,
    ) -> None:
        self._engine = database.engine_for(url, wait=wait)
        self._now = now
        self._ready = False
        self._tariff: tuple[tuple[int | None, str | None], Tariff] | None = None
        self._roots: dict[int, str] = {}

    # -- the database -------------------------------------------------------------------

    @property
    def place(self) -> str:
        """The file or URL of the database."""
        return database.place(self._engine)

    @property
    def engine(self) -> Any:
        """What opens connections to the database, for the other modules of this room."""
        return self._engine

    def is_there(self) -> bool:
        """Whether the database has tables.

        Raises:
            StoreError: it cannot be used.
        """
        return database.schema_of(self._engine) is not None

    def open(self, *, catalogue: bool = True) -> bool:
        """Make sure that there is a database with the schema of this version.

        Args:
            catalogue: load the catalogue that comes with the package when the database is new,
                in the transaction that makes it.

        Returns:
            Whether the database is new.

        Raises:
            StoreError: it cannot be used.
        """
        schema = database.schema_of(self._engine)
        if schema == SCHEMA:
            return False
        with self._writing() as conn:
            if catalogue and not logs.size(conn):
                from tracker.app import adding
                from tracker.catalogue import read_files

                adding.add(conn, read_files([shipped("events")]), (), self._now())
        return schema is None

    @contextmanager
    def _writing(self, *, anew: bool = False) -> Iterator[Connection]:
        """A transaction of its own; it makes the tables first where there are none.

        What is computed from the log must have seen all of it, or be computed *anew* in it:
        the next event would else hide that it had not.
        """
        ready = self._ready or database.schema_of(self._engine) == SCHEMA
        if not ready:
            database.prepare(self._engine)
        with database.writing(self._engine) as conn:
            if ready:
                database.require_schema(conn)
                if not anew:
                    facts.require_folded(conn)
            else:
                database.migrate(conn, shipped("migrations"))
                if logs.size(conn):
                    _rebuild(conn)
            yield conn
        self._ready = True

    def close(self) -> None:
        """Let go of the database; a SQLite file is then whole, without a log beside it."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with database.reading(self._engine) as conn:
            facts.require_folded(conn)
            yield conn

    @contextmanager
    def _streaming(self) -> Iterator[Connection]:
        """Reading from end to end, however long the log is, in the same memory."""
        with _little_kept(), database.streaming(self._engine) as conn:
            facts.require_folded(conn)
            yield conn

    # -- writing ------------------------------------------------------------------------

    def load(
        self,
        paths: Iterable[Path],
        *,
        dry_run: bool = False,
        expected: Collection[Expected] = (),
    ) -> Loaded:
        """Append the events of *paths* that the log lacks, all of them or none.

        Raises:
            BadEntries: anything is wrong with any of them.
            ChangedEvent: the log has one of them with other content.
            NotExpected: a subject is not as it was expected.
        """
        from tracker.catalogue import open_files

        return self.add(open_files(paths), dry_run=dry_run, expected=expected)

    def load_spells(
        self,
        paths: Iterable[Path],
        map_path: Path,
        *,
        dry_run: bool = False,
        expected: Collection[Expected] = (),
    ) -> tuple[Loaded, Table]:
        """Append what files of spells say and the log lacks, all of it or nothing.

        Args:
            map_path: what the columns are called; :mod:`tracker.imports.spells` describes it.

        Raises:
            NotFound: a file is not there.
            BadEntries: anything is wrong with the map or with any row.
            ChangedEvent: the log has the event of a row with other content.
        """
        from tracker.catalogue import Batch
        from tracker.imports import spells

        found = spells.read(paths, map_path)
        broken = {problem.event for problem in found.problems if problem.event}
        batch = Batch(
            events=[event for event in found.events if event.id not in broken],
            problems=found.problems,
            places=found.places,
            broken=broken,
        )
        if found.problems:
            batch.named |= {f"agreement/{spell.slug}" for spell in found.table.spells}
        return self.add(batch, dry_run=dry_run, expected=expected), found.table

    def add(
        self, batch: Batch, *, dry_run: bool = False, expected: Collection[Expected] = ()
    ) -> Loaded:
        """Append the events of *batch* that the log lacks, all of them or none.

        Args:
            expected: of which subjects nothing may have been said since.  Where the log has the
                whole batch already it was added by an earlier attempt, and all is well.

        Raises:
            BadEntries: anything is wrong with any of them.
            ChangedEvent: the log has one of them with other content.
            NotExpected: a subject is not as it was expected.
            NotFound: the log is not yet at the version that is expected.
        """
        from tracker.app import adding

        with self._writing() as conn:
            loaded = adding.add(conn, batch, expected, self._now())
            if dry_run:
                conn.rollback()
        return loaded

    def preview(self, batch: Batch, *, expected: Collection[Expected] = ()) -> Preview:
        """What adding *batch* would do; nothing is added.

        Raises:
            BadEntries: anything is wrong with it.
            ChangedEvent: the log has one of them with other content.
            NotExpected: a subject is not as it was expected.
        """
        from tracker.app import adding

        with self._writing() as conn:
            found = adding.preview(conn, batch, expected, self._now())
            conn.rollback()
        return found

    def damage(self) -> Sequence[str]:
        """What is wrong with the log, where anything is: which events are not what was appended.

        Raises:
            StoreError: the database cannot be read at all.
        """
        from tracker.store import damage

        wrong = self.verify(facts=False).wrong
        if wrong:
            return wrong
        with database.reading(self._engine) as conn:
            return list(damage.unreadable(conn))

    def copy_to(
        self, other: Tracker, *, told: Callable[[int, int], None] = lambda done, all_of_it: None
    ) -> Brought:
        """Bring the log of *other* to where this one is: the same versions, instants and leaves.

        One that was interrupted goes on where it stopped.

        Args:
            told: hears how many events are there, and how many there will be.

        Raises:
            BadCommand: both are one.
            NotFound: there is nothing to copy.
            StoreError: one of them cannot be used.
            NotACopy: the other log is not the beginning of this one.
        """
        from tracker.app import copies

        if self.place == other.place:
            raise BadCommand(f"{self.place} cannot be copied to itself: name another database")
        if database.is_missing(self._engine):
            raise NotFound(f"there is no file {self.place}: there is nothing to copy")
        if not self.is_there():
            raise NotFound(f"{self.place} holds no log: there is nothing to copy")
        self.open(catalogue=False)
        other.open(catalogue=False)
        with self._streaming() as source:
            return copies.copy(
                source,
                reading=other._streaming,
                writing=other._writing,
                names=(self.place, other.place),
                told=told,
            )

    def rebuild(self) -> Rebuilt:
        """Throw the projections away and fold the log again."""
        with self._writing(anew=True) as conn:
            return _rebuild(conn)

    # -- proof --------------------------------------------------------------------------

    def verify(
        self, sizes: Collection[int] = (), *, facts: bool | None = None, catalogue: bool = False
    ) -> Verified:
        """Hash every row of the log anew, and compare it with what was kept of it.

        Args:
            sizes: of which the roots are wanted as well.
            facts: fold the log again and compare what comes out; where it is not said, only
                as long as that takes a few seconds.
            catalogue: compare the log with the catalogue that comes with the package.
        """
        from tracker.app import proving
        from tracker.store import verifying

        with database.reading(self._engine) as conn:
            found = verifying.verify(conn, sizes)
            if not found.wrong:
                found.folded = found.version <= proving.FOLDED_UNASKED if facts is None else facts
                if found.folded:
                    found.wrong += proving.folded_otherwise(conn, shipped("migrations"))
            if catalogue:
                found.strays += proving.missing_of(conn, [shipped("events")])
            return found

    def root(self, version: int) -> str:
        """The root of the tree over the first events of the log, in hex."""
        if version not in self._roots:
            with database.reading(self._engine) as conn:
                self._roots[version] = trees.root(conn, version).hex()
        return self._roots[version]

    def checkpoint(
        self,
        origin: str | None = None,
        *,
        at_version: int | None = None,
        after: Checkpoint | None = None,
    ) -> Checkpoint:
        """How many events the log has, and the root of the tree over them.

        Args:
            origin: what the log is called; after its first event when left out.
            after: an earlier one, which the log must still begin with.

        Raises:
            NotFound: the log has no such version yet.
            NotProven: the log does not begin with *after*.
        """
        from tracker.app import proving

        with database.reading(self._engine) as conn:
            if after is not None:
                proving.require_extended(conn, after)
            return proving.checkpoint(conn, origin, at_version)

    def inclusion(self, event_id: str, there: Checkpoint) -> Inclusion:
        """A proof that the event is in the log that *there* is a checkpoint of.

        Raises:
            NotFound: the log has no such event, or had none.
            NotProven: the log does not begin with *there*.
        """
        from tracker.app import proving
        from tracker.domain.proofs import Inclusion

        with database.reading(self._engine) as conn:
            row = logs.row_of(conn, event_id)
            if row is None:
                raise NotFound(no_such("event", event_id, logs.all_ids(conn)))
            proving.require_extended(conn, there)
            hashes = proving.inclusion(conn, row, there.size)
        found = Inclusion(row.line().encode(), row.version - 1, hashes, there.note())
        proving.require_whole(found)
        return found

    def extension(self, old: int, there: Checkpoint) -> Extension:
        """A proof that the log of *there* begins with its first *old* events.

        Raises:
            NotFound: *there* is of fewer.
            NotProven: the log does not begin with *there*.
        """
        from tracker.app import proving
        from tracker.domain.proofs import Extension

        if old > there.size:
            raise NotFound(f"of {there.size} events, {old} cannot be the beginning")
        with database.reading(self._engine) as conn:
            proving.require_extended(conn, there)
            return Extension(old, proving.extension(conn, old, there.size), there.note())

    def tail(
        self, after: int = 0, *, wait: Callable[[], bool] = lambda: False
    ) -> Iterator[list[Row]]:
        """The rows of the log after a version, every one once and in order, some at a time.

        Args:
            wait: called when there are no more; True asks for those that came meanwhile.

        Raises:
            NotFound: the log is not at that version yet.
            StoreError: a row is missing.
        """
        while True:
            with database.reading(self._engine) as conn:
                size = logs.size(conn)
                some = logs.rows_after(conn, after) if size > after else []
            if size < after:
                raise NotFound(f"the log is at version {size}; {after} is not there yet")
            for row in some:
                after += 1
                if row.version != after:
                    raise StoreError(f"version {after} is not there: run tracker verify")
            if some:
                yield some
            elif not wait():
                return

    def backup(self, file: Path, *, force: bool = False) -> Copied:
        """Copy the database into *file*, as it is at one instant, while others may write.

        Raises:
            BadCommand: the file is there already, or cannot be written.
            StoreError: the database, or the copy, is damaged.
        """
        from tracker.app import backups

        return backups.backup(self, file, force=force)

    def restore(self, file: Path, *, force: bool = False) -> Copied:
        """Put the database in *file* in the place of this one, which it must continue.

        Args:
            force: even when events are lost.

        Raises:
            NotFound: there is no such file.
            NotContinued: this database has what the backup lacks.
            StoreError: the backup is damaged, or this database cannot be written.
        """
        from tracker.app import backups

        return backups.restore(self, file, force=force)

    # -- coordinates --------------------------------------------------------------------

    def today(self) -> date:
        """The day it is, in UTC."""
        return self._now().date()

    def as_of(
        self,
        day: date | None = None,
        *,
        known_by: date | None = None,
        at_version: int | None = None,
        reading: str | None = None,
    ) -> AsOf:
        """The coordinate of a question that is put now; today when no day is given."""
        today = self.today()
        return AsOf.asked(
            day or today,
            known_by=known_by,
            at_version=at_version,
            today=today,
            reading=reading,
        )

    def version_at(self, instant: datetime) -> int:
        """The version that the log had at *instant*."""
        with self._reading() as conn:
            return logs.version_at(conn, instant)

    def placed(self, at: AsOf) -> AsOf:
        """*at* with a version of the log: all that it holds now, when *at* names none.

        Raises:
            NotFound: the log has no such version yet.
        """
        with self._reading() as conn:
            return answering.with_version(conn, at)

    # -- questions ----------------------------------------------------------------------

    def state(
        self,
        at: AsOf,
        *,
        kind: str | None = None,
        subject: str | None = None,
        party: str | None = None,
    ) -> State:
        """The state at *at*: of everything, or of a kind of subject, of one, of one party.

        A party has a part in what names it, or a group that it then belongs to, and in the
        measures that cover its goods, those on all partners too.

        A subject that is not there on the day has no state; that is not an error.

        Raises:
            NotFound: no event introduces *subject*.
        """
        with self._reading() as conn:
            if subject is not None:
                answering.require_subject(conn, subject, at.at_version)
            groups = answering.groups_of(conn, at, party) if party else ()
            return answering.state_of(
                conn, at, kind=kind, subject=subject, party=party, groups=groups
            )

    def states(self, at: AsOf) -> Iterator[State]:
        """The state at *at* in pieces of one subject each, by slug, however many there are."""
        with self._streaming() as conn:
            placed = answering.with_version(conn, at)
            yield from answering.states(conn, at, placed, kind=None, subject=None, party=None)

    def require_rival(self, at: AsOf) -> None:
        """Make sure that there is a rival to read *at* by, and that it says anything.

        Raises:
            NotFound: there is none, or it is not known at *at*, or was retracted.
        """
        if at.reading is None:
            return
        with self._reading() as conn:
            answering.rival(conn, at)
            told = answering.event(conn, at.reading, at)
        if told.retracted_by:
            raise NotFound(
                f"{at.reading} was retracted by {told.retracted_by}: there is no reading by it"
            )

    def show(self, at: AsOf, subject: str) -> tuple[State, list[Fact]]:
        """The state of *subject* at *at*, and its timeline as known then: of one version.

        Raises:
            NotFound: no event introduces *subject*.
        """
        with self._reading() as conn:
            answering.require_subject(conn, subject, at.at_version)
            found = answering.state_of(conn, at, subject=subject)
            return found, answering.timeline(conn, at, subject, knowledge=False)

    def timeline(self, at: AsOf, subject: str) -> list[Fact]:
        """The facts of *subject* on all days, as known at *at*, by part and first day.

        Raises:
            NotFound: no event introduces *subject*.
        """
        return self.history(at, subject)[1]

    def members(self, at: AsOf, agreement: str) -> tuple[State, list[Member], list[Member]]:
        """The parties for which *agreement* is in force or suspended at *at*; and perhaps is.

        Raises:
            NotFound: no event introduces *agreement*.
        """
        from tracker.domain.ties import members, perhaps_members

        if not agreement.startswith("agreement/"):
            raise NotFound(f"{agreement} is no agreement: write it as agreement/cptpp")
        found = self.state(at, subject=agreement)
        if not found.subjects:
            return found, [], []
        return found, members(found.subjects[0]), perhaps_members(found.subjects[0])

    def alliances(
        self,
        at: AsOf,
        party: str,
        *,
        partner: str | None = None,
        all_pacts: bool = False,
        blocs: bool = False,
    ) -> tuple[State, list[Alliance]]:
        """The agreements that bind *party* at *at*: defence pacts, and what else is asked for.

        Args:
            partner: to this party only.
        """
        from tracker.domain.ties import alliances, forms_of

        forms = forms_of(all_pacts=all_pacts, blocs=blocs)
        with self._reading() as conn:
            found = answering.state_of(conn, at, kind="agreement", party=party, forms=forms)
        bound = alliances(found, party, partner=partner, all_pacts=all_pacts, blocs=blocs)
        return found, bound

    def agreements(
        self,
        at: AsOf,
        *,
        between: tuple[str, str] | None = None,
        form: str | None = None,
        stage: str | None = None,
    ) -> tuple[State, list[Listed]]:
        """The agreements of *at* between two parties, of a form, at a stage."""
        from tracker.domain.ties import agreements

        found = self.state(at, kind="agreement")
        return found, agreements(found, between=between, form=form, stage=stage)

    def ties(
        self,
        at: AsOf,
        *,
        parties: Collection[str] | None = None,
        forms: Collection[str] | None = None,
    ) -> tuple[State, list[Tie]]:
        """Who is tied to whom by which agreement at *at*."""
        from tracker.domain.ties import ties

        found = self.state(at, kind="agreement")
        return found, list(ties(found, parties=parties, forms=forms))

    def why(self, at: AsOf, subject: str, part: str | None = None) -> tuple[State, list[Why]]:
        """Why the parts of *subject*, or one of them, are as they are at *at*.

        Raises:
            NotFound: no event introduces *subject*, or it never had such a part.
        """
        from tracker.app import explaining
        from tracker.domain.why import reason

        with self._reading() as conn:
            answering.require_subject(conn, subject, at.at_version)
            found = answering.state_of(conn, at, subject=subject)
            said = [
                each for each in answering.assigned(conn, at, [subject]) if each.against is None
            ]
            here = next(iter((*found.subjects, *found.absent)), None)
            disputed = set(here.disputed) if here else set()
            names = sorted({each.part for each in said} | disputed)
            if part is not None and part not in names:
                raise NotFound(no_such(f"part of {subject}", part, names))
            every = (
                reason(subject, name, [one for one in said if one.part == name], at)
                for name in (names if part is None else [part])
            )
            reasons = [
                each
                for each in every
                if part or each.deciding or each.perhaps or (here and here.rivals(each.part))
            ]
            version = found.as_of.at_version or 0
            return found, explaining.whys(conn, at, version, subject, reasons, here)

    def diff(
        self, before: AsOf, after: AsOf, *, subject: str | None = None
    ) -> tuple[State, State, list[SubjectChanges]]:
        """What changed from one coordinate to another: the two states, and the changes.

        Raises:
            NotFound: no event introduces *subject*.
        """
        with self._reading() as conn:
            if subject is not None:
                answering.require_subject(conn, subject, _later(before, after))
            return self._diff(conn, before, after, subject=subject)

    def _diff(
        self,
        conn: Connection,
        before: AsOf,
        after: AsOf,
        *,
        subject: str | None = None,
        kind: str | None = None,
    ) -> tuple[State, State, list[SubjectChanges]]:
        from tracker.app import explaining
        from tracker.domain.changes import changes

        first = answering.state_of(conn, before, subject=subject, kind=kind)
        between = answering.state_of(
            conn, replace(before, day=after.day), subject=subject, kind=kind
        )
        last = answering.state_of(conn, after, subject=subject, kind=kind)
        why = explaining.correcting(
            conn,
            before,
            after,
            (first.as_of.at_version or 0, last.as_of.at_version or 0),
            lambda at, name: answering.assigned(conn, at, [name]),
        )
        return first, last, changes(first, between, last, why=why)

    def briefing(
        self,
        at: AsOf,
        since: date,
        *,
        kind: str | None = None,
        subject: str | None = None,
        party: str | None = None,
    ) -> Briefing:
        """What holds at *at*, and what is new to whoever was told so on the day *since*.

        Args:
            since: changes are told from the state of this day, going by the reports up to it.
            kind: of this kind of subject only.
            subject: of this one only.
            party: of what this party has a part in only; on either day, for the changes.

        Raises:
            NotFound: no event introduces *subject*, or the log has no such version or rival.
        """
        from tracker.app.telling import told_by_id
        from tracker.domain.briefing import Briefing, names
        from tracker.domain.changes import without_restated

        before = self.as_of(
            since,
            known_by=min(since, at.knowledge),
            at_version=at.at_version,
            reading=at.reading,
        )
        with self._reading() as conn:
            if subject is not None:
                answering.require_subject(conn, subject, at.at_version)
            first, last, found = self._diff(conn, before, at, subject=subject, kind=kind)
            asked = list(last.subjects)
            if party is not None:
                then, now = (answering.groups_of(conn, each, party) for each in (before, at))
                touched = {each.subject for each in first.subjects if has_part(each, party, then)}
                asked = [each for each in asked if has_part(each, party, now)]
                touched.update(each.subject for each in asked)
                found = [each for each in found if each.subject in touched]
            shown = tuple(each for each in asked if subject or kind or not each.is_over(at.day))
            state = replace(last, subjects=shown)
            changed = tuple(without_restated(found))
            wanted = Filter(known_by=at.known_by, at_version=at.at_version)
            ids = names(state, changed) | ({at.reading} if at.reading else set())
            return Briefing(
                state,
                before,
                changed,
                told_by_id(conn, wanted, ids),
                trees.pinned(conn, last.as_of.at_version or 0),
                len(asked) - len(shown),
            )

    def history(
        self, at: AsOf, subject: str, part: str | None = None, *, knowledge: bool = False
    ) -> tuple[AsOf, list[Fact]]:
        """Every value of every part of *subject*, by part and first day; and the coordinate.

        Args:
            part: of this part only.
            knowledge: over the days of knowledge as well, whatever *at* says of them.

        Raises:
            NotFound: no event introduces *subject*, or it never had such a part.
        """
        with self._reading() as conn:
            answering.require_subject(conn, subject, at.at_version)
            every = answering.timeline(conn, at, subject, knowledge=knowledge)
            found = [fact for fact in every if part in (None, fact.part)]
            if part is not None and not found:
                ever = answering.timeline(conn, at, subject, knowledge=True)
                names = sorted({fact.part for fact in ever})
                if part not in names:
                    raise NotFound(no_such(f"part of {subject}", part, names))
            return answering.with_version(conn, at), found

    def agenda(self, at: AsOf, first: date, last: date) -> tuple[State, list[Item]]:
        """What takes effect, ends, is held or falls due from *first* to *last*, both in."""
        from tracker.domain.agenda import agenda

        with self._reading() as conn:
            # A plan holds from the day on which it was made: the last day knows all of them.
            plans = self._plans(conn, replace(at, day=LAST))
            if at.at_version is None and at.reading is None:
                turning = list(facts.turning(conn, at, first, last))
            else:
                turning = [
                    each
                    for each in answering.fold(conn, at, None)
                    if each.known <= at.knowledge < each.known_until
                ]
        return replace(plans, as_of=replace(plans.as_of, day=at.day)), agenda(
            turning, plans, first, last
        )

    def _plans(self, conn: Connection, at: AsOf) -> State:
        """The state of whatever names a day to come: nothing of measures, talks and claims."""
        if at.at_version is not None or at.reading is not None:
            return answering.state_of(conn, at)
        some = [
            answering.state_of(conn, at, kind=kind)
            for kind in ("agreement", "commitment", "meeting")
        ]
        return replace(some[0], subjects=tuple(chain(*(each.subjects for each in some))))

    def late(self, wanted: Filter, by: Grouping) -> list[Lateness]:
        """How late things were known: by kind of event, party, or publisher."""
        from tracker.domain.agenda import lateness

        return lateness(self.events(wanted), by)

    def conflicts(self, wanted: Filter) -> list[tuple[Told, list[Told]]]:
        """The events with rivals, and their rivals, as known by the day of *wanted*.

        It asks for either side: a rival may be about what the other is not.
        """
        from tracker.app.telling import told_by_id

        by = Filter(known_by=wanted.known_by, at_version=wanted.at_version)
        with self._listing(wanted) as conn:
            asked = logs.disputed(conn, wanted)
            targets = {against or name for name, against in asked.items()}
            entries = logs.entries_of(conn, logs.by_day(conn, targets))
            found = [
                told
                for _, told in each_told(conn, by, entries)
                if told.rivals and (told.id in asked or not asked.keys().isdisjoint(told.rivals))
            ]
            rivals = told_by_id(conn, by, {name for told in found for name in told.rivals})
            return [(told, [rivals[name] for name in told.rivals]) for told in found]

    def measures(
        self,
        at: AsOf,
        *,
        into: str | None = None,
        origin: str | None = None,
        product: str | None = None,
    ) -> tuple[State, list[SubjectState], list[Bearing]]:
        """The measures in force, announced or suspended at *at*, and the lines of them.

        Args:
            into: imposed by this party, or by a group that it belongs to.
            origin: bearing on the goods of this party, directly or as one of a group.
            product: bearing on this code, or on a part of it.

        Where all three are named, each line says whether it is charged.
        """
        from tracker.domain.scopes import bearing_on

        with self._reading() as conn:
            groups = answering.groups_of(conn, at, origin) if origin else frozenset()
            imposers = {into, *answering.groups_of(conn, at, into)} if into else None
            alone = into if imposers == {into} else None
            found = answering.state_of(conn, at, kind="measure", imposer=alone)
            charged = into and origin and product
            tariff = self._tariff_of(conn, at) if charged else None
        listed, lines = bearing_on(
            found, imposers=imposers, origin=origin, groups=groups, product=product
        )
        if tariff and into and origin and product:
            from tracker.domain.duties import applied, duty
            from tracker.domain.tariff import Entry

            entry = Entry(into, origin, product, at.day)
            lines = list(applied(lines, duty(tariff, entry, at)))
        return found, listed, lines

    def tariff(self, at: AsOf) -> Tariff:
        """The measures on goods that enter anywhere, ready to be asked many times.

        The version of the log and the reading are those of *at*; its days do not matter.
        """
        with self._reading() as conn:
            return self._tariff_of(conn, at)

    def _tariff_of(self, conn: Connection, at: AsOf) -> Tariff:
        from tracker.app import tariffs

        key = answering.with_version(conn, at).at_version, at.reading
        if self._tariff is None or self._tariff[0] != key:
            held = answering.facts_about(conn, at, tariffs.subjects(conn))
            self._tariff = key, tariffs.made_of(conn, held, key[0])
        return self._tariff[1]

    def question(self, at: AsOf, raw: Mapping[str, Any]) -> Question:
        """The question about goods that *raw* asks.

        Raises:
            BadQuestion, BadGiven, UnknownProduct, UnknownParty: it cannot be asked.
        """
        from tracker.app import tariffs

        return tariffs.question(self.tariff(at), raw)

    def rate(self, at: AsOf, entry: Entry) -> Duty:
        """What *entry* pays, as known at *at*, whose day is that of the entry."""
        from tracker.domain.duties import duty

        return duty(self.tariff(at), entry, at)

    def rates(
        self, at: AsOf, questions: Iterable[Mapping[str, Any] | TrackerError]
    ) -> Iterator[Duty | TrackerError]:
        """What each entry pays, or what is wrong with its question; all by one tariff.

        Args:
            at: which version of the log and which reading; the last day whose reports count,
                for questions that name none.
        """
        from tracker.app import tariffs

        return tariffs.answers(self.tariff(at), at, questions, today=self.today())

    def rate_steps(self, at: AsOf, entry: Entry, first: date) -> list[Step]:
        """What *entry* pays on *first*, and every change of it up to the day of *at*."""
        from tracker.domain.duty_steps import steps

        found = steps(self.tariff(at), entry, at, first=first, last=at.day)
        seen = at.known_by or self.today()
        return [_expected(step, step.day > seen) for step in found]

    def refund(self, at: AsOf, entry: Entry, value: Decimal) -> Refund:
        """What is owed for *entry*, by what is known at *at* beside what was on its day."""
        from tracker.domain.duty_steps import refund

        return refund(self.tariff(at), entry, at, value)

    def events(self, wanted: Filter, *, words: str | None = None) -> Iterator[Told]:
        """The events that *wanted* asks for, by the day they occurred, as known at its coordinate.

        Args:
            words: only those that :meth:`search` finds by them.

        Raises:
            NotFound: there is no such subject, or no such kind of event.
        """
        with self._listing(wanted) as conn:
            if not words:
                entries = logs.entries(conn, wanted)
            else:
                hits = logs.versions_of(conn, wanted, _with_words(conn, wanted, words))
                entries = logs.entries_of(conn, hits)
            yield from (told for _, told in each_told(conn, wanted, entries))

    @contextmanager
    def _listing(self, wanted: Filter) -> Iterator[Connection]:
        if wanted.kind is not None:
            _require_kind(wanted.kind)
        with self._streaming() as conn:
            if wanted.subject is not None:
                answering.require_subject(conn, wanted.subject, wanted.at_version)
            if wanted.at_version is not None:
                answering.with_version(conn, AsOf(LAST, at_version=wanted.at_version))
            yield conn

    @contextmanager
    def event_table(self, wanted: Filter) -> Iterator[Rows]:
        """The events that *wanted* asks for as rows, by id, which begins with a day.

        Raises:
            NotFound: there is no such subject, kind of event, or version.
        """
        from tracker.app import tables

        if wanted.kind is not None:
            _require_kind(wanted.kind)
        with self._streaming() as conn:
            if wanted.subject is not None:
                answering.require_subject(conn, wanted.subject, wanted.at_version)
            at = answering.with_version(conn, AsOf(LAST, at_version=wanted.at_version))
            assert at.at_version is not None
            every = replace(wanted, at_version=None) == Filter()
            total = at.at_version if every else None
            yield tables.Rows(tables.of_events(conn, wanted), at.at_version, total)

    @contextmanager
    def state_table(
        self,
        at: AsOf,
        *,
        kind: str | None = None,
        subject: str | None = None,
        party: str | None = None,
    ) -> Iterator[Rows]:
        """The state at *at* as rows, one a fact: of everything, or as in :meth:`state`.

        Raises:
            NotFound: no event introduces *subject*, or there is no such version or rival.
        """
        from tracker.app import tables

        with self._streaming() as conn:
            if subject is not None:
                answering.require_subject(conn, subject, at.at_version)
            placed = answering.with_version(conn, at)
            assert placed.at_version is not None
            states = answering.states(conn, at, placed, kind=kind, subject=subject, party=party)
            yield tables.Rows(tables.of_states(states), placed.at_version)

    def entries(self, wanted: Filter) -> Iterator[str]:
        """What the events say that *wanted* asks for: the JSON that the log keeps, in its order.

        Raises:
            NotFound: the log has no such version yet.
        """
        with self._streaming() as conn:
            answering.with_version(conn, AsOf(LAST, at_version=wanted.at_version))
            received = logs.received(conn, wanted)
            if wanted.known_by is None:
                yield from (entry.content for entry in received)
            else:
                yield from (entry.content for entry, _ in each_told(conn, wanted, received))

    def search(self, words: str, wanted: Filter) -> Iterator[Told]:
        """The events that have all of *words* and are as *wanted*, the likeliest first.

        An event is found by the words of its corrections, too.

        Raises:
            NotFound: there is no such subject, or no such kind of event.
        """
        with self._listing(wanted) as conn:
            hits = _with_words(conn, wanted, words)
            here = set(logs.versions_of(conn, wanted, hits))
            entries = logs.entries_of(conn, (each for each in hits if each in here))
            yield from (told for _, told in each_told(conn, wanted, entries))

    def published(self, first: int, last: int, *, known_by: date | None = None) -> list[Published]:
        """What the log received from version *first* to *last*, as all of it stood at *last*.

        The events themselves, and those that they correct, retract or corroborate; the latest
        word first.  Whatever the log receives later, the answer stays the same.
        """
        from tracker.app.telling import published

        with self._reading() as conn:
            return published(conn, first, last, known_by=known_by or LAST)

    def event(self, event_id: str, at: AsOf) -> Told:
        """One event, as known at *at*.

        Raises:
            NotFound: the log has no such event.
        """
        with self._reading() as conn:
            return answering.event(conn, event_id, at)

    def content(self, event_id: str) -> str | None:
        """The content that the log keeps under this id, as JSON; None when it has no such event."""
        with self._reading() as conn:
            return logs.contents(conn, [event_id]).get(event_id)

    def calendar(
        self,
        *,
        as_of: date | None = None,
        known_by: date | None = None,
        at_version: int | None = None,
        party: str | None = None,
        kind: str | None = None,
        subject: str | None = None,
        first: date | None = None,
        last: date | None = None,
        what: Collection[What] | None = None,
        spans: bool = False,
        alarm: timedelta | None = None,
    ) -> Iterator[bytes]:
        """A calendar in pieces: what it begins with, one event each by day, and its end.

        Args:
            as_of: the calendar as it stood on this day: the last on which anything occurred that
                counts.  Left out, everything does that is in the log.
            known_by: the last day whose reports count.
            at_version: how many events of the log count.
            party: only what it has a part in.
            kind: only what is of this kind of subject, or of event.
            subject: only what is about it.
            first: only what is not over before this day.
            last: only what has begun by this day.
            what: what is shown; left out, everything.
            spans: a measure with an end is in force from day to day, and not on two days.
            alarm: how long before meetings and deadlines to tell of them.

        What is called off is on the calendar for ninety days after the log heard so, counted to
        *as_of*, or to today.

        Raises:
            NotFound: no event introduces *subject*; there is no such kind or version.
        """
        from tracker.app import calendars
        from tracker.domain.calendar import EVERYTHING, Choice

        if kind is not None:
            from tracker.domain.values import SUBJECT_KINDS

            _require_kind(kind, *SUBJECT_KINDS)
        wanted = Filter(
            subject=subject,
            party=party,
            last=as_of,
            known_by=known_by,
            at_version=at_version,
            concerning=kind,
        )
        shown = EVERYTHING if what is None else frozenset(what)
        choice = Choice(as_of or self.today(), shown, first, last, spans)
        at = self.as_of(as_of, known_by=known_by, at_version=at_version)
        with self._streaming() as conn:
            if subject is not None:
                answering.require_subject(conn, subject, at_version)
            answering.with_version(conn, at)
            groups = answering.groups_of(conn, at, party) if party else frozenset()
            yield from calendars.pieces(conn, wanted, choice, groups, alarm=alarm)

    def parties(self) -> list[str]:
        """The parties that any event of the log names, by code."""
        with self._reading() as conn:
            return logs.parties(conn)

    # -- upkeep -------------------------------------------------------------------------

    def pinned(self) -> Pinned:
        """What pins the log as it is now; :meth:`verify` says whether it is what it was."""
        with self._reading() as conn:
            return trees.pinned(conn, logs.size(conn))

    def stats(self) -> dict[str, Any]:
        """What the log and the facts amount to; ``facts_digest`` is the same for the same facts."""
        with self._reading() as conn:
            version = logs.size(conn)
            years = logs.by_year(conn)
            return {
                "events": version,
                "version": version,
                "facts": facts.count(conn),
                "subjects": dict(logs.subjects_by_kind(conn)),
                "lines": facts.lines(conn),
                "sources": sum(years[year]["sources"] for year in years),
                "years": years,
                "facts_digest": facts.digest(conn),
                "database": self.place,
            }


def _expected(step: Step, expected: bool) -> Step:
    return replace(step, duty=replace(step.duty, as_of=replace(step.duty.as_of, expected=expected)))


def _require_kind(kind: str, *more: str) -> None:
    """Make sure that there are events of this kind, unless it is one of *more*."""
    from tracker.domain.events import KINDS

    kinds = tuple(dict.fromkeys((*more, *KINDS)))
    if kind not in kinds:
        said = no_such("kind" if more else "kind of event", kind, kinds)
        raise NotFound(f"{said}{'' if said.endswith('?') else '.'} There are: {', '.join(kinds)}")


def _later(one: AsOf, other: AsOf) -> int | None:
    """The later version of two coordinates; None where one goes by all that the log has."""
    if one.at_version is None or other.at_version is None:
        return None
    return max(one.at_version, other.at_version)


def _with_words(conn: Connection, wanted: Filter, words: str) -> list[int]:
    """The versions of the events that have all of *words*, the likeliest first.

    Those that are found by the words of a correction come last.
    """
    from tracker.store import search

    if not search.has_words(words):
        raise BadCommand(f"{words!r} has no word in it to search for: name one, such as tariff")
    if len(words.split()) > search.MOST:
        raise BadCommand(f"more than {search.MOST} words to search for: name the rarest of them")
    hits = search.find(conn, words)
    return [*hits, *sorted(logs.corrected_by(conn, wanted, hits) - set(hits))]
