#!/usr/bin/env -S python3 -S
"""A stand-in for a Kimina Lean Server, on a port of its own that it prints. Texts are decided by the rules of fake_lean.py and go
wrong as faults.py says; it splits header and body as that server does, and hides the header's messages.

Arguments: `--legacy` (only /verify), `--key KEY`, `--no-lines-back` (an older one: lines count in the body), `--busy N` (the first N
requests meet a busy server), `--lose N` (the first N connections are closed without a word), `--die-after N` (then it closes its
door), `--log FILE` (a JSON line for each request: path, how many texts, how many requests are open).

Words of its own, in a text: `fake_500` (the request fails), `fake_500_once` (the first request with it does), `fake_server_error`,
`fake_timed_out`, `fake_timed_out_once`, `fake_header_timed_out`, `fake_left_out`, `fake_twice_there`, `fake_extra`, `fake_swapped_ids`,
`fake_swapped_answers`, `fake_both`, `fake_neither`, `fake_not_json`, `fake_cut_body`, `fake_no_env`, `fake_unknown_environment`,
`fake_message`, `fake_listed_hole`, `fake_unknown_keys`, and `fake_huge` (a body over every limit).
"""

import argparse
import http.server
import json
import os
import re
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

import fake_lean  # noqa: E402
import faults  # noqa: E402

WORDS = {"error": "error", "warning": "warning", "information": "info"}
LOCK = threading.Lock()
SEEN = set()
COUNTS = {"requests": 0, "open": 0}


def first_time(word, text):
    with LOCK:
        key = (word, text)
        if key in SEEN:
            return False
        SEEN.add(key)
        return True


def split(code):
    lines = code.splitlines()
    count = 0
    while count < len(lines) and (not lines[count].strip() or lines[count].strip().startswith("import ")):
        count += 1
    header = [line.strip() for line in lines[:count] if line.strip()]
    return "\n".join(header), "\n".join(lines[count:]), count


