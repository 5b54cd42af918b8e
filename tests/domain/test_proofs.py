"""Checkpoints and proofs as texts, and what somebody who has nothing else can tell from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.test_merkle import path_to, proof_from, root_of
from tracker.domain.leaves import Row
from tracker.domain.merkle import EMPTY, leaf_of
from tracker.domain.notes import BadNote, Note, Signer, base64_of, read_note
from tracker.domain.proofs import (
    BadProof,
    Checkpoint,
    Extension,
    Inclusion,
    NotProven,
    read_checkpoint,
    read_proof,
)

# c2sp.org/tlog-checkpoint and c2sp.org/tlog-witness, whose examples these are.
PUBLISHED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv"
    "2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
REQUEST = (
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n" + PUBLISHED
)


def row(version: int) -> Row:
    name = f"2025-03-01-number-{version}"
    content = f'{{"id":"{name}","title":"Number {version}"}}'
    return Row(version, name, "2025-03-01", "2025-03-01", "2026-01-31T12:00", 1, content)


LINES = [row(version).line().encode() for version in range(1, 12)]
LEAVES = [leaf_of(line) for line in LINES]


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint("example.org/log", size, root_of(LEAVES[:size]))


def inclusion(index: int, size: int) -> Inclusion:
    path = tuple(path_to(index, LEAVES[:size]))
    return Inclusion(LINES[index], index, path, checkpoint(size).note())


def extension(old: int, new: int) -> Extension:
    return Extension(old, tuple(proof_from(old, LEAVES[:new])), checkpoint(new).note())


def test_the_published_checkpoint_is_read() -> None:
    note = read_note(PUBLISHED)

    found = read_checkpoint(note)

    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.root.hex().startswith("0ac5186a91863e8e")
    assert found.note().text == note.text


def test_the_published_request_to_a_witness_is_read_and_written_again() -> None:
    found = read_proof(REQUEST)

    assert isinstance(found, Extension)
    assert (found.old, len(found.hashes)) == (20852014, 4)
    assert str(found) == REQUEST


@pytest.mark.parametrize(
    "text",
    [
        "example.org/log\n1\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "example.org/log\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "example.org/log\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "example.org/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "example.org/log\n1\nCsUY\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadProof, match="no checkpoint"):
        read_checkpoint(Note(text))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"), "old and a number"),
        (("index 3", "index 03"), "index and a number"),
        (("index 3\n", ""), "index and a number"),
        (("extra ", "extra !"), "no base64"),
        (("\n\n", "\nAAAA\n\n"), "not of 32 bytes"),
        (("\n\n", "\n"), "no checkpoint after an empty line"),
        (("\n\n", ("\n" + "A" * 43 + "=") * 70 + "\n\n"), "hashes; a proof has"),
        (("example.org/log\n", ""), "no checkpoint"),
    ],
)
def test_what_is_no_proof_is_refused(change: tuple[str, str], said: str) -> None:
    text = str(inclusion(3, 7)).replace(*change)

    with pytest.raises(BadProof, match=said):
        read_proof(text)


@given(st.data())
def test_a_proof_of_an_event_can_be_read_and_holds(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof = replace(inclusion(index, size))
    signed = replace(proof, note=Signer("example.org/log", bytes(32)).sign(proof.note))

    assert read_proof(str(proof)) == proof
    assert read_proof(str(signed)) == signed
    assert signed.check()["id"] == f"2025-03-01-number-{index + 1}"


@given(st.data())
def test_a_proof_of_which_anything_is_changed_does_not_hold(data: st.DataObject) -> None:
    proof = inclusion(4, 9)
    text = str(proof)
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = f"{text[:place]}{sign}{text[place + 1 :]}"
    # What the log is called is not proven by a proof, but by the signature on its checkpoint.
    origin = text.index("example.org/log")
    assume(changed != text and not origin <= place < origin + len("example.org/log"))

    with pytest.raises((BadProof, BadNote, NotProven)):
        checked(changed)


def checked(text: str) -> None:
    found = read_proof(text)
    assert isinstance(found, Inclusion)
    found.check()


def test_a_proof_of_an_event_in_another_place_does_not_hold() -> None:
    moved = [LINES[1], LINES[0]]
    leaves = [leaf_of(line) for line in moved]
    note = Checkpoint("example.org/log", 2, root_of(leaves)).note()
    proof = Inclusion(moved[0], 0, (leaves[1],), note)

    with pytest.raises(NotProven, match="stands in another place"):
        proof.check()


def test_a_proof_of_something_that_is_no_event_does_not_hold() -> None:
    note = Checkpoint("example.org/log", 1, leaf_of(b"[1]")).note()

    with pytest.raises(NotProven, match="no event"):
        Inclusion(b"[1]", 0, (), note).check()


@given(st.data())
def test_a_proof_that_a_log_grew_can_be_read_and_holds(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, len(LEAVES)))
    old = data.draw(st.integers(1, new))
    proof = extension(old, new)

    assert read_proof(str(proof)) == proof
    assert proof.check(checkpoint(old)) == checkpoint(new)


def test_a_proof_that_a_log_grew_does_not_hold_for_another_past() -> None:
    proof = extension(4, 9)

    with pytest.raises(NotProven, match="the past was rewritten"):
        proof.check(Checkpoint("example.org/log", 4, EMPTY))
    with pytest.raises(NotProven, match="tracker prove --consistency 5 9"):
        proof.check(checkpoint(5))
    with pytest.raises(NotProven, match="are of two logs"):
        proof.check(replace(checkpoint(4), origin="example.org/other"))


@pytest.mark.parametrize(
    "line",
    [
        b'{"version":1,"id":"a","content":{"id":"a","title":"A"}}',
        b'{"version":1,"id":"a","recorded":"x","content":{"id":"a"}}',
        b'{"version":1,"id":"a","recorded":"x","content":{"id":"b","title":"A"}}',
        b'{"version":2,"id":"a","recorded":"x","content":{"id":"a","title":"A"}}',
        b'{"id":"a","recorded":"x","content":{"id":"a","title":"A"}}',
        b"[1]",
        b"[" * 200_000,
        b"no JSON",
    ],
    ids=lambda each: each[:60].decode(),
)
def test_what_is_proven_and_is_no_row_of_a_log_is_refused(line: bytes) -> None:
    there = Checkpoint("example.org/log", 1, root_of([leaf_of(line)]))

    with pytest.raises(NotProven, match="is no event of a log of tracker"):
        Inclusion(line, 0, (), there.note()).check()


@pytest.mark.parametrize("size", ["1\u0660", "9223372036854775808", "01", "+1", " 1"])
def test_a_size_is_written_in_one_way(size: str) -> None:
    with pytest.raises(BadProof):
        read_checkpoint(Note(f"example.org/log\n{size}\n{base64_of(EMPTY)}\n"))


def test_only_an_end_of_line_ends_a_signature() -> None:
    one = PUBLISHED.replace("\n\n", "\n\n— a.example AAAAAAAA\u2028", 1)

    with pytest.raises(BadNote, match="is no signature"):
        read_note(one)
