#!/usr/bin/env python3
"""A database of an older f2f is brought up to date while other processes hold it open: readers in a snapshot, a writer, an older f2f in
the middle of its run, others that do the same, kill -9. The other process is Python's own SQLite, with statements as old as the schema."""
import pathlib
import sqlite3

from harness import SOURCE, Home, main

SCHEMAS = sorted((SOURCE / "src/store/schema").glob("0*.sql"))
NEWEST = len(SCHEMAS)
FIRST = 2  # the version of the kept dump
MARK = 0x46324631
# What an older f2f writes, in the words of every schema so far.
SAMPLE = ("insert into sample (run, split, problem, stage, sample, outcome, reason, missing, attempts, elapsed_ns, wait_ns, created_ns)"
          " select run, split, problem, stage, ?, outcome, reason, missing, attempts, elapsed_ns, wait_ns, created_ns from sample where id = 1")


def old_database(home, version):
    """The kept database, brought to `version` by the schemas' own files."""
    with sqlite3.connect(home.db, isolation_level=None) as connection:
        connection.executescript((SOURCE / "tests/data/store/schema-2.sql").read_text())
        for path in SCHEMAS[FIRST:version]:
            connection.executescript(path.read_text())
        connection.execute(f"pragma user_version = {version}")
        connection.execute(f"pragma application_id = {MARK}")
        connection.execute("pragma journal_mode = wal")
    connection.close()


def open_old(home):
    return sqlite3.connect(home.db, isolation_level=None, timeout=60)


def version_of(connection):
    return connection.execute("pragma user_version").fetchone()[0]


EVAL = ("eval", "--model", "builtin/gold", "--split", "demo", "--no-verify", "--limit", 2)


def migrate(home, *more, **kwargs):
    return home.run(*EVAL, *more, **kwargs)


def expect_whole(home):
    assert home.sql("pragma user_version") == [(NEWEST,)], home.sql("pragma user_version")
    assert home.sql("pragma integrity_check") == [("ok",)]
    assert home.sql("pragma foreign_key_check") == []
    assert home.sql("select count(*) from run where id = '20261123-160000-0001'") == [(1,)]
    home.run("report", "20261123-160000-0001")
    home.run("show", "20261123-160000-0001")


def versions():
    return range(FIRST, NEWEST)


def a_reader_in_the_middle_of_its_reading_sees_one_state_and_then_the_new_one():
    for version in versions():
        with Home(lean=False) as home:
            old_database(home, version)
            reader = open_old(home)
            reader.execute("begin")
            rows = reader.execute("select * from sample order by id").fetchall()
            cursor = reader.execute("select id from text")  # in the middle of a statement, too
            cursor.fetchone()
            migrate(home)
            assert version_of(reader) == version, version
            assert reader.execute("select * from sample order by id").fetchall() == rows
            cursor.fetchall()
            reader.execute("commit")
            assert version_of(reader) == NEWEST
            assert reader.execute("select count(*) from sample").fetchone()[0] == len(rows) + 2
            reader.close()
            expect_whole(home)


def an_older_f2f_in_the_middle_of_its_run_goes_on_writing():
    for version in versions():
        with Home(lean=False) as home:
            old_database(home, version)
            older = open_old(home)
            older.execute(SAMPLE, (100,))
            migrate(home)
            older.execute(SAMPLE, (101,))  # the same statement, prepared for the schema of before
            migrate(home, "--fresh")
            older.execute(SAMPLE, (102,))
            for bad in ("outcome = 'nonsense'", "reason = 'nonsense'", "missing = 'nonsense'"):  # and is held to the same rules
                try:
                    older.execute(f"update sample set {bad} where sample = 102")
                    raise AssertionError(f"{bad} was taken")
                except sqlite3.IntegrityError as error:
                    assert "CHECK" in str(error), error
            older.close()
            assert home.sql("select count(*) from sample where sample >= 100") == [(3,)]
            expect_whole(home)


def a_writer_that_does_not_end_is_said_and_nothing_is_changed():
    with Home(lean=False) as home:
        old_database(home, NEWEST - 1)
        writer = open_old(home)
        before = list(writer.iterdump())
        writer.execute("begin immediate")
        writer.execute(SAMPLE, (100,))
        out, err = migrate(home, status=75)
        assert "is in use by another process" in err, (out, err)
        writer.execute("rollback")
        assert version_of(writer) == NEWEST - 1 and list(writer.iterdump()) == before
        writer.close()
        migrate(home)
        expect_whole(home)


def a_writer_that_ends_is_waited_for():
    for version in versions():
        with Home(lean=False) as home:
            old_database(home, version)
            writer = open_old(home)
            writer.execute("begin immediate")
            writer.execute(SAMPLE, (100,))
            process = home.start(*EVAL)
            writer.execute("commit")
            out = process.communicate(timeout=1200)
            assert process.returncode == 0, out
            writer.execute(SAMPLE, (101,))
            writer.close()
            assert home.sql("select count(*) from sample where sample >= 100") == [(2,)]
            expect_whole(home)


def many_that_bring_it_up_to_date_at_once_do_it_once():
    for version in versions():
        with Home(lean=False) as home:
            old_database(home, version)
            processes = [home.start(*EVAL, "--limit", n + 1) for n in range(6)]
            processes += [home.start("runs") for _ in range(3)]
            ends = [(p, p.communicate(timeout=1200)) for p in processes]
            for n, (process, (out, err)) in enumerate(ends[:6]):
                busy = process.returncode == 75 and "in use by another process" in err  # on a machine that is very slow
                assert process.returncode == 0 or busy, (version, out, err)
                if busy:
                    migrate(home, "--limit", n + 1)
            for process, (out, err) in ends[6:]:  # only readers, who may have come too early
                assert process.returncode == 0 or "written by an older f2f" in err, (version, out, err)
            assert home.sql("select count(*) from run") == [(7,)]
            expect_whole(home)


def size(path):
    """-1 when it is not there: it comes and goes."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def killed_at_any_moment_it_is_of_one_version_and_the_next_one_goes_on():
    with Home(lean=False) as home:
        old_database(home, 7)
        rows = 4000
        filler = open_old(home)
        filler.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) insert into reply_cache (key, endpoint, model, reply,"
            " finish, repaired, created_ns, used_ns) select printf('%064d', i), 'e', 'm', hex(randomblob(40)), 'stop', 0, 1, 1 from n", (rows,))
        filler.close()
        kept = home.db.read_bytes()
        wal = pathlib.Path(f"{home.db}-wal")
        for kill in range(12):
            for path in home.path.glob("f2f.db*"):
                path.unlink()
            home.db.write_bytes(kept)
            process = home.start(*EVAL)
            while process.poll() is None and size(wal) < kill * 60000:
                pass
            process.kill()
            process.communicate()
            with sqlite3.connect(home.db) as connection:
                version = version_of(connection)
                assert 7 <= version <= NEWEST, version
                assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
                assert connection.execute("select count(*) from reply_cache").fetchone() == (rows,)
            connection.close()
            migrate(home)
            assert home.sql("select count(*) from reply_cache") == [(rows,)]
            expect_whole(home)


main([
    a_reader_in_the_middle_of_its_reading_sees_one_state_and_then_the_new_one,
    an_older_f2f_in_the_middle_of_its_run_goes_on_writing,
    a_writer_that_does_not_end_is_said_and_nothing_is_changed,
    a_writer_that_ends_is_waited_for,
    many_that_bring_it_up_to_date_at_once_do_it_once,
    killed_at_any_moment_it_is_of_one_version_and_the_next_one_goes_on,
])