def answer_of(code, lines_back):
    header, body, count = split(code)
    if not header:
        return {"error": "the first text would become environment 0"}
    if "fake_server_error" in code:
        return {"error": "JSONDecodeError: it fell over"}
    if "fake_header_timed_out" in code:
        return {"error": "Lean REPL header command timed out in 60.0 seconds"}
    if "fake_timed_out" in code and ("fake_timed_out_once" not in code or first_time("late", code)):
        return {"error": "Lean REPL command timed out in 60.0 seconds", "time": 60.0}
    if "fake_message" in code:
        return {"response": {"message": "Lean error:\ntoo deep"}}
    if "fake_unknown_environment" in code:
        return {"response": {"message": "Unknown environment."}}
    result = fake_lean.File().read(header + "\n")
    broken = result.fatal
    result = fake_lean.File()
    if broken:  # the header's messages are kept back, and nothing works
        result.say("error", 0, "unknown constant 'True'")
    else:
        version = re.search(r"^#eval Lean.versionString$", body, re.M)
        if version:
            result.say("information", body[:version.start()].count("\n"), "\"4.9.0\"")
        else:
            result.read(body)
    said = faults.messages(code, result.messages)
    response = {"env": 1}
    items = [{"severity": WORDS.get(severity, severity), "data": data.strip(), "endPos": None,
              "pos": {"line": line + 1 + (count if lines_back else 0), "column": column}}
             for severity, line, column, data in said]
    if items:
        response["messages"] = items
    if any("declaration uses 'sorry'" in m[3] for m in said) or "fake_listed_hole" in code:
        response["sorries"] = [{"proofState": 0, "pos": {"line": 1, "column": 0}, "goal": "⊢ True"}]
    if "fake_no_env" in code:
        del response["env"]
    if "fake_unknown_keys" in code:
        response["novelty"] = {"deep": [[[{}]]]}
    result = {"response": response, "time": 0.25}
    if "fake_both" in code:
        result["error"] = "and an error"
    if "fake_neither" in code:
        del result["response"]
    return result


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None

    def log_message(self, *arguments):
        pass

    def reply(self, status, body, cut=False):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if cut else body)
        self.wfile.flush()
        if cut:
            self.close_connection = True

    def sent(self):
        """With --echo: what the client sent of itself, which a server has no business to say back."""
        return f" {self.headers.get('Authorization')}" if self.options.echo else ""

    def refuse(self, status, detail):
        detail += self.sent()
        self.reply(status, json.dumps({"detail": detail}).encode())

    def do_POST(self):
        with LOCK:
            COUNTS["requests"] += 1
            COUNTS["open"] += 1
            number, open_now = COUNTS["requests"], COUNTS["open"]
        try:
            self.handle_post(number, open_now)
        finally:
            with LOCK:
                COUNTS["open"] -= 1

    def handle_post(self, number, open_now):
        options = self.options
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if number <= options.lose:
            self.close_connection = True
            return
        if options.die_after and number > options.die_after:
            os._exit(0)
        legacy = self.path in ("/verify", "/one_pass_verify_batch")
        if self.path not in ("/api/check", "/api/check/") and not legacy or (options.legacy and not legacy):
            self.refuse(404, "Not Found")
            return
        if options.key and self.headers.get("Authorization", "").replace("Bearer ", "") != options.key:
            self.refuse(401, "Missing or invalid API key")
            return
        if number <= options.busy:
            self.refuse(429, "No available REPLs")
            return
        asked = json.loads(body)
        list_key, id_key, text_key = ("codes", "custom_id", "proof") if legacy else ("snippets", "id", "code")
        texts = [(str(s[id_key]), s[text_key]) for s in asked[list_key]]
        if not texts or len({i for i, _ in texts}) != len(texts) or not isinstance(asked["timeout"], int):
            self.refuse(422, "bad body")
            return
        if options.log:
            with LOCK, open(options.log, "a", encoding="utf-8") as log:
                log.write(json.dumps({"path": self.path, "texts": len(texts), "open": open_now}) + "\n")
        self.answer(texts, id_key, legacy)

    def answer(self, texts, id_key, legacy):
        everything = "\n".join(code for _, code in texts)
        if "fake_500_once" in everything:
            if first_time("500", everything):
                self.refuse(500, "Failed to run")
                return
        elif "fake_500" in everything:
            self.refuse(500, "Failed to run")
            return
        results = []
        for name, code in texts:
            result = dict(answer_of(code, not self.options.no_lines_back))
            if legacy and "response" in result:
                result["response"] = dict(result["response"], time=result.pop("time", 0))
            if self.sent() and "messages" in result.get("response", {}):
                for message in result["response"]["messages"]:
                    message["data"] += self.sent() if message["severity"] == "error" else ""
            if self.sent() and "error" in result:
                result["error"] += self.sent()
            result[id_key] = name
            if "fake_left_out" not in code:
                results.append(result)
            if "fake_twice_there" in code:
                results.append(result)
            if "fake_extra" in code:
                results.append(dict(result, **{id_key: "nobody"}))
        if "fake_swapped_ids" in everything and len(results) > 1:
            results.reverse()
        if "fake_swapped_answers" in everything and len(results) > 1:
            answers = [r.pop("response") for r in results]
            for result, response in zip(results, reversed(answers)):
                result["response"] = response
        data = faults.bend(everything, json.dumps({"results": results}, ensure_ascii=False).encode())
        if "fake_not_json" in everything:
            data = b"<html>" + data
        if "fake_huge" in everything:
            data += b" " * (65 << 20)
        self.reply(200, data, "fake_cut_body" in everything)

    def do_GET(self):
        self.reply(200, b'{"status":"ok"}')


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that has had enough


def main():
    parser = argparse.ArgumentParser()
    for name in ("--legacy", "--no-lines-back", "--echo"):
        parser.add_argument(name, action="store_true")
    for name in ("--busy", "--lose", "--die-after"):
        parser.add_argument(name, type=int, default=0)
    for name in ("--key", "--log"):
        parser.add_argument(name)
    Handler.options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
