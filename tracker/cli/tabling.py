"""Tables: export csv, export parquet, export xlsx."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from tracker.cli import files, options
from tracker.cli.files import Force, Output, write_file
from tracker.cli.options import coordinate, open_tracker
from tracker.errors import BadCommand

if TYPE_CHECKING:
    from tracker.app import Tracker
    from tracker.app.tables import Rows
    from tracker.domain.dates import AsOf
    from tracker.exports.tables import Table


class Tabled(StrEnum):
    """What a table holds a row of."""

    events = "events"
    state = "state"
    duties = "duties"


What = Annotated[
    Tabled,
    typer.Argument(
        help="events, one row each; state, one row a fact; duties, one row a change of them."
    ),
]
Party = Annotated[
    str | None,
    typer.Option(help="events: those that name this party; state: what it has a part in."),
]
Kind = Annotated[
    str | None, typer.Option(help="events, state: of this kind of event, or subject, only.")
]
Subject = Annotated[str | None, typer.Option(help="events, state: about this subject only.")]
Tag = Annotated[str | None, typer.Option(help="events: with this tag only.")]
First = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY|PARTY", help="events: from this day on; duties: country of origin."
    ),
]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="events: up to this day.")]
Into = Annotated[str | None, typer.Option("--into", metavar="PARTY", help="duties: imported into.")]
Product = Annotated[
    str | None, typer.Option("--product", metavar="CODE", help="duties: as in tracker rate.")
]
Base = Annotated[
    str | None, typer.Option("--base", metavar="PERCENT", help="duties: as in tracker rate.")
]
Given = Annotated[
    list[str] | None,
    typer.Option("--given", metavar="KEY=VALUE", help="duties: as in tracker rate; may repeat."),
]
History = Annotated[
    str | None,
    typer.Option("--history", metavar="A..B", help="duties: every change between two days."),
]

TAKEN = {
    Tabled.events: ("party", "kind", "subject", "tag", "from", "to"),
    Tabled.state: ("party", "kind", "subject", "as-of", "reading"),
    Tabled.duties: ("into", "from", "product", "base", "given", "history", "reading"),
}
"""Which of the options that do not go with every table go with which."""


def csv(
    what: What,
    party: Party = None,
    kind: Kind = None,
    subject: Subject = None,
    tag: Tag = None,
    first: First = None,
    last: Last = None,
    into: Into = None,
    product: Product = None,
    base: Base = None,
    given: Given = None,
    history: History = None,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="For spreadsheets: keep them from altering texts."),
    ] = False,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write events, the state on a day, or duties as CSV (RFC 4180, UTF-8, no cell altered).

    Beside a file goes datapackage.json, which says what its columns mean (Data Package 2.0).
    With --excel an apostrophe stands before every text that a spreadsheet would run as a
    formula, or take for a number or a day.

    \b
    tracker export csv events --output events.csv
    tracker export csv events --party JP --from 2025 --excel --output japan.csv
    tracker export csv state --as-of 2025-04-05 --known-by 2025-03-26 --output state.csv
    tracker export csv duties --into US --from JP --product 8703.23 \\
        --history 2025-01-01..2026-06-30 --output duties.csv
    """
    from tracker.cli.output import warn_of_formulas
    from tracker.exports import csv as tables
    from tracker.exports.datapackage import Sealed, resource

    asked = _asked(
        what,
        {"party": party, "kind": kind, "subject": subject, "tag": tag, "from": first, "to": last},
        {"into": into, "product": product, "base": base, "given": given, "history": history},
        {"as-of": as_of, "reading": reading},
    )
    at = (as_of, known_by, at_version, recorded_by, reading)
    beside = _Package(output, force=force)
    with _answer(open_tracker(db), what, asked, at) as found:
        guarded = tables.Guarded(found.rows.cells, found.table)
        records = tables.Records(guarded if excel else found.rows.cells, found.table)
        mark = [tables.BOM] if excel else []
        sealed = Sealed(map(str.encode, chain(mark, records)))
        write_file(sealed, output, force=force, total=found.rows.total, done=lambda: records.rows)
        beside.write(lambda path: resource(found.table, path, sealed, found.question, excel=excel))
    if excel:
        _say_what_is_guarded(guarded.formulas, guarded.others)
    else:
        warn_of_formulas(records.formulas)


