"""The quick fold, held against the slow one, whatever the order in which it sees things."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.strategies import logs
from tracker.domain.corrections import by_target, counted
from tracker.domain.dates import EVER, FIRST
from tracker.domain.events import Development, Event
from tracker.domain.folding import fold_one_more, fold_rows
from tracker.domain.timeline import (
    Assigned,
    FactRow,
    assigned,
    assignment_of,
    fold,
    fold_known,
    row_of,
)

KEY = slice(2)


def rows_of(events: list[Event]) -> list[Assigned]:
    said = by_target(events)
    return [
        row
        for event in events
        if isinstance(event, Development) and not event.against
        for content in counted(event, said)
        for row in assigned(content)
    ]


def parts_of(rows: list[Assigned]) -> list[list[Assigned]]:
    ordered = sorted(rows, key=lambda row: row[KEY])
    return [list(group) for _, group in groupby(ordered, key=lambda row: row[KEY])]


def slowly(rows: list[Assigned]) -> set[tuple[object, ...]]:
    return {tuple(row_of(fact)) for fact in fold(map(assignment_of, rows))}


def without_numbers(facts: list[FactRow] | set[FactRow]) -> set[tuple[object, ...]]:
    return {fact[:-1] for fact in facts}


@settings(max_examples=300)
@given(logs(most=10), st.randoms(use_true_random=False))
def test_the_quick_fold_says_what_the_slow_one_says(events: list[Event], random: object) -> None:
    for part in parts_of(rows_of(events)):
        shuffled = list(part)
        random.shuffle(shuffled)  # type: ignore[attr-defined]

        facts = fold_rows(shuffled)

        assert without_numbers(facts) == slowly(part)
        assert len(facts) == len(slowly(part))


@settings(max_examples=300)
@given(logs(most=10), st.randoms(use_true_random=False))
def test_one_more_assignment_gives_what_a_fold_from_scratch_gives(
    events: list[Event], random: object
) -> None:
    for part in parts_of(rows_of(events)):
        shuffled = list(part)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        facts: set[FactRow] = set()
        for number, row in enumerate(shuffled, start=1):
            more = fold_one_more(facts, row)

            facts = set(fold_rows(shuffled[:number])) if more is None else more

            assert without_numbers(facts) == slowly(shuffled[:number])


def test_what_holds_again_as_it_did_is_one_with_what_it_was_before() -> None:
    day, next_day = "2025-01-01", "2025-01-02"
    ever = "9999-12-31"

    def signed(event: str, since: str, known: str, known_until: str, via: str | None) -> Assigned:
        span = since, ever, since, ever, known, known_until
        return ("a", "stage", since, since, 0, event, 1, *span, '"signed"', via, None, None, None)

    first = signed("e1", day, day, ever, None)
    second = signed("e2", next_day, day, next_day, None)
    corrected = signed("e2", next_day, next_day, ever, "e9")

    facts = set(fold_rows([first, second]))

    assert fold_one_more(facts, corrected) is None
    assert slowly([first, second, corrected]) == without_numbers(
        fold_rows([first, second, corrected])
    )


PLAIN = st.lists(
    st.tuples(
        st.integers(1, 8),  # decided
        st.integers(1, 8),  # known
        st.integers(1, 8),  # since
        st.integers(0, 5),  # how long; 0 is for ever
        st.sampled_from(["1", "2", None]),
        st.integers(0, 3),  # the event
    ),
    max_size=8,
)


def plain(drawn: list[tuple[int, int, int, int, str | None, int]]) -> list[Assigned]:
    rows = []
    for place, (decided, known, since, length, value, event) in enumerate(drawn):
        day = f"2025-01-{decided:02}"
        first = f"2025-01-{since:02}"
        last = f"2025-01-{since + length:02}" if length else "9999-12-31"
        name = f"{day}-{known}-{event}"
        span = (first, last, first, last, f"2025-01-{known:02}", "9999-12-31")
        rows.append(("s", "p", day, day, 0, name, place, *span, value, None, None, None, None))
    return rows


@settings(max_examples=500)
@given(PLAIN)
@example([(1, 1, 1, 2, "1", 0), (1, 1, 3, 2, "1", 0)])
def test_whole_days_in_any_order_of_deciding_and_knowing(
    drawn: list[tuple[int, int, int, int, str | None, int]],
) -> None:
    rows = plain(drawn)
    facts: set[FactRow] = set()
    for number, row in enumerate(rows, start=1):
        more = fold_one_more(facts, row)
        scratch = set(fold_rows(rows[:number]))
        facts = scratch if more is None else more

        assert without_numbers(scratch) == slowly(rows[:number])
        assert facts == scratch


@settings(max_examples=300)
@given(logs(most=10), st.dates(date(2024, 12, 31), date(2025, 1, 20)))
def test_what_is_known_on_one_day_folds_as_if_it_were_for_ever(
    events: list[Event], known: date
) -> None:
    for part in parts_of(rows_of(events)):
        every = map(assignment_of, part)
        said = [each for each in every if each.known <= known < each.known_until]

        facts = fold_known(said)

        assert facts == fold(each._replace(known=FIRST, known_until=EVER) for each in said)
