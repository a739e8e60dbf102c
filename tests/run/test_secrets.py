#!/usr/bin/env python3
"""No key is stored, shown, traced, followed or handed on, whatever an endpoint says back of what it was sent."""
import base64
import http.server
import json
import os
import sqlite3
import stat
import subprocess
import threading
import urllib.parse

from harness import SOURCE, Home, main

KEY = "Planted7Key/with+odd=signs-0123456789"
PASSWORD = "pass w0rd:planted@url"
QUERY = "queryPlanted8secret"
PAIR = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
CODED = [urllib.parse.quote(KEY, safe=""), "".join(f"\\u{ord(c):04x}" for c in KEY), KEY.replace("/", "\\/"), KEY.encode().hex(),
         KEY.replace("/", "&#x2F;").replace("+", "&#43;"), base64.b64encode(KEY.encode()).decode(),
         base64.urlsafe_b64encode(f"u:{KEY}:".encode()).decode()]
SECRETS = [KEY, PASSWORD, "pass%20w0rd%3Aplanted%40url", QUERY, PAIR, *CODED]


class Echo:
    """Says back all it was sent: path, headers, body; in the way that the model's name asks for."""

    def __init__(self):
        self.seen = []
        echo = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self, status, payload, kind="application/json", **headers):
                payload = payload.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(payload)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(payload)

            def do_GET(self):
                echo.seen.append((self.path, dict(self.headers)))
                self.answer(404, json.dumps({"error": {"message": str(self.headers) + self.path}}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                echo.seen.append((self.path, dict(self.headers)))
                said = f"{self.path} {dict(self.headers)} " + " ".join(CODED) + " " + KEY
                if PAIR in said:  # what it was sent, in all its spellings
                    said += " ".join(SECRETS)
                mode = body["model"]
                key = (self.headers.get("Authorization") or self.headers.get("x-api-key") or "").split()[-1:] or [""]
                error = {"message": said, "type": said, "code": said, "param": said}
                if mode.startswith("error-"):
                    self.answer(int(mode[6:]), json.dumps({"error": error}), x_request_id=said)
                elif mode == "text":
                    self.answer(500, said, "text/plain")
                elif mode == "redirect":
                    self.answer(307, "", Location=f"http://user:{PASSWORD.replace(' ', '')}@127.0.0.1:{echo.port}/v1/other/{key[0]}?key={key[0]}")
                elif mode == "end":  # cut anywhere within the key
                    self.answer(400, json.dumps({"error": {"message": "x" * int(body["seed"] % 230) + KEY}}))
                elif mode == "sse-error":
                    self.answer(200, f"data: {json.dumps({'error': error})}\n\n", "text/event-stream")
                elif mode == "sse":
                    pieces = [said[i:i + 5] for i in range(0, len(said), 5)]
                    events = [{"id": said, "model": said, "system_fingerprint": said, "choices": [
                        {"index": 0, "delta": {"content": p, "reasoning": p}, "finish_reason": None}]} for p in pieces]
                    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": KEY}]})
                    self.answer(200, "".join(f"data: {json.dumps(e)}\n\n" for e in events) + "data: [DONE]\n\n", "text/event-stream")
                else:
                    self.answer(200, json.dumps({
                        "id": said, "model": said, "system_fingerprint": said, "choices": [{"index": 0, "finish_reason": KEY, "message": {
                            "role": "assistant", "content": said, "reasoning_content": said}}]}), x_request_id=KEY, Set_Cookie=f"k={KEY}")

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # clients that have seen enough hang up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.full = f"http://user:pass%20w0rd%3Aplanted%40url@127.0.0.1:{self.port}/v1?key={QUERY}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


MODES = ["error-400", "error-401", "error-403", "error-404", "error-422", "error-429", "error-500", "error-503", "text", "redirect", "end",
         "sse-error", "sse", "whole"]


def whole_database(home):
    with sqlite3.connect(home.db) as connection:
        return "\n".join(connection.iterdump())


def found(text):
    return [secret for secret in SECRETS if secret in text]


def keys_are_nowhere_whatever_an_endpoint_says_back():
    for mode in MODES:
        for provider in ("openai", "anthropic") if mode != "sse" else ("openai",):
            with Echo() as echo, Home(lean=False) as home:
                trace = home.path / "trace"
                base = echo.full if provider == "openai" else echo.url
                for more in ([], ["--json", "-v"]):
                    out, err = home.run("eval", "--model", f"{provider}/{mode}", "--base-url", base, "--split", "demo", "--no-verify",
                                        "--limit", 3, "--max-retries", 1, "--retry-cap", 0.01, *more, status=None, F2F_TRACE=str(trace),
                                        OPENAI_API_KEY=KEY, ANTHROPIC_API_KEY=KEY)
                    assert not found(out + err), (mode, provider, out, err)
                assert echo.seen, mode
                # every byte of every file that was left, compressed or not
                assert not found(whole_database(home)), (mode, provider, found(whole_database(home)))
                for path in home.path.rglob("*"):
                    if path.is_file():
                        assert not found(path.read_bytes().decode("latin-1")), (mode, provider, path)
                assert trace.stat().st_size > 0
                for command in (["runs"], ["show", "latest"], ["report", "latest"], ["doctor", "--model", f"{provider}/{mode}", "--base-url", base],
                                ["cache", "list"], ["config", "--origin"], ["config", "--json"]):
                    out, err = home.run(*command, status=None, OPENAI_API_KEY=KEY, ANTHROPIC_API_KEY=KEY, F2F_BASE_URL=base)
                    assert not found(out + err), (mode, provider, command, found(out + err), out, err)


def a_redirect_is_not_followed_and_the_address_is_said_without_its_secrets():
    with Echo() as echo, Home(lean=False) as home:
        _, err = home.run("eval", "--model", "openai/redirect", "--base-url", echo.url, "--split", "demo", "--no-verify", "--limit", 1,
                          status=None, OPENAI_API_KEY=KEY)
        assert not [path for path, _ in echo.seen if "other" in path], echo.seen
        assert "has moved to" in err and not found(err), err


def a_key_typed_where_its_name_belongs_is_not_repeated():
    with Home(lean=False) as home:
        for args in (["--api-key", KEY], [f"--api-key={KEY}"], ["--api-key-env", KEY], [f"--api_key={KEY}"], ["--token", KEY]):
            out, err = home.run("eval", "--model", "openai/x", "--base-url", "http://127.0.0.1:1/v1", "--split", "demo", *args, "--json",
                                status=2)
            assert not found(out + err) and "api-key-env" in out, (out, err)
        for line in (f"api-key = {KEY}", f"api-key-env = {KEY}"):
            (home.path / "f2f.ini").write_text(f"[model.m]\nbase-url = http://127.0.0.1:1/v1\n{line}\n")
            for command in (["eval", "--model", "m", "--split", "demo"], ["config"], ["config", "--json"], ["list", "models"]):
                out, err = home.run(*command, status=None)
                assert not found(out + err), (line, command, out, err)
        _, err = home.run("eval", "--model", "openai/x", "--base-url", f"user:{PASSWORD}@h/v1", "--split", "demo", status=2)
        assert not found(err), err


def a_key_file_is_for_its_owner_alone():
    with Echo() as echo, Home(lean=False) as home:
        file = home.path / "key"
        file.write_text(KEY + "\n")
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = whole\nbase-url = {echo.url}\napi-key-file = ~/key\n")
        for mode in (0o644, 0o640, 0o604, 0o660):
            file.chmod(mode)
            _, err = home.run("eval", "--model", "m", "--split", "demo", "--no-verify", status=2)
            assert "chmod 600" in err and not echo.seen, err
        file.chmod(0o600)
        home.run("eval", "--model", "m", "--split", "demo", "--no-verify", "--limit", 1)
        assert echo.seen[0][1]["Authorization"] == f"Bearer {KEY}", echo.seen
        assert not found(whole_database(home))
        # systemd's folder, and its absence
        (home.path / "credentials").mkdir()
        (home.path / "credentials" / "mykey").write_text(KEY)
        (home.path / "credentials" / "mykey").chmod(0o400)
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = whole\nbase-url = {echo.url}\napi-key-credential = mykey\n")
        _, err = home.run("eval", "--model", "m", "--split", "demo", "--no-verify", "--fresh", status=2)
        assert "LoadCredential=mykey" in err, err
        home.run("eval", "--model", "m", "--split", "demo", "--no-verify", "--limit", 1, "--fresh",
                 CREDENTIALS_DIRECTORY=str(home.path / "credentials"))
        assert echo.seen[-1][1]["Authorization"] == f"Bearer {KEY}", echo.seen
        os.mkfifo(home.path / "fifo", stat.S_IRUSR | stat.S_IWUSR)
        (home.path / "f2f.ini").write_text(f"[model.m]\nmodel = whole\nbase-url = {echo.url}\napi-key-file = fifo\n")
        _, err = home.run("eval", "--model", "m", "--split", "demo", "--no-verify", status=2)
        assert "not a file" in err, err


def keys_come_from_a_file_of_variables_that_is_asked_for():
    with Echo() as echo, Home(lean=False) as home:
        file = home.path / "keys.env"
        (home.path / ".env").write_text("OPENAI_API_KEY=FromDotEnv0123\n")  # never looked for
        (home.path / ".env").chmod(0o600)
        file.write_text(f"# keys\nexport MY_KEY='{KEY}'\nOPENAI_BASE_URL=http://127.0.0.1:1/v1\nF2F_SPLIT=nowhere\nPATH=/nowhere\n"
                        f"OPENAI_API_KEY={KEY}-openai\nANTHROPIC_AUTH_TOKEN = {KEY}\n".replace(" = ", "="))
        common = ("eval", "--split", "demo", "--no-verify", "--limit", 1, "--fresh")
        own = ("--model", "openai/whole", "--base-url", echo.url)
        for mode in (0o644, 0o640, 0o602, 0o660, 0o700 | 0o001):
            file.chmod(mode)
            for more in ((), ("--api-key-env", "SET")):  # said, needed or not
                out, err = home.run(*common, *own, "--env-file", file, *more, status=2, SET=KEY)
                assert "chmod 600" in err and not echo.seen and not found(out + err), err
        file.chmod(0o600)

        def sent(*more, **env):
            out, err = home.run(*common, *more, status=None, **env)
            assert not found(out + err), (out, err)
            return {headers.get("Authorization") or headers.get("x-api-key") for _, headers in echo.seen[-1:]}.pop()

        assert sent(*own) is None
        assert sent(*own, "--env-file", file) == f"Bearer {KEY}-openai"
        assert sent(*own, "--env-file", file, "--api-key-env", "MY_KEY") == f"Bearer {KEY}"
        # what is set counts, and empty is not set
        assert sent(*own, "--env-file", file, "--api-key-env", "MY_KEY", MY_KEY="SetInTheEnvironment1") == "Bearer SetInTheEnvironment1"
        assert sent(*own, "--env-file", file, "--api-key-env", "MY_KEY", MY_KEY="") == f"Bearer {KEY}"
        assert sent("--model", "anthropic/whole", "--base-url", echo.url, "--env-file", file) == f"Bearer {KEY}"
        # by variable, by f2f.ini, with ~, for a section
        assert sent(*own, F2F_ENV_FILE="keys.env") == f"Bearer {KEY}-openai"
        (home.path / "f2f.ini").write_text(f"env-file = ~/keys.env\n[model.m]\nmodel = whole\nbase-url = {echo.url}\napi-key-env = MY_KEY\n")
        assert sent("--model", "m", "--config", "f2f.ini") == f"Bearer {KEY}"
        _, err = home.run(*common, "--model", "m", status=2)
        assert "f2f.ini:1: env-file" in err and "--env-file ~/keys.env" in err, err
        out, err = home.run("config", "--origin", "--config", "f2f.ini")
        assert "(set)" in out and "keys.env" in out and not found(out + err), out
        out, err = home.run("doctor", "--model", "m", "--config", "f2f.ini", status=None)
        assert echo.seen[-1][1]["Authorization"] == f"Bearer {KEY}" and not found(out + err)
        _, err = home.run(*common, "--config", "f2f.ini", "--model", "m", "--api-key-env", "NOT_THERE", status=2)
        assert "NOT_THERE" in err and "not in ~/keys.env" in err, err
        file.write_text(f"MY_KEY={KEY}\n{KEY}\n")
        out, err = home.run(*common, "--config", "f2f.ini", "--model", "m", status=2)
        assert "keys.env: line 2 is not NAME=VALUE" in err and not found(out + err), err
        _, err = home.run(*common, "--config", "f2f.ini", "--model", "m", "--env-file", "missing.env", status=2)
        assert "missing.env: No such file" in err, err
        _, err = home.run(*common, "--config", "f2f.ini", "--model", "m", "--env-file", home.path, status=2)
        assert "not a file" in err, err
        # the endpoint says KEY whatever it was sent: what it was sent is looked for
        assert f"{KEY}-openai" not in whole_database(home)


SPY = """#!/usr/bin/env python3
import os, pathlib, sys
out = pathlib.Path(%r)
out.mkdir(exist_ok=True)
pid = os.getpid()
for name in ("environ", "cmdline"):
    (out / f"{pid}.{name}").write_bytes(pathlib.Path(f"/proc/{pid}/{name}").read_bytes())
parent = os.getppid()
(out / f"{pid}.parent").write_bytes(pathlib.Path(f"/proc/{parent}/cmdline").read_bytes())
os.execv(sys.executable, [sys.executable, %r, *sys.argv[1:]])
"""


def keys_reach_neither_lean_nor_the_server_that_is_started():
    with Echo() as echo, Home() as home:
        spied = home.path / "spied"
        lean = home.path / "lean"
        lean.write_text(SPY % (str(spied), home.env["F2F_LEAN"]))
        lean.chmod(0o755)
        server = home.path / "server"
        server.write_text(f"#!/bin/sh\nenv > {home.path}/server.env\nexec sleep 60\n")
        server.chmod(0o755)
        (home.path / "key").write_text("FromAFile8planted0123456789")
        (home.path / "key").chmod(0o600)
        (home.path / "f2f.ini").write_text(
            f"sandbox = none\n[model.m]\nmodel = whole\nbase-url = {echo.url}\napi-key-env = MY_SERVICE_KEY\n"
            f"[model.s]\nmodel = whole\nbase-url = http://127.0.0.1:9/v1\nserve = {server}\napi-key-env = MY_SERVICE_KEY\n"
            f"[model.other]\nbase-url = {echo.url}\napi-key-env = OTHER_KEY\n")
        keys = {name: KEY for name in ("MY_SERVICE_KEY", "OTHER_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
                                       "OPENROUTER_API_KEY", "AWS_SECRET_ACCESS_KEY")}
        home.run("eval", "--config", "f2f.ini", "--model", "m", "--split", "demo", "--limit", 2, status=None, F2F_LEAN=str(lean), HF_TOKEN="hfPlanted123456789", **keys)
        files = list(spied.iterdir())
        assert files, "no Lean was started"
        for path in files:
            text = path.read_bytes().decode("latin-1")
            assert not found(text) and "hfPlanted" not in text, (path, text)
        process = home.start("eval", "--config", "f2f.ini", "--model", "s", "--split", "demo", "--limit", 1, "--no-verify", HF_TOKEN="hfPlanted123456789",
                             CUDA_VISIBLE_DEVICES="3", **keys)
        seen = home.path / "server.env"
        while process.poll() is None and not (seen.exists() and "PATH=" in seen.read_text()):
            pass
        process.terminate()
        out = process.communicate(timeout=1200)
        assert seen.exists(), out
        text = seen.read_text()
        assert not found(text), text
        assert "HF_TOKEN=hfPlanted123456789" in text and "CUDA_VISIBLE_DEVICES=3" in text, text


def a_lean_server_that_says_its_key_back_is_not_repeated():
    fake = str(SOURCE / "tests/fake/fake_kimina.py")
    for more, model in (([], "builtin/tactics"), (["--busy", "3"], "builtin/gold"), (["--key", "another"], "builtin/gold"), (["--legacy"], "builtin/tactics")):
        with Home(lean=False) as home:
            server = subprocess.Popen([fake, "--echo", *more], stdout=subprocess.PIPE, text=True)
            try:
                url = f"http://127.0.0.1:{int(server.stdout.readline())}"
                trace = home.path / "trace"
                out, err = home.run("eval", "-v", "--model", model, "--split", "demo", "--limit", 3, "--lean-server", url, "--lean-key-env", "MINE",
                                    MINE=KEY, F2F_TRACE=str(trace), status=None)
                out += home.run("doctor", "--lean-server", url, "--lean-key-env", "MINE", "--backend", "kimina", MINE=KEY, status=None)[0]
            finally:
                server.terminate()
                server.communicate()
            dump = whole_database(home)
            assert not found(out + err + dump + trace.read_text()), (more, found(dump), out, err)
            if model == "builtin/tactics":
                assert "Bearer [key]" in dump, (out, err)  # it did say it


if __name__ == "__main__":
    main([
        keys_are_nowhere_whatever_an_endpoint_says_back,
        a_redirect_is_not_followed_and_the_address_is_said_without_its_secrets,
        a_key_typed_where_its_name_belongs_is_not_repeated,
        a_key_file_is_for_its_owner_alone,
        keys_come_from_a_file_of_variables_that_is_asked_for,
        a_lean_server_that_says_its_key_back_is_not_repeated,
        keys_reach_neither_lean_nor_the_server_that_is_started,
    ])
