"""kill -9 of one of the three programs at 20 random moments of a story: the incident's counts stay exact.

The story: FILES files of 16 overlapping customers each are uploaded, one after the other. With --live by curl under the kernel's
sensors (root); else from a recording. The agent is killed in the recorded story only: while it is dead, nothing can see a live
access, and no restart can know of it (it reports the gap instead).
"""

import argparse
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import invent
from replay_story import Recording
from upload_server import UploadServer
from vigie_site import Site, SiteError, running_as_root, wait_for

KILLS = 20
CUSTOMERS = 1584
ROWS_PER_FILE = 16
POLICY = """
version: 1
thresholds:
  - {id: bulk, when: {channels: [network_transfer]}, measure: distinct_customers, per: [user], window: 24h, over: 20,
     severity: high}
"""


class Uploads:
    """Which customers are in which file. Never all of them: a count that is too high must show."""

    def __init__(self, files: int, chance: random.Random):
        starts = [chance.randrange(CUSTOMERS - 200) for _ in range(files)]
        self.files = [range(start, start + ROWS_PER_FILE) for start in starts]
        self.customers = len(set().union(*self.files))

    def make(self, site: Site, folder: pathlib.Path) -> list[pathlib.Path]:
        paths = []
        for number, rows in enumerate(self.files):
            paths.append(folder / f"upload{number:04d}.csv")
            invent.write_csv(paths[-1], [site.customers[row] for row in rows])
        return paths


class RecordedStory:
    """The agent plays it by itself, as fast as it can."""

    def __init__(self, site: Site, uploads: Uploads):
        folder = site.folder / "files"
        folder.mkdir()
        recording = Recording(site.folder / "story.jsonl")
        for path in uploads.make(site, folder):
            recording.add("opening", path, "curl", f"-T {path.name} http://127.0.0.1:8080/")
        recording.write()
        site.write_agent_config([], [], f"sensors: {{replay: {recording.path}}}\n")

    def begin(self):
        pass

    def close(self):
        pass


class LiveStory:
    """curl, file by file, on a watched file system."""

    def __init__(self, site: Site, uploads: Uploads):
        self.site, self.uploads, self.server = site, uploads, UploadServer()
        self.disk = site.disk("home")
        self.disk.mount()
        site.write_agent_config([self.disk.mount_point], [])
        self.thread = threading.Thread(target=self._upload, daemon=True)

    def begin(self):
        wait_for(self.site.agent_is_ready, 30, "the agent to be ready", 0.05)
        self.thread.start()

    def _upload(self):
        for path in self.uploads.make(self.site, self.disk.mount_point):
            subprocess.run(["curl", "--silent", "--data-binary", f"@{path}", self.server.url], check=True)

    def close(self):
        self.thread.join(60)
        self.server.close()


class Killer:
    """Kills the victim again and again while the story runs, and brings back what does not come back by itself."""

    def __init__(self, site: Site, victim: str, chance: random.Random):
        self.site, self.victim, self.chance = site, victim, chance
        self.kills = 0

    def strike(self):
        time.sleep(self.chance.uniform(0.02, 0.25))
        if getattr(self, f"_kill_{self.victim}")():
            self.kills += 1

    def _kill_agent(self) -> bool:
        self.site.agent.kill()
        self.site.agent.start()
        return True

    def _kill_collector(self) -> bool:
        self.site.collector.kill()
        self.site.start_collector()
        return True

    def _kill_inspector(self) -> bool:
        self.site.agent.require_running()
        pids = self.site.inspector_pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(pids)


def count(site: Site) -> tuple[int, int]:
    """(events, distinct customers) of the incident."""
    incidents = site.try_ask("incidents", "list") or [{}]
    return incidents[0].get("events", 0), incidents[0].get("distinct_customers", 0)


def all_is_delivered(site: Site) -> bool:
    """By the agent's own word, which is at most a heartbeat old: what would be counted twice has come by then."""
    agents = site.try_ask("agents", "list") or []
    return len(agents) == 1 and agents[0]["connected"] and agents[0]["spooled_events"] == 0


def run(site: Site, options, chance: random.Random) -> list[str]:
    uploads = Uploads(options.files, chance)
    expected = (len(uploads.files), uploads.customers)
    site.build_index()
    site.start_collector()
    story = (LiveStory if options.live else RecordedStory)(site, uploads)
    try:
        site.enroll_agent()
        site.agent.start()
        story.begin()
        killer = Killer(site, options.victim, chance)
        while killer.kills < KILLS:
            killer.strike()
        unfinished = count(site)[0] < expected[0]
        with contextlib.suppress(SiteError):
            wait_for(lambda: count(site)[0] >= expected[0] and all_is_delivered(site), 120, "the counts", 0.2)
        found = count(site)
    finally:
        story.close()
    print(f"{killer.kills} kills; expected (events, customers) = {expected}, found {found}")
    problems = [] if found == expected else [f"counts are wrong: {found} instead of {expected}"]
    if not unfinished:
        problems.append("the story was over before the last kill: make --files larger")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--victim", choices=["agent", "inspector", "collector"], required=True)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--files", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    if options.live and not running_as_root():
        name = f"e2e_kill_{options.victim}_live"
        print(f"{name}: Skipped\nneeds root: fanotify's permission events and loop mounts\n[  SKIPPED ] {name} (0 ms)")
        return 77
    print(f"seed {options.seed}")
    site = Site(options.binaries.resolve(), POLICY, CUSTOMERS)
    try:
        problems = run(site, options, random.Random(options.seed))
        if problems:
            print(*problems, "agent's log:", site.agent.log.read_text()[-3000:], "collector's log:",
                  site.collector.log.read_text()[-3000:], sep="\n")
        return 1 if problems else 0
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(main())
