"""The log: the append-only table of events, and finding events in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, or_, select

from tracker.domain.leaves import Row as Noted
from tracker.domain.told import Filter
from tracker.store import plain
from tracker.store.listed import among
from tracker.store.tables import log, mention, reference

T = TypeVar("T")

AT_ONCE = 500
"""How many rows or names go into one statement."""
SUBJECTS_AT_ONCE = 100
"""Of how many subjects the facts and the events are kept while they are written."""


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """*items* in lists of at most *size*."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def streamed(conn: Connection, query: Select[Any]) -> Iterable[Row[Any]]:
    """The rows of *query*, fetched as they are asked for."""
    return conn.execute(query, execution_options={"yield_per": AT_ONCE})


def size(conn: Connection) -> int:
    """How many events the log holds: its version."""
    return int((plain.row(conn, _SIZE) or (0,))[0])


_SIZE = select(func.coalesce(func.max(log.c.version), 0))


def last_recorded(conn: Connection) -> datetime:
    """When the log received its last event; long ago when it has none."""
    found = plain.row(conn, _LAST)
    return datetime.fromisoformat(found[0]) if found else datetime.min.replace(tzinfo=UTC)


_LAST = select(log.c.recorded).order_by(log.c.version.desc()).limit(1)


def version_at(conn: Connection, instant: datetime) -> int:
    """How many events the log held at *instant*."""
    stamp = instant.astimezone(UTC).isoformat(timespec="microseconds")
    query = select(func.coalesce(func.max(log.c.version), 0)).where(log.c.recorded <= stamp)
    return int(conn.execute(query).scalar_one())


def rival_of(conn: Connection, event_id: str, *, at_version: int | None = None) -> str | None:
    """The event that a rival disagrees with; None when it is no rival, or was none by then."""
    query = select(reference.c.target).where(
        reference.c.event_id == event_id, reference.c.kind == "rival"
    )
    if at_version is not None:
        query = query.join(log, log.c.event_id == reference.c.event_id).where(
            log.c.version <= at_version
        )
    return conn.scalar(query)


def rivals(conn: Connection) -> list[str]:
    """The events that disagree with others, by id."""
    query = select(reference.c.event_id).where(reference.c.kind == "rival")
    return list(conn.scalars(query.order_by(reference.c.event_id)))


def rivals_of(
    conn: Connection, ids: Collection[str], *, at_version: int | None = None
) -> Iterator[tuple[str, str]]:
    """The events that disagree with any of *ids*, each with the one that it disagrees with."""
    asked: dict[str, Any] = {"ids": json.dumps(sorted(ids))}
    if at_version is None:
        found = plain.rows(conn, _RIVALS_OF, **asked)
    else:
        found = plain.rows(conn, _RIVALS_OF_AT, **asked, at_version=at_version)
    return ((rival, against) for rival, against in found)


_RIVALS_OF = select(reference.c.event_id, reference.c.target).where(
    among(reference.c.target, bindparam("ids")), reference.c.kind == "rival"
)
_RIVALS_OF_AT = _RIVALS_OF.join(log, log.c.event_id == reference.c.event_id).where(
    log.c.version <= bindparam("at_version")
)


def speaking_of(conn: Connection, ids: Collection[str]) -> set[str]:
    """The events that correct, retract or corroborate any of *ids*."""
    return {name for (name,) in plain.rows(conn, _SPEAKING_OF, ids=json.dumps(sorted(ids)))}


_SPEAKING_OF = select(reference.c.event_id).where(
    among(reference.c.target, bindparam("ids")), reference.c.kind != "rival"
)


def disputed(conn: Connection, wanted: Filter) -> dict[str, str | None]:
    """The rivals that *wanted* asks for, and the events that it asks for and that have any.

    Id → the event that it disagrees with; None for one with rivals.
    """
    rival = select(reference.c.event_id, reference.c.target).where(reference.c.kind == "rival")
    pairs = dict(map(tuple, plain.once(conn, rival)))
    query = _asked(wanted).with_only_columns(log.c.event_id)
    return {
        name: pairs.get(name)
        for some in chunks(sorted({*pairs, *pairs.values()}))
        for (name,) in plain.once(conn, query.where(log.c.event_id.in_(some)))
    }


def contents(
    conn: Connection, ids: Iterable[str], *, at_version: int | None = None
) -> dict[str, str]:
    """Id → content, of those of *ids* that the log has (had, at a version)."""
    asked: dict[str, Any] = {"ids": json.dumps(list(ids))}
    if at_version is None:
        return dict(plain.rows(conn, _CONTENTS, **asked))
    return dict(plain.rows(conn, _CONTENTS_AT, **asked, at_version=at_version))


