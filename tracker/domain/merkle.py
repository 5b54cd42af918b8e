"""The Merkle tree over the leaves of the log (RFC 9162, 2.1): one hash that pins all of it.

Whatever is proven is made of the hashes of spans of leaves, and such a span is made of complete
subtrees.  Once its leaves are there a complete subtree never changes, so that whoever keeps
those has the root of every size, and every proof, after reading a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Leaves from the first number up to, and without, the second; counted from 0."""
Read: TypeAlias = Callable[[int, int], bytes]
"""Level and number → the hash of the complete subtree over the leaves from number · 2^level on."""

EMPTY = sha256().digest()
"""The root of a tree without leaves."""


def leaf_of(entry: bytes) -> bytes:
    """The hash of one entry (RFC 9162, 2.1.1): SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def above(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The root of a tree to which leaves are added one by one; it keeps a hash for each level.

    Roots of complete subtrees of one size may be added in place of leaves.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._full: list[bytes] = []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> list[bytes]:
        """Add the hash of one entry; the roots of the subtrees that it completes, from it up."""
        # Each bit of the size that is set stands for a full tree; adding one carries over.
        completed = [leaf]
        size = self.size
        while size & 1:
            leaf = above(self._full.pop(), leaf)
            completed.append(leaf)
            size >>= 1
        self._full.append(leaf)
        self.size += 1
        return completed

    def root(self, rest: Sequence[bytes] = ()) -> bytes:
        """The hash of the whole tree, and of *rest*, leaves too few to complete a subtree."""
        full = [*self._full, *([Tree(rest).root()] if rest else [])]
        return _joined(full) if full else EMPTY


def _joined(full: list[bytes]) -> bytes:
    """The hash of complete subtrees beside one another, each smaller than the one before it."""
    *before, found = full
    for each in reversed(before):
        found = above(each, found)
    return found


def perfect(leaves: list[bytes]) -> bytes:
    """The root of a complete subtree; there are as many leaves as some power of two."""
    while len(leaves) > 1:
        pairs = iter(leaves)
        # Spelled out, because most of the hashes of a tree are made here.
        leaves = [sha256(b"\x01" + one + next(pairs)).digest() for one in pairs]
    return leaves[0]


def root(size: int, read: Read) -> bytes:
    """The root of the first *size* leaves."""
    return hash_of((0, size), read) if size else EMPTY


def hash_of(span: Span, read: Read) -> bytes:
    """The hash of a span that a proof is made of, or of all leaves up to one."""
    return _joined([read(level, number) for level, number in complete(span)])


def complete(span: Span) -> Iterator[tuple[int, int]]:
    """Level and number of the complete subtrees that a span is made of, from the left."""
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def inclusion(index: int, size: int) -> list[Span]:
    """What proves that a leaf is among the first *size* (RFC 9162, 2.1.3.1)."""
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency(old: int, new: int) -> list[Span]:
    """What proves that *new* leaves begin with the *old* ones (RFC 9162, 2.1.4.1)."""
    spans: list[Span] = []
    start, end = 0, new
    while 0 < old < end:
        middle = start + _half(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        # Whoever asks knows the root of the old leaves only where one subtree holds them all.
        spans.append((start, end))
    return spans[::-1]


def _half(count: int) -> int:
    """The largest power of two below *count*."""
    return 1 << (count - 1).bit_length() - 1


def is_included(leaf: bytes, index: int, *, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether *proof* shows that *leaf* stands at *index* in the tree (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return False
    here, last, found = index, size - 1, leaf
    for each in proof:
        if not last:
            return False
        if here & 1 or here == last:
            found = above(each, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = above(found, each)
        here, last = here >> 1, last >> 1
    return not last and found == root


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, *, proof: Sequence[bytes]
) -> bool:
    """Whether *proof* shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY)
    if old > new or not proof:
        return False
    path = [*([] if old & (old - 1) else [old_root]), *proof]
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = path[0]
    for each in path[1:]:
        if not last:
            return False
        if here & 1 or here == last:
            before, after = above(each, before), above(each, after)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            after = above(after, each)
        here, last = here >> 1, last >> 1
    return not last and (before, after) == (old_root, new_root)


@dataclass(frozen=True, slots=True)
class Pinned:
    """What pins a log: its version, the root over that many entries, and when it took the last."""

    version: int
    root: str
    recorded: str | None
