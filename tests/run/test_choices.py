#!/usr/bin/env python3
"""--choices: several samples of a problem by one request, only where the endpoint is known to answer so; whatever it then does, each
sample has one reply, no request is sent twice, and what it cost counts once."""
import collections
import http.server
import json
import signal
import threading

from endpoint import Endpoint, failure
from harness import Home, main

PROBLEMS = 3


def choices(body, indexes=None, tokens=5, text=None, shuffle=True):
    """As many as were asked for, or those of the given indexes, last first."""
    wanted = range(body.get("n", 1)) if indexes is None else indexes
    made = [{"index": i, "finish_reason": "stop", "message": {"role": "assistant", "content": text or f"```lean\nby rfl -- {body.get('seed')}/{i}\n```"}}
            for i in wanted]
    payload = {"id": f"r{body.get('seed')}", "model": "m", "choices": made[::-1] if shuffle else made,
               "usage": {"prompt_tokens": 100, "completion_tokens": tokens * len(made), "prompt_tokens_details": {"cached_tokens": 7},
                         "completion_tokens_details": {"reasoning_tokens": 2}}}
    return 200, {"Content-Type": "application/json"}, json.dumps(payload).encode()


class Recorder:
    """Keeps the bodies of what asked for a theorem, and answers by `rule(body, number of the request)`."""

    def __init__(self, rule=lambda body, nth: choices(body)):
        self.bodies, self.rule, self.lock = [], rule, threading.Lock()

    def __call__(self, name, body, nth):
        if name is None:  # doctor
            return choices(body)
        with self.lock:
            self.bodies.append({**body, "name": name})
            number = len(self.bodies)
        return self.rule(body, number)

    def sizes(self):
        return sorted((body.get("n", 1) for body in self.bodies), reverse=True)


def evaluate(home, endpoint, *options, probe=True, status=0, **env):
    if probe and not home.db.exists():
        out, _ = home.run("doctor", "--model", "openai/m", "--base-url", endpoint.url, "--json", status=None)
        known = {row["what"]: row["text"] for row in json.loads(out)["findings"]}
        assert "several" in known["n"], known
    return home.run("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", PROBLEMS, "--no-verify",
                    "--retry-cap", "0.01", *options, status=status, **env)


def rows(home, what="problem, sample, r.content"):
    return home.sql(f"select {what} from sample left join text r on r.id = sample.reply where run = (select id from run order by created_ns desc"
                    " limit 1) order by problem, sample")


def expect_whole(home, recorder, samples):
    """Each sample has a reply of its own, from a request that was sent once; the sums are what was paid."""
    found = rows(home)
    assert len(found) == PROBLEMS * samples and len({(p, s) for p, s, _ in found}) == len(found), found
    texts = [text for _, _, text in found]
    assert all(texts) and len(set(texts)) == len(texts), found
    questions = collections.Counter((body["name"], body["seed"], body.get("n", 1)) for body in recorder.bodies)
    assert home.sql("pragma integrity_check") == [("ok",)]
    return questions


