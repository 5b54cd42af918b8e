"""The catalogue: entries as people write them, in TOML, and the events they describe.

Every complaint names the file and the line.  The parser of the standard library tells no
lines, so a second pass over the text finds where each field stands, when it is needed.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tracker.domain import bounds
from tracker.domain.bounds import shown
from tracker.domain.events import Event, from_content, problems, read_event
from tracker.domain.records import Record, record_of
from tracker.domain.values import SUBJECT_KINDS, Value
from tracker.errors import BadEntries, NotFound, Problem

_SUBJECT = re.compile(rf"\b(?:{'|'.join(SUBJECT_KINDS)})/[a-z0-9]+(?:-[a-z0-9]+)*")
_WORDS = re.compile(r"[\w-]+")
_EVENT = re.compile(r"\d{4}(?:-[a-z0-9]+)+")


@dataclass(slots=True)
class Batch:
    """What a set of files says: the events, what is wrong, and where each entry stands.

    ``streams`` are files of JSON lines that are read when their records are asked for, so that
    they may be of any length.

    ``broken`` are the ids of entries that could not be read, ``named`` the subjects that
    those entries name, so that nobody is told that they are missing.  Those of a file that
    could not be read at all are picked out of its text.
    """

    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    streams: list[Path] = field(default_factory=list)
    _texts: dict[str, tuple[str, int]] = field(default_factory=dict)
    _repeated: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def records(self) -> Iterator[list[Record]]:
        """The records of the events, some at a time; of those in streams as they are read."""
        for chunk in _chunks(self.events):
            yield list(map(record_of, chunk))
        for path in self.streams:
            for lines in _some_lines(path):
                yield list(_records(lines, path, self))

    def find(self, ids: Iterable[str]) -> None:
        """Look up in the streams where the entries with these ids stand."""
        wanted = {name for name in ids if name and name not in self.places}
        for path in self.streams if wanted else ():
            for number, line in _lines(path):
                name = _id_of(line) if line else None
                if name in wanted:
                    self.places.setdefault(name, (str(path), number))
                    self._repeated.setdefault(name, []).append((str(path), number))

    def repeated(self, event_id: str) -> Problem:
        """That an id stands more than once in the streams."""
        found = self._repeated.get(event_id, [])
        path, line = found[-1] if found else ("", 0)
        return _twice(event_id, self.place_of(event_id), path, line)

    def complain(self, *found: Problem) -> None:
        """Note what is wrong with what was read.

        Raises:
            BadEntries: so much is wrong that there is no use in looking for more.
        """
        self.problems += map(_readable, found)
        if len(self.problems) > bounds.PROBLEMS:
            more = Problem("more is wrong than can be told: put these right and try again")
            raise BadEntries([*self.problems[: bounds.PROBLEMS], more])

    def unread(self, text: str) -> None:
        """Note whatever may stand in a file that could not be read."""
        self.named |= set(_SUBJECT.findall(text))
        self.broken |= {word for word in _WORDS.findall(text) if _EVENT.fullmatch(word)}

    def place_of(self, event_id: str) -> str:
        """Where the entry stands, as ``path:line``."""
        path, line = self.places.get(event_id, ("", 0))
        return f"{path}:{line}" if line else path

    def located(self, problem: Problem) -> Problem:
        """*problem* with the file and line of the entry, or field, that it is about."""
        if problem.event not in self.places or problem.line:
            return problem
        path, line = self.places[problem.event]
        text, number = self._texts.get(problem.event, ("", 0))
        if text and problem.field:
            line = line_of(text, number, problem.field) or line
        return Problem(problem.message, problem.event, problem.field, path, line)


def _readable(problem: Problem) -> Problem:
    """*problem*, cut where what it quotes goes on and on: all of it is as much as is read."""
    return replace(
        problem,
        message=_cut(problem.message, 1_400),
        event=_cut(problem.event, 200),
        field=_cut(problem.field, 200),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def read_files(paths: Iterable[Path]) -> Batch:
    """What the files *paths* say; a folder stands for the TOML files in it.

    Raises:
        NotFound: a path is not there.
    """
    batch = Batch()
    for path in _expanded(paths):
        try:
            with path.open("rb") as file:
                read_stream(file, str(path), into=batch)
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}") from None
    return batch


def open_files(paths: Iterable[Path]) -> Batch:
    """What the files *paths* say, those of JSON lines left to be read as they are loaded.

    Raises:
        NotFound: a path is not there.
    """
    batch = Batch()
    for path in _expanded(paths):
        try:
            with path.open("rb") as file:
                # What comes through a pipe comes once: it is read as a whole.
                begin = file.read(_PEEK) if path.is_file() else b""
                if begin.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
                    batch.streams.append(path)
                else:
                    read_stream(file, str(path), into=batch, begin=begin)
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}") from None
    return batch


_PEEK = 4096
_AT_ONCE = 1000

T = TypeVar("T")


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _AT_ONCE)):
        yield chunk


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file that are not blank, from 1, without a byte order mark; None: too long."""
    with path.open("rb") as file:
        for number, line in enumerate(bounds.lines(file.readline), start=1):
            if number == 1 and line:
                line = line.removeprefix(codecs.BOM_UTF8)
            if line is None or not line.isspace():
                yield number, line


