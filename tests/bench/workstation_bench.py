#!/usr/bin/env python3
"""What the agent costs a workstation, and what it catches there: the same work on a watched file system with the agent and without,
in alternating rounds; the ratio is the median of the rounds' ratios. Root only.

usage: workstation_bench.py [--rounds N] [--only WORD] [--quick]     --quick: smaller workloads, no peers; tells little
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(os.environ.get("VIGIE_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BINARIES = pathlib.Path(os.environ.get("VIGIE_BIN_DIR", ROOT / "build/bench/bin"))
sys.path[:0] = [str(ROOT / "scripts/demo"), str(ROOT / "tests/bench/workstation")]

import workloads  # noqa: E402
from guards import ClamOnAccess, Nothing, Vigie, cpu_seconds, resident_bytes  # noqa: E402
from vigie_site import running_as_root, wait_for  # noqa: E402
from volume import Volume  # noqa: E402

WORKLOAD_TOOL = BINARIES.parent / "benches" / "file_workload"


def row(identity, what, **fields):
    print(json.dumps({"id": identity, "what": what, "lower_is_better": True, **fields}, ensure_ascii=False), flush=True)


class Bench:
    def __init__(self, options):
        self.options = options
        self.volume = Volume(6)
        self.scratch = self.volume.folder / "scratch"
        self.scratch.mkdir()
        self.origin = None
        self.vigie = Vigie(BINARIES, self.volume)
        self.nothing = Nothing()
        self.clam = ClamOnAccess(self.volume) if ClamOnAccess.installed() and not options.quick else None

    def close(self):
        self.vigie.close()
        if self.origin:
            self.origin.close()
        if self.clam:
            self.clam.close()
        self.volume.close()

    # -- rounds -----------------------------------------------------------------------------------------------------------

    def once(self, guard, workload, seen_before=False):
        """(timing of the workload, processor seconds of the guard until it has nothing left to do)."""
        workload.prepare()
        if not seen_before:
            guard.forget_contents()
        guard.start()
        before = cpu_seconds(guard.pids())
        timing = workload.run()
        guard.settle()
        used = cpu_seconds(guard.pids()) - before
        guard.stop()
        return timing, used

    def alternate(self, workload, guard, rounds=None, seen_before=False):
        """Median ratios (wall, processor) of `guard` against nothing. Not `seen_before`: each round's contents are new to it."""
        walls, cpus, seconds = [], [], []
        workload.prepare()
        workload.run()  # page cache
        if seen_before:
            self.once(guard, workload)
        for number in range(rounds or self.options.rounds):
            bare, _ = self.once(self.nothing, workload)
            guarded, used = self.once(guard, workload, seen_before)
            walls.append(guarded.wall / bare.wall)
            cpus.append((guarded.cpu + used) / bare.cpu)
            seconds.append(guarded.wall)
            print(f"  {workload.what}, {guard.name}, round {number + 1}: wall {walls[-1]:.3f}, processor {cpus[-1]:.2f}", file=sys.stderr, flush=True)
        return statistics.median(walls), statistics.median(cpus), statistics.median(seconds)

    def cost(self, identity, workload, seen_before=False, **bounds):
        if self.options.only not in identity:
            return
        wall, cpu, seconds = self.alternate(workload, self.vigie, seen_before=seen_before)
        row(identity, workload.what, value=seconds, unit="s", peer="no agent", ratio=wall, **bounds)
        if identity.startswith("workstation_untar"):
            row(f"{identity}_cpu", "processor time of the untar, all inspections included", value=cpu, unit="x",
                peer="the workload alone", ratio=cpu, aim=2)

    def git(self):
        if self.options.only not in "workstation_git_loose" and self.options.only not in "workstation_git_again":
            return
        self.origin = workloads.Origin(self.scratch)
        self.cost("workstation_git", workloads.GitClone(self.volume, self.origin), at_least=1.25, aim=1.05)
        again = workloads.GitClone(self.volume, self.origin)
        again.what += ", of a repository that was cloned here before"
        self.cost("workstation_git_again", again, seen_before=True)
        if not self.options.quick:
            self.cost("workstation_git_loose", workloads.GitCloneLoose(self.volume, self.origin))

    def against_clam(self, identity, workload):
        """How many times less overhead than clamonacc's."""
        identity = f"{identity}_clamonacc"
        if self.options.only not in identity:
            return
        what = f"overhead of clamonacc with prevention over ours: {workload.what}"
        if not self.clam:
            return row(identity, what, lower_is_better=False, peer="clamonacc", at_least=1, aim=5, reason="clamav-daemon is not installed")
        theirs = self.alternate(workload, self.clam, 3)[0] - 1
        ours = self.alternate(workload, self.vigie, 3)[0] - 1
        ratio = min(theirs / ours, 1000) if ours > 0 else 1000
        row(identity, what, lower_is_better=False, value=ours + 1, unit="x", peer="clamonacc", ratio=ratio, at_least=1, aim=5)

    # -- what it catches --------------------------------------------------------------------------------------------------

    def sensitive(self, count=400):
        """Files of customers in new directories, opened by a transfer program as soon as tar has ended."""
        if self.options.only not in "workstation_sensitive":
            return
        self.volume.clear()
        curl = self.scratch / "curl"  # a transfer program is known by its name
        shutil.copy(WORKLOAD_TOOL, curl)
        archive = workloads.sensitive_archive(self.scratch, self.vigie.site.customers, count)
        paths = [self.volume.path / f"export-{n:03d}" / f"customers-{n:03d}.csv" for n in range(count)]
        (self.scratch / "sensitive").write_text("".join(f"{path}\n" for path in paths))
        self.vigie.start()
        subprocess.run(["tar", "-xf", archive, "-C", self.volume.path], check=True)
        told = subprocess.run([curl, "read", self.scratch / "sensitive"], check=True, capture_output=True, text=True).stdout
        refused = int(told.split()[1])
        self.vigie.settle()
        events = self.vigie.site.ask("events", "query", "--channel", "network_transfer")
        seen = {event["file"]["path"] for event in events}
        self.vigie.stop()
        unseen = sum(1 for path in paths if str(path) not in seen)
        row("workstation_sensitive_unseen", f"of {count} sensitive files just untarred, opened at once: not seen", value=unseen, unit="files", at_least=0)
        row("workstation_sensitive_blocked", "of the same: blocked", lower_is_better=False, value=refused / count, unit="of all", at_least=0.98, aim=1)

    def cold_verdict(self):
        """Opens of files that tar has just made, the last first: the agent begins with the first, so most wait for their inspection, of
        which `vigie scan` says afterwards how long it takes (the median of three scans: one is as noisy as what is measured)."""
        if self.options.only not in "workstation_cold_verdict":
            return
        untar = workloads.UntarSome(self.volume, self.scratch)
        untar.prepare()
        self.vigie.start()
        untar.run()
        files = (path for path in self.volume.path.rglob("*") if path.is_file() and 0 < path.stat().st_size <= 1 << 20)
        paths = sorted(files, reverse=True)
        (self.scratch / "cold").write_text("".join(f"{path}\n" for path in paths))
        timed = subprocess.run([WORKLOAD_TOOL, "time", self.scratch / "cold"], check=True, capture_output=True, text=True)
        waits = [int(microseconds) / 1000 for microseconds in timed.stdout.split()[:len(paths)]]
        self.vigie.settle()
        told = {event["file"]["path"] for event in self.vigie.site.ask("events", "query", "--channel", "local")}
        self.vigie.stop()
        inspections = self.inspection_times()
        asked = [(str(path), wait) for path, wait in zip(paths, waits) if wait >= 0.05]
        beyond = sorted(max(0.0, wait - inspections[path]) for path, wait in asked)
        untold = sorted(max(0.0, wait - inspections[path]) for path, wait in asked if path not in told)
        row("workstation_cold_verdict", f"cold verdict of {len(beyond):,} new files, opened at once, beyond their inspection: p99.9",
            value=beyond[int(len(beyond) * 0.999)], unit="ms", at_least=5, aim=2,
            reason=f"median {statistics.median(beyond):.2f} ms, p99 {beyond[int(len(beyond) * 0.99)]:.2f} ms, wait at most {max(waits):.1f} ms; "
                   f"without the {len(beyond) - len(untold)} of which an event was put on the disk first: p99.9 {untold[int(len(untold) * 0.999)]:.2f} ms")

    def inspection_times(self) -> dict:
        """Milliseconds by path, alone, with the customers' index."""
        site, times = self.vigie.site.folder, {}
        for _ in range(3):
            told = subprocess.run([BINARIES / "vigie", "scan", "--json", "--jobs", "1", "--index", site / "customers.index", "--key-file",
                                   site / "tenant.key", self.volume.path], capture_output=True, text=True, check=False).stdout
            for line in map(json.loads, told.splitlines()):
                times.setdefault(line["path"], []).append(line["milliseconds"])
        return {path: statistics.median(several) for path, several in times.items()}

    def burst(self, made=20000, gone=50000):
        if self.options.only not in "workstation_burst":
            return
        self.volume.clear()
        folder = self.volume.path / "burst"
        folder.mkdir()
        for number in range(gone):
            (folder / f"gone-{number}").touch()
        self.vigie.start()
        before = self.vigie.file_events()
        subprocess.run(["taskset", "--cpu-list", "0", WORKLOAD_TOOL, "burst", folder, str(made), str(gone)], check=True, stdout=subprocess.DEVNULL)
        self.vigie.settle()
        after = self.vigie.file_events()
        self.vigie.stop()
        grown = {key: int(after[key]) - int(before[key]) for key in ("produced", "delivered", "coalesced", "lost")}
        balance = grown["produced"] - grown["delivered"] - grown["coalesced"] - grown["lost"]
        row("workstation_burst", f"{gone:,} unlinks and {made:,} new files at once: neither delivered nor counted", value=abs(balance), unit="events",
            at_least=0, reason=f"{grown}")
        row("workstation_burst_lost", "of the same: counted as lost", value=grown["lost"], unit="events", aim=0)

    def idle(self, seconds=30):
        if self.options.only not in "workstation_idle":
            return
        self.volume.clear()
        self.vigie.start()
        time.sleep(5)
        pids = self.vigie.pids()
        before = cpu_seconds(pids)
        time.sleep(seconds)
        used = 100 * (cpu_seconds(pids) - before) / seconds
        memory = resident_bytes(pids) / 2**20
        self.vigie.stop()
        row("workstation_idle_memory", "agent and inspectors, idle: memory (proportional set size)", value=memory, unit="MB", at_least=60, aim=25)
        row("workstation_idle_cpu", "agent and inspectors, idle: processor", value=used, unit="% of a core", at_least=0.5, aim=0.1)

    def run(self):
        volume, scratch, quick = self.volume, self.scratch, self.options.quick
        opens = workloads.CleanOpens(volume, WORKLOAD_TOOL, 10_000 if quick else 100_000)
        self.cost("workstation_opens", opens, at_least=1.3, aim=1.05)
        self.cost("workstation_compile", workloads.Compile(volume, scratch), at_least=1.03, aim=1.0)
        self.git()
        self.cost("workstation_untar", (workloads.UntarSome if quick else workloads.Untar)(volume, scratch), at_least=1.25, aim=1.05)
        again = (workloads.UntarSome if quick else workloads.Untar)(volume, scratch)
        again.what += ", which was unpacked here before"
        self.cost("workstation_untar_again", again, seen_before=True)
        self.sensitive()
        self.cold_verdict()
        self.burst()
        self.idle()
        if not quick:
            self.against_clam("workstation_untar", workloads.UntarSome(volume, scratch))
            self.against_clam("workstation_compile", workloads.Compile(volume, scratch))
            self.against_clam("workstation_opens", workloads.CleanOpens(volume, WORKLOAD_TOOL, 4_000))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="rows with this in their id")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    missing = "" if running_as_root() else "not root: no kernel sensor can run"
    if not workloads.SOURCE.exists():
        missing = f"{workloads.SOURCE} is missing: run 'scripts/setup.sh bench'"
    if missing:
        row("workstation", "cost of the agent", reason=missing, at_least=1)
        return 0
    bench = Bench(options)
    try:
        bench.run()
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
