"""Givens: what an importer may state about an entry, and whether a condition of a line is met.

One small vocabulary serves the command, the files of questions and the conditions of lines.
What is not stated counts as not shown: the duty is the rule and the relief the condition.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias

from tracker.domain import numbers
from tracker.domain.dates import When
from tracker.domain.numbers import BadNumber, plain
from tracker.domain.parties import party
from tracker.errors import BadDay, TrackerError

Stated: TypeAlias = str | Decimal | date | frozenset[str] | tuple[str, Decimal]
"""A value as stated: a word or party, a number, a day, claims, or a party and its share."""

Form: TypeAlias = Literal[
    "claims", "day", "share", "number", "amount", "party", "word", "party:share"
]

_NUMBERS: frozenset[Form] = frozenset({"share", "number", "amount"})


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that may be stated: how it is written, what it means, which words it takes."""

    name: str
    form: Form
    meaning: str
    words: tuple[str, ...] = ()


_YES_NO = ("yes", "no")
_VOCABULARY = (
    Given("claim", "claims", "preference programmes (usmca, korus) or chapter-99 headings claimed"),
    Given("loaded", "day", "loaded onto a vessel, and in transit on the final mode"),
    Given("exported", "day", "exported from the country of origin"),
    Given("imported", "day", "imported, where that is not the day of entry"),
    Given("contracted", "day", "the contract was signed"),
    Given("quota", "word", "inside the quota, or after it is used up", ("within", "exhausted")),
    Given("us-content", "share", "approved share of the value that is of United States content"),
    Given("steel-value", "share", "share of the value that is steel (duties on content)"),
    Given("aluminium-value", "share", "share of the value that is aluminium"),
    Given("copper-value", "share", "share of the value that is copper"),
    Given("steel-weight", "share", "share of the weight that is steel (thresholds)"),
    Given("aluminium-weight", "share", "share of the weight that is aluminium"),
    Given("copper-weight", "share", "share of the weight that is copper"),
    Given("metal-from", "party:share", "party whose metal it is, and the share of it"),
    Given("for-cars-of", "party", "parts for cars that are made in this party"),
    Given("use", "word", "what the goods are for, where a code holds goods of several uses"),
    Given("patented", "word", "a patented medicine, or an ingredient of one", _YES_NO),
    Given("onshoring", "word", "made by a company with an approved onshoring plan", _YES_NO),
    Given("pricing-agreement", "word", "made by a company with a pricing agreement", _YES_NO),
    Given("company-list", "word", "made by a company that the act lists", _YES_NO),
    Given("by-post", "word", "sent through the international postal network", _YES_NO),
    Given("model-year", "number", "the year of manufacture of a vehicle, such as 2015"),
    Given("weight-kg", "number", "weight of one article, in kilograms"),
    Given("value", "amount", "customs value of the shipment, in US dollars"),
)
GIVENS: Mapping[str, Given] = {each.name: each for each in _VOCABULARY}

PROGRAMMES = (
    "usmca", "korus", "cafta-dr", "au-fta", "bh-fta", "cl-fta", "co-tpa", "il-fta", "jo-fta",
    "jp-ta", "ma-fta", "om-fta", "pa-tpa", "pe-tpa", "sg-fta", "agoa", "cbera", "gsp",
)  # fmt: skip
"""The preference programmes that may be claimed, by the names that conditions use."""

DERIVED = {"age-years": "model-year"}
"""What a condition may test that nobody states: years from manufacture to entry."""

_HEADING = re.compile(r"99\d\d\.\d\d\.\d\d", re.ASCII)
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class BadGiven(TrackerError):
    """A given that is not in the vocabulary, or whose value it cannot have."""

    code = "bad-given"


def read_givens(
    stated: Mapping[str, Any],
    *,
    claims: Collection[str] = (),
    uses: Collection[str] | None = None,
) -> dict[str, Stated]:
    """What is stated, read by the vocabulary.

    Args:
        claims: what else may be claimed, because a condition of a line names it.
        uses: the uses that conditions of lines ask for; any where they are left out.

    Raises:
        BadGiven: a name that is none, or a value that it cannot have; with a suggestion.
    """
    found: dict[str, Stated] = {}
    for name, value in stated.items():
        given = GIVENS.get(name)
        if given is None:
            raise BadGiven(f"{name} is no given{_meant(name, GIVENS)}; tracker givens lists them")
        found[name] = _read(given, value, claims)
    use = found.get("use")
    if uses is not None and use is not None and use not in uses:
        raise BadGiven(
            f"use: no line asks for {use}{_meant(str(use), uses)}; tracker givens lists them"
        )
    for kind in ("value", "weight"):
        names = [f"{metal}-{kind}" for metal in ("steel", "aluminium", "copper")]
        shares = [each for name in names if isinstance(each := found.get(name), Decimal)]
        if sum(shares) > 1:
            said = ", ".join(f"{name} {found[name]}" for name in names if name in found)
            raise BadGiven(f"{said}: together they are more than the whole")
    return found


