"""What the whole-run tests share: a private home, running f2f, TAP."""
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[2]
F2F = os.environ.get("F2F_UNDER_TEST", str(SOURCE / "build/src/f2f"))
FAKE_LEAN = str(SOURCE / "tests/fake/fake_lean.py")
SHARED = next((p for p in (SOURCE.parent / "shared", pathlib.Path("/work/shared")) if (p / "data").is_dir()), None)


class Skip(Exception):
    """A test that cannot run here, with the reason."""


class Home:
    """A private directory with its own HOME, database and environment."""

    def __init__(self, lean=True):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="f2f-run-"))
        self.db = self.path / "f2f.db"
        self.env = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.path), "TMPDIR": str(self.path), "LC_ALL": "C.UTF-8",
            "F2F_DB": str(self.db), "XDG_CONFIG_HOME": str(self.path / "config"),
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        if lean:
            self.env["F2F_LEAN"] = FAKE_LEAN

    def start(self, *args, **env):
        return subprocess.Popen([F2F, *map(str, args)], cwd=self.path, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *args, status=0, **env):
        process = self.start(*args, **env)
        out, err = process.communicate(timeout=1200)
        self.last_status = process.returncode
        if status is not None and process.returncode != status:
            raise AssertionError(f"f2f {' '.join(map(str, args))}: exit {process.returncode}, not {status}\n{out}\n{err}")
        return out, err

    def json(self, *args, **kwargs):
        return json.loads(self.run(*args, **kwargs)[0])

    def sql(self, text):
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as connection:
            return connection.execute(text).fetchall()

    def sql_or_none(self, text):
        """The first value, or None while the database is not that far."""
        try:
            return self.sql(text)[0][0]
        except sqlite3.Error:
            return None

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Port:
    """A port where nobody listens, and that is ours: bound, so that neither a server of another test nor the source of some connection
    is given its number meanwhile. A server of ours may listen there by its number: all that we start set SO_REUSEADDR."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def __enter__(self):
        return self.number

    def __exit__(self, *exc):
        self.socket.close()


def need_shared():
    if SHARED is None:
        raise Skip("../shared is not there")
    return SHARED / "data"


def git(path, *args):
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main", *args], cwd=path,
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def repository_of(source, target):
    """A git repository that holds a copy of a folder."""
    shutil.copytree(source, target)
    git(target, "init", "-q")
    git(target, "add", "-A")
    git(target, "commit", "-q", "-m", "files")
    return target


def main(tests):
    """Runs the tests and writes TAP. Names of tests on the command line choose among them."""
    chosen = [t for t in tests if len(sys.argv) < 2 or t.__name__ in sys.argv[1:]]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, test in enumerate(chosen, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:  # whatever it is, the other tests still run
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    sys.exit(1 if failed else 0)
