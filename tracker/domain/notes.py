"""Signed notes: a text, and the signatures of those who stand by it (c2sp.org/signed-note).

Keys are written as Go's golang.org/x/mod/sumdb/note writes them, so that others' tools take ours.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tracker.errors import BadCommand, TrackerError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519

ED25519 = b"\x01"
"""The type of signature, which stands before a key."""
PRIVATE = "PRIVATE+KEY+"
MOST = 100
"""How many signatures of a note are read."""


class BadNote(TrackerError):
    """A text that is no signed note, or was not signed by whom it should be."""

    code = "bad-note"


class BadKey(TrackerError):
    """A text that is no key."""

    code = "bad-key"


def base64_of(some: bytes) -> str:
    """Bytes in base64 (RFC 4648, 4)."""
    return b64encode(some).decode()


def bytes_of(text: str) -> bytes:
    """The bytes that *text* is the base64 of, written in the one way.

    Raises:
        ValueError: it is no base64.
    """
    try:
        found = b64decode(text, validate=True)
    except (Error, ValueError):
        raise ValueError(f"{text[:40]!r} is no base64") from None
    if base64_of(found) != text:
        raise ValueError(f"{text[:40]!r} is no base64")
    return found


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says that it signed a note, with which of its keys, and the signature."""

    name: str
    number: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64_of(self.number + self.content)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with its line, and its signatures, of which there may be none."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        signed = "\n" + "".join(map(str, self.signatures)) if self.signatures else ""
        return self.text + signed


_SIGNATURE = re.compile(r"— ([^\s+]+) (\S+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def read_note(text: str) -> Note:
    """The note that *text* is; one that nobody signed is its text alone.

    Raises:
        BadNote: it is none.
    """
    if _CONTROL.search(text) or not text.endswith("\n"):
        raise BadNote("it is no signed note: lines of text, each ended, and nothing else")
    front, blank, signed = text.rpartition("\n\n")
    if not blank:
        return Note(text)
    lines = signed.removesuffix("\n").split("\n") if signed else []
    if not lines or len(lines) > MOST:
        raise BadNote(f"it has {len(lines)} signatures; a note has 1 to {MOST}")
    return Note(front + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    match = _SIGNATURE.fullmatch(line)
    if match:
        try:
            found = bytes_of(match[2])
        except ValueError:
            found = b""
        if len(found) > 4:
            return Signature(match[1], found[:4], found[4:])
    raise BadNote(f"the line {line!r} is no signature: — NAME BASE64")


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key: whose signatures are trusted."""

    name: str
    public: bytes

    @property
    def number(self) -> bytes:
        """What the key is called beside its name: the first bytes of a hash of both."""
        return _number(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.number.hex()}+{base64_of(ED25519 + self.public)}"

    def check(self, note: Note) -> None:
        """That this key signed *note*.

        Raises:
            BadNote: it did not, or its signature is not that of this text.
        """
        from cryptography.exceptions import InvalidSignature

        mine = [
            each for each in note.signatures if (each.name, each.number) == (self.name, self.number)
        ]
        if not mine:
            names = ", ".join(each.name for each in note.signatures) or "nobody"
            raise BadNote(f"it is not signed by {self.name} ({self.number.hex()}), but by {names}")
        key = _ed25519().Ed25519PublicKey.from_public_bytes(self.public)
        for each in mine:
            try:
                key.verify(each.content, note.text.encode())
            except InvalidSignature:
                raise BadNote(f"the signature of {self.name} is not that of this text") from None


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key, by its seed."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        """The public half of it."""
        public = self._key().public_key().public_bytes_raw()
        return Verifier(self.name, public)

    def secret(self) -> str:
        """The key in words, to be kept to oneself."""
        number = self.verifier.number.hex()
        return f"{PRIVATE}{self.name}+{number}+{base64_of(ED25519 + self.seed)}"

    def sign(self, note: Note) -> Note:
        """The note with a signature more."""
        content = self._key().sign(note.text.encode())
        mine = Signature(self.name, self.verifier.number, content)
        return Note(note.text, (*note.signatures, mine))

    def _key(self) -> ed25519.Ed25519PrivateKey:
        found: ed25519.Ed25519PrivateKey = _ed25519().Ed25519PrivateKey.from_private_bytes(
            self.seed
        )
        return found


def read_verifier(text: str) -> Verifier:
    """The key that ``name+hash+base64`` is.

    Raises:
        BadKey: it is none.
    """
    name, number, key = _parts(text.strip().split("+", 2), "NAME+HASH+BASE64")
    found = Verifier(name, key)
    if found.number.hex() != number:
        raise BadKey(f"the key of {name} is not the one that its hash {number} is of")
    return found


def read_signer(text: str) -> Signer:
    """The private key that a file holds, as :meth:`Signer.secret` wrote it.

    Raises:
        BadKey: it is none.
    """
    whole = text.strip()
    if not whole.startswith(PRIVATE):
        raise BadKey(f"it is no private key: {PRIVATE}NAME+HASH+BASE64")
    name, number, seed = _parts(whole[len(PRIVATE) :].split("+", 2), "NAME+HASH+BASE64")
    found = Signer(name, seed)
    if found.verifier.number.hex() != number:
        raise BadKey(f"the private key of {name} is not the one that its hash {number} is of")
    return found


def check_name(name: str) -> None:
    """That *name* may be that of a key.

    Raises:
        BadKey: it is empty, or has a blank or + in it.
    """
    if not re.fullmatch(r"[^\s+]+", name) or not name.isprintable():
        raise BadKey(
            f"{name!r} is no name of a key: write it as example.org/log, without + or blank"
        )


def _parts(parts: Sequence[str], form: str) -> tuple[str, str, bytes]:
    try:
        name, number, key = parts
        found = bytes_of(key)
    except ValueError:
        raise BadKey(f"it is no key: write {form}") from None
    check_name(name)
    if found[:1] != ED25519 or len(found) != 33:
        raise BadKey(f"the key of {name} is no Ed25519 key: write {form}")
    return name, number, found[1:]


def _number(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise BadCommand("signatures need the extra sign: pip install 'tracker[sign]'") from None
    return ed25519
