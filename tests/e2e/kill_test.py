"""kill -9 of one of the three programs at 20 random moments of a story: the incident's counts stay exact, its evidence holds.

The story: FILES files of 16 overlapping customers each are uploaded, one after the other. With --live by curl under the kernel's
sensors (root); else from a recording. While an agent is dead nothing can see a live access: each upload must then be an event, or
lie in a gap that a restart has told; and the incident counts exactly the events.
"""

import argparse
import contextlib
import json
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
from story import unix_time
from upload_server import UploadServer
from vigie_site import SHORT_PATIENCE, Site, SiteError, running_as_root, wait_for

KILLS = 20
KILLS_IN_THE_STORY = 5  # at least: a quick machine may be through with it before the last
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
        self.site, self.uploads = site, uploads
        folder = site.folder / "files"
        folder.mkdir()
        recording = Recording(site.folder / "story.jsonl")
        for path in uploads.make(site, folder):
            recording.add("opening", path, "curl", f"-T {path.name} http://127.0.0.1:8080/")
        recording.write()
        site.write_agent_config([], [], f"sensors: {{replay: {recording.path}}}\n")

    def begin(self):
        pass

    def finished(self) -> bool:
        return count(self.site)[0] >= len(self.uploads.files)

    def expected(self) -> tuple[int, int]:
        """(events, distinct customers) that the incident must show."""
        return len(self.uploads.files), self.uploads.customers

    def problems(self) -> list[str]:
        return []

    def close(self):
        pass


class LiveStory:
    """curl, file by file, on a watched file system."""

    def __init__(self, site: Site, uploads: Uploads):
        self.site, self.uploads, self.server = site, uploads, UploadServer()
        self.disk = site.disk("home")
        self.disk.mount()
        site.write_agent_config([self.disk.mount_point], [], SHORT_PATIENCE)
        self.sent: dict[str, tuple[float, float]] = {}  # from when to when
        self.thread = threading.Thread(target=self._upload, daemon=True)

    def begin(self):
        wait_for(self.site.agent_is_ready, 30, "the agent to be ready", 0.05)
        self.thread.start()

    def finished(self) -> bool:
        return len(self.sent) == len(self.uploads.files)

    def expected(self) -> tuple[int, int]:
        return len(self.uploads.files), self.uploads.customers

    def problems(self) -> list[str]:
        return []

    def _upload(self):
        self._send(self.uploads.make(self.site, self.disk.mount_point), 0)

    def _send(self, paths: list[pathlib.Path], pause: float):
        for path in paths:
            begin = time.time()
            subprocess.run(["curl", "--silent", "--data-binary", f"@{path}", self.server.url], check=True)
            self.sent[path.name] = (begin, time.time())
            time.sleep(pause)

    def close(self):
        if self.thread.ident is not None:
            self.thread.join(60)
        self.server.close()


class LiveStoryWithGaps(LiveStory):
    """The same while the agent itself is killed. The files are there and known before the first upload: what comes into being while
    the agent is dead it finds later, at its leisure, which is another matter."""

    PAUSE_SECONDS = 0.02

    def __init__(self, site: Site, uploads: Uploads):
        super().__init__(site, uploads)
        self.paths = uploads.make(site, self.disk.mount_point)

    def begin(self):
        self.site.wait_until_known(len(self.paths))
        self.thread.start()

    def _upload(self):
        self._send(self.paths, self.PAUSE_SECONDS)

    def _told(self) -> dict[str, int]:
        """How often each file was told."""
        told: dict[str, int] = {}
        for event in self.site.ask("events", "query", "--channel", "network_transfer"):
            name = pathlib.Path(event["file"]["path"]).name
            told[name] = told.get(name, 0) + 1
        return told

    def _gaps(self) -> list[tuple[float, float]]:
        gaps = [event["gap"] for event in self.site.ask("events", "query") if event.get("gap")]
        return [(unix_time(gap["from"]), unix_time(gap["until"])) for gap in gaps if gap["sensor"] == "agent"]

    def expected(self) -> tuple[int, int]:
        rows = dict(zip((path.name for path in self.paths), self.uploads.files))
        told = self._told()
        return len(told), len(set().union(*(rows[name] for name in told)))

    def problems(self) -> list[str]:
        told, gaps = self._told(), self._gaps()
        unseen = [name for name in self.sent if name not in told]
        untold = [name for name in unseen if not any(meet(self.sent[name], gap) for gap in gaps)]
        print(f"{len(told)} uploads were seen, {len(unseen)} were not, {len(gaps)} gaps were told")
        problems = [f"not seen, and in no gap: {name}" for name in untold]
        problems += [f"told {times} times: {name}" for name, times in told.items() if times > 1]
        if not unseen or len(told) < len(self.paths) / 10:
            problems.append("hardly any upload met a dead agent, or a living one: this proves nothing")
        return problems


