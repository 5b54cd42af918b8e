"""Measures: what one party does to another's trade, and at what rate.

A measure has lines.  A line is two parts: its scope (whose goods, which goods, on what
conditions) and what it bears (a rate, a ban, a licence, a quota, a list of entities), so
that a rate changes without restating a list.  It holds on days on which both do.  Ending
or suspending a measure is said beside its lines and never writes into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, model_validator

from tracker.domain.givens import GIVENS, condition_problem
from tracker.domain.numbers import plain
from tracker.domain.values import (
    Effect,
    Exact,
    Json,
    Measure,
    Number,
    Partner,
    PartyCode,
    Percent,
    Product,
    Slug,
    Text,
    Title,
    Value,
    WholeDay,
    stated,
)

Instrument: TypeAlias = Literal[
    "tariff", "quota", "ban", "export-control", "sanction", "remedy", "fee", "advice"
]
Basis: TypeAlias = Literal["base", "additional", "total", "exempt", "at-least"]
Standing: TypeAlias = Literal["undisputed", "contested", "stayed", "held-unlawful", "open"]


Share: TypeAlias = Annotated[str, Field(pattern=r"^(content|rest):[a-z0-9]+(-[a-z0-9]+)*$")]


class Condition(Value):
    """One thing that an importer must show; what is not stated counts as not shown.

    ``given`` names it; exactly one of the tests says what must be true of it, or of its sum
    with those that ``plus`` names (weights of several metals).  A given of a party and a share
    (``metal-from``) takes two: which party ``is`` meant, and how much of it ``at-least``.
    """

    given: Slug
    plus: tuple[Slug, ...] = ()
    is_: Title | None = Field(default=None, alias="is")
    at_least: Number | None = Field(default=None, alias="at-least")
    below: Number | None = None
    before: WholeDay | None = None
    on_or_after: WholeDay | None = Field(default=None, alias="on-or-after")

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests: list[object] = [self.is_, self.at_least, self.below, self.before, self.on_or_after]
        if self.given == "metal-from":
            if self.is_ is None or self.at_least is None:
                raise ValueError("metal-from takes is (a party) and at-least (its share)")
            tests.remove(self.is_)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("give one of is, at-least, below, before, on-or-after")
        if self.plus and self.at_least is None and self.below is None:
            raise ValueError("a sum has a number: give at-least or below")
        return self

    def json_value(self) -> Json:
        value = super().json_value()
        assert isinstance(value, dict)
        return {key: each for key, each in value.items() if each != []}


class MeasureIntroduced(Effect):
    """A measure is given its name, who imposes it, and by what kind of instrument."""

    kind: Literal["measure-introduced"]
    subject: Measure
    title: Title
    imposer: PartyCode
    instrument: Instrument
    legal_basis: Title | None = Field(default=None, alias="legal-basis")

    def words(self) -> Mapping[str, Json]:
        return stated(
            title=self.title,
            imposer=self.imposer,
            instrument=self.instrument,
            legal_basis=self.legal_basis,
        )

    def parties(self) -> Iterator[str]:
        yield self.imposer


def _with_list_files(schema: dict[str, Any]) -> None:
    """The fields by which an entry in a file names a list file, in the schema of such files."""
    path = {"type": "string", "description": "a file of codes, from the folder of this file"}
    schema["properties"] |= {"products-from": path, "except-products-from": path}


class ScopeSet(Exact):
    """A line covers these goods of these partners, on these conditions.

    No products means every good.  A group (``EU``) means its parties on the day, as known.
    """

    model_config = ConfigDict(json_schema_extra=_with_list_files)

    kind: Literal["scope-set"]
    subject: Measure
    line: Slug
    partners: tuple[Partner, ...] = ("*",)
    except_partners: tuple[PartyCode, ...] = Field(default=(), alias="except-partners")
    products: tuple[Product, ...] = ()
    except_products: tuple[Product, ...] = Field(default=(), alias="except-products")
    goods: Text | None = None
    conditions: tuple[Condition, ...] = ()

    def parts(self) -> Mapping[str, Json]:
        scope = stated(
            partners=list(self.partners),
            except_partners=list(self.except_partners) or None,
            products=list(self.products),
            except_products=list(self.except_products) or None,
            goods=self.goods,
            conditions=[each.json_value() for each in self.conditions] or None,
        )
        return {f"scope/{self.line}": scope}

    def parties(self) -> Iterator[str]:
        yield from (partner for partner in self.partners if partner != "*")
        yield from self.except_partners

    def everyone(self) -> bool:
        return not self.partners or "*" in self.partners


class RateSet(Exact):
    """A line bears a rate, in per cent of the customs value, or its rate is ``open``.

    ``basis``: ``base`` is the ordinary duty, ``additional`` adds, ``total`` tops the base up
    to a total, ``at-least`` keeps a minimum total, ``exempt`` puts the goods outside.
    ``share`` is the share of the value it is charged on (``content:steel``,
    ``rest:us-content``); the whole value when left out.  ``text`` keeps a specific or
    compound duty as written.
    """

    kind: Literal["rate-set"]
    subject: Measure
    line: Slug
    rate: Percent | Literal["open"]
    basis: Basis = "additional"
    share: Share | None = None
    rank: int = Field(default=0, ge=-9, le=9)
    text: Title | None = None
    heading: Title | None = None

    def parts(self) -> Mapping[str, Json]:
        bears = stated(
            rate=self.rate if isinstance(self.rate, str) else plain(self.rate),
            basis=self.basis,
            share=self.share,
            rank=self.rank or None,
            text=self.text,
            heading=self.heading,
        )
        return {f"line/{self.line}": bears}


class BanSet(Exact):
    """A line forbids the trade in its scope."""

    kind: Literal["ban-set"]
    subject: Measure
    line: Slug
    text: Text | None = None

    def parts(self) -> Mapping[str, Json]:
        return {f"line/{self.line}": stated(ban=True, text=self.text)}


class LicenceSet(Exact):
    """A line lets the trade in its scope pass with a licence only."""

    kind: Literal["licence-set"]
    subject: Measure
    line: Slug
    text: Text | None = None

    def parts(self) -> Mapping[str, Json]:
        return {f"line/{self.line}": stated(licence=True, text=self.text)}


class AdviceSet(Exact):
    """A line advises against what is in its scope and forbids nothing."""

    kind: Literal["advice-set"]
    subject: Measure
    line: Slug
    text: Text

    def parts(self) -> Mapping[str, Json]:
        return {f"line/{self.line}": stated(advice=True, text=self.text)}


class QuotaSet(Exact):
    """A line lets an amount pass in a period (``year``, ``quarter``)."""

    kind: Literal["quota-set"]
    subject: Measure
    line: Slug
    amount: Number
    unit: Title
    period: Title
    text: Text | None = None

    def parts(self) -> Mapping[str, Json]:
        quota = self.json_value()
        assert isinstance(quota, dict)
        kept = {key: quota[key] for key in ("amount", "unit", "period")}
        return {f"line/{self.line}": stated(quota=kept, text=self.text)}


class EntitiesSet(Exact):
    """A line is the list of entities that it names; it replaces the list before it.

    ``count`` is how many the list has, when the source names only some of them.
    """

    kind: Literal["entities-set"]
    subject: Measure
    line: Slug
    entities: tuple[Title, ...]
    count: int | None = Field(default=None, ge=1)
    text: Text | None = None

    @model_validator(mode="after")
    def _counts_those_named(self) -> EntitiesSet:
        if self.count is not None and self.count < len(self.entities):
            raise ValueError(f"it names {len(self.entities)} entities and counts {self.count}")
        return self

    def parts(self) -> Mapping[str, Json]:
        entities = {"entities": list(self.entities), "count": self.count or len(self.entities)}
        return {f"line/{self.line}": stated(**entities, text=self.text)}


class LineOpen(Exact):
    """What a line bears is not established by the sources, and is not guessed."""

    kind: Literal["line-open"]
    subject: Measure
    line: Slug

    def parts(self) -> Mapping[str, Json]:
        return {f"line/{self.line}": "open"}


class YieldsSet(Exact):
    """The measure is not charged where another one applies: to ``all``, ``part`` or ``none``."""

    kind: Literal["yields-set"]
    subject: Measure
    to: Measure
    share: Literal["all", "part", "none", "open"]

    def parts(self) -> Mapping[str, Json]:
        return {f"yields/{self.to.removeprefix('measure/')}": self.share}

    def refers(self) -> Iterator[str]:
        yield self.to


class MeasureSuspended(Exact):
    """The measure, or one line of it, is as if it were not there."""

    kind: Literal["measure-suspended"]
    subject: Measure
    line: Slug | None = None

    def parts(self) -> Mapping[str, Json]:
        return {f"suspended/{self.line}" if self.line else "suspended": True}


class MeasureResumed(Exact):
    """A suspended measure, or one suspended line of it, applies again."""

    kind: Literal["measure-resumed"]
    subject: Measure
    line: Slug | None = None

    def parts(self) -> Mapping[str, Json]:
        return {f"suspended/{self.line}" if self.line else "suspended": False}


class MeasureEnded(Exact):
    """The measure is over: from that day on no line of it holds."""

    kind: Literal["measure-ended"]
    subject: Measure

    def parts(self) -> Mapping[str, Json]:
        return {"ended": True}


class MeasureStandingSet(Exact):
    """Whether the measure is disputed, and what courts have said; not whether it is in force."""

    kind: Literal["measure-standing-set"]
    subject: Measure
    standing: Standing

    def parts(self) -> Mapping[str, Json]:
        return {"standing": self.standing}


class CoverageSet(Exact):
    """Entries of these days are covered: whoever keeps the catalogue has looked for what bears
    on them in every measure of this imposer.  Said of the measure of its ordinary duty.
    """

    kind: Literal["coverage-set"]
    subject: Measure

    def parts(self) -> Mapping[str, Json]:
        return {"covered": True}


def unmeetable(effect: Effect) -> Iterator[tuple[str, str]]:
    """What nobody could meet or state of a line: the field, and what is wrong with it.

    It is found at the door and not by the model: what the log took before the vocabulary of
    givens changed must still be read.
    """
    if isinstance(effect, ScopeSet):
        for number, condition in enumerate(effect.conditions):
            if wrong := condition_problem(condition.json_value()):
                yield f"conditions.{number}", wrong
    if isinstance(effect, RateSet) and effect.share:
        name = effect.share.partition(":")[2]
        if name != "us-content" and f"{name}-value" not in GIVENS:
            yield "share", f"{name} is no share of the value: steel, aluminium, copper, us-content"


MeasureEffect: TypeAlias = (
    MeasureIntroduced
    | ScopeSet
    | RateSet
    | BanSet
    | LicenceSet
    | AdviceSet
    | QuotaSet
    | EntitiesSet
    | LineOpen
    | YieldsSet
    | MeasureSuspended
    | MeasureResumed
    | MeasureEnded
    | MeasureStandingSet
    | CoverageSet
)
