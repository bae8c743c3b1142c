"""Next to others that watch the same files (root): ClamAV's on-access scanner, which holds up every open as well, and auditd, which is told
of it. Sensitive opens are blocked and told, the scanner's own finds are refused, clean files go through, nobody hangs, and each may come
and go while the others run. Prints what takes part; skipped if neither peer can run."""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time
import types

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bench/workstation"))

import invent
from guards import EICAR, ClamOnAccess
from upload_server import UploadServer
from vigie_site import Site, SiteError, running_as_root, wait_for

CUSTOMERS = 200
CLEAN = "nothing that belongs to anybody\n" * 500
FILES = 6  # of each person
LONGEST = 10  # seconds that an open may take on a machine with two cores and three who watch
POLICY = """
version: 1
rules:
  - {id: no-transfer, when: {channels: [network_transfer], customers_at_least: 10}, action: block}
"""
AUDITD = ("log_file = {0}/audit.log\nlog_group = root\nflush = none\nmax_log_file = 8\nnum_logs = 2\nmax_log_file_action = rotate\n"
          "space_left = 2\nadmin_space_left = 1\n")


class Audit:
    """auditd with a rule of its own for the folder; what it found on or off it leaves so."""

    name = "auditd"

    def __init__(self, folder: pathlib.Path, watched: pathlib.Path):
        self.rule = ["-S", "open,openat,openat2,rename,unlink", "-F", f"dir={watched}", "-k", "vigie-coexistence"]
        self.folder, self.process = folder / "audit", None
        self.folder.mkdir(mode=0o700)
        (self.folder / "auditd.conf").write_text(AUDITD.format(self.folder))
        (self.folder / "auditd.conf").chmod(0o640)

    @staticmethod
    def control(*words) -> subprocess.CompletedProcess:
        return subprocess.run(["auditctl", *words], capture_output=True, text=True, check=False)

    @staticmethod
    def reason() -> str:
        """Why it cannot take part; empty if it can."""
        if not shutil.which("auditd") or not shutil.which("auditctl"):
            return "not installed (Debian: auditd)"
        status = Audit.control("-s")
        if status.returncode != 0:
            return f"this kernel cannot audit: {status.stderr.strip()}"
        words = dict(line.split(None, 1) for line in status.stdout.splitlines() if " " in line)
        if words.get("pid", "0") != "0":
            return f"process {words['pid']} audits this machine already"
        return "its rules are locked until the next start" if words.get("enabled") == "2" else ""

    def start(self):
        status = self.control("-s").stdout
        self.enabled = "1" if "enabled 1" in status else "0"
        self.process = subprocess.Popen(["auditd", "-n", "-s", "enable", "-c", str(self.folder)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: f"pid {self.process.pid}\n" in self.control("-s").stdout, 20, "auditd", 0.1)
        added = self.control("-a", "always,exit", "-F", "arch=b64", *self.rule)
        if added.returncode != 0:
            raise SiteError(f"auditctl: {added.stderr.strip()}")

    def records(self) -> int:
        log = self.folder / "audit.log"
        return log.read_bytes().count(b'key="vigie-coexistence"') if log.exists() else 0

    def stop(self):
        if not self.process:
            return
        self.control("-d", "always,exit", "-F", "arch=b64", *self.rule)
        self.control("-e", self.enabled)
        self.process.terminate()
        self.process.wait(20)
        self.process = None


def hanging() -> list[str]:
    """Processes of this test's that wait for a permission; whoever else tests on this machine may let his own wait."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == os.getpgrp() and "fanotify" in (folder / "wchan").read_text():
                found.append(f"{(folder / 'comm').read_text().strip()} ({folder.name})")
        except OSError:
            continue
    return found


class Story:
    def __init__(self, site: Site):
        self.site, self.server, self.problems = site, UploadServer(), []
        disk = site.disk("home", 64)
        disk.mount()
        self.folder = disk.mount_point
        self.clam = self.audit = None
        if ClamOnAccess.installed():
            self.clam = ClamOnAccess(types.SimpleNamespace(path=self.folder, folder=site.folder))
        else:
            print("clamonacc: not installed (Debian: clamav clamav-daemon)")
        if reason := Audit.reason():
            print(f"auditd: unsupported: {reason}")
        else:
            self.audit = Audit(site.folder, self.folder)

    def expect(self, holds: bool, what: str):
        print(("ok   " if holds else "FAIL ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def run(self, *command) -> int:
        """Nothing of it is connected to this program, or this program would be one of the readers."""
        with open(self.site.folder / "said.log", "ab") as log:
            return subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=60,
                                  check=False).returncode

    def prepare(self, name: str):
        for number in range(FILES):
            file = self.folder / f"{name}-{number}"
            if number % 2 == 0:
                invent.write_csv(file, self.site.customers)
            else:
                file.write_text(CLEAN)

    def work(self, name: str) -> list[str]:
        """What somebody does; returns what was wrong."""
        wrong = []
        for number in range(FILES):
            file = self.folder / f"{name}-{number}"
            begun = time.monotonic()
            sensitive = number % 2 == 0
            sent = self.run("curl", "-sf", "-H", "Expect:", "--data-binary", f"@{file}", f"{self.server.url}{file.name}") == 0
            if self.run("cksum", file) != 0:
                wrong.append(f"{file.name} cannot be read")
            if not sensitive and not sent:
                wrong.append(f"clean {file.name} was refused")
            if (took := time.monotonic() - begun) > 3 * LONGEST:
                wrong.append(f"{file.name} took {took:.1f} s")
        return wrong

    def phase(self, name: str, agent: bool, clam: bool):
        """Four people at once; then what arrived and what was told."""
        before = len(self.server.received)
        people = [f"{name}{person}" for person in range(4)]
        for person in people:
            self.prepare(person)
        time.sleep(0.5)  # a file that is opened at once may be faster than its mark on a machine as busy as this one
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            wrong = sum(pool.map(self.work, people), [])
        self.expect(not wrong, f"{name}: work goes on {wrong[:3]}")
        # curl sends an empty request for a file that it may not open.
        leaked = sum(size not in (0, len(CLEAN)) for size in self.server.received[before:])
        if agent:
            self.expect(leaked == 0, f"{name}: no sensitive file arrives ({leaked})")
            self.expect_told(name, 12)
        if clam:
            mark = self.folder / f"{name}-eicar"
            mark.write_text(EICAR)
            self.expect(self.run("cat", mark) != 0, f"{name}: the scanner refuses what it knows")
        self.expect(not hanging(), f"{name}: nobody waits for an answer {hanging()}")

    def expect_told(self, name: str, count: int):
        def told() -> tuple[int, int]:
            events = [event for event in self.site.ask("events", "query") if f"/{name}" in event["file"]["path"] and
                      event["distinct_customers"] == CUSTOMERS]
            blocked = {event["file"]["path"] for event in events if event["verdict"] == "block" and not event["late"]}
            read = {event["file"]["path"] for event in events if event["process"]["exe"].endswith("/cksum")}
            return len(blocked), len(read)
        try:
            wait_for(lambda: told() == (count, count), 20, "the events", 0.5)
        except SiteError:
            pass
        self.expect(told() == (count, count), f"{name}: all {count} that were blocked or read are told {told()}")

    def play(self):
        site = self.site
        site.write_agent_config([self.folder], [], "sensors: {deadline: 20s}\ninspector: {time_limit: 60s}\n")
        site.enroll_agent()
        if self.audit:
            self.audit.start()
        if self.clam:
            self.clam.start()
        site.start_agent()  # beside those who were there before
        self.phase("together", agent=True, clam=bool(self.clam))
        if self.clam:
            self.clam.stop()
            self.phase("alone", agent=True, clam=False)
            self.clam.start()  # beside an agent that was there before
            self.phase("again", agent=True, clam=True)
        site.agent.stop(30)
        self.phase("without", agent=False, clam=bool(self.clam))
        if self.audit:
            self.expect(self.audit.records() > 0, f"auditd wrote {self.audit.records()} records of these files")

    def close(self):
        self.server.close()
        if self.site.agent.running():
            self.site.agent.kill()
        for peer in (self.clam, self.audit):
            if peer:
                peer.stop()
        self.expect(not hanging(), f"at the end nobody waits {hanging()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    options = parser.parse_args()
    reason = "" if running_as_root() else "needs root: fanotify's permission events and loop mounts"
    if not reason and not ClamOnAccess.installed() and Audit.reason():
        reason = f"no peer: clamonacc is not installed (Debian: clamav clamav-daemon), auditd: {Audit.reason()}"
    if reason:
        print(f"e2e_coexistence: Skipped\n{reason}\n[  SKIPPED ] e2e_coexistence (0 ms)")
        return 77
    site, story = Site(options.binaries.resolve(), POLICY, CUSTOMERS), None
    try:
        site.build_index()
        site.start_collector()
        story = Story(site)
        begin = time.monotonic()
        story.play()
        print(f"{time.monotonic() - begin:.1f} s")
    except (SiteError, subprocess.SubprocessError) as error:
        print(f"FAIL {error}")
        return 1
    finally:
        if story:
            story.close()
        site.close()
    return 1 if story.problems else 0


if __name__ == "__main__":
    sys.exit(main())
