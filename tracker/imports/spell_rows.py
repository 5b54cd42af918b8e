"""Rows of spells: what each row of a file says by itself, going by its map.

Days stay as vague as they are, and a code is the party that had it on the first day.  What
cannot be told is refused with its line; the other rows are read all the same, so that
everything wrong is said in one go.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import Field, StringConstraints, ValidationError

from tracker.domain import bounds
from tracker.domain.bounds import shown
from tracker.domain.dates import When
from tracker.domain.events import Source
from tracker.domain.parties import Party, Scheme, UnknownParty, resolve
from tracker.domain.values import Value
from tracker.errors import BadEntries, NotFound, Problem, TrackerError

Obligation: TypeAlias = Literal[
    "defence", "offence", "neutrality", "non-aggression", "consultation", "entente"
]
Days: TypeAlias = str | Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]


class Columns(Value):
    """What the columns are called; a day is one column, or one each for year, month, day."""

    agreement: str
    member: str
    start: Days
    end: Days
    obligations: dict[Obligation, str] = Field(default_factory=dict)
    title: str | None = None
    left_censored: str | None = None

    def names(self) -> Iterator[str]:
        yield from (self.agreement, self.member, *columns_of(self.start), *columns_of(self.end))
        yield from self.obligations.values()
        yield from filter(None, (self.title, self.left_censored))


class LeftOut(Value):
    """Agreements and members, as the file writes them, whose rows are left out on purpose."""

    agreement: tuple[str, ...] = ()
    member: tuple[str, ...] = ()


class SpellMap(Value):
    """How to read a file of spells: see :mod:`tracker.imports.spells`."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*-$")]
    scheme: Scheme
    ends: Literal["inclusive", "exclusive"]
    missing: tuple[str, ...] = ("", "0", "-9", "NA")
    reported: Literal["occurred"] | When
    columns: Columns
    source: Source
    leave_out: LeftOut = LeftOut()


class Row(NamedTuple):
    """A row: where it stands, as it is written, and its cells by column."""

    path: str
    line: int
    text: str
    cells: dict[str, str]


class End(NamedTuple):
    """The end of a spell: as given, its last day in, and the first day out."""

    given: When
    last: When
    out: When

    def reach(self) -> tuple[date, date]:
        """How late it is, among others."""
        return self.out.latest, self.out.earliest


@dataclass(frozen=True, slots=True)
class Spell:
    """A party belongs to an agreement, with these duties, from a day on and perhaps to another.

    It *follows* the state whose code it got during the spell of the row.
    """

    slug: str
    label: str
    party: Party
    start: When
    end: End | None
    duties: tuple[Obligation, ...]
    row: Row
    follows: Party | None = None


