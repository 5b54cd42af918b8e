"""Parties: who acts, by which name and code, and on which days there was such a party.

A text says who is meant only together with a day and, if it is a code, with its scheme.
``CS`` has been two states, 260 and 255 are both Germany, and Korea by itself is nobody.
What is not said is not guessed: a text that could mean two parties is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from tracker.domain.dates import EVER, FIRST
from tracker.domain.party_table import BODIES, PLACES
from tracker.errors import NotFound, TrackerError

Kind: TypeAlias = Literal["state", "area", "body"]
Scheme: TypeAlias = Literal["iso2", "iso3", "numeric", "iso-3166-3", "cow", "gw"]

_LETTERS: tuple[Scheme, ...] = ("iso2", "iso3", "iso-3166-3")
_NUMBERS: tuple[Scheme, ...] = ("numeric", "cow", "gw")

_Spans: TypeAlias = tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Party:
    """A state, an area (a dependent territory or customs area) or a body.

    ``code`` is its id in the log.  ``numeric`` is text: it has leading zeros.
    """

    code: str
    name: str
    kind: Kind
    since: date  # the first day; date.min where it is older than 1816, or nobody asks
    until: date | None  # the first day on which it no longer existed
    iso3: str | None
    numeric: str | None
    iso_3166_3: str | None
    aliases: tuple[str, ...]
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    agreement: str | None  # the subject that says which parties belong to a body
    gaps: tuple[tuple[date, date], ...] = ()  # spans in between on which it did not exist

    def existed(self, on: date) -> bool:
        """Whether *on* is a day of its life; False in a gap and from ``until`` on."""
        if on < self.since or (self.until is not None and self.until <= on):
            return False
        return not (self.gaps and _covers(self.gaps, on))

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class UnknownParty(NotFound):
    """A text that names no party, or none on the day that was asked about.

    ``suggestions`` are those that may have been meant, the likeliest first.
    """

    code = "unknown-party"

    def __init__(self, text: str, message: str, suggestions: tuple[Party, ...] = ()) -> None:
        self.text = text
        self.suggestions = suggestions
        super().__init__(message)


class AmbiguousParty(TrackerError):
    """A text that could mean any of ``candidates``."""

    code = "ambiguous-party"

    def __init__(self, text: str, message: str, candidates: tuple[Party, ...]) -> None:
        self.text = text
        self.candidates = candidates
        super().__init__(message)


def party(code: str) -> Party | None:
    """The party that has *code* as its id in the log, whatever the day; None if none has."""
    return _party(code) if code in _rows() else None


def groups() -> dict[str, str]:
    """Code → the agreement whose parties a body stands for, of the bodies that have one."""
    return {row[0]: row[3] for row in BODIES if row[3]}


@dataclass(frozen=True, slots=True)
class Code:
    """A code that a party has had in a scheme, and the days of it; none: as long as it existed.

    Each span takes in its first day and leaves out its last.
    """

    scheme: str
    code: str
    spans: tuple[tuple[date, date], ...]


def codes(code: str) -> tuple[Code, ...]:
    """The codes of the party with this id, by scheme; empty when there is no such party."""
    row = _rows().get(code)
    found = _codes_in(row) if row else ()
    return tuple(Code(scheme, text, spans or ()) for scheme, text, spans in sorted(found, key=str))


def resolve(text: str, *, on: date | None = None, scheme: Scheme | None = None) -> Party:
    """The party that *text* names: by its name, an alias or a code.

    Args:
        on: the day that *text* speaks of.  Left out, any day: then a party's own id or
            name goes before what another was once called, and all else must be unique.
        scheme: whose code *text* is.  Left out, it is a name, an id of ours or an ISO
            code in letters; a bare number is refused.

    A name, and a code without days of its own, names a party on the days it existed.  A
    code with days names it on those, even if we see its life begin or end a little later:
    ask :meth:`Party.existed` where that matters.  COW and GW leave a state out while it is
    occupied or not yet recognised, and data that use their codes do not; so a number of
    theirs that only one party has ever had names it on every day it existed.

    Raises:
        UnknownParty: nobody bears it, or nobody did on that day.
        AmbiguousParty: several do, or it is a number without its scheme.
    """
    if scheme is None and _is_number(text):
        raise _bare_number(text)
    found = _called(text, on) if scheme is None else _coded(text, scheme, on)
    if len(found) == 1:
        return _party(found[0])
    if found:
        raise _ambiguous(text, tuple(map(_party, found)), on)
    raise _unknown(text, on, scheme)


def suggest(text: str, *, most: int = 3) -> tuple[Party, ...]:
    """Up to *most* parties whose name or code is like *text*, the nearest first.

    Of equally near ones, those that still exist come first.
    """
    near: dict[str, float] = {}
    for code, likeness in _likenesses(_words(text)):
        near[code] = max(likeness, near.get(code, 0.0))
    ranked = sorted(near, key=lambda code: (-near[code], _party(code).until is not None, code))
    return tuple(map(_party, ranked[: max(most, 0)]))


class _Row(NamedTuple):
    """A row of either table."""

    code: str
    kind: Kind
    name: str
    days: str
    iso3: str
    numeric: str
    iso_3166_3: str
    before: str
    codes: tuple[str, ...]
    aliases: tuple[str, ...]
    agreement: str = ""


class _Holding(NamedTuple):
    """A party has a code on the days of *spans*; None is as long as it existed."""

    code: str
    spans: _Spans | None


# Nothing is built until somebody asks, and then once: the command line must not pay for
# three hundred parties to answer ``--version``.


@cache
def _rows() -> dict[str, _Row]:
    rows = [_Row(*row) for row in PLACES]
    for code, name, days, agreement, before, codes, aliases in BODIES:
        rows.append(_Row(code, "body", name, days, "", "", "", before, codes, aliases, agreement))
    return {row.code: row for row in rows}


@cache
def _party(code: str) -> Party:
    row = _rows()[code]
    spans = _spans(row.days)
    end = spans[-1][1]
    return Party(
        code=code,
        name=row.name,
        kind=row.kind,
        since=spans[0][0],
        until=None if end == EVER else end,
        iso3=row.iso3 or None,
        numeric=row.numeric or None,
        iso_3166_3=row.iso_3166_3 or None,
        aliases=row.aliases,
        predecessors=tuple(row.before.split()),
        successors=_successors().get(code, ()),
        agreement=row.agreement or None,
        gaps=tuple((gone, back) for (_, gone), (back, _) in pairwise(spans)),
    )


@cache
def _successors() -> dict[str, tuple[str, ...]]:
    after: dict[str, tuple[str, ...]] = {}
    for row in _rows().values():
        for code in row.before.split():
            after[code] = (*after.get(code, ()), row.code)
    return after


@cache
def _codes() -> dict[tuple[str, str], tuple[_Holding, ...]]:
    """Who has had which code, by scheme and code."""
    held: dict[tuple[str, str], tuple[_Holding, ...]] = {}
    for row in _rows().values():
        for scheme, code, spans in _codes_in(row):
            held[scheme, code] = (*held.get((scheme, code), ()), _Holding(row.code, spans))
    return held


def _codes_in(row: _Row) -> Iterator[tuple[str, str, _Spans | None]]:
    own = {
        "iso2": row.code if row.kind != "body" and len(row.code) == 2 else "",
        "iso3": row.iso3,
        "numeric": row.numeric,
        "iso-3166-3": row.iso_3166_3,
    }
    for scheme, code in own.items():
        if code:
            yield scheme, code, None
    for entry in row.codes:
        schemes, code, *days = entry.split(maxsplit=2)
        for scheme in schemes.split("+"):
            yield scheme, code, _spans(days[0]) if days else None


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Who bears which name or alias, by its key."""
    borne: dict[str, tuple[str, ...]] = {}
    for row in _rows().values():
        for key in {_key(name) for name in (row.name, *row.aliases)}:
            borne[key] = (*borne.get(key, ()), row.code)
    return borne


