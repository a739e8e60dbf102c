#!/usr/bin/env python3
"""Several servers of one model, a server of our own (serve =), limits of speed, and what a run tells while it goes on."""
import os
import pty
import re
import signal
import socket
import subprocess
import threading
import time

from endpoint import Endpoint, completion
from harness import F2F, Home, Port, main
from mock import MOCK, Mock

KEY = {"OPENAI_API_KEY": "sk-never-to-be-seen-1234567890"}
QUICK = ("--retry-cap", "0.02")


def command(urls, *more, model="plain"):
    return ("eval", "--model", f"openai/{model}", "--base-url", urls, "--split", "demo", "--no-verify", *more)


def both(*mocks):
    return ",".join(m if isinstance(m, str) else m.url + "/v1" for m in mocks)


def states(home):
    return home.sql("select coalesce(outcome, missing, 'pending'), count(*) from sample group by 1")


def wait_until(true, process=None):
    """Until it is so, or the process ends: no time is assumed."""
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.005)


# ---- Several servers.

def load_is_spread_over_the_servers():
    # Both answer as fast as each other, whatever the machine does: who is ahead waits.
    asked, even = [0, 0], threading.Condition()

    def server(own):
        def decide(name, body, nth):
            with even:
                asked[own] += 1
                even.notify_all()
                even.wait_for(lambda: asked[own] <= asked[1 - own] + 8 or sum(asked) == 480)
            return completion("```lean\nby rfl\n```")
        return decide

    with Endpoint(server(0)) as one, Endpoint(server(1)) as two, Home(lean=False) as home:
        home.run(*command(f"{one.url},{two.url}", "-n", 20, "-j", 8), **KEY)
        assert sum(asked) == 480 and min(asked) >= 120, asked


def one_bad_server_costs_a_few_tries_and_no_sample():
    with Port() as port:
        with_a_bad_server_beside(f"http://127.0.0.1:{port}/v1")


def with_a_bad_server_beside(dead):
    for options in (None, ("--mode", "500"), ("--mode", "rst-head"), ("--mode", "not-http"), ("--mode", "garbage"),
                    ("--mode", "402"), ("--mode", "quota"), ("--mode", "429-99999"), ("--mode", "404"), ("--key", "another")):
        with Mock("--delay", 2) as good, Mock(*(options or ())) as bad, Home(lean=False) as home:
            urls = both(bad if options else dead, good)
            _, err = home.run(*command(urls, "-n", 10, "-j", 8, *QUICK), **KEY)
            assert states(home) == [("pending", 240)], (options, states(home), err)
            if options:
                # What fails fast seems to be the least busy: it must not get the traffic for that.
                asked = bad.stats()["requests"]
                assert 1 <= asked <= 60, (options, asked)
            assert good.stats()["most"] == 1, options
            assert err.count("going on with the other servers") <= 1, err
            assert "sk-never" not in err


def a_server_that_hangs_is_left_when_its_time_is_over():
    with Mock() as good, Mock("--mode", "hang") as bad, Home(lean=False) as home:
        home.run(*command(both(bad, good), "-n", 4, "-j", 4, "--request-timeout", "2", *QUICK), **KEY)
        assert states(home) == [("pending", 96)]
        assert bad.stats()["requests"] <= 60, bad.stats()


def with_all_servers_dead_the_run_ends_and_goes_on_when_one_is_back():
    with Port() as one, Port() as two, Home(lean=False) as home:
        urls = ",".join(f"http://127.0.0.1:{port}/v1" for port in (one, two))
        # One at a time: with many, a minute of nobody to connect to ends it.
        _, err = home.run(*command(urls, "--max-retries", 2, "-j", 1, *QUICK), status=75, **KEY)
        assert "does not answer" in err and "same command" in err, err
        assert home.sql("select count(*) from sample where outcome is not null") == [(0,)]
        with Mock("--port", two):
            home.run(*command(urls, "--max-retries", 2, *QUICK), **KEY)
            assert states(home) == [("pending", 24)]
            assert home.sql("select count(*) from run") == [(1,)]


def a_dead_server_that_comes_back_in_the_middle_is_used_again():
    with Port() as port, Mock("--delay", 100) as good, Home(lean=False) as home:
        process = home.start(*command(both(f"http://127.0.0.1:{port}/v1", good), "-n", 40, "-j", 4, *QUICK), **KEY)
        wait_until(lambda: good.stats()["requests"] >= 8, process)
        with Mock("--port", port) as back:
            wait_until(lambda: back.stats()["requests"] >= 8, process)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=1200)
        assert states(home)[0][0] == "pending" and len(states(home)) == 1, states(home)