def _some_lines(path: Path) -> Iterator[list[tuple[int, bytes | None]]]:
    """The lines of a file some at a time: fewer where they are long."""
    some: list[tuple[int, bytes | None]] = []
    room = bounds.FILE
    for number, line in _lines(path):
        some.append((number, line))
        room -= len(line or b"")
        if len(some) == _AT_ONCE or room < 0:
            yield some
            some, room = [], bounds.FILE
    if some:
        yield some


def _records(
    lines: Iterable[tuple[int, bytes | None]], path: Path, batch: Batch
) -> Iterator[Record]:
    for number, line in lines:
        if line is None:
            said = f"the line has more than {bounds.size(bounds.LINE)}: split what it says"
            batch.complain(Problem(said, path=str(path), line=number))
            continue
        found = None if line.count(b",") > bounds.VALUES else _quickly(line)
        yield from _slowly(line, number, path, batch) if found is None else (found,)


def _quickly(line: bytes) -> Record | None:
    """The record of a line; None where something is wrong with it, or may be."""
    try:
        event = from_content(line)
    except ValidationError:
        return None
    if any(problems(event)):
        return None
    found = record_of(event)
    # A key that stands twice brings a colon that the content does not have.
    if b"\\" in line or line.count(b":") > found.content.count(":"):
        try:
            bounds.read_json(line.decode())
        except ValueError:
            return None
    return found


def _slowly(line: bytes, number: int, path: Path, batch: Batch) -> Iterator[Record]:
    """The record of a line that something is wrong with, or that is written in an unusual way."""
    own = Batch()
    try:
        _read_json_line(line.decode(), str(path), number, own)
    except UnicodeDecodeError as error:
        own.unread(line.decode("utf-8", "ignore"))
        said = f"it is not UTF-8 (byte {error.start} of the line): save it as UTF-8"
        own.complain(Problem(said, path=str(path), line=number))
    batch.complain(*own.problems)
    batch.broken |= own.broken
    batch.named |= own.named
    if own.problems:
        batch.places |= own.places
    yield from map(record_of, own.events)


def _id_of(line: bytes) -> str | None:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return raw.get("id") if isinstance(raw, dict) else None


def _twice(name: str, other: str, path: str, line: int) -> Problem:
    said = f"the id stands twice, also at {other}: give one of them another"
    return Problem(said, name, "id", path, line)


def read_stream(
    file: BinaryIO, path: str, *, into: Batch | None = None, begin: bytes = b""
) -> Batch:
    """What is left of *file* after *begin*; it has to be there as a whole, so it is bounded."""
    batch = into if into is not None else Batch()
    content = begin + file.read(bounds.FILE + 1 - len(begin))
    if len(content) > bounds.FILE:
        said = (
            f"it has more than {bounds.size(bounds.FILE)}, which is more than is read at once: "
            "split it, or load a file of JSON lines, which may be of any length"
        )
        batch.complain(Problem(said, path=path))
        return batch
    return read_bytes(content, path, into=batch)


