"""Values: the kinds of thing that an entry is written in, and what every effect shares.

What comes from outside is a frozen :class:`Value` that refuses fields it does not know.
An effect says which value some parts of a subject have over a span of days, and what it
says depends on nothing but itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from tracker.domain.dates import When
from tracker.domain.numbers import plain

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Fields are written in the order in which they are checked: sorted by the names that
        # they are written under, so that what is written is canonical as it is.
        schema = handler(source)
        inner: Any = schema
        while inner is not None and inner["type"] != "model-fields":
            inner = inner.get("schema")
        if inner is not None:
            fields = inner["fields"].items()
            inner["fields"] = dict(sorted(fields, key=lambda field: _written(*field)))
        return schema

    def json_value(self) -> Json:
        """The value as it stands in a fact: complete, without what was not said."""
        value: Json = self.model_dump(mode="json", exclude_none=True)
        return value


def _written(name: str, field: Mapping[str, Any]) -> str:
    return str(field.get("serialization_alias", name))


# Control characters have no place in a title or a summary: a terminal obeys some of them
# (ECMA-48), XML cannot hold them, and a lone surrogate cannot be written as UTF-8.
# The marks that turn the direction of writing (UAX 9) let a text show as another.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def _printable(text: str) -> str:
    # Nothing that the pattern looks for is printable, and asking so is much quicker.
    if not text.isprintable() and (found := _CONTROL.search(text)):
        raise ValueError(f"it holds the control character U+{ord(found[0]):04X}: take it out")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable() and not {"\n", "\t", "\u2028", "\u2029"}.isdisjoint(text):
        raise ValueError("it has a line break or a tab: write it as one line")
    return text


Text: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(_printable),
]
Title: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_printable),
    AfterValidator(_one_line),
]
Slug: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)
]
Tag: TypeAlias = Slug
PartyCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
Partner: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^(\*|[A-Z][A-Z0-9]{1,5})$"),
    WithJsonSchema({"type": "string", "description": "a party, a group such as EU, or * for all"}),
]
Product: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\d{2}(\.?\d{2}(\.?\d{2}(\.?\d{2})?)?)?)?$"),
    WithJsonSchema({"type": "string", "description": "HS or tariff code, or a prefix of one"}),
]
Url: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s<>\"\\^`{|}\x00-\x20\x7f]+$", max_length=2_000),
    AfterValidator(_printable),
]
Language: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

SubjectKind: TypeAlias = Literal["measure", "agreement", "talks", "meeting", "commitment", "claim"]
SUBJECT_KINDS: tuple[SubjectKind, ...] = (
    "measure",
    "agreement",
    "talks",
    "meeting",
    "commitment",
    "claim",
)


def _slug_of(kinds: str) -> StringConstraints:
    # PostgreSQL takes no key of more than 2,704 bytes, and a subject is only one part of some.
    return StringConstraints(pattern=f"^({kinds})/[a-z0-9]+(-[a-z0-9]+)*$", max_length=150)


Measure: TypeAlias = Annotated[str, _slug_of("measure")]
Agreement: TypeAlias = Annotated[str, _slug_of("agreement")]
Talks: TypeAlias = Annotated[str, _slug_of("talks")]
Meeting: TypeAlias = Annotated[str, _slug_of("meeting")]
Commitment: TypeAlias = Annotated[str, _slug_of("commitment")]
Claim: TypeAlias = Annotated[str, _slug_of("claim")]
Subject: TypeAlias = Annotated[str, _slug_of("|".join(SUBJECT_KINDS))]


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("a number is written without rounding: put it in quotes")
    if isinstance(value, bool):
        raise ValueError("it is no number")
    return value


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError("it is no number that can be written out")
    return number


def _not_negative(number: Decimal) -> Decimal:
    if number < 0:
        raise ValueError(f"{plain(number)} is below zero: rates are per cent and never negative")
    return number


Number: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    AfterValidator(_finite),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": ["number", "string"], "description": "a decimal number"}),
]
Percent: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_exact),
    AfterValidator(_finite),
    AfterValidator(_not_negative),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema(
        {"type": ["number", "string"], "description": "per cent: 25 is 25 % of the customs value"}
    ),
]


def _whole_day(when: When) -> When:
    if not when.known:
        raise ValueError(f"{when} is vague; a line of a measure takes whole days only")
    return when


WholeDay: TypeAlias = Annotated[When, AfterValidator(_whole_day)]


class Figure(Value):
    """A number that a source gives: its name, value, unit, and the period it is for."""

    name: Title
    value: Number
    unit: Title
    period: Title | None = None


class Amount(Value):
    """How much: a number and its unit, and the span it is for (``year``, ``in all``)."""

    value: Number
    unit: Title
    per: Title | None = None


class Effect(Value):
    """One change to one subject.

    ``words()`` are the parts that it says for all days: a title, a form.  ``parts()`` are
    those it says for the days that the effect covers.
    """

    subject: str

    def words(self) -> Mapping[str, Json]:
        """Part → value, for the parts that hold on all days."""
        return {}

    def parts(self) -> Mapping[str, Json]:
        """Part → value, for the parts that hold over the days of this effect."""
        return {}

    def refers(self) -> Iterator[str]:
        """Other subjects that it names."""
        return iter(())

    def parties(self) -> Iterator[str]:
        """Parties that it names; each must exist on its first day."""
        return iter(())

    def everyone(self) -> bool:
        """Whether it is about every party, of which it names none."""
        return False

    def days(self) -> tuple[When | None, When | None, When | None]:
        """From, until, expires."""
        return None, None, None

    @property
    def ends_parties(self) -> bool:
        """Whether its parties may be gone on its first day: they leave with it."""
        return False


class Dated(Effect):
    """An effect on the days from ``from`` on (left out: the day the event occurred).

    ``until`` is the first day on which what it covered shows again, ``expires`` the first
    on which nothing holds any more.  Either only when the same act names the end; where a
    source names the last day in force, write the day after it.
    """

    since: When | None = Field(default=None, alias="from")
    until: When | None = None
    expires: When | None = None

    def days(self) -> tuple[When | None, When | None, When | None]:
        return self.since, self.until, self.expires


class Exact(Effect):
    """An effect whose days are whole: lines of measures and what bears on them."""

    since: WholeDay | None = Field(default=None, alias="from")
    until: WholeDay | None = None
    expires: WholeDay | None = None

    def days(self) -> tuple[When | None, When | None, When | None]:
        return self.since, self.until, self.expires


def stated(**parts: Any) -> dict[str, Json]:
    """The parts that were given; dashes for underscores."""
    return {
        name.replace("_", "-"): value.json_value() if isinstance(value, Value) else value
        for name, value in parts.items()
        if value is not None and value != ()
    }
