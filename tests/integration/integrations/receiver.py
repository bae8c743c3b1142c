#!/usr/bin/env python3
"""What a security team has, on loopback over real TLS: writes each message it takes as a line of JSON, on the disk before it answers.

    receiver.py webhook|syslog|email --certificate FILE --key FILE --port PORT --log FILE --ready FILE [--answers 503,200|unclean]

unclean: a receiver of syslog ends its connections without close_notify.
"""
import argparse
import base64
import http.server
import json
import os
import pathlib
import socketserver
import ssl
import threading

LOCK = threading.Lock()


class Log:
    def __init__(self, path: pathlib.Path):
        torn = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
        self.file = path.open("a", encoding="utf-8")
        if torn:  # by a kill: what comes now is not its end
            self.file.write("\n")

    def write(self, message: dict):
        with LOCK:
            self.file.write(json.dumps(message) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())


class Webhook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answers: list[int] = [200]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with LOCK:
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status < 300:
            self.server.log.write({"id": self.headers["X-Vigie-Id"], "signature": self.headers["X-Vigie-Signature"],
                                   "type": self.headers["Content-Type"], "body": body})
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "2")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def syslog_frames(connection):
    """RFC 5425: until the other side says that nothing more comes."""
    rest = b""
    while chunk := connection.recv(65536):
        rest += chunk
        while b" " in rest:
            length, _, text = rest.partition(b" ")
            if len(text) < int(length):
                break
            yield text[:int(length)].decode()
            rest = text[int(length):]


class Syslog(socketserver.BaseRequestHandler):
    def handle(self):
        for text in syslog_frames(self.request):
            header, body = text.split("] \ufeff", 1)
            self.server.log.write({"id": json.loads(body)["metadata"]["uid"], "header": header, "body": body})
        if self.server.unclean:
            return
        try:
            self.request.unwrap()
        except (OSError, ssl.SSLError):
            pass


class Email(socketserver.BaseRequestHandler):
    """As much of RFC 5321 and RFC 3207 as a sender needs; nothing is taken in clear."""

    def handle(self):
        self.connection, self.lines = self.request, None
        self.start()
        self.say("220 receiver ESMTP")
        tls, login, mail = False, "", {"to": []}
        while line := self.lines.readline().decode().rstrip("\r\n"):
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                self.say("250-receiver\r\n" + ("250 AUTH PLAIN" if tls else "250 STARTTLS"))
            elif word == "STARTTLS":
                self.say("220 go on")
                self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
                self.start()
                tls = True
            elif not tls and word != "QUIT":
                self.say("530 STARTTLS first")
            elif word == "AUTH":
                self.say("334 ")
                login = base64.b64decode(self.lines.readline()).decode().replace("\0", "/")
                self.say("235 known")
            elif word == "MAIL":
                mail = {"from": line[10:], "to": []}
                self.say("250 good")
            elif word == "RCPT":
                mail["to"].append(line[8:])
                self.say("250 good")
            elif word == "DATA":
                self.say("354 go on")
                text = self.data()
                ids = [line[12:] for line in text.splitlines() if line.startswith("X-Vigie-Id: ")]
                self.server.log.write({"id": ids[0], "login": login, "text": text, **mail})
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 good")

    def start(self):
        self.lines = self.connection.makefile("rb")

    def say(self, text: str):
        self.connection.sendall(text.encode() + b"\r\n")

    def data(self) -> str:
        lines = []
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        return "".join(lines)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class TlsServer(Server):
    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(10)
        return self.context.wrap_socket(connection, server_side=True), address


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["webhook", "syslog", "email"])
    for name in ("certificate", "key", "log", "ready"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answers", default="200")
    arguments = parser.parse_args()
    handler = {"webhook": Webhook, "syslog": Syslog, "email": Email}[arguments.kind]
    if handler is Webhook:
        Webhook.answers = [int(status) for status in arguments.answers.split(",")]
    server = (Server if arguments.kind == "email" else TlsServer)(("127.0.0.1", arguments.port), handler)
    server.log = Log(arguments.log)
    server.unclean = arguments.answers == "unclean"
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(arguments.certificate, arguments.key)
    arguments.ready.write_text(f"{server.server_address[1]}\n")
    server.serve_forever()


main()