def with_every_server_refusing_the_run_stops_at_once():
    with Mock("--key", "another") as one, Mock("--key", "another") as two, Home(lean=False) as home:
        _, err = home.run(*command(both(one, two), "-n", 10), status=5, **KEY)
        assert "401" in err and states(home) == [], err
        assert one.stats()["requests"] + two.stats()["requests"] <= 40


# ---- Speed.

def requests_a_minute_are_kept_with_hundreds_of_samples():
    # In any ten seconds 1,000 a minute are at most 192: 30 at once, and 97 % of 167. The server may be held up for two seconds, as
    # on a busy machine: then it sees what was sent in twelve.
    with Mock("--rpm", 240, "--window", 10000) as mock, Home(lean=False) as home:
        _, err = home.run(*command(both(mock), "-n", 10, "--rpm", 1000, "-j", 64, model="limited"), **KEY)
        stats = mock.stats()
        assert stats["limit"]["rejected"] == 0 and stats["limit"]["over_percent"] <= 0, stats
        assert home.sql("select max(attempts), count(*) from sample") == [(1, 240)], (stats, err)
        assert stats["limit"]["most_requests"] >= 100, stats


# ---- A server of our own.

def section(home, serve, port):
    (home.path / "f2f.ini").write_text(f"[model.ours]\nprovider = openai\nmodel = plain\nbase-url = http://127.0.0.1:{port}/v1\n"
                                       f"serve = {serve}\n")
    return ("eval", "--model", "ours", "--split", "demo", "--no-verify")


def alive(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def serve_starts_a_server_and_ends_it_with_the_run():
    with Port() as port, Home(lean=False) as home:
        arguments = section(home, f"{MOCK} --port {port} --loading 3", port)
        _, err = home.run(*arguments, **KEY)
        assert states(home) == [("pending", 24)] and "starting the server" in err, err
        wait_until(lambda: not alive(port))
        # Complete: nothing to start it for.
        _, err = home.run(*arguments, **KEY)
        assert "starting the server" not in err, err


def serve_that_dies_at_once_or_in_the_middle_is_told_with_its_last_words():
    with Port() as port, Home(lean=False) as home:
        _, err = home.run(*section(home, "echo no such weights >&2; exit 7", port), status=None, **KEY)
        assert home.sql("select state from run") == [("interrupted",)]
        assert home.last_status == 6 and "no such weights" in err and "status 7" in err, (home.last_status, err)
        # It lives for eight requests, then says something and goes.
        script = home.path / "server"
        script.write_text(f"#!/bin/sh\n{MOCK} --port {port} --delay 20 --log {home.path}/log & M=$!\n"
                          f"until [ $(grep -c '\"mode\":\"plain\"' {home.path}/log) -ge 8 ]; do sleep 0.01; done 2>/dev/null\n"
                          "kill $M; wait $M; echo out of memory on device 0 >&2; exit 3\n")
        script.chmod(0o755)
        arguments = section(home, script, port)
        _, err = home.run(*arguments, "-n", 400, "-j", 4, status=75, **KEY)
        assert "out of memory on device 0" in err and "status 3" in err, err
        assert "same command" in err, err
        stored = home.sql("select count(*) from sample where missing is null")[0][0]
        assert 0 < stored < 9600, stored


def an_interrupt_while_the_server_loads_is_one():
    for signo, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with Port() as port, Home(lean=False) as home:
            arguments = section(home, "echo reading weights; exec sleep 600", port)
            process = home.start(*arguments, **KEY)
            wait_until(lambda: (home.path / "f2f.db.serve.log").exists() and
                       "weights" in (home.path / "f2f.db.serve.log").read_text(), process)
            process.send_signal(signo)
            _, err = process.communicate(timeout=1200)
            assert process.returncode == status and "same command goes on" in err, (process.returncode, err)
            assert home.sql("select state from run") == [("interrupted",)]


def serve_does_not_outlive_f2f_that_is_killed():
    with Port() as port, Home(lean=False) as home:
        process = home.start(*section(home, f"{MOCK} --port {port} --delay 50", port), "-n", 100, "-j", 2, **KEY)
        wait_until(lambda: home.sql_or_none("select count(*) from sample"), process)
        process.kill()
        process.communicate()
        wait_until(lambda: not alive(port))


# ---- Signals, and what is told.

def sigusr1_tells_and_never_kills():
    with Mock("--delay", 20) as mock, Home(lean=False) as home:
        process = home.start(*command(both(mock), "-n", 8, "-j", 2, "--quiet"), **KEY)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stderr))
        reader.start()
        # All the way from when it has begun (before that nobody can hold a signal off) to its last moment.
        wait_until(home.db.exists, process)
        while process.poll() is None:
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.01)
        reader.join()
        process.stdout.close()
        assert process.returncode == 0, (process.returncode, lines[-3:])
        told = [line for line in lines if re.match(r"prove \d+/192, \d+ asking", line)]
        assert len(told) >= 2 and any("tokens" in line for line in told), lines[-3:]


