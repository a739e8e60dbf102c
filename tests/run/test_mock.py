#!/usr/bin/env python3
"""f2f-mock by itself: the bytes of each behaviour, as a client sees them that knows nothing but sockets."""
import gzip
import json
import os
import re
import socket
import tempfile
import time

from harness import main
from mock import Mock

CHAT, LEGACY, MESSAGES = "/v1/chat/completions", "/v1/completions", "/v1/messages"


class Client:
    """One connection."""

    def __init__(self, mock):
        self.socket = socket.create_connection(("127.0.0.1", mock.port), timeout=300)
        self.seen = b""
        self.sent = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()

    def send(self, model, path=CHAT, prompt="hi", headers=(), **members):
        body = {"model": model, "seed": 1, **members}
        if path == LEGACY:
            body["prompt"] = prompt
        else:
            body.setdefault("messages", [{"role": "user", "content": prompt}])
        if path == MESSAGES:
            del body["seed"]
            body.setdefault("max_tokens", 100)
            headers = ["anthropic-version: 2023-06-01", *headers]
        data = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: mock", f"Content-Length: {len(data)}", *headers]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + data)

    def more(self):
        """False at the end."""
        data = self.socket.recv(1 << 20)
        self.seen += data
        return bool(data)

    def head(self):
        while b"\r\n\r\n" not in self.seen and self.more():
            pass
        head, _, self.seen = self.seen.partition(b"\r\n\r\n")
        line, *rest = head.decode().split("\r\n")
        pairs = [line.split(": ", 1) for line in rest]
        return line, {name.lower(): value for name, value in pairs}

    def whole(self):
        """Status, headers, body, and its chunks when there are any."""
        line, headers = self.head()
        status = int(line.split()[1])
        if "content-length" in headers:
            length = int(headers["content-length"])
            while len(self.seen) < length and self.more():
                pass
            body, self.seen = self.seen[:length], self.seen[length:]
            return status, headers, body, []
        if headers.get("transfer-encoding") != "chunked":
            while self.more():
                pass
            return status, headers, self.seen, []
        while not self.seen.endswith(b"\r\n0\r\n\r\n") and self.more():
            pass
        chunks, rest = [], self.seen
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            chunks.append(rest[:int(size, 16)])
            assert rest[int(size, 16):int(size, 16) + 2] == b"\r\n"
            rest = rest[int(size, 16) + 2:]
        assert chunks[-1] == b"", chunks[-3:]
        self.seen = b""
        return status, headers, b"".join(chunks), chunks[:-1]

    def rest(self):
        """All bytes until the end, and whether it ended in a reset."""
        try:
            while self.more():
                pass
            return self.seen, False
        except ConnectionResetError:
            return self.seen, True


def ask(mock, model, path=CHAT, **members):
    with Client(mock) as client:
        client.send(model, path, **members)
        return client.whole()


def choices(body):
    return json.loads(body)["choices"]


def events(body):
    """The data of each event, as the HTML standard reads a stream; [DONE] stays as it is."""
    found = []
    for block in re.split(r"\n\n", body.decode().removeprefix("\ufeff").replace("\r\n", "\n")):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if lines:
            text = "\n".join(lines)
            found.append(text if text == "[DONE]" else json.loads(text))
    return found


def text_of(stream, index=0):
    return "".join(choice["delta"].get("content", "") for event in stream if event != "[DONE]"
                   for choice in event["choices"] if choice["index"] == index)


def is_plain(text):
    return re.fullmatch(r"```lean4\nby mock_[0-9a-f]{16}\n```", text) is not None


def plain_replies_are_a_function_of_model_prompt_and_seed():
    with Mock() as mock, Mock() as other:
        first = ask(mock, "plain")
        assert first[2] == ask(mock, "plain")[2] == ask(other, "plain")[2]
        texts = {choices(ask(mock, *args, **members)[2])[0]["message"]["content"]
                 for args, members in [(["plain"], {}), (["plain"], {"seed": 2}), (["plain"], {"prompt": "ho"}), (["mock/1"], {})]}
        assert len(texts) == 4 and all(map(is_plain, texts)), texts
        stats = mock.stats()
        assert stats["requests"] == 6 and stats["pairs"] == 4 and stats["repeated"] == 1 and stats["most"] == 3, stats


