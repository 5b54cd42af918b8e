"""The Merkle tree over the log, held against the definition of RFC 9162, 2.1.1."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.events import leaf_of
from tracker.domain.merkle import Tree


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The definition: split at the largest power of two below the number of leaves."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


@given(st.lists(st.binary(max_size=8).map(leaf_of), max_size=40))
def test_the_root_is_that_of_the_definition_after_every_leaf(leaves: list[bytes]) -> None:
    tree = Tree()

    for number, leaf in enumerate(leaves):
        assert tree.root() == root_of(leaves[:number])
        tree.add(leaf)

    assert (tree.size, tree.root()) == (len(leaves), root_of(leaves))


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_the_vectors_of_certificate_transparency_come_out(size: int, root: str) -> None:
    entries = (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )

    tree = Tree(leaf_of(bytes.fromhex(entry)) for entry in entries[:size])

    assert tree.root().hex() == root