def read_bytes(content: bytes, path: str, *, into: Batch | None = None) -> Batch:
    """What *content* says, which must be UTF-8, with or without a byte order mark."""
    batch = into if into is not None else Batch()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        batch.unread(content.decode("utf-8", "ignore"))
        batch.complain(
            Problem(
                f"it is not UTF-8 (byte {error.start}): save it as UTF-8",
                path=path,
                line=content[: error.start].count(b"\n") + 1,
            )
        )
        return batch
    return read_text(text, path, into=batch)


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for path in paths:
        try:
            is_there = path.exists()
        except OSError as error:
            raise NotFound(f"{_cut(str(path), 200)} cannot be read: {error.strerror}") from None
        if not is_there:
            raise NotFound(f"{path} is not there: give a TOML file of events, or a folder of them")
        for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def read_text(text: str, path: str, *, into: Batch | None = None) -> Batch:
    """What *text* says: entries in TOML, or one JSON object a line."""
    batch = into if into is not None else Batch()
    if text.lstrip().startswith("{"):
        _read_json_lines(text, path, batch)
        return batch
    try:
        data = bounds.read_toml(text)
    except ValueError as error:
        message = str(error)
        line = re.search(r"at line (\d+)", message)
        number = int(line[1]) if line else text.count("\n") + 1
        if slashed := _SLASHED.search(text.split("\n")[number - 1]):
            message = (
                f"{slashed[0]} could be two different days: write the year first, then month and "
                "day, as in 2025-04-02"
            )
        batch.unread(text)
        batch.complain(Problem(f"it is not TOML: {message}", path=path, line=number))
        return batch
    for key in data:
        if key != "event":
            batch.complain(
                Problem(
                    f"unknown key {shown(key)}: a file of the catalogue has [[event]] entries only",
                    path=path,
                    line=line_of_key(text, key),
                )
            )
    entries = data.get("event", [])
    if not isinstance(entries, list):
        batch.complain(
            Problem("write [[event]] with two brackets: a file holds many", path=path, line=1)
        )
        return batch
    headers = header_lines(text, "event")
    for number, raw in enumerate(entries):
        at = headers[number] if number < len(headers) else 1
        _read_entry(raw, path, at, batch, text, number)
    return batch


def read_entries(entries: Iterable[Mapping[str, Any]], path: str) -> Batch:
    """What *entries* say, mappings as read from TOML; *path* is how messages call their source."""
    batch = Batch()
    for entry in entries:
        _read_entry(entry, path, 0, batch)
    return batch


_SLASHED = re.compile(r"\b\d{1,4}/\d{1,2}/\d{1,4}\b")


def _read_json_lines(text: str, path: str, batch: Batch) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not line.isspace():
            _read_json_line(line, path, number, batch)


def _read_json_line(line: str, path: str, number: int, batch: Batch) -> None:
    try:
        raw = bounds.read_json(line)
    except ValueError as error:
        batch.complain(Problem(f"it is not JSON: {error}", path=path, line=number))
        return
    _read_entry(raw, path, number, batch)


def _read_entry(
    raw: Any, path: str, line: int, batch: Batch, text: str = "", number: int = 0
) -> None:
    name = raw.get("id") if isinstance(raw, Mapping) else None
    name = name if isinstance(name, str) and _writable(name) else ""
    is_twice = bool(name) and name in batch.places
    if is_twice:
        batch.complain(_twice(name, batch.place_of(name), path, line))
    elif name:
        batch.places[name] = (path, line)
        batch._texts[name] = (text, number)
    if too_much := bounds.excess(raw):
        batch.broken.add(name)
        batch.complain(Problem(too_much, name, "", path, line))
        return
    raw, found = _with_lists(raw, name, Path(path).parent)
    try:
        event = read_event(raw)
    except ValidationError as error:
        found += _all_wrong(raw, error)
    else:
        found += problems(event)
        if not (found or is_twice):
            batch.events.append(event)
            return
    batch.named |= _subjects_in(raw)
    if not is_twice:
        batch.broken.add(name)
    for each in found:
        at = (line_of(text, number, each.field) if text else 0) or line
        batch.complain(Problem(each.message, name, each.field, path, at))


def _all_wrong(raw: Any, error: ValidationError) -> Iterator[Problem]:
    """What is wrong with an entry that could not be read: in what was read, and in the rest."""
    errors = error.errors(include_url=False)
    yield from _told(errors)
    if not isinstance(raw, Mapping):
        return
    if any(not each["loc"] for each in errors):
        # Without a kind nothing else of it was looked at.
        kind = "report" if "of" not in raw else "correction" if "content" in raw else "retraction"
        raw, errors = {**raw, "kind": kind}, []
        try:
            yield from problems(read_event(raw))
            return
        except ValidationError as more:
            errors = more.errors(include_url=False)
            yield from _told(errors)
    yield from _of_the_rest(raw, errors)


def _told(errors: list[ErrorDetails]) -> Iterator[Problem]:
    return (Problem(_in_words(each), field=_field(each)) for each in _telling(errors))


