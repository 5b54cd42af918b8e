"""Proof and copies: verify, checkpoint, prove, key, tail, backup, restore."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tracker.cli import options
from tracker.cli.files import Force, Output, write_file
from tracker.cli.options import Format, note, open_tracker
from tracker.errors import BadCommand, NotFound, StoreError, TrackerError

if TYPE_CHECKING:
    from tracker.domain.notes import Note, Signer, Verifier
    from tracker.domain.proofs import Checkpoint

T = TypeVar("T")

Sign = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY", help="Sign it with the key in this file.")
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="VKEY",
        help="Whose signature it must bear: name+hash+base64, or a file that holds that.",
    ),
]
Origin = Annotated[
    str | None,
    typer.Option(
        help="What the log is called; the name of the key, or after its first event, when left out."
    ),
]


def verify(
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CHECKPOINT",
            help="A checkpoint that the log must still fit; may be repeated.",
        ),
    ] = None,
    key: Key = None,
    proof: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check a proof instead, without any database."),
    ] = None,
    facts: Annotated[
        bool | None,
        typer.Option(
            "--facts/--no-facts",
            help="Fold the log again and compare the facts; as long as it takes seconds.",
        ),
    ] = None,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="Compare the log with the shipped catalogue.")
    ] = False,
    format: options.AnyFormat = Format.table,
    db: options.Db = None,
) -> None:
    """Check that every event of the log is what was appended, and that none is missing.

    Hashes every row again and compares it with its leaf, the leaves with the tree over them (RFC
    9162), and what is computed from the log with what comes out anew.  The root that is printed
    pins all of the log.  --against tells a log that only grew from one whose past was rewritten,
    and from one that lost its end.

    \b
    tracker verify
    tracker verify --against monday.checkpoint --key log.vkey
    tracker verify --proof event.tlog-proof
    """
    if proof is not None:
        _verify_proof(proof, against or [], key, format)
        return
    checkpoints = [(str(file), _checkpoint(file, key)) for file in against or ()]
    _say_of_signatures(checkpoints, key)
    found = open_tracker(db).verify(
        # The root over the first event is what a log is called by that nobody named.
        [1, *(each.size for _, each in checkpoints)],
        facts=facts,
        catalogue=catalogue,
    )
    from tracker.app.proving import misfits
    from tracker.cli import output

    wrong = list(misfits(found.version, found.roots, checkpoints))
    held = {
        name: each.size <= found.version and found.roots.get(each.size) == each.root
        for name, each in checkpoints
    }
    output.show(
        format,
        shape={
            "version": found.version,
            "root": found.root,
            "wrong": found.wrong,
            "facts": found.folded,
            "catalogue": found.strays if catalogue else None,
            "against": [
                {
                    "checkpoint": name,
                    "size": each.size,
                    "root": each.root.hex(),
                    "holds": held[name],
                }
                for name, each in checkpoints
            ],
        },
        rows=[
            {"what": "version", "value": found.version},
            {"what": "root", "value": found.root},
            {"what": "facts", "value": "compared" if found.folded else "not compared; --facts"},
            *(
                {"what": name, "value": "holds" if held[name] else "does not hold"}
                for name, _ in checkpoints
            ),
        ],
        columns=("what", "value"),
    )
    if wrong:
        raise _not_proven("\n".join(wrong + found.wrong))
    if found.wrong:
        raise StoreError("the log was changed:\n" + "\n".join(found.wrong))
    if found.strays:
        raise TrackerError("\n".join(found.strays))


def _not_proven(message: str) -> TrackerError:
    from tracker.domain.proofs import NotProven

    return NotProven(message)


def _verify_proof(file: Path, against: list[Path], key: str | None, format: Format) -> None:
    """Check a proof by itself: what it needs stands in it, and in a checkpoint that is trusted."""
    from tracker.cli import output
    from tracker.domain.proofs import Inclusion, read_checkpoint, read_proof

    proof = _of(file, read_proof)
    known = [_checkpoint(each, key) for each in against]
    if key is not None:
        _check(file, key, proof.note)
    elif not known:
        note("no signature was checked: give --key, or --against a checkpoint that you trust")
    there = read_checkpoint(proof.note)
    shape: dict[str, Any]
    if isinstance(proof, Inclusion):
        row = _named(file, proof.check)
        if any(each != there for each in known):
            raise _not_proven(
                f"{file}: it is a proof for another checkpoint, of {there.size} events; "
                "tracker prove --consistency says whether one continues the other"
            )
        shape = {"event": row["id"], **{name: row[name] for name in ("version", "recorded")}}
        shape |= {"title": row["content"]["title"]}
    else:
        if len(known) != 1:
            raise BadCommand(
                f"{file} proves that a log only grew: name the checkpoint that it grew from with "
                "--against"
            )
        _named(file, lambda: proof.check(known[0]))
        shape = {"old": proof.old}
    shape |= {"origin": there.origin, "size": there.size, "root": there.root.hex()}
    if format == Format.json and isinstance(proof, Inclusion):
        shape["content"] = row["content"]
    rows = [{"what": name, "value": value} for name, value in shape.items()]
    output.show(format, shape=shape, rows=rows, columns=("what", "value"))


def checkpoint(
    sign: Sign = None,
    origin: Origin = None,
    at_version: options.AtVersion = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write a checkpoint: how many events the log has, and the root of the tree over them.

    Whoever keeps it can tell later whether the past was rewritten: tracker verify --against.  The
    text is that of c2sp.org/tlog-checkpoint; with --sign a note signed with Ed25519.  Over an
    earlier checkpoint it is written (--force) only when the log still begins with that one.

    \b
    tracker checkpoint
    tracker checkpoint --sign log.key --output today.checkpoint
    """
    signer = _signer(sign)
    name = _name(signer, origin)
    earlier = _earlier(output) if force else None
    found = open_tracker(db).checkpoint(name, at_version=at_version, after=earlier)
    write_file([str(_signed(found, signer)).encode()], output, force=force)


