"""What watches the volume while a workload runs: nothing, Vigie, or ClamAV's on-access scanner with prevention."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from vigie_site import Site, wait_for

EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
POLICY = """
version: 1
rules:
  - {id: no-transfer, when: {channels: [network_transfer], customers_at_least: 1}, action: block}
"""


def cpu_seconds(pids) -> float:
    """That these processes have used, all threads, their ended children included."""
    used = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used += sum(int(field) for field in fields[11:15])
    return used / os.sysconf("SC_CLK_TCK")


def resident_bytes(pids) -> int:
    """Private and shared memory together, shared parts by their share."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) << 10
    return total


class Nothing:
    name = "no agent"

    def start(self):
        pass

    def forget_contents(self):
        pass

    def stop(self):
        pass

    def settle(self):
        pass

    def pids(self) -> list[int]:
        return []


class Vigie:
    """A site whose collector stays up; the agent comes and goes."""

    name = "vigie"

    def __init__(self, binaries: pathlib.Path, volume):
        self.site = Site(binaries, POLICY, 1584)
        self.site.build_index()
        self.site.start_collector()
        self.site.write_agent_config([volume.path], [])
        self.site.enroll_agent()

    def start(self):
        self.site.start_agent()
        self.settle()

    def forget_contents(self):
        """While it does not run: what it inspects from then on it has never seen."""
        for path in (self.site.folder / "agent").glob("contents.db*"):
            path.unlink()

    def stop(self):
        self.site.agent.stop(60)

    def pids(self) -> list[int]:
        return [self.site.agent.process.pid, *self.site.inspector_pids()]

    def settle(self):
        """Until it has nothing left to do: less than a fiftieth of a core over a second."""
        self.site.agent.require_running()
        for _ in range(600):
            before = cpu_seconds(self.pids())
            time.sleep(1)
            if cpu_seconds(self.pids()) - before <= 0.02:
                return

    def file_events(self) -> dict:
        """The sensor's counts, from a heartbeat after this call."""
        asked = time.time()

        def fresh():
            agent = self.site.ask("agents", "list")[0]
            from story import unix_time
            if unix_time(agent["last_seen_at"]) < asked + 1:
                return None
            return next(sensor for sensor in agent["sensors"] if sensor["name"] == "file_events")

        return wait_for(fresh, 90, "a heartbeat", 0.5)

    def close(self):
        self.site.close()


class ClamOnAccess:
    """clamd with two signatures, and clamonacc with prevention."""

    name = "clamonacc with prevention"

    def __init__(self, volume):
        self.volume = volume
        self.folder = volume.folder / "clam"
        self.folder.mkdir()
        self.running: list[subprocess.Popen] = []
        (self.folder / "t.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test\n")
        (self.folder / "t.ndb").write_text("Nothing:0:*:deadbeefcafebabe0102030405060708\n")
        (self.folder / "clamd.conf").write_text(
            f"DatabaseDirectory {self.folder}\nLocalSocket {self.folder}/clamd.sock\nUser clamav\nForeground yes\nMaxThreads 12\n"
            f"MaxQueue 200\nSelfCheck 0\nOnAccessIncludePath {volume.path}\nOnAccessPrevention yes\nOnAccessExcludeUname clamav\n"
            "OnAccessMaxFileSize 5M\nOnAccessMaxThreads 5\n")
        shutil.chown(self.folder, "clamav")

    @staticmethod
    def installed() -> bool:
        return shutil.which("clamonacc") is not None and shutil.which("clamd") is not None

    def _launch(self, *command):
        log = open(self.folder / "log", "ab")
        self.running.append(subprocess.Popen([*map(str, command)], stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def start(self):
        config = self.folder / "clamd.conf"
        self._launch("clamd", "--config-file", config)
        wait_for((self.folder / "clamd.sock").exists, 60, "clamd", 0.1)
        self._launch("clamonacc", "--config-file", config, "--foreground", "--fdpass")
        canary = self.volume.path / "canary"
        canary.write_text(EICAR)

        def refused():
            try:
                canary.read_bytes()
            except OSError:
                return True
            return False

        wait_for(refused, 60, "clamonacc to refuse its test file", 0.2)
        canary.unlink()

    def forget_contents(self):
        pass

    def stop(self):
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()
        (self.folder / "clamd.sock").unlink(missing_ok=True)

    def settle(self):
        pass

    def pids(self) -> list[int]:
        return [process.pid for process in self.running]

    def close(self):
        self.stop()
