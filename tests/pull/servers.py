"""Real git servers on loopback, and some that misbehave. Each is a context manager; ports are waited for by connecting."""
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

GIT = ["git", "-c", "safe.directory=*"]
BACKEND = "/usr/lib/git-core/git-http-backend"
WAIT_SECONDS = 300


def git_env():
    """git as it comes, whatever the machine's configuration says; equal trees give equal commits."""
    date = "2026-01-01T00:00:00Z"
    return {
        "PATH": os.environ["PATH"] + ":/usr/sbin", "HOME": "/nonexistent", "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_AUTHOR_NAME": "f2f", "GIT_AUTHOR_EMAIL": "f2f@example.invalid", "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": "f2f", "GIT_COMMITTER_EMAIL": "f2f@example.invalid", "GIT_COMMITTER_DATE": date,
    }


def git(folder, *arguments):
    done = subprocess.run(GIT + ["-C", folder, *arguments], env=git_env(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


HELD = []


def held_port():
    """A socket on a port where nobody listens, to the end of this program: no server of another test and no connection is given that
    number, and a server of ours may listen there (all that we start set SO_REUSEADDR)."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    HELD.append(held)
    return held


def number_of(held):
    return held.getsockname()[1]


def wait_for(port, process):
    """Until something listens: connecting is the only question asked."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            select_briefly()
    raise RuntimeError("server does not listen")


def select_briefly():
    threading.Event().wait(0.01)


@contextlib.contextmanager
def serve(command, held, log):
    """`command` listens on the held port, and when it has ended nobody does."""
    port = number_of(held)
    with open(log, "wb") as out:
        process = subprocess.Popen(command, env=git_env(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   start_new_session=True)
        try:
            wait_for(port, process)
            yield port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def git_daemon(root):
    held = held_port()
    return serve(GIT + ["daemon", f"--base-path={root}", "--export-all", "--listen=127.0.0.1", f"--port={number_of(held)}",
                        "--reuseaddr", root], held, os.path.join(root, "daemon.log"))


def smart_http(root):
    """lighttpd with git's own CGI."""
    held = held_port()
    conf = os.path.join(root, "lighttpd.conf")
    with open(conf, "w", encoding="utf-8") as out:
        out.write(f"""server.modules = ("mod_setenv", "mod_alias", "mod_cgi")
server.document-root = "{root}/empty"
server.bind = "127.0.0.1"
server.port = {number_of(held)}
server.upload-dirs = ("{root}")
server.errorlog = "{root}/lighttpd.log"
alias.url = ("/git" => "{BACKEND}")
$HTTP["url"] =~ "^/git/" {{
    cgi.assign = ("" => "")
    setenv.set-environment = ("GIT_PROJECT_ROOT" => "{root}", "GIT_HTTP_EXPORT_ALL" => "1",
        "GIT_CONFIG_COUNT" => "1", "GIT_CONFIG_KEY_0" => "safe.directory", "GIT_CONFIG_VALUE_0" => "*")
}}
""")
    os.makedirs(os.path.join(root, "empty"), exist_ok=True)
    return serve(["lighttpd", "-D", "-f", conf], held, os.path.join(root, "lighttpd.out"))


class Ssh:
    """sshd with a host key and one allowed key of its own, and an agent that holds the latter."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "ssh")
        os.makedirs(self.folder, mode=0o700)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name)], check=True)
        self.held = held_port()
        self.port = number_of(self.held)
        self.agent = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def public(self, name):
        with open(self.path(name + ".pub"), encoding="utf-8") as file:
            return " ".join(file.read().split()[:2])

    @contextlib.contextmanager
    def running(self):
        with open(self.path("conf"), "w", encoding="utf-8") as out:
            out.write(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.path('host')}\n"
                      f"AuthorizedKeysFile {self.path('user.pub')}\nStrictModes no\nPermitRootLogin yes\nUsePAM no\n"
                      f"PidFile {self.path('pid')}\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with serve(["/usr/sbin/sshd", "-D", "-e", "-f", self.path("conf")], self.held, self.path("log")):
            socket_path = self.path("agent")
            agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket_path], stdout=subprocess.DEVNULL)
            try:
                end = time.monotonic() + WAIT_SECONDS
                while not os.path.exists(socket_path) and time.monotonic() < end:
                    select_briefly()
                self.agent = {"SSH_AUTH_SOCK": socket_path}
                subprocess.run(["ssh-add", "-q", self.path("user")], env={**os.environ, **self.agent}, check=True)
                yield self
            finally:
                agent.kill()
                agent.wait()

    def log(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read()


class Listener:
    """A socket with a thread a connection: `handle(connection)` decides what it is."""

    def __init__(self, handle):
        self.handle = handle
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        self.accepted = threading.Event()
        self.over = threading.Event()
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.accepted.set()
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        with contextlib.suppress(OSError), connection:
            self.handle(self, connection)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.socket.close()


def stalled():
    """Accepts, and never says a word."""
    return Listener(lambda listener, connection: listener.over.wait())


def babbling():
    """Not a git server: a line of something else, and good-bye."""
    return Listener(lambda listener, connection: connection.sendall(b"220 mail.example.invalid ready\r\n"))


def stalling_after(port, count):
    """A plain server behind which the answer stops after `count` bytes, and the connection stays."""

    def handle(listener, connection):
        with socket.create_connection(("127.0.0.1", port)) as plain:
            threading.Thread(target=pump, args=(connection, plain), daemon=True).start()
            left = count
            while left > 0:
                piece = plain.recv(left)
                if not piece:
                    break
                connection.sendall(piece)
                left -= len(piece)
            listener.over.wait()

    return Listener(handle)


def pump(source, sink):
    with contextlib.suppress(OSError, ValueError):
        while True:
            piece = source.recv(65536)
            if not piece:
                break
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def make_certificate(folder):
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    return key, certificate


def with_tls(port, key, certificate):
    """TLS in front of a plain server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def handle(listener, connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            with socket.create_connection(("127.0.0.1", port)) as plain:
                answer = threading.Thread(target=pump, args=(plain, secure), daemon=True)
                answer.start()
                pump(secure, plain)
                answer.join(WAIT_SECONDS)

    return Listener(handle)
