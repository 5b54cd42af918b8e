"""Markdown, to be pasted into a note.  What an entry says is text in it, and never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.domain.briefing import Briefing
from tracker.domain.dates import AsOf
from tracker.exports import briefing as worded
from tracker.exports.briefing import Changed, Cited, Row
from tracker.exports.markup import is_link

_SIGNS = re.compile(r"[\\`*_\[\]<>&#|~$]")


def text(said: object) -> str:
    """*said* in one line, every sign in it that could be markup escaped (CommonMark, 2.4)."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(str(said).split()))


def of_changes(rows: Iterable[Mapping[str, Any]], before: AsOf, after: AsOf) -> str:
    """What changed between two coordinates, as a list of lists."""
    listed = list(_changes(rows))
    return "\n".join(
        [
            f"**From {coordinate(before)} to {coordinate(after)}**",
            "",
            *(listed or ["Nothing changed."]),
            "",
        ]
    )


def coordinate(at: AsOf) -> str:
    """A day, and whatever else of the coordinate was asked for."""
    said = [str(at.day)]
    if at.known_by:
        said.append(f"known by {at.known_by}")
    if at.at_version is not None:
        said.append(f"at version {at.at_version}")
    if at.reading:
        said.append(f"as if `{at.reading}` were right")
    return ", ".join(said)


BY = "corrected by"


def _changes(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    subject = None
    for row in rows:
        if row["subject"] != subject:
            subject = row["subject"]
            yield f"- `{subject}`"
        old, new = (text(row[name] or "nothing") for name in ("before", "after"))
        part = f"`{row['part']}`: " if row["part"] else ""
        said = f" — {row['cause']}, `{row['event']}`" if row["cause"] else ""
        by = f"; {BY} `{row['by'].replace(', ', '`, `')}`" if row.get("by") else ""
        yield f"  - {part}{old} → {new}{said}{by}"


def briefing(found: Briefing, asked: str = "") -> Iterator[str]:
    """The lines of a briefing.

    Args:
        asked: what was asked for, where that was not everything.
    """
    at = found.state.as_of
    cited = worded.Cited(found.events)
    if at.reading:
        cited.numbers(at.reading)
    yield f"# State on {at.day}" + (f": {text(asked)}" if asked else "")
    yield ""
    for name, what in worded.coordinate(found):
        yield f"- {name}: " + (f"`{what}`" if name == "Root" else text(what))
    yield from ("", f"## {worded.since(found)}", "")
    changed = worded.changes(found)
    for slug, title, rows in changed:
        yield f"- **{text(title)}** `{slug}`"
        yield from (_changed(row, cited) for row in rows)
    if not changed:
        yield "Nothing changed."
    for kind, subjects in worded.by_kind(found.state.subjects):
        yield from ("", f"## {worded.HEADINGS[kind]}", "")
        if kind == "claim":
            yield from (worded.CLAIMS, "")
        for each in subjects:
            stage = f" ({text(each.stage)})" if each.stage else ""
            yield f"- **{text(each.title)}** `{each.subject}`{stage}"
            yield from (_row(row, cited) for row in worded.rows(each, at))
    if not found.state.subjects:
        yield from ("", "Nothing holds on this day.")
    if found.over:
        yield from ("", f"{found.over} more are over (meetings held, measures ended).")
    yield from ("", "## Events", "")
    for told in cited.events:
        stands = "".join(f"; {how} `{other}`" for how, other in worded.standing(told))
        days = f"{text(told.content['occurred'])}, public {told.reported}"
        yield (
            f"- `{told.id}`: {text(told.content['title'])} ({days}{stands})"
            + _numbers(told.id, cited)
        )
    yield from ("", "## Sources", "")
    for number, source in enumerate(cited.sources, start=1):
        said = (source.publisher, source.published, source.title, source.cites)
        address = f"<{source.url}>" if is_link(source.url) else text(source.url)
        yield f"{number}. " + ", ".join([*map(text, filter(None, said)), address])


def _changed(row: Changed, cited: Cited) -> str:
    sign = f"*{row.sign}* " if row.sign else ""
    said = [row.days] if row.days else []
    said += [f"`{row.event}`{_numbers(row.event, cited)}"] if row.event else []
    why = f" — {', '.join(said)}" if said else ""
    return f"  - `{row.part}`: {text(row.before)} → {sign}{text(row.after)}{why}"


def _row(row: Row, cited: Cited) -> str:
    holds = f"*{row.holds}* " if row.holds else ""
    corrected = f", as corrected by `{row.via}`" if row.via else ""
    numbers = _numbers(row.event, cited, row.via)
    return (
        f"  - `{row.part}`: {holds}{text(row.value)} — {row.days}, "
        f"`{row.event}`{corrected}{numbers}"
    )


def _numbers(event: str, cited: Cited, via: str | None = None) -> str:
    """The numbers of the sources of an event; escaped, as brackets would make links of them."""
    if not event:
        return ""
    numbers = sorted({*cited.numbers(event), *(cited.numbers(via) if via else ())})
    listed = (
        str(first) if first == last else f"{first}–{last}" for first, last in worded.spans(numbers)
    )
    return f" \\[{', '.join(listed)}\\]"
