"""Vectors: the words of events as PostgreSQL keeps them, cut and folded as SQLite does.

The server's own parser takes hosts, numbers and hyphens apart in its own way, and folds no
diacritics without an extension.  So the words are cut here, by the rules of the tokenizer
``unicode61`` of SQLite, and the server is given lexemes and their places: the same words find
the same events on either engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import category, normalize

from sqlalchemy import Connection, text

from tracker.store import log as logs
from tracker.store import plain

_LONGEST = 500
"""Characters of a word that count: PostgreSQL takes 2,046 bytes, of which one needs up to 4."""
_LAST_PLACE = 16_383
_PLACES = 255
_MOST = 1_000_000
"""How many places a word has at most, and how many bytes words and places take: PostgreSQL
takes no more."""


class _Folding(dict[int, str | int | None]):
    """Each character as it is compared: small, without a diacritic; None ends a word."""

    def __missing__(self, code: int) -> str | int | None:
        found = self[code] = _folded(chr(code))
        return found


def _folded(sign: str) -> str | None:
    if "\u0300" <= sign <= "\u0331":
        return ""
    kind = category(sign)
    if kind[0] not in "LN" and kind != "Co":
        return " "
    # One letter stays one letter: ſ is s and ς is σ, but ß is not ss.
    small = sign.casefold() if len(sign.casefold()) == 1 else sign.lower()
    # Only letters that are Latin without their diacritic lose it: が is another word than か.
    base = normalize("NFD", small)[0]
    return base if base.isascii() else small


_FOLDING = _Folding()


def words_of(line: str) -> list[str]:
    """The words of *line*, as they are compared."""
    return [word[:_LONGEST] for word in line.translate(_FOLDING).split()]


def vector_of(title: str, rest: str) -> str:
    """What the words of an event are in PostgreSQL: those of the title weigh more."""
    places: dict[str, list[str]] = {}
    size = 0
    heading = words_of(title)
    # The step between the two keeps a phrase from running from one into the other.
    for weight, first, words in (("A", 1, heading), ("", len(heading) + 2, words_of(rest))):
        for place, word in enumerate(words, first):
            known = places.setdefault(word, [])
            if known and (place > _LAST_PLACE or len(known) == _PLACES):
                continue
            # The number of its places, and how far it is to an even address, take three.
            size += 2 if known else len(word.encode()) + 5
            if size > _MOST:
                break
            known.append(f"{min(place, _LAST_PLACE)}{weight}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items() if found)


def index(conn: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Take the words of events: version, title, and the rest."""
    found = [(version, vector_of(title, rest)) for version, title, rest in rows]
    cursor: Any = conn.connection.cursor()
    if len(found) < plain.COPIED:
        cursor.executemany("INSERT INTO words (version, found) VALUES (%s, %s::tsvector)", found)
        return
    with cursor.copy("COPY words (version, found) FROM STDIN") as copy:
        for row in found:
            copy.write_row(row)


def difference(conn: Connection, rows: Iterable[tuple[int, str, str]]) -> int | None:
    """The version of the first event that has other words, or one that has them and is none."""
    size = 0
    for some in logs.chunks(rows):
        size += len(some)
        wanted = {version: vector_of(title, rest) for version, title, rest in some}
        cursor: Any = conn.connection.cursor()
        cursor.execute(_SAME, (list(wanted), list(wanted.values())))
        missing = wanted.keys() - {version for (version,) in cursor}
        if missing:
            return min(missing)
    (last,) = plain.row(conn, _LAST) or (0,)
    return last if last > size else None


_SAME = (
    "SELECT version FROM words "
    "JOIN unnest(%s::integer[], %s::text[]) AS wanted (number, vector) "
    "ON version = number AND found = vector::tsvector"
)
_LAST = text("SELECT coalesce(max(version), 0) FROM words")


_FIND = text(
    """
    SELECT version FROM words, CAST(:query AS tsquery) AS query
    WHERE found @@ query
    ORDER BY ts_rank('{0.25, 0.25, 0.25, 1}', found, query, 1) DESC, version
    """
)


def find(conn: Connection, phrases: Sequence[str]) -> Iterator[int]:
    """The versions of the events that have all of *phrases*, the likeliest first.

    The last word of a phrase may be the beginning of one.
    """
    wanted = [words for phrase in phrases if (words := words_of(phrase))]
    if wanted:
        query = " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in words) + ":*)" for words in wanted
        )
        for (version,) in plain.rows(conn, _FIND, query=query):
            yield int(version)


def forget(conn: Connection) -> None:
    """Throw the index away."""
    conn.execute(text("DELETE FROM words"))


_MADE = (
    text("CREATE TABLE words (version integer PRIMARY KEY, found tsvector NOT NULL)"),
    text("CREATE INDEX words_found ON words USING gin (found)"),
)
_IS_THERE = text("SELECT to_regclass('words')")


def restore(conn: Connection) -> None:
    """Make the index anew when it is not there any more; it is empty then."""
    # Whoever may not make tables is not stopped by one that is there.
    for statement in () if plain.row(conn, _IS_THERE) != (None,) else _MADE:
        conn.execute(statement)
