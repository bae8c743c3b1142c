"""Nothing lost, nothing doubled, nothing missed: a simulated fleet sends to a collector that is killed, whose disk fills, fails and is
torn, while workstations crash, connections break, clocks are wrong and attackers abuse the protocol. At the end vigie-fleet holds every
count and every incident against the truth, which it knows because it invented it.

Each blow is one of these, and the collector is started anew where it ended:
  kill      kill -9
  torn      kill -9, and what a power cut leaves behind the last commit: half a page of noise at the end of the log
  full      the disk fills up; the collector must say so and go on when there is room again
  failing   the file system goes read-only under it (ext4's answer to a failing disk), is repaired, and comes back
Workstations are killed by the simulator itself, which forgets acknowledgements that had not reached their disk.

usage: fleet_test.py --binaries DIR [--blows N] [--seed N] [--agents N]       (the long form: --blows 500)
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from vigie_site import LoopDisk, Program, SiteError, running_as_root, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Collector:
    """On a disk of its own that can fill up and fail; the address stays the same."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, on_disk: bool):
        self.folder, self.disk = folder, None
        home = folder / "disk"
        if on_disk:
            self.disk = LoopDisk(folder / "disk.image", home, 256)
            self.disk.mount()
        else:
            home.mkdir()
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
        self.program.start()
        wait_for(self.listens, 60, "the collector to listen")

    def listens(self) -> bool:
        self.program.require_running()
        try:
            return (self.state / "grpc.address").read_text().strip() == self.address
        except OSError:
            return False

    # -- blows: each leaves it running -------------------------------------------------------------------------------------

    def kill(self):
        self.program.kill()
        self.start()

    def torn(self):
        self.program.kill()
        log = self.state / "collector.db-wal"
        if log.exists():
            with open(log, "ab") as file:
                file.write(os.urandom(2048))
        self.start()

    def full(self):
        filler = self.disk.mount_point / "filler"
        free = shutil.disk_usage(self.disk.mount_point).free
        subprocess.run(["fallocate", "-l", str(max(free - 4096, 4096)), filler], check=False, capture_output=True)
        time.sleep(1)
        self.program.require_running()
        filler.unlink()
        os.sync()  # else it is back when the next blow takes the journal

    def failing(self):
        subprocess.run(["mount", "-o", "remount,abort", self.disk.mount_point], check=True)
        time.sleep(1)
        self.program.require_running()
        self.program.kill()
        subprocess.run(["umount", self.disk.mount_point], check=True)
        repaired = subprocess.run(["e2fsck", "-fy", self.disk.device], capture_output=True, text=True)
        if repaired.returncode > 2:
            raise SiteError("e2fsck: " + repaired.stdout)
        self.disk.mount()
        self.start()

    def close(self):
        if self.program.running():
            self.program.kill()
        if self.disk:
            self.disk.close()


class Fleet:
    """vigie-fleet as a process."""

    def __init__(self, collector: Collector, options):
        self.log = collector.folder / "fleet.log"
        self.lines = []
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [options.binaries.parent / "fleet" / "vigie-fleet", "--collector", collector.address, "--ca", collector.folder / "ca.crt",
                 "--token-file", collector.folder / "admin.token", "--push-policy", "--check", "--agents", str(options.agents), "--rate", str(options.rate),
                 "--seed", str(options.seed), "--seconds", "100000", "--patience", "240", "--crashes", "1", "--drops", "1", "--clock-error", "23",
                 "--hostile", "--attackers", "2", "--probe-every", "100"], stdout=subprocess.PIPE, stderr=log)
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def tail(self) -> str:
        return "\n  ".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def progress(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else ""

    def running(self) -> bool:
        if self.process.poll() is not None:
            raise SiteError(f"vigie-fleet ended with {self.process.returncode}:\n  {self.tail()}")
        return "running" in self.progress()

    def finish(self) -> dict:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(300)
        except subprocess.TimeoutExpired:
            raise SiteError(f"vigie-fleet did not come to an end:\n  {self.tail()}") from None
        self.reader.join(10)
        if not self.lines:
            raise SiteError(f"vigie-fleet ended with {self.process.returncode}:\n  {self.tail()}")
        return json.loads(self.lines[-1])

    def close(self):
        if self.process.poll() is None:
            self.process.kill()


def strike(collector: Collector, options, chance: random.Random) -> dict:
    names = ["kill", "kill", "kill", "torn"] + (["full", "failing"] if collector.disk else [])
    dealt = {}
    for number in range(options.blows):
        # The first ones are one of each, so that a short run has them all.
        name = names[2:][number] if number < len(names) - 2 else chance.choice(names)
        time.sleep(chance.uniform(0.05, 1.0))
        getattr(collector, name)()
        dealt[name] = dealt.get(name, 0) + 1
        if (number + 1) % 50 == 0:
            print(f"{number + 1} of {options.blows} blows", flush=True)
    return dealt


def play(options) -> list[str]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-fleet-"))
    collector = fleet = None
    try:
        collector = Collector(options.binaries, folder, running_as_root())
        collector.start()
        fleet = Fleet(collector, options)
        wait_for(fleet.running, 120, "the fleet to run", 0.2)
        dealt = strike(collector, options, random.Random(options.seed))
        result = fleet.finish()
        print(f"{options.agents} workstations, {result['acknowledged_events']} events in {result['seconds']:.0f} s, {result['connections']} connections, "
              f"{result['rejected_events']} refused, {sum(result['attacks_refused'].values())} attacks refused; blows: {dealt}")
        problems = result["problems"]
        if result["more_problems"]:
            problems.append(f"and {result['more_problems']} more")
        if not result["attacks_refused"] or not result["acknowledged_events"]:
            problems.append("no attack or no event: this proves nothing")
        return problems
    except SiteError as error:
        return [str(error)]
    finally:
        if fleet:
            fleet.close()
        if collector:
            collector.close()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--blows", type=int, default=8)
    parser.add_argument("--agents", type=int, default=60)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    if not running_as_root():
        print("not root: the disk neither fills nor fails in this run")
    problems = play(options)
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
