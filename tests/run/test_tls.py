#!/usr/bin/env python3
"""https, HTTP/2 and proxies through the whole of f2f eval: nghttpx before f2f-mock, with an authority of our own."""
import json
import pathlib
import tempfile

from harness import Home, main
from mock import Mock
from tls import Authority, Front, Tunnel

KEY = "sk-never-to-be-seen-1234567890"
SCRATCH = tempfile.TemporaryDirectory(prefix="f2f-tls-")
AUTHORITY = Authority(pathlib.Path(SCRATCH.name) / "ca")
GOOD = AUTHORITY.certificate("good")


def evaluate(home, url, status, *more, model="openai/plain", **env):
    out, err = home.run("eval", "--model", model, "--base-url", url + "/v1", "--split", "demo", "--limit", 2, "--no-verify", "--fresh",
                        "--retry-cap", "0.05", *more, status=status, OPENAI_API_KEY=KEY, **env)
    assert KEY not in out + err, err
    return out, err


def count(home):
    return home.sql_or_none("select count(*) from sample where missing is null and attempts = 1")


def a_certificate_is_checked_against_the_users_own_authority():
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        with Mock() as mock, Front(AUTHORITY, GOOD, mock.port) as front, Home(lean=False) as home:
            evaluate(home, front.url, 0, **{name: str(AUTHORITY.file)})
            assert count(home) == 2


def what_cannot_be_trusted_stops_the_run_at_once():
    other = Authority(pathlib.Path(SCRATCH.name) / "other")
    cases = {
        "nobody's": (GOOD, {}),
        "another's": (GOOD, {"SSL_CERT_FILE": str(other.file)}),
        "another host's": (AUTHORITY.certificate("wrong", "DNS:elsewhere.example"), {"SSL_CERT_FILE": str(AUTHORITY.file)}),
        "expired": (AUTHORITY.certificate("old", days=-1), {"SSL_CERT_FILE": str(AUTHORITY.file)}),
        "no file": (GOOD, {"SSL_CERT_FILE": "/nonexistent.pem"}),
    }
    for name, (certificate, env) in cases.items():
        with Mock() as mock, Front(AUTHORITY, certificate, mock.port) as front, Home(lean=False) as home:
            _, err = evaluate(home, front.url, 5, **env)
            assert mock.stats()["requests"] == 0, name
            assert "certificate" in err.lower(), (name, err)
            assert not home.sql("select 1 from sample"), name


def http2_carries_many_requests_over_a_few_connections():
    with Mock("--delay", 50) as mock, Front(AUTHORITY, GOOD, mock.port) as front, Home(lean=False) as home:
        evaluate(home, front.url, 0, "-n", 200, "-j", 64, SSL_CERT_FILE=str(AUTHORITY.file))
        assert count(home) == 400
        requests = front.requests()
        assert len(requests) == 400 and {r[0] for r in requests} == {"h2"}, requests[:3]
        assert len({r[1] for r in requests}) <= 8, len({r[1] for r in requests})
        assert mock.stats()["repeated"] == 0


def https_without_http2_keeps_its_connections():
    with Mock() as mock, Front(AUTHORITY, GOOD, mock.port, "--npn-list=http/1.1") as front, Home(lean=False) as home:
        evaluate(home, front.url, 0, "-n", 50, "-j", 8, SSL_CERT_FILE=str(AUTHORITY.file))
        assert count(home) == 100
        requests = front.requests()
        assert len(requests) == 100 and {r[0] for r in requests} == {"http/1.1"}, requests[:3]
        assert len({r[1] for r in requests}) <= 8, len({r[1] for r in requests})


def a_stream_that_breaks_off_over_http2_is_asked_again():
    with Mock() as mock, Front(AUTHORITY, GOOD, mock.port) as front, Home(lean=False) as home:
        evaluate(home, front.url, 0, model="openai/cut-once", SSL_CERT_FILE=str(AUTHORITY.file))
        assert home.sql("select count(*), min(attempts), max(attempts) from sample where missing is null") == [(2, 2, 2)]


def a_proxy_opens_the_way_and_never_sees_a_key():
    with Mock() as mock, Front(AUTHORITY, GOOD, mock.port) as front, Tunnel(front.port) as tunnel, Home(lean=False) as home:
        evaluate(home, "https://model.example", 0, SSL_CERT_FILE=str(AUTHORITY.file), https_proxy=tunnel.url)
        assert count(home) == 2
        assert tunnel.asked and all(head.startswith("CONNECT model.example:443 ") for head in tunnel.asked), tunnel.asked
        assert KEY not in json.dumps(tunnel.asked)


def a_proxy_of_plain_http_is_given_whole_addresses():
    with Mock() as mock, Tunnel(mock.port) as tunnel, Home(lean=False) as home:
        evaluate(home, "http://model.example", 0, http_proxy=tunnel.url)
        assert count(home) == 2
        assert all(head.startswith("POST http://model.example/v1/chat/completions ") for head in tunnel.asked), tunnel.asked


def hosts_of_no_proxy_and_this_machine_are_asked_directly():
    with Mock() as mock, Tunnel(mock.port) as tunnel, Home(lean=False) as home:
        evaluate(home, mock.url, 0, http_proxy=tunnel.url)
        assert count(home) == 2
        nothing = "model." + "x" * 64 + ".invalid"  # asked of nobody: see test_endpoint.py
        _, err = evaluate(home, f"http://{nothing}", 75, "--max-retries", 0, http_proxy=tunnel.url, no_proxy=".invalid")
        assert nothing in err, err
        assert tunnel.asked == []


def a_proxy_that_refuses_is_blamed_for_it():
    with Tunnel(1, refuse=403) as tunnel, Home(lean=False) as home:
        _, err = evaluate(home, "https://model.example", 75, "--max-retries", 0, https_proxy=tunnel.url)
        assert "403" in err and "proxy" in err.lower(), err


main([
    a_certificate_is_checked_against_the_users_own_authority,
    what_cannot_be_trusted_stops_the_run_at_once,
    http2_carries_many_requests_over_a_few_connections,
    https_without_http2_keeps_its_connections,
    a_stream_that_breaks_off_over_http2_is_asked_again,
    a_proxy_opens_the_way_and_never_sees_a_key,
    a_proxy_of_plain_http_is_given_whole_addresses,
    hosts_of_no_proxy_and_this_machine_are_asked_directly,
    a_proxy_that_refuses_is_blamed_for_it,
])
