"""The page of a published folder: what is in it, how much, and how to check it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from tracker.domain.merkle import Pinned
from tracker.exports import briefing as worded
from tracker.exports.markup import tag
from tracker.exports.page import document, own, pairs, table

TITLE = "What held on which day, and how we know"


def page(
    *,
    pinned: Pinned,
    known_by: date | None,
    stats: Mapping[str, Any],
    kinds: Iterable[str],
    parties: Sequence[tuple[str, str]],
    has_page: bool,
    archives: int,
    url: str,
) -> Iterator[bytes]:
    """The page, in pieces.

    Args:
        known_by: the last day whose reports count.
        stats: how much the log holds.
        kinds: the kinds of subject that have a calendar.
        parties: codes and names of those that have one.
        has_page: whether the state is told as a page, too.
        archives: how many documents of the feed are closed.
        url: where the folder is served, if that is known.
    """
    log = worded.log_in_words(pinned.version, pinned.recorded)
    known = f"reports up to {known_by}" if known_by else "all that was reported so far"
    said = [
        ("Going by", known),
        ("Log", log),
        ("Root", pinned.root),
        ("Holds", ", ".join(_counted(*each) for each in stats["subjects"].items()) or "nothing"),
        *([("Served at", url)] if url else []),
    ]
    main = tag(
        "main",
        _files(archives, has_page=has_page),
        _calendars(kinds, url),
        _parties(parties),
        _coverage(stats["years"]),
        _checking(),
    )
    link = tag("link", rel="alternate", type="application/atom+xml", href="feed.atom")
    header = tag("header", tag("h1", TITLE), pairs(said))
    return document(TITLE, [header, main], f"{log} · Root {pinned.root}", links=[link])


def _counted(kind: str, count: int) -> str:
    return f"{count} {kind if count == 1 else worded.HEADINGS[kind].lower()}"


def _files(archives: int, *, has_page: bool) -> Element:
    more = f", with {archives} archives of older ones" if archives else ""
    listed = [
        ("state.html", "the state on a day: what holds, what is new, and every source; to print"),
        ("state.json", "the state on a day for programs: subjects, parts, days, events, rivals"),
        ("state.csv", "the same as a table, one fact a row"),
        ("events.csv", "every event, one a row, as later ones left it"),
        ("events.jsonl", "every event as the log has it: tracker load reads it back"),
        ("datapackage.json", "what the columns of both tables mean, their units and their keys"),
        ("feed.atom", f"a feed of events in the order in which they were recorded{more}"),
        ("manifest.json", "versions, counts and names of files, for programs"),
        ("SHA256SUMS", "the hash of every file"),
    ]
    rows = (
        tag("tr", tag("th", tag("a", tag("code", name), href=name), scope="row"), tag("td", what))
        for name, what in (listed if has_page else listed[1:])
    )
    made = tag("section", tag("h2", "Files"), id="files")
    made.append(table("Each says for itself which day it speaks of", ("File", "What"), [rows]))
    return made


def _calendars(kinds: Iterable[str], url: str) -> Element:
    served = f"{url}calendars/all.ics" if url else ""
    how = (
        "Subscribe to an address and what moves, moves in your calendar"
        f"{f', such as {served}' if served else ''}. A file that is imported stays as it is. "
        "Google Calendar reads about the first million bytes of one: take those of a party or kind."
    )
    listed = [("calendars/all.ics", "everything that has a day")]
    listed += [(f"calendars/kind/{kind}.ics", worded.HEADINGS[kind].lower()) for kind in kinds]
    rows = (
        tag("tr", tag("th", tag("a", tag("code", name), href=name), scope="row"), tag("td", what))
        for name, what in listed
    )
    made = tag("section", tag("h2", "Calendars"), tag("p", how), id="calendars")
    made.append(table("Calendars of everything and by kind", ("File", "What"), [rows]))
    return made


def _parties(parties: Sequence[tuple[str, str]]) -> Element:
    listed = (
        tag("li", tag("a", own(name), href=f"calendars/party/{code}.ics"), f" {code}")
        for code, name in sorted(parties, key=lambda each: (each[1].casefold(), each[0]))
    )
    made = tag("section", tag("h2", f"Calendars of {len(parties)} parties"), id="parties")
    made.append(tag("ul", *listed, class_="columns"))
    return made


def _coverage(years: Mapping[str, Mapping[str, int]]) -> Element:
    columns = ("events", "sources", "measures", "lines")
    rows = (
        tag(
            "tr",
            tag("th", year, scope="row"),
            *(tag("td", str(counts[name]), class_="number") for name in columns),
        )
        for year, counts in sorted(years.items())
    )
    made = tag("section", tag("h2", "Coverage"), id="coverage")
    caption = "By the year in which it occurred; a year that is not here has nothing in the log"
    heads = ("Year", "Events", "Sources", "New measures", "New lines")
    made.append(table(caption, heads, [rows]))
    return made


def _checking() -> Element:
    return tag(
        "section",
        tag("h2", "Checking"),
        tag(
            "p",
            "In a copy of this folder, ",
            tag("code", "sha256sum --check SHA256SUMS"),
            " says whether a file is not as it was published.",
        ),
        tag(
            "p",
            "Loaded into an empty database, events.jsonl gives the same facts: ",
            tag("code", "tracker stats"),
            " prints their digest. The root is that of a Merkle "
            "tree (RFC 9162) over the log at this version; ",
            tag("code", "tracker verify"),
            " prints it where the log is kept.",
        ),
        id="checking",
    )