def a_request_asks_for_several_and_each_choice_goes_to_its_sample():
    for stream in ("off", "on"):  # the endpoint answers whole where a stream was asked for
        recorder = Recorder()
        with Endpoint(recorder) as endpoint, Home(lean=False) as home:
            out, err = evaluate(home, endpoint, "-n", 10, "--choices", 4, "--json", "--stream", stream)
            assert recorder.sizes() == [4] * 6 + [2] * 3, recorder.sizes()
            questions = expect_whole(home, recorder, 10)
            assert max(questions.values()) == 1 and len({body["seed"] for body in recorder.bodies}) == 9, questions
            # placed by index: sample 4k + i has choice i of the request that sample 4k leads
            seeds = {}
            for problem, sample, text in rows(home):
                seed, index = text.split("-- ")[1].split("\n")[0].split("/")
                assert int(index) == sample % 4 and seeds.setdefault((problem, sample // 4), seed) == seed, (problem, sample, text)
            cost = json.loads(out)["cost"]
            assert (cost["requests"], cost["lost_requests"]) == (9, 0), cost
            assert (cost["prompt_tokens"], cost["completion_tokens"]) == (900, 150), cost
            assert home.sql("select sum(attempts), sum(cached_tokens), sum(reasoning_tokens) from sample") == [(9, 63, 18)]
            # the same command has nothing to do; replayed from the cache it is the same, byte for byte
            evaluate(home, endpoint, "-n", 10, "--choices", 4)
            before = rows(home)
            evaluate(home, endpoint, "-n", 10, "--choices", 4, "--fresh", "--cache", "only")
            assert rows(home) == before and len(recorder.bodies) == 9
            # without it these are other questions, and another run
            _, err = evaluate(home, endpoint, "-n", 10)
            assert "choices 4 → none" in err and recorder.sizes().count(1) == 30, err


def it_is_used_only_where_it_is_known_to_be_honoured():
    recorder = Recorder()
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        _, err = evaluate(home, endpoint, "-n", 4, "--choices", 4, probe=False)
        assert "not known to answer" in err and "f2f doctor --model openai/m" in err, err
        assert recorder.sizes() == [1] * 12 and max(expect_whole(home, recorder, 4).values()) == 1
    with Endpoint(Recorder()) as endpoint, Home(lean=False) as home:
        for options in (("--model", "anthropic/m", "--choices", 2), ("--model", "builtin/gold", "--choices", 2), ("--choices", 0), ("--choices", 65)):
            _, err = home.run("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--no-verify", *options, status=2,
                              ANTHROPIC_API_KEY="k")
            assert "--choices" in err, err
        assert endpoint.requests == 0


def a_section_and_a_dry_run_know_of_it():
    recorder = Recorder()
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "--limit", 1)
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = m\nbase-url = {endpoint.url}\nchoices = 3\n")
        out = home.json("eval", "--model", "m", "--split", "demo", "--limit", PROBLEMS, "-n", 5, "--no-verify", "--dry-run", "--json", "--max-tokens", 10)
        assert (out["requests"], out["replies"], out["completion_tokens_most"]) == (6, 15, 150), out
        assert [prompt["request"]["n"] for prompt in out["prompts"]] == [3, 3], out["prompts"]
        recorder.bodies.clear()
        home.run("eval", "--model", "m", "--split", "demo", "--limit", PROBLEMS, "-n", 5, "--no-verify", "--max-tokens", 10)
        assert recorder.sizes() == [3, 3, 3, 2, 2, 2], recorder.sizes()


def what_did_not_come_is_asked_for_again_alone():
    def fewer(body, nth):
        n = body.get("n", 1)
        return choices(body, indexes=[i for i in range(n) if n == 1 or i not in (0, 2)])

    recorder = Recorder(fewer)
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        out, _ = evaluate(home, endpoint, "-n", 4, "--choices", 4, "--json")
        assert recorder.sizes() == [4, 4, 4] + [1] * 6, recorder.sizes()
        assert max(expect_whole(home, recorder, 4).values()) == 1
        cost = json.loads(out)["cost"]
        assert (cost["requests"], cost["lost_requests"], cost["prompt_tokens"], cost["completion_tokens"]) == (9, 0, 900, 60), cost


def an_endpoint_that_ignores_it_is_asked_one_by_one_from_then_on():
    recorder = Recorder(lambda body, nth: choices(body, indexes=[0]))
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        out, err = evaluate(home, endpoint, "-n", 4, "--choices", 4, "-j", 1, "--json")
        assert recorder.sizes() == [4] + [1] * 11 and "each sample is a request of its own" in err, (recorder.sizes(), err)
        assert max(expect_whole(home, recorder, 4).values()) == 1
        assert json.loads(out)["cost"]["requests"] == 12
        # and that is remembered
        _, err = evaluate(home, endpoint, "-n", 8, "--choices", 4)
        assert recorder.sizes() == [4] + [1] * 23 and "does not answer one request with several" in err, (recorder.sizes(), err)


def an_endpoint_that_refuses_it_is_asked_one_by_one():
    def refuse(body, nth):
        if body.get("n", 1) > 1:
            payload = {"error": {"message": "n is not supported", "type": "invalid_request_error", "param": "n", "code": "unsupported_parameter"}}
            return 400, {"Content-Type": "application/json"}, json.dumps(payload).encode()
        return choices(body)

    recorder = Recorder(refuse)
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "-n", 4, "--choices", 4, "-j", 1)
        assert recorder.sizes() == [4] + [1] * 12, recorder.sizes()
        assert max(expect_whole(home, recorder, 4).values()) == 1
        recorder.bodies.clear()
        evaluate(home, endpoint, "-n", 4, "--choices", 4, "--fresh")
        assert recorder.sizes() == [1] * 12, recorder.sizes()