def prove(
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="The id of an event.")
    ] = None,
    consistency: Annotated[
        tuple[int, int] | None,
        typer.Option(
            metavar="OLD NEW", help="Prove that the first NEW events begin with the OLD ones."
        ),
    ] = None,
    at_version: Annotated[
        int | None,
        typer.Option(
            "--at-version", "--version", metavar="N", min=0, help="In the log of N events; all."
        ),
    ] = None,
    there: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="For this checkpoint, with its signatures."
        ),
    ] = None,
    sign: Sign = None,
    origin: Origin = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Prove that an event is in the log, or that the log only grew, to somebody without it.

    The proof of an event is a text of c2sp.org/tlog-proof, with its row of the log in the line
    "extra": the leaf is SHA-256 of a zero byte and that row, which is also its line in tracker
    tail.  The proof of growth is what a witness takes (c2sp.org/tlog-witness).  Both are
    checked with tracker verify --proof.

    \b
    tracker prove 2025-03-26-us-232-autos-proclaimed
    tracker prove 2025-03-26-us-232-autos-proclaimed --sign log.key --output autos.tlog-proof
    tracker prove --consistency 100 200
    """
    if (event is None) == (consistency is None):
        raise BadCommand("name an event, or give --consistency OLD NEW")
    if consistency is not None:
        if at_version is not None:
            raise BadCommand(
                "--consistency OLD NEW names the version itself: leave out --at-version"
            )
        if not 0 <= consistency[0] <= consistency[1]:
            raise BadCommand(f"--consistency {consistency[0]} {consistency[1]}: OLD is the smaller")
        at_version = consistency[1]
    if there is not None and (sign or origin or (at_version and event)):
        raise BadCommand("--checkpoint is there already: leave out --sign, --origin, --at-version")
    tracker = open_tracker(db)
    signer = _signer(sign)
    if there is None:
        found = tracker.checkpoint(_name(signer, origin), at_version=at_version)
        shown = _signed(found, signer)
    else:
        shown, found = _note(there), _checkpoint(there, None)
        if consistency is not None and found.size != consistency[1]:
            raise BadCommand(f"{there} is of {found.size} events, not of {consistency[1]}")
    from dataclasses import replace

    if event is not None:
        proof = str(replace(tracker.inclusion(event, found), note=shown))
    else:
        assert consistency
        proof = str(replace(tracker.extension(consistency[0], found), note=shown))
    write_file([proof.encode()], output, force=force)


def key(
    file: Annotated[Path, typer.Argument(help="Where the private key is, or goes.")],
    name: Annotated[
        str | None, typer.Option(help="What a new key is called: example.org/log.")
    ] = None,
) -> None:
    """Make a key that signs checkpoints; print the public half, for those who verify.

    The file can be read by you alone: keep it so.  Without --name the public half of a key that
    is there is printed.

    \b
    tracker key new.key --name example.org/log > log.vkey
    tracker key log.key
    """
    from tracker.app import keys
    from tracker.cli import output

    found = keys.read(file) if name is None else keys.make(file, name)
    output.write(f"{found.verifier}\n")


class Lines(StrEnum):
    """How the rows of the log are printed."""

    table = "table"
    jsonl = "jsonl"


def tail(
    after: Annotated[
        int, typer.Option(metavar="N", min=0, help="Go on after this version of the log.")
    ] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Wait for more, until interrupted.")
    ] = False,
    format: Annotated[
        Lines, typer.Option("--format", help="jsonl: all that the log has, a line each.")
    ] = Lines.table,
    db: options.Db = None,
) -> None:
    """Print the log in the order in which it grew: every version once, none left out.

    A line of JSON has the version, the instant at which the log received the event (recorded),
    occurred, reported, id, format, and what the event says (content).  It is canonical (RFC 8785):
    SHA-256 of a zero byte and the line is the leaf of the event in the tree over the log.  Whoever
    has seen up to a version goes on with --after; --follow waits for what is added.

    \b
    tracker tail --after 12
    tracker tail --format jsonl
    """
    from tracker.cli import output

    tracker = open_tracker(db)
    for some in tracker.tail(after, wait=_waiting() if follow else lambda: False):
        if format == Lines.jsonl:
            output.write_bytes(f"{row.line()}\n".encode() for row in some)
        else:
            output.write_bytes(_told(row).encode() for row in some)


def _told(row: Any) -> str:
    import json

    title = " ".join(json.loads(row.content)["title"].split())
    return options.inert(f"{row.version}\t{row.recorded}\t{row.event_id}\t{title}\n")


EVERY = 0.2
"""Seconds between two looks at the log."""


def _waiting() -> Callable[[], bool]:
    """What waits a little; False when there is nobody any more who reads the output."""
    import select
    import time

    try:
        # Asked for nothing, poll still tells of a pipe whose reader went away.
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):

        def wait() -> bool:
            time.sleep(EVERY)
            return True

        return wait
    return lambda: not poll.poll(EVERY * 1000)


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Copy the whole database into a file, as it is at one instant, while others go on writing.

    The copy is verified before it gets its name, and is a database like any other.

    \b
    tracker backup today.db
    """
    from tracker.cli import output

    found = open_tracker(db).backup(file, force=force)
    output.write(f"{file} holds {_events(found.version)}, root {found.root}\n")


