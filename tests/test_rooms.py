"""The rooms of the house: who may import whom, and what only some of them may touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tracker"
ORDER = [
    {"errors"},
    {"domain"},
    {"catalogue", "store", "exports", "imports"},
    {"app"},
    {"cli", "web"},
]
"""The rooms from left to right; those of one set stand beside one another."""

OUTSIDE = {"__init__", "__main__"}
"""Modules of the package that are no rooms: its version, and the door to the command line."""

SUBJECTS = {"measures", "agreements", "talks", "meetings", "commitments", "claims"}
FILES = {"io", "os", "pathlib", "shutil", "sqlalchemy", "sqlite3", "subprocess", "sys", "tempfile"}
WORLD = FILES | {"random", "secrets", "time", "uuid"}


@dataclass(frozen=True)
class Import:
    """One name that a module imports, at the top, in a function or for the type checker."""

    module: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.imported}"


def imports_of(source: str, module: str, *, is_package: bool = False) -> Iterator[Import]:
    """Every import that stands anywhere in *source*, by the full name of what is imported."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")
            above = above[: len(above) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                yield Import(module, f"{origin}.{alias.name}", node.lineno)


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
IMPORTS = [
    each
    for module, path in MODULES.items()
    for each in imports_of(path.read_text(), module, is_package=path.name == "__init__.py")
]


def room_of(name: str) -> str | None:
    """The room that a module, or something in it, belongs to; None outside of all rooms."""
    steps = name.split(".")
    if steps[0] != "tracker" or len(steps) == 1:
        return None
    return steps[1]


def place_of(room: str) -> int:
    return next(place for place, rooms in enumerate(ORDER) if room in rooms)


def is_refused(each: Import) -> bool:
    """Whether an import goes beside or to the right; a room may always import within itself."""
    mine, theirs = room_of(each.module), room_of(each.imported)
    if mine is None or mine in OUTSIDE or theirs is None or theirs == mine:
        return False
    if not any(theirs in rooms for rooms in ORDER):
        return theirs in OUTSIDE  # the version is a name in the package, and open to all
    return place_of(theirs) >= place_of(mine)


# -- the reader of imports ----------------------------------------------------------------


def test_an_import_is_found_wherever_it_stands() -> None:
    source = """
import os.path
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from tracker.app import Tracker
def later():
    from tracker.store import log as logs, facts
    class Inner:
        import json as j
from . import dates
from .values import Text
from .. import errors
from ..store.tables import log
"""

    found = {each.imported for each in imports_of(source, "tracker.domain.events")}

    assert found == {
        "os.path",
        "typing.TYPE_CHECKING",
        "tracker.app.Tracker",
        "tracker.store.log",
        "tracker.store.facts",
        "json",
        "tracker.domain.dates",
        "tracker.domain.values.Text",
        "tracker.errors",
        "tracker.store.tables.log",
    }


def test_a_package_imports_from_itself_with_one_dot() -> None:
    (found,) = imports_of("from . import log", "tracker.store", is_package=True)

    assert found.imported == "tracker.store.log"


@pytest.mark.parametrize(
    ("module", "imported", "refused"),
    [
        ("tracker.domain.state", "tracker.errors.BadDay", False),
        ("tracker.errors", "tracker.domain.dates", True),
        ("tracker.domain.state", "tracker.store.log", True),
        ("tracker.store.log", "tracker.domain.dates.AsOf", False),
        ("tracker.store.log", "tracker.catalogue.Batch", True),
        ("tracker.exports.csv", "tracker.store.log.Filter", True),
        ("tracker.exports.csv", "tracker.exports.ics", False),
        ("tracker.app", "tracker.exports.ics", False),
        ("tracker.store.log", "tracker.app.Tracker", True),
        ("tracker.cli.words", "tracker.app.Tracker", False),
        ("tracker.cli.words", "tracker.web.pages", True),
        ("tracker.cli", "tracker.__version__", False),
        ("tracker.app", "tracker.__main__", True),
        ("tracker.__main__", "tracker.cli.run", False),
    ],
)
def test_a_room_imports_from_its_left_only(module: str, imported: str, refused: bool) -> None:
    assert is_refused(Import(module, imported, 1)) is refused


# -- the house as it stands ---------------------------------------------------------------


def test_every_module_stands_in_a_room() -> None:
    known = set().union(*ORDER) | OUTSIDE

    assert MODULES.keys() >= {"tracker.app", "tracker.domain.events", "tracker.store.log"}
    assert {room for module in MODULES if (room := room_of(module))} <= known


def test_no_room_imports_one_beside_it_or_to_its_right() -> None:
    assert [str(each) for each in IMPORTS if is_refused(each)] == []


def test_the_faces_reach_the_store_through_the_app_alone() -> None:
    faces = [each for each in IMPORTS if room_of(each.module) in ("cli", "web")]

    assert faces
    assert [str(each) for each in faces if room_of(each.imported) == "store"] == []


def test_no_subject_imports_another() -> None:
    mine = {f"tracker.domain.{name}": name for name in SUBJECTS}
    assert mine.keys() <= MODULES.keys()

    found = [
        str(each)
        for each in IMPORTS
        if each.module in mine
        for other in SUBJECTS - {mine[each.module]}
        if f"{each.imported}.".startswith(f"tracker.domain.{other}.")
    ]

    assert found == []


def test_the_domain_imports_nothing_that_touches_the_world() -> None:
    found = [
        str(each)
        for each in IMPORTS
        if room_of(each.module) == "domain" and each.imported.split(".")[0] in WORLD
    ]

    assert found == []


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the package, and the module it stands in."""
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield module, node


def test_the_domain_opens_no_file_and_talks_to_nobody() -> None:
    found = [
        f"{module}:{call.lineno} calls {call.func.id}"
        for module, call in calls()
        if room_of(module) == "domain"
        and isinstance(call.func, ast.Name)
        and call.func.id in {"open", "print", "input"}
    ]

    assert found == []


def test_only_the_app_asks_what_time_it_is() -> None:
    asked = [
        (module, call.lineno, ast.unparse(call.func))
        for module, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"now", "utcnow", "today"}
        and ast.unparse(call.func.value).split(".")[-1] in {"date", "datetime"}
    ]

    assert {module for module, _, _ in asked} == {"tracker.app"}


def test_only_the_store_speaks_sql() -> None:
    found = [
        str(each)
        for each in IMPORTS
        if each.imported.split(".")[0] in ("sqlalchemy", "sqlite3", "alembic")
        and room_of(each.module) != "store"
        and (room_of(each.module), each.imported) != ("app", "sqlalchemy.Connection")
    ]

    assert found == []
