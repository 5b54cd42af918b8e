"""Rates: rate, refunds, givens."""

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import options
from tracker.cli.options import Format, open_tracker
from tracker.errors import BadCommand, NotFound, TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.app import Tracker
    from tracker.domain.dates import AsOf
    from tracker.domain.duties import Duty
    from tracker.domain.duty_steps import Step
    from tracker.domain.questions import Question

Into = Annotated[str | None, typer.Option("--into", metavar="PARTY", help="Imported into.")]
Origin = Annotated[str | None, typer.Option("--from", metavar="PARTY", help="Country of origin.")]
Product = Annotated[
    str | None,
    typer.Option("--product", metavar="CODE", help="Tariff code, or '*': a good on no list."),
]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day of entry; today.")]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="PERCENT", help="The ordinary duty after preference."),
]
Given = Annotated[
    list[str] | None,
    typer.Option("--given", metavar="KEY=VALUE", help="What is shown of the goods; may repeat."),
]


def rate(
    into: Into = None,
    origin: Origin = None,
    product: Product = None,
    on: On = None,
    base: Base = None,
    given: Given = None,
    history: Annotated[
        str | None,
        typer.Option("--history", metavar="A..B", help="Every change between two days."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Answer a file of questions (JSONL, CSV)."),
    ] = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Say what goods pay on entry on a day, as known on a day, and why.

    \b
    tracker rate --into US --from JP --product 8703.23 --on 2025-08-20 --known-by 2025-10-01
    tracker rate --into US --from CA --product 8703.23 --on 2025-05-10 --given claim=usmca
    tracker rate --into US --from DE --product 8703.23 --history 2025-01-01..2026-06-30
    tracker rate --file entries.jsonl
    """
    tracker = open_tracker(db)
    if file is not None:
        if into or origin or product or on or history or base or given:
            raise BadCommand("--file holds the questions: leave out what they say themselves")
        if format == Format.csv:
            raise BadCommand("--file is answered in JSON lines: leave out --format csv")
        _rate_file(tracker, file, known_by, at_version, recorded_by, reading)
        return
    if on is not None and history is not None:
        raise BadCommand("--on is one day and --history a span: give one of them")
    goods = {"into": into, "from": origin, "product": product, "base": base}
    known = (known_by, at_version, recorded_by, reading)
    if history is not None:
        _show_steps(*asked_steps(tracker, history, goods, given, known)[1:], format)
        return
    at = options.coordinate(tracker, on, *known, day_option="--on")
    entry = _asked(tracker, at, goods | {"on": at.day, "given": _givens(given)}).entry
    _show(tracker.rate(at, entry), format)


def asked_steps(
    tracker: "Tracker",
    history: str,
    goods: "Mapping[str, str | None]",
    given: list[str] | None,
    known: tuple[str | None, int | None, str | None, str | None],
) -> "tuple[date, AsOf, list[Step]]":
    """The first day that was typed, the coordinate of the last, and every change between them.

    Args:
        goods: ``into``, ``from``, ``product`` and ``base``, as they were typed.
        known: what was typed for --known-by, --at-version, --recorded-by and --reading.
    """
    first, last = _span(tracker, history)
    at = options.coordinate(tracker, str(last), *known, day_option="--on")
    entry = _asked(tracker, at, {**goods, "on": at.day, "given": _givens(given)}).entry
    return first, at, tracker.rate_steps(at, entry, first)


def _asked(tracker: "Tracker", at: "AsOf", raw: "Mapping[str, Any]") -> "Question":
    """The question that was typed."""
    from tracker.domain.givens import BadGiven
    from tracker.domain.parties import AmbiguousParty
    from tracker.domain.products import UnknownProduct
    from tracker.domain.questions import BadQuestion

    for name in ("into", "from", "product"):
        if not raw.get(name):
            raise BadCommand(f"--{name} is missing: give --into, --from and --product")
    try:
        return tracker.question(at, raw)
    except (BadQuestion, UnknownProduct, BadGiven, AmbiguousParty) as error:
        raise BadCommand(str(error)) from None


def _givens(given: list[str] | None) -> "dict[str, Any]":
    found: dict[str, Any] = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise BadCommand(f"--given {each}: write it as KEY=VALUE, such as loaded=2025-04-09")
        name = name.strip()
        if name in found and name != "claim":
            raise BadCommand(f"--given {name} is said twice: {found[name]} and {value}")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _span(tracker: "Tracker", text: str) -> tuple[date, date]:
    from tracker.domain.dates import FIRST, LAST, read_period
    from tracker.errors import BadDay

    try:
        period = read_period(text, today=tracker.today())
    except BadDay as error:
        raise BadCommand(f"--history: {error}") from None
    if period.first == FIRST or period.last == LAST:
        raise BadCommand(f"--history {text}: give both days, such as 2025-01-01..2026-06-30")
    return period.first, period.last


def _rate_file(
    tracker: "Tracker",
    file: Path,
    known_by: str | None,
    at_version: int | None,
    recorded_by: str | None,
    reading: str | None,
) -> None:
    from itertools import tee

    from tracker.cli import output
    from tracker.domain import bounds
    from tracker.exports.duties import of_duty
    from tracker.imports import questions

    known = options.asked_day(tracker, known_by, "--known-by", echo=True)
    at = tracker.as_of(
        known_by=known.last if known else None,
        at_version=options.version(tracker, at_version, recorded_by),
        reading=reading,
    )
    bad = 0
    with _opened(file) as lines:
        asked, read = tee(questions.read(bounds.lines(lines.readline)))
        answers = tracker.rates(at, (raw for _, raw in read))
        for (number, raw), answer in zip(asked, answers, strict=True):
            named = {"id": None if isinstance(raw, TrackerError) else raw.get("id")}
            if isinstance(answer, TrackerError):
                bad += 1
                options.note(f"{file}:{number}: {answer}")
                shape = {"error": {"code": answer.code, "message": str(answer)}}
            else:
                shape = of_duty(answer)
            output.write_exactly(output.as_json(named | shape) + "\n")
    if bad:
        options.note(f"{bad} of the questions could not be answered")
        raise typer.Exit(1)


def _opened(file: Path) -> Any:
    if str(file) == "-":
        return sys.stdin.buffer
    try:
        return file.open("rb")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from None


COMPONENT = (
    *("measure", "line", "basis", "rate", "share", "points"),
    *("standing", "heading", "event"),
)


CHANGE = ("given", "value", "with", "total", "additional", "measure")


def _show(found: "Duty", format: Format) -> None:
    from tracker.cli import output
    from tracker.exports.duties import charged, number, of_duty

    shape = of_duty(found)
    if format != Format.table:
        head = _row_of(shape)
        rows = [head | each for each in shape["components"] or [{}]]
        output.show(
            format,
            shape=shape,
            csv_rows=rows,
            csv_columns=(*head, *COMPONENT, "source"),
        )
        return
    entry = shape["entry"]
    output.write(
        f"{entry['from']} → {entry['into']}, {entry['product']}, entry on {entry['on']}"
        f"{''.join(f', {name} {value}' for name, value in entry['given'].items())}\n\n"
    )
    output.table(shape["components"], COMPONENT)
    total = number(found.total)
    if total is not None:
        mark = " (not settled, see below)" if found.unsettled else ""
        output.write(f"\ntotal {total} % = {charged(found)}{mark}\n")
    elif found.additional is not None:
        output.write(f"\ntotal not known; additional duties {number(found.additional)} %\n")
    else:
        output.write("\ntotal not known\n")
    if not found.covered:
        output.write(f"not covered: {_covers(shape['covers'])}\n")
    for each in found.components:
        if each.standing not in ("undisputed", "contested"):
            output.write(f"{each.measure} is {each.standing} for this day\n")
    for each in found.specific:
        output.write(f"and {each.text} ({each.measure})\n")
    more: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("forbidden", "prohibited", ("measure", "line", "bears", "event")),
        ("not settled", "unsettled", ("measure", "line", "why")),
        ("would change it", "would_change", CHANGE),
        ("not applied", "not_applied", ("measure", "code", "why", "event")),
    )
    # A program reads of every measure that was looked at; a person would miss those that matter.
    elsewhere = [each for each in shape["not_applied"] if each["code"] == "no-line"]
    shape["not_applied"] = [each for each in shape["not_applied"] if each not in elsewhere]
    for each in shape["would_change"]:
        each["with"] = ", ".join(f"{name}={value}" for name, value in each.get("with", {}).items())
    for title, name, shown in more:
        if shape[name]:
            output.write(f"\n{title}\n")
            output.table(shape[name], shown)
    if elsewhere:
        output.write(f"\n{len(elsewhere)} more measures have no line for these goods\n")


def _row_of(shape: "Mapping[str, Any]") -> "dict[str, Any]":
    return {
        "into": shape["entry"]["into"],
        "from": shape["entry"]["from"],
        "product": shape["entry"]["product"],
        "on": shape["entry"]["on"],
        "known_by": shape["as_of"]["known_by"],
        "total": shape["total"],
        "additional": shape["additional"],
        "covered": shape["covered"],
        "settled": shape["settled"],
        "unsettled": "; ".join(each["why"] for each in shape["unsettled"]),
        "forbidden_by": " ".join(each["measure"] for each in shape["prohibited"]),
    }


def _covers(covers: "Mapping[str, str | None] | None") -> str:
    if covers is None:
        return "the catalogue does not say which days it covers for this importer"
    if covers["until"] is None:
        return f"the catalogue covers entries from {covers['from']} on"
    last = date.fromisoformat(covers["until"]) - timedelta(days=1)
    return f"the catalogue covers entries from {covers['from']} to {last}"


def _show_steps(at: "AsOf", found: "list[Step]", format: Format) -> None:
    from tracker.cli import output
    from tracker.exports import tables, words
    from tracker.exports.duties import STEP_COLUMNS, of_steps, step_rows, unsettled_rows

    last = replace(at, at_version=found[-1].duty.as_of.at_version)
    output.show(
        format,
        shape=of_steps(last, found) if format == Format.json else None,
        rows=step_rows(found),
        columns=STEP_COLUMNS,
        csv_columns=tables.DUTIES.names,
    )
    if format == Format.table:
        picture = words.stairs([(step.day, step.duty.total) for step in found], last.day)
        if picture:
            output.write("\n" + "\n".join(picture) + "\n")
        if not all(step.duty.covered for step in found):
            from tracker.exports.duties import of_duty

            output.write(f"not covered in part: {_covers(of_duty(found[-1].duty)['covers'])}\n")
        if left_open := list(unsettled_rows(found)):
            output.write("\nnot settled, and not in the totals\n")
            output.table(left_open, ("from", "measure", "line", "why"))


def refunds(
    into: Into = None,
    origin: Origin = None,
    product: Product = None,
    on: On = None,
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="AMOUNT", help="Customs value of the goods."),
    ] = None,
    base: Base = None,
    given: Given = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Compare what was known on the day of entry with what is known now: what is owed, and why.

    \b
    tracker refunds --into US --from DE --product 8703.23 --value 40000 --on 2025-08-15
    """
    from tracker.cli import output
    from tracker.domain import numbers
    from tracker.exports.duties import number, of_refund

    if value is None or on is None:
        raise BadCommand("--value and --on are needed: what was it worth, and when did it enter?")
    try:
        amount = numbers.read(value, money=True)
    except numbers.BadNumber as error:
        raise BadCommand(f"--value: {error}") from None
    tracker = open_tracker(db)
    at = options.coordinate(
        tracker, on, known_by, at_version, recorded_by, reading, day_option="--on"
    )
    if at.known_by is not None and at.known_by < at.day:
        raise BadCommand("--known-by comes before the day of entry: nothing was known later then")
    raw = {"into": into, "from": origin, "product": product, "on": at.day, "base": base}
    entry = _asked(tracker, at, raw | {"given": _givens(given)}).entry
    found = tracker.refund(at, entry, amount)
    shape = of_refund(found)
    if format != Format.table:
        columns = ("measure", "before", "after", "event")
        keys = ("value", "owed", "held_unlawful", "settled")
        head = {key: shape[key] for key in keys}
        output.show(
            format,
            shape=shape,
            csv_rows=[head | each for each in shape["differences"] or [{}]],
            csv_columns=(*keys, *columns),
        )
        return
    output.write(
        f"customs value: {number(found.value)}\n"
        f"known on the day of entry: {_total(found.then)}\n"
        f"known {f'by {at.known_by}' if at.known_by else 'now'}: {_total(found.now)}\n\n"
    )
    beside = ""
    if found.unlawful is None or found.unlawful > 0:
        shown = number(found.unlawful) or "an amount that is not known"
        output.write(f"charged under measures held unlawful, counted apart: {shown}\n")
        beside = "beside that, "
    if found.owed is None:
        output.write("what is owed is not known: a total is not\n")
        if not found.now.covered:
            output.write(f"not covered: {_covers(shape['now']['covers'])}\n")
    elif not found.settled and not found.owed:
        known = found.then.total is not None and found.now.total is not None
        agree = "the two agree" if known else "a total is not, and the additional duties agree"
        output.write(f"what is owed is not known: {agree} as far as they are settled\n")
    elif found.owed > 0:
        output.write(f"owed to the importer: {number(found.owed)}\n")
    elif found.owed < 0:
        output.write(f"owed by the importer: {number(-found.owed)}\n")
    else:
        output.write(f"{beside}nothing is owed: the two agree\n")
    open_now = shape["now"]["unsettled"]
    for title, left_open in (
        ("not settled", open_now),
        (
            "not settled on the day of entry",
            [each for each in shape["then"]["unsettled"] if each not in open_now],
        ),
    ):
        if left_open:
            output.write(f"\n{title}\n")
            output.table(left_open, ("measure", "line", "why"))
    if shape["differences"]:
        output.write("\nwhy\n")
        output.table(shape["differences"], ("measure", "before", "after", "event"))


def _total(found: "Duty") -> str:
    from tracker.exports.duties import number

    total = number(found.total)
    return "not known" if total is None else f"{total} %"


def givens(format: options.AnyFormat = Format.table, db: options.Db = None) -> None:
    """List what may be stated of goods: in --given, in files of questions, in conditions of lines.

    \b
    tracker givens
    """
    from tracker.cli import output
    from tracker.domain.givens import GIVENS, PROGRAMMES
    from tracker.exports.shapes import of_knowledge

    tracker = open_tracker(db)
    at = tracker.placed(tracker.as_of())
    uses = sorted(tracker.tariff(at).uses)
    rows = [
        {
            "given": each.name,
            "written": " | ".join(uses if each.name == "use" else each.words) or WRITTEN[each.form],
            "meaning": each.meaning,
        }
        for each in GIVENS.values()
    ]
    output.show(
        format,
        shape={
            "as_of": of_knowledge(at),
            "givens": rows,
            "programmes": list(PROGRAMMES),
        },
        rows=rows,
        columns=("given", "written", "meaning"),
    )
    if format == Format.table:
        output.write(f"\nprogrammes: {', '.join(PROGRAMMES)}\n")


WRITTEN = {
    "claims": "usmca,9903.88.69",
    "day": "2025-04-09",
    "share": "0.4",
    "number": "2015",
    "amount": "40000.50",
    "party": "GB",
    "word": "a word",
    "party:share": "GB:0.96",
}
"""How a given of each form is written, by example."""
