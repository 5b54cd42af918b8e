"""A log on PostgreSQL: what goes wrong on the way there, and who may do what with it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
import pytest
from sqlalchemy import Connection

from tests.conftest import CommandLine, Write, cars, entry
from tests.entries import event
from tests.places import Places, Schemas, migrated
from tracker.app import Tracker, roles
from tracker.catalogue import Batch
from tracker.domain.dates import AsOf
from tracker.domain.told import Filter
from tracker.errors import StoreError
from tracker.store import copying, facts
from tracker.store import log as logs
from tracker.store.tables import metadata

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server(places: Places) -> Schemas:
    assert isinstance(places, Schemas)
    return places


# -- what goes wrong on the way there -------------------------------------------------------


def refused(cli: CommandLine, url: str) -> str:
    """What a command says that cannot use the database."""
    answer = cli("--db", url, "state", "--as-of", "2025-04-05")
    assert (answer.code, answer.out) == (4, "")
    assert len(answer.err.splitlines()) == 1
    assert "secret" not in answer.err
    return answer.err


def test_without_the_driver_the_extra_is_named(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)

    said = refused(cli, "postgresql://user:secret@host/db")

    assert "pip install 'tracker[postgres]'" in said
    assert "postgresql://user@host/db needs the driver" in said


def test_a_server_that_does_not_answer_is_named(cli: CommandLine) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    said = refused(cli, f"postgresql://user:secret@127.0.0.1:{port}/db")

    assert f"postgresql://user@127.0.0.1:{port}/db: no server answers" in said
    assert "make sure that it runs" in said


@contextmanager
def without_encryption() -> Iterator[int]:
    """A server that says, as PostgreSQL does, that it cannot encrypt; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            there, _ = listening.accept()
            with there:
                there.recv(8)  # SSLRequest: message formats of PostgreSQL, 54.7
                there.sendall(b"N")
                there.recv(1)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_server_that_cannot_encrypt_where_it_must_is_refused(cli: CommandLine) -> None:
    with without_encryption() as port:
        said = refused(cli, f"postgresql://u:secret@127.0.0.1:{port}/db?sslmode=require")

    assert "no connection that is encrypted as wanted" in said
    assert "sslmode" in said


def test_a_database_that_is_not_there_is_named(cli: CommandLine, server: Schemas) -> None:
    said = refused(cli, server.server_url("nowhere"))

    assert "does not exist: create it (createdb)" in said


def test_a_role_that_is_not_there_is_named(cli: CommandLine, server: Schemas) -> None:
    said = refused(cli, server.server_url(user="nobody"))

    assert 'role "nobody" does not exist' in said


def test_a_wrong_password_is_refused_and_not_shown(cli: CommandLine, server: Schemas) -> None:
    person = server.person("guarded", password="right-secret")

    said = refused(cli, server.server_url(user=f"{person}:wrong-secret"))

    assert "does not take this user and password" in said


def test_a_schema_that_is_not_there_is_told_apart_from_a_right(
    cli: CommandLine, server: Schemas
) -> None:
    said = refused(cli, f"{server.server_url()}&options=-csearch_path%3Dnowhere")

    assert "the schema of its search_path is not there" in said
    assert "(CREATE SCHEMA name)" in said


def test_a_reader_that_is_cut_off_is_told_where_to_go_on(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    def read_and_be_cut_off() -> None:
        with tracker._reading() as conn:
            pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            cli.places.query(cli.url, f"SELECT pg_terminate_backend({pid})")
            conn.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreError) as cut:
        read_and_be_cut_off()

    assert "the server ended the connection" in str(cut.value)
    assert "tracker tail takes --after" in str(cut.value)


@pytest.mark.parametrize(
    "name", ["password", "sslpassword", "oauth_client_secret", "scram_client_key", "PASSWORD"]
)
def test_no_parameter_that_is_secret_is_shown(cli: CommandLine, name: str) -> None:
    said = refused(cli, f"postgresql://user@127.0.0.1:1/db?{name}=secret&connect_timeout=1")

    assert said.startswith("tracker: postgresql://user@127.0.0.1:1/db?connect_timeout=1: ")