def once(number, status, check=None):
    """The failure at first, and the usual after it."""
    def test(mock):
        answer = ask(mock, f"mock/{number}")
        assert answer[0] == status, answer
        assert check is None or check(answer), answer
        status_after, _, body, _ = ask(mock, f"mock/{number}")
        assert status_after == 200 and is_plain(choices(body)[0]["message"]["content"])
    return test


def always(number, status, check):
    def test(mock):
        for _ in range(3):
            answer = ask(mock, f"mock/{number}")
            assert answer[0] == status and check(answer), answer
    return test


def shape(number, check):
    """Something about the only choice, or about the whole body."""
    def test(mock):
        status, _, body, _ = ask(mock, f"mock/{number}")
        assert status == 200 and check(json.loads(body)), body
    return test


def message(body):
    return body["choices"][0]["message"]


def delayed(mock):
    started = time.monotonic()
    assert ask(mock, "mock/2")[0] == 200
    assert time.monotonic() - started >= 0.045


def shuffled(mock):
    found = choices(ask(mock, "mock/3", n=4)[2])
    assert [c["index"] for c in found] == [3, 2, 1, 0] and len({c["message"]["content"] for c in found}) == 4


def fewer(mock):
    assert len(choices(ask(mock, "mock/4", n=4)[2])) == 1
    assert len(choices(ask(mock, "mock/5", n=4)[2])) == 2


def unsupported(mock):
    status, _, body, _ = ask(mock, "mock/14", max_tokens=5)
    assert status == 400 and json.loads(body)["error"]["param"] == "max_tokens"
    assert ask(mock, "mock/14", max_completion_tokens=5)[0] == 200


def twice(number, status):
    def test(mock):
        assert [ask(mock, f"mock/{number}")[0] for _ in range(3)] == [status, status, 200]
    return test


def cut(mock):
    with Client(mock) as client:
        client.send("mock/32")
        line, headers = client.head()
        seen, reset = client.rest()
        assert len(seen) < int(headers["content-length"]) and reset, (seen, reset)


def hang(mock):
    with Client(mock) as client:
        client.send("mock/33")
        while mock.stats()["in_flight"] != 1:
            pass
        client.socket.setblocking(False)
        try:
            client.more()
            raise AssertionError("it answers")
        except BlockingIOError:
            pass


def slow(mock):
    with Client(mock) as client:
        client.send("mock/34")
        _, headers = client.head()
        while not client.seen:
            client.more()
        # a byte each time, and however late we look there is more to come: a hundred of them take as many seconds
        assert client.seen.startswith(b"{") and len(client.seen) < int(headers["content-length"]) > 100


def packed(mock):
    _, headers, body, _ = ask(mock, "mock/35")
    assert headers["content-encoding"] == "gzip" and choices(gzip.decompress(body))


def chunked(mock):
    _, headers, body, chunks = ask(mock, "mock/36")
    assert "content-length" not in headers and choices(body) and max(map(len, chunks)) == 7


def stream(number, check, times=None, path=CHAT, members=None):
    def test(mock):
        if path == CHAT:
            assert ask(mock, f"mock/{number}", seed=2)[0] == 400  # nobody passes without a stream
        for turn in range(2):
            status, headers, body, chunks = ask(mock, f"mock/{number}", path, stream=True, **(members or {}))
            assert status == 200 and headers["content-type"] == "text/event-stream"
            if times is None or turn < times:
                assert check(body, chunks), body
    return test


def bytewise(body, chunks):
    return {len(c) for c in chunks} == {1} and is_plain(text_of(events(body))) and events(body)[-1] == "[DONE]"


def by_lines(body, chunks):
    return body.startswith(b"\xef\xbb\xbf:") and b"\r\n" in body and b"\ndata: \"object\"" in body and is_plain(text_of(events(body)))