_CONTENTS = select(log.c.event_id, log.c.content).where(among(log.c.event_id, bindparam("ids")))
_CONTENTS_AT = _CONTENTS.where(log.c.version <= bindparam("at_version"))


def has_any(conn: Connection, ids: Iterable[str]) -> bool:
    """Whether the log has any of *ids*."""
    return plain.row(conn, _HAS_ANY, ids=json.dumps(list(ids))) is not None


_HAS_ANY = select(log.c.event_id).where(among(log.c.event_id, bindparam("ids"))).limit(1)


class Cited(NamedTuple):
    """What an answer says of an event: the address of its first source, its order on its day."""

    source: str
    order: int


def cited(conn: Connection, ids: Iterable[str]) -> dict[str, Cited]:
    """Id → what an answer says of the event, of those of *ids* that the log has."""
    found = {}
    for name, text in contents(conn, ids).items():
        content = json.loads(text)
        found[name] = Cited(content["sources"][0]["url"], content.get("order", 0))
    return found


def introduced(conn: Connection, subjects: Iterable[str]) -> set[str]:
    """Those of *subjects* that an event of the log introduces."""
    return {each for each in subjects if plain.row(conn, _INTRODUCES, subject=each)}


_INTRODUCES = (
    select(mention.c.version)
    .where(mention.c.what == "introduces", mention.c.word == bindparam("subject"))
    .limit(1)
)


def introduced_with(conn: Connection, subject: str) -> int | None:
    """The version of the log that first introduced *subject*; None where none does."""
    found = plain.row(conn, _INTRODUCED_WITH, subject=subject)
    return found[0] if found else None


_INTRODUCED_WITH = select(func.min(mention.c.version)).where(
    mention.c.what == "introduces", mention.c.word == bindparam("subject")
)


def all_introduced(conn: Connection) -> list[str]:
    """Every subject that an event of the log introduces, sorted."""
    return list(each_introduced(conn))


def each_introduced(conn: Connection, *kinds: str) -> Iterator[str]:
    """The subjects that an event of the log introduces, sorted, or those of some kinds."""
    words = select(mention.c.word).where(mention.c.what == "introduces").distinct()
    if kinds:
        # The character after "/" bounds the slugs of one kind, so that the index serves.
        words = words.where(
            or_(*(mention.c.word.between(f"{each}/", f"{each}0") for each in kinds))
        )
    return (word for (word,) in plain.once(conn, words.order_by(mention.c.word)))


class Entry(NamedTuple):
    """One row of the log, its content still in JSON."""

    version: int
    event_id: str
    reported: date
    recorded: str
    content: str


def entries(conn: Connection, wanted: Filter | None = None) -> Iterator[Entry]:
    """The events that *wanted* asks for, by the day they occurred, then by id."""
    query = _asked(wanted or Filter()).order_by(log.c.occurred, log.c.event_id)
    return map(_entry, plain.once(conn, query))


def marked(conn: Connection, wanted: Filter) -> Iterator[plain.Row]:
    """The events that *wanted* asks for, by id: rows of the log, and whether others speak of them.

    Ids begin with a day.  An index has them in order; putting whole events in order by the day
    itself takes longer than all else that is done to write them.
    """
    query = _asked(wanted).add_columns(log.c.event_id.in_(_ALL_SPOKEN_OF))
    return plain.once(conn, query.order_by(log.c.event_id))


def received(conn: Connection, wanted: Filter) -> Iterator[Entry]:
    """The events that *wanted* asks for, in the order in which the log received them."""
    return map(_entry, plain.once(conn, _asked(wanted).order_by(log.c.version)))


def versions_of(conn: Connection, wanted: Filter, among: Iterable[int]) -> list[int]:
    """Those of the versions *among* that *wanted* asks for, by the day they occurred and by id."""
    query = _asked(wanted).with_only_columns(log.c.occurred, log.c.event_id, log.c.version)
    found = [
        tuple(row)
        for some in chunks(among)
        for row in plain.once(conn, query.where(log.c.version.in_(some)))
    ]
    return [version for _, _, version in sorted(found)]


def entries_of(conn: Connection, versions: Iterable[int]) -> Iterator[Entry]:
    """The events with these versions, in their order."""
    for some in chunks(versions):
        rows = plain.once(conn, select(*_ENTRY).where(log.c.version.in_(some)))
        found = {row[0]: row for row in rows}
        yield from (_entry(found[version]) for version in some)