_STAND_IN: Mapping[str, Any] = {
    "id": "2025-x",
    "title": "x",
    "reported": "occurred",
    "sources": [{"url": "https://example.org/"}],
}


def _of_the_rest(raw: Mapping[str, Any], errors: Iterable[ErrorDetails]) -> Iterator[Problem]:
    """What is wrong with the effects and actors in which *errors* are not, as far as that shows."""
    kept = dict(raw)
    bad: dict[str, set[int]] = {name: set() for name, each in raw.items() if isinstance(each, list)}
    for name, *steps in (_field(each).split(".") for each in errors):
        if steps and steps[0].isdigit() and name in bad:
            bad[name].add(int(steps[0]))
        elif name in _STAND_IN:
            bad.pop(name, None)
            kept[name] = _STAND_IN[name]
        else:
            bad.pop(name, None)
            kept.pop(name, None)
    left = {
        name: [(number, each) for number, each in enumerate(raw[name]) if number not in numbers]
        for name, numbers in bad.items()
    }
    kept |= {name: [each for _, each in some] for name, some in left.items()}
    kept["sources"] = kept.get("sources") or _STAND_IN["sources"]
    try:
        event = read_event(kept)
    except ValidationError:
        return
    for each in problems(event):
        name, *steps = each.field.split(".")
        if name in ("effects", "actors") and steps and steps[0].isdigit():
            steps[0] = str(left[name][int(steps[0])][0])
            yield replace(each, field=".".join([name, *steps]))


_LISTS = {"products-from": "products", "except-products-from": "except-products"}
_CODE = re.compile(r"\d[\d.]*\d")


def _with_lists(raw: Any, name: str, folder: Path) -> tuple[Any, list[Problem]]:
    """*raw* with the codes of the list files that its effects name, and what is wrong with those.

    A list file stands in *folder* or below it: codes with white space between them, and from
    a ``#`` to the end of its line a comment, which says where the list comes from.
    """
    found: list[Problem] = []
    if not isinstance(raw, Mapping):
        return raw, found
    entry = dict(raw)
    if isinstance(entry.get("content"), Mapping):
        entry["content"] = _listed(entry["content"], folder, name, "content.", found)
    return _listed(entry, folder, name, "", found), found


def _listed(
    holder: Mapping[str, Any], folder: Path, name: str, prefix: str, found: list[Problem]
) -> Mapping[str, Any]:
    effects = holder.get("effects")
    if not isinstance(effects, list):
        return holder
    listed: list[Any] = []
    for number, effect in enumerate(effects):
        if isinstance(effect, Mapping) and not _LISTS.keys().isdisjoint(effect):
            effect = dict(effect)
            for key in [key for key in _LISTS if key in effect]:
                try:
                    codes = _codes_of(effect.pop(key), folder)
                except ValueError as error:
                    at = f"{prefix}effects.{number}.{key}"
                    found.append(Problem(str(error), name, at))
                else:
                    effect[_LISTS[key]] = [*effect.get(_LISTS[key], []), *codes]
        listed.append(effect)
    return {**holder, "effects": listed}


def _codes_of(name: object, folder: Path) -> list[str]:
    if not isinstance(name, str) or Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"{name!r} is no list file: write its path from the folder of this file")
    path = folder / name
    try:
        with path.open("rb") as file:
            content = file.read(bounds.FILE + 1)
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, ValueError):
        raise ValueError(f"{path} cannot be read: write the list file, in UTF-8") from None
    if len(content) > bounds.FILE:
        raise ValueError(f"{path} has more than {bounds.size(bounds.FILE)}: split it")
    codes: list[str] = []
    for number, line in enumerate(lines, start=1):
        for code in line.partition("#")[0].split():
            if not _CODE.fullmatch(code):
                raise ValueError(f"{path}:{number}: {code:.60} is no tariff code, such as 8703.23")
            codes.append(code)
    if not codes:
        raise ValueError(f"{path} lists no codes")
    return codes


def _writable(text: str) -> bool:
    """Whether *text* can be written as UTF-8: it holds no half of a pair of surrogates."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _telling(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors that tell something: not that a value is none of the other things it could be.

    A list with a bad item is also said to be too short, and a number below zero not to be
    the word that may stand for one.
    """
    fields = [_field(each) for each in errors]
    times = Counter(fields)
    around = {above for name in times for above in _around(name)}
    for name, each in zip(fields, errors, strict=True):
        alternative = each["type"] == "literal_error" and times[name] > 1
        follows = each["type"] == "too_short" and name in around
        if not (alternative or follows):
            yield each


