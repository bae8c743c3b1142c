"""The outside world of the demo: takes what is sent to it on a free loopback port, and counts."""

import http.server
import threading


class UploadServer:
    def __init__(self):
        self.received: list[int] = []  # bytes of each upload

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.received.append(len(body))
                handler.send_response(204)
                handler.end_headers()

            def log_message(handler, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/upload"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
