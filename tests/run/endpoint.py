"""A chat-completions endpoint on loopback for whole-run tests: decides from the prompt it is sent, counts what it was asked."""
import collections
import http.server
import json
import re
import socket
import threading


class Endpoint:
    """Serves until closed. `decide(name, body, nth)` returns (status, headers, payload) or a completion text."""

    def __init__(self, decide, port=0):
        self.decide = decide
        self.asked = collections.Counter()  # (theorem, seed) -> requests
        self.names = collections.Counter()  # theorem -> requests
        self.requests = 0
        self.lock = threading.Lock()
        self.gate = threading.Event()  # a decide function may wait for it
        self.changed = threading.Condition(self.lock)
        self.open = set()  # connections, by the client's address
        self.seen = set()  # all there were
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def finish(self):
                try:
                    super().finish()
                finally:
                    with endpoint.changed:
                        endpoint.open.discard(self.client_address)
                        endpoint.changed.notify_all()

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length))
                # What a model said before it paused stands behind the question.
                prompt = [message["content"] for message in body["messages"] if message["role"] == "user"][-1]
                name = theorem_name(prompt)
                with endpoint.lock:
                    endpoint.requests += 1
                    endpoint.names[name] += 1
                    endpoint.asked[(name, body.get("seed"))] += 1
                    nth = endpoint.asked[(name, body.get("seed"))]
                answer = endpoint.decide(name, body, nth)
                if isinstance(answer, str):
                    answer = completion(answer)
                status, headers, payload = answer
                try:
                    self.send_response(status)
                    for key, value in headers.items():
                        self.send_header(key, value)
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except OSError:
                    pass  # the client was killed: that is what some tests do

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def process_request(self, request, address):
                with endpoint.changed:
                    endpoint.open.add(address)
                    endpoint.seen.add(address)
                super().process_request(request, address)

            def handle_error(self, request, address):
                with endpoint.changed:  # clients that are killed reset their connections
                    endpoint.open.discard(address)
                    endpoint.changed.notify_all()

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def settle(self):
        """When all clients have been killed: until all that they had sent is counted."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:  # accepted after all of theirs
            ours = last.getsockname()
        with self.changed:
            self.changed.wait_for(lambda: ours in self.seen and not self.open)

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def theorem_name(prompt):
    """The last theorem that a prompt declares: the one it asks for."""
    names = re.findall(r"^(?:theorem|lemma)\s+([^\s:({\[]+)", prompt, re.MULTILINE)
    return names[-1] if names else None


def statement_of(prompt):
    """The asked statement, from its first word up to its last ':='."""
    found = re.findall(r"^((?:theorem|lemma)\s.*?):=\s*by\s*(?:sorry)?\s*$", prompt, re.MULTILINE | re.DOTALL)
    return found[-1].rstrip() if found else None


def completion(text, finish="stop", **message):
    payload = {
        "id": "test", "object": "chat.completion", "created": 0, "model": "test-model",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
    return 200, {"Content-Type": "application/json"}, json.dumps(payload).encode()


def failure(status, message="failed", **headers):
    payload = json.dumps({"error": {"message": message, "type": "test", "code": None}}).encode()
    return status, {"Content-Type": "application/json", **headers}, payload
