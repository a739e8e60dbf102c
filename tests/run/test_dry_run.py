#!/usr/bin/env python3
"""f2f eval --dry-run: what it foretells is what the run then does, and it does nothing itself."""
import json

from endpoint import Endpoint, statement_of
from harness import Home, main

PROVED = "```lean4\n%s:= by\n  mock_ok\n```"


def proof(name, body, nth):
    return PROVED % statement_of(body["messages"][-1]["content"])


def dry(home, endpoint, *more, **env):
    return home.json("eval", "--model", "openai/test", "--base-url", endpoint.url, "--split", "demo", *more, "--dry-run", "--json", **env)


def real(home, endpoint, *more):
    home.run("eval", "--model", "openai/test", "--base-url", endpoint.url, "--split", "demo", "--no-verify", *more)


def nothing_is_sent_started_or_stored_and_two_prompts_are_shown_whole():
    with Endpoint(proof) as endpoint, Home(lean=False) as home:
        before = sorted(home.path.iterdir())
        # no Lean, and none is looked for
        plan = dry(home, endpoint, "-n", 2, "--limit", 5, "--lean", "/nowhere/lean", "--max-tokens", 100)
        assert sorted(home.path.iterdir()) == before, list(home.path.iterdir())
        assert endpoint.requests == 0
        assert plan["run"] == {"action": "start", "id": None, "why": None}, plan["run"]
        assert (plan["samples"], plan["requests"], plan["cached"], plan["lean_checks_most"]) == (10, 10, 0, 10), plan
        assert plan["completion_tokens_most"] == 1000 and plan["usd_least"] is plan["usd_most"] is None, plan
        assert len(plan["prompts"]) == 2 and len({p["problem"] for p in plan["prompts"]}) == 2
        text, _ = home.run("eval", "--model", "openai/test", "--base-url", endpoint.url, "--split", "demo", "--dry-run")
        for prompt in plan["prompts"]:
            assert prompt["prompt"] in text and prompt["request"]["messages"][-1]["content"] == prompt["prompt"]
        assert "price unknown" in text and "bytes / 3" in text, text


def what_it_foretells_is_what_is_asked():
    with Endpoint(proof) as endpoint, Home(lean=False) as home:
        options = ("-n", 2, "--limit", 4)
        plan = dry(home, endpoint, *options)
        sent = {}
        endpoint.decide = lambda name, body, nth: sent.setdefault((name, body["seed"]), body) and proof(name, body, nth)
        real(home, endpoint, *options)
        assert endpoint.requests == plan["requests"] == 8
        for prompt in plan["prompts"]:
            assert prompt["request"] in sent.values(), prompt
        total = sum(len(m["content"].encode()) for body in sent.values() for m in body["messages"])
        assert plan["prompt_tokens_estimate"] == -(-total // 3), (plan["prompt_tokens_estimate"], total)
        # stored replies wait for a check, and nothing is asked
        run = home.sql("select id from run")[0][0]
        again = dry(home, endpoint, *options)
        assert again["run"]["action"] == "resume" and again["run"]["id"] == run, again["run"]
        assert (again["requests"], again["lean_checks_most"], again["samples"]) == (0, 8, 8), again
        assert again["usd_most"] == 0, again
        # another setting, and which; its replies are not kept
        other = dry(home, endpoint, *options, "--temperature", 0.25)
        assert other["run"]["action"] == "start" and "temperature" in other["run"]["why"] and run in other["run"]["why"], other["run"]
        assert other["requests"] == 8, other
        # a new run of the same questions has its replies already
        fresh = dry(home, endpoint, *options, "--fresh", "--cache", "on")
        assert (fresh["requests"], fresh["cached"], fresh["run"]["action"]) == (0, 8, "start"), fresh
        assert dry(home, endpoint, *options, "--fresh")["requests"] == 8
        more = dry(home, endpoint, "-n", 3, "--limit", 4)
        assert (more["requests"], more["cached"]) == (4, 8), more
        assert endpoint.requests == 8
        uses = home.sql("select count(*) from run")
        assert uses == [(1,)], uses


def a_run_that_lean_has_checked_is_known_again_without_lean():
    with Endpoint(proof) as endpoint, Home() as home:
        home.run("eval", "--model", "openai/test", "--base-url", endpoint.url, "--split", "demo", "--limit", 3, "--sandbox", "none")
        plan = dry(home, endpoint, "--limit", 3, "--lean", "/nowhere/lean")
        assert plan["run"]["action"] == "resume" and plan["requests"] == plan["lean_checks_most"] == 0, plan
        assert dry(home, endpoint, "--limit", 3, "--final")["run"]["action"] == "start"
        assert dry(home, endpoint, "--limit", 3, "--policy", "permissive")["run"]["action"] == "start"
        text, _ = home.run("eval", "--model", "openai/test", "--base-url", endpoint.url, "--split", "demo", "--limit", 3, "--dry-run")
        assert "goes on: 0 of 3 samples to do" in text, text


def the_price_table_gives_a_range():
    with Endpoint(proof) as endpoint, Home(lean=False) as home:
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = test\nbase-url = {endpoint.url}\nprice-input = 2\nprice-output = 10\n")
        plan = home.json("eval", "--model", "m", "--split", "demo", "--limit", 3, "--max-tokens", 1000, "--dry-run", "--json")
        least = plan["prompt_tokens_estimate"] * 2 / 1e6
        assert abs(plan["usd_least"] - least) < 1e-12 and abs(plan["usd_most"] - least - 3000 * 10 / 1e6) < 1e-12, plan
        assert endpoint.requests == 0


def a_built_in_source_is_rehearsed_too_and_a_mistake_is_still_one():
    with Home(lean=False) as home:
        plan = home.json("eval", "--model", "builtin/gold", "--split", "demo", "--dry-run", "--json")
        assert plan["requests"] == 0 and plan["local"] == plan["samples"] > 0, plan
        out, _ = home.run("eval", "--model", "builtin/gold", "--split", "v2", "--dry-run", "--json", status=6)
        assert json.loads(out)["error"]["kind"] == "environment", out
        home.run("eval", "--model", "nobody", "--split", "demo", "--dry-run", status=2)
        assert [p.name for p in home.path.iterdir() if p.name.startswith("f2f")] == [], list(home.path.iterdir())


if __name__ == "__main__":
    main([
        nothing_is_sent_started_or_stored_and_two_prompts_are_shown_whole,
        what_it_foretells_is_what_is_asked,
        a_run_that_lean_has_checked_is_known_again_without_lean,
        the_price_table_gives_a_range,
        a_built_in_source_is_rehearsed_too_and_a_mistake_is_still_one,
    ])
