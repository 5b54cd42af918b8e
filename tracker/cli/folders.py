"""Folders that a command keeps: it writes what differs, and takes away only what it made.

``SHA256SUMS`` says what it made.  While it is at work a journal names what it has touched
since, so that the next run knows its own files even if this one is interrupted.  A file is
written beside its place and put there whole: whoever reads it has the old one or the new.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from tracker.errors import BadCommand

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
SCHEMA = "tracker/publish@1"
"""What the manifest of a published folder says of it, by which it is known."""

JOURNAL = ".tracker-publishing"
DRAFT = ".tracker-draft-"
BUFFER = 1 << 16


class Folder:
    """A folder of files that belong together; nothing in it but these is ever touched.

    Attributes:
        written: how many files were made or changed.
        removed: how many that no longer belong were taken away.

    Raises:
        BadCommand: the folder has files in it that it does not know, and *force* is not given;
            or it cannot be used.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        self.path = path
        self.written = self.removed = 0
        self._force = force
        self._sums: dict[str, str] = {}
        try:
            self._before = self._known()
            self._open()
        except OSError as error:
            raise self._cannot(error) from None

    def _known(self) -> dict[str, str | None]:
        """Path → hash, of the files that an earlier run made; None where it was interrupted."""
        if not self.path.exists():
            return {}
        sums, journal = self.path / SUMS, self.path / JOURNAL
        if not self.path.is_dir():
            raise BadCommand(f"{self.path} is no folder: give another name")
        if not (self._is_own(sums) or journal.exists()):
            if any(self.path.iterdir()) and not self._force:
                raise BadCommand(
                    f"{self.path} is not empty and was not made by publish: give another folder, "
                    "or --force to write into this one (what is in it stays, but for files of the "
                    "same names)"
                )
            return {}
        found: dict[str, str | None] = {}
        if sums.exists():
            for line in sums.read_text(encoding="utf-8").splitlines():
                digest, _, name = line.partition("  ")
                found[name] = digest
        if journal.exists():
            found |= dict.fromkeys(journal.read_text(encoding="utf-8").splitlines())
        return {name: digest for name, digest in found.items() if _is_within(name)}

    def _is_own(self, sums: Path) -> bool:
        """Whether the sums are those of a folder that was published, and not of something else."""
        manifest = self.path / MANIFEST
        if not (sums.exists() and manifest.exists()):
            return False
        return f'"{SCHEMA}"' in manifest.read_text(encoding="utf-8", errors="replace")

    def _open(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / JOURNAL).touch()
        for left in self.path.glob(f"{DRAFT}*"):
            left.unlink(missing_ok=True)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Make the file *name* what *pieces* say; one that says so already is left alone.

        Raises:
            BadCommand: it cannot be written, lies outside, or is there and not ours.
        """
        if not _is_within(name) or name in self._sums:
            raise BadCommand(f"{name!r} is no name for a file of {self.path}")
        target = self.path / name
        draft = self.path / f"{DRAFT}{os.getpid()}"
        try:
            self._require_inside(target)
            digest = hashlib.sha256()
            with draft.open("wb", buffering=BUFFER) as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
                self._sums[name] = digest.hexdigest()
                if _digest(target) == digest.hexdigest():
                    return
                file.flush()
                os.fsync(file.fileno())
            self._require_own(name, target)
            self._note(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)
            self.written += 1
        except OSError as error:
            raise self._cannot(error, name) from None
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Take away what no longer belongs, and write down what does."""
        try:
            for name in sorted(self._before.keys() - self._sums.keys()):
                self._remove(name)
            sums = "".join(f"{self._sums[name]}  {name}\n" for name in sorted(self._sums))
            self.write(SUMS, [sums.encode()])
            (self.path / JOURNAL).unlink(missing_ok=True)
        except OSError as error:
            raise self._cannot(error) from None

    def _remove(self, name: str) -> None:
        target = self.path / name
        made = self._before[name]
        self._require_inside(target)
        # Somebody may have put another file in its place; None is what a run left half done.
        if name == SUMS or not target.is_file() or made not in (None, _digest(target)):
            return
        target.unlink()
        self.removed += 1
        for folder in target.relative_to(self.path).parents:
            if folder != Path():
                with suppress(OSError):
                    (self.path / folder).rmdir()

    def _require_inside(self, target: Path) -> None:
        """That no link on the way leads out of the folder."""
        if not target.parent.resolve().is_relative_to(self.path.resolve()):
            raise BadCommand(f"{target} leads out of {self.path}: take that link away")

    def _require_own(self, name: str, target: Path) -> None:
        if name in self._before or name == SUMS or self._force or not os.path.lexists(target):
            return
        raise BadCommand(f"{target} is there and was not made by publish: move it away, or --force")

    def _note(self, name: str) -> None:
        """Write down that *name* is ours before it is there."""
        if name != SUMS:
            with (self.path / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(f"{name}\n")

    def _cannot(self, error: OSError, name: str = "") -> BadCommand:
        return BadCommand(f"{self.path / name} cannot be written: {error.strerror or error}")


def _is_within(name: str) -> bool:
    """Whether *name* is a path below a folder, by its words alone."""
    path = PurePosixPath(name)
    plain = all(each not in ("", ".", "..") for each in name.split("/"))
    return plain and not path.is_absolute() and not {"\\", "\0", "\n", ":"} & set(name)


def _digest(file: Path) -> str | None:
    """The hash of what a file holds; None when there is none."""
    if not file.is_file():
        return None
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