def broken(body, chunks):
    found = events(body)
    return found[-1]["error"]["message"] == "upstream died" and not is_plain(text_of(found[:-1])) and text_of(found[:-1]) != ""


def undone(body, chunks):
    found = events(body)
    return "[DONE]" not in found and all(c["finish_reason"] is None for e in found for c in e["choices"])


def interleaved(body, chunks):
    found = events(body)
    order = [c["index"] for e in found[:-1] for c in e["choices"] if c["delta"].get("content")]
    return order[:4] == [1, 0, 1, 0] and is_plain(text_of(found)) and is_plain(text_of(found, 1)) and text_of(found) != text_of(found, 1)


def with_usage(body, chunks):
    *_, usage, done = events(body)
    return done == "[DONE]" and usage["choices"] == [] and usage["usage"]["completion_tokens"] > 0


def all_messages(body, chunks):
    names = re.findall(r"^event: (.*)$", body.decode(), re.MULTILINE)
    kinds = [event["type"] for event in events(body)]
    wanted = ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]
    return names == kinds and [k for i, k in enumerate(kinds) if k in wanted and k not in kinds[:i]] == wanted and "ping" in kinds


def messages_error(body, chunks):
    last = events(body)[-1]
    return last["type"] == "error" and last["error"]["type"] == "overloaded_error"


def refused(mock):
    assert message(json.loads(ask(mock, "mock/45")[2]))["refusal"] == "I cannot help"
    assert json.loads(ask(mock, "mock/45", MESSAGES)[2])["stop_reason"] == "refusal"
    first = json.loads(ask(mock, "pause-turn", MESSAGES)[2])
    assert first["stop_reason"] == "pause_turn"
    again = ask(mock, "pause-turn", MESSAGES, messages=[{"role": "user", "content": "hi"}, {"role": "assistant", "content": first["content"]}])
    assert json.loads(again[2])["stop_reason"] == "end_turn"


def hostile(mock):
    body = ask(mock, "mock/46")[2]
    assert b"\xff" in body and b"\\ud800" in body and b"\\u0000" in body and b"\xc3 " in body


def redirect(mock):
    status, headers, _, _ = ask(mock, "mock/48")
    assert status == 307 and headers["location"] == f"http://localhost:{mock.port}/stolen"


def stale(mock):
    with Client(mock) as client:
        client.send("mock/49")
        assert client.whole()[0] == 200
        client.send("mock/49")
        assert client.rest() == (b"", False)


def limited(_):
    with Mock("--rpm", 3, "--tpm", 1000) as mock:
        statuses = [ask(mock, "mock/50", seed=seed, max_tokens=10)[0] for seed in range(5)]
        assert statuses == [200, 200, 200, 429, 429], statuses
        _, headers, _, _ = ask(mock, "mock/50", seed=9)
        assert 1 <= int(headers["retry-after"]) <= 61 and headers["x-ratelimit-limit-requests"] == "3"
        limit = mock.stats()["limit"]
        assert limit["rejected"] == 3 and limit["most_requests"] == 6 and limit["over_percent"] == 100, limit
    with Mock("--tpm", 50) as mock:
        assert [ask(mock, "mock/50", seed=seed, max_tokens=20)[0] for seed in range(3)] == [200, 200, 429]


