"""Listens to `vigie incidents watch` and remembers when it heard what."""

import json
import subprocess
import threading
import time


class Watcher:
    def __init__(self, site):
        self.site = site
        self.heard: list[tuple[float, dict]] = []  # (Unix time, incident)
        self.stopped = False
        self.process = None
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while not self.stopped:  # the collector goes away during the story
            self.process = subprocess.Popen(self.site.vigie_command("--output", "json", "incidents", "watch"),
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in self.process.stdout:
                self.heard.append((time.time(), json.loads(line)))
            self.process.wait()
            time.sleep(0.1)

    def first(self, condition) -> float | None:
        """When it first heard of an incident like that."""
        return next((at for at, incident in self.heard if condition(incident)), None)

    def close(self):
        self.stopped = True
        if self.process:
            self.process.kill()
