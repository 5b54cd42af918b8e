"""The tree over the log as it is kept, held against the definition over all leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from tests.conftest import CommandLine
from tests.domain.test_merkle import path_to, proof_from, root_of
from tracker.app import Tracker
from tracker.domain import merkle
from tracker.domain.merkle import leaf_of
from tracker.errors import StoreError
from tracker.store import database, trees
from tracker.store.tables import log, metadata


@contextmanager
def logged(*batches: int) -> Iterator[tuple[Connection, list[bytes]]]:
    """A log that got so many rows at a time; its tree was kept up after each, and its leaves."""
    leaves = [leaf_of(b"%d" % number) for number in range(1, sum(batches) + 1)]
    engine = database.engine_for(":memory:")
    try:
        with database.writing(engine) as conn:
            metadata.create_all(conn)
            before = 0
            for after in accumulate(batches):
                conn.execute(insert(log), [row(number, leaves) for number in range(before, after)])
                trees.grow(conn, before, after)
                before = after
            yield conn, leaves
    finally:
        engine.dispose()


def row(number: int, leaves: list[bytes]) -> dict[str, object]:
    texts = dict.fromkeys(("occurred", "reported", "recorded", "content"), "")
    return {
        "version": number + 1,
        "event_id": str(number),
        "format": 1,
        "leaf": leaves[number],
        **texts,
    }


BATCHES = st.lists(st.integers(1, 150), min_size=1, max_size=6)


@given(BATCHES, st.data())
@settings(max_examples=40)
def test_the_root_of_every_version_and_every_proof_are_those_of_the_leaves(
    batches: list[int], data: st.DataObject
) -> None:
    with logged(*batches) as (conn, leaves):
        new = data.draw(st.integers(1, len(leaves)))
        old = data.draw(st.integers(1, new))
        index = data.draw(st.integers(0, new - 1))

        root = trees.root(conn, new)
        path = trees.hashes(conn, merkle.inclusion(index, new))
        proof = trees.hashes(conn, merkle.consistency(old, new))

    assert root == root_of(leaves[:new])
    assert path == path_to(index, leaves[:new])
    assert proof == proof_from(old, leaves[:new])


@given(BATCHES)
@settings(max_examples=20)
def test_a_tree_made_anew_is_the_one_that_was_kept(batches: list[int]) -> None:
    with logged(*batches) as (conn, _):
        kept = conn.exec_driver_sql("SELECT * FROM subtree").fetchall()

        trees.regrow(conn)

        assert conn.exec_driver_sql("SELECT * FROM subtree").fetchall() == kept
        full = sum(batches) // trees.WIDTH
        assert len(kept) == 2 * full - full.bit_count()


def test_a_root_reads_few_hashes_however_long_the_log_is() -> None:
    with logged(*[trees.WIDTH] * 33, trees.WIDTH - 1) as (conn, leaves):
        asked: list[str] = []
        driver = conn.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(asked.append)

        root = trees.root(conn, len(leaves))

        driver.set_trace_callback(None)
        assert root == root_of(leaves)
        assert len(asked) <= 2 + trees.LEVEL


def test_the_root_of_nothing_is_that_of_nothing() -> None:
    with logged(1) as (conn, _):
        assert trees.root(conn, 0) == merkle.EMPTY


def test_a_tree_that_lacks_a_part_answers_nothing_until_a_rebuild(
    cli: CommandLine, shipped: Tracker
) -> None:
    version = shipped.stats()["version"]
    root = shipped.root(version)
    cli.change("DELETE FROM subtree WHERE level = 8")
    again = Tracker(cli.url)

    with pytest.raises(StoreError, match="run tracker rebuild"):
        again.root(version)
    again.rebuild()

    assert again.root(version) == root
    again.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE subtree SET hash = substr(hash, 2) WHERE level = 7 AND number = 1",
        "UPDATE subtree SET number = 99 WHERE level = 7 AND number = 1",
        "DELETE FROM subtree WHERE level = 6 AND number = 0",
    ],
)
def test_a_tree_that_is_not_that_of_the_leaves_is_put_right_by_a_rebuild(
    cli: CommandLine, shipped: Tracker, change: str
) -> None:
    every = "SELECT * FROM subtree ORDER BY level, number"
    before = cli.places.query(cli.url, every)
    cli.change(change)

    shipped.rebuild()

    assert cli.places.query(cli.url, every) == before
    assert shipped.verify(facts=False).wrong == []


def test_what_is_not_added_leaves_the_tree_as_it_is(shipped: Tracker, tmp_path: Path) -> None:
    version = shipped.stats()["version"]
    root = shipped.root(version)
    more = tmp_path / "more.toml"
    more.write_text(
        "\n".join(
            f'[[event]]\nid = "2025-03-01-more-{number}"\ntitle = "More"\nkind = "report"\n'
            'occurred = 2025-03-01\nsources = [{url = "https://example.org", '
            "published = 2025-03-01}]\n"
            for number in range(200)
        )
    )

    shipped.load([more], dry_run=True)

    assert shipped.verify(facts=False).root == root