def failures_are_tried_again_together_and_outcomes_are_each_ones_own():
    recorder = Recorder(lambda body, nth: failure(503) if nth <= 2 else choices(body))
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        out, _ = evaluate(home, endpoint, "-n", 3, "--choices", 3, "-j", 1, "--json")
        assert recorder.sizes() == [3] * 5, recorder.sizes()
        expect_whole(home, recorder, 3)
        assert json.loads(out)["cost"]["requests"] == 5 and json.loads(out)["cost"]["lost_requests"] == 0, out
    # too long a prompt is an outcome: of each, and each finds it out
    context = failure(400, "maximum context length exceeded")
    context = (400, context[1], json.dumps({"error": {"message": "too long", "code": "context_length_exceeded"}}).encode())
    recorder = Recorder(lambda body, nth: context)
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "-n", 3, "--choices", 3)
        assert recorder.sizes() == [3] * 3 + [1] * 6, recorder.sizes()
        assert rows(home, "outcome, attempts") == [("context", 1)] * 9
    # what cannot be had is missing for all of them, and asked for again by the same command
    down = [True]
    recorder = Recorder(lambda body, nth: failure(500) if down[0] else choices(body))
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "-n", 3, "--choices", 3, "-j", 1, "--max-retries", 1, status=75)
        # one question may be what it cannot stand: at the second it is down
        assert recorder.sizes() == [3] * 4, recorder.sizes()
        assert rows(home, "missing, attempts") == [("endpoint", 2), ("endpoint", 0), ("endpoint", 0)] * 2, rows(home, "missing, attempts")
        down[0] = False
        recorder.bodies.clear()
        out, _ = evaluate(home, endpoint, "-n", 3, "--choices", 3, "--json")
        assert recorder.sizes() == [3, 3, 3], recorder.sizes()
        expect_whole(home, recorder, 3)
        assert json.loads(out)["cost"]["requests"] == 7 and json.loads(out)["cost"]["lost_requests"] == 0, out


def limits_stop_it_and_the_same_command_goes_on():
    recorder = Recorder()
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "-n", 4, "--choices", 4, "-j", 1, "--token-limit", 110, status=75)
        assert recorder.sizes() == [4], recorder.sizes()
        out, _ = evaluate(home, endpoint, "-n", 4, "--choices", 4, "-j", 1, "--json")
        assert recorder.sizes() == [4, 4, 4] and max(expect_whole(home, recorder, 4).values()) == 1
        assert json.loads(out)["cost"]["prompt_tokens"] == 300, out
    # prices: a reply that came with another costs nothing more, so that all costs are known
    recorder = Recorder()
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "--limit", 1)
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = m\nbase-url = {endpoint.url}\nchoices = 4\nprice-input = 1000\nprice-cached-input = 0\n"
                                           "price-output = 1000\n")
        cost = home.json("eval", "--model", "m", "--split", "demo", "--limit", 1, "-n", 4, "--no-verify", "--cost-limit", 1, "--json")["cost"]
        assert abs(cost["usd"] - 0.113) < 1e-9, cost


def a_stream_that_breaks_off_keeps_what_was_whole():
    def cut(body, nth):
        if body.get("n", 1) == 1:
            return choices(body)
        events = [{"choices": [{"index": i, "delta": {"content": f"```lean\nby rfl -- {body['seed']}/{i}\n```"}, "finish_reason": None}]} for i in (2, 0, 1)]
        events += [{"choices": [{"index": i, "delta": {}, "finish_reason": "stop"}]} for i in (1, 2)]
        return 200, {"Content-Type": "text/event-stream"}, "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()

    recorder = Recorder(cut)
    with Endpoint(recorder) as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "-n", 3, "--choices", 3, "--stream", "on")
        assert recorder.sizes() == [3] * 3 + [1] * 3, recorder.sizes()
        expect_whole(home, recorder, 3)


class Halting:
    """Streams the beginnings of choices 0 and 2 and then nothing; answers one at once."""

    def __init__(self):
        self.gate = threading.Event()
        halting = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers, payload = choices(body)
                if body.get("n", 1) > 1 and body.get("stream"):
                    headers = {"Content-Type": "text/event-stream"}
                    payload = "".join("data: " + json.dumps({"choices": [{"index": i, "delta": {"content": f"by rfl {i}"}}]}) + "\n\n"
                                      for i in (2, 0)).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)
                self.wfile.flush()
                if "event" in headers["Content-Type"]:
                    halting.gate.wait(120)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def what_still_streams_at_the_deadline_is_cut_and_who_said_nothing_asks_alone():
    with Halting() as endpoint, Home(lean=False) as home:
        evaluate(home, endpoint, "--limit", 1, "--stream", "off", "--seed", 9)  # the probe of doctor streams one
        evaluate(home, endpoint, "--limit", 1, "-n", 3, "--choices", 3, "--stream", "on", "--request-timeout", 8)
        assert rows(home, "sample, outcome, r.content like '%rfl%', note like '%deadline%', attempts") == [
            (0, "truncated", 1, 1, 1), (1, None, 1, None, 1), (2, "truncated", 1, 1, 0)], rows(home, "sample, outcome, r.content, note, attempts")


