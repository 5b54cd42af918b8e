"""What can go wrong in a way that the reader of the message can put right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar


class TrackerError(Exception):
    """Something the reader of the message can put right; anything else is a defect."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "refused"


class BadCommand(TrackerError):
    """The command line asks for something that it cannot mean."""

    exit_code = 2
    code = "bad-command"


class NotFound(TrackerError):
    """No such event, subject or party."""

    exit_code = 3
    code = "not-found"


class StoreError(TrackerError):
    """The database cannot be used as it is."""

    exit_code = 4
    code = "database"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one entry: where it stands, and what to do about it."""

    message: str
    event: str = ""
    field: str = ""
    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return ": ".join(part for part in (place, self.event, self.field, self.message) if part)


class BadEntries(TrackerError):
    """Entries that cannot go into the log; every problem found, in one go.

    ``unread`` says that some could not be read, so that nobody knows what they refer to.
    """

    code = "bad-entries"

    def __init__(self, problems: Iterable[Problem], *, unread: bool = False) -> None:
        self.problems = tuple(problems)
        self.unread = unread
        super().__init__("\n".join(map(str, self.problems)))


class BadDay(TrackerError):
    """A text that is no day, or could be two."""

    code = "bad-day"


def no_such(what: str, name: str, names: Sequence[str]) -> str:
    """That there is none of this name, and which of *names* may be meant."""
    from difflib import get_close_matches

    # What all names of a kind begin with does not make two of them alike.
    kind = f"{name.partition('/')[0]}/" if "/" in name else ""
    slugs = [each.removeprefix(kind) for each in names if each.startswith(kind)]
    close = get_close_matches(name.removeprefix(kind), slugs, n=3, cutoff=0.6)
    close = [kind + each for each in close]
    if not close:
        close = [each for each in names if name and name.split("/")[-1] in each][:3]
    hint = f": did you mean {', '.join(close)}?" if close else ""
    return f"there is no {what} {name}{hint}"
