#!/usr/bin/env python3
"""Wire formats through the whole of f2f eval and f2f doctor: what is remembered of an endpoint, what is kept of a reply that broke off."""
import json

from harness import Home, main
from mock import Mock

KEY = "sk-never-to-be-seen-1234567890"
PROBLEMS = 2


def evaluate(home, mock, model, *more, status=0):
    return home.run("eval", "--model", model, "--base-url", mock.url + "/v1", "--split", "demo", "--limit", PROBLEMS, "--no-verify",
                    "--retry-cap", "0.05", *more, status=status, OPENAI_API_KEY=KEY, ANTHROPIC_API_KEY=KEY)


def replies(home):
    return home.sql("select reply.content, finish_reason, attempts, coalesce(outcome, ''), coalesce(missing, ''), coalesce(note, '') "
                    "from sample left join text reply on reply.id = sample.reply where run = (select id from run order by rowid desc)")


def manifest(home):
    return json.loads(home.sql("select manifest from run order by rowid desc limit 1")[0][0])


def a_model_that_pauses_is_asked_to_go_on_and_the_reply_is_one():
    for stream in ("on", "off"):
        with Mock() as mock, Home(lean=False) as home:
            evaluate(home, mock, "anthropic/pause-turn", "--stream", stream)
            for text, finish, attempts, *_ in replies(home):
                assert text == "```lean4\nby\n  mock_rest\n```", text
                assert finish == "end_turn" and attempts == 2, (finish, attempts)


def each_format_is_read_whole_and_streamed_to_the_same_rows():
    for model in ("openai/plain", "completions/plain", "anthropic/plain"):
        texts = []
        for stream in ("on", "off"):
            with Mock() as mock, Home(lean=False) as home:
                evaluate(home, mock, model, "--stream", stream)
                texts.append(sorted(row[:3] for row in replies(home)))
                usage = "stream_usage" if stream == "on" else "usage"
                assert manifest(home)["capabilities"][usage] == "yes", manifest(home)["capabilities"]
        assert texts[0] == texts[1] and len(texts[0]) == PROBLEMS, texts


def a_refused_field_is_left_out_once_and_never_sent_again():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "openai/unsupported-max-tokens")
        assert {row[2] for row in replies(home)} == {2}, replies(home)
        assert manifest(home)["adjustments"] == ["max_tokens is sent as max_completion_tokens"], manifest(home)
        evaluate(home, mock, "openai/unsupported-max-tokens", "--fresh")
        assert {row[2] for row in replies(home)} == {1}, replies(home)
        assert manifest(home)["adjustments"] == ["max_tokens is sent as max_completion_tokens"], manifest(home)


def a_reply_that_broke_off_for_good_is_missing_and_kept():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "openai/sse-halt", "--stream", "on", "--idle-timeout", 2, "--max-retries", 0, status=75)
        rows = replies(home)
        assert rows and all(row[3:5] == ("", "endpoint") and row[0] for row in rows), rows


def a_reply_still_streaming_at_the_deadline_is_truncated():
    with Mock() as mock, Home(lean=False) as home:
        evaluate(home, mock, "openai/sse-halt", "--stream", "on", "--request-timeout", 3, "--max-retries", 0)
        rows = replies(home)
        assert len(rows) == PROBLEMS and all(row[3:5] == ("truncated", "") and row[0] for row in rows), rows
        assert all("deadline" in row[5] for row in rows), rows


def what_cannot_be_asked_is_exit_2_and_nothing_is_sent():
    with Mock() as mock, Home(lean=False) as home:
        for model, options in (
                ("openai/plain", ("--extra-body", '{"model":"x"}')), ("anthropic/plain", ("--extra-body", '{"system":"x"}')),
                ("completions/plain", ("--extra-body", '{"prompt":"x"}')), ("completions/plain", ("--reasoning-effort", "low")),
                ("anthropic/plain", ("--temperature", "1.5")),
                ("anthropic/plain", ("--reasoning-effort", "low", "--extra-body", '{"output_config":{}}'))):
            _, err = evaluate(home, mock, model, *options, status=2)
            assert err.startswith("f2f: "), err
        assert mock.get("/stats")["requests"] == 0