def test_a_database_of_something_else_is_refused(cli: CommandLine) -> None:
    cli.places.query(cli.url, "CREATE TABLE album (title text)")

    assert "is a database of something else (it has the table album)" in refused(cli, cli.url)


def test_a_database_of_a_newer_tracker_is_refused(cli: CommandLine, tracker: Tracker) -> None:
    cli.change("UPDATE alembic_version SET version_num = '0999'")

    assert "was made by a newer tracker (schema 999" in refused(cli, cli.url)


def test_a_database_that_cannot_hold_every_text_is_refused(
    cli: CommandLine, server: Schemas
) -> None:
    with server.database("latin", "ENCODING 'LATIN1' LOCALE 'C'") as url:
        said = refused(cli, url)

    assert "keeps its texts as LATIN1" in said


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg"])
def test_other_names_of_the_engine_mean_the_same(
    cli: CommandLine, tracker: Tracker, scheme: str
) -> None:
    url = cli.url.replace("postgresql", scheme, 1)

    assert cli.ok("--db", url, "stats", "--format", "json").json["events"] == 0


# -- many at once ---------------------------------------------------------------------------


def test_a_writer_that_waits_too_long_is_told_for_whom(
    cli: CommandLine, tracker: Tracker, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_WAIT", "0.2")
    file = str(write("cars.toml", cars()))
    with tracker._writing() as conn:
        conn.exec_driver_sql("SELECT 1")

        answer = cli("load", file)
        reader = cli("state", "--as-of", "2025-04-05")

    assert (answer.code, answer.out) == (4, "")
    assert "is in use by another writer that did not finish within 0.2 seconds" in answer.err
    assert "(tracker, process" in answer.err
    assert "SELECT pg_terminate_backend(" in answer.err
    assert (reader.code, cli.version()) == (0, 0)
    assert cli.ok("load", file).out.startswith("added 1 event")


def test_two_that_make_the_tables_at_once_make_them_once(cli: CommandLine) -> None:
    words = [sys.executable, "-m", "tracker", "stats", "--format", "json"]
    running = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
    ]

    said = [each.communicate() for each in running]

    assert [each.returncode for each in running] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1
    assert cli.ok("verify", "--format", "json").json["version"] == cli.version()


