"""Listings: agreements, talks, meetings, commitments, claims, matrix, network."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import options
from tracker.cli.files import Force, Output, write_file
from tracker.cli.options import Format, coordinate, open_tracker
from tracker.cli.questions import party_code
from tracker.errors import BadCommand

if TYPE_CHECKING:
    from tracker.domain.dates import AsOf
    from tracker.domain.state import State, SubjectState

First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day on.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Up to this day.")]


class Graph(StrEnum):
    """How a network is written."""

    dot = "dot"
    graphml = "graphml"
    json = "json"


def agreements(
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="PARTY PARTY", help="Both are parties to it, at whatever stage."),
    ] = None,
    form: Annotated[
        str | None, typer.Option(help="defence-pact, free-trade-area, bloc, dialogue, …")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="signed, in-force, suspended, …")] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List agreements, each with its stage and its parties.

    \b
    tracker agreements --between JP KR --as-of 2022-02-01
    tracker agreements --form defence-pact --stage in-force
    """
    from tracker.cli import output
    from tracker.exports import shapes

    tracker = open_tracker(db)
    _one_of("--form", form, "Form")
    _one_of("--stage", stage, "Stage", "PartyStage")
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    two = _two(between, at) if between else None
    found, listed = tracker.agreements(at, between=two, form=form, stage=stage)
    output.show(
        format,
        shape=shapes.of_agreements(found, listed),
        rows=(
            {
                "agreement": each.agreement.subject,
                "form": each.agreement.value("form"),
                "stage": each.agreement.stage,
                "between": " through ".join(filter(None, [each.between, "+".join(each.through)])),
                "parties": " ".join(
                    code if held.value == each.agreement.stage else f"{code}:{held.value}"
                    for code, held in sorted(each.agreement.under("party").items())
                    if held.value is not None
                ),
                "title": each.agreement.title,
            }
            for each in listed
        ),
        columns=("agreement", "form", "stage", *(["between"] if two else []), "parties", "title"),
    )


def _two(between: tuple[str, str], at: "AsOf") -> tuple[str, str]:
    one, other = (str(party_code(each, at.day)) for each in between)
    if one == other:
        raise BadCommand(f"--between {one} {other}: name two parties")
    return one, other


def _one_of(option: str, word: str | None, *names: str, module: str = "agreements") -> None:
    """Refuse a word that is none of those that a part may have."""
    if word is None:
        return
    from difflib import get_close_matches
    from importlib import import_module
    from typing import get_args

    found = import_module(f"tracker.domain.{module}")
    words = sorted({each for name in names for each in get_args(getattr(found, name))})
    if word not in words:
        close = get_close_matches(word, words, n=1)
        meant = f": did you mean {close[0]}?" if close else ":"
        raise BadCommand(f"{option} {word} is none of these{meant} {', '.join(words)}")


