"""Atom (RFC 4287): one entry for each event that the log received, whoever reads it and when.

An entry keeps its id and the instant at which it was published; it is updated when a later
event corrects, retracts or bears it out, and that event is an entry of its own, with a link
to the first.  A feed that grows too long goes on in archives that never change (RFC 5005, 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from tracker.domain.told import Published, Told
from tracker.exports import briefing as worded
from tracker.exports.markup import is_link, tag, xml

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
MINTER = "tracker.invalid,2025"
"""Who names entries (RFC 4151): the name of an event is the same wherever it is published."""

NEVER = "1970-01-01T00:00:00Z"
"""When a feed without entries was updated, as it must say (RFC 4287, 4.1.1)."""


def name_of(what: str) -> str:
    """The id of an entry or a feed: a name that no move to another host changes."""
    return f"tag:{MINTER}:{what}"


def feed(
    entries: Iterable[Published],
    *,
    title: str,
    name: str,
    links: Iterable[tuple[str, str]],
    archive: bool = False,
) -> bytes:
    """A feed.

    Args:
        entries: in the order in which they are to stand.
        name: what the feed is called for ever, in its id.
        links: relation and address of what belongs to it: itself, the page about it, archives.
        archive: it is one of the documents that never change.
    """
    made = tag("feed", "\n", xmlns=ATOM)
    listed = list(entries)
    last = max((each.updated for each in listed), default=None)
    made.append(tag("id", name_of(name)))
    made.append(tag("title", title))
    made.append(tag("updated", _instant(last) if last else NEVER))
    made.append(tag("author", tag("name", "tracker")))
    for relation, address in links:
        kind = "text/html" if relation == "alternate" else "application/atom+xml"
        made.append(tag("link", rel=relation, type=kind, href=address))
    if archive:
        made.append(tag("fh:archive", xmlns_fh=HISTORY))
    made.extend(map(_entry, listed))
    for child in made:
        child.tail = "\n"
    return xml(made)


def _entry(published: Published) -> Element:
    told = published.told
    content = told.content
    gone = "Retracted: " if told.retracted_by else ""
    made = tag(
        "entry",
        tag("id", name_of(told.id)),
        tag("title", gone + content["title"]),
        tag("published", _instant(told.recorded)),
        tag("updated", _instant(published.updated)),
    )
    addresses = [source.url for source in worded.sources_of(told) if is_link(source.url)]
    if addresses:
        made.append(tag("link", rel="alternate", href=addresses[0]))
    for address in dict.fromkeys(addresses):
        made.append(tag("link", rel="via", href=address))
    for how, other in worded.standing(told):
        made.append(tag("link", rel="related", href=name_of(other), title=f"{how} {other}"))
    for word in dict.fromkeys((content["kind"], *content.get("tags", ()))):
        made.append(tag("category", term=word))
    made.append(tag("content", "\n".join(_lines(told)), type="text"))
    return made


def _lines(told: Told) -> Iterator[str]:
    content = told.content
    yield f"{told.id}: {content['kind']}, {content['occurred']}, first public {told.reported}"
    if content.get("summary"):
        yield content["summary"]
    effects = content.get("effects") or content.get("content", {}).get("effects", ())
    subjects = dict.fromkeys(effect["subject"] for effect in effects)
    if subjects:
        yield "About: " + ", ".join(subjects)
    for how, other in worded.standing(told):
        yield f"{how.capitalize()} {other}"
    for source in worded.sources_of(told):
        said = (source.publisher, source.published, source.title, source.cites, source.url)
        yield "Source: " + ", ".join(filter(None, said))


def _instant(recorded: str) -> str:
    """An instant of the log as RFC 3339 has it, in UTC."""
    utc = datetime.fromisoformat(recorded).astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")