def _say_what_is_guarded(formulas: int, others: int) -> None:
    if formulas or others:
        options.note(
            f"put ' before {formulas + others} texts: {formulas} that a spreadsheet would run as "
            f"a formula, {others} that it would take for a number or a day"
        )


def parquet(
    what: What,
    party: Party = None,
    kind: Kind = None,
    subject: Subject = None,
    tag: Tag = None,
    first: First = None,
    last: Last = None,
    into: Into = None,
    product: Product = None,
    base: Base = None,
    given: Given = None,
    history: History = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write what export csv writes as Parquet, with true types; needs tracker[parquet].

    \b
    tracker export parquet state --as-of 2025-04-05 --output state.parquet
    """
    _require("pyarrow", "parquet")
    from tracker.exports.parquet import Groups

    asked = _asked(
        what,
        {"party": party, "kind": kind, "subject": subject, "tag": tag, "from": first, "to": last},
        {"into": into, "product": product, "base": base, "given": given, "history": history},
        {"as-of": as_of, "reading": reading},
    )
    at = (as_of, known_by, at_version, recorded_by, reading)
    _no_terminal(output)
    with _answer(open_tracker(db), what, asked, at) as found:
        groups = Groups(found.rows.cells, found.table, found.question)
        write_file(groups, output, force=force, total=found.rows.total, done=lambda: groups.rows)


def xlsx(
    what: What,
    party: Party = None,
    kind: Kind = None,
    subject: Subject = None,
    tag: Tag = None,
    first: First = None,
    last: Last = None,
    into: Into = None,
    product: Product = None,
    base: Base = None,
    given: Given = None,
    history: History = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write what export csv writes as a workbook, with true types; needs tracker[xlsx].

    \b
    tracker export xlsx events --party JP --output japan.xlsx
    """
    _require("xlsxwriter", "xlsx")
    from tracker.exports.xlsx import SIGNS, Workbook

    asked = _asked(
        what,
        {"party": party, "kind": kind, "subject": subject, "tag": tag, "from": first, "to": last},
        {"into": into, "product": product, "base": base, "given": given, "history": history},
        {"as-of": as_of, "reading": reading},
    )
    at = (as_of, known_by, at_version, recorded_by, reading)
    _no_terminal(output)
    with _answer(open_tracker(db), what, asked, at) as found:
        book = Workbook(found.rows.cells, found.table, found.question)
        write_file(book, output, force=force, total=found.rows.total, done=lambda: book.rows)
    if book.cut:
        some = "1 text is longer" if book.cut == 1 else f"{book.cut} texts are longer"
        options.note(
            f"{some} than a cell holds and {'was' if book.cut == 1 else 'were'} cut after "
            f"{SIGNS:,} signs: export csv has all of it"
        )


def _require(module: str, extra: str) -> None:
    """Refuse what an extra is needed for that is not installed."""
    if find_spec(module) is None:
        raise BadCommand(
            f"export {extra} needs {module}, which is not installed: pip install 'tracker[{extra}]'"
        )


def _no_terminal(output: Path | None) -> None:
    if output is None and sys.stdout.isatty():
        raise BadCommand("this is nothing that a terminal can show: give --output FILE")


class _Package:
    """The package beside a file; there is none beside standard output, a pipe or a device."""

    def __init__(self, output: Path | None, *, force: bool) -> None:
        from tracker.exports.datapackage import NAME, NotOurs, resources

        self._path = None
        if output is None or files.is_special(output):
            return
        if output.name == NAME:
            raise BadCommand(f"{output} is what describes the tables beside it: name another file")
        files.must_be_free(output, force=force)
        self._file = output.name
        self._path = output.with_name(NAME)
        try:
            self._others = resources(self._path.read_bytes()) if self._path.exists() else {}
        except OSError as error:
            raise BadCommand(f"{self._path} cannot be read: {error.strerror}") from None
        except NotOurs as error:
            if not force:
                raise BadCommand(
                    f"{self._path} would be written too, and {error}: write to another folder, or "
                    "--force"
                ) from None
            self._others = {}

    def write(self, resource: Callable[[str], Mapping[str, Any]]) -> None:
        """Write it anew with what is said of the file; what it says of others stays."""
        from tracker.exports.datapackage import package

        if self._path is not None:
            write_file([package(self._others, resource(self._file))], self._path, force=True)


# -- what was asked -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """The rows of a table, and the question and coordinate that they answer."""

    rows: Rows
    table: Table
    question: dict[str, Any]


_Typed: TypeAlias = tuple[str | None, str | None, int | None, str | None, str | None]
"""What was typed for --as-of, --known-by, --at-version, --recorded-by and --reading."""


def _asked(what: Tabled, *typed: Mapping[str, Any]) -> dict[str, Any]:
    """Which of the options were typed that say what a table is about.

    Raises:
        BadCommand: one of them does not go with the table, or one that it needs is missing.
    """
    given = {name: value for some in typed for name, value in some.items() if value}
    for name in given:
        if name not in TAKEN[what]:
            taken = ", ".join(f"--{each}" for each in TAKEN[what])
            raise BadCommand(f"--{name} does not go with {what}, which takes {taken}")
    if what == Tabled.duties and "history" not in given:
        raise BadCommand("--history is missing: give both days, such as 2025-01-01..2026-06-30")
    return given


@contextmanager
def _answer(
    tracker: Tracker, what: Tabled, asked: Mapping[str, Any], typed: _Typed
) -> Iterator[_Answer]:
    """What *tracker* answers; the rows are there until the end."""
    match what:
        case Tabled.events:
            with _events(tracker, asked, coordinate(tracker, *typed)) as found:
                yield found
        case Tabled.state:
            with _state(tracker, asked, coordinate(tracker, *typed)) as found:
                yield found
        case Tabled.duties:
            yield _duties(tracker, asked, typed)


@contextmanager
def _events(tracker: Tracker, asked: Mapping[str, Any], at: AsOf) -> Iterator[_Answer]:
    from tracker.cli.questions import party_code
    from tracker.domain.told import Filter
    from tracker.exports.tables import EVENTS, said

    since, until = options.asked_span(tracker, asked.get("from"), asked.get("to"))
    narrowed = {name: asked[name] for name in ("kind", "subject", "tag") if name in asked}
    party = party_code(asked.get("party"))
    wanted = Filter(
        party=party,
        first=since,
        last=until,
        known_by=at.known_by,
        at_version=at.at_version,
        **narrowed,
    )
    with tracker.event_table(wanted) as rows:
        question = {"known_by": at.known_by, "at_version": rows.at_version, **narrowed}
        yield _Answer(rows, EVENTS, said(question, party=party, **{"from": since, "to": until}))


@contextmanager
def _state(tracker: Tracker, asked: Mapping[str, Any], at: AsOf) -> Iterator[_Answer]:
    from tracker.cli.questions import kind_of, party_code
    from tracker.exports.tables import STATE, coordinate, said

    kind, subject = kind_of(asked.get("kind")), asked.get("subject")
    party = party_code(asked.get("party"), at.day)
    with tracker.state_table(at, kind=kind, subject=subject, party=party) as rows:
        question = {"as_of": at.day, **coordinate(at), "at_version": rows.at_version}
        narrowed = {"reading": at.reading, "kind": kind, "subject": subject, "party": party}
        yield _Answer(rows, STATE, said(question, **narrowed))


def _duties(tracker: Tracker, asked: Mapping[str, Any], typed: _Typed) -> _Answer:
    from tracker.app.tables import Rows
    from tracker.cli.rates import asked_steps
    from tracker.exports.duties import step_rows
    from tracker.exports.tables import DUTIES, cells_of, said

    _, known_by, at_version, recorded_by, reading = typed
    goods = {name: asked.get(name) for name in ("into", "from", "product", "base")}
    first, at, steps = asked_steps(
        tracker,
        asked["history"],
        goods,
        asked.get("given"),
        (known_by, at_version, recorded_by, reading),
    )
    rows = list(step_rows(steps))
    about = ("into", "origin", "product", "base", "given", "known_by", "reading")
    question = {"history": f"{first}..{at.day}"} | {name: rows[0][name] or None for name in about}
    version = rows[0]["at_version"]
    return _Answer(
        Rows(cells_of(rows, DUTIES.names), version, len(rows)),
        DUTIES,
        said({"known_by": None, "at_version": version}, **question),
    )