def sigusr1_is_not_ignored_by_what_f2f_starts():
    with Port() as port, Home(lean=False) as home:
        script = home.path / "server"
        script.write_text(f"#!/bin/sh\ngrep Sig /proc/self/status > {home.path}/signals\nexec {MOCK} --port {port}\n")
        script.chmod(0o755)
        home.run(*section(home, script, port), **KEY)
        ignored = int(re.search(r"SigIgn:\s*(\w+)", (home.path / "signals").read_text()).group(1), 16)
        assert ignored & (1 << (signal.SIGUSR1 - 1)) == 0 and ignored & (1 << (signal.SIGPIPE - 1)) == 0, hex(ignored)


def the_first_interrupt_drains_and_the_second_cancels_and_both_keep_what_is_finished():
    def decide(name, body, nth):
        with endpoint.lock:
            first = endpoint.answered < 8
            endpoint.answered += 1
        if not first:
            endpoint.gate.wait()  # what is asked after the first eight stays under way until the test has seen what it wants
        return completion("```lean\nby rfl\n```")

    for second in (False, True):
        with Endpoint(decide) as endpoint, Home(lean=False) as home:
            endpoint.answered = 0
            arguments = command(endpoint.url, "-n", 4, "-j", 8)
            process = home.start(*arguments, **KEY)
            wait_until(lambda: endpoint.requests >= 16 and (home.sql_or_none("select count(*) from sample") or 0) >= 8, process)
            process.send_signal(signal.SIGINT)
            wait_until(lambda: "stopping:" in process.stderr.readline(), process)
            if second:
                process.send_signal(signal.SIGINT)
            else:
                endpoint.gate.set()
            _, err = process.communicate(timeout=1200)
            assert process.returncode == 130 and "same command goes on" in err, err
            endpoint.gate.set()
            stored = home.sql("select count(*) from sample")[0][0]
            assert endpoint.requests == 16 and stored == (8 if second else 16), (second, stored, endpoint.requests)
            home.run(*arguments, **KEY)
            assert len(endpoint.asked) == 96 and endpoint.requests == 96 + 16 - stored, (endpoint.requests, stored)
            cost = home.json("report", "latest", "--json")["cost"]
            assert cost["requests"] == endpoint.requests and cost["lost_requests"] == 16 - stored, cost


def a_drain_finishes_what_the_model_paused_in():
    with Mock("--delay", 100) as mock, Home(lean=False) as home:
        process = home.start("eval", "--model", "anthropic/pause-turn", "--base-url", mock.url + "/v1", "--split", "demo", "--no-verify",
                             "-n", 20, "-j", 4, ANTHROPIC_API_KEY="k")
        wait_until(lambda: mock.stats()["requests"] >= 4, process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=1200)
        assert process.returncode == 130
        assert all(state == "pending" for state, _ in states(home)), states(home)


def progress_is_a_line_that_is_rewritten_on_a_terminal_and_plain_elsewhere():
    with Mock("--delay", 20) as mock, Home(lean=False) as home:
        ours, theirs = pty.openpty()
        process = subprocess.Popen([F2F, *map(str, command(both(mock), "-n", 10, "-j", 4))], cwd=home.path,
                                   env={**home.env, **KEY, "TERM": "xterm"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65536):
                text += part
        except OSError:
            pass  # the other end is closed: all was read
        process.communicate()
        os.close(ours)
        assert process.returncode == 0 and re.search(rb"\rprove \d+/240, \d+ asking", text.replace(b"\x1b[K", b"")), text[-2000:]
        _, err = home.run(*command(both(mock), "-n", 10, "--fresh"), **KEY)
        assert "\r" not in err and "\x1b" not in err, err


main([
    load_is_spread_over_the_servers,
    one_bad_server_costs_a_few_tries_and_no_sample,
    a_server_that_hangs_is_left_when_its_time_is_over,
    with_all_servers_dead_the_run_ends_and_goes_on_when_one_is_back,
    a_dead_server_that_comes_back_in_the_middle_is_used_again,
    with_every_server_refusing_the_run_stops_at_once,
    requests_a_minute_are_kept_with_hundreds_of_samples,
    serve_starts_a_server_and_ends_it_with_the_run,
    serve_that_dies_at_once_or_in_the_middle_is_told_with_its_last_words,
    an_interrupt_while_the_server_loads_is_one,
    serve_does_not_outlive_f2f_that_is_killed,
    sigusr1_tells_and_never_kills,
    sigusr1_is_not_ignored_by_what_f2f_starts,
    the_first_interrupt_drains_and_the_second_cancels_and_both_keep_what_is_finished,
    a_drain_finishes_what_the_model_paused_in,
    progress_is_a_line_that_is_rewritten_on_a_terminal_and_plain_elsewhere,
])
