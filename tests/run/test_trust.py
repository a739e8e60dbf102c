#!/usr/bin/env python3
"""The f2f.ini of a working directory is read unasked: it sends no key of the user's anywhere, and starts nothing without a word."""
from harness import Home, main
from mock import Mock
from tls import Tunnel

OWN = {"OPENAI_API_KEY": "own-planted-0123456789", "TEAM_KEY": "team-planted-0123456789"}
SPLIT = ("--split", "demo", "--no-verify", "--limit", "1")


def own(home, text):
    (home.path / "config/f2f").mkdir(parents=True, exist_ok=True)
    (home.path / "config/f2f/f2f.ini").write_text(text)


def project(home, text):
    (home.path / "f2f.ini").write_text(text)


def count(mock):
    return mock.stats()["requests"]


def on_another_machine(url):
    """As f2f sees it: a name that it cannot know to be this machine. Nothing listens there that a test would need."""
    return url.replace("127.0.0.1", "stranger.invalid")


def a_model_of_the_users_is_not_sent_to_another_machine():
    with Mock("--key", OWN["TEAM_KEY"]) as theirs, Home(lean=False) as home:
        own(home, f"[model.m]\nmodel = plain\nbase-url = {theirs.url}/v1\napi-key-env = TEAM_KEY\n")
        elsewhere = f"base-url = {on_another_machine(theirs.url)}/v1\n"
        for text in (elsewhere, "[model.m]\n" + elsewhere, "[model.m]\n" + elsewhere + "api-key-env = OPENAI_API_KEY\n", "[model.m]\nserve = touch started\n"):
            project(home, text)
            out, err = home.run("eval", "--model", "m", *SPLIT, status=2, **OWN)
            assert "f2f.ini:" in err and "config/f2f/f2f.ini" in err and "--config f2f.ini" in err, (text, err)
            assert count(theirs) == 0 and not (home.path / "started").exists(), text
        own(home, f"[model.m]\nmodel = plain\n{elsewhere}api-key-env = TEAM_KEY\n")
        for text in ("[model.m]\nprovider = anthropic\n", "[model.m]\napi-key-env = OPENAI_API_KEY\n", "[model.m]\napi-key-file = id\n"):
            project(home, text)
            out, err = home.run("eval", "--model", "m", *SPLIT, status=2, **OWN)
            assert "f2f.ini:" in err and "--config f2f.ini" in err, (text, err)


def on_this_machine_the_nearer_file_wins_as_always():
    with Mock("--key", OWN["TEAM_KEY"]) as one, Mock("--key", OWN["OPENAI_API_KEY"]) as other, Home(lean=False) as home:
        own(home, f"[model.m]\nmodel = plain\nbase-url = {one.url}/v1\napi-key-env = TEAM_KEY\n")
        project(home, "max-retries = 2\n[model.m]\nprompt = prove\n")
        home.run("eval", "--model", "m", *SPLIT, **OWN)
        assert (count(one), count(other)) == (1, 0)
        project(home, f"[model.m]\nbase-url = {other.url}/v1\napi-key-env = OPENAI_API_KEY\n")
        _, err = home.run("eval", "--model", "m", *SPLIT, "--fresh", **OWN)
        assert (count(one), count(other)) == (1, 1) and "OPENAI_API_KEY" not in err, err
        # The provider's own variable, with no word of a key in any file.
        for text, model in ((f"[model.n]\nmodel = plain\nbase-url = {other.url}/v1\n", "n"), (f"base-url = {other.url}/v1\n", "openai/plain")):
            project(home, text)
            _, err = home.run("eval", "--model", model, *SPLIT, "--fresh", **OWN)
            assert "not sent" not in err and OWN["OPENAI_API_KEY"] not in err, err
        assert count(other) == 3


def to_another_machine_goes_only_the_variable_that_the_file_names():
    with Home(lean=False) as home:
        (home.path / "id").write_text("private-planted-0123456789\n")
        (home.path / "id").chmod(0o600)
        local = "http://127.0.0.1:9"
        for host in ("https://evil.invalid", "http://127.0.0.1.evil.invalid", "http://127.0.0.1:80@evil.invalid", "http://[::1]:80@evil.invalid", f"{local}/v1,http://evil.invalid"):
            section = f"[model.m]\nmodel = plain\nbase-url = {host}/v1\n"
            dry = ("eval", "--model", "m", *SPLIT, "--dry-run")
            project(home, section)
            _, err = home.run(*dry, **OWN)
            assert "OPENAI_API_KEY is not sent to" in err and "f2f.ini:3" in err and "evil.invalid" in err, (host, err)
            project(home, section + "api-key-env = TEAM_KEY\n")
            _, err = home.run(*dry, **OWN)
            assert "TEAM_KEY goes to" in err and "f2f.ini:4" in err and "evil.invalid" in err, (host, err)
            project(home, section + "api-key-file = id\n")
            _, err = home.run(*dry, status=2, **OWN)
            assert "f2f.ini:4" in err and "--config f2f.ini" in err and "planted" not in err, (host, err)
            _, err = home.run("--config", "f2f.ini", *dry, **OWN)
            assert "goes to" not in err and "planted" not in err, (host, err)


def a_key_that_stays_here_does():
    """Through a proxy, which is how another machine is had here."""
    with Mock("--key", OWN["OPENAI_API_KEY"]) as mock, Tunnel(mock.port) as tunnel, Home(lean=False) as home:
        project(home, "[model.m]\nmodel = plain\nbase-url = http://stranger.example/v1\n")
        proxied = dict(OWN, http_proxy=tunnel.url)
        _, err = home.run("eval", "--model", "m", *SPLIT, status=5, **proxied)
        assert "OPENAI_API_KEY is not sent to" in err and count(mock) == 1, err
        home.run("eval", "--model", "m", *SPLIT, "--fresh", "--api-key-env", "OPENAI_API_KEY", **proxied)
        home.run("--config", "f2f.ini", "eval", "--model", "m", *SPLIT, "--fresh", **proxied)
        assert count(mock) == 3


def a_command_of_the_file_is_said_before_it_is_started():
    with Home(lean=False) as home:
        project(home, "[model.m]\nbase-url = http://127.0.0.1:9/v1\nserve = touch started; exit 3\n")
        _, err = home.run("eval", "--model", "m", *SPLIT, status=None, **OWN)
        assert "f2f.ini:3" in err and "touch started" in err, err
        project(home, "sandbox = none\n")
        _, err = home.run("eval", "--model", "builtin/gold", "--split", "demo", status=2)
        assert "f2f.ini:1" in err and "--sandbox none" in err, err
        home.run("eval", "--model", "builtin/gold", "--split", "demo", "--dry-run", "--sandbox", "bwrap")


def the_users_own_file_is_no_strangers_where_it_lies():
    with Mock("--key", OWN["OPENAI_API_KEY"]) as mock, Home(lean=False) as home:
        own(home, f"[model.m]\nmodel = plain\nbase-url = {mock.url}/v1\n")
        (home.path / "f2f.ini").symlink_to(home.path / "config/f2f/f2f.ini")
        _, err = home.run("eval", "--model", "m", *SPLIT, **OWN)
        assert "not sent" not in err and count(mock) == 1, err


main([
    a_model_of_the_users_is_not_sent_to_another_machine,
    on_this_machine_the_nearer_file_wins_as_always,
    to_another_machine_goes_only_the_variable_that_the_file_names,
    a_key_that_stays_here_does,
    a_command_of_the_file_is_said_before_it_is_started,
    the_users_own_file_is_no_strangers_where_it_lies,
])
