#!/usr/bin/env python3
"""What an endpoint may do, each with its outcome, through the whole of f2f eval: the behaviours of f2f-mock --print-modes."""
import json

from harness import Home, main
from mock import Mock

PROBLEMS = 4

# model: (exit status, (outcome, missing) of every sample or None when nothing is recorded, attempts a sample)
PENDING = ("", "")
OUTCOMES = {
    "plain": (0, PENDING, 1),
    "chunked": (0, PENDING, 1),
    "gzip": (0, PENDING, 1),
    "reasoning": (0, PENDING, 1),
    "reasoning-content": (0, PENDING, 1),
    "think": (0, PENDING, 1),
    "usage": (0, PENDING, 1),
    "no-usage": (0, PENDING, 1),
    "unknown-fields": (0, PENDING, 1),
    "delay-20": (0, PENDING, 1),
    "slow-1": (0, PENDING, 1),
    "stale": (0, PENDING, 1),
    "shuffled": (0, ("no_code", ""), 1),
    "null-content": (0, ("truncated", ""), 1),
    "length": (0, ("truncated", ""), 1),
    "unclosed-think": (0, ("truncated", ""), 1),
    "refusal": (0, ("refused", ""), 1),
    "403-moderation": (0, ("refused", ""), 1),
    "context": (0, ("context", ""), 1),
    "bad-utf8": (0, ("rejected", ""), 1),
    "surrogate": (0, ("rejected", ""), 1),
    "nul": (0, ("rejected", ""), 1),
    "unsupported-max-tokens": (0, PENDING, 2),
    "unsupported-temperature": (0, PENDING, 2),
    "429-after-1": (0, PENDING, 2),
    "429-ms": (0, PENDING, 2),
    "429-date": (0, PENDING, 2),
    "500-once": (0, PENDING, 2),
    "500-twice": (0, PENDING, 3),
    "html-502": (0, PENDING, 2),
    "503-loading": (0, PENDING, 3),
    "529": (0, PENDING, 2),
    "error-200": (0, PENDING, 2),
    "error-string": (0, PENDING, 2),
    "empty": (0, PENDING, 2),
    "truncated-json": (0, PENDING, 2),
    "400": (5, None, 0),
    "401": (5, None, 0),
    "402": (75, None, 0),
    "404": (5, None, 0),
    "redirect": (5, None, 0),
    "quota": (75, None, 0),
    "429-99999": (75, None, 0),
}


def evaluate(home, mock, model, status, *more):
    return home.run("eval", "--model", f"openai/{model}", "--base-url", mock.url + "/v1", "--split", "demo", "--limit", PROBLEMS,
                    "--no-verify", "--fresh", "--retry-cap", "0.05", *more, status=status,
                    OPENAI_API_KEY="sk-never-to-be-seen-1234567890")


def rows(home):
    return home.sql("select coalesce(outcome, ''), coalesce(missing, ''), attempts, count(*) from sample "
                    "where run = (select id from run order by rowid desc limit 1) group by 1, 2, 3")


def each_behaviour_of_an_endpoint_gets_its_outcome():
    with Mock() as mock, Home() as home:
        for model, (status, outcome, attempts) in OUTCOMES.items():
            out, err = evaluate(home, mock, model, status)
            wanted = [] if outcome is None else [(*outcome, attempts, PROBLEMS)]
            assert rows(home) == wanted, (model, rows(home), wanted, err)
            assert "sk-never" not in out + err, (model, err)
        assert b"sk-never" not in home.db.read_bytes()


def an_endpoint_that_never_gets_through_is_missing_and_exits_75():
    with Mock() as mock, Home() as home:
        for model in ("hang", "close", "reset", "500", "slow-100"):
            _, err = evaluate(home, mock, model, 75, "--max-retries", 2, "--request-timeout", 0.3)
            assert all(row[:3] == ("", "endpoint", 3) for row in rows(home)) and rows(home), (model, rows(home), err)


