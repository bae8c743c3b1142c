"""Nothing lost, nothing doubled, nothing missed: a simulated fleet sends to a collector that is killed, whose disk fills, fails and is
torn, while workstations crash, connections break, clocks are wrong and attackers abuse the protocol. At the end vigie-fleet holds every
count and every incident against the truth, which it knows because it invented it, and the collector's own check finds no fault in the store.

Each blow is one of these, and the collector is started anew where it ended:
  killed    kill -9
  torn      kill -9, and what a power cut leaves behind the last commit and the last acknowledgement: half a page of noise at the end of
            the log, the beginning of a write in the journal
  full      the disk fills up; the collector must say so and go on when there is room again
  failing   the file system is shut down under it: every write and every flush fails from then on; it is repaired, and comes back
            (not by remount,abort: Linux 6.18 then says of a last flush that it succeeded, and loses what it was to flush)
Workstations are killed by the simulator itself, which forgets acknowledgements that had not reached their disk.

usage: fleet_test.py --binaries DIR [--blows N] [--seed N] [--agents N]       (the long form: --blows 500)
"""

import argparse
import collections
import fcntl
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "fleet"))

from fleet_processes import Collector, Fleet, problems_of  # noqa: E402
from vigie_site import LoopDisk, SiteError, running_as_root, wait_for  # noqa: E402

EXT4_IOC_SHUTDOWN = 0x8004587D  # ext4.h


class Victim(Collector):
    """A collector on a disk of its own that can fill up and fail; without root on any disk."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, mebibytes: int):
        self.disk, home = None, folder / "disk"
        if running_as_root():
            self.disk = LoopDisk(folder / "disk.image", home, mebibytes)
            self.disk.mount()
        else:
            home.mkdir()
        super().__init__(binaries, folder, home)

    # -- blows: each leaves it running -------------------------------------------------------------------------------------

    def killed(self):
        self.kill()
        self.start()

    def torn(self):
        self.kill()
        log = self.state / "collector.db-wal"
        if log.exists():
            with open(log, "ab") as file:
                file.write(os.urandom(2048))
        tear_next_write(self.state / "ingest.journal")
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
        self._shut_down()
        time.sleep(1)
        self.program.require_running()
        self.kill()
        subprocess.run(["umount", self.disk.mount_point], check=True)
        repaired = subprocess.run(["e2fsck", "-fy", self.disk.device], capture_output=True, text=True)
        if repaired.returncode > 2:
            raise SiteError("e2fsck: " + repaired.stdout)
        self.disk.mount()
        self.start()

    def _shut_down(self):
        mounted = os.open(self.disk.mount_point, os.O_RDONLY)
        fcntl.ioctl(mounted, EXT4_IOC_SHUTDOWN, struct.pack("I", 0))  # EXT4_GOING_FLAGS_DEFAULT: what was flushed is kept
        os.close(mounted)

    def close(self):
        super().close()
        if self.disk:
            self.disk.close()


    # -- what it keeps -----------------------------------------------------------------------------------------------------

    def vigie(self, binaries: pathlib.Path, *arguments) -> str:
        done = subprocess.run([binaries / "vigie", "--collector", self.address, "--ca", self.folder / "ca.crt", "--token-file",
                               self.folder / "admin.token", *arguments], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise SiteError(f"vigie {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def faults(self, binaries: pathlib.Path) -> list[str]:
        """Of what is stored, also with an incident that somebody has closed; while it runs and after it has stopped."""
        opened = json.loads(self.vigie(binaries, "--output", "json", "incidents", "list", "--state", "open"))
        if not opened:
            return ["no incident is open: the check of the store proves little"]
        self.vigie(binaries, "incidents", "close", opened[0]["id"], "--reason", "a false alarm")
        found = self.check(binaries)
        self.kill()
        found += self.check(binaries)
        with open(self.state / "ingest.journal", "r+b") as journal:
            journal.write(os.urandom(8192))  # both places that say which life it is
        if not any(line.startswith("journal: ") for line in self.check(binaries)):
            found.append("check does not tell of a damaged journal")
        self.start()
        return found

    def check(self, binaries: pathlib.Path) -> list[str]:
        done = subprocess.run([binaries / "vigie-collector", "check", "--state", self.state], capture_output=True, text=True)
        return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()


def tear_next_write(journal: pathlib.Path):
    """Behind the newest write of the journal: the beginning of one that a power cut tore, which nobody was told of."""
    block, frame = 4096, struct.Struct("=IIQQQ")  # checksum, bytes, life, number, oldest number that is needed
    content = journal.read_bytes() if journal.exists() else b""
    life = content[8:16]
    writes = [(frame.unpack_from(content, at), at) for at in range(2 * block, len(content), block) if content[at + 8:at + 16] == life]
    if not writes or not any(life):
        return
    (_, size, _, number, needed), at = max(writes, key=lambda write: write[0][3])
    end = at + -(-(frame.size + size) // block) * block
    part = (len(content) - 2 * block) // 4 // block * block
    if (end - 2 * block) % part == 0:  # the next one would begin another part of the file
        return
    with open(journal, "r+b") as file:
        file.seek(end)
        file.write(frame.pack(0, 2 * block, int.from_bytes(life, sys.byteorder), number + 1, needed) + os.urandom(1000))


def strike(collector: Victim, options, chance: random.Random) -> list[tuple[str, str]]:
    """The blows, each with the time at which it began (UTC, as the gaps of agents are told)."""
    names = ["killed", "killed", "killed", "torn"] + (["full", "failing"] if collector.disk else [])
    dealt = []
    for number in range(options.blows):
        # The first ones are one of each, so that a short run has them all.
        name = names[2:][number] if number < len(names) - 2 else chance.choice(names)
        time.sleep(chance.uniform(0.05, 1.0))
        dealt.append((time.strftime("%H:%M:%S", time.gmtime()), name))
        getattr(collector, name)()
        if (number + 1) % 50 == 0:
            print(f"{number + 1} of {options.blows} blows", flush=True)
    return dealt


def play(options) -> list[str]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-fleet-"))
    collector = fleet = None
    try:
        collector = Victim(options.binaries, folder, 256 + 2 * options.blows)  # the longer, the more events
        collector.start()
        fleet = Fleet(options.binaries, folder, collector.address, "--push-policy", "--check", "--agents", options.agents, "--rate", options.rate,
                      "--seed", options.seed, "--seconds", 100_000, "--patience", 240, "--crashes", 1, "--drops", 1, "--clock-error", 23,
                      "--hostile", "--attackers", 2, "--probe-every", 100)
        wait_for(fleet.running, 120, "the fleet to run", 0.2)
        dealt = strike(collector, options, random.Random(options.seed))
        result = fleet.end()
        print(f"{options.agents} workstations, {result['acknowledged_events']} events in {result['seconds']:.0f} s, {result['connections']} connections, "
              f"{result['rejected_events']} refused, {result['ahead_events']} taken ahead, {sum(result['attacks_refused'].values())} attacks refused; "
              f"blows: {dict(collections.Counter(name for _, name in dealt))}")
        problems = problems_of(result)
        if problems:
            print("blows:", dealt, "\n" + collector.vigie(options.binaries, "agents", "gaps"))
        for wanted in ("attacks_refused", "acknowledged_events", "ahead_events", "rejected_events", "outages"):
            if not result[wanted]:
                problems.append(f"no {wanted}: this proves little")
        return problems + collector.faults(options.binaries)
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