def talks(
    party: Annotated[str | None, typer.Option(help="One of the participants.")] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List talks, and how far each has got.

    \b
    tracker talks --party JP --as-of 2025-07-21
    """
    tracker = open_tracker(db)
    code = party_code(party)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found = tracker.state(at, kind="talks")
    _listing(
        found,
        "talks",
        [each for each in found.subjects if code in (None, *(each.value("participants") or ()))],
        format,
        {
            "talks": lambda each: each.subject,
            "stage": lambda each: each.stage,
            "participants": lambda each: " ".join(each.value("participants") or ()),
            "about": lambda each: each.value("about"),
            "since": lambda each: each.parts["stage"].since if "stage" in each.parts else None,
            "title": lambda each: each.title,
        },
    )


def meetings(
    first: First = None,
    last: Last = None,
    party: Annotated[str | None, typer.Option(help="One of the participants.")] = None,
    of: Annotated[str | None, typer.Option(metavar="SUBJECT", help="A meeting of this.")] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List meetings by their day: planned, held, put off, cancelled.

    \b
    tracker meetings --from 2025-04 --to 2025-06 --party JP
    """
    from tracker.domain.state import schedule_of

    tracker = open_tracker(db)
    code = party_code(party)
    since, until = options.asked_span(tracker, first, last)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found = tracker.state(at, kind="meeting")
    listed = []
    for each in found.subjects:
        days = schedule_of(each)
        if (
            (since is None or (days and days[1] > since))
            and (until is None or (days and days[0] <= until))
            and code in (None, *(each.value("participants") or ()))
            and of in (None, each.value("of"))
        ):
            listed.append((str(days[0]) if days else "", each.subject, each))
    _listing(
        found,
        "meetings",
        [each for _, _, each in sorted(listed, key=lambda row: row[:2])],
        format,
        {
            "first": lambda each: (each.value("schedule") or {}).get("start"),
            "last": _last_day,
            "standing": lambda each: each.stage,
            "meeting": lambda each: each.subject,
            "place": lambda each: each.value("place"),
            "participants": lambda each: " ".join(each.value("participants") or ()),
            "title": lambda each: each.title,
        },
    )


def _last_day(meeting: "SubjectState") -> str | None:
    """The last day of a meeting of several, or the hour at which it is over."""
    from datetime import timedelta

    from tracker.domain.state import schedule_of

    schedule, days = meeting.value("schedule") or {}, schedule_of(meeting)
    if not schedule.get("end") or days is None:
        return None
    return schedule["end"] if "T" in schedule["end"] else str(days[1] - timedelta(days=1))


def commitments(
    open_: Annotated[bool, typer.Option("--open", help="Neither met, missed nor dropped.")] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Open, and its day has passed in silence.")
    ] = False,
    party: Annotated[str | None, typer.Option(help="By or to this party.")] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List what parties have said they will do, and what came of it.

    \b
    tracker commitments --open --as-of 2026-01-01
    """
    from tracker.domain.state import is_open, is_overdue

    tracker = open_tracker(db)
    code = party_code(party)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found = tracker.state(at, kind="commitment")
    listed = [
        each
        for each in found.subjects
        if (not open_ or is_open(each))
        and (not overdue or is_overdue(each, at.day))
        and code in (None, each.value("by"), *(each.value("to") or ()))
    ]
    from tracker.exports import words

    _listing(
        found,
        "commitments",
        listed,
        format,
        {
            "commitment": lambda each: each.subject,
            "standing": lambda each: (
                f"{each.stage} (overdue)" if is_overdue(each, at.day) else each.stage
            ),
            "by": lambda each: each.value("by"),
            "to": lambda each: " ".join(each.value("to") or ()),
            "amount": lambda each: words.of_amount(each.value("amount")),
            "due": lambda each: each.value("due"),
            "progress": lambda each: "; ".join(
                held.value["text"] for _, held in sorted(each.under("progress").items())
            ),
            "title": lambda each: each.title,
        },
    )


def claims(
    standing: Annotated[
        str | None, typer.Option(help="made, disputed, denied, confirmed, withdrawn")
    ] = None,
    party: Annotated[str | None, typer.Option(help="A party that took a position.")] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List what one side says, and what the others say of it.

    \b
    tracker claims --standing denied --as-of 2025-04-01
    """
    from tracker.exports import words

    tracker = open_tracker(db)
    _one_of("--standing", standing, "Standing", module="claims")
    code = party_code(party)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found = tracker.state(at, kind="claim")
    listed = [
        each
        for each in found.subjects
        if standing in (None, each.stage) and code in (None, *each.under("position"))
    ]
    _listing(
        found,
        "claims",
        listed,
        format,
        {
            "claim": lambda each: each.subject,
            "standing": lambda each: each.stage,
            "by": lambda each: words.of_value("by", each.value("by")),
            "positions": lambda each: " ".join(
                f"{name}:{held.value['position']}"
                for name, held in sorted(each.under("position").items())
            ),
            "title": lambda each: each.title,
        },
    )


def _listing(
    found: "State",
    name: str,
    listed: "Iterable[SubjectState]",
    format: Format,
    columns: dict[str, Any],
) -> None:
    from tracker.cli import output
    from tracker.exports import shapes

    listed = list(listed)
    output.show(
        format,
        shape=shapes.of_subjects(found, name, listed),
        rows=({column: cell(each) for column, cell in columns.items()} for each in listed),
        columns=tuple(columns),
    )


def matrix(
    parties: Annotated[str, typer.Option(metavar="A,B,…", help="Parties, apart by commas.")],
    form: Annotated[
        str | None, typer.Option(metavar="FORM,…", help="Of these forms only: defence-pact, …")
    ] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Show who is tied to whom by what.

    \b
    tracker matrix --parties US,JP,KR,CN --as-of 2022-02-01
    """
    from tracker.cli import output
    from tracker.exports import shapes

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    codes = _codes(parties, at)
    if len(codes) < 2:
        raise BadCommand(f"--parties {parties}: name two parties or more, apart by commas")
    found, ties = tracker.ties(at, parties=codes, forms=form.split(",") if form else None)
    cells: dict[tuple[str, str], list[str]] = {}
    for tie in ties:
        name = tie.agreement.subject.split("/")[1]
        shown = name if tie.stage == "in-force" else f"{name} ({tie.stage})"
        shown += f" through {'+'.join(tie.through)}" if tie.through else ""
        cells.setdefault((tie.one, tie.other), []).append(shown)
        cells.setdefault((tie.other, tie.one), []).append(shown)
    output.show(
        format,
        shape=shapes.of_ties(found, codes, ties),
        rows=(
            {"": one} | {other: ", ".join(cells.get((one, other), ())) for other in codes}
            for one in codes
        ),
        columns=("", *codes),
    )


def network(
    graph: Annotated[Graph, typer.Option("--format", help="How to write it.")] = Graph.json,
    parties: Annotated[
        str | None, typer.Option(metavar="A,B,…", help="Only these; everybody when left out.")
    ] = None,
    form: Annotated[
        str | None, typer.Option(metavar="FORM,…", help="Of these forms only: defence-pact, …")
    ] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write the graph of a day: parties as nodes, an edge for each agreement between two.

    \b
    tracker network --format graphml --form defence-pact --as-of 2025-01-01
    """
    from tracker.domain.parties import party as found_party
    from tracker.exports import network as networks

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found, ties = tracker.ties(
        at,
        parties=_codes(parties, at) if parties else None,
        forms=form.split(",") if form else None,
    )
    codes = {code for tie in ties for code in (tie.one, tie.other)} | set(
        _codes(parties, at) if parties else ()
    )
    names = {code: known.name if (known := found_party(code)) else code for code in codes}
    write = {"dot": networks.dot, "graphml": networks.graphml, "json": networks.node_link}
    root = tracker.root(found.as_of.at_version or 0)
    text = write[graph.value](found.as_of, root, names, networks.of_ties(ties))
    write_file([text.encode()], output, force=force)


def _codes(text: str, at: "AsOf") -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise BadCommand("--parties is empty: name some, such as US,JP,KR")
    return list(dict.fromkeys(str(party_code(word, at.day)) for word in words))