def _read(given: Given, value: Any, claims: Collection[str]) -> Stated:
    if given.form == "claims":
        words = value.split(",") if isinstance(value, str) else value
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise BadGiven(f"claim is a list of programmes and headings, not {value!r}")
        return frozenset(_claim(word.strip().lower(), claims) for word in words)
    text = str(value).strip()
    match given.form:
        case "day":
            return _day(given.name, text)
        case "share" | "number" | "amount":
            return _number(given, value)
        case "party":
            return _party(given.name, text)
        case "party:share":
            whose, _, share = text.partition(":")
            if not share:
                raise BadGiven(
                    f"{given.name} is a party and a share, such as GB:0.96, not {text!r}"
                )
            return _party(given.name, whose), _number(given, share)
        case _:
            word = {"true": "yes", "false": "no"}.get(text.lower(), text.lower())
            if given.words and word not in given.words:
                raise BadGiven(f"{given.name} is {' or '.join(given.words)}, not {text!r}")
            if not _WORD.fullmatch(word):
                raise BadGiven(f"{given.name} is one word, not {text!r}")
            return word


def _claim(word: str, claims: Collection[str]) -> str:
    if _HEADING.fullmatch(word) or word in PROGRAMMES or word in claims:
        return word
    raise BadGiven(
        f"claim: {word!r} is neither a preference programme nor a heading such as 9903.88.69"
        + _meant(word, [*PROGRAMMES, *claims])
    )


def _day(name: str, text: str) -> date:
    try:
        when = When.read(text)
    except BadDay as error:
        raise BadGiven(f"{name}: {error}") from None
    if not when.known:
        raise BadGiven(f"{name}: {text} is no day: write it as 2025-04-03")
    return when.earliest


def _number(given: Given, value: Any) -> Decimal:
    try:
        number = numbers.read(value, money=given.form == "amount")
    except BadNumber as error:
        raise BadGiven(f"{given.name}: {error}") from None
    if given.form in ("share", "party:share") and number > 1:
        text = plain(number)
        raise BadGiven(
            f"{given.name}: {text} is above 1: it is a share, so write {number / 100} for {text} %"
            if number <= 100
            else f"{given.name}: {text} is above 1: it is a share from 0 to 1"
        )
    return number


def _party(name: str, text: str) -> str:
    code = text.strip().upper()
    if party(code) is None:
        raise BadGiven(f"{name}: {text!r} is no party: give its code, such as GB")
    return code


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f": did you mean {close[0]}?" if close else ""


_TESTS: Mapping[Form, frozenset[str]] = {
    "claims": frozenset({"is"}),
    "day": frozenset({"before", "on-or-after"}),
    "share": frozenset({"is", "at-least", "below"}),
    "number": frozenset({"is", "at-least", "below"}),
    "amount": frozenset({"is", "at-least", "below"}),
    "party": frozenset({"is"}),
    "word": frozenset({"is"}),
    "party:share": frozenset({"is", "at-least"}),
}


def condition_problem(condition: Any) -> str | None:
    """What nobody could meet about a condition, written as in a fact; None when somebody can."""
    for name in (condition["given"], *condition.get("plus", ())):
        given = GIVENS.get(DERIVED.get(name, name))
        if given is None:
            return f"{name} is no given{_meant(name, GIVENS)}; tracker givens lists them"
        if given.form not in _NUMBERS and condition.get("plus"):
            return f"{name} is no number, so it has no sum"
        tests = condition.keys() - {"given", "plus"}
        if not tests <= _TESTS[given.form]:
            return f"{name} is tested by {' or '.join(sorted(_TESTS[given.form]))}"
        wanted = condition.get("is")
        if wanted is not None and given.form in _NUMBERS:
            try:
                Decimal(wanted)
            except InvalidOperation:
                return f"{name} is a number, not {wanted!r}"
        if wanted is not None and given.words and wanted not in given.words:
            return f"{name} is {' or '.join(given.words)}, not {wanted!r}"
    return _unstatable(Test.of(condition))


