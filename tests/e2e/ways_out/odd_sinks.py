"""The outside world's odder ends: a name server and a host that keep what is hidden in queries and pings, a printer, a phone. Each keeps
what came in a file with its run's name."""

import pathlib
import re
import shutil
import socket
import struct
import subprocess
import threading

from vigie_site import wait_for

NAME_SERVER = "127.0.0.3"
ROOM = 8 << 20  # of a socket: nobody sends a datagram again
SO_RCVBUFFORCE = 33


class Sink:
    """A socket and the thread that reads it; the thread ends with the socket."""

    def __init__(self, received: pathlib.Path, sink: socket.socket):
        self.received, self.socket = received, sink
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while self.take():
                pass
        except OSError:
            pass

    def keep(self, name: str, data: bytes):
        with open(self.received / name, "ab") as file:
            file.write(data)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class NameServer(Sink):
    """Of queries like 4d617274.6961.RUN.t.example it keeps the decoded first labels; each name has its own address."""

    A = b"\0\1"

    def __init__(self, received: pathlib.Path):
        sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        sink.bind((NAME_SERVER, 53))
        self.last = b""  # a resolver may ask twice
        super().__init__(received, sink)

    def take(self) -> bool:
        query, asker = self.socket.recvfrom(2048)
        if not query:
            return False
        name, position = [], 12
        while length := query[position]:
            name.append(query[position + 1:position + 1 + length])
            position += 1 + length
        question = query[12:position + 5]
        here = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(NAME_SERVER) if question[-4:-2] == self.A else b""
        self.socket.sendto(query[:2] + b"\x81\x80\0\1\0" + bytes([bool(here)]) + bytes(4) + question + here, asker)
        if b".".join(name) != self.last and len(name) > 3:
            self.last = b".".join(name)
            self.keep(name[-3].decode(), bytes.fromhex(b"".join(name[:-3]).decode()))
        return True


class EchoSink(Sink):
    """Keeps the second sixteen bytes of what a ping carries, for the first ones hold its time."""

    def __init__(self, received: pathlib.Path):
        sink = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        self.runs: dict[str, str] = {}
        super().__init__(received, sink)

    def address_of(self, run: str) -> str:
        """Of its own: who pings says no name."""
        address = f"127.9.{int(run[3:-1])}.{ord(run[-1])}"
        self.runs[address] = run
        return address

    def take(self) -> bool:
        packet = self.socket.recv(65536)
        if not packet:
            return False
        message = packet[4 * (packet[0] & 15):]
        run = self.runs.get(socket.inet_ntoa(packet[16:20]))
        if run and message[0] == 8:  # an echo request
            self.keep(run, message[24:40])
        return True


class Phone:
    """Takes files by OBEX over TCP, as a phone does by Bluetooth (IrDA Object Exchange Protocol 1.3, section 3)."""

    PORT = 650  # obexftp knows no other
    CONNECT, DISCONNECT, LAST = 0x80, 0x81, 0x82
    SUCCESS, CONTINUE = 0xA0, 0x90
    NAME, BODIES = 0x01, (0x48, 0x49)

    def __init__(self, received: pathlib.Path):
        self.received = received
        self.socket = socket.create_server(("127.0.0.1", self.PORT))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def _serve(self, connection: socket.socket):
        name, body = "", b""
        with connection, connection.makefile("rb") as stream:
            while len(head := stream.read(3)) == 3:
                code, length = struct.unpack(">BH", head)
                rest = stream.read(length - 3)
                answer = self.SUCCESS if code & 0x80 else self.CONTINUE
                more = b"\x10\0\x20\0" if code == self.CONNECT else b""
                if code & 0x7F == 2:
                    for kind, value in self._headers(rest):
                        name = value.decode("utf-16-be") if kind == self.NAME else name
                        body += value if kind in self.BODIES else b""
                if code == self.LAST and (run := re.search(r"way\d+[abc]", name)):
                    (self.received / run[0]).write_bytes(body)
                connection.sendall(struct.pack(">BH", answer, 3 + len(more)) + more)

    @staticmethod
    def _headers(data: bytes):
        while data:
            sized = data[0] >> 6 < 2
            length = struct.unpack(">H", data[1:3])[0] if sized else (2 if data[0] >> 6 == 2 else 5)
            yield data[0], data[3:length] if sized else data[1:length]
            data = data[length:]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self.socket.close()


class Printer:
    """A print server with one queue, out, that keeps each job's data."""

    def __init__(self, folder: pathlib.Path, port: int, start):
        self.spool, self.server = folder / "spool", f"127.0.0.1:{port}"
        for name in ("spool/tmp", "etc", "run", "cache", "log"):
            (folder / name).mkdir(parents=True)
        (folder / "etc/cupsd.conf").write_text(
            f"Listen {self.server}\nBrowsing Off\nWebInterface No\nDefaultAuthType None\nPreserveJobFiles Yes\nDirtyCleanInterval 0\n"
            "<Location />\nOrder allow,deny\nAllow from 127.0.0.1\n</Location>\n"
            "<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n")
        (folder / "etc/cups-files.conf").write_text(
            f"ServerRoot {folder}/etc\nRequestRoot {self.spool}\nStateDir {folder}/run\nCacheDir {folder}/cache\nTempDir {self.spool}/tmp\n"
            f"AccessLog {folder}/log/access\nErrorLog {folder}/log/error\nPageLog {folder}/log/page\nPrintcap\nFileDevice Yes\n")
        start("cupsd", "-f", "-c", folder / "etc/cupsd.conf", "-s", folder / "etc/cups-files.conf")
        wait_for(self._has_queue, 20, "the print server", 0.1)

    def _has_queue(self) -> bool:
        return subprocess.run(["lpadmin", "-h", self.server, "-p", "out", "-E", "-v", "file:///dev/null", "-m", "raw"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def davfs_config(folder: pathlib.Path) -> pathlib.Path:
    """So that mount.davfs asks nobody, and uploads a file when it is closed."""
    cache, config = folder / "davfs-cache", folder / "davfs2.conf"
    cache.mkdir()
    shutil.chown(cache, group="davfs2")
    cache.chmod(0o775)
    config.write_text(f"use_locks 0\ndelay_upload 0\nask_auth 0\ncache_dir {cache}\n")
    config.chmod(0o600)
    return config
