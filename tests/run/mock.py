"""f2f-mock as a child, for whole-run tests."""
import json
import os
import subprocess
import urllib.request

MOCK = os.environ["F2F_MOCK"]


class Mock:
    """Runs until the block ends, with options of f2f-mock."""

    def __init__(self, *options):
        self.options = [str(option) for option in options]

    def __enter__(self):
        self.process = subprocess.Popen([MOCK, *self.options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    @staticmethod
    def print(option):
        """The lines of --print-behaviours or --print-modes."""
        return subprocess.run([MOCK, option], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()

    def get(self, path):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + path) as reply:
            return json.load(reply)

    def stats(self):
        return self.get("/stats")