def _unstatable(test: Test) -> str | None:
    """Why what would meet *test* can never be stated; None when it can.

    Only the age of goods goes by the day of entry, and it may be any.
    """
    day = date(2025, 1, 1)
    if test.before == date.min:
        return f"{test.given}: no day comes before {test.before}"
    least = test.shown({}, day)
    try:
        written = {name: in_words(value) for name, value in least.items()}
        exact = {name: value for name, value in least.items() if isinstance(value, Decimal)}
        stated = read_givens(written | exact, claims=[test.is_ or ""])
    except BadGiven as error:
        return str(error)
    if test.met(stated, day):
        return None
    if test.below is not None:
        return f"{test.given} is never below {plain(test.below)}"
    name = DERIVED.get(test.given, test.given)
    return f"{name} {written[name]!r} is read as {in_words(stated[name])!r}: write it so"


@dataclass(frozen=True, slots=True)
class Test:
    """A condition of a line, ready to be tested: see :class:`tracker.domain.measures.Condition`."""

    given: str
    plus: tuple[str, ...]
    is_: str | None
    at_least: Decimal | None
    below: Decimal | None
    before: date | None
    on_or_after: date | None
    names: frozenset[str]  # the givens that decide it
    asks: frozenset[str]  # the same, with the claim that is meant

    @classmethod
    def of(cls, condition: Mapping[str, Any]) -> Test:
        """The test that a condition says, as it stands in a fact."""
        days = [condition.get(key) for key in ("before", "on-or-after")]
        numbers = [condition.get(key) for key in ("at-least", "below")]
        before, after = (None if each is None else When.read(each).earliest for each in days)
        at_least, below = (None if each is None else Decimal(each) for each in numbers)
        given, plus = condition["given"], tuple(condition.get("plus", ()))
        return cls(
            given=given,
            plus=plus,
            is_=condition.get("is"),
            at_least=at_least,
            below=below,
            before=before,
            on_or_after=after,
            names=frozenset({DERIVED.get(given, given), *plus}),
            asks=frozenset(
                {f"claim:{condition['is']}"} if given == "claim" else {DERIVED.get(given, given)}
            ).union(plus),
        )

    def met(self, stated: Mapping[str, Stated], on: date) -> bool | None:
        """Whether what is *stated* of goods entered *on* a day meets it; None when unstated."""
        if not self.names <= stated.keys():
            return None
        value = _value(self.given, stated, on)
        if isinstance(value, frozenset):
            # Claims add up: one that is not made may still be.
            return True if self.is_ in value else None
        if isinstance(value, tuple):
            whose, share = value
            return whose == self.is_ and share >= (self.at_least or 0)
        if isinstance(value, Decimal):
            others = (stated[name] for name in self.plus)
            total = sum((each for each in others if isinstance(each, Decimal)), value)
            if self.at_least is not None:
                return total >= self.at_least
            if self.below is not None:
                return total < self.below
            return self.is_ is not None and total == Decimal(self.is_)
        if isinstance(value, date):
            if self.before is not None:
                return value < self.before
            return self.on_or_after is not None and value >= self.on_or_after
        return value == self.is_

    def shown(self, stated: Mapping[str, Stated], on: date) -> dict[str, Stated]:
        """*stated* and the least that would meet the test beside it, where anything would."""
        found = dict(stated)
        name = DERIVED.get(self.given, self.given)
        if name == "claim":
            claims = stated.get("claim", frozenset())
            assert isinstance(claims, frozenset)
            found[name] = claims | {self.is_ or ""}
            return found
        found.setdefault(name, self._least(on))
        for other in self.plus:
            found.setdefault(other, Decimal())
        return found

    def _least(self, on: date) -> Stated:
        if self.given == "metal-from":
            return self.is_ or "", self.at_least or Decimal(1)
        given = GIVENS.get(DERIVED.get(self.given, self.given))
        number = given is not None and given.form in _NUMBERS
        if self.is_ is not None and not number:
            return self.is_
        if self.before is not None:
            return self.before - timedelta(days=1)
        if self.on_or_after is not None:
            return self.on_or_after
        least = Decimal(self.is_) if self.is_ is not None else self.at_least or Decimal()
        return on.year - least if self.given == "age-years" else least


def all_met(tests: Iterable[Test], stated: Mapping[str, Stated], on: date) -> bool:
    """Whether what is *stated* of goods entered *on* a day meets all of *tests*."""
    for test in tests:  # noqa: SIM110 - a question asks this some hundred times
        if not test.met(stated, on):
            return False
    return True


def _value(name: str, stated: Mapping[str, Stated], on: date) -> Stated | None:
    if name == "age-years":
        made = stated.get("model-year")
        return on.year - made if isinstance(made, Decimal) else None
    return stated.get(name)


def in_words(value: Stated) -> str:
    """*value* as it is written in a question."""
    match value:
        case frozenset():
            return ",".join(sorted(value))
        case (whose, share):
            return f"{whose}:{plain(share)}"
        case Decimal():
            return plain(value)
        case _:
            return str(value)
