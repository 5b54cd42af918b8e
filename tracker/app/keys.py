"""Keys that sign checkpoints: a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tracker.domain.notes import BadKey, Signer, check_name, read_signer
from tracker.errors import BadCommand, NotFound


def make(file: Path, name: str) -> Signer:
    """A new key called *name*, written to *file*.

    Raises:
        BadKey: it cannot be called so.
        BadCommand: the file is there already, or cannot be written.
    """
    check_name(name)
    made = Signer(name, secrets.token_bytes(32))
    secret = made.secret()
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadCommand(f"{file} is there already: a key is never written over") from None
    except OSError as error:
        raise BadCommand(f"{file} cannot be written: {error.strerror}") from None
    with os.fdopen(number, "w", encoding="utf-8") as opened:
        opened.write(secret + "\n")
    return made


def read(file: Path) -> Signer:
    """The key in *file*.

    Raises:
        NotFound: the file cannot be read.
        BadKey: it holds none.
    """
    try:
        return read_signer(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadKey(f"{file}: it is no private key") from None
    except BadKey as error:
        raise BadKey(f"{file}: {error}") from None
