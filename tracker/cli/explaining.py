"""Explaining: why, diff, history, conflicts, agenda, late."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import options
from tracker.cli.options import Format, coordinate, open_tracker
from tracker.errors import BadCommand, BadDay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tracker.app import Tracker
    from tracker.domain.dates import AsOf
    from tracker.domain.timeline import Assignment
    from tracker.domain.told import Told
    from tracker.domain.why import Why


class Late(StrEnum):
    """How events are grouped to say how late they were known."""

    kind = "kind"
    party = "party"
    source = "source"


def why(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="measure/us-232-autos")],
    part: Annotated[
        str | None, typer.Argument(metavar="[PART]", help="line/all; every part when left out.")
    ] = None,
    hindsight: Annotated[
        bool, typer.Option("--hindsight", help="Also what became known later and changes it.")
    ] = False,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Say why a part of a subject is as it is: the event, its sources, what it overrode.

    \b
    tracker why measure/us-232-autos line/all --as-of 2025-04-03
    """
    from tracker.cli import output
    from tracker.exports import shapes

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found, reasons = tracker.why(at, subject, part)
    if format == Format.json:
        output.show(format, shape=shapes.of_reasons(found, subject, reasons, hindsight=hindsight))
    elif format == Format.csv:
        rows = [row for each in reasons for row in _rows(each, hindsight=hindsight)]
        columns = ("part", "role", "value", "from", "until", "event", "reported", "source_url")
        output.show(format, rows=rows, columns=columns)
    else:
        lines = [line for each in reasons for line in _in_words(each, hindsight=hindsight)]
        lines += [
            f"{each.subject} is {each.stage} on {at.day}"
            for each in found.subjects
            if each.stage in ("ended", "expired")
        ]
        output.write("\n".join(lines or [f"nothing is said of {subject} on {at.day}"]) + "\n")


def _rows(why: "Why", *, hindsight: bool) -> list[dict[str, Any]]:
    from tracker.domain.state import without_end
    from tracker.exports import words

    found = why.reason

    def row(role: str, told: "Told", reported: "date", **said: Any) -> dict[str, Any]:
        return {
            "part": found.part,
            "role": role,
            "event": told.id,
            "reported": reported,
            "source_url": told.content["sources"][0]["url"],
            **said,
        }

    def assigned(role: str, said: "Iterable[Assignment | None]", now: bool = False) -> Any:
        events = why.now if now else why.events
        for each in filter(None, said):
            value = words.of_value(found.part, words.read(each.value))
            days = {"from": without_end(each.since), "until": without_end(each.until)}
            yield row(role, events[each.decided.event], each.known, value=value, **days)

    rows = [
        *assigned("deciding", [found.deciding]),
        *assigned("perhaps", found.perhaps),
        *assigned("overridden", found.overridden),
        *(row("on-the-way", each, each.reported) for each in why.on_the_way),
    ]
    if hindsight:
        rows += assigned("later", found.later, now=True)
        rows += (row("corrected", each, each.reported) for each in why.corrected)
        rows += assigned("hindsight", [found.hindsight], now=True)
    return rows


def _in_words(why: "Why", *, hindsight: bool) -> list[str]:
    from tracker.exports import words

    found = why.reason

    def said(each: "Assignment", events: "Mapping[str, Told]" = why.events) -> str:
        value = words.of_value(found.part, words.read(each.value))
        days = words.of_days(each.since, each.until, each.since_hour)
        told = events[each.decided.event]
        return f"{value}, {days} ({each.decided.event}: {told.content['title']})"

    lines = [f"{found.subject} {found.part}"]
    if found.deciding is None:
        lines.append("  nothing certain holds on the day")
    else:
        told = why.events[found.deciding.decided.event]
        lines.append(f"  {said(found.deciding)}")
        lines.append(f"    occurred {told.content['occurred']}, reported {told.reported}")
        lines += _sources(told)
        if found.deciding.via:
            lines.append(f"    as corrected by {found.deciding.via}")
            lines += _sources(why.events[found.deciding.via])
    lines += [f"  perhaps: {said(each)}" for each in found.perhaps]
    lines += [f"  rival: {words.of_rival(found.part, one)} ({one.event})" for one in why.rivals]
    lines += [f"  overrode: {said(each)}" for each in found.overridden]
    if found.instead:
        lines.append(f"  without it: {said(found.instead)}")
    for each in why.on_the_way:
        lines += [f"  on the way, {_speaking(each)}", *_sources(each)]
    if hindsight:
        lines += [f"  became known {each.known}: {said(each, why.now)}" for each in found.later]
        for each in why.corrected:
            lines += [f"  became known {_speaking(each)}", *_sources(each)]
        if found.changed:
            now = said(found.hindsight, why.now) if found.hindsight else "nothing certain"
            lines.append(f"  by all that is known now: {now}")
        else:
            lines.append("  nothing that became known later changes it")
    return [*lines, ""]