def test_an_answer_is_of_one_moment(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    with tracker._reading() as conn:
        before = conn.exec_driver_sql("SELECT count(*) FROM log").scalar_one()
        cli.ok("load", str(write("more.toml", entry("2025-03-27-more"))))

        after = conn.exec_driver_sql("SELECT count(*) FROM log").scalar_one()

    assert (before, after, cli.version()) == (1, 1, 2)


def test_who_asks_can_change_nothing(tracker: Tracker) -> None:
    with tracker._reading() as conn, pytest.raises(Exception, match="read-only transaction"):
        conn.exec_driver_sql("DELETE FROM fact")


def test_who_waited_for_another_sees_what_it_wrote_whatever_the_server_is_set_to(
    server: Schemas,
) -> None:
    with server.database("strict", "ENCODING 'UTF8' LOCALE 'C'") as url:
        strict = "ALTER DATABASE {} SET default_transaction_isolation = 'serializable'"
        server.query(url, strict.format(url.rpartition("/")[2].partition("?")[0]))
        one, other = Tracker(url), Tracker(url)
        one.open(catalogue=False)
        other.open(catalogue=False)
        both = threading.Barrier(2)

        def add(tracker: Tracker, name: str) -> None:
            for number in range(10):
                both.wait()
                tracker.add(Batch([event(f"{name}{number}", "2025-03-01")]))

        others = threading.Thread(target=add, args=(other, "b"))
        others.start()
        add(one, "a")
        others.join()

        assert one.verify().version == 20
        one.close()
        other.close()


# -- a schema of one's own in front of that of the log ------------------------------------------


@pytest.fixture
def shared(server: Schemas) -> Iterator[tuple[str, str]]:
    """The URLs of a log for its owner and for a writer who has a schema of the same name."""
    with server.database("shared", "ENCODING 'UTF8' LOCALE 'C'") as url:
        made = Tracker(url)
        made.open(catalogue=False)
        made.close()
        person = server.person("somebody")
        server.query(url, roles())
        server.query(url, f"GRANT tracker_writer TO {person}")
        server.query(url, f"CREATE SCHEMA {person} AUTHORIZATION {person}")
        yield url, url.replace("postgres@", f"{person}@")


def test_a_writer_with_a_schema_of_their_own_waits_for_the_others(
    cli: CommandLine, shared: tuple[str, str], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, theirs = shared
    monkeypatch.setenv("TRACKER_WAIT", "0.2")
    file = str(write("cars.toml", cars()))
    one = Tracker(url)
    with one._writing() as conn:
        conn.exec_driver_sql("SELECT 1")

        answer = cli("--db", theirs, "load", file)

    assert answer.code == 4
    assert "is in use by another writer" in answer.err
    assert "(tracker, process" in answer.err
    assert cli.ok("--db", theirs, "load", file).out.startswith("added 1 event")
    one.close()


def test_tables_are_made_where_the_log_lies(cli: CommandLine, shared: tuple[str, str]) -> None:
    url, theirs = shared
    person = theirs.partition("//")[2].partition("@")[0]
    cli.places.query(url, f"ALTER ROLE {person} SUPERUSER")
    cli.places.query(url, "DROP TABLE subtree, words, stake")

    cli.ok("--db", theirs, "rebuild")

    found = "SELECT schemaname, count(*) FROM pg_tables WHERE tablename IN {} GROUP BY 1"
    assert cli.places.query(url, found.format(("subtree", "words", "stake"))) == [("public", 3)]


def test_an_older_log_is_brought_up_to_date_where_it_lies(
    cli: CommandLine, server: Schemas
) -> None:
    with server.database("old", "ENCODING 'UTF8' LOCALE 'C'") as url:
        with migrated(url, "0002"):
            pass
        server.query(url, "CREATE SCHEMA postgres")

        cli.ok("--db", url, "stats")

        found = server.query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'postgres'")
        assert found == []
        cli.ok("--db", url, "verify")


def test_the_rights_are_those_of_the_log_whoever_gives_them(
    cli: CommandLine, server: Schemas
) -> None:
    with server.database("rights", "ENCODING 'UTF8' LOCALE 'C'") as url:
        server.query(url, 'CREATE SCHEMA "The News"')
        there = f"{url}&options=-csearch_path%3D%22The%5C%20News%22"
        made = Tracker(there)
        made.open(catalogue=False)
        made.close()
        in_front = 'CREATE SCHEMA mine; SET search_path = mine, "The News";'

        server.query(url, in_front + roles())

        found = server.query(
            url,
            "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE tablename IN "
            "('alembic_version', 'log', 'subtree', 'fact') UNION ALL SELECT DISTINCT "
            "'function', pg_get_userbyid(proowner) FROM pg_proc WHERE proname ~ '^(log|subtree)_'",
        )
        assert found == [("The News", "tracker_owner"), ("function", "tracker_owner")]


def test_without_a_log_nobody_is_given_rights(server: Schemas) -> None:
    with (
        server.database("empty", "ENCODING 'UTF8' LOCALE 'C'") as url,
        pytest.raises(psycopg.errors.RaiseException, match="there is no log in the schemas of"),
    ):
        server.query(url, roles())


# -- backups ------------------------------------------------------------------------------------


def test_a_backup_is_refused_with_the_commands_that_make_one(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    kept, back = cli("backup", "today.db"), cli("restore", "today.db")

    assert (kept.code, kept.out, back.code, back.out) == (2, "", 2, "")
    assert f"tracker copy {tracker.place} today.db" in kept.err
    assert f"tracker copy today.db {tracker.place}" in back.err
    assert "pg_dump" in kept.err
    assert list(cli.folder.glob("*.db*")) == []


def test_a_copy_in_a_file_is_a_backup_that_can_be_put_back(
    cli: CommandLine, tracker: Tracker, server: Schemas, write: Write
) -> None:
    cli.ok("load", str(write("some.toml", entry("2025-03-25-before"), cars())))
    cli.ok("checkpoint", "--output", "today.checkpoint")
    new = server.new(cli.folder / "new")

    cli.ok("copy", cli.url, "today.db")
    cli.ok("copy", "today.db", new)

    cli.ok("verify", "--against", "today.checkpoint", "--db", new)
    asked = ("state", "--as-of", "2025-04-05", "--format", "json")
    assert cli.ok(*asked, "--db", new).out == cli.ok(*asked).out
    server.drop(new)


def test_a_dump_of_the_server_is_a_backup_that_can_be_put_back(
    cli: CommandLine, server: Schemas, write: Write
) -> None:
    many = [entry(f"2025-03-27-more-{number}") for number in range(100)]
    utf8 = "ENCODING 'UTF8' LOCALE 'C'"
    with server.database("kept", utf8) as url, server.database("back", utf8) as back:
        made = Tracker(url)
        made.open(catalogue=False)
        made.close()
        cli.ok("--db", url, "load", str(write("some.toml", cars(), *many)))
        cli.ok("--db", url, "checkpoint", "--output", "today.checkpoint")

        server.run("pg_dump", "--format=custom", "--file=news.dump", url)
        server.run("pg_restore", f"--dbname={back}", "--exit-on-error", "news.dump")

        found = cli.ok("--db", back, "verify", "--against", "today.checkpoint", "--format", "json")
        assert found.json["version"] == 101
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            server.query(back, "DELETE FROM log")
        assert cli.ok("--db", back, "load", str(write("m.toml", entry("2025-04-01-m")))).out


# -- what the tables are --------------------------------------------------------------------


@pytest.mark.usefixtures("tracker")
def test_every_text_is_in_the_order_of_its_bytes(cli: CommandLine) -> None:
    found = cli.places.query(
        cli.url,
        "SELECT relname, attname, collname FROM pg_attribute "
        "JOIN pg_class ON pg_class.oid = attrelid JOIN pg_collation c ON c.oid = attcollation "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
        "AND relname <> 'alembic_version'",
    )

    assert len(found) > 30
    assert [each for each in found if each[2] != "C"] == []


def test_tables_that_were_lost_are_made_as_the_migrations_make_them(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("some.toml", cars(), entry("2025-03-27-more"))))
    before = cli.ok("stats", "--format", "json").json
    made = [cli.places.query(cli.url, each) for each in MADE]
    lost = [name for name in (*metadata.tables, "words") if name != "log"]
    tracker.close()
    cli.places.query(cli.url, f"DROP TABLE {', '.join(lost)}")

    refused = cli("state")
    cli.ok("rebuild")

    assert refused.code == 4
    assert "run tracker rebuild" in refused.err
    assert cli.ok("stats", "--format", "json").json == before
    assert [cli.places.query(cli.url, each) for each in MADE] == made
    cli.ok("verify", "--facts")


MADE = (
    "SELECT table_name, column_name, data_type, character_maximum_length, collation_name, "
    "is_nullable FROM information_schema.columns WHERE table_schema = current_schema() "
    "ORDER BY table_name, ordinal_position",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname",
    "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid IN "
    "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace) "
    "ORDER BY tgname",
)
"""What tables, indexes and triggers are like."""


@pytest.mark.usefixtures("tracker")
def test_no_extension_is_needed(cli: CommandLine) -> None:
    found = cli.places.query(cli.url, "SELECT extname FROM pg_extension")

    assert found == [("plpgsql",)]


@pytest.mark.parametrize(
    "read",
    [
        logs.entries,
        lambda conn: logs.received(conn, Filter()),
        lambda conn: facts.facts_at(conn, AsOf(date(2025, 4, 5))),
        lambda conn: copying.rows_after(conn, 0),
    ],
    ids=["entries", "received", "facts", "rows"],
)
def test_what_is_as_long_as_the_log_is_fetched_as_it_is_asked_for(
    shipped: Tracker, read: Callable[[Connection], Iterator[object]]
) -> None:
    with shipped._streaming() as conn:
        rows = read(conn)

        next(rows)
        open_ones = conn.exec_driver_sql("SELECT count(*) FROM pg_cursors WHERE name <> ''")

        # One more of them counts them.
        assert open_ones.scalar_one() == 2
        assert len(list(rows)) > 500


# -- who may do what ------------------------------------------------------------------------


@pytest.fixture
def people(cli: CommandLine, tracker: Tracker, server: Schemas, write: Write) -> dict[str, str]:
    """The URLs of a writer and a reader of a log with one event."""
    cli.ok("load", str(write("cars.toml", cars())))
    with psycopg.connect(cli.url, autocommit=True) as conn:
        conn.execute(roles().encode())
        conn.execute(roles().encode())
    found = {}
    for name in ("writer", "reader", "owner"):
        person = server.person(name)
        server.query(cli.url, f"GRANT tracker_{name} TO {person}")
        found[name] = as_person(cli, person)
    return found


def as_person(cli: CommandLine, person: str) -> str:
    return cli.url.replace("postgres@", f"{person}@")


def test_the_roles_are_printed_for_whoever_administers_the_server(cli: CommandLine) -> None:
    assert cli.ok("roles").out == roles()


def test_a_writer_adds_and_rebuilds(cli: CommandLine, people: dict[str, str], write: Write) -> None:
    many = [entry(f"2025-03-27-more-{number}") for number in range(30)]
    before = cli.ok("stats", "--format", "json").json["facts_digest"]
    writer = ("--db", people["writer"])

    rebuilt = cli.ok(*writer, "rebuild")
    answer = cli.ok(*writer, "load", str(write("more.toml", *many)))

    assert rebuilt.out == f"facts {before}\n"
    assert answer.out.startswith("added 30 events")
    assert cli.ok(*writer, "rebuild").err == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET content = '{}'",
        "DELETE FROM log",
        "TRUNCATE log",
        "UPDATE subtree SET hash = substr(hash, 2)",
        "DELETE FROM subtree",
        "TRUNCATE subtree",
        "ALTER TABLE subtree DISABLE TRIGGER ALL",
        "DROP TABLE subtree",
        "ALTER TABLE log DISABLE TRIGGER ALL",
        "ALTER TABLE log ADD COLUMN more text",
        "DROP TRIGGER log_no_rewriting ON log",
        "DROP TABLE log CASCADE",
        "CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "CREATE TABLE more (title text)",
        "SET ROLE tracker_owner",
    ],
)
@pytest.mark.parametrize("who", ["writer", "reader"])
def test_not_even_a_writer_can_rewrite_the_log(
    people: dict[str, str], cli: CommandLine, who: str, statement: str
) -> None:
    before = cli.ok("verify", "--format", "json").json

    with (
        psycopg.connect(people[who]) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())

    assert cli.ok("verify", "--format", "json").json == before


