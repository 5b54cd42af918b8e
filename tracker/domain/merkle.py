"""The Merkle tree over the leaves of the log (RFC 9162, 2.1.1): one hash that pins all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


class Tree:
    """The root of a tree to which leaves are added one by one; it keeps a hash for each level."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._full: list[bytes] = []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Add the hash of one entry."""
        # Each bit of the size that is set stands for a full tree; adding one carries over.
        size = self.size
        while size & 1:
            leaf = sha256(b"\x01" + self._full.pop() + leaf).digest()
            size >>= 1
        self._full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The hash of the whole tree; that of nothing when it is empty."""
        if not self._full:
            return sha256().digest()
        *rest, found = self._full
        for full in reversed(rest):
            found = sha256(b"\x01" + full + found).digest()
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What pins a log: its version, the root over that many entries, and when it took the last."""

    version: int
    root: str
    recorded: str | None