def story_class(options):
    if not options.live:
        return RecordedStory
    return LiveStoryWithGaps if options.victim == "agent" else LiveStory


def meet(one: tuple[float, float], gap: tuple[float, float]) -> bool:
    written_to = 0.001  # times are written in milliseconds, cut off
    return one[0] <= gap[1] + written_to and gap[0] <= one[1]


class Killer:
    """Kills the victim again and again while the story runs, and brings back what does not come back by itself."""

    def __init__(self, site: Site, options, chance: random.Random):
        self.site, self.victim, self.chance = site, options.victim, chance
        # An agent takes most of a second until it watches: some kills must come later.
        self.longest_wait = 2.5 if options.live and options.victim == "agent" else 0.25
        self.kills = 0

    def strike(self) -> bool:
        time.sleep(self.chance.uniform(0.02, self.longest_wait))
        struck = getattr(self, f"_kill_{self.victim}")()
        self.kills += struck
        return struck

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


def doubles(site: Site) -> list[str]:
    """Each event of a file that has more than one: ids are agent/epoch/sequence, and tell a repeat from a second event."""
    by_file: dict[str, list[dict]] = {}
    for event in site.ask("events", "query", "--channel", "network_transfer"):
        by_file.setdefault(pathlib.Path(event["file"]["path"]).name, []).append(event)
    return [f"told again: {name} {event['id']} {event['at']} {event['activity']} by {event['process'].get('exe')} "
            f"(pid {event['process']['pid']}), {event['verdict']} "
            f"to {(event.get('destination') or {}).get('kind', '')}" for name, events in by_file.items() if len(events) > 1 for event in events]


def all_is_delivered(site: Site) -> bool:
    """By the agent's own word, which is at most a heartbeat old: what would be counted twice has come by then."""
    agents = site.try_ask("agents", "list") or []
    return len(agents) == 1 and agents[0]["connected"] and agents[0]["spooled_events"] == 0


def evidence_problems(site: Site) -> list[str]:
    """Each event of the incident is signed by its workstation and linked to the one before, and the whole chain holds: offline."""
    file = site.folder / "inc-1.evidence"
    site.vigie("evidence", "export", "inc-1", "--out", file)
    verified = subprocess.run([site.binaries / "vigie", "--output", "json", "--ca", site.collector_state / "ca.crt", "evidence", "verify",
                               file], capture_output=True, text=True)
    report = json.loads(verified.stdout)
    print(f"evidence of {report['events']} events, {report['signed_by_host']} signed, {report['links']} links held")
    problems = [] if verified.returncode == 0 else [f"the evidence does not hold: {report['faults']}"]
    if report["events"] == 0 or report["signed_by_host"] != report["events"]:
        problems.append("not all of its events are signed by their workstation")
    checked = subprocess.run([site.binaries / "vigie-collector", "check", "--state", site.collector_state], capture_output=True, text=True)
    return problems if checked.returncode == 0 else problems + [f"the store does not hold: {checked.stdout}"]


def run(site: Site, options, chance: random.Random) -> list[str]:
    site.build_index()
    site.start_collector()
    story = story_class(options)(site, Uploads(options.files, chance))
    try:
        site.enroll_agent()
        site.agent.start()
        story.begin()
        killer = Killer(site, options, chance)
        met = 0
        while killer.kills < KILLS:
            finished = story.finished()
            met += not finished
            if not killer.strike() and finished:
                break  # nobody brings an inspector back that nobody needs
        with contextlib.suppress(SiteError):
            wait_for(lambda: story.finished() and all_is_delivered(site), 120, "the story to end", 0.2)
        ended = story.finished() and all_is_delivered(site)
        expected, found = story.expected(), count(site)
        problems = story.problems() + evidence_problems(site)
    finally:
        story.close()
    print(f"{killer.kills} kills, {met} before the story's end; expected (events, customers) = {expected}, found {found}")
    if found != expected:
        problems.append(f"counts are wrong: {found} instead of {expected}")
        problems += doubles(site)
    if not ended:
        problems.append("the story did not end, or not all of it was delivered")
    if met < KILLS_IN_THE_STORY:
        problems.append(f"the story was over after {met} kills: make --files larger")
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
