"""Rows of entries: the cells of an event, straight from the JSON that the log keeps.

What no column shows is passed over and never made; a log is long, and most of an entry is.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

from tracker.exports.tables import WHOLE_DAY, Cells, possible_days


class _Source(Struct, gc=False):
    url: str
    publisher: str = ""
    published: str = ""


class _Actor(Struct, gc=False):
    party: str = ""


class _Effect(Struct, gc=False):
    subject: str


class _Content(Struct, frozen=True, gc=False):
    effects: tuple[_Effect, ...] = ()


class _Entry(Struct, gc=False):
    kind: str
    title: str
    occurred: str
    sources: list[_Source]
    place: str = ""
    summary: str = ""
    of: str = ""
    against: str = ""
    actors: list[_Actor] = []
    effects: list[_Effect] = []
    tags: list[str] = []
    content: _Content = _Content()


_read = Decoder(_Entry).decode


def cells(row: tuple[Any, ...]) -> Cells:
    """The cells of an event of which others say nothing, as :func:`tables.event_cells` has them.

    Args:
        row: version, id, the day it was reported, the instant it was recorded, content.
    """
    version, event_id, reported, recorded, content = row[:5]
    said = _read(content)
    occurred, sources, actors = said.occurred, said.sources, said.actors
    first = sources[0]
    url = first.url
    effects = said.effects or said.content.effects
    # A whole day, and one of each, are the rule.
    earliest, latest = (
        (occurred, occurred) if len(occurred) == WHOLE_DAY else possible_days(occurred)
    )
    return (
        event_id,
        str(version),
        said.kind,
        said.title,
        occurred,
        reported,
        recorded,
        said.place,
        actors[0].party
        if len(actors) == 1
        else " ".join(dict.fromkeys([each.party for each in actors if each.party])),
        effects[0].subject
        if len(effects) == 1
        else " ".join(dict.fromkeys([each.subject for each in effects])),
        " ".join(said.tags),
        said.summary,
        url,
        first.publisher,
        first.published,
        url if len(sources) == 1 else " | ".join([each.url for each in sources]),
        said.of or said.against,
        "",
        "",
        "",
        "",
        earliest,
        latest,
    )
