"""Checkpoints and proofs: what somebody without our log needs to check what we say of it.

The texts are the published ones: c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof for an event
that is in the log, and what c2sp.org/tlog-witness takes for a log that only grew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain import merkle
from tracker.domain.notes import Note, base64_of, bytes_of, read_note
from tracker.errors import TrackerError

VERSION = "c2sp.org/tlog-proof@v1"
MOST = 63
"""How many hashes a proof has at most, of a tree that anybody could have."""


class BadProof(TrackerError):
    """A text that is no checkpoint or no proof."""

    code = "bad-proof"


class NotProven(TrackerError):
    """A checkpoint or a proof that does not hold."""

    code = "not-proven"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log it is, how many events it has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    def note(self) -> Note:
        """The text that is signed."""
        return Note(f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A proof that the event of a line stands in the log of a checkpoint, at an index from 0."""

    line: bytes
    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        front = f"{VERSION}\nextra {base64_of(self.line)}\nindex {self.index}\n"
        return f"{front}{_lines(self.hashes)}\n{self.note}"

    def check(self) -> dict[str, Any]:
        """The row of the log that is proven.

        Raises:
            NotProven: it is not.
        """
        there = read_checkpoint(self.note)
        leaf = merkle.leaf_of(self.line)
        if not merkle.is_included(
            leaf, self.index, size=there.size, root=there.root, proof=self.hashes
        ):
            raise NotProven(
                f"the event is not number {self.index + 1} of the {there.size} of the checkpoint"
            )
        row = _row(self.line)
        if row is None or row["version"] != self.index + 1:
            raise NotProven(
                "what is proven is no event of a log of tracker, or stands in another place"
            )
        return row


@dataclass(frozen=True, slots=True)
class Extension:
    """A proof that the log of a checkpoint begins with the first *old* events of an earlier one."""

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        return f"old {self.old}\n{_lines(self.hashes)}\n{self.note}"

    def check(self, before: Checkpoint) -> Checkpoint:
        """The checkpoint that extends *before*.

        Raises:
            NotProven: it does not.
        """
        after = read_checkpoint(self.note)
        if before.origin != after.origin:
            raise NotProven(f"the checkpoints are of two logs: {before.origin}, {after.origin}")
        if before.size != self.old:
            raise NotProven(
                f"the proof is from {self.old} events on and the checkpoint is of {before.size}: "
                f"ask for tracker prove --consistency {before.size} {after.size}"
            )
        if not merkle.is_consistent(
            before.size, before.root, after.size, after.root, proof=self.hashes
        ):
            raise NotProven(
                f"the {after.size} events do not begin with the {before.size} of the checkpoint: "
                "the past was rewritten, or the proof is another one's"
            )
        return after


def _row(line: bytes) -> dict[str, Any] | None:
    """The row of a log that *line* is; None when it is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    content = row.get("content") if isinstance(row, dict) else None
    if not isinstance(content, dict) or content.get("id") != row.get("id"):
        return None
    texts = row.get("id"), row.get("recorded"), content.get("title")
    return row if all(isinstance(each, str) for each in texts) and "version" in row else None


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{base64_of(each)}\n" for each in hashes)


_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


def read_checkpoint(note: Note) -> Checkpoint:
    """The checkpoint that the text of *note* is.

    Raises:
        BadProof: it is none.
    """
    lines = note.text.split("\n")[:-1]
    origin, size, root = [*lines, "", "", ""][:3]
    try:
        found = bytes_of(root)
    except ValueError:
        found = b""
    if not (all(lines) and origin and _NUMBER.fullmatch(size) and len(found) == 32):
        raise BadProof(
            "it is no checkpoint: a line with the name of the log, one with its size, and one "
            "with the root in base64"
        )
    return Checkpoint(origin, int(size), found)


def read_proof(text: str) -> Inclusion | Extension:
    """The proof that *text* is.

    Raises:
        BadProof: it is none.
        BadNote: its checkpoint is no signed note.
    """
    front, blank, rest = text.partition("\n\n")
    head, *lines = front.split("\n")
    extra = b""
    if not blank:
        raise BadProof("it is no proof: there is no checkpoint after an empty line")
    if head == VERSION:
        if lines and lines[0].startswith("extra "):
            extra = _bytes(lines.pop(0).removeprefix("extra "))
        head = lines.pop(0) if lines else ""
        index = _named(head, "index")
        return Inclusion(extra, index, _hashes(lines), _checkpoint(rest))
    return Extension(_named(head, "old"), _hashes(lines), _checkpoint(rest))


def _named(line: str, name: str) -> int:
    found = line.removeprefix(f"{name} ")
    if not line.startswith(f"{name} ") or not _NUMBER.fullmatch(found):
        raise BadProof(f"it is no proof: {line[:80]!r} stands where {name} and a number should")
    return int(found)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MOST:
        raise BadProof(f"it has {len(lines)} hashes; a proof has {MOST} at most")
    found = tuple(map(_bytes, lines))
    if any(len(each) != 32 for each in found):
        raise BadProof("one of its hashes is not of 32 bytes")
    return found


def _bytes(text: str) -> bytes:
    try:
        return bytes_of(text)
    except ValueError as error:
        raise BadProof(f"it is no proof: {error}") from None


def _checkpoint(text: str) -> Note:
    note = read_note(text)
    read_checkpoint(note)
    return note
