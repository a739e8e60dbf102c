#!/usr/bin/env python3
"""Hostile replies through the whole of f2f eval: memory is bounded, the outcome is clear, nothing is stored cut short unmarked. And a
run ends whatever an endpoint does."""
import os

from harness import F2F, Home, main
from mock import Mock

KEY = {"OPENAI_API_KEY": "k"}
MIB = 1024
# What one run may take at its peak, in KiB: the reply, its JSON and its text are held at once, and 64 MiB is the most that is read.
PEAK = 600 * MIB


def evaluate(home, mock, model, *more):
    """(exit status, stderr, peak KiB of f2f itself)"""
    process = home.start("eval", "--model", f"openai/{model}", "--base-url", mock.url + "/v1", "--split", "demo", "--limit", 1, "--no-verify",
                         "--retry-cap", "0.02", *more, **KEY)
    with process.stdout, process.stderr:
        process.stdout.read()
        err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, err, usage.ru_maxrss


def row(home):
    return home.sql("select coalesce(outcome, missing, 'pending'), attempts, coalesce(note, ''), repaired, coalesce(length(reply.content), -1) "
                    "from sample left join text reply on reply.id = sample.reply")[0]


# model: (exit status, outcome, attempts, words of the note, repaired, least length of what is stored)
REPLIES = {
    "body-64": (0, "no_code", 1, "", 0, 67000000),
    "big-63": (0, "no_code", 1, "", 0, 63 * 1024 * MIB),
    "body-65": (75, "endpoint", 3, "larger than 64 MiB", 0, -1),
    "endless-body": (75, "endpoint", 3, "larger than 64 MiB", 0, -1),
    "gzip-bomb": (75, "endpoint", 3, "larger than 64 MiB", 0, -1),
    "endless-headers": (75, "endpoint", 3, "headers are over 256 KiB", 0, -1),
    "bad-gzip": (75, "endpoint", 3, "cannot be unpacked", 0, -1),
    "not-http": (75, "endpoint", 3, "HTTP", 0, -1),
    "garbage": (75, "endpoint", 3, "HTTP", 0, -1),
    "deep": (75, "endpoint", 3, "not JSON", 0, -1),
    "bad-utf8": (0, "rejected", 1, "", 1, 1),
    "surrogate": (0, "rejected", 1, "", 1, 1),
    "nul": (0, "rejected", 1, "", 1, 1),
}


def each_hostile_reply_has_an_outcome_within_bounded_memory():
    sanitized = b"__asan" in open(F2F, "rb").read()
    for model, (status, outcome, attempts, words, repaired, length) in REPLIES.items():
        with Mock() as mock, Home(lean=False) as home:
            got, err, peak = evaluate(home, mock, model)
            assert got == status, (model, got, err)
            stored = row(home)
            assert stored[0] == outcome and stored[1] == attempts and words in stored[2], (model, stored)
            assert stored[3] == repaired and stored[4] >= length, (model, stored)
            assert sanitized or peak < PEAK, (model, peak)
            assert home.sql("pragma integrity_check") == [("ok",)]


def an_integer_that_fits_no_register_is_not_a_count():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "big-number")
        outcome, attempts, note, _, _ = row(home)
        tokens = home.sql("select prompt_tokens, completion_tokens from sample")[0]
        assert all(count is None or 0 <= count < 1 << 53 for count in tokens), (tokens, outcome, note)
        assert outcome in ("pending", "endpoint"), (outcome, attempts, note)


# ---- A run always ends.

def a_sample_has_its_time_and_no_more():
    # What a reply takes for ever, a wait, a stall, a drip, a server that always says later: each ends when the sample's time does.
    for model, outcome, options in (("hang", "endpoint", ()), ("stall", "endpoint", ()), ("slow-100", "endpoint", ()),
                                    ("sse-halt", "truncated", ("--stream", "on")), ("500", "endpoint", ())):
        with Mock() as mock, Home(lean=False) as home:
            got, err, _ = evaluate(home, mock, model, "--sample-time-limit", "2", "--max-retries", 100000, *options)
            assert home.sql("select count(*) from sample") == [(1,)], (model, got, err)
            assert row(home)[0] == outcome, (model, row(home), err)
            assert got == (0 if outcome == "truncated" else 75), (model, got, err)
            # And no request is begun for what is left of it.
            assert model == "500" or mock.stats()["requests"] == 1, (model, mock.stats())


def for_ever_too_fast_ends_the_run_with_75():
    with Mock("--rpm", 1, "--window", 3600000) as mock, Home(lean=False) as home:
        # One request an hour: the first is answered, and nothing after it; Retry-After is more than a sample may take.
        got, err, _ = evaluate(home, mock, "limited", "--limit", 8, "-j", 2, "--max-retries", 1)
        assert got in (4, 75), (got, err)
        assert home.sql("select count(*) from sample where missing is null and outcome is null") == [(1,)], err


main([
    each_hostile_reply_has_an_outcome_within_bounded_memory,
    an_integer_that_fits_no_register_is_not_a_count,
    a_sample_has_its_time_and_no_more,
    for_ever_too_fast_ends_the_run_with_75,
])