def corrected_by(conn: Connection, wanted: Filter, versions: Iterable[int]) -> set[int]:
    """The versions of the events that corrections among *versions*, known by then, speak about."""
    target = log.alias("target")
    query = (
        select(target.c.version)
        .join(reference, reference.c.target == target.c.event_id)
        .join(log, log.c.event_id == reference.c.event_id)
        .where(reference.c.kind == "correction")
    )
    if wanted.known_by:
        query = query.where(log.c.reported <= wanted.known_by.isoformat())
    if wanted.at_version is not None:
        query = query.where(log.c.version <= wanted.at_version)
    return {
        version
        for some in chunks(versions)
        for (version,) in plain.once(conn, query.where(log.c.version.in_(some)))
    }


def unspoken_of(conn: Connection, wanted: Filter, *, ending: str) -> Iterator[plain.Row]:
    """Those of which others said nothing (rivals aside), by day, then by id with *ending*.

    Id, day of report and instant of receipt as texts, and content.
    """
    query = _asked(wanted).where(log.c.event_id.not_in(_SPOKEN_OF))
    if wanted.known_by:
        query = query.where(log.c.reported <= wanted.known_by.isoformat())
    query = query.order_by(log.c.occurred, log.c.event_id.concat(ending))
    told = (log.c.event_id, log.c.reported, log.c.recorded, log.c.content)
    return plain.once(conn, query.with_only_columns(*told))


def all_spoken_of(conn: Connection, wanted: Filter) -> Iterator[Entry]:
    """Those that others correct, retract or corroborate, by the day they occurred."""
    query = _asked(wanted).where(log.c.event_id.in_(_SPOKEN_OF))
    return map(_entry, plain.once(conn, query.order_by(log.c.occurred, log.c.event_id)))


_ALL_SPOKEN_OF = select(reference.c.target)
_SPOKEN_OF = _ALL_SPOKEN_OF.where(reference.c.kind != "rival")


def _corrected(at_version: int | None) -> ColumnElement[bool]:
    """Those of which the entry does not tell what they say: whoever asks has to look."""
    query = _ALL_SPOKEN_OF.where(reference.c.kind == "correction")
    if at_version is not None:
        by = log.alias("by")
        query = query.join(by, by.c.event_id == reference.c.event_id)
        query = query.where(by.c.version <= at_version)
    return log.c.event_id.in_(query)


def _asked(wanted: Filter) -> Select[Any]:
    query: Select[Any] = select(*_ENTRY)
    corrected = _corrected(wanted.at_version)
    for what, word in wanted.words():
        # Looked for once: asked of each event, it would go through the whole log.
        named = and_(mention.c.what == what, mention.c.word == word)
        said = log.c.version.in_(select(mention.c.version).where(named))
        query = query.where(or_(said, corrected))
    if wanted.concerning:
        kind = and_(mention.c.what == "kind", mention.c.word == wanted.concerning)
        # The character after "/" bounds the slugs of one kind of subject.
        slugs = mention.c.word.between(f"{wanted.concerning}/", f"{wanted.concerning}0")
        either = or_(kind, and_(mention.c.what == "subject", slugs))
        # Looked for once: asked of each event, it would go through all slugs of the kind.
        concerned = log.c.version.in_(select(mention.c.version).where(either))
        query = query.where(or_(concerned, corrected))
    if wanted.first:
        query = query.where(log.c.occurred >= wanted.first.isoformat())
    if wanted.last:
        query = query.where(log.c.occurred <= wanted.last.isoformat())
    if wanted.known_by:
        # An earlier source that a corroboration brought may have moved the day of its report,
        # and so may a correction that is our own slip.
        moved = select(reference.c.target).where(
            reference.c.kind.in_(("corroboration", "correction"))
        )
        query = query.where(
            or_(log.c.reported <= wanted.known_by.isoformat(), log.c.event_id.in_(moved))
        )
    if wanted.at_version is not None:
        query = query.where(log.c.version <= wanted.at_version)
    return query


def entry(conn: Connection, event_id: str) -> Entry | None:
    """The event with this id, if the log has it."""
    row = conn.execute(select(*_ENTRY).where(log.c.event_id == event_id)).one_or_none()
    return _entry(row) if row else None


def named(conn: Connection, ids: Iterable[str]) -> Iterator[Entry]:
    """Those of *ids* that the log has, by id."""
    for chunk in chunks(sorted(set(ids))):
        query = select(*_ENTRY).where(log.c.event_id.in_(chunk)).order_by(log.c.event_id)
        yield from map(_entry, plain.once(conn, query))


