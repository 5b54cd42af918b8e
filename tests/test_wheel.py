"""The wheel: what is in it, and that it works from any folder, on an empty home."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

CHECKOUT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".*cache", ".hypothesis", "build", "dist", "tests", "__pycache__", "*.egg-info"
)
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
OFFLINE = ("--no-deps", "--no-index")


def run(*words: str | Path, at: Path, home: Path) -> str:
    """What a command prints, run in the folder *at* by somebody whose home is *home*."""
    ended = subprocess.run(
        [str(word) for word in words],
        cwd=at,
        env={"HOME": str(home), "USERPROFILE": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
    # The build tool is already here, so that no index is asked for it.
    run(
        *(*PIP, "wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", folder, copy),
        at=folder,
        home=folder,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of commands of an environment that has the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = Path(sysconfig.get_path("scripts", "venv", {"base": str(folder)})) / "python"
    run(*PIP, "--python", python, "install", *OFFLINE, wheel, at=folder, home=folder)
    site = run(
        *(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"),
        at=folder,
        home=folder,
    )
    # The dependencies are those of this environment.  They come after the wheel, and a path
    # file in a folder that a path file names is not read, so the checkout is not among them.
    here = sysconfig.get_path("purelib")
    Path(site.strip(), "dependencies.pth").write_text(here, encoding="utf-8")
    yield python.parent
    shutil.rmtree(folder)


def shipped(folder: str, pattern: str) -> set[str]:
    """The files that the wheel must have, by their place in the package."""
    found = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob(f"{folder}/{pattern}")}
    assert found
    return {f"tracker/{name}" for name in found}


def test_the_wheel_has_the_migrations_and_the_catalogue_word_for_word(wheel: Path) -> None:
    wanted = shipped("events", "*.toml") | shipped("migrations", "**/*.py")

    with ZipFile(wheel) as archive:
        assert wanted <= set(archive.namelist())
        for name in wanted:
            assert archive.read(name) == CHECKOUT.joinpath(name[len("tracker/") :]).read_bytes()


def test_the_wheel_has_every_module_and_says_that_it_is_typed(wheel: Path) -> None:
    modules = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("tracker/**/*.py")}

    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert modules | {"tracker/py.typed"} <= names


def test_nothing_stands_in_the_wheel_but_the_package_and_its_papers(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {name.split("/")[0].split("-")[0] for name in names} == {"tracker"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
    assert len(names) == len(set(names))


def test_the_installed_command_answers_in_another_folder_with_an_empty_home(
    installed: Path, tmp_path: Path
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()

    words = ("state", "measure/us-232-autos", "--as-of", "2025-04-05", "--format", "json")
    by_module = run(installed / "python", "-m", "tracker", *words, at=elsewhere, home=home)
    by_name = run(installed / "tracker", *words, at=elsewhere, home=home)

    assert by_module == by_name
    (subject,) = json.loads(by_module)["subjects"]
    assert subject["stage"] == "in-force"
    assert list(elsewhere.iterdir()) == []
    assert len(list(home.rglob("tracker.db"))) == 1


def test_the_installed_package_is_the_wheel_and_not_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    code = (
        "from tracker.app import PACKAGE, shipped\n"
        "print(PACKAGE, shipped('events'), shipped('migrations'), sep='\\n')"
    )

    found = run(installed / "python", "-c", code, at=tmp_path, home=tmp_path).splitlines()

    assert len(found) == 3
    assert all(Path(each).is_relative_to(installed.parent) for each in found)
