"""A collector and a simulated fleet as processes, for the end-to-end test and the bench."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import threading

from vigie_site import Program, SiteError, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Collector:
    """Its state lies in `home`; its address stays the same over restarts."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, home: pathlib.Path):
        self.folder = folder
        self.state = home / "state"
        self.address = f"127.0.0.1:{free_port()}"
        made = subprocess.run([binaries / "vigie-collector", "init", "--state", self.state, "--name", "localhost"], capture_output=True,
                              text=True)
        if made.returncode != 0:
            raise SiteError(made.stderr)
        # What the simulator needs must outlive the disk's troubles.
        for name in ("ca.crt", "admin.token"):
            shutil.copy(self.state / name, folder / name)
        config = (self.state / "collector.yaml").read_text().replace("127.0.0.1:7443", self.address)
        (folder / "collector.yaml").write_text(config.replace("level: info", "level: warning"))
        self.program = Program([str(binaries / "vigie-collector"), "--config", str(folder / "collector.yaml")], folder / "collector.log")

    def start(self):
        (self.state / "grpc.address").unlink(missing_ok=True)  # of a former life
        self.program.start()
        wait_for(self.listens, 60, "the collector to listen")

    def listens(self) -> bool:
        self.program.require_running()
        try:
            return (self.state / "grpc.address").read_text().strip() == self.address
        except OSError:
            return False

    def kill(self):
        self.program.kill()

    def memory(self) -> dict:
        """Of its process, in bytes: VmRSS, VmHWM."""
        status = pathlib.Path(f"/proc/{self.program.process.pid}/status").read_text()
        return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))}

    def close(self):
        if self.program.running():
            self.kill()


class Fleet:
    """vigie-fleet, running."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, address: str, *arguments):
        self.log, self.lines = folder / "fleet.log", []
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [binaries.parent / "fleet" / "vigie-fleet", "--collector", address, "--ca", folder / "ca.crt", "--token-file",
                 folder / "admin.token", *map(str, arguments)], stdout=subprocess.PIPE, stderr=log)
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def tail(self) -> str:
        return "\n  ".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def running(self) -> bool:
        """Everybody is connected, and events come."""
        if self.process.poll() is not None:
            raise SiteError(f"vigie-fleet ended with {self.process.returncode}:\n  {self.tail()}")
        return "running" in self.log.read_text(errors="replace").rpartition("vigie-fleet: ")[2]

    def all_connected(self, agents: int) -> bool:
        """As its last line of progress says, one each two seconds."""
        return self.running() and f": {agents} of {agents} connected" in self.tail().splitlines()[-1]

    def finish(self, seconds: float = 300) -> dict:
        """Its result, once it has come to its end."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise SiteError(f"vigie-fleet did not come to an end within {seconds:g} s:\n  {self.tail()}") from None
        self.reader.join(10)
        if not self.lines:
            raise SiteError(f"vigie-fleet ended with {self.process.returncode}:\n  {self.tail()}")
        return json.loads(self.lines[-1])

    def end(self) -> dict:
        """No more events from now on."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def problems_of(result: dict) -> list[str]:
    more = [f"and {result['more_problems']} more"] if result["more_problems"] else []
    return result["problems"] + more
