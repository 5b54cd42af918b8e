"""Markdown, to be pasted into a note.  What an entry says is text in it, and never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.domain.dates import AsOf

_SIGNS = re.compile(r"[\\`*_\[\]<>&#|~$]")


def text(said: object) -> str:
    """*said* in one line, every sign in it that could be markup escaped (CommonMark, 2.4)."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(str(said).split()))


def of_changes(rows: Iterable[Mapping[str, Any]], before: AsOf, after: AsOf) -> str:
    """What changed between two coordinates, as a list of lists."""
    listed = list(_changes(rows))
    return "\n".join(
        [
            f"**From {coordinate(before)} to {coordinate(after)}**",
            "",
            *(listed or ["Nothing changed."]),
            "",
        ]
    )


def coordinate(at: AsOf) -> str:
    """A day, and the day of knowledge if there is one."""
    return f"{at.day}" + (f", known by {at.known_by}" if at.known_by else "")


def _changes(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    subject = None
    for row in rows:
        if row["subject"] != subject:
            subject = row["subject"]
            yield f"- `{subject}`"
        old, new = (text(row[name] or "nothing") for name in ("before", "after"))
        part = f"`{row['part']}`: " if row["part"] else ""
        said = f" — {row['cause']}, `{row['event']}`" if row["cause"] else ""
        yield f"  - {part}{old} → {new}{said}"