def by_day(conn: Connection, ids: Iterable[str]) -> list[int]:
    """The versions of *ids*, by the day on which they occurred, then by id."""
    query = select(log.c.occurred, log.c.event_id, log.c.version)
    found = [
        tuple(row)
        for some in chunks(sorted(ids))
        for row in plain.once(conn, query.where(log.c.event_id.in_(some)))
    ]
    return [version for _, _, version in sorted(found)]


def between(conn: Connection, first: int, last: int) -> Iterator[Entry]:
    """The events that the log received as versions *first* to *last*, both in, in their order."""
    query = select(*_ENTRY).where(log.c.version.between(first, last)).order_by(log.c.version)
    return map(_entry, plain.once(conn, query))


def parties(conn: Connection) -> list[str]:
    """The parties that an event of the log names, sorted."""
    query = select(mention.c.word).where(mention.c.what == "party").distinct()
    return [word for (word,) in plain.once(conn, query.order_by(mention.c.word))]


_ENTRY = (log.c.version, log.c.event_id, log.c.reported, log.c.recorded, log.c.content)


def _entry(row: Sequence[Any]) -> Entry:
    version, event_id, reported, recorded, content = row
    return Entry(version, event_id, date.fromisoformat(reported), recorded, content)


def spoken_of(conn: Connection, ids: Collection[str], *, at_version: int | None = None) -> set[str]:
    """Those of *ids*, a chunk, that others correct, retract, corroborate or disagree with."""
    query = select(reference.c.target).distinct().where(reference.c.target.in_(ids))
    if at_version is not None:
        query = query.join(log, log.c.event_id == reference.c.event_id).where(
            log.c.version <= at_version
        )
    return set(conn.scalars(query))


def subjects_by_kind(conn: Connection) -> dict[str, int]:
    """Kind of subject → how many of it are introduced."""
    found: dict[str, int] = {}
    for subject in all_introduced(conn):
        kind = subject.split("/", 1)[0]
        found[kind] = found.get(kind, 0) + 1
    return found


def by_year(conn: Connection) -> dict[str, dict[str, int]]:
    """Year in which they occurred → how many events, the sources they name, and how many
    measures and lines of measures are there for the first time.
    """
    found: dict[str, dict[str, int]] = {}
    seen: set[tuple[str, str]] = set()
    query = select(log.c.occurred, log.c.content).order_by(log.c.occurred, log.c.version)
    for row in streamed(conn, query):
        empty = {"events": 0, "sources": 0, "measures": 0, "lines": 0}
        year = found.setdefault(row.occurred[:4], empty)
        content = json.loads(row.content)
        year["events"] += 1
        year["sources"] += len(content["sources"])
        for effect in content.get("effects", ()):
            for kind, what in (("measure-introduced", "measures"), ("scope-set", "lines")):
                key = effect["subject"], effect.get("line", "")
                if effect["kind"] == kind and key not in seen:
                    seen.add(key)
                    year[what] += 1
    return found


def ids_about(
    conn: Connection, subjects: Collection[str], *, at_version: int | None = None
) -> set[str]:
    """The events whose effects are about *subjects*."""
    found: set[str] = set()
    for chunk in chunks(sorted(subjects)):
        query = (
            select(log.c.event_id)
            .join(mention, mention.c.version == log.c.version)
            .where(mention.c.what == "subject", mention.c.word.in_(chunk))
        )
        if at_version is not None:
            query = query.where(log.c.version <= at_version)
        found |= set(conn.scalars(query))
    return found


def all_ids(conn: Connection, *, at_version: int | None = None) -> list[str]:
    """The ids of the log, in its order."""
    query = select(log.c.event_id).order_by(log.c.version)
    if at_version is not None:
        query = query.where(log.c.version <= at_version)
    return list(conn.scalars(query))


_NOTED = select(*(log.c[name] for name in Noted._fields))
_AFTER = _NOTED.where(log.c.version > bindparam("after")).order_by(log.c.version).limit(AT_ONCE)
_OF_ID = _NOTED.where(log.c.event_id == bindparam("event_id"))


def rows_after(conn: Connection, version: int) -> list[Noted]:
    """Some of the rows after a version, in the order in which the log received them."""
    return [Noted(*row) for row in plain.rows(conn, _AFTER, after=version)]


def row_of(conn: Connection, event_id: str) -> Noted | None:
    """The row of the event with this id, if the log has it."""
    found = plain.row(conn, _OF_ID, event_id=event_id)
    return Noted(*found) if found else None