def _around(field: str) -> Iterator[str]:
    """The fields that *field* stands in, at any remove."""
    while "." in field:
        field = field.rpartition(".")[0]
        yield field


def _subjects_in(raw: Any) -> set[str]:
    """The subjects that an entry names, however wrong the rest of it is."""
    found: set[str] = set()
    if isinstance(raw, Mapping):
        if isinstance(raw.get("subject"), str) and _writable(raw["subject"]):
            found.add(raw["subject"])
        for value in raw.values():
            found |= _subjects_in(value)
    elif isinstance(raw, list):
        for value in raw:
            found |= _subjects_in(value)
    return found


def _field(error: ErrorDetails) -> str:
    """The path of the field that *error* is about, as it is written in the entry.

    Between the fields pydantic names the kinds that it chose, and after them the
    alternatives that a value could have been; those are left out.
    """
    steps: list[str] = []
    where = error["loc"]
    for number, step in enumerate(where):
        chosen = number == 0 or (number > 1 and where[number - 2] == "effects")
        if isinstance(step, int):
            steps.append(str(step))
        elif not chosen and (step in _field_names() or error["type"] == "extra_forbidden"):
            steps.append(step)
    return ".".join(steps)


@cache
def _field_names() -> frozenset[str]:
    found: set[str] = set()
    models: list[type[Value]] = [Value]
    while models:
        model = models.pop()
        models += model.__subclasses__()
        found |= {field.alias or name for name, field in model.model_fields.items()}
    return frozenset(found)


def _in_words(error: ErrorDetails) -> str:
    """What pydantic found, for somebody who has never heard of it."""
    context = error.get("ctx", {})
    given = _given(error["input"])
    match error["type"]:
        case "missing":
            return "it is missing: every entry of this kind needs it"
        case "extra_forbidden":
            return (
                f"unknown field (its value is {given}){_field_meant(error)}: see events/README.md, "
                "or tracker schema"
            )
        case "literal_error":
            return f"{given} is not one of {context.get('expected')}{_meant(error)}"
        case "union_tag_invalid":
            return (
                f"kind {_given(context.get('tag'))} is not one of "
                f"{context.get('expected_tags')}{_meant(error)}"
            )
        case "union_tag_not_found":
            return 'it has no kind: add one, such as kind = "statement"'
        case "string_pattern_mismatch":
            return f"{given} is not written as it should be ({_pattern(context.get('pattern'))})"
        case "value_error":
            return str(context.get("error", error["msg"]))
        case "too_short":
            return "it needs at least one"
        case "decimal_parsing" | "decimal_type":
            return f"{given} is no number: write one, such as 12.5 (a rate is in per cent)"
        case _:
            return f"{error['msg']} (it is {given})"


def _given(value: object) -> str:
    return str(value) if isinstance(value, date) else shown(value)


def _pattern(pattern: object) -> str:
    text = str(pattern)
    for sign, words in (
        ("https?", "an address that starts with https:// or http://, without spaces"),
        (r"\d{4}(-\d\d){0,2}", "a day and words with dashes: 2025-03-26-us-232-autos"),
        ("^[A-Z][A-Z0-9]", "the code of a party, such as US, JP or EU"),
        (r"^(\*|[A-Z]", "the code of a party or group, or *"),
        (r"^\d{2}", "a tariff code of 2 to 12 digits, such as 8703.23"),
    ):
        if text.startswith(("^" + sign, sign)) or sign in text[:30]:
            return words
    if "/[a-z0-9]+" in text:
        kind = text[1:].split("/", 1)[0].strip("()")
        return f"a subject of this kind: {kind}/short-name"
    return "lower-case words with dashes" if text.startswith("^[a-z0-9]+") else text


