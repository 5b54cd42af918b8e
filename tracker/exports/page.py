"""Pages that stand alone: one file, no script, nothing fetched, and good on paper.

A page says of itself that it may load and run nothing, so that a browser holds it to that.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from xml.etree.ElementTree import Element

from tracker.domain.briefing import Briefing
from tracker.domain.state import SubjectState
from tracker.domain.told import Told
from tracker.exports import briefing as worded
from tracker.exports.briefing import Changed, Cited, Row, Source
from tracker.exports.markup import html, is_link, tag

_WIDTHS = (11, 12, 14, 16, 18, 20, 24, 26, 28, 32, 34, 38)
"""The widths that columns have, in per cent; a style of its own in an element is refused."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2125; --soft: #596068; --line: #d5d9dd;
  --band: #f1f3f5; --paper: #fff; --link: #0b57a4; --mark: #8a3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --soft: #a3abb3; --line: #3a4047;
  --band: #22272c; --paper: #16191c; --link: #86b9f0; --mark: #f0a868; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1.25rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.25rem 0 .5rem; padding-top: .5rem;
  border-top: 2px solid var(--ink); }
h3 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
code { font: .86em ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace;
  overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
nav ul { list-style: none; margin: 0; padding: .6rem .9rem; background: var(--band); }
table { width: 100%; border-collapse: collapse; font-size: .92rem; line-height: 1.4;
  margin: .25rem 0 1.25rem; }
caption { text-align: start; color: var(--soft); padding: .2rem 0 .4rem; }
th, td { text-align: start; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; font-weight: normal; }
thead th { color: var(--soft); border-top: 0; font-size: .85rem; }
.fixed { table-layout: fixed; }
th.group { background: var(--band); padding: .45rem .6rem; border-top: 2px solid var(--line); }
th.group strong { font-weight: 650; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; text-align: end; }
.stage, .sign { border: 1px solid currentColor; border-radius: .3em; padding: 0 .4em;
  font-size: .82em; white-space: nowrap; }
.stage { color: var(--soft); }
.sign { color: var(--mark); font-weight: 650; }
.cite, .day { white-space: nowrap; }
.soft { color: var(--soft); }
ul.columns { columns: 14rem; list-style: none; margin: .5rem 0 1.25rem; padding: 0; }
ol.sources { padding-inline-start: 3.2em; font-size: .92rem; }
ol.sources li { padding: .15rem 0; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .82rem; overflow-wrap: anywhere; }
@media screen and (max-width: 48rem) { section { overflow-x: auto; } .fixed { min-width: 46rem; } }
%s
@page { size: A4; margin: 15mm 14mm 14mm; @bottom-right { content: counter(page) " / "
  counter(pages); font: 8pt system-ui, "DejaVu Sans", sans-serif; color: #596068; } }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --band: #eee; --paper: #fff; --link: #000;
    --mark: #000; }
  html { font-size: 9.5pt; line-height: 1.35; }
  a { text-decoration: none; }
  nav { display: none; }
  /* The foot of a table is repeated on every sheet, and here the whole page is one. */
  body { display: table; width: 100%; max-width: none; padding: 0; }
  .page { display: table-row-group; }
  footer { display: table-footer-group; font-size: 7.5pt; break-inside: avoid; }
  footer p { margin: 0; max-width: none; padding-top: 2mm; }
  h2, h3, caption { break-after: avoid; }
  tr, li { break-inside: avoid; }
  tr.group { break-after: avoid; }
  thead { display: table-header-group; }
}
""".replace("%s", "\n".join(f".w{width} {{ width: {width}%; }}" for width in _WIDTHS))

_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
"""What a page may load: its own style and nothing else (Content Security Policy, level 3)."""


def document(
    title: str, body: Iterable[Element | str], foot: str, *, links: Iterable[Element] = ()
) -> Iterator[bytes]:
    """A page in pieces, of *body*, with *foot* below it and on every sheet of paper.

    Args:
        body: elements, or what was written of them already.
    """
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        *links,
        tag("style", STYLE),
    ]
    yield "".join(['<!DOCTYPE html>\n<html lang="en">\n<head>\n', *map(html, head)]).encode()
    yield b'</head>\n<body>\n<div class="page">\n'
    for each in body:
        yield (each if isinstance(each, str) else html(each)).encode()
    yield b"</div>\n" + html(tag("footer", tag("p", foot))).encode() + b"</body>\n</html>\n"


def pairs(said: Iterable[tuple[str, str]]) -> Element:
    """A list of terms, and what each of them is."""
    made = tag("dl", "\n")
    for term, what in said:
        made.append(tag("dt", term))
        shown = tag("code", what) if term == "Root" else what
        made.append(tag("dd", shown))
        made[-1].tail = "\n"
    return made


def table(
    caption: str,
    columns: Sequence[str],
    bodies: Iterable[Iterable[Element]],
    *,
    widths: Sequence[int] = (),
) -> Element:
    """A table with groups of rows under the names of its columns.

    Args:
        widths: of its columns, in per cent; else they are as wide as what is in them.
    """
    head = tag("tr", *(tag("th", name, scope="col") for name in columns))
    made = tag("table", tag("caption", caption), class_="fixed" if widths else None)
    if widths:
        columned = (tag("col", class_=f"w{width}") for width in widths)
        made.append(tag("colgroup", *columned))
    made.append(tag("thead", head))
    for rows in bodies:
        body = tag("tbody")
        for row in rows:
            row.tail = "\n"
            body.append(row)
        body.tail = "\n"
        made.append(body)
    return made


def own(text: str, *, lang: str | None = None) -> Element:
    """A text of an entry, apart from the direction of what stands around it."""
    return tag("bdi", text, lang=lang)


def link(address: str) -> Element:
    """An address as it is, and a link if it is one of the web."""
    if not is_link(address):
        return tag("span", address)
    return tag("a", address, href=address, rel="noopener noreferrer")


# -- a briefing ---------------------------------------------------------------------------


def briefing(found: Briefing, asked: str = "") -> Iterator[bytes]:
    """The page of a briefing, in pieces.

    Args:
        asked: what was asked for, where that was not everything.
    """
    at = found.state.as_of
    title = f"State on {at.day}" + (f": {asked}" if asked else "")
    coordinate = worded.coordinate(found)
    foot = " · ".join(f"{name} {what}" for name, what in coordinate)
    return document(title, _body(found, title, coordinate), f"{title} · {foot}")


def _body(
    found: Briefing, title: str, coordinate: Iterable[tuple[str, str]]
) -> Iterator[Element | str]:
    cited = Cited(found.events)
    kinds = worded.by_kind(found.state.subjects)
    changed = worded.changes(found)
    if found.state.as_of.reading:
        cited.numbers(found.state.as_of.reading)
    # A section is written at once: as a tree it takes ten times the room.
    main = [html(_changes(found, changed, cited))]
    main += [html(_section(found, kind, subjects, cited)) for kind, subjects in kinds]
    if not kinds:
        main.append(html(tag("p", "Nothing holds on this day.")))
    if found.over:
        left_out = f"{found.over} more are over (meetings held, measures ended) and left out."
        main.append(html(tag("p", left_out, class_="soft")))
    main += [html(_events(cited)), html(_sources(cited))]
    # What is said above them counts what they cite.
    yield tag("header", tag("h1", title), pairs(coordinate))
    yield _contents(found, kinds, len(changed), cited)
    yield from ("<main>\n", *main, "</main>\n")


def _contents(
    found: Briefing, kinds: Iterable[tuple[str, list[SubjectState]]], changed: int, cited: Cited
) -> Element:
    def item(target: str, name: str, count: str) -> Element:
        return tag("li", tag("a", name, href=f"#{target}"), tag("span", f" {count}", class_="soft"))

    subjects = "subject" if changed == 1 else "subjects"
    listed = [item("changes", worded.since(found), f"({changed} {subjects})")]
    listed += [
        item(kind, worded.HEADINGS[kind], f"({worded.stages(some)})") for kind, some in kinds
    ]
    listed.append(item("events", "Events", f"({len(cited.events)})"))
    listed.append(item("sources", "Sources", f"({len(cited.sources)})"))
    return tag("nav", tag("ul", *listed), aria_label="Contents")


def _changes(
    found: Briefing, changed: Sequence[tuple[str, str, list[Changed]]], cited: Cited
) -> Element:
    made = tag("section", tag("h2", worded.since(found)), id="changes")
    if not changed:
        made.append(tag("p", "Nothing changed."))
        return made
    bodies = (
        [_group(slug, title, None, 5), *(_change(row, cited) for row in rows)]
        for slug, title, rows in changed
    )
    caption = "What was, what is, and the event that says so"
    if any(row.sign == "late" for _, _, rows in changed for row in rows):
        caption += f"; late: it held on {found.before.day} already, and was not known"
    columns = ("Part", "Before", "After", "Days", "Event and sources")
    made.append(table(caption, columns, bodies, widths=(16, 20, 24, 14, 26)))
    return made


def _change(row: Changed, cited: Cited) -> Element:
    return tag(
        "tr",
        tag("th", row.part, scope="row"),
        tag("td", own(row.before)),
        tag("td", *_sign(row.sign), own(row.after)),
        tag("td", *_days(row.days)),
        tag("td", *(_citing(row.event, None, cited) if row.event else ())),
    )


def _section(found: Briefing, kind: str, subjects: Sequence[SubjectState], cited: Cited) -> Element:
    at = found.state.as_of
    made = tag("section", tag("h2", worded.HEADINGS[kind]), id=kind)
    if kind == "claim":
        made.append(tag("p", worded.CLAIMS))
    bodies = (
        [
            _group(each.subject, each.title, each.stage, 4, anchor=each.subject),
            *(_row(row, cited) for row in worded.rows(each, at)),
        ]
        for each in subjects
    )
    caption = f"{len(subjects)} on {at.day}: {worded.stages(subjects)}"
    columns = ("Part", "What holds", "Days", "Event and sources")
    made.append(table(caption, columns, bodies, widths=(18, 34, 16, 32)))
    return made


def _group(
    slug: str, title: str, stage: str | None, width: int, *, anchor: str | None = None
) -> Element:
    """The row above those of one subject."""
    stands: list[Element | str] = [" ", tag("span", stage, class_="stage")] if stage else []
    name = tag(
        "th",
        tag("strong", own(title)),
        " ",
        tag("code", slug),
        *stands,
        colspan=str(width),
        scope="rowgroup",
        class_="group",
        id=anchor,
    )
    return tag("tr", name, class_="group")


def _row(row: Row, cited: Cited) -> Element:
    return tag(
        "tr",
        tag("th", row.part, scope="row"),
        tag("td", *_sign(row.holds), own(row.value)),
        tag("td", *_days(row.days)),
        tag("td", *_citing(row.event, row.via, cited)),
    )


def _days(said: str) -> Iterator[Element | str]:
    """Days in words, each of them in one line; an hour may stand in the next."""
    for text, day, hour in _DAY.findall(said):
        yield text
        if day:
            yield tag("span", day, class_="day")
        if hour:
            yield tag("wbr")
            yield tag("span", hour, class_="day")


_DAY = re.compile(r"(.*?)(?:(\d{4}-\d\d-\d\d)(T[\d:+-]+)?|$)")


def _sign(word: str) -> list[Element | str]:
    return [tag("span", word, class_="sign"), " "] if word else []


def _citing(event: str, via: str | None, cited: Cited) -> Iterator[Element | str]:
    """The event that says so, with the numbers of its sources."""
    yield _to_event(event)
    if via:
        yield ", as corrected by "
        yield _to_event(via)
    yield " "
    numbers = sorted({*cited.numbers(event), *(cited.numbers(via) if via else ())})
    yield _numbered(numbers)


def _to_event(event: str) -> Element:
    return tag("a", tag("code", event), href=f"#event-{event}")


def _numbered(numbers: Sequence[int]) -> Element:
    spans = worded.spans(numbers)
    made = tag("span", "[", class_="cite" if len(spans) < 4 else None)
    for first, last in spans:
        inside: list[Element | str] = [", "] if len(made) else []
        inside += [tag("a", str(first), href=f"#source-{first}")]
        if last > first:
            inside += ["–" if last > first + 1 else ", "]
            inside += [tag("a", str(last), href=f"#source-{last}")]
        made = _with(made, inside)
    return _with(made, ["]"])


def _with(made: Element, inside: Iterable[Element | str]) -> Element:
    for each in inside:
        if isinstance(each, Element):
            made.append(each)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + each
        else:
            made.text = (made.text or "") + each
    return made


def _events(cited: Cited) -> Element:
    made = tag("section", tag("h2", "Events"), id="events")
    # Every event is listed that one of them names, and these may name further ones.
    listed = cited.events
    caption = f"{len(listed)} events that say so: when they occurred, and when it was first public"
    columns = ("Event", "What happened", "Occurred", "Public", "Sources")
    rows = (_event(told, cited) for told in listed)
    made.append(table(caption, columns, [rows], widths=(28, 38, 12, 11, 11)))
    return made


def _event(told: Told, cited: Cited) -> Element:
    what = [own(told.content["title"])]
    for how, other in worded.standing(told):
        what += [tag("br"), tag("span", how, class_="sign"), tag("code", f" {other}")]
    return tag(
        "tr",
        tag("th", tag("code", told.id), scope="row", id=f"event-{told.id}"),
        tag("td", *what),
        tag("td", told.content["occurred"]),
        tag("td", told.reported.isoformat()),
        tag("td", _numbered(cited.numbers(told.id))),
    )


def _sources(cited: Cited) -> Element:
    made = tag("section", tag("h2", "Sources"), id="sources")
    listed = tag("ol", "\n", class_="sources")
    for number, source in enumerate(cited.sources, start=1):
        listed.append(_source(number, source))
        listed[-1].tail = "\n"
    made.append(listed)
    return made


def _source(number: int, source: Source) -> Element:
    inside: list[Element | str] = []
    for said in (
        own(source.publisher) if source.publisher else None,
        source.published,
        own(source.title, lang=source.language) if source.title else None,
        own(source.cites) if source.cites else None,
        link(source.url),
    ):
        if said is not None and said != "":
            inside += [", ", said] if inside else [said]
    return tag("li", *inside, id=f"source-{number}")
