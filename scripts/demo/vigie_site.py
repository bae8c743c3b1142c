"""A whole Vigie site in one folder: a collector, an agent, an index; for the demo and for the end-to-end tests. Everything it starts
it stops, everything it mounts it unmounts."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import invent


# Of agent.yaml: on a machine without a moment's rest, what is inspected at leisure is inspected promptly after this time.
SHORT_PATIENCE = "inspector: {time_limit: 2s}\n"


class SiteError(Exception):
    """Something of the site did not come up; the text says what and shows the log."""


def wait_for(condition, seconds: float, what: str, step: float = 0.02):
    """The first true value of condition(), within a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise SiteError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(step)


def machine_is_busy() -> bool:
    """Whether somebody waits for disk or memory a tenth of the time, or for the processor half of it (of the last ten seconds)."""
    for what, share in (("io", 10), ("memory", 10), ("cpu", 50)):
        try:
            some = pathlib.Path("/proc/pressure", what).read_text().split()[1]  # "avg10=2.71"
        except OSError:
            continue
        if float(some.partition("=")[2]) > share:
            return True
    return False


class Program:
    """One of our long-running programs, with its log."""

    def __init__(self, command: list[str], log: pathlib.Path):
        self.command = command
        self.log = log
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def require_running(self):
        if not self.running():
            tail = self.log.read_text(errors="replace").splitlines()[-8:]
            raise SiteError(f"{self.command[0]} ended with {self.process.returncode}:\n  " + "\n  ".join(tail))

    def kill(self):
        """As kill -9 does."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 10):
        if not self.running():
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise SiteError(f"{self.command[0]} did not stop within {seconds:g} s") from None


class LoopDisk:
    """An ext4 file system in an image file, mounted through a loop device."""

    def __init__(self, image: pathlib.Path, mount_point: pathlib.Path, mebibytes: int = 32):
        self.mount_point = mount_point
        mount_point.mkdir()
        with open(image, "wb") as file:
            file.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        self.device = subprocess.run(["losetup", "--find", "--show", image], check=True, capture_output=True,
                                     text=True).stdout.strip()
        self.mounted = False

    def mount(self, user: str | None = None):
        subprocess.run(["mount", self.device, self.mount_point], check=True)
        self.mounted = True
        if user:
            shutil.chown(self.mount_point, user)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "--lazy", self.mount_point], check=False)
        subprocess.run(["losetup", "--detach", self.device], check=False)


class Site:
    def __init__(self, binaries: pathlib.Path, policy: str, customer_count: int):
        self.binaries = binaries
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-site-"))
        self.folder.chmod(0o755)
        self.customers = invent.customers(customer_count)
        self.disks: list[LoopDisk] = []
        self.others: list[subprocess.Popen] = []
        self.address = self.http_address = "127.0.0.1:0"
        self.collector_state = self.folder / "collector"
        self.collector = self._program("vigie-collector")
        self.agent = self._program("vigie-agent")
        (self.folder / "policy.yaml").write_text(policy)

    def _program(self, name: str) -> Program:
        config = self.folder / (name.removeprefix("vigie-") + ".yaml")
        return Program([str(self.binaries / name), "--config", str(config)], self.folder / f"{name}.log")

    # -- the command line -------------------------------------------------------------------------------------------------

    def vigie_command(self, *arguments) -> list[str]:
        return [str(self.binaries / "vigie"), "--collector", self.address, "--ca", str(self.collector_state / "ca.crt"),
                "--token-file", str(self.collector_state / "admin.token"), *map(str, arguments)]

    def vigie(self, *arguments, given: str = "") -> str:
        try:
            done = subprocess.run(self.vigie_command(*arguments), input=given, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            raise SiteError(f"vigie {arguments[0]} did not answer within 60 s") from None
        if done.returncode != 0:
            raise SiteError(f"vigie {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.vigie("--output", "json", *arguments))

    def try_ask(self, *arguments):
        """As ask; nothing while the collector is away."""
        try:
            return self.ask(*arguments)
        except SiteError:
            return None

    # -- setting up -------------------------------------------------------------------------------------------------------

    def build_index(self):
        directory = self.folder / "directory.csv"
        invent.write_csv(directory, self.customers)
        key = self.folder / "tenant.key"
        self.vigie("index", "key", "--out", key)
        self.vigie("index", "build", "--directory", directory, "--columns",
                   "key=id,name=name,email=email,phone=phone,text=company", "--region", "FR", "--key-file", key,
                   "--ledger", self.folder / "ledger", "--out", self.folder / "customers.index")

    def write_collector_config(self):
        state = self.collector_state
        index = self.folder / "customers.index"
        indexes = f"indexes: [{{file: {index}, key: {self.folder}/tenant.key}}]\n" if index.exists() else ""
        (self.folder / "collector.yaml").write_text(
            f"listen: {{grpc: '{self.address}', http: '{self.http_address}'}}\nstate: {state}\npolicy: {self.folder}/policy.yaml\nstore: {{kind: sqlite}}\n"
            f"tls: {{certificate: {state}/server.crt, key: {state}/server.key, client_ca: {state}/ca.crt}}\n{indexes}")

    def start_collector(self):
        """The first start finds free ports and keeps them."""
        files = [self.collector_state / "grpc.address", self.collector_state / "http.address"]
        if not self.collector_state.exists():
            subprocess.run([str(self.binaries / "vigie-collector"), "init", "--state", str(self.collector_state),
                            "--name", "localhost"], check=True, stdout=subprocess.DEVNULL)
            self.write_collector_config()
        for file in files:
            file.unlink(missing_ok=True)
        self.collector.start()

        def listening():
            self.collector.require_running()
            return all(file.exists() and file.read_text().strip() for file in files)

        wait_for(listening, 20, "the collector to listen")
        addresses = tuple(file.read_text().strip() for file in files)
        if addresses != (self.address, self.http_address):
            self.address, self.http_address = addresses
            self.write_collector_config()

    def write_agent_config(self, watch, media, sensors=""):
        def quoted(items):
            return "[" + ", ".join(f"'{item}'" for item in items) + "]"

        folder = self.folder
        (folder / "agent.yaml").write_text(
            f"collector: {{address: '{self.address}', ca: {self.collector_state}/ca.crt}}\nstate: {folder}/agent\n"
            f"watch: {quoted(watch)}\nremovable: {{mount_points: {quoted(media)}}}\n"
            f"indexes: [{{file: {folder}/customers.index, key: {folder}/tenant.key}}]\n{sensors}")

    def enroll_agent(self):
        token = self.vigie("token", "create").strip()
        subprocess.run([*self.agent.command[:1], "enroll", *self.agent.command[1:], "--token", token], check=True,
                       stdout=subprocess.DEVNULL)

    def agent_is_ready(self) -> bool:
        """Connected, with the policy, and its file sensor running."""
        self.agent.require_running()
        return self.agent_is_connected()

    def agent_is_connected(self) -> bool:
        """As the collector sees it: for a moment still of one that was killed."""
        agents = self.try_ask("agents", "list") or []
        return any(agent["connected"] and agent["policy_version"] > 0 and agent["sensors"] for agent in agents)

    def start_agent(self):
        self.agent.start()
        wait_for(self.agent_is_ready, 30, "the agent to be ready", 0.05)

    def known_files(self) -> int:
        """Of how many files the agent knows what is in them, as of its last heartbeat."""
        sensors = (self.try_ask("agents", "list") or [{}])[0].get("sensors", [])
        return sum(sensor["delivered"] for sensor in sensors if sensor["name"] == "verdict_index")

    def wait_until_known(self, files: int, patience: float = 30, at_most: float = 200):
        """Until the agent knows so many files. It looks for them at its leisure, and leaves a busy machine alone: only time in which
        it could have got on and did not is held against it."""
        begin = looked_at = time.monotonic()
        known, idle = -1, 0.0
        while (now_known := self.known_files()) < files:
            now = time.monotonic()
            idle = 0.0 if now_known > known else idle + (0.0 if machine_is_busy() else now - looked_at)
            known, looked_at = max(known, now_known), now
            if idle > patience or now - begin > at_most:
                raise SiteError(f"the agent knows {known} of {files} files after {now - begin:.0f} s, {idle:.0f} s without getting on")
            time.sleep(0.2)

    def inspector_pids(self) -> list[int]:
        """The agent's inspector processes."""
        found = []
        for status in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = status.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"vigie-inspector"):
                pid = int(status.parent.name)
                if parent_of(pid) == self.agent.process.pid:
                    found.append(pid)
        return found

    def disk(self, name: str, mebibytes: int = 32) -> LoopDisk:
        disk = LoopDisk(self.folder / f"{name}.img", self.folder / name, mebibytes)
        self.disks.append(disk)
        return disk

    def close(self):
        for program in (self.agent, self.collector):
            if program.running():
                program.process.send_signal(signal.SIGTERM)
                try:
                    program.process.wait(5)
                except subprocess.TimeoutExpired:
                    program.kill()
        for process in self.others:
            process.kill()
            process.wait()
        for disk in self.disks:
            disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def parent_of(pid: int) -> int:
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def running_as_root() -> bool:
    return os.geteuid() == 0
