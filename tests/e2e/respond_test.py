"""An analyst blocks channels because of an incident, and a real agent under the kernel's sensors refuses them (root): within seconds, over
restarts of agent and collector, without the collector, until the end or until the block is lifted."""

import argparse
import datetime
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import invent
from upload_server import UploadServer
from vigie_site import SHORT_PATIENCE, Site, SiteError, running_as_root, wait_for

CUSTOMERS = 400
POLICY = """
version: 1
rules:
  - {id: transfers-are-audited, when: {channels: [removable_media, network_transfer], customers_at_least: 1}, action: audit}
thresholds:
  - {id: bulk-customers, when: {channels: [network_transfer]}, measure: distinct_customers, per: [user], window: 24h, over: 40, severity: critical}
"""
WAYS = ["CHANNEL_REMOVABLE_MEDIA", "CHANNEL_NETWORK_TRANSFER"]


class Story:
    def __init__(self, site: Site):
        self.site, self.server = site, UploadServer()
        self.home, self.stick = site.disk("home"), site.disk("stick")
        self.home.mount()
        self.stick.mount()
        site.write_agent_config([self.home.mount_point], [self.stick.mount_point], SHORT_PATIENCE)
        self.folder = self.home.mount_point
        self.problems: list[str] = []

    def prepare(self):
        invent.write_csv(self.folder / "customers.csv", self.site.customers)
        (self.folder / "harmless.csv").write_text("colour;length\n" + "blue;3\n" * 2000)

    def expect(self, holds: bool, what: str):
        print(("ok   " if holds else "FAIL ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def shell(self, command: str) -> int:
        with open(self.site.folder / "shell.log", "ab") as log:
            return subprocess.run(["bash", "-c", command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  timeout=60).returncode

    def call(self, method: str, request: dict) -> dict:
        token = (self.site.collector_state / "admin.token").read_text().strip()
        context = ssl.create_default_context(cafile=self.site.collector_state / "ca.crt")
        context.check_hostname = False  # it listens on an address
        asked = urllib.request.Request(f"https://{self.site.http_address}/vigie.v1.IncidentService/{method}", json.dumps(request).encode(),
                                       {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, context=context, timeout=20) as answer:
            return json.load(answer)

    def block(self, seconds: float) -> float:
        """Until the agent says that it has applied it: how long that took."""
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        begin = time.monotonic()
        incident = self.call("GetIncident", {"id": "inc-1"})
        self.call("BlockChannels", {"id": "inc-1", "target": "BLOCK_TARGET_USER", "channels": WAYS, "reason": "a test", "user": incident["user"],
                                    "replaces": incident.get("block", {}).get("number", 0), "until": until.strftime("%Y-%m-%dT%H:%M:%SZ")})
        wait_for(lambda: self.state().get("applied") == "1", 10, "the agent to apply the block", 0.05)
        return time.monotonic() - begin

    def state(self) -> dict:
        return self.call("GetBlockState", {"id": "inc-1"})

    def copy(self, name: str = "customers.csv") -> bool:
        target = self.stick.mount_point / name
        copied = self.shell(f"cp {name} {target}") == 0
        target.unlink(missing_ok=True)
        return copied

    def send(self, name: str = "customers.csv") -> bool:
        return self.shell(f"curl -sf -H 'Expect:' -X POST -T {name} {self.server.url}") == 0

    def expect_refused(self, when: str):
        before = len(self.server.received)
        self.expect(not self.copy(), f"{when} cp of customers to the medium is refused")
        self.expect(not self.send(), f"{when} curl of customers is refused")
        arrived = [size for size in self.server.received[before:] if size > 0]
        self.expect(not arrived, f"and nothing of them arrives: {arrived}")
        self.expect(not self.copy("harmless.csv"), "nor is anything else copied to a medium that is closed for him")
        self.expect(self.send("harmless.csv"), "a harmless file that nobody judges is sent")

    def expect_allowed(self, when: str):
        self.expect(self.copy(), f"{when} cp of customers works")
        self.expect(self.send(), f"{when} curl of customers works")

    def opens(self):
        self.expect_allowed("before")
        wait_for(lambda: self.site.ask("incidents", "list"), 20, "the incident", 0.1)

    def blocked(self):
        took = self.block(3600)
        self.expect(took < 5, f"the agent has applied the block after {took:.2f} s")
        self.expect_refused("blocked,")

    def restarts(self):
        self.site.collector.kill()
        self.site.agent.kill()
        self.site.agent.start()
        wait_for(lambda: not self.copy(), 30, "the agent to refuse again", 0.2)
        self.expect_refused("after a restart of the agent without the collector")
        self.site.start_collector()
        wait_for(lambda: self.state().get("applied") == "1" and self.site.agent_is_connected(), 60, "the agent to come back", 0.2)
        self.expect_refused("after a restart of the collector")

    def lifted(self):
        begin = time.monotonic()
        self.site.vigie("lift", "inc-1", "--reason", "cleared up")
        wait_for(self.copy, 10, "the block to be lifted", 0.05)
        took = time.monotonic() - begin
        self.expect(took < 5, f"lifted after {took:.2f} s")
        self.expect_allowed("lifted,")
        self.expect("blocks" not in self.state(), "nothing is blocked any more")
        try:
            self.call("LiftBlock", {"id": "inc-1", "reason": "again"})
            self.expect(False, "lifting what is not blocked is refused")
        except urllib.error.HTTPError as error:
            self.expect(json.load(error)["code"] == "failed_precondition", "lifting what is not blocked is refused")

    def ends(self):
        self.block(25)  # longer than it may take until it is applied
        self.site.collector.kill()
        self.expect(not self.copy(), "a block with an end is in force without the collector")
        begin = time.monotonic()
        wait_for(self.copy, 40, "the block to end by itself", 0.2)
        self.expect(True, f"and ends by itself, after {time.monotonic() - begin:.1f} s more")
        self.expect_allowed("ended,")
        self.site.start_collector()

    def told(self):
        history = self.call("ListIncidentHistory", {"incidentId": "inc-1"})["entries"]
        kinds = [entry["kind"].removeprefix("INCIDENT_ENTRY_KIND_") for entry in history]
        self.expect(kinds == ["OPENED", "BLOCKED", "LIFTED", "BLOCKED"], f"the history has it: {kinds}")

        def refused():
            found = self.site.try_ask("events", "query") or []
            channels = {event["channel"] for event in found if event["verdict"] == "block" and event["rule"] == "incident:inc-1"}
            return {"removable_media", "network_transfer"} <= channels
        wait_for(refused, 60, "the refusals to be told", 0.5)
        self.expect(True, "what was refused is told, with the incident as its rule")

    def play(self):
        self.site.start_agent()
        self.site.wait_until_known(2)
        for act in (self.opens, self.blocked, self.restarts, self.lifted, self.ends, self.told):
            act()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    options = parser.parse_args()
    reason = "" if running_as_root() else "needs root: fanotify's permission events and loop mounts"
    reason = reason or ("" if shutil.which("curl") else "not installed: curl")
    if reason:
        print(f"e2e_respond: Skipped\n{reason}\n[  SKIPPED ] e2e_respond (0 ms)")
        return 77
    site = Site(options.binaries.absolute(), POLICY, CUSTOMERS)
    story = None
    try:
        site.build_index()
        site.start_collector()
        story = Story(site)
        story.prepare()
        site.enroll_agent()
        begin = time.monotonic()
        story.play()
        print(f"{time.monotonic() - begin:.1f} s")
    except SiteError as error:
        print(f"FAILED: {error}")
        return 1
    finally:
        if story:
            if story.problems:
                print("agent's log:", site.agent.log.read_text()[-3000:], sep="\n")
            story.server.close()
        site.close()
    return 1 if story.problems else 0


if __name__ == "__main__":
    sys.exit(main())
