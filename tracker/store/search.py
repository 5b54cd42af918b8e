"""Search: full text over what people read of events, ranked (FTS5, or vectors of words).

Letters are compared without case and diacritics.  A script that writes no spaces between
words is indexed a character at a time, so that 東京 is found within a longer line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, TypeAlias
from unicodedata import normalize

from sqlalchemy import Connection, text

Words: TypeAlias = tuple[int, str, str]
"""The version of an event, its title, and whatever else people read of it."""

MOST = 100
"""How many words are searched for at once: engines take some thousands."""

_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])"
)
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)


def _has_vectors(conn: Connection) -> bool:
    return conn.dialect.name == "postgresql"


def index(conn: Connection, events: Iterable[Words]) -> None:
    """Take the words of events."""
    rows = list(_all_spaced(events))
    if _has_vectors(conn):
        from tracker.store import vectors

        vectors.index(conn, rows)
        return
    conn.connection.cursor().executemany(
        "INSERT INTO words (rowid, title, rest) VALUES (?, ?, ?)", rows
    )


def _all_spaced(events: Iterable[Words]) -> Iterator[Words]:
    return ((version, _spaced(title), _spaced(rest)) for version, title, rest in events)


def _spaced(words: str) -> str:
    # A letter and the accent after it are one letter, in what is searched and what is asked.
    return words if words.isascii() else _UNSPACED.sub(r" \1 ", normalize("NFC", words))


def has_words(words: str) -> bool:
    """Whether there is anything to find in *words*: a letter or a digit."""
    return _WORDS.search(words) is not None


def find(conn: Connection, words: str) -> list[int]:
    """The versions of the events that have all of *words*, the likeliest first.

    The beginning of a word finds it too.  Nothing in *words* is syntax.
    """
    wanted = [" ".join(_WORDS.findall(_spaced(word))) for word in words.split()]
    if _has_vectors(conn):
        from tracker.store import vectors

        return list(vectors.find(conn, wanted))
    # A text in quotes is a phrase whatever it holds, and only letters and digits are left in it.
    query = " ".join(f'"{word}"*' for word in wanted if word)
    if not query:
        return []
    found = conn.execute(
        text(
            "SELECT rowid FROM words WHERE words MATCH :query ORDER BY bm25(words, 4.0, 1.0), rowid"
        ),
        {"query": query},
    )
    return [int(row[0]) for row in found]


def restore(conn: Connection) -> None:
    """Make the index anew when it is not there any more; it is empty then."""
    if _has_vectors(conn):
        from tracker.store import vectors

        vectors.restore(conn)
        return
    there = conn.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'words'")).first()
    for statement in () if there else _MADE:
        conn.execute(statement)


_MADE = (
    text(
        "CREATE VIRTUAL TABLE words USING fts5 "
        "(title, rest, content = '', tokenize = \"unicode61 remove_diacritics 2\")"
    ),
    text("INSERT INTO words (words, rank) VALUES ('hashsize', 16777216)"),
    text("INSERT INTO words (words, rank) VALUES ('automerge', 16)"),
)


def difference(conn: Connection, again: Connection, events: Iterable[Words]) -> str | None:
    """Where events are found by other words than they should be; None where nowhere.

    Args:
        again: another database, on SQLite, in which they are found as they should be.
        events: the same, as :func:`index` takes them.
    """
    if _has_vectors(conn):
        from tracker.store import vectors

        version = vectors.difference(conn, _all_spaced(events))
        return None if version is None else f"version {version}"
    for here, there in zip_longest(_vocabulary(conn), _vocabulary(again)):
        if here != there:
            return min(f"{each[0]} in version {each[1]}" for each in (here, there) if each)
    return None


def _vocabulary(conn: Connection) -> Iterator[tuple[object, ...]]:
    """Each word, the version of an event that has it, and where in it, in order."""
    cursor: Any = conn.connection.cursor()
    cursor.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS "
        "temp.vocabulary USING fts5vocab(main, words, 'instance')"
    )
    found: Iterator[tuple[object, ...]] = cursor.execute("SELECT * FROM temp.vocabulary")
    return found


def forget(conn: Connection) -> None:
    """Throw the index away."""
    if _has_vectors(conn):
        from tracker.store import vectors

        vectors.forget(conn)
        return
    conn.execute(text("INSERT INTO words (words) VALUES ('delete-all')"))
