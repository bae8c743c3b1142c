"""Who carries customer data, with a real agent under the kernel's sensors (root): pipelines, encrypted copies, parts under other names,
a restart of the agent in between; each with a harmless twin that nobody must touch."""

import argparse
import base64
import pathlib
import shutil
import subprocess
import sys
import time

import invent
from upload_server import UploadServer
from vigie_site import SHORT_PATIENCE, Site, running_as_root, wait_for

CUSTOMERS = 1584
POLICY = """
version: 1
rules:
  - {id: customers-out, when: {channels: [removable_media, network_transfer], customers_at_least: 10}, action: block}
"""


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
        # Before the agent starts: it finds them itself.
        invent.write_csv(self.folder / "customers.csv", self.site.customers)
        (self.folder / "harmless.csv").write_text("colour;length\n" + "blue;3\n" * 2000)
        (self.folder / "harmless.bin").write_bytes(bytes(range(256)) * 64)

    def expect(self, holds: bool, what: str):
        print(("ok   " if holds else "FAIL ") + what, flush=True)
        if not holds:
            self.problems.append(what)

    def shell(self, command: str) -> int:
        """Nothing of it is connected to this program, or this program would be one of the readers."""
        with open(self.site.folder / "shell.log", "ab") as log:
            return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log, timeout=60).returncode

    def events(self, **wanted) -> list[dict]:
        found = self.site.ask("events", "query")
        return [event for event in found if all(event.get(key) == value for key, value in wanted.items())]

    def expect_blocked(self, channel: str, exe: str, what: str, customers: int = CUSTOMERS):
        def told():
            return [event for event in self.events(channel=channel, verdict="block", distinct_customers=customers)
                    if event["process"]["exe"].endswith("/" + exe)]
        try:
            found = wait_for(told, 10, f"the event of {what}", 0.2)
        except Exception:
            found = []
        self.expect(bool(found), f"{what}: told as block of {customers} customers, {channel}, by {exe}")

    def derived(self, count: int):
        agents = self.site.try_ask("agents", "list") or [{}]
        return any(sensor["name"] == "derived_files" and sensor["delivered"] >= count
                   for sensor in agents[0].get("sensors", []))

    def pipeline(self):
        url = self.server.url
        before = len(self.server.received)
        self.expect(self.shell(f"tar c customers.csv | base64 | curl -sf -H 'Expect:' --data-binary @- {url}") != 0,
                    "tar | base64 | curl of customers fails")
        # tar ends what it could not fill: an archive without a file has 13,836 bytes in base64.
        leaked = [size for size in self.server.received[before:] if size > 13836]
        self.expect(not leaked, f"nothing of it arrives: {leaked}")
        self.expect_blocked("network_transfer", "tar", "tar | base64 | curl")
        before = len(self.server.received)
        self.expect(self.shell(f"tar c harmless.csv | base64 | curl -sf --data-binary @- {url}") == 0,
                    "the harmless twin goes through")
        self.expect(len(self.server.received) == before + 1, "and arrives")

    def encrypted_copy(self):
        stick = self.stick.mount_point
        make = "openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in {0} -out {1}"
        self.expect(self.shell(make.format("customers.csv", "customers.bin")) == 0, "the copy is encrypted, and told")
        self.expect(self.shell(f"cp customers.bin {stick}/") != 0, "cp of the encrypted copy to the medium fails")
        self.expect_blocked("removable_media", "cp", "the encrypted copy")
        self.expect(self.shell("mv customers.bin holiday.png && split -b 20000 holiday.png part.") == 0,
                    "it is renamed and split")
        self.expect(self.shell(f"cp part.ab {stick}/") != 0, "cp of one part fails")
        self.expect(self.shell(make.format("harmless.csv", "harmless.enc")) == 0, "the harmless twin is encrypted")
        self.expect(self.shell(f"cp harmless.enc harmless.bin {stick}/") == 0, "and copied")

    def restart(self):
        stick = self.stick.mount_point
        wait_for(lambda: self.derived(3), 30, "the derived files to be known", 0.2)
        self.site.agent.kill()
        wait_for(lambda: not self.site.agent_is_connected(), 30, "the collector to notice", 0.1)
        self.site.start_agent()
        self.expect(self.shell(f"cp part.aa {stick}/") != 0, "after a restart cp of another part fails")
        self.expect(self.shell(f"cp harmless.enc {stick}/again.enc") == 0, "and its harmless twin is copied")

    def own_file(self):
        """Who made a file reads it back, and it is told; a file that his child filled was judged before."""
        script = self.site.folder / "export.py"  # not on a watched disk, as the encoded list
        encoded = self.site.folder / "export.b64"
        plain = self.site.folder / "export.csv"
        invent.write_csv(plain, self.site.customers)
        encoded.write_bytes(base64.b64encode(plain.read_bytes()))
        # A moment each: a new file asks once the sensor has seen it made.
        script.write_text("import base64, subprocess, time\n"
                          f"open('own.csv', 'wb').write(base64.b64decode(open('{encoded}', 'rb').read()))\n"
                          "time.sleep(0.2); open('own.csv', 'rb').read()\n"
                          f"with open('filled.csv', 'wb') as file: subprocess.run(['base64', '-d', '{encoded}'], stdout=file)\n"
                          "time.sleep(0.2); open('filled.csv', 'rb').read()\n")
        self.expect(self.shell(f"python3 {script}") == 0, "an export is written and read back, by its author and by its child's parent")

        def told():
            lates = {pathlib.Path(event["file"]["path"]).name: event["late"] for event in self.events(distinct_customers=CUSTOMERS)
                     if event["activity"] == "open"}
            return lates if {"own.csv", "filled.csv"} <= lates.keys() else None
        lates = wait_for(told, 20, "both openings to be told", 0.2)
        self.expect(lates["filled.csv"] is False, "what his child filled was judged before he read it")

    def play(self):
        self.site.start_agent()
        self.site.wait_until_known(3)
        self.pipeline()
        self.encrypted_copy()
        self.own_file()
        self.restart()
        print(*(f"{sensor['name']}: {sensor['state']} {sensor.get('reason', '')}"
                for sensor in self.site.ask("agents", "list")[0]["sensors"]), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    options = parser.parse_args()
    reason = "" if running_as_root() else "needs root: fanotify's permission events and loop mounts"
    missing = [tool for tool in ("curl", "openssl", "tar", "split") if shutil.which(tool) is None]
    if reason or missing:
        print(f"e2e_lineage: Skipped\n{reason or 'not installed: ' + ', '.join(missing)}\n[  SKIPPED ] e2e_lineage (0 ms)")
        return 77
    site = Site(options.binaries.resolve(), POLICY, CUSTOMERS)
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
        if story.problems:
            print("agent's log:", site.agent.log.read_text()[-3000:], sep="\n")
        return 1 if story.problems else 0
    finally:
        if story:
            story.server.close()
        site.close()


if __name__ == "__main__":
    sys.exit(main())
