"""Questions: state, show, events, alliances, members, measures, parties."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import options
from tracker.cli.options import Format, coordinate, open_tracker
from tracker.domain.told import Filter
from tracker.errors import BadCommand, NotFound

if TYPE_CHECKING:
    from datetime import date

    from tracker.app import Tracker
    from tracker.domain.dates import AsOf
    from tracker.domain.parties import Party
    from tracker.domain.ties import Member
    from tracker.domain.told import Told

KINDS = ("measure", "agreement", "talks", "meeting", "commitment", "claim")
PLURALS = {"claims": "claim", "talks": "talks"} | {kind + "s": kind for kind in KINDS}


def state(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUBJECT|KIND]",
            help="measure/us-232-autos, or one of: " + ", ".join(KINDS) + ".",
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Of this subject only.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of this kind of subject only.")] = None,
    party: options.HasPart = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Show what holds on a day, going by what had been reported by another.

    \b
    tracker state --as-of 2025-04-05 --known-by 2025-03-25
    tracker state measure --as-of 2025-Q2 --format json
    tracker state agreement/rcep --as-of 2022-01-01
    tracker state --party KR --kind measure --as-of 2025-11-10
    """
    from tracker.cli import output
    from tracker.exports import shapes, tables, words

    tracker = open_tracker(db)
    if what is not None:
        if subject is not None or kind is not None:
            raise BadCommand(f"{what} says already what is asked about: leave out the option")
        subject, kind = (what, None) if "/" in what else (None, what)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    if kind is not None and kind not in (*KINDS, *PLURALS):
        subjects = _subjects_called(tracker, at, kind)
        if subjects:
            raise BadCommand(f"{kind} is no kind, but a subject: {', '.join(subjects)}")
    kind = kind_of(kind)
    found = tracker.state(at, kind=kind, subject=subject, party=party_code(party, at.day))
    listed = found.subjects
    if subject is None and kind is None and format == Format.table:
        listed = tuple(each for each in listed if not each.is_over(at.day))
    output.show(
        format,
        shape=shapes.of_state(found) if format == Format.json else None,
        rows=(
            {
                "subject": each.subject,
                "stage": each.stage or "",
                "what": words.of_subject(each, at.day),
                "title": each.title,
            }
            for each in sorted(listed, key=lambda each: KINDS.index(each.kind))
        ),
        columns=("subject", "stage", "what", "title"),
        csv_rows=tables.state_rows(found),
        csv_columns=tables.STATE.names,
    )
    if over := len(found.subjects) - len(listed):
        options.note(f"{over} more are over (meetings held, measures ended): name a kind, or json")


def _subjects_called(tracker: "Tracker", at: "AsOf", name: str) -> list[str]:
    """The subjects that are called *name* without their kind, whatever the day."""
    found = []
    for kind in KINDS:
        with suppress(NotFound):
            tracker.show(at, f"{kind}/{name}")
            found.append(f"{kind}/{name}")
    return found


def kind_of(text: str | None) -> str | None:
    """The kind of subject that was typed, in the singular or the plural.

    Raises:
        BadCommand: there is no such kind.
    """
    kind = PLURALS.get(text, text) if text else None
    if kind is not None and kind not in KINDS:
        raise BadCommand(
            f"{kind} is neither a subject (such as measure/us-232-autos) nor a kind: "
            + ", ".join(KINDS)
        )
    return kind


