#!/usr/bin/env python3
"""Faults in any order: whatever a server does, each session ends, every sample has an outcome or a named missing reason, and the sessions
together are exactly the run that was asked for.

Three schedules, always the same; F2F_TEST_LONG=1: forty others each time. F2F_TEST_SEED=N repeats one."""
import json
import os
import random
import socket
import struct
import threading
import time

from harness import Home, main

LONG = os.environ.get("F2F_TEST_LONG") == "1"
SEED = int(os.environ.get("F2F_TEST_SEED", random.randrange(1 << 30) if LONG else 1))
SCHEDULES = 1 if "F2F_TEST_SEED" in os.environ else 40 if LONG else 3
FAULTS = 120  # then all is well
BODY = (b'{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"by simp"},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":10,"completion_tokens":5}}')
PIECE = b'data: {"choices":[{"index":0,"delta":{"content":"by simp"}}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def reply(status, body, *headers, length=None):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def error(status, text, *headers):
    return reply(status, b'{"error":{%s}}' % text, *headers)


WELL = reply(200, BODY)
# What is sent, and what then becomes of the connection: kept, closed, reset, or held until the client leaves.
ACTS = 12 * [(WELL, "kept")] + 4 * [(reply(200, PIECE + LAST), "kept")] + [
    (error(500, b'"message":"oops"'), "kept"), (reply(502, b"<html>Bad Gateway</html>"), "kept"), (error(503, b'"message":"busy"'), "kept"),
    (error(503, b'"message":"Loading model"'), "kept"), (error(429, b'"message":"slow"', "Retry-After: 0.02"), "kept"), (reply(529, b""), "kept"),
    (reply(408, b""), "kept"), (error(409, b'"message":"locked"'), "kept"), (reply(200, BODY[:40], length=400), "reset"), (b"", "reset"),
    (b"", "closed"), (WELL, "closed"), (WELL, "reset"), (reply(200, b""), "kept"), (reply(200, b"<html>"), "kept"), (reply(200, BODY[:60]), "kept"),
    (error(200, b'"message":"boom","code":500'), "kept"), (reply(200, PIECE + b'data: {"error":{"message":"late"}}\n\n'), "kept"),
    (reply(200, PIECE), "kept"), (reply(200, b"{", length=400), "held"), (b"", "held"), (b"HTTP/1.1 200 OK\r\nX-Half: ", "closed"),
    (reply(200, b"not packed", "Content-Encoding: gzip"), "kept"), (error(400, b'"code":"context_length_exceeded"'), "kept"),
    (error(400, b'"code":"content_filter"'), "kept"), (b"what is this?\r\n\r\n", "closed"), (reply(200, b'{"choices":[]}'), "kept"),
    (error(400, b'"param":"seed","code":"unsupported_parameter"'), "kept"), (b"HTTP/1.1 103 Hints\r\n\r\n" + WELL, "kept"),
]


class Server:
    """Answers the first requests by a schedule, in the order in which they come, and the rest well."""

    def __init__(self, chance):
        self.acts = [chance.choice(ACTS) for _ in range(FAULTS)]
        self.requests = 0
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return  # closed: the test is over
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def act(self):
        with self.lock:
            self.requests += 1
            return self.acts.pop() if self.acts else (WELL, "kept")

    def wait_for(self, requests):
        deadline = time.monotonic() + 300
        while self.requests < requests:
            assert time.monotonic() < deadline, (self.requests, requests)
            time.sleep(0.01)

    def serve(self, connection):
        stream = connection.makefile("rb")
        try:
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while head := stream.readline():
                    length = 0
                    while (head := stream.readline().strip()):
                        name, _, value = head.partition(b":")
                        length = int(value) if name.lower() == b"content-length" else length
                    if len(stream.read(length)) < length:
                        return
                    data, end = self.act()
                    connection.sendall(data)
                    if end == "held":
                        stream.read(1)
                    elif end == "reset":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if end != "kept":
                        return
        except OSError:
            pass  # the client has had enough
        finally:
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()


def look(home, seed, err):
    """What holds after each session."""
    rows, pairs, named = home.sql("select count(*), count(distinct problem || '/' || sample), "
                                  "sum((outcome is null or missing is null) and (missing is null or coalesce(note, '') <> '')) from sample")[0]
    assert rows == pairs and named in (rows, None), (seed, rows, pairs, named, err)
    assert home.sql("pragma integrity_check") == [("ok",)], seed


def follow(seed):
    chance = random.Random(seed)
    samples = chance.choice([1, 2, 3])
    options = ["-n", samples, "-j", chance.choice([1, 4, 32]), "--max-retries", chance.choice([1, 3, 7]), "--retry-cap", "0.01",
               "--request-timeout", "3", "--idle-timeout", "2", "--stream", chance.choice(["on", "off"]), "--cache", chance.choice(["on", "off"])]
    with Server(chance) as server, Home(lean=False) as home:
        for _ in range(FAULTS + 2):  # each session uses up one at least
            _, err = home.run("eval", "--model", "openai/m", "--base-url", server.url, "--split", "demo", "--no-verify", *options, status=None,
                              OPENAI_API_KEY="k")
            assert home.last_status in (0, 4, 75), (seed, home.last_status, err)
            look(home, seed, err)
            if home.last_status == 0:
                break
        assert home.last_status == 0, (seed, err)
        done = home.sql("select count(*) from sample where missing is null")[0][0]
        assert done == 24 * samples and len(home.sql("select id from run")) == 1, (seed, done)
        cost = json.loads(home.run("report", "latest", "--json")[0])["cost"]
        # One may have been sent again unheard, where a kept connection ended; and one that was given up may still be on its way to the server.
        server.wait_for(cost["requests"])
        assert done <= cost["requests"], (seed, cost)


def whatever_a_server_does_sessions_end_and_add_up():
    print(f"# F2F_TEST_SEED={SEED} repeats the first", flush=True)
    for i in range(SCHEDULES):
        follow(SEED + i)


main([whatever_a_server_does_sessions_end_and_add_up])