def _meant(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    given = str(context.get("tag", error["input"]))
    wanted = str(context.get("expected_tags") or context.get("expected") or "")
    close = get_close_matches(given, re.findall(r"'([^']+)'", wanted), n=1)
    return f": did you mean {close[0]}?" if close else ""


def _field_meant(error: ErrorDetails) -> str:
    name = str(error["loc"][-1])
    close = get_close_matches(name, _field_names() - {name}, n=1, cutoff=0.8)
    return f"; did you mean {close[0]}?" if close and name not in _field_names() else ""


_HEADER = re.compile(r"^\s*(\[\[?)([\w.\-\"' \t]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?:\{\s*)?["']?([\w\-.]+)["']?\s*=""")


_TOKEN = re.compile(r"""\"\"\"|\'\'\'|\"(?:[^"\\]|\\.)*\"|'[^']*'|\#.*|[^"'#]+|["']""")


def _significant(text: str) -> Iterator[tuple[int, str]]:
    """Line number and line, without those inside a text of several lines."""
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            yield number, line
        position = 0
        while position < len(line):
            if inside:
                at = line.find(inside, position)
                if at < 0:
                    break
                position, inside = at + 3, ""
                continue
            token = _TOKEN.match(line, position)
            assert token is not None
            position = token.end()
            if token[0] in ('"""', "'''"):
                inside = token[0]


def header_lines(text: str, name: str) -> list[int]:
    """The lines on which the tables ``[[name]]`` begin."""
    return [
        number
        for number, line in _significant(text)
        if (match := _HEADER.match(line)) and match[1] == "[[" and match[2].strip() == name
    ]


def line_of_key(text: str, key: str) -> int:
    """The line of a key or table at the top of the file."""
    for number, line in _significant(text):
        header, plain = _HEADER.match(line), _KEY.match(line)
        if (header and header[2].strip().split(".")[0] == key) or (plain and plain[1] == key):
            return number
    return 1


def line_of(text: str, entry: int, path: str) -> int:
    """The line of the field *path* of the n-th entry (from 0); of the nearest thing around it.

    A path is ``effects.2.until``: the until of the third effect.
    """
    steps = path.split(".")
    entries = _steps(text)
    best, depth = 0, 0
    for number, here in entries[entry] if entry < len(entries) else ():
        if not here:
            best = number
        elif len(here) > depth and here == steps[: len(here)]:
            best, depth = number, len(here)
    return best


@lru_cache(maxsize=4)
def _steps(text: str) -> list[list[tuple[int, list[str]]]]:
    """For each entry the lines on which something begins, and what: the steps to it."""
    entries: list[list[tuple[int, list[str]]]] = []
    table: list[str] | None = None
    counts: dict[str, int] = {}
    for number, line in _significant(text):
        if header := _HEADER.match(line):
            names = [part.strip("\"' \t") for part in header[2].split(".")]
            if names == ["event"]:
                entries.append([(number, [])])
                table, counts = [], {}
                continue
            table = names[1:] if entries and names[0] == "event" else None
            if table is None:
                continue
            if header[1] == "[[":
                key = ".".join(table)
                counts[key] = counts.get(key, -1) + 1
                table = [*table, str(counts[key])]
            entries[-1].append((number, table))
        elif table is not None and (match := _KEY.match(line)):
            entries[-1].append((number, [*table, *match[1].split(".")]))
    return entries


def to_toml(entry: Mapping[str, Any]) -> str:
    """An entry in TOML, to be edited or kept: what :func:`read_text` reads back."""
    return "\n".join(["[[event]]", *_toml_table(entry, "event")]) + "\n"


_FIRST = ("id", "title", "kind", "of", "against", "slip", "occurred", "reported", "order")


def _toml_table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    keys = sorted(data, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
    plain = [key for key in keys if not _is_tables(data[key])]
    for key in plain:
        yield f"{key} = {_toml_value(key, data[key])}"
    for key in keys:
        value = data[key]
        if isinstance(value, dict) and key not in plain:
            yield f"\n[{path}.{key}]"
            yield from _toml_table(value, f"{path}.{key}")
        elif key not in plain:
            for item in value:
                yield f"\n[[{path}.{key}]]"
                yield from _toml_table(item, f"{path}.{key}")


def _is_tables(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    )


_PLAIN_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_KEYS = frozenset(
    {"occurred", "reported", "published", "from", "until", "expires", "due", "ends", "start"}
)


def _toml_value(key: str, value: Any) -> str:
    if key in _DAY_KEYS and isinstance(value, str) and _PLAIN_DAY.fullmatch(value):
        return value
    if isinstance(value, datetime):
        return json.dumps(value.isoformat(timespec="minutes"))
    if isinstance(value, date | Decimal):
        return str(value)
    # A JSON string is a TOML basic string, but for U+007F, which no entry may hold.
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value("", item) for item in value) + "]"
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {_toml_value(name, item)}" for name, item in value.items())
        return "{ " + inner + " }"
    return json.dumps(value, ensure_ascii=False)
