"""An authority of our own, nghttpx before f2f-mock, and a proxy that opens tunnels: https on loopback."""
import itertools
import os
import pathlib
import shutil
import socket
import subprocess
import threading

from harness import Port

NGHTTPX = shutil.which("nghttpx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")

NUMBERS = itertools.count()


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    """Signs certificates, in a directory of its own."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.file = self.path / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj", "/CN=f2f test CA",
                "-keyout", self.path / "ca.key", "-out", self.file)

    def certificate(self, name, names="DNS:localhost,DNS:model.example,IP:127.0.0.1", days=2):
        key, request, out, extra = (self.path / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
        extra.write_text(f"subjectAltName={names}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.path / "ca.key", "-CAcreateserial", "-days", days,
                "-extfile", extra, "-out", out)
        return key, out


class Front:
    """nghttpx: TLS, and HTTP/2 unless told otherwise, in front of a plain server."""

    def __init__(self, authority, certificate, backend, *options):
        self.log = authority.path / f"access-{next(NUMBERS)}.log"
        self.certificate, self.backend, self.options = certificate, backend, options

    def __enter__(self):
        key, file = self.certificate
        self.held = Port()
        self.port = self.held.number
        self.process = subprocess.Popen(
            [NGHTTPX, f"--frontend=127.0.0.1,{self.port}", f"--backend=127.0.0.1,{self.backend}", "--conf=/dev/null",
             f"--accesslog-file={self.log}", "--accesslog-format=$alpn $remote_port $status", "--workers=1", "--single-process",
             "--log-level=NOTICE", "--errorlog-file=/dev/stderr", *self.options, str(key), str(file)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = self.wait()
        if said is not None:
            self.process.wait()
            raise AssertionError("nghttpx does not start: " + said)
        self.url = f"https://127.0.0.1:{self.port}"
        return self

    def wait(self):
        """Until it listens: None; or what it said before it ended."""
        said = ""
        for line in self.process.stderr:
            said += line
            if "Listening on" in line:
                # It has much to say, and nobody reads on.
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return None
        return said

    def requests(self):
        """(protocol, client port, status) of each; it serves no more."""
        self.process.terminate()
        self.process.wait()
        return [tuple(line.split()) for line in self.log.read_text().splitlines()]

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait()
        self.held.socket.close()


class Tunnel:
    """A proxy: CONNECT, and GET or POST with whole URLs, always to one port whatever the name. Remembers what it was asked."""

    def __init__(self, target, refuse=None):
        self.target, self.refuse = target, refuse
        self.asked = []  # the heads that it saw
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.sockets = []
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        for one in [self.listener, *self.sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.thread.join()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.sockets.append(client)
            threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                more = client.recv(65536)
                if not more:
                    return
                head += more
            head, _, rest = head.partition(b"\r\n\r\n")
            self.asked.append(head.decode())
            if self.refuse is not None:
                client.sendall(f"HTTP/1.1 {self.refuse} No\r\nContent-Length: 0\r\n\r\n".encode())
                client.shutdown(socket.SHUT_WR)
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.sockets.append(server)
            if head.startswith(b"CONNECT "):
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                # "POST http://name/path HTTP/1.1" becomes "POST /path HTTP/1.1"
                method, url, version = head.split(b"\r\n", 1)[0].split(b" ")
                path = b"/" + url.split(b"/", 3)[3]
                server.sendall(b" ".join([method, path, version]) + b"\r\n" + head.split(b"\r\n", 1)[1] + b"\r\n\r\n" + rest)
            threading.Thread(target=self.pump, args=[client, server], daemon=True).start()
            self.pump(server, client)
        except OSError:
            pass

    @staticmethod
    def pump(source, target):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