def show(
    what: Annotated[str, typer.Argument(metavar="ID", help="An event, or a subject.")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Show one event with its sources, or one subject with its timeline.

    \b
    tracker show 2025-03-26-us-232-autos-proclaimed
    tracker show claim/cjk-joint-response --as-of 2025-03-31
    """
    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    if "/" in what:
        _show_subject(tracker, what, at, format)
    else:
        _show_event(tracker, what, at, format)


def _show_subject(tracker: Any, subject: str, at: "AsOf", format: Format) -> None:
    from tracker.cli import output
    from tracker.exports import shapes, tables, words

    found, timeline = tracker.show(at, subject)
    here = next(iter((*found.subjects, *found.absent)), None)
    if format == Format.json:
        shape = shapes.of_state(found) | {
            "subject": subject,
            "timeline": shapes.of_facts(timeline),
        }
        output.show(format, shape=shape)
        return
    if format == Format.csv:
        output.show(format, csv_rows=tables.state_rows(found), csv_columns=tables.STATE.names)
        return
    if not found.subjects:
        output.write(f"{subject} is not there on {at.day}\n")
    else:
        output.write(f"{found.subjects[0].title}\n")
        output.write(f"{subject}: {found.subjects[0].stage or 'there'}\n\n")
    if here is not None:
        output.table(
            [
                {
                    "part": part,
                    "holds": _certainty(held, due),
                    "value": words.of_value(part, held.value),
                    "days": words.of_days(held.since, held.until, held.since_hour),
                    "event": held.event,
                    "rivals": " ".join(rival.event for rival in held.rivals),
                }
                for parts, due in ((here.parts, False), (here.due(at.day), True))
                for part, held in sorted(parts.items())
                if found.subjects or held.rivals
            ]
            + [
                {
                    "part": part,
                    "holds": "disputed",
                    "value": words.of_value(part, None),
                    "rivals": " ".join(rival.event for rival in rivals),
                }
                for part, rivals in sorted(here.disputed.items())
            ],
            ("part", "holds", "value", "days", "event", "rivals"),
        )
    output.write(f"\nTimeline, as known by {at.known_by or 'today'}\n")
    output.table(
        (
            {
                "part": fact.part,
                "days": words.of_days(fact.since, fact.until, fact.since_hour),
                "value": words.of_value(fact.part, shapes.held_value(fact)),
                "event": fact.event,
            }
            for fact in timeline
        ),
        ("part", "days", "value", "event"),
    )


def _certainty(held: Any, due: bool) -> str:
    if due:
        return "next"
    return "now" if held.certain else "perhaps"


def _show_event(tracker: Any, event_id: str, at: "AsOf", format: Format) -> None:
    from tracker.cli import output
    from tracker.exports import shapes, tables

    at = tracker.placed(at)
    told = tracker.event(event_id, at)
    if format == Format.json:
        output.show(format, shape={"as_of": shapes.of_coordinate(at), **shapes.of_told(told)})
    elif format == Format.csv:
        output.show(format, csv_rows=tables.event_rows([told]), csv_columns=tables.EVENTS.names)
    else:
        output.write("\n".join(_lines_of(told)) + "\n")


def _lines_of(told: "Told") -> list[str]:
    content = told.content
    lines = [content["title"], told.id, ""]
    labelled = [
        ("kind", content["kind"]),
        ("occurred", content["occurred"]),
        ("reported", told.reported),
        ("recorded", f"{told.recorded} (version {told.version})"),
        ("place", content.get("place")),
        ("actors", ", ".join(_actor(actor) for actor in content.get("actors", ()))),
        ("summary", content.get("summary")),
        ("tags", ", ".join(content.get("tags", ()))),
        ("speaks of", content.get("of")),
        ("against", content.get("against")),
        ("corrected by", told.corrected_by),
        ("retracted by", told.retracted_by),
        ("more sources", ", ".join(told.corroborated_by)),
        ("rivals", ", ".join(told.rivals)),
    ]
    lines += [f"{label:13}{_plain(value)}" for label, value in labelled if value]
    for figure in content.get("figures", ()):
        period = f" ({figure['period']})" if figure.get("period") else ""
        lines.append(f"{'figure':13}{figure['name']}: {figure['value']} {figure['unit']}{period}")
    content = content.get("content", content)
    lines += [f"{'effect':13}{of_effect(effect)}" for effect in content.get("effects", ())]
    for source in told.content["sources"]:
        said = [source.get(key) for key in ("title", "publisher", "published", "cites")]
        lines.append(f"{'source':13}{', '.join(filter(None, said))}")
        lines.append(f"{'':13}{source['url']}")
    return lines


def of_effect(effect: dict[str, Any]) -> str:
    """What one effect of an event says, in one line."""
    rest = ", ".join(
        f"{key} {_plain(value)}" for key, value in effect.items() if key not in ("kind", "subject")
    )
    return f"{effect['kind']} {effect['subject']}: {rest}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_plain(each)}" for key, each in value.items())
    return " ".join(str(value).split())


def _actor(actor: dict[str, str]) -> str:
    name = ", ".join(filter(None, (actor.get("person"), actor.get("role"), actor.get("body"))))
    party = actor.get("party")
    return f"{name} ({party})" if name and party else name or party or ""


EventKind = Annotated[str | None, typer.Option(help="proclamation, meeting, statement, …")]
Subject = Annotated[str | None, typer.Option(help="What its effects are about.")]
Tag = Annotated[str | None, typer.Option(help="A tag.")]


def events(
    party: options.Acting = None,
    kind: EventKind = None,
    subject: Subject = None,
    tag: Tag = None,
    first: options.OccurredFrom = None,
    last: options.OccurredTo = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="WORDS", help="Has all these words.")
    ] = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List events, by the day they occurred.

    \b
    tracker events --party JP --from 2025-03 --to 2025-04
    tracker events --subject measure/us-232-autos --format json
    """
    tracker = open_tracker(db)
    at = options.knowledge(tracker, known_by, at_version, recorded_by)
    wanted = _wanted(tracker, at, subject, party, kind, tag, first, last)
    _list(tracker.events(wanted, words=text), at, format)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All of them must be there.")],
    party: options.Acting = None,
    kind: EventKind = None,
    subject: Subject = None,
    tag: Tag = None,
    first: options.OccurredFrom = None,
    last: options.OccurredTo = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Find events by words: of titles, summaries, actors, figures and sources, the likeliest first.

    \b
    tracker search joint response --party KR
    tracker search Akazawa --from 2025-07 --known-by 2025-08-01
    """
    tracker = open_tracker(db)
    at = options.knowledge(tracker, known_by, at_version, recorded_by)
    wanted = _wanted(tracker, at, subject, party, kind, tag, first, last)
    _list(_noted(tracker.search(" ".join(words), wanted)), at, format)


def _noted(found: "Iterable[Told]") -> "Iterator[Told]":
    """What is *found*; where that is nothing, it is said."""
    nothing = True
    for each in found:
        nothing = False
        yield each
    if nothing:
        options.note("nothing found")


def _wanted(
    tracker: "Tracker",
    at: "AsOf",
    subject: str | None,
    party: str | None,
    kind: str | None,
    tag: str | None,
    first: str | None,
    last: str | None,
) -> Filter:
    since, until = options.asked_span(tracker, first, last)
    return Filter(
        subject=subject,
        party=party_code(party),
        kind=kind,
        tag=tag,
        first=since,
        last=until,
        known_by=at.known_by,
        at_version=at.at_version,
    )


def _list(found: "Iterable[Told]", at: "AsOf", format: Format) -> None:
    """Print events, in their order."""
    from tracker.cli import output
    from tracker.exports import shapes, tables

    if format == Format.json:
        shape = {
            "as_of": shapes.of_knowledge(at),
            "events": [shapes.of_told(each) for each in found],
        }
        output.show(format, shape=shape)
        return
    output.show(
        format,
        rows=(
            {
                "occurred": each.content["occurred"],
                "reported": each.reported,
                "kind": each.content["kind"],
                "event": each.id,
                "title": each.content["title"] + (" [retracted]" if each.retracted_by else ""),
            }
            for each in found
        ),
        columns=("occurred", "reported", "kind", "event", "title"),
        csv_rows=tables.event_rows(found) if format == Format.csv else None,
        csv_columns=tables.EVENTS.names,
    )


def party_code(text: str | None, on: "date | None" = None) -> str | None:
    """The code of the party that was typed, by code or by name; the one there was on a day."""
    if text is None:
        return None
    from tracker.domain.parties import party

    found = party(text)
    if found is None or (on is not None and not found.existed(on)):
        found = _resolved(text, on)
    return found.code


def _resolved(text: str, on: "date | None", scheme: "Scheme | None" = None) -> "Party":
    """The party that was typed.

    Raises:
        BadCommand: it could be several.
        UnknownParty: there is none.
    """
    from tracker.domain.parties import AmbiguousParty, resolve

    try:
        return resolve(text, on=on, scheme=scheme.value if scheme else None)
    except AmbiguousParty as error:
        raise BadCommand(str(error)) from None


def alliances(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="A code or a name.")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    all_pacts: Annotated[
        bool,
        typer.Option("--all-pacts", help="Also neutrality, non-aggression, entente, consultation."),
    ] = False,
    blocs: Annotated[bool, typer.Option("--blocs", help="Also blocs.")] = False,
    partner: Annotated[
        str | None, typer.Option("--with", metavar="PARTY", help="With this party only.")
    ] = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Show who is bound to come to a party's aid, by what, and since when.

    \b
    tracker alliances JP --as-of 1955-01-01
    tracker alliances "North Korea" --as-of 2024-12-04
    tracker alliances NZ --with US --as-of 1990-01-01
    """
    from tracker.cli import output
    from tracker.exports import shapes, words

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    code = str(party_code(party, at.day))
    found, bound = tracker.alliances(
        at, code, partner=party_code(partner, at.day), all_pacts=all_pacts, blocs=blocs
    )
    output.show(
        format,
        shape=shapes.of_alliances(found, code, bound) if format == Format.json else None,
        rows=(
            {
                "agreement": each.agreement.subject,
                "form": each.agreement.value("form"),
                "partner": ally.party,
                "stage": _sure(ally),
                "since": ally.since,
                "event": ally.event,
            }
            for each in bound
            for ally in each.partners
        ),
        columns=("agreement", "form", "partner", "stage", "since", "event"),
    )
    if format == Format.table:
        for each in bound:
            for name, held in sorted(each.agreement.under("obligation").items()):
                said = words.of_value(f"obligation/{name}", held.value)
                output.write(f"\n{each.agreement.subject}, {name}: {said}\n")


def _sure(member: "Member") -> str:
    return member.stage if member.certain else f"{member.stage} (perhaps)"


def members(
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="agreement/cptpp")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List the parties for which an agreement is in force, or suspended.

    \b
    tracker members agreement/cptpp --as-of 2024-12-16
    """
    from tracker.cli import output
    from tracker.exports import shapes

    tracker = open_tracker(db)
    slug = agreement if "/" in agreement else f"agreement/{agreement}"
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    found, listed, perhaps = tracker.members(at, slug)
    output.show(
        format,
        shape=shapes.of_members(found, slug, listed, perhaps),
        rows=(
            {
                "party": each.party,
                "stage": _sure(each),
                "since": each.since,
                "event": each.event,
            }
            for each in (*listed, *perhaps)
        ),
        columns=("party", "stage", "since", "event"),
    )


def measures(
    into: Annotated[
        str | None, typer.Option("--into", metavar="PARTY", help="Imposed by this party.")
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="PARTY", help="Bearing on the goods of this party."),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="CODE", help="Bearing on this code, or a part of it."),
    ] = None,
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """List the trade measures in force, announced or suspended on a day.

    With --from or --product, the lines of them that bear on the goods.

    \b
    tracker measures --into US --as-of 2025-04-05
    tracker measures --into US --from JP --product 8703.23 --as-of 2025-04-05
    """
    from tracker.cli import output
    from tracker.exports import shapes, words

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    if product is not None:
        from tracker.domain.products import UnknownProduct, read_product
        from tracker.errors import BadCommand

        try:
            product = read_product(product, at.day)
        except UnknownProduct as error:
            raise BadCommand(str(error)) from None
    found, listed, lines = tracker.measures(
        at,
        into=party_code(into, at.day),
        origin=party_code(origin, at.day),
        product=product,
    )
    shape = shapes.of_measures(found, listed, lines) if format == Format.json else None
    if origin is None and product is None:
        output.show(
            format,
            shape=shape,
            rows=(
                {
                    "measure": each.subject,
                    "stage": each.stage,
                    "imposer": each.value("imposer"),
                    "instrument": each.value("instrument"),
                    "lines": words.of_subject(each, at.day),
                    "title": each.title,
                }
                for each in listed
            ),
            columns=("measure", "stage", "imposer", "instrument", "lines", "title"),
        )
        return
    output.show(
        format,
        shape=shape,
        rows=(
            {
                "measure": each.measure.subject,
                "line": each.line,
                "stage": each.stage,
                "applies": each.applies or "",
                "bears": words.of_value(f"line/{each.line}", each.bears.value),
                "on condition": words.of_conditions(each.scope.value),
                "days": words.of_days(each.bears.since, each.bears.until, each.bears.since_hour),
                "event": each.bears.event,
            }
            for each in lines
        ),
        columns=("measure", "line", "stage", "applies", "bears", "on condition", "days", "event"),
    )


class Scheme(StrEnum):
    """Whose code a code is."""

    iso2 = "iso2"
    iso3 = "iso3"
    numeric = "numeric"
    iso_3166_3 = "iso-3166-3"
    cow = "cow"
    gw = "gw"


def parties(
    name: Annotated[str, typer.Argument(metavar="NAME|CODE", help="A name, alias or code.")],
    scheme: Annotated[
        Scheme | None,
        typer.Option(help="Whose code it is; cow: Correlates of War, gw: Gleditsch-Ward."),
    ] = None,
    as_of: options.AsOfDay = None,
    format: options.AnyFormat = Format.table,
) -> None:
    """Look up a party: its code in our log, its codes in other schemes, when it existed.

    \b
    tracker parties Kosovo
    tracker parties CS --as-of 1990-01-01
    tracker parties 732 --scheme cow --as-of 2000-01-01
    """
    from tracker.app import now
    from tracker.cli import output
    from tracker.domain.parties import codes, party

    day = options.read_day(as_of, "--as-of", now().date()) if as_of else None
    exact = party(name) if day is None and scheme is None else None
    found = exact or _resolved(name, day.last if day else None, scheme)
    row: dict[str, Any] = {
        "code": found.code,
        "name": found.name,
        "kind": found.kind,
        "since": _bound(found.since),
        "until": found.until.isoformat() if found.until else None,
        "gaps": [_span(gap) for gap in found.gaps],
        "iso3": found.iso3,
        "numeric": found.numeric,
        "iso_3166_3": found.iso_3166_3,
        "agreement": found.agreement,
        "predecessors": list(found.predecessors),
        "successors": list(found.successors),
        "codes": [
            {"scheme": each.scheme, "code": each.code, "days": [_span(span) for span in each.spans]}
            for each in codes(found.code)
        ],
        "aliases": list(found.aliases),
    }
    lines = [
        {"what": key, "value": ", ".join(value) if isinstance(value, list) else value}
        for key, value in row.items()
        if value and key not in ("codes", "iso3", "numeric", "iso_3166_3")
    ]
    lines += [
        {"what": each["scheme"], "value": " ".join([each["code"], *each["days"]])}
        for each in row["codes"]
    ]
    flat = {
        key: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in row.items()
    }
    flat["codes"] = " ".join(f"{each['scheme']}:{each['code']}" for each in row["codes"])
    output.show(
        format,
        shape={"parties": [row]},
        rows=lines,
        columns=("what", "value"),
        csv_rows=[flat],
        csv_columns=tuple(flat),
    )


def _span(days: "tuple[date, date]") -> str:
    return f"{_bound(days[0]) or ''}..{_bound(days[1]) or ''}"


def _bound(day: "date") -> str | None:
    from tracker.domain.state import without_end

    shown = without_end(day)
    return shown.isoformat() if shown else None
