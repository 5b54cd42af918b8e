"""The Merkle tree over the log, held against the definitions of RFC 9162, 2.1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import merkle
from tracker.domain.merkle import Tree, leaf_of


def root_of(leaves: Sequence[bytes]) -> bytes:
    """2.1.1: split at the largest power of two below the number of leaves."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = half_of(len(leaves))
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def half_of(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def path_to(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1: PATH."""
    if len(leaves) == 1:
        return []
    half = half_of(len(leaves))
    if index < half:
        return [*path_to(index, leaves[:half]), root_of(leaves[half:])]
    return [*path_to(index - half, leaves[half:]), root_of(leaves[:half])]


def proof_from(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """2.1.4.1: SUBPROOF, and PROOF where it is asked of the whole tree."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    half = half_of(len(leaves))
    if old <= half:
        return [*proof_from(old, leaves[:half], whole=whole), root_of(leaves[half:])]
    rest = proof_from(old - half, leaves[half:], whole=False)
    return [*rest, root_of(leaves[:half])]


def reading(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """What reads complete subtrees of these leaves, and no others."""

    def read(level: int, number: int) -> bytes:
        some = leaves[number << level : number + 1 << level]
        assert len(some) == 1 << level
        return root_of(some)

    return read


ALL = st.lists(st.binary(max_size=4).map(leaf_of), min_size=1, max_size=70)


@given(st.lists(st.binary(max_size=8).map(leaf_of), max_size=40))
def test_the_root_is_that_of_the_definition_after_every_leaf(leaves: list[bytes]) -> None:
    tree = Tree()

    for number, leaf in enumerate(leaves):
        assert tree.root() == root_of(leaves[:number])
        tree.add(leaf)

    assert (tree.size, tree.root()) == (len(leaves), root_of(leaves))


@given(ALL)
def test_the_roots_of_complete_subtrees_stand_for_their_leaves(leaves: list[bytes]) -> None:
    tree = Tree()
    whole = len(leaves) // 4 * 4

    for first in range(0, whole, 4):
        completed = tree.add(merkle.perfect(leaves[first : first + 4]))
        for level, found in enumerate(completed, start=2):
            assert found == root_of(leaves[first + 4 - (1 << level) : first + 4])

    assert tree.root(leaves[whole:]) == root_of(leaves)


@given(ALL, st.data())
def test_the_root_of_every_size_is_made_of_complete_subtrees(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(0, len(leaves)))

    assert merkle.root(size, reading(leaves)) == root_of(leaves[:size])


@given(ALL, st.data())
def test_a_proof_that_a_leaf_is_there_is_that_of_the_definition_and_holds(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))

    spans = merkle.inclusion(index, len(leaves))
    proof = [merkle.hash_of(span, reading(leaves)) for span in spans]

    assert proof == path_to(index, leaves)
    assert merkle.is_included(
        leaves[index], index, size=len(leaves), root=root_of(leaves), proof=proof
    )


@given(ALL, st.data())
def test_a_proof_that_a_leaf_is_there_holds_for_no_other_leaf_place_or_tree(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size, root = len(leaves), root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = path_to(index, leaves)
    other = data.draw(st.integers(0, size + 2).filter(lambda each: each != index))
    place = data.draw(st.integers(0, len(proof)))

    def holds(leaf: bytes, index: int, size: int, root: bytes, proof: list[bytes]) -> bool:
        return merkle.is_included(leaf, index, size=size, root=root, proof=proof)

    assert not holds(leaf_of(b"another"), index, size, root, proof)
    assert not holds(leaves[index], index, size, leaf_of(b"another"), proof)
    assert not holds(leaves[index], index, size, root, [*proof[:place], root, *proof[place:]])
    assert not holds(leaves[index], index, size, root, proof[:-1]) or not proof
    # Leaves that are alike may stand for one another.
    if other >= size or path_to(other, leaves) != proof:
        assert not holds(leaves[index], other, size, root, proof)


@given(ALL, st.data())
def test_a_proof_that_a_log_only_grew_is_that_of_the_definition_and_holds(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    new = data.draw(st.integers(old, len(leaves)))

    spans = merkle.consistency(old, new)
    proof = [merkle.hash_of(span, reading(leaves)) for span in spans]

    assert proof == proof_from(old, leaves[:new])
    before, after = root_of(leaves[:old]), root_of(leaves[:new])
    assert merkle.is_consistent(old, before, new, after, proof=proof)


@given(ALL, st.data())
def test_a_proof_that_a_log_only_grew_holds_for_no_other_past(
    leaves: list[bytes], data: st.DataObject
) -> None:
    new = len(leaves)
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    before, after = root_of(leaves[:old]), root_of(leaves)
    proof = proof_from(old, leaves)
    other = [*leaves[:changed], leaf_of(b"another"), *leaves[changed + 1 :]]

    assert not merkle.is_consistent(old, root_of(other[:old]), new, after, proof=proof)
    assert not merkle.is_consistent(old, before, new, root_of(other), proof=proof)
    rewritten = proof_from(old, other)
    assert not merkle.is_consistent(old, before, new, root_of(other), proof=rewritten)
    assert not merkle.is_consistent(old, before, new, after, proof=[*proof, after])
    assert not merkle.is_consistent(new + 1, before, new, after, proof=proof)


def test_every_log_begins_with_nothing() -> None:
    leaves = [leaf_of(b"one"), leaf_of(b"other")]

    assert merkle.consistency(0, 2) == []
    assert merkle.is_consistent(0, merkle.EMPTY, 2, root_of(leaves), proof=[])
    assert not merkle.is_consistent(0, leaves[0], 2, root_of(leaves), proof=[])


# -- what others published -----------------------------------------------------------------

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The entries of the tests of Certificate Transparency, as are the hashes that follow."""
LEAVES = [leaf_of(entry) for entry in ENTRIES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
ONE = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
TWO_AND_THREE = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
FOUR = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
FOUR_AND_FIVE = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
SIX_AND_SEVEN = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
FROM_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS)))
def test_the_roots_of_certificate_transparency_come_out(size: int, root: str) -> None:
    assert Tree(LEAVES[:size]).root().hex() == root
    assert merkle.root(size, reading(LEAVES)).hex() == root


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, [ONE, TWO_AND_THREE, FROM_FOUR]),
        (5, 8, [FOUR, SIX_AND_SEVEN, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], TWO_AND_THREE, FOUR]),
    ],
)
def test_the_inclusion_proofs_of_certificate_transparency_come_out(
    index: int, size: int, proof: list[str]
) -> None:
    spans = merkle.inclusion(index, size)

    assert [merkle.hash_of(span, reading(LEAVES)).hex() for span in spans] == proof


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (1, 8, [ONE, TWO_AND_THREE, FROM_FOUR]),
        (6, 8, [FOUR_AND_FIVE, SIX_AND_SEVEN, ROOTS[4]]),
        (2, 5, [TWO_AND_THREE, FOUR]),
    ],
)
def test_the_consistency_proofs_of_certificate_transparency_come_out(
    old: int, new: int, proof: list[str]
) -> None:
    spans = merkle.consistency(old, new)

    assert [merkle.hash_of(span, reading(LEAVES)).hex() for span in spans] == proof


# -- another implementation ----------------------------------------------------------------


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_pymerkle_finds_the_same_roots_and_takes_our_proofs(
    entries: list[bytes], data: st.DataObject
) -> None:
    new = data.draw(st.integers(1, len(entries)))
    old = data.draw(st.integers(1, new))
    index = data.draw(st.integers(0, new - 1))
    leaves = [leaf_of(entry) for entry in entries]
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        theirs.append_entry(entry)

    there, grown = theirs.prove_inclusion(index + 1, new), theirs.prove_consistency(old, new)
    path = [merkle.hash_of(span, reading(leaves)) for span in merkle.inclusion(index, new)]
    spans = merkle.consistency(old, new)
    proof = [merkle.hash_of(span, reading(leaves)) for span in spans]

    before, after = root_of(leaves[:old]), root_of(leaves[:new])
    assert (theirs.get_root(old), theirs.get_root(new)) == (before, after)
    # Their proof begins with the leaf.  That of growth goes further down than the RFC does, so
    # that each side checks its own, between the same two roots.
    assert there.path == [leaves[index], *path]
    pymerkle.verify_inclusion(leaves[index], theirs.get_root(new), there)
    pymerkle.verify_consistency(before, after, grown)
    assert merkle.is_consistent(old, theirs.get_root(old), new, theirs.get_root(new), proof=proof)
    assert merkle.is_included(
        leaves[index], index, size=new, root=theirs.get_root(new), proof=there.path[1:]
    )
