#!/usr/bin/env python3
"""kill -9 at random moments of a run, each followed by the same command: the union is the run that was asked for, nothing that was
finished is asked again, and what may have been billed twice is no more than was in flight, and counted.

A few moments of each kind; F2F_TEST_LONG=1: two hundred, others each time. F2F_TEST_SEED=N repeats a campaign."""
import os
import random
import sqlite3
import time

from harness import Home, main
from mock import Mock

KEY = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}
LONG = os.environ.get("F2F_TEST_LONG") == "1"
MOMENTS = 200 if LONG else 10
SEED = int(os.environ.get("F2F_TEST_SEED", random.randrange(1 << 30) if LONG else 31728))  # that: early and late moments of each kind
CONNECTIONS = 8
# what: (model, samples a problem, options)
KINDS = {
    "whole": ("openai/plain", 8, ("--no-verify",)),
    "streamed": ("openai/sse-lines", 8, ("--no-verify", "--stream", "on")),
    "verified": ("openai/prove", 2, ("--lean-jobs", 2)),
    "without the cache, by messages": ("anthropic/plain", 4, ("--no-verify", "--cache", "off")),
    "retried": ("openai/500-once", 4, ("--no-verify", "--retry-cap", "0.01")),
}
ROWS = ("select problem, sample, coalesce(outcome, missing, 'pending'), coalesce(reason, ''), reply.content from sample "
        "left join text reply on reply.id = sample.reply order by 1, 2")


def command(kind, mock):
    model, samples, options = KINDS[kind]
    return ("eval", "--model", model, "--base-url", mock.url + "/v1", "--split", "demo", "-n", samples, "-j", CONNECTIONS, *options)


def whole(home):
    """The database is whole, if there is one yet."""
    if not home.db.exists():
        return False
    with sqlite3.connect(home.db) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        return connection.execute("select count(*) from sqlite_master where name = 'sample'").fetchone()[0] == 1


def reference(kind):
    """A run that nobody disturbs: its rows, and how long it takes here."""
    with Mock("--delay", 5) as mock, Home() as home:
        started = time.monotonic()
        home.run(*command(kind, mock), **KEY)
        return home.sql(ROWS), time.monotonic() - started


def strike(kind, rows, moment):
    tries = 2 if kind == "retried" else 1
    with Mock("--delay", 5) as mock, Home() as home:
        process = home.start(*command(kind, mock), **KEY)
        time.sleep(moment)  # a moment is what is tested: nothing is expected of what it finds
        process.kill()
        process.communicate()
        # What was still on its way from the dead is read to its end.
        while (before := mock.stats())["in_flight"] > 0:
            time.sleep(0.001)
        told = home.sql("select count(*), coalesce(sum(attempts), 0) from sample")[0] if whole(home) else (0, 0)
        home.run(*command(kind, mock), **KEY)
        whole(home)
        after = mock.stats()
        assert home.sql(ROWS) == rows, kind
        assert home.sql("select count(*) from run") == [(1,)], kind
        # Messages have no seed: all samples of a problem are one request to the eye.
        seeds = KINDS[kind][0].startswith("openai")
        assert after["pairs"] == (len(rows) if seeds else 24), after
        unrecorded = before["requests"] - told[1]
        if tries == 1:
            # Each sample that was not stored was asked once more, and no other.
            assert after["requests"] == before["requests"] + len(rows) - told[0], (before, told, after)
            assert 0 <= unrecorded <= CONNECTIONS, (before, told)
        assert after["most"] <= 2 * tries or not seeds, after
        cost = home.json("report", "latest", "--json")["cost"]
        assert cost["requests"] >= after["requests"], (cost, after)
        assert unrecorded <= cost["lost_requests"] <= 2 * CONNECTIONS * tries, (cost, unrecorded)
        return process.returncode < 0, told[0]


def campaign(kind):
    def test():
        chance = random.Random(f"{SEED} {kind}")
        rows, span = reference(kind)
        assert len(rows) == 24 * KINDS[kind][1]
        killed = 0
        middle = 0
        for _ in range(max(MOMENTS // len(KINDS), 1)):
            moment = chance.uniform(0, span)
            try:
                hit, stored = strike(kind, rows, moment)
            except AssertionError:
                print(f"# F2F_TEST_SEED={SEED}, {kind}, after {moment:.4f} s of {span:.4f}", flush=True)
                raise
            killed += hit
            middle += 0 < stored < len(rows)
        print(f"# {kind}: {killed} killed, {middle} of them with some samples stored, in runs of {span:.2f} s", flush=True)
    test.__name__ = f"a_run_that_is_killed_at_any_moment_is_finished_by_the_same_command:_{kind}"
    return test


main([campaign(kind) for kind in KINDS])
