#!/usr/bin/env python3
"""Replies by what was asked (--cache), and limits of money and tokens, through the whole of f2f eval."""
import json

from harness import Home, main
from mock import Mock

KEY = {"OPENAI_API_KEY": "sk-never-to-be-seen-1234567890", "ANTHROPIC_API_KEY": "k"}
NOWHERE = "http://127.0.0.1:1/v1"
# All that a reply is, as it was stored.
REPLIES = ("select problem, sample, coalesce(outcome, missing, 'pending'), coalesce(note, ''), reply.content, reasoning.content, finish_reason, "
           "repaired, model_returned, request_id, prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens from sample "
           "left join text reply on reply.id = sample.reply left join text reasoning on reasoning.id = sample.reasoning "
           "where run = '%s' order by 1, 2")


def evaluate(home, mock, *more, model="openai/plain", status=0):
    url = mock if isinstance(mock, str) else mock.url + "/v1"
    return home.run("eval", "--model", model, "--base-url", url, "--split", "demo", "--no-verify", "--retry-cap", "0.02", *more,
                    status=status, **KEY)


def runs(home):
    return [row[0] for row in home.sql("select id from run order by rowid")]


def replies(home, run):
    return home.sql(REPLIES % run)


def only_replays_a_run_byte_for_byte_with_nothing_there():
    cases = [("openai/plain", "-n", 2), ("openai/reasoning", "--stream", "off"), ("openai/sse", "--stream", "on"), ("openai/usage",),
             ("openai/nul",), ("openai/bad-utf8",), ("openai/null-content",), ("openai/refusal",), ("openai/context",),
             ("openai/403-moderation",), ("anthropic/pause-turn",), ("completions/plain",), ("openai/unsupported-max-tokens",)]
    with Home(lean=False) as home:
        for model, *options in cases:
            with Mock() as mock:
                evaluate(home, mock, *options, model=model)
                url = mock.url + "/v1"
            evaluate(home, url, *options, "--cache", "only", "--fresh", model=model)
            first, second = runs(home)[-2:]
            assert replies(home, first) == replies(home, second), (model, replies(home, first)[0], replies(home, second)[0])
            assert home.sql(f"select sum(from_cache = 0), sum(attempts) from sample where run = '{second}'") == [(0, 0)], model
        assert home.sql("pragma integrity_check") == [("ok",)]


def what_is_not_there_is_missing_and_nothing_is_sent():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "-n", 1)
        evaluate(home, mock, "-n", 2, "--cache", "only", status=4)
        assert mock.stats()["requests"] == 24
        run = runs(home)[-1]
        assert home.sql(f"select count(*), sum(missing = 'endpoint'), sum(from_cache) from sample where run = '{run}'") == [(48, 24, 24)]
        # The same command with an endpoint asks for the rest, and only for that.
        evaluate(home, mock, "-n", 2)
        assert mock.stats()["requests"] == 48 == mock.stats()["pairs"] and len(runs(home)) == 2


def a_run_of_other_policy_limit_or_samples_finds_what_was_paid_for():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "-n", 2, "--limit", 10)
        for options in (("--policy", "permissive"), ("--stream", "on", "--fresh", "--cache", "on"), ("--limit", 5), ("--max-retries", 3, "-n", 1), ("--request-timeout", 5, "-n", 2)):
            evaluate(home, mock, "-n", 2, "--limit", 10, *options)
        assert mock.stats()["requests"] == 20, mock.stats()
        evaluate(home, mock, "-n", 3, "--limit", 10)
        assert mock.stats()["requests"] == 30 == mock.stats()["pairs"], mock.stats()
        # Another question each: temperature, seed, template, body, model.
        for number, options in enumerate((("--temperature", "0.25"), ("--seed", 7), ("--extra-body", '{"top_k":3}'), ("--max-tokens", 77))):
            evaluate(home, mock, "-n", 2, "--limit", 10, *options)
            assert mock.stats()["requests"] == 50 + 20 * number, (options, mock.stats())
        evaluate(home, mock, "-n", 2, "--limit", 10, model="openai/chunked")
        assert mock.stats()["requests"] == 130
        with Mock() as another:
            evaluate(home, another, "-n", 2, "--limit", 10)
            assert another.stats()["requests"] == 20


def fresh_and_refresh_ask_anew_and_off_neither_looks_nor_keeps():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "--cache", "off")
        assert home.sql("select count(*) from reply_cache") == [(0,)]
        evaluate(home, mock, "--fresh")
        assert mock.stats()["requests"] == 48 and home.sql("select count(*) from reply_cache") == [(24,)]
        evaluate(home, mock, "--fresh", "--cache", "on")
        assert mock.stats()["requests"] == 48
        evaluate(home, mock, "--fresh", "--cache", "refresh")
        assert mock.stats()["requests"] == 72 and home.sql("select count(*) from reply_cache") == [(24,)]
        assert home.sql("select sum(from_cache) from sample") == [(24,)]
        listed = json.loads(home.run("cache", "list", "--json")[0])["cache"]
        assert len(listed) == 1 and listed[0]["replies"] == 24, listed
        assert "24" in home.run("cache", "prune", "--older-than", 0)[1]
        assert home.sql("select count(*) from reply_cache") == [(0,)]