BEHAVIOURS = [
    shape(1, lambda body: is_plain(message(body)["content"]) and body["usage"]["total_tokens"] > 0),
    delayed,
    shuffled,
    fewer,
    fewer,
    shape(6, lambda body: message(body)["content"] is None and body["choices"][0]["finish_reason"] == "length"),
    shape(7, lambda body: message(body)["reasoning_content"] == "hm" and message(body)["content"] == "by rfl"),
    shape(8, lambda body: message(body)["reasoning"] == "hm" and message(body)["content"] == "by rfl"),
    shape(9, lambda body: message(body)["content"] == "<think>hm</think>by rfl"),
    shape(10, lambda body: message(body)["content"] == "<think>hm by rfl"),
    shape(11, lambda body: "usage" not in body),
    shape(12, lambda body: body["usage"]["cost"] == 0.125 and body["usage"]["prompt_tokens_details"]["cached_tokens"] == 30),
    shape(13, lambda body: body["a"] == [1, {"b": None}] and message(body)["y"] == []),
    unsupported,
    always(15, 400, lambda a: json.loads(a[2])["error"]["code"] == "context_length_exceeded"),
    always(16, 401, lambda a: "API key" in json.loads(a[2])["error"]["message"]),
    always(17, 402, lambda a: json.loads(a[2])["error"]["code"] == 402),
    always(18, 404, lambda a: json.loads(a[2])["error"]["code"] == "model_not_found"),
    once(19, 429, lambda a: a[1]["retry-after"] == "1"),
    once(20, 429, lambda a: re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", a[1]["retry-after"])),
    once(21, 429, lambda a: a[1]["retry-after-ms"] == "20"),
    always(22, 429, lambda a: json.loads(a[2])["error"]["code"] == "insufficient_quota" and "retry-after" not in a[1]),
    always(23, 429, lambda a: a[1]["retry-after"] == "99999"),
    twice(24, 500),
    twice(25, 503),
    once(26, 529, lambda a: json.loads(a[2])["error"]["type"] == "overloaded_error"),
    once(27, 200, lambda a: "error" in json.loads(a[2])),
    once(28, 500, lambda a: json.loads(a[2]) == {"error": "something broke"}),
    once(29, 502, lambda a: a[1]["content-type"] == "text/html" and a[2].startswith(b"<html>")),
    once(30, 200, lambda a: a[2] == b""),
    once(31, 200, lambda a: a[2].startswith(b'{"id"') and not a[2].endswith(b"}")),
    cut,
    hang,
    slow,
    packed,
    chunked,
    stream(37, bytewise),
    stream(38, by_lines),
    stream(39, broken, times=1),
    stream(40, undone, times=1),
    stream(41, interleaved),
    stream(42, with_usage, members={"stream_options": {"include_usage": True}}),
    stream(43, all_messages, path=MESSAGES),
    stream(44, messages_error, times=1, path=MESSAGES),
    refused,
    hostile,
    lambda mock: mock_body(mock),
    redirect,
    stale,
    limited,
]


def mock_body(mock):
    _, headers, body, _ = ask(mock, "mock/47")
    assert headers["content-length"] == str(64 << 20) and len(body) == 64 << 20 and body.endswith(b"}")


def test_of(number, behaviour):
    def test():
        with Mock() as mock:
            behaviour(mock)
    test.__name__ = f"behaviour_{number}"
    return test


def it_ends_whenever_it_is_told_to():
    for _ in range(200):
        with Mock():
            pass  # the signal comes just as it begins to wait


def every_mode_answers_and_the_server_stays():
    with Mock() as mock:
        listed = [line.split("\t")[0] for line in mock.print("--print-modes")]
        assert len(listed) > 60
        for mode in listed:
            with Client(mock) as client:
                client.send(mode.replace("-N", "-1"), stream=mode.startswith("sse"))
                try:
                    if mode != "hang":
                        client.socket.recv(1)
                except ConnectionResetError:
                    assert mode == "rst-head"
        assert mock.stats()["requests"] == len(listed)


def a_mode_can_be_a_header_and_numbers_may_stand_alone():
    with Mock() as mock, Client(mock) as client:
        client.send("some-model", headers=["X-Mock: 16"])
        assert client.whole()[0] == 401
        client.send("some-model")
        assert client.whole()[0] == 404
        client.send("15")
        assert client.whole()[0] == 400


def other_pages_are_those_of_the_servers_it_stands_for():
    with Mock("--loading", 2) as mock, Client(mock) as client:
        def get(path):
            client.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            return client.whole()
        assert [get("/health")[0] for _ in range(3)] == [503, 503, 200]
        assert json.loads(get("/v1/models")[2])["data"][0]["max_model_len"] == 32768
        assert json.loads(get("/api/v1/models")[2])["data"][0]["pricing"]
        assert json.loads(get("/props")[2])["total_slots"] == 4
        assert json.loads(get("/api/tags")[2])["models"]
        assert get("/")[2] == b"Ollama is running"
        assert get("/nothing")[0] == 404


def messages_and_legacy_completions_have_their_own_forms():
    with Mock() as mock:
        body = json.loads(ask(mock, "reasoning", MESSAGES)[2])
        assert [part["type"] for part in body["content"]] == ["thinking", "redacted_thinking", "text"], body
        assert body["stop_reason"] == "end_turn" and body["usage"]["input_tokens"] == 0
        assert is_plain(choices(ask(mock, "plain", LEGACY, n=2)[2])[1]["text"])
        assert json.loads(ask(mock, "401", MESSAGES)[2])["error"]["type"] == "authentication_error"
        assert ask(mock, "plain", MESSAGES, n=2)[0] == 400
        assert ask(mock, "plain", MESSAGES, max_tokens=None)[0] == 400
        found = events(ask(mock, "plain", LEGACY, stream=True)[2])
        assert is_plain("".join(e["choices"][0]["text"] for e in found[:-1])) and found[-1] == "[DONE]"


def the_log_tells_who_asked_what_and_no_keys():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        with Mock("--log", path, "--key", "sk-right") as mock:
            with Client(mock) as client:
                client.send("plain", headers=["Authorization: Bearer sk-right"])
                assert client.whole()[0] == 200
                client.send("plain", headers=["Authorization: Bearer sk-wrong"])
                assert client.whole()[0] == 401
            assert ask(mock, "plain")[0] == 401
        text = open(path, encoding="utf-8").read()
        lines = [json.loads(line) for line in text.splitlines()]
        assert "sk-" not in text and [line["status"] for line in lines] == [200, 401, 401]
        assert lines[0]["seed"] == "1" and lines[0]["model"] == "plain" and lines[0]["body"] == lines[1]["body"]
        assert ["Authorization", "***"] in lines[0]["headers"] and lines[0]["nth"] == 1 and lines[1]["nth"] == 0


def requests_may_come_in_any_pieces_and_one_behind_the_other():
    with Mock() as mock, Client(mock) as client:
        body = b'{"model":"plain","messages":[{"role":"user","content":"hi"}],"seed":1}'
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        for byte in (head + body)[:-1]:
            client.socket.sendall(bytes([byte]))
        client.socket.sendall(body[-1:] + (head + body) * 3)
        replies = [client.whole()[2] for _ in range(4)]
        assert len(set(replies)) == 1
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
        client.socket.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        assert client.whole()[2] == replies[0]
        client.socket.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert client.head()[0] == "HTTP/1.1 100 Continue"
        client.socket.sendall(body)
        assert client.whole()[2] == replies[0]


def broken_modes_break_as_they_say():
    with Mock() as mock:
        ends = {"close": (b"", False), "rst-head": (b"", True), "not-http": (b"SSH-2.0-OpenSSH_9.2\r\n", False),
                "half-head": (b"HTTP/1.1 200 OK\r\nContent-Ty", False)}
        for mode, wanted in ends.items():
            with Client(mock) as client:
                client.send(mode)
                assert client.rest() == wanted, mode
        with Client(mock) as client:
            client.send("half-close")
            _, headers = client.head()
            seen, reset = client.rest()
            assert len(seen) == int(headers["content-length"]) // 2 and not reset
            assert mock.stats()["in_flight"] == 1
        with Client(mock) as client:
            client.send("endless-headers")
            while len(client.seen) < 1 << 20:
                assert client.more()
            assert b"\r\n\r\n" not in client.seen


main([plain_replies_are_a_function_of_model_prompt_and_seed] + [test_of(i, b) for i, b in enumerate(BEHAVIOURS, 1)] + [
    it_ends_whenever_it_is_told_to,
    every_mode_answers_and_the_server_stays,
    a_mode_can_be_a_header_and_numbers_may_stand_alone,
    other_pages_are_those_of_the_servers_it_stands_for,
    messages_and_legacy_completions_have_their_own_forms,
    the_log_tells_who_asked_what_and_no_keys,
    requests_may_come_in_any_pieces_and_one_behind_the_other,
    broken_modes_break_as_they_say,
])