def _speaking(told: "Told") -> str:
    """A correction, retraction or corroboration: when it came, and what of."""
    kind = f"slip, {told.content['kind']}" if told.content.get("slip") else told.content["kind"]
    gone = f"; retracted by {told.retracted_by}" if told.retracted_by else ""
    about = f"{kind} of {told.content['of']}"
    return f"{told.reported}: {about} ({told.id}: {told.content['title']}{gone})"


def _sources(told: "Told") -> list[str]:
    named = (
        ([source.get(key) for key in ("publisher", "published", "cites")], source["url"])
        for source in told.content["sources"]
    )
    return [f"    source: {', '.join(filter(None, said))} {url}" for said, url in named]


def diff(
    first: Annotated[str | None, typer.Argument(metavar="[DAY]", help="From this day …")] = None,
    second: Annotated[str | None, typer.Argument(metavar="[DAY]", help="… to this one.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY[..DAY]", help="The day asked about, or two of them."),
    ] = None,
    known_by: Annotated[
        str | None,
        typer.Option("--known-by", metavar="DAY[..DAY]", help="The day of knowledge, or two."),
    ] = None,
    at_version: Annotated[
        str | None, typer.Option("--at-version", metavar="N[..N]", help="A version, or two.")
    ] = None,
    recorded_by: Annotated[
        str | None,
        typer.Option(
            "--recorded-by",
            metavar="INSTANT[..INSTANT]",
            help="What this log had by then, or by two instants: 2026-01-31T12:00Z, or a day.",
        ),
    ] = None,
    reading: options.Reading = None,
    subject: Annotated[str | None, typer.Option(help="One subject only.")] = None,
    restated: Annotated[
        bool, typer.Option("--restated", help="Also values that only another event says now.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, to paste.")] = False,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Say what changed between two days, two days of knowledge, or two versions.

    \b
    tracker diff 2025-04-02 2025-04-09
    tracker diff --as-of 2025-08-15 --known-by 2025-09-01..2025-10-01
    """
    from tracker.cli import output
    from tracker.domain.changes import without_restated
    from tracker.exports import markdown as marked
    from tracker.exports import shapes, words

    tracker = open_tracker(db)
    if (first is None) != (second is None):
        raise BadCommand("give two days, such as 2025-04-02 2025-04-09, or --as-of A..B")
    days = f"{first}..{second}" if first else as_of
    before, after = _coordinates(tracker, days, known_by, at_version, recorded_by, reading)
    old, new, found = tracker.diff(before, after, subject=subject)
    if not restated:
        found = without_restated(found)
    if format == Format.json:
        output.show(format, shape=shapes.of_diff(old, new, found))
        return
    rows = [row for each in found for row in words.of_changes(each)]
    columns = ("subject", "part", "what", "before", "after", "cause", "event", "by")
    if markdown:
        output.write(marked.of_changes(rows, before, after))
    else:
        output.show(format, rows=rows, columns=columns)


def _coordinates(
    tracker: "Tracker",
    days: str | None,
    known_by: str | None,
    at_version: str | None,
    recorded_by: str | None,
    reading: str | None,
) -> "tuple[AsOf, AsOf]":
    pairs = [_two(text) for text in (days, known_by, at_version, recorded_by)]
    if all(one == other for one, other in pairs):
        raise BadCommand(
            "nothing differs: give two days, --known-by A..B, --at-version M..N "
            "or --recorded-by A..B"
        )
    found = []
    for day, known, version, instant in zip(*pairs, strict=True):
        if version is not None and not version.isdigit():
            raise BadCommand(f"--at-version: {version!r} is no version: write it as 120..145")
        number = None if version is None else int(version)
        try:
            found.append(coordinate(tracker, day, known, number, instant, reading))
        except BadDay as error:
            raise BadCommand(str(error)) from None
    return found[0], found[1]


def _two(text: str | None) -> tuple[str | None, str | None]:
    if text and ".." in text:
        one, other = text.split("..", 1)
        return one or None, other or None
    return text, text


def history(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="measure/us-232-autos")],
    part: Annotated[str | None, typer.Argument(metavar="[PART]", help="One part only.")] = None,
    knowledge: Annotated[
        bool, typer.Option("--knowledge", help="Over the days of knowledge as well.")
    ] = False,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Show every value that each part of a subject has had, and will have.

    \b
    tracker history agreement/us-japan-security-treaty
    tracker history measure/us-232-autos line/all --knowledge
    """
    from tracker.cli import output
    from tracker.domain.state import without_end
    from tracker.exports import shapes, words

    tracker = open_tracker(db)
    at = coordinate(tracker, None, known_by, at_version, recorded_by, reading)
    at, found = tracker.history(at, subject, part, knowledge=knowledge)
    if format == Format.json:
        placed = shapes.of_coordinate(at)
        output.show(
            format,
            shape={"as_of": placed, "subject": subject, "facts": shapes.of_rectangles(found)},
        )
        return
    known = ("known", "known_until") if knowledge else ()
    output.show(
        format,
        rows=(
            {
                "part": fact.part,
                "from": fact.since_hour or without_end(fact.since),
                "until": fact.until_hour or without_end(fact.until),
                "known": fact.known,
                "known_until": without_end(fact.known_until),
                "value": words.of_value(fact.part, shapes.held_value(fact))
                + ("" if fact.certain else " (perhaps)"),
                "event": fact.event,
            }
            for fact in found
        ),
        columns=("part", "from", "until", *known, "value", "event"),
    )
    if format == Format.table and not knowledge:
        output.write("\n" + "\n".join(words.strips(found, tracker.today())) + "\n")


def conflicts(
    subject: Annotated[str | None, typer.Option(help="About this subject only.")] = None,
    party: options.Acting = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List where sources disagree: what each side says, and its sources.

    \b
    tracker conflicts --subject measure/us-232-autos
    """
    from tracker.cli import output
    from tracker.cli.questions import of_effect, party_code
    from tracker.domain.told import Filter
    from tracker.exports import shapes

    tracker = open_tracker(db)
    at = options.knowledge(tracker, known_by, at_version, recorded_by)
    wanted = Filter(
        subject=subject,
        party=party_code(party),
        known_by=at.known_by,
        at_version=at.at_version,
    )
    found = tracker.conflicts(wanted)
    if format == Format.json:
        shape = [
            {"event": shapes.of_told(told), "rivals": [shapes.of_told(each) for each in rivals]}
            for told, rivals in found
        ]
        output.show(format, shape={"as_of": shapes.of_knowledge(at), "conflicts": shape})
        return
    output.show(
        format,
        rows=(
            {
                "event": told.id,
                "says": each.content["title"],
                "said_by": each.id,
                "source": each.content["sources"][0].get("publisher"),
                "source_url": each.content["sources"][0]["url"],
                "effects": "; ".join(map(of_effect, each.content.get("effects", ()))),
                "source_urls": " | ".join(source["url"] for source in each.content["sources"]),
            }
            for told, rivals in found
            for each in (told, *rivals)
        ),
        columns=("event", "says", "said_by", "source", "source_url", "effects", "source_urls"),
    )


def agenda(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From this day on; today.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to this day; 60 days on.")
    ] = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List what is coming: effective dates, ends, meetings, deadlines, as then known.

    \b
    tracker agenda --from 2025-04-01 --to 2025-05-31 --known-by 2025-04-01
    """
    from datetime import timedelta

    from tracker.cli import output
    from tracker.exports import shapes, words

    tracker = open_tracker(db)
    since, until = options.asked_span(tracker, first, last)
    since = since or tracker.today()
    until = until or since + timedelta(days=60)
    if until < since:
        raise BadCommand(f"--to {until} comes before {since}: give --from too")
    at = coordinate(tracker, since.isoformat(), known_by, at_version, recorded_by, reading)
    found, items = tracker.agenda(at, since, until)
    output.show(
        format,
        shape=shapes.of_agenda(found, since, until, items),
        rows=(
            {
                "day": item.day if item.certain else f"{item.day} (perhaps)",
                "what": item.what,
                "subject": item.subject,
                "part": item.part,
                "value": words.of_value(item.part, item.value)
                if item.what in ("effective", "ends")
                else item.value,
                "event": item.event,
            }
            for item in items
        ),
        columns=("day", "what", "subject", "part", "value", "event"),
    )


def late(
    by: Annotated[Late, typer.Option(help="How to group.")] = Late.kind,
    first: options.OccurredFrom = None,
    last: options.OccurredTo = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Say how late things were known: in days after they occurred and took effect.

    \b
    tracker late --by source --from 2025
    """
    from tracker.cli import output
    from tracker.domain.told import Filter
    from tracker.exports import shapes

    tracker = open_tracker(db)
    since, until = options.asked_span(tracker, first, last)
    at = options.knowledge(tracker, known_by, at_version, recorded_by)
    wanted = Filter(
        first=since,
        last=until,
        known_by=at.known_by,
        at_version=at.at_version,
    )
    rows = [shapes.of_lateness(each) for each in tracker.late(wanted, by.value)]
    options.note("medians and longest, in days; below zero: known before")
    output.show(
        format,
        shape={"as_of": shapes.of_knowledge(at), "late": rows},
        rows=rows,
        columns=shapes.LATENESS,
    )
