"""Calendars on the command line: what they show, when they tell of it, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from tracker.cli.files import must_be_free, why, write_file
from tracker.cli.options import note
from tracker.domain.calendar import EVERYTHING, What
from tracker.errors import BadCommand
from tracker.exports.ics import parts

_AHEAD = re.compile(r"([1-9]\d{0,3})([mhdw])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def chosen(text: str | None) -> frozenset[What]:
    """What was typed to be shown, apart by commas; everything when nothing was.

    Raises:
        BadCommand: something of it is not shown on a calendar.
    """
    if text is None:
        return EVERYTHING
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in set(What):
            raise BadCommand(
                f"--what: {word or 'nothing'} is not shown on a calendar; there are: "
                f"{', '.join(What)}"
            )
    return frozenset(map(What, words))


def ahead(text: str | None) -> timedelta | None:
    """How long before a meeting to tell of it, as it was typed.

    Raises:
        BadCommand: it is no time.
    """
    if text is None:
        return None
    found = _AHEAD.fullmatch(text)
    if found is None:
        raise BadCommand(f"--alarm: {text!r} is no time: write it as 1d, 12h, 30m or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


LIMIT = 1_000_000
"""Bytes of a calendar that Google reads: it leaves out the rest without a word."""


def write(pieces: Iterable[bytes], output: Path | None, *, force: bool) -> None:
    """Write a calendar to *output*, and say so when it is too long for a reader that many have."""
    length = 0

    def counted() -> Iterator[bytes]:
        nonlocal length
        for piece in pieces:
            length += len(piece)
            yield piece

    write_file(counted(), output, force=force)
    if output is not None and length > LIMIT:
        note(
            f"Google Calendar reads about {LIMIT:,} of its {length:,} bytes: --max-bytes {LIMIT} "
            "writes several files, --from leaves out what was before"
        )


def write_parts(pieces: Iterable[bytes], output: Path | None, longest: int, *, force: bool) -> None:
    """Write a calendar to *output*, or to several files beside it where that would be too long.

    All of them are there at the end, or none.

    Raises:
        BadCommand: no file is named, or one of them is there already or cannot be written.
    """
    if output is None:
        raise BadCommand("--max-bytes may write several files: name them with --output FILE")
    there = _there(output)
    found = parts(pieces, longest)
    first, second = next(found), next(found, None)
    if second is None:
        write_file(first, output, force=force)
        there.pop(output, None)
    else:
        if there and not force:
            raise BadCommand(f"{next(iter(there))} is there already: give another name, or --force")
        written = _write_all(chain((first, second), found), output, longest)
        note(f"in one file it would be longer than {longest} bytes: it is in {len(written)}")
        there = {path: None for path in there if path not in written}
    for path in there:
        note(f"{path} is not of this calendar")


def _write_all(found: Iterable[Sequence[bytes]], output: Path, longest: int) -> list[Path]:
    """Write the parts of a calendar beside each other, and put them there when all are written."""
    written: list[Path] = []
    try:
        with TemporaryDirectory(prefix=".tracker-", dir=output.parent) as drafts:
            for number, part in enumerate(found, start=1):
                path = output.with_name(f"{output.stem}-{number}{output.suffix}")
                (Path(drafts) / path.name).write_bytes(b"".join(part))
                written.append(path)
                length = sum(map(len, part))
                if length > longest:
                    note(f"{path} is of {length} bytes: it has one event, which alone is too long")
            for path in written:
                must_be_free(path, force=True)
            for path in written:
                (Path(drafts) / path.name).replace(path)
    except OSError as error:
        raise BadCommand(f"{output} cannot be written: {why(output, error)}") from None
    except KeyboardInterrupt:
        note(f"interrupted: no part of {output} was written")
        raise
    for path in written:
        note(f"wrote {path}")
    return written


def _there(output: Path) -> dict[Path, None]:
    """The files that are where a calendar, or its parts, would be."""
    part = re.compile(rf"{re.escape(output.stem)}(-\d+)?{re.escape(output.suffix)}", re.ASCII)
    try:
        found = sorted(path.name for path in output.parent.iterdir() if part.fullmatch(path.name))
    except OSError:
        return {}
    return {output.with_name(name): None for name in found}
