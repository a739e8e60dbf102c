#!/usr/bin/env python3
"""What comes from outside in the middle of a run: a terminal that is gone, a file that may not grow."""
import resource
import signal
import subprocess

from harness import F2F, Home, main
from mock import Mock

KEY = {"OPENAI_API_KEY": "k"}


def command(mock, *more):
    return ("eval", "--model", "openai/plain", "--base-url", mock.url + "/v1", "--split", "demo", "--no-verify", *more)


def start(home, arguments, before):
    return subprocess.Popen([F2F, *map(str, arguments)], cwd=home.path, env={**home.env, **KEY}, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)


def wait_for(mock, requests, process):
    while mock.stats()["requests"] < requests:
        assert process.poll() is None, process.communicate()


def a_terminal_that_is_gone_ends_a_run_as_an_interrupt_does_and_loses_nothing():
    with Mock("--delay", 200) as mock, Home(lean=False) as home:
        arguments = command(mock, "-n", 4, "-j", 8)
        process = start(home, arguments, lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        wait_for(mock, 8, process)
        process.send_signal(signal.SIGHUP)
        line = ""
        while "stopping:" not in line:
            line = process.stderr.readline()
            assert line, "it ended without a word"
        process.send_signal(signal.SIGHUP)  # from the shell too
        process.communicate()
        assert process.returncode == 129, process.returncode
        asked = mock.stats()["requests"]
        assert home.sql("select count(*) from sample where missing is null") == [(asked,)]
        home.run(*arguments, **KEY)
        assert mock.stats()["requests"] == 96 and home.json("report", "latest", "--json")["cost"]["lost_requests"] == 0


def under_nohup_it_goes_on():
    with Mock("--delay", 50) as mock, Home(lean=False) as home:
        process = start(home, command(mock, "-j", 8), lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_for(mock, 8, process)
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate()
        assert process.returncode == 0 and home.sql("select count(*) from sample") == [(24,)], err


def a_database_that_may_not_grow_is_told_and_goes_on_when_it_may():
    with Mock() as mock, Home(lean=False) as home:
        arguments = command(mock, "-n", 30)
        home.run(*command(mock, "--limit", 1), **KEY)
        limit = home.db.stat().st_size + 100_000

        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        process = start(home, arguments, limited)
        _, err = process.communicate()
        assert process.returncode == 1 and "may not grow" in err and "intact" in err, (process.returncode, err)
        stored = home.sql("select count(*) from sample where run = (select id from run order by created_ns desc limit 1)")[0][0]
        assert stored < 720, stored
        before = mock.stats()["requests"]
        home.run(*arguments, **KEY)
        assert home.sql("pragma integrity_check") == [("ok",)]
        assert home.sql("select count(*), count(distinct problem || sample) from sample where run = "
                        "(select id from run order by created_ns desc limit 1)") == [(720, 720)]
        assert mock.stats()["requests"] - before == 720 - stored


main([
    a_terminal_that_is_gone_ends_a_run_as_an_interrupt_does_and_loses_nothing,
    under_nohup_it_goes_on,
    a_database_that_may_not_grow_is_told_and_goes_on_when_it_may,
])
