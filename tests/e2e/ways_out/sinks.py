"""The outside world: servers on free loopback ports that keep what is sent to them, each upload in a file with its run's name."""

import email
import email.policy
import http.server
import pathlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

from odd_sinks import EchoSink, NameServer, Phone, Printer, Sink
from vigie_site import wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Listener:
    """Takes one connection and keeps what comes: nc's other end."""

    def __init__(self, path: pathlib.Path):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(30)
        self.port = self.socket.getsockname()[1]
        self.path = path
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        try:
            connection, _ = self.socket.accept()
        except OSError:
            return
        with connection, open(self.path, "wb") as file:
            connection.settimeout(30)
            try:
                while data := connection.recv(65536):
                    file.write(data)
            except OSError:
                pass

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.thread.join(5)


class Sinks:
    def __init__(self, folder: pathlib.Path, sink_user):
        self.folder = folder
        self.received = sink_user.folder(folder / "received")
        self.received.chmod(0o777)
        self.processes: list[subprocess.Popen] = []
        self.servers: list[socketserver.BaseServer] = []
        self.odd: list[Sink | Phone] = []
        try:
            self._start_all(sink_user)
        except BaseException:
            self.close()
            raise

    def _start_all(self, sink_user):
        self.ports = {"http": self._http(None), "https": self._http(self._certificate()), "smtp": self._smtp(), "ftp": self._ftp(),
                      "rsync": self._rsync(), "sshport": self._sshd(sink_user), "dav": self._webdav()}
        self.company_port = self._http(None, "127.0.0.2")
        for port in self.ports.values():
            wait_for(lambda: is_open(port), 20, f"the server on port {port}")
        self.echoes = EchoSink(self.received)
        self.odd.append(self.echoes)
        self.odd.append(NameServer(self.received))
        self.odd.append(Phone(self.received))
        self.printer = Printer(self.folder / "printer", free_port(), self._start)

    def _serve(self, server) -> int:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return server.server_address[1]

    def _start(self, *command):
        log = open(self.folder / "servers.log", "ab")
        self.processes.append(subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def _certificate(self) -> ssl.SSLContext:
        key, certificate = self.folder / "https.key", self.folder / "https.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def _http(self, context, address: str = "127.0.0.1") -> int:
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                if handler.headers.get("Expect", "").lower() == "100-continue":
                    handler.send_response_only(100)
                    handler.end_headers()
                if handler.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(handler.rfile.readline(), 16):
                        body += handler.rfile.read(size)
                        handler.rfile.readline()
                else:
                    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                (received / pathlib.Path(handler.path).name).write_bytes(body)
                handler.send_response(204)
                handler.end_headers()

            do_PUT = do_POST

            def log_message(handler, *arguments):
                pass

        server = http.server.ThreadingHTTPServer((address, 0), Handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        return self._serve(server)

    def _smtp(self) -> int:
        """Keeps the decoded attachments under the name before the recipient's @."""
        received = self.received

        class Handler(socketserver.StreamRequestHandler):
            def handle(handler):
                handler.wfile.write(b"220 sink\r\n")
                recipient = "nobody"
                while line := handler.rfile.readline():
                    word = line[:4].upper()
                    if word == b"RCPT":
                        recipient = line.split(b"<")[1].split(b"@")[0].decode()
                    if word == b"DATA":
                        handler.wfile.write(b"354 go on\r\n")
                        lines = iter(handler.rfile.readline, b".\r\n")
                        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
                        (received / recipient).write_bytes(b"\n".join(parts).replace(b"\r\n", b"\n"))
                    handler.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    if word == b"QUIT":
                        return

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        return self._serve(server)

    def _ftp(self) -> int:
        port = free_port()
        self._start("/usr/bin/python3", "-W", "ignore", "-m", "pyftpdlib", "-i", "127.0.0.1", "-p", port, "-w", "-d", self.received)
        return port

    def _webdav(self) -> int:
        port = free_port()
        self._start("rclone", "serve", "webdav", "--config", "/dev/null", "--addr", f"127.0.0.1:{port}", self.received)
        return port

    def _rsync(self) -> int:
        port, config = free_port(), self.folder / "rsyncd.conf"
        config.write_text(f"[in]\npath = {self.received}\nread only = no\nuse chroot = no\nuid = root\ngid = root\n")
        self._start("rsync", "--daemon", "--no-detach", "--address=127.0.0.1", f"--port={port}", f"--config={config}")
        return port

    def _sshd(self, sink_user) -> int:
        port, folder = free_port(), self.folder / "ssh"
        folder.mkdir()
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        (folder / "sshd_config").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nStrictModes no\n"
            f"UsePAM no\nPasswordAuthentication no\nPidFile none\nAllowUsers {sink_user.name}\nSubsystem sftp internal-sftp\n")
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._start("/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config")
        return port

    def key_for(self, person) -> pathlib.Path:
        """ssh wants a key that nobody else may read."""
        key = self.folder / "ssh" / f"{person.name}.key"
        shutil.copy(self.folder / "ssh" / "user", key)
        person.own(key)
        key.chmod(0o600)
        return key

    def close(self):
        for sink in self.odd:
            sink.close()
        for server in self.servers:
            server.shutdown()
            server.server_close()
        for process in self.processes:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
