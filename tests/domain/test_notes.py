"""Signed notes and keys, held against the published example of Go's sumdb/note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.notes import (
    BadKey,
    BadNote,
    Note,
    Signer,
    Verifier,
    read_note,
    read_signer,
    read_verifier,
)

# golang.org/x/mod/sumdb/note: the key, the text and the note of its documentation.
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)
# c2sp.org/signed-note: a note by a key that is not given.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    "\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
    "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)


def test_the_published_note_comes_out_byte_for_byte() -> None:
    signer = read_signer(SECRET)

    assert str(signer.sign(Note(TEXT))) == SIGNED
    assert (str(signer.verifier), signer.secret()) == (PUBLIC, SECRET)


def test_the_published_note_is_signed_by_the_published_key() -> None:
    read_verifier(PUBLIC).check(read_note(SIGNED))


def test_the_text_of_a_note_may_have_empty_lines() -> None:
    found = read_note(POEM)

    assert found.text.endswith("sole:\n\ned è subito sera.\n")
    assert [each.name for each in found.signatures] == ["quasimodo.example/salvatore"]
    assert found.signatures[0].number.hex() == "367ba04b"
    assert str(found) == POEM


def test_a_note_that_was_changed_is_refused() -> None:
    changed = read_note(SIGNED.replace("answer", "remedy"))

    with pytest.raises(BadNote, match="signature of PeterNeumann is not that of this text"):
        read_verifier(PUBLIC).check(changed)


def test_a_note_that_somebody_else_signed_is_refused() -> None:
    other = Signer("PeterNeumann", bytes(32))
    by_other = other.sign(Note(TEXT))

    with pytest.raises(BadNote, match=r"not signed by PeterNeumann \(c74f20a3\)"):
        read_verifier(PUBLIC).check(by_other)
    with pytest.raises(BadNote, match="but by nobody"):
        read_verifier(PUBLIC).check(Note(TEXT))


def test_signatures_of_others_beside_ours_do_no_harm() -> None:
    ours, other = read_signer(SECRET), Signer("witness.example", bytes(32))

    both = other.sign(ours.sign(Note(TEXT)))

    ours.verifier.check(read_note(str(both)))
    other.verifier.check(read_note(str(both)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no signed note"),
        ("no line", "no signed note"),
        ("a tab\t\n", "no signed note"),
        (TEXT + "\n", "0 signatures"),
        (TEXT + "\n" + "— a AAAAAAAA\n" * 101, "101 signatures"),
        (TEXT + "\nPeterNeumann x08go/ZJ\n", "is no signature"),
        (TEXT + "\n— Peter+Neumann x08go/ZJ\n", "is no signature"),
        (TEXT + "\n— PeterNeumann x08go\n", "is no signature"),
        (TEXT + "\n— PeterNeumann AAAA\n", "is no signature"),
    ],
)
def test_what_is_no_note_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadNote, match=said):
        read_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PUBLIC[1:],
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC[:-4],
        PUBLIC.replace("Peter", "Peter "),
        SECRET,
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        read_verifier(text)
    with pytest.raises(BadKey):
        read_signer(text.replace("PRIVATE+KEY+", "PUBLIC+KEY+"))


def test_a_private_key_does_not_show_itself() -> None:
    assert "AYEKFAL" not in repr(read_signer(SECRET))


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_signed_can_be_read_and_checked(line: str, seed: bytes) -> None:
    signer = Signer("example.org/log", seed)

    signed = signer.sign(Note(f"{line}.\n"))

    assert read_note(str(signed)) == signed
    found: Verifier = read_verifier(str(signer.verifier))
    found.check(signed)
    assert read_signer(signer.secret()) == signer
