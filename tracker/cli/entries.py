"""Entries: load, check, add, correct, retract, corroborate."""

import os
import re
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import options
from tracker.cli.options import note, open_tracker
from tracker.errors import BadCommand, BadDay, BadEntries, Problem, TrackerError

if TYPE_CHECKING:
    from tracker.app import Tracker
    from tracker.app.adding import Expected, Loaded
    from tracker.catalogue import Batch
    from tracker.domain.timeline import Fact

Url = Annotated[str | None, typer.Option("--url", help="Address of the source.")]
Publisher = Annotated[str | None, typer.Option("--publisher", help="Who published the source.")]
Published = Annotated[
    str | None, typer.Option("--published", metavar="DAY", help="The day the source came out.")
]
SourceTitle = Annotated[str | None, typer.Option("--source-title", help="Title of the source.")]
Cites = Annotated[str | None, typer.Option("--cites", help="The place in it that bears you out.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="When this was found; today when left out."),
]
Slip = Annotated[
    bool, typer.Option("--slip", help="It was our own slip: as if right from the first.")
]
Edit = Annotated[bool, typer.Option("--edit", help="Write it in your editor, as TOML.")]


class LoadFormat(StrEnum):
    """What a file that is loaded is written in."""

    toml = "toml"
    spells = "spells"


def say(line: str) -> None:
    """Print one line of the answer."""
    from tracker.cli import output

    output.write(line + "\n")


def load(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="TOML files or folders of them; the shipped catalogue when left out."),
    ] = None,
    format: Annotated[
        LoadFormat,
        typer.Option("--format", help="toml: entries. spells: a table; see below the example."),
    ] = LoadFormat.toml,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="For spells: what the columns are called."),
    ] = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Append the events of files that the log lacks: all of them, or none.

    \b
    tracker load
    tracker load events/us-232-autos.toml my-events.toml

    So much is read: a file in TOML up to 8 MB, a file of JSON lines of any length, a line of JSON
    up to 1 MB, an entry of up to 50000 values, a table up to 32 MB, and up to 8 MB from a pipe.

    load --format spells FILE --map MAP.toml reads a CSV or TSV file with one row for each span of
    days that a member belongs to an agreement, as datasets of alliances have them.  The map says
    what the file calls things; this one is for the member file of ATOP:

    \b
    slug = "atop-"               # subjects are called agreement/atop-3180
    scheme = "cow"               # of the members: iso2 iso3 numeric iso-3166-3 cow gw
    ends = "inclusive"           # the end is the last day in; "exclusive": the first day out
    missing = ["", "0", "-9", "NA"]  # how the file writes that there is no value
    reported = "occurred"        # or the day by which it was public: "../2018-12-31"
    [columns]
    agreement = "atopid"
    member = "member"
    start = ["yrent", "moent", "dayent"]  # or one column: start = "begin"
    end = ["yrexit", "moexit", "dayexit"]
    # title = "name"             # what the agreement is called
    # left_censored = "censored" # 1: it began on that day or before; 0: on that day
    [columns.obligations]        # columns of 1 and 0; there is also: entente
    defence = "defense"
    offence = "offense"
    neutrality = "neutral"
    non-aggression = "nonagg"
    consultation = "consul"
    [source]
    url = "http://www.atopdata.org/"
    title = "ATOP 4.01"
    [leave_out]                  # on purpose, as the file writes them; counted and said
    agreement = []
    member = []

    A day that lacks its month or day stays vague; no last day: still in force.  Spells that touch
    are one membership; duties are kept by phase.  A code is the party that had it on the first
    day; a row whose code cannot be told is refused, with all others that are wrong.
    """
    if (format == LoadFormat.spells) != (mapping is not None):
        raise BadCommand(
            "--format spells and --map go together: load --format spells FILE --map MAP"
        )
    if mapping is not None and not files:
        raise BadCommand("name the file of spells: load --format spells FILE --map MAP")
    expected = options.expected(expect)
    tracker = options.unopened_tracker(db)
    is_new = not tracker.is_there()
    if mapping is None and dry_run:
        loaded = _previewed(tracker, _given(files), expected)
    elif mapping is None:
        loaded = tracker.load(_given(files), dry_run=dry_run, expected=expected)
    else:
        loaded, table = tracker.load_spells(
            _given(files), mapping, dry_run=dry_run, expected=expected
        )
        note(f"read {table.rows} row{'' if table.rows == 1 else 's'}")
        for name, count in sorted(table.left_out.items()):
            note(f"left out on purpose: {name}, {count} row{'' if count == 1 else 's'}")
    if is_new and not dry_run:
        note(f"created {tracker.place}")
    if dry_run:
        say(f"would add {_events(loaded.added)}, {loaded.already} already there")
    else:
        say(
            f"added {_events(loaded.added)}, {loaded.already} already there; "
            f"the log is at version {loaded.version}"
        )


def _previewed(tracker: "Tracker", paths: list[Path], expected: "list[Expected]") -> "Loaded":
    """What a load would do, shown; of files of JSON lines, which may be of any length, counted."""
    from tracker import catalogue

    batch = catalogue.open_files(paths)
    if batch.streams or batch.problems or len(batch.events) > _SHOWN:
        return tracker.add(batch, dry_run=True, expected=expected)
    return _show_preview(tracker, batch, expected)


_SHOWN = 100
"""How many events a dry run shows with all that they say."""


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="TOML files or folders of them; the shipped catalogue when left out."),
    ] = None,
    db: options.Db = None,
) -> None:
    """Say everything that is wrong with files, and add nothing: load's dry run.

    \b
    tracker check my-events.toml
    """
    tracker = open_tracker(db)
    try:
        loaded = tracker.load(_given(files), dry_run=True)
    except BadEntries as error:
        if not error.unread:
            raise
        more = (
            "what entries refer to that could not be read, and whether they agree with others, was "
            "not looked at: put these right and check again"
        )
        raise BadEntries([*error.problems, Problem(more)]) from None
    say(f"nothing is wrong: {_events(loaded.added)} to add, {loaded.already} already there")


def _given(files: list[Path] | None) -> list[Path]:
    from tracker.app import shipped

    return files or [shipped("events")]


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"


def add(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[-]", help="- reads entries, in TOML or JSON lines, from stdin."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="One plain sentence.")] = None,
    occurred: Annotated[
        str | None, typer.Option(metavar="DAY", help="When it was decided, signed or held.")
    ] = None,
    reported: Annotated[
        str | None,
        typer.Option(metavar="DAY", help='When it was first public, or "occurred".'),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="statement, meeting, order, …; report.")] = None,
    url: Url = None,
    publisher: Publisher = None,
    published: Published = None,
    source_title: SourceTitle = None,
    cites: Cites = None,
    party: Annotated[
        list[str] | None, typer.Option(help="A party that acts; may be repeated.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="Where.")] = None,
    summary: Annotated[str | None, typer.Option(help="What the title does not say.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be repeated.")] = None,
    effect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TOML", help="kind = '…', subject = '…', … ; may be repeated. See schema."
        ),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="ID", help="The event that the source disagrees with.")
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--id", help="Its id; made from day and title when left out.")
    ] = None,
    order: Annotated[int | None, typer.Option(help="Among decisions of one day.")] = None,
    edit: Edit = False,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Add one event, from flags, from an editor, or many from standard input.

    \b
    tracker add --title "Ministers meet in Seoul" --occurred 2025-03-30 \\
        --url https://example.org/a --publisher "Example" --published 2025-03-31
    tracker add --edit
    tracker add - < events.toml
    """
    from tracker import catalogue

    if source not in (None, "-"):
        raise BadCommand(f"{source} is not understood here: give flags, or - for standard input")
    expected = options.expected(expect)
    tracker = open_tracker(db)
    if source == "-":
        given = catalogue.read_stream(sys.stdin.buffer, "standard input")
        if not (given.events or given.problems or given.streams):
            note("nothing was given on standard input: nothing to add")
            return
        _take(tracker, given, expected, dry_run=dry_run)
        return
    if not edit:
        needed = {"--title": title, "--occurred": occurred, "--url": url}
        missing = [option for option, value in needed.items() if not value]
        if missing and not sys.stdin.isatty():
            raise BadCommand("\n".join(f"{option} is missing" for option in missing))
        title = title or _asked("--title", "Title")
        occurred = occurred or _asked("--occurred", "Day it occurred")
        url = url or _asked("--url", "Address of the source")
    entry = _without_nothing(
        {
            "id": event_id,
            "title": title,
            "kind": kind or "report",
            "occurred": _day(tracker, occurred, "--occurred"),
            "reported": _day(tracker, reported, "--reported"),
            "order": order,
            "against": against,
            "place": place,
            "summary": summary,
            "tags": tag,
            "actors": [{"party": _party(each)} for each in party or ()],
            "sources": [_source(tracker, url, publisher, published, source_title, cites)],
            "effects": [_effect(each) for each in effect or ()],
        }
    )
    if title and occurred:
        entry.setdefault("id", _id(entry["occurred"], title))
    if edit:
        is_blank = not entry.keys() - {"kind"}
        draft = None if is_blank else entry
        _edit(tracker, draft, expected, dry_run=dry_run, says_something=not is_blank)
    else:
        batch = catalogue.read_entries([entry], "the command line")
        if batch.problems:
            raise BadCommand("\n".join(map(str, batch.problems)))
        try:
            _take(tracker, batch, expected, dry_run=dry_run)
        except BadEntries as error:
            # What a file would say in TOML is a flag here.
            said = [
                replace(each, message=each.message.replace("order = 1", "--order 1"))
                for each in error.problems
            ]
            raise BadEntries(said, unread=error.unread) from None