def a_reply_that_our_own_deadline_cut_is_not_kept():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "--limit", 2, "--stream", "on", "--request-timeout", "2", "--max-retries", 0, model="openai/sse-halt",
                 status=None)
        assert home.sql("select count(*) from reply_cache") == [(0,)], home.sql("select outcome, note from sample")


def a_reply_from_the_cache_costs_nothing_and_a_missing_one_is_never_kept():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, model="openai/usage")
        out, _ = evaluate(home, mock, "--fresh", "--cache", "on", "--json", model="openai/usage")
        assert json.loads(out)["cost"]["usd"] == 0 and json.loads(out)["cost"]["requests"] == 0, out
        evaluate(home, mock, "--max-retries", 0, model="openai/500", status=75)
        assert home.sql("select count(*) from reply_cache where model = 'openai/500'") == [(0,)]


# ---- Limits. `usage` says 100 tokens in, 50 out and 0.125 USD each time.

def a_limit_ends_a_run_with_75_and_a_higher_one_goes_on():
    for jobs, option, low, high in ((2, "--token-limit", 1500, 100000), (64, "--token-limit", 1500, 100000), (2, "--cost-limit", "1.25", 100),
                                    (64, "--cost-limit", "1.25", 100)):
        with Mock("--delay", 5) as mock, Home(lean=False) as home:
            _, err = evaluate(home, mock, "-j", jobs, option, low, model="openai/usage", status=75)
            asked = mock.stats()["requests"]
            # Exactly, however many could be in flight.
            assert asked == 10 and option in err and "higher limit" in err, (asked, err)
            assert home.sql("select count(*) from sample") == [(asked,)]
            # The same again sends nothing at all.
            _, err = evaluate(home, mock, "-j", 2, option, low, model="openai/usage", status=75)
            assert mock.stats()["requests"] == asked and option in err, err
            evaluate(home, mock, "-j", 2, option, high, model="openai/usage")
            assert mock.stats()["requests"] == 24 == mock.stats()["pairs"] and len(runs(home)) == 1


def a_limit_that_the_last_sample_reaches_does_not_spoil_a_run_that_is_done():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "-j", 1, "--token-limit", 3600, model="openai/usage")
        evaluate(home, mock, "-j", 1, "--token-limit", 3600, model="openai/usage")
        assert mock.stats()["requests"] == 24


def a_limit_in_dollars_that_nobody_can_keep_is_said_and_a_price_keeps_it():
    with Mock() as mock, Home(lean=False) as home:
        _, err = evaluate(home, mock, "-j", 1, "--cost-limit", 5, status=75)
        assert "price-input" in err and "higher limit" not in err and mock.stats()["requests"] <= 2, err
        (home.path / "f2f.ini").write_text(f"[model.priced]\nprovider = openai\nmodel = reasoning\nbase-url = {mock.url}/v1\n"
                                           "price-input = 1000000\nprice-output = 1000000\n")
        home.run("eval", "--model", "priced", "--split", "demo", "--no-verify", "-j", 1, "--cost-limit", 0.5, status=75, **KEY)
        run = runs(home)[-1]
        assert home.sql(f"select count(*) from sample where run = '{run}'") == [(1,)]
        assert home.sql(f"select usd = prompt_tokens + completion_tokens from sample where run = '{run}'") == [(1,)]


def a_limit_in_tokens_that_nobody_counts_is_said():
    with Mock() as mock, Home(lean=False) as home:
        for _ in range(2):
            _, err = evaluate(home, mock, "-j", 64, "--token-limit", 100000, model="openai/no-usage", status=75)
            assert "does not say how many tokens" in err and mock.stats()["requests"] == 1, err
        evaluate(home, mock, "-j", 1, model="openai/no-usage")
        assert mock.stats()["requests"] == 24


def a_reply_that_broke_off_does_not_shut_a_run_with_a_limit():
    with Mock() as mock, Home(lean=False) as home:
        limits = ("--limit", 1, "--cost-limit", 5, "--token-limit", 100000, "--stream", "on", "--idle-timeout", "2", "--max-retries", 0)
        _, err = evaluate(home, mock, *limits, model="openai/sse-halt", status=75)
        assert "does not answer" in err and mock.stats()["requests"] == 1, err
        assert home.sql("select missing, reply is not null from sample") == [("endpoint", 1)]
        evaluate(home, mock, *limits, model="openai/sse-halt", status=None)
        assert mock.stats()["requests"] == 2


main([
    only_replays_a_run_byte_for_byte_with_nothing_there,
    what_is_not_there_is_missing_and_nothing_is_sent,
    a_run_of_other_policy_limit_or_samples_finds_what_was_paid_for,
    fresh_and_refresh_ask_anew_and_off_neither_looks_nor_keeps,
    a_reply_that_our_own_deadline_cut_is_not_kept,
    a_reply_from_the_cache_costs_nothing_and_a_missing_one_is_never_kept,
    a_limit_ends_a_run_with_75_and_a_higher_one_goes_on,
    a_limit_that_the_last_sample_reaches_does_not_spoil_a_run_that_is_done,
    a_limit_in_dollars_that_nobody_can_keep_is_said_and_a_price_keeps_it,
    a_limit_in_tokens_that_nobody_counts_is_said,
    a_reply_that_broke_off_does_not_shut_a_run_with_a_limit,
])