# What goes wrong on the way: (model, options, words of the note that is stored with each sample that is missing for it).
FAULTS = [
    ("close", (), "Empty reply from server"),
    ("rst-head", (), "reset by peer"),
    ("rst", (), "reset by peer"),
    ("reset", (), "bytes remaining to read"),
    ("half-close", (), "bytes remaining to read"),
    ("half-head", (), "within the headers"),
    ("garbage", (), "HTTP"),
    ("not-http", (), "HTTP"),
    ("bad-chunk", (), "chunk"),
    ("bad-gzip", (), "cannot be unpacked"),
    ("endless-headers", (), "headers are over 256 KiB"),
    ("endless-body", (), "larger than 64 MiB"),
    ("gzip-bomb", (), "larger than 64 MiB"),
    ("deep", (), "not JSON"),
    ("hang", ("--request-timeout", 0.2), "within 0.2 s"),
    ("stall", ("--request-timeout", 0.2), "within 0.2 s"),
    ("sse-halt", ("--stream", "on", "--idle-timeout", 0.2), "not a byte for 0.2 s"),
]


def each_fault_of_the_network_ends_the_run_with_a_reason_of_its_own():
    with Mock() as mock, Home(lean=False) as home:
        for model, options, words in FAULTS:
            _, err = evaluate(home, mock, model, 75, "--max-retries", 0, "--limit", 1, *options)
            notes = home.sql("select missing, note from sample where run = (select id from run order by rowid desc limit 1)")
            assert len(notes) == 1 and notes[0][0] == "endpoint" and words in notes[0][1], (model, notes, err)
        assert home.sql("pragma integrity_check") == [("ok",)]


def hosts_that_do_not_exist_or_do_not_answer_are_told_apart():
    with Home(lean=False) as home:
        # A label over 63 bytes is no name: no server is asked for it, who might be slow or not there.
        nothing = "nothing." + "x" * 64 + ".invalid"
        for url, words in ((f"http://{nothing}", nothing), (f"https://{nothing}", "resolve host"),
                           ("http://127.0.0.1:1", "connect")):
            _, err = home.run("eval", "--model", "openai/x", "--base-url", url, "--split", "demo", "--limit", 1, "--no-verify", "--fresh",
                              "--max-retries", 0, status=75, OPENAI_API_KEY="sk-never-to-be-seen-1234567890")
            assert words in err, (url, err)


def nothing_is_asked_twice_and_samples_are_never_the_same_request():
    with Mock() as mock, Home() as home:
        evaluate(home, mock, "plain", 0, "-n", 50, "-j", 32)
        stats = mock.stats()
        assert stats["requests"] == stats["pairs"] == 50 * PROBLEMS, stats
        assert stats["repeated"] == 0 and stats["bodies_bad"] == 0 and stats["in_flight_max"] <= 32, stats
        assert home.sql("select count(*) from sample") == [(50 * PROBLEMS,)]


def tokens_and_cost_are_kept_as_given():
    with Mock() as mock, Home() as home:
        out, _ = evaluate(home, mock, "usage", 0, "--json")
        cost = json.loads(out)["runs"][0]["cost"] if "runs" in json.loads(out) else json.loads(out)["cost"]
        assert cost["prompt_tokens"] == 100 * PROBLEMS and cost["completion_tokens"] == 50 * PROBLEMS, cost
        assert cost["usd"] == 0.125 * PROBLEMS, cost


def show_tells_what_it_took_to_get_a_reply():
    with Mock() as mock, Home() as home:
        evaluate(home, mock, "500-twice", 0)
        problem = home.sql("select problem from sample")[0][0]
        shown = home.json("show", "latest", problem, "--json")
        attempt = shown["attempts"][0]
        assert attempt["attempts"] == 3 and attempt["wait_s"] > 0 and attempt["elapsed_s"] > 0, attempt
        assert attempt["request_id"] == home.sql(f"select request_id from sample where problem = '{problem}'")[0][0], attempt
        assert attempt["from_cache"] is False and attempt["repaired"] is False and attempt["usd"] is None, attempt
        assert attempt["request_id"] in home.run("show", "latest", problem)[0]
        evaluate(home, mock, "500-twice", 0, "--cache", "on")
        attempt = home.json("show", "latest", problem, "--json")["attempts"][0]
        assert attempt["attempts"] == 0 and attempt["from_cache"] is True and attempt["usd"] == 0, attempt


main([
    each_behaviour_of_an_endpoint_gets_its_outcome,
    an_endpoint_that_never_gets_through_is_missing_and_exits_75,
    each_fault_of_the_network_ends_the_run_with_a_reason_of_its_own,
    hosts_that_do_not_exist_or_do_not_answer_are_told_apart,
    nothing_is_asked_twice_and_samples_are_never_the_same_request,
    tokens_and_cost_are_kept_as_given,
    show_tells_what_it_took_to_get_a_reply,
])
