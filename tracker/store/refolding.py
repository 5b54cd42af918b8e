"""Refolding: what events assign, and the facts that follow.

Appending an event refolds the parts that it touches and no others.  The projections may
be thrown away at any time; folding the log again gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from tracker.domain.corrections import counted
from tracker.domain.dates import EVER
from tracker.domain.events import effects_of
from tracker.domain.folding import fold_one_more, fold_rows
from tracker.domain.records import Part, Record
from tracker.domain.review import (
    clashes,
    line_of,
    lines_written,
    scope_of,
    too_early,
    without_scope,
    yields_both_ways,
)
from tracker.domain.timeline import Assigned, Assignment, FactRow, assigned, assignment_of
from tracker.errors import Problem
from tracker.store import log as logs
from tracker.store import plain, search, staging
from tracker.store.facts import COMPUTED, PROJECTION, about
from tracker.store.stories import roots_of, stories
from tracker.store.tables import (
    assignment,
    fact,
    fact_columns,
    mention,
    projection,
    reference,
    stake,
)

Fresh = Callable[[str], bool]
"""Whether an event is one of those that are being added, whose problems these are."""

_part = itemgetter(0, 1)
_FACTS = select(fact).where(
    fact.c.subject == bindparam("subject"), fact.c.part == bindparam("part")
)
_OF_PART = select(assignment).where(
    assignment.c.subject == bindparam("subject"),
    assignment.c.part == bindparam("part"),
    assignment.c.against.is_(None),
)
_ALL = (
    select(assignment)
    .where(assignment.c.against.is_(None))
    .order_by(assignment.c.subject, assignment.c.part)
)
_TOUCHED = (
    select(assignment)
    .join(
        staging.touched,
        (assignment.c.subject == staging.touched.c.subject)
        & (assignment.c.part == staging.touched.c.part),
    )
    .where(assignment.c.against.is_(None))
    .order_by(staging.touched.c.subject, staging.touched.c.part)
)
_YIELDS = (
    select(staging.touched)
    .where(staging.touched.c.part.startswith("yields/"))
    .order_by(staging.touched.c.subject, staging.touched.c.part)
)
_LINES = (
    select(staging.touched)
    .where(staging.touched.c.part.startswith("line/"))
    .order_by(staging.touched.c.subject, staging.touched.c.part)
)


# -- some events at a time ------------------------------------------------------------------


def assign(conn: Connection, records: Sequence[Record]) -> dict[Part, list[Assigned] | None]:
    """Take what was just appended into the assignments.

    Returns:
        The parts it touches, each with the assignments it was given, or None where others
        went.
    """
    found: dict[Part, list[Assigned] | None] = {}
    spoken_of = roots_spoken_of(conn, records)
    fresh = [row for each in records if each.id not in spoken_of for row in each.assigned]
    plain.add(conn, assignment, fresh)
    for row in fresh:
        mine = found.setdefault(_part(row), [])
        if mine is not None and row[15] is None:
            mine.append(row)
    if spoken_of:
        found |= dict.fromkeys(reassign(conn, spoken_of))
    return found


def roots_spoken_of(conn: Connection, records: Iterable[Record]) -> set[str]:
    """The developments of which *records* say something, at any remove; rivals say nothing."""
    speaking = [each.id for each in records if each.target and each.kind != "rival"]
    return roots_of(conn, speaking) if speaking else set()


def all_roots_spoken_of(conn: Connection) -> list[str]:
    """The developments of which any event of the log says something."""
    speaking = select(reference.c.event_id).where(reference.c.kind != "rival")
    return sorted(roots_of(conn, list(conn.scalars(speaking))))


def reassign(conn: Connection, roots: Collection[str]) -> set[Part]:
    """Assign anew what *roots* say after all that was said about them; the parts it touches."""
    parts: set[Part] = set()
    for chunk in logs.chunks(sorted(roots)):
        found, about = stories(conn, chunk)
        said = (*found, *(each for some in about.values() for each in some))
        subjects = sorted({effect.subject for event in said for effect in effects_of(event)})
        for some in logs.chunks(subjects):
            mine = assignment.c.subject.in_(some) & assignment.c.event.in_(chunk)
            gone = select(assignment.c.subject, assignment.c.part).where(mine)
            parts |= {_part(row) for row in conn.execute(gone)}
            conn.execute(delete(assignment).where(mine))
        rows = [
            row for root in found for content in counted(root, about) for row in assigned(content)
        ]
        plain.add(conn, assignment, rows)
        parts |= {_part(row) for row in rows}
    return parts


def said_too_early(conn: Connection, roots: Collection[str], *, fresh: Fresh) -> Iterator[Problem]:
    """What was said of *roots* by days before it can have been said."""
    for chunk in logs.chunks(sorted(roots)):
        found, about = stories(conn, chunk)
        for root in found:
            yield from too_early(root, about, fresh=fresh)


def refold(
    conn: Connection, parts: dict[Part, list[Assigned] | None], *, fresh: Fresh
) -> Iterator[Problem]:
    """Fold *parts* anew, from their facts where they tell enough; what is wrong with them."""
    gone: list[tuple[object, ...]] = []
    new: list[FactRow] = []
    for (subject, part), rows in sorted(parts.items(), key=itemgetter(0)):
        before = set(plain.rows(conn, _FACTS, subject=subject, part=part))
        after = None if rows is None else _one_by_one(before, rows)
        if after is None:
            every = list(plain.rows(conn, _OF_PART, subject=subject, part=part))
            yield from _clashes(every, fresh)
            after = set(fold_rows(every))
        gone += ((*each[:3], each[4], each[13]) for each in before - after)
        new += after - before
    plain.remove(conn, fact, gone)
    plain.add(conn, fact, new)


def _one_by_one(facts: set[FactRow], rows: Sequence[Assigned]) -> set[FactRow] | None:
    found: set[FactRow] | None = facts
    for row in sorted(rows, key=itemgetter(slice(2, 7))):
        if found is not None:
            found = fold_one_more(found, row)
    return found


def lines_without_scope(
    conn: Connection, records: Collection[Record], touched: Iterable[Part]
) -> Iterator[Problem]:
    """The lines of measures to which something is assigned, and which have no scope.

    Args:
        touched: the parts to which *records* bring anything else.  Where they correct effects,
            none of these lines may be left without its scope; a retraction may leave some.
    """
    lines = lines_written(records)
    yield from _without_scope(conn, sorted(lines))
    kinds = {each.kind for each in records if each.named or each.kind == "retraction"}
    if "correction" in kinds and "retraction" not in kinds:
        left = {line for part in touched if (line := line_of(part))} - lines
        yield from _without_scope(conn, sorted(left), known_until=EVER.isoformat())


def _without_scope(
    conn: Connection, lines: Iterable[Part], *, known_until: str | None = None
) -> Iterator[Problem]:
    for line in lines:
        said = _assigned(conn, line, known_until)
        if said is not None and _assigned(conn, scope_of(line), known_until) is None:
            yield without_scope(line, said[5])


def _assigned(conn: Connection, part: Part, known_until: str | None) -> Assigned | None:
    """The first of what was assigned to *part*, perhaps known until a day; None for nothing."""
    every = plain.rows(conn, _OF_PART, subject=part[0], part=part[1])
    return next((row for row in every if known_until in (None, row[12])), None)


def _clashes(rows: Sequence[Assigned], fresh: Fresh) -> Iterator[Problem]:
    if len(rows) > 1 and len({row[2:5] for row in rows}) < len(rows):
        for one, other in clashes(map(assignment_of, rows)):
            yield _clash(one, other, fresh)


def _clash(one: Assignment, other: Assignment, fresh: Fresh) -> Problem:
    told = [each.decided.event for each in (other, one) if fresh(each.decided.event)]
    return Problem(
        f"{other.decided.event} and {one.decided.event} are decisions of one day and write "
        f"different values to {one.part} of {one.subject} ({other.value} and {one.value}): "
        "give the one that counts an order, such as order = 1",
        next(iter(told), other.decided.event),
    )


def rings(conn: Connection, parts: Iterable[Part], *, fresh: Fresh) -> Iterator[Problem]:
    """That two measures yield to each other on one day, where *parts* say that one of them does."""
    yielding = [(subject, part) for subject, part in parts if part.startswith("yields/")]
    if not yielding:
        return
    named = {f"measure/{part.removeprefix('yields/')}" for _, part in yielding}
    named |= {subject for subject, _ in yielding}
    every = (each for each in about(conn, named) if each.part.startswith("yields/"))
    for pair in yields_both_ways(every):
        new = [each.event for each in pair if fresh(each.event)]
        first = max(each.since for each in pair)
        yield Problem(
            f"{pair[0].subject} and {pair[1].subject} yield to each other from {first} "
            f'({pair[0].event}, {pair[1].event}): end one of the two with share = "none"',
            new[-1] if new else "",
        )


# -- many at a time -------------------------------------------------------------------------


def refold_touched(conn: Connection, *, fresh: Fresh) -> Iterator[Problem]:
    """Fold the parts that staging has touched; what is wrong with them."""
    parts = select(staging.touched.c.subject, staging.touched.c.part)
    conn.execute(delete(fact).where(tuple_(fact.c.subject, fact.c.part).in_(parts)))
    yield from _fold(conn, plain.streamed(conn, _TOUCHED), fact, fresh)


def touched_lines_without_scope(conn: Connection) -> Iterator[Problem]:
    """The lines of measures that staging has touched, and which have no scope."""
    yield from _without_scope(conn, map(_part, plain.streamed(conn, _LINES)))


def touched_rings(conn: Connection, *, fresh: Fresh) -> Iterator[Problem]:
    """That two measures yield to each other, where staging has touched what says so."""
    yield from rings(conn, map(_part, plain.streamed(conn, _YIELDS)), fresh=fresh)


def fold_everything(conn: Connection, into: Table = fact) -> Iterator[Problem]:
    """Fold all assignments into an empty table; what is wrong with them."""
    yield from _fold(conn, plain.streamed(conn, _ALL), into, lambda event: True)


def _fold(
    conn: Connection, rows: Iterable[Assigned], into: Table, fresh: Fresh
) -> Iterator[Problem]:
    facts: list[FactRow] = []
    for _, group in groupby(rows, key=_part):
        part = list(group)
        if len(part) > 1:
            yield from _clashes(part, fresh)
        facts += fold_rows(part)
        if len(facts) > logs.AT_ONCE:
            plain.add(conn, into, facts)
            facts = []
    plain.add(conn, into, facts)


# -- all of it ------------------------------------------------------------------------------


def shadow(conn: Connection) -> Table:
    """An empty table beside that of the facts, to fold into while those still answer."""
    found = Table("fact_folded_anew", MetaData(), *fact_columns(), sqlite_with_rowid=False)
    if _is_shared(conn):
        conn.execute(text(f"CREATE TEMPORARY TABLE {found.name} (LIKE {fact.name})"))
    else:
        conn.execute(CreateTable(found))
    return found


def _is_shared(conn: Connection) -> bool:
    return conn.dialect.name == "postgresql"


def swap(conn: Connection, found: Table) -> None:
    """Let *found* take the place of the facts."""
    if _is_shared(conn):
        _take_over(conn, found)
        return
    conn.execute(text(f"DROP TABLE {fact.name}"))
    conn.execute(text(f"ALTER TABLE {found.name} RENAME TO {fact.name}"))
    for index in fact.indexes:
        conn.execute(CreateIndex(index))


def _take_over(conn: Connection, found: Table) -> None:
    """Make the facts those of *found*, and leave alone those that are the same.

    A table that took the place of the other would be empty to whoever began to read before,
    and only the owner of a table may drop it.
    """
    conn.execute(text(f"ANALYZE {found.name}"))
    keys = {column.name for column in fact.primary_key}
    there = [fact.c[name] == found.c[name] for name in keys]
    same = [
        column.is_not_distinct_from(found.c[column.name])
        for column in fact.columns
        if column.name not in keys
    ]
    conn.execute(delete(fact).where(~exists().where(*there, *same)))
    new = select(found).where(~exists().where(*there)).order_by(*found.primary_key)
    conn.execute(insert(fact).from_select([column.name for column in fact.columns], new))
    conn.execute(DropTable(found))


def forget_projections(conn: Connection) -> None:
    """Throw away everything but the facts that is computed from the log."""
    for table in (assignment, mention, reference, stake, projection):
        conn.execute(delete(table))
    search.forget(conn)


_NOTED = select(projection)
_MARK = (
    update(projection)
    .where(projection.c.name == bindparam("which"))
    .values(version=bindparam("seen"))
)
_THERE = select(*(case((is_there, 1), else_=0) for _, is_there in COMPUTED))


def mark_folded(conn: Connection, version: int) -> None:
    """Note that the facts have seen the log up to *version*, and where there is anything."""
    there = plain.row(conn, _THERE) or ()
    found = dict(zip((name for name, _ in COMPUTED), there, strict=True)) | {PROJECTION: version}
    noted: dict[str, int] = dict(plain.rows(conn, _NOTED))
    for name, number in found.items():
        if name not in noted:
            plain.add(conn, projection, [(name, number)])
        elif noted[name] != number:
            plain.run(conn, _MARK, which=name, seen=number)