def _called(text: str, on: date | None) -> tuple[str, ...]:
    """The ids of those that *text* may mean as a name, an id or a code in letters."""
    found = _called_just(text, on)
    aside = _ASIDE.fullmatch(text.strip())
    if found or not aside:
        return found
    inside = _called_just(aside[2], on)
    return tuple(code for code in _called_just(aside[1], on) if code in inside)


# Two names for one: "Burma (Myanmar)", and "South Korea (KR)" as we write it ourselves.
_ASIDE = re.compile(r"(.+) \(([^()]+)\)")


def _called_just(text: str, on: date | None) -> tuple[str, ...]:
    wanted = text.strip().upper()
    keys = _keys(text)
    bearers = next((_names()[key] for key in keys if key in _names()), ())
    if wanted in _rows():
        bearers = (wanted, *bearers)
    coded = [code for scheme in _LETTERS for code in _coded(text, scheme, on)]
    if on is not None:
        return _unique([*(code for code in bearers if _party(code).existed(on)), *coded])
    if wanted in _rows():
        return (wanted,)
    proper = [code for code in bearers if _key(_rows()[code].name) in keys]
    return _unique(proper or [*bearers, *coded])


def _coded(text: str, scheme: Scheme, on: date | None) -> tuple[str, ...]:
    """The ids of those that have *text* as their code in *scheme*."""
    holdings = _codes().get((scheme, _written(text, scheme)), ())
    holders = _unique(holding.code for holding in holdings)
    if on is None:
        return holders
    holding_then = _unique(code for code, spans in holdings if _holds(code, spans, on))
    if not holding_then and scheme in ("cow", "gw") and len(holders) == 1:
        return tuple(code for code in holders if _party(code).existed(on))
    return holding_then


def _holds(code: str, spans: _Spans | None, on: date) -> bool:
    return _party(code).existed(on) if spans is None else _covers(spans, on)


def _written(text: str, scheme: Scheme) -> str:
    """*text* as the table writes a code: tables of others lose the zeros of a number."""
    plain = text.strip().upper()
    if scheme not in _NUMBERS or not _is_number(plain):
        return plain
    return plain.lstrip("0").zfill(3 if scheme == "numeric" else 0)


