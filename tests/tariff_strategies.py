"""Random small tariffs, as entries are written, and goods to ask them about, for Hypothesis."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from tests.entries import agreement, entry
from tests.tariff_oracle import Asked
from tests.tariffs import Effect, effect, introduced, line, rate, scope, yields

START = date(2025, 3, 1)
WINDOW = [(START + timedelta(days=number)).isoformat() for number in range(12)]
KNOWN = (WINDOW[4], WINDOW[8])
"""The two days on which something was reported."""

MEASURES = ("cars", "metals", "parts")
LINES = ("a", "b", "c")
EU = "agreement/eu"
GROUPS = {EU: "EU"}

# One draw from a list of whole values is quicker than many small ones, and shrinks as well:
# the plainest value stands first, and what is to be common stands in the list more than once.

_FROM = [{"since": day} for day in WINDOW[1:9:2]]
_SPANS: list[dict[str, str]] = [
    *[{}] * 24,
    *_FROM,
    *(
        {"since": first, end: last}
        for first, last in combinations(WINDOW[1::3], 2)
        for end in ("until", "expires")
    ),
]
spans = st.sampled_from(_SPANS)
"""Days of an effect that are no empty span, as :func:`tests.tariffs.line` takes them."""

CONDITIONS: list[dict[str, Any]] = [
    {"given": "claim", "is": "usmca"},
    {"given": "quota", "is": "within"},
    {"given": "claim", "is": "korus"},
    {"given": "loaded", "before": WINDOW[5]},
    {"given": "loaded", "on-or-after": WINDOW[5]},
    {"given": "steel-weight", "at-least": "0.5"},
    {"given": "steel-weight", "plus": ["copper-weight"], "below": "0.6"},
    {"given": "metal-from", "is": "GB", "at-least": "0.5"},
    {"given": "age-years", "at-least": "25"},
    {"given": "for-cars-of", "is": "GB"},
]
_EXCEPTIONS: list[dict[str, Any]] = [
    *[{}] * 12,
    *({"except_products": [code]} for code in ("8703.23", "8703.23.01")),
    *({"except_partners": [party]} for party in ("DE", "EU", "JP")),
    {"except_products": ["8703.23"], "except_partners": ["DE"]},
]
_SHARES = ("content:steel", "rest:steel", "rest:us-content", "content:us-content")


scopes = st.builds(
    lambda partners, products, exceptions, conditions: {
        "partners": partners,
        **({"products": products} if products else {}),
        **exceptions,
        **({"conditions": conditions} if conditions else {}),
    },
    st.sampled_from([["*"], ["*"], ["JP"], ["EU"], ["DE", "JP"], ["EU", "JP"], ["CN"]]),
    st.sampled_from(
        [[], [], ["87"], ["8703"], ["8703.23"], ["8703.23.01"], ["8703", "8703.23"], ["7208"]]
    ),
    st.sampled_from(_EXCEPTIONS),
    st.sampled_from(
        [
            *[[]] * 30,
            *([each] for each in CONDITIONS),
            *([one, other] for one, other in combinations(CONDITIONS, 2)),
        ]
    ),
)
"""What a line covers."""

rates = st.builds(
    lambda per_cent, basis, share, rank: {
        "per_cent": per_cent,
        "basis": basis,
        **({"share": share} if share else {}),
        **({"rank": rank} if rank else {}),
    },
    st.sampled_from([25, 10, 5, "7.5", 0, "open"]),
    st.sampled_from(["additional"] * 3 + ["total", "total", "exempt", "at-least"]),
    st.sampled_from([None] * 8 + [*_SHARES]),
    st.sampled_from([0, 0, 0, 0, 1, -1]),
)
"""What a line bears."""

givens = st.fixed_dictionaries(
    {},
    optional={
        "claim": st.sampled_from(["usmca", "korus", "korus,usmca"]),
        "quota": st.sampled_from(["within", "exhausted"]),
        "loaded": st.sampled_from(WINDOW[4:7]),
        "steel-weight": st.sampled_from(["0.1", "0.5", "0.9"]),
        "copper-weight": st.sampled_from(["0", "0.1"]),
        "metal-from": st.sampled_from(["GB:0.5", "GB:0.49", "CN:1"]),
        "model-year": st.sampled_from(["2000", "2001"]),
        "for-cars-of": st.sampled_from(["GB", "JP"]),
        "steel-value": st.sampled_from(["0", "0.25", "1"]),
        "us-content": st.sampled_from(["0", "0.4", "1"]),
    },
)

_LATER = ["nothing"] * 6 + ["rate", "scope", "line", "suspended", "resumed"]
_FIRST = ["line"] * 12 + ["ban-set", "licence-set", "line-open"]


@st.composite
def _of_a_line(draw: st.DrawFn, measure: str, name: str, *, first: bool) -> list[Effect]:
    """What one event says of one line; the first makes it."""
    what = draw(st.sampled_from(_FIRST if first else _LATER))
    if what == "nothing":
        return []
    days = draw(spans)
    match what:
        case "line":
            return [*line(measure, name, **draw(scopes), **draw(rates), **days)]
        case "rate":
            return [rate(measure, name, **draw(rates), **days)]
        case "scope":
            return [scope(measure, name, **draw(scopes), **days)]
        case "suspended" | "resumed":
            return [effect(f"measure-{what}", measure, line=name, **days)]
        case _:
            covered = scope(measure, name, **draw(scopes), **days)
            return [covered, effect(what, measure, line=name, **days)]


_BESIDE: list[list[Effect]] = [
    *[[]] * 12,
    *([{"kind": f"measure-{word}"}] for word in ("suspended", "suspended", "resumed", "ended")),
    *(
        [{"kind": "measure-standing-set", "standing": word}]
        for word in ("contested", "held-unlawful")
    ),
]


_YIELDING = ["", "", "", "all", "all", "all", "part", "part", "none", "open"]
_SELDOM = [*[""] * 12, "all", "part"]


@st.composite
def _of_a_measure(draw: st.DrawFn, measure: str, later: list[str]) -> list[Effect]:
    """What an event says of a measure beside its lines; it seldom yields to one not *later*."""
    found = [
        effect(measure=measure, **each, **draw(spans)) for each in draw(st.sampled_from(_BESIDE))
    ]
    for other in MEASURES:
        share = draw(st.sampled_from(_YIELDING if other in later else _SELDOM))
        if share and other != measure:
            found.append(yields(measure, other, share, **draw(spans)))
    return found


_VAGUE = [{"since": "[2025-03-03..2025-03-06]"}, {"until": "[2025-03-05..2025-03-09]"}]
"""Days of a membership that are known within some days only."""


def _stage(party: str, stage: str, days: dict[str, str]) -> Effect:
    return {
        "kind": "party-stage-set",
        "subject": EU,
        "parties": [party],
        "stage": stage,
        **_from(days),
    }


def _from(days: dict[str, str]) -> dict[str, str]:
    return {"from" if name == "since" else name: day for name, day in days.items()}


_DISPLACED: list[list[Effect]] = [
    *[[]] * 8,
    *([yields("column-1", name)] for name in MEASURES),
    [yields("column-1", name, since=WINDOW[5]) for name in MEASURES[:2]],
    [yields("column-1", name, "part") for name in MEASURES],
    [yields("column-1", "cars", "open"), yields("column-1", "metals")],
]

KOREAN = {"basis": "base", "rank": 1, "conditions": [CONDITIONS[2]]}
_BESIDE_THE_ORDINARY: list[tuple[Effect, ...]] = [
    *[()] * 10,
    line("column-1", "floor", 10, basis="at-least"),
    line("column-1", "floor", "open", basis="at-least", products=["8703"]),
    line("column-1", "extra", 5, products=["8703.23.01"]),
    line("column-1", "korean", 0, **KOREAN),
    line("column-1", "steel", 6, basis="base", products=["8703.23"], share="content:steel"),
    line("column-1", "american", 0, basis="exempt", share="content:us-content"),
    (introduced("column-2"), *line("column-2", "all", 4, basis="base")),
    (introduced("column-2"), *line("column-2", "all", 4, basis="base", share="rest:steel")),
    (
        *(introduced("column-2"), *line("column-2", "all", "open", basis="base")),
        yields("column-2", "column-1"),
    ),
    (
        *(introduced("column-2"), *line("column-2", "all", 4, basis="base")),
        *line("column-2", "floor", 9, basis="at-least", products=["87"]),
        yields("column-2", "cars", "open"),
    ),
]

_COVERED: list[list[Effect]] = [
    *[[effect("coverage-set", "column-1")]] * 6,
    [effect("coverage-set", "column-1", since=WINDOW[3])],
    [
        effect("coverage-set", "column-1", until=WINDOW[3]),
        effect("coverage-set", "column-1", since=WINDOW[6], until=WINDOW[9]),
    ],
    [effect("coverage-set", name) for name in ("column-1", "cars")],
    [effect("coverage-set", "metals", since=WINDOW[2], until=WINDOW[8])],
]


@st.composite
def _ordinary(draw: st.DrawFn) -> list[Effect]:
    """The ordinary duty, the introductions of all measures, and a group with a party."""
    imposers = draw(st.sampled_from([*product(["US", "US", "EU"], repeat=3)]))
    on_cars = draw(st.sampled_from([10, 25, "open"]))
    share = draw(st.sampled_from([None] * 8 + [*_SHARES]))
    shared = {"share": share} if share else {}
    return [
        introduced("column-1"),
        *line("column-1", "all", "2.5", basis="base", **shared, **draw(spans)),
        *line("column-1", "cars", on_cars, basis="base", products=["8703"], **draw(spans)),
        *draw(st.sampled_from(_BESIDE_THE_ORDINARY)),
        *(introduced(name, imposer=by) for name, by in zip(MEASURES, imposers, strict=True)),
        *draw(st.sampled_from(_DISPLACED)),
        *draw(st.sampled_from(_COVERED)),
        agreement(EU, "bloc"),
        _stage("FR", "in-force", {}),
    ]


@st.composite
def tariffs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Entries: the ordinary duty, three measures of up to three lines, and a group.

    Several may be of one day, in an order that is given or that of their ids.
    """
    found = [entry("ordinary", "2024-12-01", *draw(_ordinary()), reported="2024-12-01")]
    order = draw(st.permutations(MEASURES))
    names = {name: LINES[: draw(st.integers(1, 3))] for name in MEASURES}
    for number in range(draw(st.integers(1, 3))):
        effects: list[Effect] = []
        for measure in MEASURES:
            for name in draw(st.sampled_from([names[measure], names[measure][::-1]])):
                effects += draw(_of_a_line(measure, name, first=number == 0))
            effects += draw(_of_a_measure(measure, order[order.index(measure) + 1 :]))
        if stage := draw(st.sampled_from(["", "in-force", "left"])):
            days = draw(st.one_of(spans, st.sampled_from(_VAGUE)))
            effects.append(_stage("DE", stage, days))
        if stage := draw(st.sampled_from([*[""] * 10, "ended", "in-force"])):
            whole = {"kind": "agreement-stage-set", "subject": EU, "stage": stage}
            effects.append(whole | _from(draw(spans)))
        occurred = WINDOW[3 * number + draw(st.integers(0, 2))]
        order_of_day = draw(st.sampled_from([0, 0, 1, -1]))
        if found[1:] and draw(st.integers(0, 2)) == 0:
            occurred = found[-1]["occurred"]
        reported = draw(st.sampled_from(KNOWN))
        more: dict[str, Any] = {"effects": effects}
        if order_of_day:
            more["order"] = order_of_day
        name = draw(st.sampled_from("abc")) + f"-{number}"
        found.append(entry(name, occurred, reported=reported, **more))
    return found


goods = st.builds(
    Asked,
    origin=st.sampled_from(["JP", "JP", "DE", "FR", "CN"]),
    product=st.sampled_from(["87032301", "87032301", "870323", "8703", "72081000", "*"]),
    day=st.sampled_from(WINDOW),
    known_by=st.sampled_from([WINDOW[-1], *KNOWN, WINDOW[3]]),
    into=st.sampled_from(["US", "US", "US", "DE"]),
    base=st.sampled_from([None, None, None, Decimal(0), Decimal("2.5"), Decimal(15)]),
    given=givens,
)
"""Goods that enter on a day of the window, as known by a day of it."""