def stops_and_effort_are_sent_as_each_format_has_them():
    wanted = {
        "openai": {"stop": ["```", "\n"], "reasoning_effort": "low"},
        "anthropic": {"stop_sequences": ["```", "\n"], "output_config": {"effort": "low"}},
    }
    for provider, members in wanted.items():
        with Mock() as mock, Home(lean=False) as home:
            evaluate(home, mock, f"{provider}/echo", "--stop", "```", "--stop", "\\n", "--reasoning-effort", "low", "--stream", "off")
            body = json.loads(replies(home)[0][0])
            for key, value in members.items():
                assert body[key] == value, body
            assert "seed" in body if provider == "openai" else "seed" not in body, body


def doctor_finds_out_what_an_endpoint_can_do_and_later_runs_go_by_it():
    with Mock() as mock, Home(lean=False) as home:
        out, _ = home.run("doctor", "--model", "openai/unsupported-max-tokens", "--base-url", mock.url + "/v1", "--json", status=None,
                          OPENAI_API_KEY=KEY)
        found = {row["what"]: row for row in json.loads(out)["findings"]}
        assert found["n"]["state"] == "ok" and "several" in found["n"]["text"], found
        assert "same text" in found["seed"]["text"] and "token counts" in found["stream"]["text"], found
        assert "max_completion_tokens" in found["parameters"]["text"], found
        assert "4 at once" in found["slots"]["text"], found
        known = json.loads(home.sql("select capabilities from endpoint_capability")[0][0])
        assert known["n"] == "yes" and known["slots"] == 4 and known["limit"] == "max_completion_tokens", known
        evaluate(home, mock, "openai/unsupported-max-tokens")
        assert {row[2] for row in replies(home)} == {1}, replies(home)
        assert KEY not in out and KEY.encode() not in home.db.read_bytes()


def doctor_says_what_is_wrong_with_an_endpoint():
    with Mock() as mock, Home(lean=False) as home:
        for model, url, word in (("401", mock.url, "401"), ("404", mock.url, "404"), ("plain", "http://127.0.0.1:1", "connect")):
            out, _ = home.run("doctor", "--model", f"openai/{model}", "--base-url", url + "/v1", "--json", status=1, OPENAI_API_KEY=KEY)
            broken = [row for row in json.loads(out)["findings"] if row["state"] == "broken" and word in row["text"].lower()]
            assert broken and broken[0]["fix"], out
            assert "sk-mock" not in out and KEY not in out, out


def a_section_of_the_configuration_says_how_a_model_is_asked():
    with Mock() as mock, Home(lean=False) as home:
        ini = home.path / "f2f.ini"
        ini.write_text(f"[model.mine]\nprovider = anthropic\nmodel = echo\nbase-url = {mock.url}\nreasoning-effort = high\nstream = off\n"
                       "extra-body = {\"top_k\": 3}\napi-key-env = MY_KEY\n")
        home.run("eval", "--config", str(ini), "--model", "mine", "--split", "demo", "--limit", 1, "--no-verify", MY_KEY=KEY)
        body = json.loads(replies(home)[0][0])
        assert body["output_config"] == {"effort": "high"} and body["top_k"] == 3 and "stream" not in body, body
        ini.write_text(ini.read_text().replace("= high", "= hgh"))
        _, err = home.run("eval", "--config", str(ini), "--model", "mine", "--split", "demo", status=2, MY_KEY=KEY)
        assert "did you mean high?" in err and "f2f.ini:5" in err, err


main([
    a_model_that_pauses_is_asked_to_go_on_and_the_reply_is_one,
    each_format_is_read_whole_and_streamed_to_the_same_rows,
    a_refused_field_is_left_out_once_and_never_sent_again,
    a_reply_that_broke_off_for_good_is_missing_and_kept,
    a_reply_still_streaming_at_the_deadline_is_truncated,
    what_cannot_be_asked_is_exit_2_and_nothing_is_sent,
    stops_and_effort_are_sent_as_each_format_has_them,
    doctor_finds_out_what_an_endpoint_can_do_and_later_runs_go_by_it,
    doctor_says_what_is_wrong_with_an_endpoint,
    a_section_of_the_configuration_says_how_a_model_is_asked,
])