def restore(
    file: Annotated[Path, typer.Argument(help="A database that tracker backup wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Even when events are lost that the backup lacks.")
    ] = False,
    db: options.Db = None,
) -> None:
    """Put a backup in the place of the database: all of it, or nothing.

    The backup is verified first, and must begin with every event that the database has.

    \b
    tracker restore backup.db
    """
    from tracker.cli import output

    tracker = options.unopened_tracker(db)
    found = tracker.restore(file, force=force)
    output.write(f"{tracker.place} holds {_events(found.version)}, root {found.root}\n")


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"


# -- what files hold ----------------------------------------------------------------------------


def _of(file: Path, read: Callable[[str], T]) -> T:
    """What the text of a file is."""
    text = _text(file)
    return _named(file, lambda: read(text))


def _named(file: Path, ask: Callable[[], T]) -> T:
    """What was asked for; whatever is wrong names the file."""
    try:
        return ask()
    except TrackerError as error:
        raise type(error)(f"{file}: {error}") from None


def _text(file: Path) -> str:
    from tracker.domain import bounds

    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as opened:
            some = opened.read(bounds.FILE + 1)
        if len(some) > bounds.FILE:
            from tracker.domain.notes import BadNote

            raise BadNote(f"{file} is longer than {bounds.size(bounds.FILE)} and no text of ours")
        return some.decode()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        from tracker.domain.notes import BadNote

        raise BadNote(f"{file} is not UTF-8 and no text of ours") from None


def _note(file: Path) -> "Note":
    from tracker.domain.notes import read_note

    return _of(file, read_note)


def _checkpoint(file: Path, key: str | None) -> "Checkpoint":
    from tracker.domain.proofs import read_checkpoint

    shown = _note(file)
    found = _named(file, lambda: read_checkpoint(shown))
    if key is not None:
        _check(file, key, shown)
    return found


def _check(file: Path, key: str, shown: "Note") -> None:
    """That a checkpoint is signed with a key, and of the log that the key is of."""
    from tracker.domain.proofs import read_checkpoint

    verifier = _verifier(key)
    _named(file, lambda: verifier.check(shown))
    origin = read_checkpoint(shown).origin
    if origin != verifier.name:
        raise _not_proven(f"{file}: it is of {origin}, and the key is that of {verifier.name}")


def _say_of_signatures(checkpoints: "list[tuple[str, Checkpoint]]", key: str | None) -> None:
    if checkpoints and key is None:
        note("no signature was checked: give --key, unless you kept the checkpoint yourself")


def _verifier(key: str) -> "Verifier":
    from tracker.domain.notes import read_verifier

    if "+" not in key and not Path(key).exists():
        raise NotFound(f"--key {key} is neither a key nor a file of one: write log.vkey")
    return read_verifier(key if "+" in key else _text(Path(key)))


def _signer(file: Path | None) -> "Signer | None":
    from tracker.app import keys

    return keys.read(file) if file else None


def _name(signer: "Signer | None", origin: str | None) -> str | None:
    if origin is not None and (not origin.strip() or not origin.isprintable()):
        raise BadCommand(f"--origin {origin!r} is no name: write it as example.org/log")
    if signer is None:
        return origin
    if origin not in (None, signer.name):
        raise BadCommand(f"--origin {origin}: a log is called as its key is, {signer.name}")
    return signer.name


def _signed(found: "Checkpoint", signer: "Signer | None") -> "Note":
    return signer.sign(found.note()) if signer else found.note()


def _earlier(file: Path | None) -> "Checkpoint | None":
    """The checkpoint that is about to be written over; None when it is none."""
    try:
        return _checkpoint(file, None) if file and file.exists() else None
    except TrackerError:
        return None
