"""Data packages: what stands in the tables of a folder, for programs that read them.

One ``datapackage.json`` lies beside the tables (Data Package 2.0, https://datapackage.org):
for each file its columns with their types, units and meaning, what tells its rows apart,
its size and hash, and which question at which coordinate it answers.  It names no day on
which it was written, so that the same answer is the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker import __version__
from tracker.errors import TrackerError
from tracker.exports.tables import Column, Kind, Table

NAME = "datapackage.json"
"""What the file is called wherever it lies."""
MAKER = "tracker"
"""Who wrote a package that may be added to."""

TYPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.text: {"type": "string"},
    Kind.code: {"type": "string"},
    Kind.when: {"type": "string"},
    Kind.day: {"type": "date"},
    Kind.instant: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
    Kind.whole: {"type": "integer"},
    Kind.number: {"type": "number"},
    Kind.truth: {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
}
"""How a kind of column is said in a Table Schema (https://datapackage.org/standard/table-schema)."""


class NotOurs(TrackerError):
    """There is a package that somebody else wrote."""

    exit_code = 2
    code = "not-ours"


class Sealed:
    """Pieces of a file that are weighed and hashed as they go by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = hashlib.sha256()
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.bytes += len(piece)
            self._hash.update(piece)
            yield piece

    @property
    def hash(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


def schema(table: Table) -> dict[str, Any]:
    """The Table Schema of a table."""
    return {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        **TYPES[column.kind],
        "description": column.meaning,
        **({"unit": column.unit} if column.unit else {}),
        **({"constraints": {"required": True}} if column.always else {}),
    }


def resource(
    table: Table, path: str, sealed: Sealed, asked: Mapping[str, Any], *, excel: bool
) -> dict[str, Any]:
    """What a package says of one file.

    Args:
        path: the file, beside the package.
        sealed: what was written to it.
        asked: the question and its coordinate; what is None was not asked.
        excel: its texts are guarded for a spreadsheet.
    """
    return {
        "name": re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or table.name,
        "type": "table",
        "path": path,
        "title": table.name,
        "description": table.meaning
        + (" An apostrophe before a text keeps a spreadsheet from altering it." if excel else ""),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig" if excel else "utf-8",
        "bytes": sealed.bytes,
        "hash": sealed.hash,
        MAKER: {"version": __version__, "table": table.name, "excel": excel, "asked": dict(asked)},
        "schema": schema(table),
    }


def package(others: Mapping[str, Mapping[str, Any]], resource: Mapping[str, Any]) -> bytes:
    """A package of *resource* and *others*, which may speak of the same file as it was before."""
    listed = sorted({**others, resource["path"]: resource}.items())
    shape = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "tracker-tables",
        "title": "Tables of what held on a day, going by what was public on another",
        "maker": MAKER,
        "resources": _named([each for _, each in listed]),
    }
    return (json.dumps(shape, ensure_ascii=False, indent=2) + "\n").encode()


def _named(resources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """*resources* with names of which no two are the same."""
    taken: set[str] = set()
    found = []
    for each in resources:
        name, number = each["name"], 2
        while name in taken:
            name, number = f"{each['name']}-{number}", number + 1
        taken.add(name)
        found.append({**each, "name": name})
    return found


def resources(package: bytes) -> dict[str, dict[str, Any]]:
    """Path → what a package says of the file.

    Raises:
        NotOurs: somebody else wrote it.
    """
    try:
        shape = json.loads(package)
        if shape["maker"] == MAKER:
            return {
                str(each["path"]): {**each, "name": str(each["name"])}
                for each in shape["resources"]
            }
    except (ValueError, LookupError, TypeError):
        pass
    raise NotOurs("it was not written by tracker")
