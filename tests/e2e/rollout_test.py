"""A policy goes from ring to ring on two real agents under the kernel's sensors (root): the first ring enforces it, the other does not until it
is promoted; over restarts of agent and collector, and back again."""

import argparse
import pathlib
import subprocess
import sys
import time

import invent
from vigie_site import SHORT_PATIENCE, Program, Site, SiteError, running_as_root, wait_for

CUSTOMERS = 200
ACTIONS = {1: "audit", 2: "block"}


def policy(version: int) -> str:
    return f"""version: {version}
rules:
  - {{id: customers-to-media, when: {{channels: [removable_media], customers_at_least: 1}}, action: {ACTIONS[version]}}}
thresholds:
  - {{id: bulk-customers, when: {{channels: [removable_media]}}, measure: distinct_customers, per: [user], window: 24h, over: 1000, severity: low}}
"""


class Workstation:
    """An agent with a disk and a medium of its own."""

    def __init__(self, site: Site, name: str):
        self.site, self.name = site, name
        config = site.folder / f"{name}.yaml"
        self.agent = Program([str(site.binaries / "vigie-agent"), "--config", str(config)], site.folder / f"{name}.log")
        self.home, self.stick = site.disk(f"{name}-home"), site.disk(f"{name}-stick")
        self.home.mount()
        self.stick.mount()
        site.write_agent_config([self.home.mount_point], [self.stick.mount_point], SHORT_PATIENCE)
        text = (site.folder / "agent.yaml").read_text()
        config.write_text(text.replace(f"state: {site.folder}/agent\n", f"state: {site.folder}/{name}\n"))
        invent.write_csv(self.home.mount_point / "customers.csv", site.customers)
        self.id = ""

    def enroll(self):
        known = {agent["id"] for agent in self.site.ask("agents", "list")}
        token = self.site.vigie("token", "create").strip()
        subprocess.run([*self.agent.command[:1], "enroll", *self.agent.command[1:], "--token", token], check=True, stdout=subprocess.DEVNULL)
        (self.id,) = {agent["id"] for agent in self.site.ask("agents", "list")} - known

    def seen(self) -> dict:
        """As the collector sees it; nothing while that is away."""
        return next((agent for agent in self.site.try_ask("agents", "list") or [] if agent["id"] == self.id), {})

    def runs(self, version: int) -> bool:
        self.agent.require_running()
        agent = self.seen()
        return bool(agent) and agent["connected"] and agent["policy_version"] == version

    def copy(self) -> bool:
        target = self.stick.mount_point / "customers.csv"
        done = subprocess.run(["cp", "customers.csv", target], cwd=self.home.mount_point, capture_output=True, timeout=60)
        target.unlink(missing_ok=True)
        return done.returncode == 0


class Story:
    def __init__(self, site: Site):
        self.site = site
        self.pilot, self.other = Workstation(site, "pilot"), Workstation(site, "other")
        self.problems: list[str] = []

    def expect(self, holds: bool, what: str):
        print(("ok   " if holds else "FAIL ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def write(self, version: int) -> pathlib.Path:
        path = self.site.folder / f"policy-{version}.yaml"
        path.write_text(policy(version))
        return path

    def timed(self, condition, what: str) -> float:
        begin = time.monotonic()
        wait_for(condition, 30, what, 0.05)
        return time.monotonic() - begin

    def begins(self):
        for workstation in (self.pilot, self.other):
            workstation.enroll()
            workstation.agent.start()
            wait_for(lambda: workstation.runs(1) and workstation.seen()["sensors"], 60, "the agent to be ready", 0.1)
        self.site.vigie("agents", "ring", "set", "pilot")
        self.site.vigie("agents", "ring", "assign", "pilot", self.pilot.id)
        self.expect(self.pilot.copy() and self.other.copy(), "at first both copy customers to a medium")

    def rolled_out(self):
        told = self.site.ask("policy", "rollout", self.write(2))
        self.expect(told["agents_told"] == 1, f"one agent is told: {told['agents_told']}")
        took = self.timed(lambda: self.pilot.runs(2), "the first ring to apply it")
        self.expect(took < 5, f"the first ring has applied it after {took:.2f} s")
        self.timed(lambda: not self.pilot.copy(), "the first ring to refuse")
        self.expect(not self.pilot.copy(), "the first ring refuses the copy")
        self.expect(self.other.copy() and self.other.runs(1), "the other ring does not")
        rings = {ring["name"]: ring for ring in self.site.ask("agents", "ring", "list")}
        self.expect((rings["pilot"]["applied"], rings["default"]["applied"]) == (1, 1), f"each ring's have applied what it runs: {rings}")

    def restarts(self):
        self.site.collector.kill()
        self.pilot.agent.kill()
        self.pilot.agent.start()
        self.timed(lambda: not self.pilot.copy(), "the agent to refuse again")
        self.expect(not self.pilot.copy(), "after a restart without the collector the first ring refuses")
        self.site.start_collector()
        self.timed(lambda: self.pilot.runs(2) and self.other.runs(1), "both to come back")
        self.expect(not self.pilot.copy() and self.other.copy(), "after a restart of the collector each runs what its ring runs")

    def promoted(self):
        self.site.vigie("policy", "promote", 2)
        took = self.timed(lambda: self.other.runs(2), "the other ring to apply it")
        self.expect(took < 5, f"promoted, the other ring has applied it after {took:.2f} s")
        self.timed(lambda: not self.other.copy(), "the other ring to refuse")
        self.expect(not self.other.copy(), "and refuses the copy")

    def rolled_back(self):
        self.site.vigie("policy", "rollback", 2)
        self.timed(lambda: self.pilot.runs(1) and self.other.runs(1), "the roll-back")
        self.expect(self.pilot.copy() and self.other.copy(), "rolled back, both copy again")
        self.other.agent.stop()
        self.other.agent.start()
        self.timed(lambda: self.other.runs(1), "the agent to come back")
        self.expect(self.other.copy(), "also after a restart")

    def play(self):
        for act in (self.begins, self.rolled_out, self.restarts, self.promoted, self.rolled_back):
            act()

    def close(self):
        for workstation in (self.pilot, self.other):
            if workstation.agent.running():
                workstation.agent.kill()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    options = parser.parse_args()
    if not running_as_root():
        print("e2e_rollout: Skipped\nneeds root: fanotify's permission events and loop mounts\n[  SKIPPED ] e2e_rollout (0 ms)")
        return 77
    site = Site(options.binaries.absolute(), policy(1), CUSTOMERS)
    story = None
    try:
        site.build_index()
        site.start_collector()
        story = Story(site)
        begin = time.monotonic()
        story.play()
        print(f"{time.monotonic() - begin:.1f} s")
    except SiteError as error:
        print(f"FAILED: {error}")
        return 1
    finally:
        if story:
            if story.problems:
                print("the first ring's log:", story.pilot.agent.log.read_text()[-3000:], sep="\n")
            story.close()
        site.close()
    return 1 if story.problems else 0


if __name__ == "__main__":
    sys.exit(main())
