#!/usr/bin/env python3
"""The f2f.ini of a working directory is read unasked: it sends no key of the user's anywhere, and starts nothing without a word."""
from harness import Home, main
from mock import Mock

OWN = {"OPENAI_API_KEY": "own-planted-0123456789", "TEAM_KEY": "team-planted-0123456789"}
SPLIT = ("--split", "demo", "--no-verify", "--limit", "1")


def own(home, text):
    (home.path / "config/f2f").mkdir(parents=True, exist_ok=True)
    (home.path / "config/f2f/f2f.ini").write_text(text)


def project(home, text):
    (home.path / "f2f.ini").write_text(text)


def count(mock):
    return mock.stats()["requests"]


def a_model_of_the_users_is_not_sent_elsewhere():
    with Mock("--key", OWN["TEAM_KEY"]) as theirs, Mock() as stranger, Home(lean=False) as home:
        own(home, f"[model.m]\nmodel = plain\nbase-url = {theirs.url}/v1\napi-key-env = TEAM_KEY\n")
        elsewhere = f"base-url = {stranger.url}/v1\n"
        for text in (elsewhere, "[model.m]\n" + elsewhere, "[model.m]\n" + elsewhere + "api-key-env = OPENAI_API_KEY\n",
                     "[model.m]\nserve = touch started\n", "[model.m]\nprovider = anthropic\n", "[model.m]\napi-key-env = OPENAI_API_KEY\n"):
            project(home, text)
            out, err = home.run("eval", "--model", "m", *SPLIT, status=2, **OWN)
            assert "f2f.ini:" in err and "config/f2f/f2f.ini" in err and "--config f2f.ini" in err, (text, err)
            assert count(stranger) == count(theirs) == 0 and not (home.path / "started").exists(), text
        # What does not say where a key goes may be set for a folder.
        project(home, "max-retries = 2\n[model.m]\nprompt = prove\n")
        home.run("eval", "--model", "m", *SPLIT, **OWN)
        assert (count(theirs), count(stranger)) == (1, 0)
        # The file is named: so it was meant.
        project(home, "[model.m]\n" + elsewhere)
        home.run("--config", "f2f.ini", "eval", "--model", "m", *SPLIT, **OWN)
        home.run("eval", "--model", "m", *SPLIT, "--fresh", F2F_CONFIG="f2f.ini", **OWN)
        assert (count(theirs), count(stranger)) == (1, 2)


def a_key_that_the_file_does_not_name_stays_here():
    with Mock("--key", OWN["OPENAI_API_KEY"]) as mock, Home(lean=False) as home:
        for text, model in ((f"[model.m]\nmodel = plain\nbase-url = {mock.url}/v1\n", "m"), (f"base-url = {mock.url}/v1\n", "openai/plain")):
            project(home, text)
            _, err = home.run("eval", "--model", model, *SPLIT, "--fresh", status=5, **OWN)
            assert "OPENAI_API_KEY is not sent to" in err and "f2f.ini:" in err and OWN["OPENAI_API_KEY"] not in err, err
            home.run("eval", "--model", model, *SPLIT, "--api-key-env", "OPENAI_API_KEY", **OWN)
            home.run("eval", "--model", model, *SPLIT, "--fresh", "--config", "f2f.ini", **OWN)
        # What the user chose is not the file's business.
        project(home, "base-url = http://127.0.0.1:9/v1\n")
        _, err = home.run("eval", "--model", "openai/plain", *SPLIT, "--fresh", "--base-url", mock.url + "/v1", **OWN)
        assert "not sent" not in err, err


def a_key_that_the_file_names_goes_to_this_machine_with_a_word_and_nowhere_else():
    with Mock("--key", OWN["TEAM_KEY"]) as mock, Home(lean=False) as home:
        project(home, f"[model.m]\nmodel = plain\nbase-url = {mock.url}/v1\napi-key-env = TEAM_KEY\n")
        _, err = home.run("eval", "--model", "m", *SPLIT, **OWN)
        assert "TEAM_KEY goes to http://127.0.0.1" in err and "f2f.ini:4" in err, err
        (home.path / "id").write_text("private-planted-0123456789\n")
        (home.path / "id").chmod(0o600)
        for host in ("https://evil.invalid", "http://127.0.0.1.evil.invalid", "http://127.0.0.1:80@evil.invalid", f"{mock.url}/v1,http://evil.invalid"):
            for key in ("api-key-env = TEAM_KEY", "api-key-env = OPENAI_API_KEY", "api-key-file = ~/id"):
                project(home, f"[model.m]\nmodel = plain\nbase-url = {host}/v1\n{key}\n")
                _, err = home.run("eval", "--model", "m", *SPLIT, status=2, **OWN)
                assert "f2f.ini:4" in err and "--config f2f.ini" in err and "planted" not in err, (host, key, err)
        assert count(mock) == 1


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
    a_model_of_the_users_is_not_sent_elsewhere,
    a_key_that_the_file_does_not_name_stays_here,
    a_key_that_the_file_names_goes_to_this_machine_with_a_word_and_nowhere_else,
    a_command_of_the_file_is_said_before_it_is_started,
    the_users_own_file_is_no_strangers_where_it_lies,
])
