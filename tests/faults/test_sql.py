"""SQL is written by us alone: values are parameters, and words that are searched are no syntax."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.entries import event
from tests.faults.nasty import nasty_texts
from tests.places import Places
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.told import Filter
from tracker.errors import BadCommand

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "tracker").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")])
SPEAKING = {"text", "execute", "executemany", "exec_driver_sql", "literal_column", "executescript"}
"""Calls whose first argument may be SQL as a text."""


def spoken(path: Path) -> Iterator[tuple[ast.Call, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else None
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in SPEAKING:
                yield node, node.args[0]


def is_put_together(said: ast.expr) -> bool:
    """Whether a text has anything in it that is not written in the program as it stands."""
    if isinstance(said, ast.JoinedStr):
        filled = [part.value for part in said.values if isinstance(part, ast.FormattedValue)]
        return any(ast.unparse(each) not in OURS for each in filled)
    if isinstance(said, ast.BinOp):
        return isinstance(said.op, ast.Add | ast.Mod)
    return (
        isinstance(said, ast.Call)
        and isinstance(said.func, ast.Attribute)
        and said.func.attr in ("format", "join", "replace")
    )


OURS = {
    "fact.name",
    "found.name",
    "table.name",
    "trigger",
    "number",
    "action",
    "action.lower()",
    "function",
}
"""What may be filled in: the names and numbers of what is ours, and what triggers refuse."""


def test_no_sql_is_put_together_from_what_comes_from_outside() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in FILES
        for call, said in spoken(path)
        if is_put_together(said)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("text(f'SELECT {x}')", True),
        ("conn.execute('SELECT ' + x)", True),
        ("conn.exec_driver_sql('SELECT %s' % x)", True),
        ("text('SELECT {}'.format(x))", True),
        ("text('SELECT :x')", False),
        ("conn.execute(text('SELECT 1'), {'x': x})", False),
    ],
)
def test_the_reader_of_sql_knows_what_is_put_together(
    tmp_path: Path, source: str, refused: bool
) -> None:
    file = tmp_path / "a.py"
    file.write_text(source)

    assert any(is_put_together(said) for _, said in spoken(file)) is refused


# -- search -----------------------------------------------------------------------------------

TITLES = {
    "2025-01-01-a": "Cars OR lorries: NEAR the border",
    "2025-01-02-b": 'The "title" AND a star *',
    "2025-01-03-c": "Reunión en Seúl",
    "2025-01-04-d": "東京で会談",
    "2025-01-05-e": "rowid rank bm25 words",
}


@pytest.fixture(scope="module")
def tracker(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    url = places.new(tmp_path_factory.mktemp("search") / "log.db")
    places.fill(url)
    found = Tracker(url)
    found.add(Batch([event(name[11:], name[:10], title=text) for name, text in TITLES.items()]))
    yield found
    found.close()
    places.drop(url)


def plain(text: str) -> str:
    """Letters without case and diacritics."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).lower()


def tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(re.sub("([\u4e00-\u9fff\u3040-\u30ff])", r" \1 ", text)))


def naively(words: str) -> set[str]:
    """The events that have each of *words*, the rule done slowly.

    Signs in a word are gaps: its letters stand one after the other, and the last of them may
    be a beginning.
    """
    phrases = [each for word in words.split() if (each := tokens(word))]
    found = set()
    for name, title in TITLES.items():
        fields = tokens(title), tokens(f"{name} Example https://example.org/a")
        if phrases and all(any(stands_in(each, field) for field in fields) for each in phrases):
            found.add(name)
    return found


def stands_in(phrase: list[str], field: list[str]) -> bool:
    *first, last = phrase
    return any(
        field[at : at + len(first)] == first and field[at + len(first)].startswith(last)
        for at in range(len(field) - len(first))
    )


TYPED = (
    *("OR", "AND", "NOT", "NEAR", "NEAR(", "title:", "rest:cars", "^cars", "cars*", "-cars", '""'),
    *('"', "'", "(", ")", "{title}", "+", "*", ":", "\0", "--", ";", "/*", "%", "_", "cars-or-l"),
    *("cars", "CAR", "lorries", "seúl", "SEUL", "star", "rowid", "rank", "title", "the", "東京"),
)


@given(st.lists(st.sampled_from(TYPED), max_size=4).map(" ".join))
@example("NEAR(cars lorries, 2)")
@example('cars" OR "star')
def test_a_search_finds_what_has_all_the_words_whatever_they_would_mean_elsewhere(
    tracker: Tracker, words: str
) -> None:
    if not tokens(words):
        with pytest.raises(BadCommand, match="no word in it"):
            list(tracker.search(words, Filter()))
        return

    found = {told.id for told in tracker.search(words, Filter())}

    assert found == naively(words)


@given(nasty_texts())
def test_a_search_for_anything_is_an_answer_or_refused(tracker: Tracker, words: str) -> None:
    with suppress(BadCommand):
        assert isinstance(list(tracker.search(words, Filter())), list)