def test_a_writer_adds_to_the_tree_and_only_the_owner_makes_it_anew(
    cli: CommandLine, people: dict[str, str], write: Write
) -> None:
    many = [entry(f"2025-03-27-more-{number}") for number in range(130)]
    cli.ok("--db", people["writer"], "load", str(write("more.toml", *many)))
    kept = cli.places.query(cli.url, "SELECT * FROM subtree ORDER BY level, number")
    cli.change("UPDATE subtree SET hash = substr(hash, 2) WHERE level = 6")

    found = cli("--db", people["reader"], "verify")
    refused = cli("--db", people["writer"], "rebuild")
    cli.ok("--db", people["owner"] + "%20-crole%3Dtracker_owner", "rebuild")

    assert len(kept) == 3
    assert found.code == 4
    assert "is not that of their leaves: run tracker rebuild" in found.err
    assert (refused.code, refused.out) == (4, "")
    assert "this role may not do it (must be owner of table subtree)" in refused.err
    assert cli.places.query(cli.url, "SELECT * FROM subtree ORDER BY level, number") == kept


@pytest.mark.parametrize("table", ["log", "subtree"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_rewrites_by_mistake(
    cli: CommandLine, tracker: Tracker, table: str, statement: str
) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        cli.places.query(cli.url, statement.format(table))


def test_a_writer_leaves_no_gap_even_past_the_tool(
    cli: CommandLine, people: dict[str, str]
) -> None:
    columns = "occurred, reported, recorded, format, content, leaf"
    schema = cli.url.rpartition("%3D")[2]

    with psycopg.connect(people["writer"]) as conn:
        # A table of its own, in front of the log for whoever does not name it in full.
        conn.execute("CREATE TEMPORARY TABLE log (LIKE log)")
        statement = f"INSERT INTO {schema}.log SELECT 3, 'x', {columns} FROM {schema}.log"
        with pytest.raises(psycopg.errors.RaiseException, match="no gaps"):
            conn.execute(statement.encode())

    assert cli.version() == 1


FORMAT_OF_THEIR_OWN = """
    CREATE FUNCTION format(text, name, name) RETURNS text LANGUAGE sql
        AS $$ SELECT 'SELECT true FROM (SELECT $1) AS one' $$;
    SET search_path = {}, pg_catalog;
"""


def test_a_writer_leaves_no_gap_with_functions_of_their_own(
    cli: CommandLine, shared: tuple[str, str], write: Write
) -> None:
    url, theirs = shared
    cli.ok("--db", theirs, "load", str(write("cars.toml", cars())))
    person = theirs.partition("//")[2].partition("@")[0]
    columns = "occurred, reported, recorded, format, content, leaf"

    with psycopg.connect(theirs) as conn:
        conn.execute(FORMAT_OF_THEIR_OWN.format(person).encode())
        statement = f"INSERT INTO public.log SELECT 3, 'x', {columns} FROM public.log"
        with pytest.raises(psycopg.errors.RaiseException, match="no gaps"):
            conn.execute(statement.encode())

    assert cli.places.version(url) == 1


@pytest.mark.parametrize("owned", ["SCHEMA public OWNER TO {}", "DATABASE {db} OWNER TO {}"])
def test_a_schema_that_a_writer_owns_is_no_place_for_a_log(
    cli: CommandLine, shared: tuple[str, str], owned: str
) -> None:
    url, theirs = shared
    person = theirs.partition("//")[2].partition("@")[0]
    database = url.rpartition("/")[2].partition("?")[0]
    cli.places.query(url, f"ALTER {owned.format(person, db=database)}")

    with pytest.raises(psycopg.errors.RaiseException) as refused:
        cli.places.query(url, roles())
    cli.places.query(url, "ALTER SCHEMA public OWNER TO tracker_owner")
    cli.places.query(url, roles())

    assert f"{person} may write to the log and owns schema public" in str(refused.value)
    assert "ALTER SCHEMA public OWNER TO tracker_owner" in str(refused.value)
    with (
        psycopg.connect(theirs) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("DROP TABLE public.log CASCADE")
    cli.places.query(url, f"ALTER DATABASE {database} OWNER TO postgres")


def test_a_reader_reads_and_no_more(cli: CommandLine, people: dict[str, str], write: Write) -> None:
    reader = ("--db", people["reader"])

    read = [
        cli.ok(*reader, "state", "--as-of", "2025-04-05"),
        cli.ok(*reader, "search", "cars"),
        cli.ok(*reader, "export", "ics"),
        cli.ok(*reader, "verify"),
    ]
    added = cli(*reader, "load", str(write("more.toml", entry("2025-03-27-more"))))

    assert all(each.out for each in read)
    assert (added.code, added.out) == (4, "")
    assert "this role may not do it (permission denied" in added.err
    assert cli.version() == 1


@pytest.mark.usefixtures("people")
def test_a_stranger_is_told_what_to_do(cli: CommandLine, server: Schemas) -> None:
    said = refused(cli, as_person(cli, server.person("stranger")))

    assert "tracker roles says who may do what" in said