def a_signal_drains_the_whole_request_and_a_second_one_leaves_it():
    for signals, stored in ((1, 6), (2, 0)):
        gate = threading.Event()

        def rule(body, nth):
            gate.wait(60)
            return choices(body)

        recorder = Recorder(rule)
        with Endpoint(recorder) as endpoint, Home(lean=False) as home:
            gate.set()
            evaluate(home, endpoint, "--limit", 1, "--seed", 99)
            gate.clear()
            recorder.bodies.clear()
            process = home.start("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", PROBLEMS, "--no-verify",
                                 "-n", 3, "--choices", 3, "-j", 2)
            while len(recorder.bodies) < 2 and process.poll() is None:
                pass
            lines = []
            for _ in range(signals):
                process.send_signal(signal.SIGINT)
                if not lines:
                    lines.append(process.stderr.readline())  # it says that it stops
                    while "stopping" not in lines[-1] and lines[-1]:
                        lines.append(process.stderr.readline())
            if signals == 1:
                gate.set()
            process.communicate()
            gate.set()
            assert process.returncode == 130, (process.returncode, lines)
            found = home.sql("select count(*) from sample where run = (select id from run order by created_ns desc limit 1)")
            assert found == [(stored,)], found
            recorder.bodies.clear()
            evaluate(home, endpoint, "-n", 3, "--choices", 3)
            assert sum(body.get("n", 1) for body in recorder.bodies) == 9 - stored, recorder.sizes()
            expect_whole(home, recorder, 3)


def each_of_them_is_checked():
    def rule(body, nth):
        status, headers, payload = choices(body)
        return status, headers, payload.replace(b"by rfl -- ", b"by rfl -- %d " % nth)

    with Endpoint(Recorder(rule)) as endpoint, Home() as home:
        evaluate(home, endpoint, "--limit", 1)
        home.run("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", PROBLEMS, "-n", 6, "--choices", 4)
        found = rows(home, "sample, outcome, (select count(*) from verdict v where v.sample = sample.id)")
        assert len(found) == 18 and all(row[1] in ("accepted", "rejected") and row[2] == 1 for row in found), found


def killed_at_any_moment_no_finished_sample_is_asked_again():
    for kill in range(1, 8):
        recorder = Recorder()
        dead = threading.Event()

        def rule(body, nth):
            if nth > kill and not dead.is_set():
                dead.wait(60)  # until f2f is dead: what is in flight then is lost
            return choices(body)

        recorder.rule = rule
        with Endpoint(recorder) as endpoint, Home(lean=False) as home:
            evaluate(home, endpoint, "--limit", 1, "--seed", 99)
            recorder.bodies.clear()
            process = home.start("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", PROBLEMS, "--no-verify",
                                 "-n", 8, "--choices", 3, "-j", 2)
            while len(recorder.bodies) <= kill and process.poll() is None:
                pass
            process.kill()
            process.communicate()
            dead.set()
            stored = [int(text.split("-- ")[1].split("/")[0]) for _, _, text in rows(home)]  # the seeds that brought them
            out, _ = evaluate(home, endpoint, "-n", 8, "--choices", 3, "-j", 2, "--json")
            questions = expect_whole(home, recorder, 8)
            asked = collections.Counter(body["seed"] for body in recorder.bodies)
            assert all(asked[seed] == 1 for seed in stored), (kill, stored, asked)
            assert sum(body.get("n", 1) for body in recorder.bodies) <= PROBLEMS * 8 + 2 * 3, (kill, recorder.sizes())
            cost = json.loads(out)["cost"]
            # what was in flight was counted before it went out, and is sent again: once
            assert cost["requests"] >= len(recorder.bodies) and 1 <= cost["lost_requests"] <= 2, (cost, len(recorder.bodies))
            assert max(questions.values()) <= 2 and list(questions.values()).count(2) <= 2, questions


main([
    a_request_asks_for_several_and_each_choice_goes_to_its_sample,
    it_is_used_only_where_it_is_known_to_be_honoured,
    a_section_and_a_dry_run_know_of_it,
    what_did_not_come_is_asked_for_again_alone,
    an_endpoint_that_ignores_it_is_asked_one_by_one_from_then_on,
    an_endpoint_that_refuses_it_is_asked_one_by_one,
    failures_are_tried_again_together_and_outcomes_are_each_ones_own,
    limits_stop_it_and_the_same_command_goes_on,
    a_stream_that_breaks_off_keeps_what_was_whole,
    what_still_streams_at_the_deadline_is_cut_and_who_said_nothing_asks_alone,
    a_signal_drains_the_whole_request_and_a_second_one_leaves_it,
    each_of_them_is_checked,
    killed_at_any_moment_no_finished_sample_is_asked_again,
])