@dataclass(slots=True)
class Table:
    """What the rows of files say; ``left_out`` counts those left out, by agreement or member."""

    spells: list[Spell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def read_map(path: Path) -> SpellMap:
    """The map that stands in a file.

    Raises:
        NotFound: it is not there.
        BadEntries: it is no map.
    """
    text = _text(path, bounds.LINE)
    try:
        read = bounds.read_toml(text)
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = int(line[1]) if line else text.count("\n") + 1
        raise BadEntries([Problem(f"it is not TOML: {error}", path=str(path), line=at)]) from None
    if too_much := bounds.excess(read):
        raise BadEntries([Problem(too_much, path=str(path), line=1)])
    try:
        return SpellMap.model_validate(read)
    except ValidationError as error:
        raise BadEntries(
            Problem(
                _SAID.get(wrong["type"], f"{wrong['msg']} (it is {shown(wrong['input'])})"),
                field=".".join(map(str, wrong["loc"])),
                path=str(path),
                line=_line_of(text, wrong["loc"]),
            )
            for wrong in error.errors(include_url=False)
        ) from None


_SAID = {"missing": "it is missing: see tracker load --help", "extra_forbidden": "unknown key"}


def _line_of(text: str, steps: Sequence[str | int]) -> int:
    """The line of a key of the map, or of the nearest thing around it."""
    for step in reversed(steps):
        key = re.compile(rf"^\s*(\[(\w+\.)*)?{re.escape(str(step))}\s*[=\]]", re.MULTILINE)
        if found := key.search(text):
            return text.count("\n", 0, found.end()) + 1
    return 1


def read_rows(paths: Iterable[Path], by: SpellMap) -> Table:
    """What the rows of *paths* say.

    Raises:
        NotFound: a file is not there.
        BadEntries: a file is no text.
    """
    table = Table()
    left_out = {("agreement", name) for name in by.leave_out.agreement}
    left_out |= {("member", name) for name in by.leave_out.member}
    table.left_out.update({f"{what} {name}": 0 for what, name in left_out})
    slugs: dict[str, str] = {}
    for row in (row for path in paths for row in _rows(path, by, table)):
        agreement, member = row.cells[by.columns.agreement], row.cells[by.columns.member]
        names = (("agreement", agreement), ("member", member))
        if aside := [f"{what} {name}" for what, name in names if (what, name) in left_out]:
            table.left_out[aside[0]] += 1
            continue
        try:
            table.spells += _spells(row, by, slugs)
        except TrackerError as error:
            table.problems.append(Problem(str(error), path=row.path, line=row.line))
        if len(table.problems) > bounds.PROBLEMS:
            break
    if len(table.problems) > bounds.PROBLEMS:
        more = Problem("more is wrong than can be told: put these right and try again")
        raise BadEntries([*table.problems[: bounds.PROBLEMS], more])
    return table


def _text(path: Path, most: int = bounds.TABLE) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            said = f"it has more than {bounds.size(most)}, which is more than is read: split it"
            raise BadEntries([Problem(said, path=str(path), line=1)])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        said = f"it is not UTF-8 (byte {error.start}): save it as UTF-8"
        raise BadEntries([Problem(said, path=str(path), line=1)]) from None


def _rows(path: Path, by: SpellMap, table: Table) -> Iterator[Row]:
    """The rows of a file, apart by whichever of comma, tab and semicolon its header has most."""
    text = _text(path)
    header_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=header_line.count)
    taken: list[str] = []
    reader = csv.reader(_noted(text, taken), delimiter=delimiter, strict=True)
    header: list[str] = []
    line, end = 1, 0
    try:
        for cells in reader:
            line, end = end + 1, reader.line_num
            written, taken[:] = "\n".join(each.rstrip("\r") for each in taken), []
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not header:
                header = cells
                if len(header) > COLUMNS:
                    said = f"its first line names more than {COLUMNS} columns"
                    table.problems.append(Problem(said, path=str(path), line=line))
                    return
                if absent := [_absent(n, header) for n in by.columns.names() if n not in header]:
                    table.problems += [Problem(said, path=str(path), line=1) for said in absent]
                    return
                continue
            table.rows += 1
            if len(cells) != len(header):
                said = f"it has {len(cells)} cells, and the header has {len(header)}"
                table.problems.append(Problem(said, path=str(path), line=line))
                if len(table.problems) > bounds.PROBLEMS:
                    return
                continue
            yield Row(str(path), line, written, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        said = f"it is no table from here on: {error}"
        table.problems.append(Problem(said, path=str(path), line=end + 1))


COLUMNS = 1000
"""How many columns a table may have."""


def _noted(text: str, taken: list[str]) -> Iterator[str]:
    """The lines of *text*; those that were taken are noted, for the row they make up."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        taken.append(text[start:end])
        yield text[start : end + 1] if end < len(text) else text[start:] + "\n"
        start = end + 1


def _absent(name: str, header: Sequence[str]) -> str:
    close = get_close_matches(name, header, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(header)}"
    return f"there is no column {name!r}: {hint}"


def columns_of(days: Days) -> tuple[str, ...]:
    """The columns that a day is made of."""
    return (days,) if isinstance(days, str) else days


def _spells(row: Row, by: SpellMap, slugs: dict[str, str]) -> Iterator[Spell]:
    """The spell of a row; several where its state ends under way and its code passes on."""
    columns = by.columns
    name, code = row.cells[columns.agreement], row.cells[columns.member]
    for column in (columns.agreement, columns.member):
        if row.cells[column] in by.missing:
            raise TrackerError(f"{column} is missing: every row needs it")
    slug = by.slug + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if slug == by.slug or slugs.setdefault(slug, name) != name:
        like = f" other than that of {slugs[slug]!r}" if slug in slugs else ""
        raise TrackerError(
            f"{columns.agreement} {name!r} makes no slug{like}: use letters a to z and digits"
        )
    duties = tuple(d for d, column in columns.obligations.items() if _is_set(row, column, by))
    start, end = _day(row, columns.start, by), _end(row, by)
    if start is None:
        raise TrackerError(f"{', '.join(columns_of(columns.start))} is missing: every row needs it")
    if columns.left_censored and _is_set(row, columns.left_censored, by):
        start = When.read(f"../{start}")
    if end and end.out.latest <= start.earliest:
        raise TrackerError(f"it ends on {end.given}, before it begins on {start}")
    title = row.cells[columns.title] if columns.title else ""
    label = title or f"agreement {name} of {by.source.title or by.source.url}"
    for party, follows, first, last in _lives(code, start, end, by):
        yield Spell(slug, label, party, first, last, duties, row, follows)


def _is_set(row: Row, column: str, by: SpellMap) -> bool:
    cell = row.cells[column]
    if cell == "1":
        return True
    if cell == "0" or cell in by.missing:
        return False
    raise TrackerError(f"{column} is {cell!r}: write 1 for yes and 0 for no")


def _day(row: Row, columns: Days, by: SpellMap) -> When | None:
    """The day, as vague as the row has it; None when it has none."""
    cells = [row.cells[name] for name in columns_of(columns)]
    given = [cell for cell in cells if cell not in by.missing]
    if not given:
        return None
    where = ", ".join(
        f"{name} {cell!r}" for name, cell in zip(columns_of(columns), cells, strict=True)
    )
    if given != cells[: len(given)]:
        raise TrackerError(f"{where}: a month needs its year, and a day its month")
    try:
        if isinstance(columns, str):
            return When.read(given[0])
        year, *rest = map(int, given)
        return When.read("-".join([f"{year:04}", *(f"{part:02}" for part in rest)]))
    except ValueError:
        raise TrackerError(f"{where}: write year, month and day as numbers") from None
    except TrackerError as error:
        hint = "A value that means no day belongs under missing."
        raise TrackerError(f"{where}: {error}. {hint}") from None


def _end(row: Row, by: SpellMap) -> End | None:
    given = _day(row, by.columns.end, by)
    if given is None:
        return None
    try:
        if by.ends == "inclusive":
            return End(given, last=given, out=_moved(given, 1))
        return End(given, last=_moved(given, -1), out=given)
    except (OverflowError, TrackerError):
        raise TrackerError(f"it ends on {given}, and there is no day next to it") from None


def _moved(when: When, days: int) -> When:
    earliest, latest = (day + timedelta(days) for day in (when.earliest, when.latest))
    return When.read(f"{latest}" if when.known else f"[{earliest}..{latest}]")


def _lives(
    code: str, start: When, end: End | None, by: SpellMap
) -> Iterator[tuple[Party, Party | None, When, End | None]]:
    """Who had *code* from *start* to *end*, the party it follows in that, and its days.

    A state may end on the last day of its spell: files name that day differently by one.
    In a gap of its life in which nobody has the code, as under occupation, it keeps the spell.
    """
    follows: Party | None = None
    try:
        party = resolve(code, on=start.latest, scheme=by.scheme)
        while heir := _heir(party, code, start.latest, end, by):
            after, day = heir
            eve = When.on(day - timedelta(1))
            yield party, follows, start, End(eve, last=eve, out=When.on(day))
            party, follows, start = after, party, When.on(day)
    except TrackerError as error:
        hint = f"Or leave it out on purpose: member = [{code!r}] under [leave_out]."
        raise TrackerError(f"{by.columns.member}: {error} {hint}") from None
    yield party, follows, start, end


def _heir(
    party: Party, code: str, since: date, end: End | None, by: SpellMap
) -> tuple[Party, date] | None:
    """Who has *code* when *party* is gone, and from when on, if that is before *end*."""
    for day in [gone for gone, _ in party.gaps] + [party.until]:
        if day is None or day <= since or (end is not None and end.last.earliest <= day):
            continue
        try:
            after = resolve(code, on=day, scheme=by.scheme)
        except UnknownParty:
            if day == party.until:
                raise
            continue
        if after != party:
            return after, day
        if day == party.until:
            raise TrackerError(f"{party} existed until {day}, and the spell goes on.")
    return None