def correct(
    event: Annotated[str, typer.Argument(metavar="ID", help="The event that was wrong.")],
    why: Annotated[str | None, typer.Option(help="What was wrong, in one sentence.")] = None,
    title: Annotated[str | None, typer.Option(help="The right title.")] = None,
    occurred: Annotated[
        str | None, typer.Option(metavar="DAY", help="The right day on which it occurred.")
    ] = None,
    reported: Annotated[
        str | None, typer.Option(metavar="DAY", help="For a slip: the right day of the report.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="The right place.")] = None,
    summary: Annotated[str | None, typer.Option(help="The right summary.")] = None,
    effect: Annotated[
        list[str] | None, typer.Option(metavar="TOML", help="The right effects, all of them.")
    ] = None,
    no_effects: Annotated[bool, typer.Option("--no-effects", help="It has no effects.")] = False,
    slip: Slip = False,
    on: On = None,
    url: Url = None,
    publisher: Publisher = None,
    published: Published = None,
    edit: Edit = False,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Say that an event was wrong, and what is right instead.  The first stays in the log.

    \b
    tracker correct 2025-03-26-x --slip --title "The right title" --why "A slip in the title"
    tracker correct 2025-03-26-x --edit
    """
    expected = options.expected(expect)
    tracker = open_tracker(db)
    told = tracker.event(event, tracker.as_of())
    content = _without_nothing(
        {
            "title": title,
            "occurred": _day(tracker, occurred, "--occurred"),
            "reported": _day(tracker, reported, "--reported"),
            "place": place,
            "summary": summary,
        }
    )
    if effect or no_effects:
        content["effects"] = [_effect(each) for each in effect or ()]
    as_it_was = edit and not content
    if as_it_was:
        kept = ("title", "kind", "occurred", "place", "summary", "tags", "actors", "effects")
        content = {name: told.content[name] for name in kept if name in told.content}
    if not content:
        raise BadCommand(
            "say what is right: --title, --occurred, --place, --summary, --effect, or --edit"
        )
    entry = _about(tracker, told, "correction", why, on, slip, url, publisher, published, edit=edit)
    entry["content"] = _carried_over(tracker, told) | content
    if edit:
        _edit(tracker, entry, expected, dry_run=dry_run, says_something=not as_it_was)
    else:
        _take(tracker, _made(tracker, entry, told), expected, dry_run=dry_run)


def _carried_over(tracker: "Tracker", told: Any) -> dict[str, Any]:
    """What an earlier correction put right, which the next one would take back."""
    if told.corrected_by is None:
        return {}
    earlier = tracker.event(told.corrected_by, tracker.as_of()).content
    return dict(earlier["content"]) if earlier["of"] == told.id else {}


def retract(
    event: Annotated[str, typer.Argument(metavar="ID", help="The event that never was so.")],
    why: Annotated[str | None, typer.Option(help="Why, in one sentence.")] = None,
    slip: Slip = False,
    on: On = None,
    url: Url = None,
    publisher: Publisher = None,
    published: Published = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Say that an event never was so.  It stays in the log and counts no more.

    \b
    tracker retract 2025-03-26-x --why "The agency withdrew the report" --url https://example.org/b
    """
    expected = options.expected(expect)
    tracker = open_tracker(db)
    told = tracker.event(event, tracker.as_of())
    entry = _about(tracker, told, "retraction", why, on, slip, url, publisher, published)
    batch = _made(tracker, entry, told)
    # The same retraction once more is already there, and a slip counts on other days.
    is_same = told.retracted_by in {each.id for each in batch.events}
    if told.retracted_by is not None and not (slip or is_same):
        raise TrackerError(
            f"{told.id} is already retracted by {told.retracted_by}: retract that to bring it "
            "back, or tracker corroborate it with one more source"
        )
    _take(tracker, batch, expected, dry_run=dry_run)


def corroborate(
    event: Annotated[str, typer.Argument(metavar="ID", help="The event that it bears out.")],
    url: Url = None,
    publisher: Publisher = None,
    published: Published = None,
    source_title: SourceTitle = None,
    cites: Cites = None,
    on: On = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Bring one more source for an event; an earlier one moves the day it was reported.

    \b
    tracker corroborate 2025-03-26-x --url https://example.org/c --published 2025-03-26
    """
    expected = options.expected(expect)
    tracker = open_tracker(db)
    told = tracker.event(event, tracker.as_of())
    url = url or _asked("--url", "Address of the source")
    entry = _about(tracker, told, "corroboration", None, on, False, url, publisher, published)
    entry["sources"] = [_source(tracker, url, publisher, published, source_title, cites)]
    _take(tracker, _made(tracker, entry, told), expected, dry_run=dry_run)


def _about(
    tracker: "Tracker",
    told: Any,
    kind: str,
    why: str | None,
    on: str | None,
    slip: bool,
    url: str | None,
    publisher: str | None,
    published: str | None,
    *,
    edit: bool = False,
) -> dict[str, Any]:
    """An entry that speaks about the event *told*; it was public with its source."""
    out = _day(tracker, published, "--published")
    day = _day(tracker, on, "--on") or out or tracker.today().isoformat()
    if url:
        sources = [_source(tracker, url, publisher, published, None, None)]
    elif slip or edit:
        # Our own slip is borne out by the source that we had all along; in an editor it is
        # there to be written over.
        sources = list(told.content["sources"])
    else:
        raise BadCommand("--url is missing: the source that says so (or --slip, for our own slip)")
    # The title that it had first: one that was put right since would make this another entry.
    title = why or f"{kind.capitalize()} of: {_first_title(tracker, told)}"
    entry: dict[str, Any] = {
        "id": _id(day, f"{kind} of {told.id}"),
        "kind": kind,
        "of": told.id,
        "title": title,
        "occurred": day,
        "sources": sources,
    }
    if slip:
        entry["slip"] = True
    if on or not out or not url:
        entry["reported"] = "occurred"
    return entry


def _first_title(tracker: "Tracker", told: Any) -> str:
    import json

    return str(json.loads(tracker.content(told.id) or "{}").get("title", told.content["title"]))


def _source(
    tracker: "Tracker",
    url: str | None,
    publisher: str | None,
    published: str | None,
    title: str | None,
    cites: str | None,
) -> dict[str, Any]:
    return _without_nothing(
        {
            "url": url,
            "title": title,
            "publisher": publisher,
            "published": _day(tracker, published, "--published"),
            "cites": cites,
        }
    )


def _without_nothing(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in (None, [], {}, [{}])}


def _day(tracker: "Tracker", text: str | None, option: str) -> str | None:
    """A day as typed; one that is named, such as yesterday, as the day that it is.

    Raises:
        BadCommand: it is none, or could be two.
    """
    from tracker.domain.dates import When, read_asked_day

    if text is None or text == "occurred":
        return text
    try:
        if re.fullmatch(r"today|yesterday|tomorrow|[+-]\d+[dwmy]", text):
            return read_asked_day(text, today=tracker.today()).last.isoformat()
        return When.read(text).text
    except BadDay as error:
        raise BadCommand(f"{option}: {error}") from None


def _party(text: str) -> str:
    """The code of a party as typed; a name is refused with the code that it may mean."""
    from tracker.domain.parties import party, suggest

    found = party(text)
    if found is None:
        near = ", ".join(f"{each.code} ({each.name})" for each in suggest(text))
        hint = f"did you mean {near}?" if near else "tracker parties looks up a name"
        raise BadCommand(f"--party {text}: write the code of a party, such as US, JP or EU; {hint}")
    return text


def _effect(text: str) -> Any:
    from tracker.domain.bounds import read_toml

    try:
        return read_toml(f"effect = {{ {text} }}")["effect"]
    except ValueError as error:
        raise BadCommand(
            f"--effect {text!r} is not TOML ({error}): write it as "
            "kind = 'rate-set', subject = 'measure/x', line = 'all', rate = 25"
        ) from None


def _id(day: str, title: str) -> str:
    from contextlib import suppress
    from hashlib import sha256
    from unicodedata import normalize

    from tracker.domain.dates import When

    plain = normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:90].strip("-")
    if not words:
        # A title without a Latin letter still tells one event from another.
        words = f"event-{sha256(title.encode()).hexdigest()[:8]}"
    with suppress(BadDay):
        when = When.read(day)
        day = day[:10] if when.known or day[:4].isdigit() else when.earliest.isoformat()
    return f"{day.rstrip('?~%')}-{words}"


def _asked(option: str, label: str) -> str:
    """What was left out: asked for on a terminal, refused elsewhere."""
    if not sys.stdin.isatty():
        raise BadCommand(f"{option} is missing")
    sys.stderr.write(f"{label}: ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip()
    if not answer:
        raise BadCommand(f"{option} is missing")
    return answer


def _edit(
    tracker: "Tracker",
    entry: dict[str, Any] | None,
    expected: "list[Expected]",
    *,
    dry_run: bool,
    says_something: bool,
) -> None:
    """Let the user write the entry, or one from a template; a draft that is refused is kept.

    Args:
        says_something: the draft says something new as it is, from flags.
    """
    import shlex
    import subprocess
    import tempfile

    from tracker import catalogue

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.NamedTemporaryFile(
        "w", suffix=".toml", prefix="tracker-", delete=False, encoding="utf-8"
    ) as draft:
        draft.write("# Save and close the editor to add this; empty the file to add nothing.\n")
        draft.write("# What fields and effects there are: tracker schema, events/README.md\n\n")
        day = tracker.today().isoformat()
        draft.write(_TEMPLATE.format(day=day) if entry is None else catalogue.to_toml(entry))
    path = Path(draft.name)
    before = path.read_bytes()
    try:
        subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        why = f"cannot be started ({error})"
        if isinstance(error, subprocess.CalledProcessError):
            why = f"ended with code {error.returncode}"
        raise BadCommand(
            f"the editor {editor!r} {why}: nothing was added, and the draft is kept in {path}. "
            "Name another one in EDITOR"
        ) from None
    if not says_something and path.read_bytes() == before:
        note("nothing to add: the draft is as it was")
        path.unlink()
        return
    _name(path)
    try:
        batch = catalogue.read_files([path])
        if not (batch.events or batch.problems):
            note("nothing to add")
        else:
            _take(tracker, batch, expected, dry_run=dry_run)
    except TrackerError:
        note(f"the draft is kept: mend it and run tracker add - < {path}")
        raise
    path.unlink()


_TEMPLATE = """\
[[event]]                # its id is made from the day and the title
title = ""               # one plain sentence in the present tense
kind = "report"          # or statement, meeting, order, notice, ruling, …
occurred = {day}
# reported = {day}  # when it was first public, if its sources do not show that
# place = "Seoul"
# summary = "What the title does not say"

[[event.sources]]        # at least one
url = ""
# publisher = "Example"
published = {day}

# [[event.effects]]      # what it changes, if anything; as many as it takes
# kind = "rate-set"
# subject = "measure/us-232-autos"
# line = "all"
# rate = 25
# from = {day}
"""


def _name(path: Path) -> None:
    """Write an id into a draft of one event that has none, as soon as one can be made."""
    from tracker.domain.bounds import read_toml

    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    try:
        (event,) = read_toml(text)["event"]
        if not isinstance(event, dict) or "id" in event or not event["title"]:
            return
        name = _id(str(event["occurred"]), str(event["title"]))
    except (ValueError, KeyError, TypeError):
        return  # Whoever reads it says what is wrong with it.
    header = re.compile(r"^\s*\[\[event\]\][^\n]*$", re.MULTILINE)
    named = header.sub(lambda found: f'{found[0]}\nid = "{name}"', text, count=1)
    path.write_text(named, encoding="utf-8", errors="surrogateescape")


def _made(tracker: "Tracker", entry: dict[str, Any], told: Any) -> "Batch":
    """The entry about *told*, made from flags, as a batch; the log's own where it says the same.

    Its id is another where the log has that for something else.
    """
    import json

    from tracker import catalogue
    from tracker.domain.events import content_of

    there = _said_already(tracker, entry, told)
    if there is not None:
        return catalogue.read_entries([json.loads(there)], "the command line")
    name = entry["id"]
    for number in range(2, 100):
        batch = catalogue.read_entries([entry], "the command line")
        had = tracker.content(entry["id"])
        if had is None or not batch.events or had == content_of(batch.events[0]).decode():
            break
        entry = entry | {"id": f"{name}-{number}"}
    return batch


def _said_already(tracker: "Tracker", entry: dict[str, Any], told: Any) -> str | None:
    """What the log has that says just this of *told*: it is no other on another day."""
    import json

    from tracker import catalogue
    from tracker.domain.events import content_of

    batch = catalogue.read_entries([entry], "the command line")
    if not batch.events:
        return None
    said = json.loads(content_of(batch.events[0]))
    for name in filter(None, (told.corrected_by, *told.corroborated_by)):
        there = tracker.content(name)
        had = json.loads(there or "{}")
        if all(had.get(key) == said.get(key) for key in _SAYS):
            return there
    return None


_SAYS = ("kind", "of", "slip", "content", "sources")
"""What two entries about one event have in common that say the same of it."""


def _take(tracker: "Tracker", batch: "Batch", expected: "list[Expected]", *, dry_run: bool) -> None:
    """Add what was written, or show what that would do."""
    _note_days_to_come(tracker, batch)
    if dry_run:
        _show_preview(tracker, batch, expected)
        return
    loaded = tracker.add(batch, expected=expected)
    for name in loaded.ids:
        say(f"added {name}")
    if loaded.added > len(loaded.ids):
        say(f"added {_events(loaded.added)}")
    if loaded.already:
        say(f"{_events(loaded.already)} already there")


def _note_days_to_come(tracker: "Tracker", batch: "Batch") -> None:
    """Say which days are after today: they may be meant, and a year is soon mistyped."""
    today = tracker.today()
    days: dict[str, None] = {}
    for event in batch.events:
        for day in (event.occurred, *(source.published for source in event.sources)):
            if day is not None and day.earliest > today:
                days[day.text] = None
    for text in days:
        note(f"{text} is after today, {today}")


def _show_preview(tracker: "Tracker", batch: "Batch", expected: "list[Expected]") -> "Loaded":
    from tracker.catalogue import to_toml
    from tracker.domain.events import content_of

    preview = tracker.preview(batch, expected=expected)
    import json

    fresh = set(preview.loaded.ids)
    for event in [each for each in batch.events if each.id in fresh]:
        say(to_toml(json.loads(content_of(event))))
    for sign, facts in (("-", preview.gone), ("+", preview.new)):
        for fact in facts:
            say(f"{sign} {_in_words(fact)}")
    if not (preview.gone or preview.new):
        say("it would change no state")
    note("nothing was added")
    return preview.loaded


def _in_words(fact: "Fact") -> str:
    from tracker.domain.state import without_end
    from tracker.exports import words
    from tracker.exports.shapes import held_value

    value = words.of_value(fact.part, held_value(fact))
    said = f"{fact.subject} {fact.part}: {value}, {words.of_days(fact.since, fact.until)}"
    end = without_end(fact.known_until)
    known = f"known from {fact.known}" + (f" until {end}" if end else "")
    return f"{said} ({known}; {fact.event})" + ("" if fact.certain else " [perhaps]")