def _is_number(text: str) -> bool:
    plain = text.strip()
    return plain.isascii() and plain.isdigit()


def _keys(text: str) -> tuple[str, ...]:
    """What to look *text* up by: as it stands, and ``Korea, Republic of`` turned round."""
    turned = _QUALIFIED.fullmatch(text.strip())
    return (_key(text), _key(f"{turned[2]} {turned[1]}")) if turned else (_key(text),)


# "Congo, The Democratic Republic of the" and "Micronesia (Federated States of)".
_QUALIFIED = re.compile(r"([^,(]+)[,(]([^,()]+)\)?")


def _key(name: str) -> str:
    """*name* without what people write in several ways: case, accents, spaces, articles."""
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    words = re.sub(r"\W+", " ", plain.casefold().replace("&", " and ")).split()
    if words[:1] == ["the"]:
        del words[0]
    return ["saint" if word == "st" else word for word in words]


def _likenesses(wanted: list[str]) -> Iterator[tuple[str, float]]:
    """Who has a name or code that is like *wanted*, and how like; 1 if it holds all words."""
    # Only a slip of the pen brings us here, and difflib is slow to import.
    from difflib import SequenceMatcher

    if not wanted:
        return
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(" ".join(wanted))
    for row in _rows().values():
        codes = (code for scheme, code, _ in _codes_in(row) if scheme in _LETTERS)
        for words in map(_words, (row.code, row.name, *row.aliases, *codes)):
            matcher.set_seq1(" ".join(words))
            if set(wanted) <= set(words):
                yield row.code, 1.0
            elif matcher.quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR:
                yield row.code, matcher.ratio()


# "Koera" for Korea is 0.8 and "Xanadu" for Canada 0.67.
_NEAR = 0.7


def _unknown(text: str, on: date | None, scheme: Scheme | None) -> UnknownParty:
    asked = f"{text!r} is no party's {scheme} code" if scheme else f"{text!r} names no party"
    known = _called(text, None) if scheme is None else _coded(text, scheme, None)
    if on is None or not known:
        near = suggest(text)
        hint = f" Did you mean {_either(near)}?" if near else ""
        todo = "Write a code of that scheme." if scheme else "Write its ISO 3166-1 code or name."
        return UnknownParty(text, f"{asked}.{hint} {todo}", near)
    others = tuple(other for other in _relatives(known) if other.existed(on))
    when = "; ".join(_when(code, text, scheme) for code in known)
    then = f" On that day there was {_either(others)}." if others else ""
    todo = "Write the code of the party that there was then, or another day."
    return UnknownParty(text, f"{asked} on {on}: {when}.{then} {todo}", others)


def _relatives(codes: Iterable[str]) -> tuple[Party, ...]:
    """Those named, and those before and after them."""
    parties = [_party(code) for code in codes]
    around = [code for one in parties for code in (*one.predecessors, *one.successors)]
    return tuple(map(_party, _unique([*(one.code for one in parties), *around])))


def _when(code: str, text: str, scheme: Scheme | None) -> str:
    """On which days *code* existed, or had *text* as its code."""
    for one in (scheme,) if scheme else _LETTERS:
        for holder, spans in _codes().get((one, _written(text, one)), ()):
            if holder == code and spans is not None:
                return f"it was the code of {_party(code)} {_in_words(spans)}"
    return f"{_party(code)} existed {_in_words(_spans(_rows()[code].days))}"


def _in_words(spans: _Spans) -> str:
    said = []
    for first, end in spans:
        begin = "" if first == FIRST else f"from {first}"
        finish = "" if end == EVER else f"until {end}"
        said.append(f"{begin} {finish}".strip() or "at all times")
    return " and ".join(said)


def _ambiguous(text: str, candidates: tuple[Party, ...], on: date | None) -> AmbiguousParty:
    todo = "Write the code of the one that is meant"
    todo += ", or say on which day." if on is None else "."
    return AmbiguousParty(text, f"{text!r} could be {_either(candidates)}. {todo}", candidates)


def _bare_number(text: str) -> AmbiguousParty:
    found = [(scheme, code) for scheme in _NUMBERS for code in _coded(text, scheme, None)]
    meant = ", ".join(f"{_party(code)} in {scheme}" for scheme, code in found)
    return AmbiguousParty(
        text,
        f"{text!r} is a number without its scheme: {meant or 'nobody in any we know'}. "
        f"Say which scheme it is written in: {', '.join(_NUMBERS)}.",
        tuple(map(_party, _unique(code for _, code in found))),
    )


def _either(parties: Iterable[Party]) -> str:
    return " or ".join(map(str, parties))


def _spans(text: str) -> _Spans:
    """``1918-02-24/1940-08-06 1991-08-20/`` as spans; an empty text is every day."""
    halves = (span.split("/") for span in (text or "/").split())
    return tuple(
        (
            date.fromisoformat(first) if first else FIRST,
            date.fromisoformat(end) if end else EVER,
        )
        for first, end in halves
    )


def _covers(spans: Iterable[tuple[date, date]], on: date) -> bool:
    return any(first <= on < end for first, end in spans)


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
