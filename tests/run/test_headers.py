#!/usr/bin/env python3
"""The user's own headers: sent with every request, part of a run's settings and of what replies are kept under, never a key."""
import http.server
import json
import threading

from endpoint import completion
from harness import Home, main

KEY = "Planted7Key-0123456789"
ANSWER = {
    "chat": completion("```lean\nby rfl\n```")[2],
    "completions": json.dumps({"choices": [{"index": 0, "text": "by rfl", "finish_reason": "stop"}]}).encode(),
    "messages": json.dumps({"type": "message", "role": "assistant", "content": [{"type": "text", "text": "```lean\nby rfl\n```"}],
                            "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 2}}).encode(),
}


class Listener:
    """Answers, and keeps the headers of every request as a list of pairs."""

    def __init__(self):
        self.seen = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self, status, payload):
                listener.seen.append((self.path, [(name.lower(), value) for name, value in self.headers.items()]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def do_GET(self):
                self.answer(404, b"{}")

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                kind = self.path.split("/v1/", 1)[1]
                self.answer(200, ANSWER.get(kind, ANSWER["chat"]))

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # clients that have seen enough hang up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def of(self, name):
        """What each request had of a header."""
        return {tuple(value for key, value in headers if key == name) for _, headers in self.seen}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def evaluate(home, listener, *options, model="openai/m", status=0, **env):
    return home.run("eval", "--model", model, "--base-url", listener.url, "--split", "demo", "--limit", 2, "--no-verify", *options,
                    status=status, ANTHROPIC_API_KEY=KEY, OPENAI_API_KEY=KEY, **env)


def every_request_has_them_and_those_of_f2f_stay():
    for model in ("openai/m", "anthropic/m", "completions/m"):
        with Listener() as listener, Home(lean=False) as home:
            headers = ("--header", "X-Title: nightly, weekly: both", "--header", "anthropic-beta:one-2025-01-01,two", "--header", "Anthropic-Beta: three")
            evaluate(home, listener, *headers, model=model)
            home.run("doctor", "--model", model, "--base-url", listener.url, *headers, status=None, ANTHROPIC_API_KEY=KEY, OPENAI_API_KEY=KEY)
            assert len(listener.seen) > 4 and {path for path, _ in listener.seen if path.endswith("/models")}, listener.seen
            assert listener.of("x-title") == {("nightly, weekly: both",)}, listener.seen
            assert listener.of("anthropic-beta") == {("one-2025-01-01,two", "three")}, listener.seen
            key = ("x-api-key", KEY) if model == "anthropic/m" else ("authorization", f"Bearer {KEY}")
            assert listener.of(key[0]) == {(key[1],)}, listener.seen


def a_section_and_the_variable_hold_several_with_commas_and_options_win():
    with Listener() as listener, Home(lean=False) as home:
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = x\nbase-url = {listener.url}\n"
                                           "header = anthropic-beta: a, b, HTTP-Referer: https://h/?x=1,2, X-Title: t\n")
        home.run("eval", "--model", "m", "--split", "demo", "--limit", 1, "--no-verify")
        assert listener.of("anthropic-beta") == {("a, b",)} and listener.of("http-referer") == {("https://h/?x=1,2",)}, listener.seen
        assert listener.of("x-title") == {("t",)}, listener.seen
        listener.seen.clear()
        home.run("eval", "--model", "m", "--split", "demo", "--limit", 1, "--no-verify", F2F_HEADER="X-One: 1, 2, X-Two: 3")
        assert listener.of("x-one") == {("1,2",)} and listener.of("x-two") == {("3",)} and listener.of("x-title") == {()}, listener.seen
        listener.seen.clear()
        home.run("eval", "--model", "m", "--split", "demo", "--limit", 1, "--no-verify", "--header", "X-Own: 4", F2F_HEADER="X-One: 1")
        assert listener.of("x-own") == {("4",)} and listener.of("x-one") == {()}, listener.seen


def they_are_part_of_the_run_and_of_what_replies_are_kept_under():
    with Listener() as listener, Home(lean=False) as home:
        evaluate(home, listener)
        before = home.sql("select key from reply_cache order by key")
        _, err = evaluate(home, listener, "--header", "X-B: 2", "--header", "x-a: 1")
        assert "header none" in err and len(listener.seen) == 4, (err, listener.seen)
        assert len(home.sql("select id from run")) == 2
        # neither their order nor the case of their names makes another run, or another question
        evaluate(home, listener, "--header", "X-A: 1", "--header", "x-b: 2")
        evaluate(home, listener, "--header", "X-A: 1", "--header", "x-b: 2", "--fresh", "--cache", "only")
        assert len(listener.seen) == 4 and len(home.sql("select id from run")) == 3
        evaluate(home, listener, "--header", "X-A: 2", "--header", "x-b: 2")
        assert len(listener.seen) == 6, listener.seen
        # without any, all is as it was
        evaluate(home, listener, "--fresh", "--cache", "only")
        assert len(listener.seen) == 6 and set(before) <= set(home.sql("select key from reply_cache"))
        settings = json.loads(home.sql("select settings from run order by created_ns")[1][0])
        assert settings["header"] == "x-a: 1\nx-b: 2", settings


def keys_and_what_breaks_a_request_are_refused_and_not_repeated():
    refused = [f"Authorization: Bearer {KEY}", f"AUTHORIZATION:{KEY}", f"x-api-key: {KEY}", f"api-key: {KEY}", f"Cookie: a={KEY}",
               f"Proxy-Authorization: Basic {KEY}", f"X-Auth-Token: {KEY}", f"Ocp-Apim-Subscription-Key: {KEY}", f"X-Secret: {KEY}",
               f"X-Title: Bearer {KEY}", f"X-Title: {KEY}", f"HTTP-Referer: https://user:{KEY}@h/", f"X-Title: api_key={KEY}",
               f"{KEY}", f": {KEY}", f"no name here: {KEY}", f"X-Title: a\r\nX-Key: {KEY}", f"X-Title: a\nb{KEY}", f"X-Title: \x01{KEY}",
               f"X-Title: \u00e9{KEY}", "X-Title:", "X-Title:   ", "", "Host: elsewhere", "content-length: 5", "Content-Type: text/plain",
               "Transfer-Encoding: chunked", "Expect: 100-continue", "anthropic-version: 1999-01-01", "X-Title: " + "x" * 4097]
    shown_nowhere = ("authorization", "x-api-key", "api-key", "cookie", "proxy", "x-auth-token", "ocp", "x-secret")
    with Listener() as listener, Home(lean=False) as home:
        for header in refused:
            for way in ("option", "variable", "section"):
                options, env = ((), {}) if way != "option" else (("--header", header), {})
                if way == "variable":
                    if header == "":
                        continue  # an empty one is unset
                    env = {"F2F_HEADER": header}
                if way == "section":
                    if "\n" in header or "\x01" in header or len(header) > 150 or not header:
                        continue  # f2f.ini has no way to say them
                    (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = x\nheader = {header}\n")
                out, err = evaluate(home, listener, *options, model="m" if way == "section" else "openai/m", status=2, **env)
                assert KEY not in out + err and "header" in err, (header, way, out, err)
                out, err = home.run("config", *options, status=None, **env)
                assert KEY not in out + err or not header.lower().startswith(shown_nowhere), (header, way, out, err)
                (home.path / "f2f.ini").unlink(missing_ok=True)
        assert not listener.seen
        many = [part for n in range(33) for part in ("--header", f"X-{n}: {n}")]
        assert "32" in evaluate(home, listener, *many, status=2)[1]


main([
    every_request_has_them_and_those_of_f2f_stay,
    a_section_and_the_variable_hold_several_with_commas_and_options_win,
    they_are_part_of_the_run_and_of_what_replies_are_kept_under,
    keys_and_what_breaks_a_request_are_refused_and_not_repeated,
])
