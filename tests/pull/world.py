"""What one test of f2f pull has to itself: repositories, manifests, a database, a cache, and the program."""
import json
import os
import shutil
import sqlite3
import subprocess

import servers

ABSENT = "0" * 39 + "1"


class Skip(Exception):
    pass


class World:
    """One test's folder: repositories, manifests, database, cache."""

    def __init__(self, folder, build, source):
        self.folder, self.build, self.source = folder, build, source
        self.fixtures = os.path.join(source, "tests", "data", "datasets")
        self.repos = self.path("repos")
        self.manifests = self.path("manifests")
        self.database = self.path("f2f.db")
        os.makedirs(self.repos)
        os.makedirs(self.manifests)
        self.commits = {}
        self.extra = {}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def repo(self, name, tree=None):
        """A repository under repos/, made of the fixture of that name or of another folder; returns its path."""
        folder = os.path.join(self.repos, name)
        shutil.copytree(tree or os.path.join(self.fixtures, name), folder)
        self.commits[name] = self.commit(folder, init=True)
        return folder

    @staticmethod
    def commit(folder, init=False):
        if init:
            servers.git(folder, "init", "-q", "-b", "main")
        servers.git(folder, "add", "-A")
        servers.git(folder, "commit", "-q", "-m", "data")
        return servers.git(folder, "rev-parse", "HEAD")

    def manifest(self, name, url=None, commit=None, change=None):
        """The fixture's manifest, with the commit of the repository that was made, at a URL."""
        with open(os.path.join(self.fixtures, name, "dataset.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        for source in manifest["sources"]:
            source["commit"] = commit or self.commits.get(source["name"], ABSENT)
            source["url"] = url or source["url"]
        if change:
            change(manifest)
        os.makedirs(os.path.join(self.manifests, name), exist_ok=True)
        with open(os.path.join(self.manifests, name, "dataset.json"), "w", encoding="utf-8") as file:
            json.dump(manifest, file)
        shutil.copy(os.path.join(self.fixtures, "minif2f-subsets.txt"), self.manifests)

    def environment(self, embedded=False):
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "XDG_CACHE_HOME": self.path("cache"),
               "XDG_DATA_HOME": self.path("data"), "XDG_CONFIG_HOME": self.path("config"),
               "F2F_DB": self.database, "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        if not embedded:
            env["F2F_DATASETS"] = self.manifests
        env.update(self.extra)
        return env

    def command(self, *arguments):
        return [os.path.join(self.build, "src", "f2f"), "pull", *arguments]

    def pull(self, *arguments, embedded=False):
        return subprocess.run(self.command(*arguments), env=self.environment(embedded), cwd=self.folder,
                              capture_output=True, text=True, timeout=1200)

    def rows(self, sql):
        if not os.path.exists(self.database):
            return []
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def problems(self, split):
        return self.rows(f"SELECT * FROM problem WHERE split = '{split}' ORDER BY name")


def expect(done, status, *texts, absent=()):
    """The exit status, and each text somewhere in what was said; a failure says one line that begins with f2f:."""
    said = done.stdout + done.stderr
    assert done.returncode == status, f"exit {done.returncode}, not {status}: {said}"
    for text in texts:
        assert text in said, f"{text!r} is not in: {said}"
    for text in absent:
        assert text not in said, f"{text!r} is in: {said}"
    if status in (1, 2, 5, 6, 75):
        lines = [line for line in done.stderr.splitlines() if line.startswith("f2f: ")]
        assert len(lines) == 1, f"not one line: {done.stderr}"
