"""The same leak without root: the activities are recorded ones, played through the agent's replay sensor; files, inspection, index,
thresholds, wire and store are real. Nothing can be blocked in this mode: the verdicts are those that would have been enforced."""

import json
import os
import pathlib

import invent
import story as live

USER = "demo-user"


class Recording:
    """A file of activities, one JSON object a line."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.lines: list[dict] = []

    def add(self, kind: str, path: pathlib.Path, program: str, arguments: str, **more):
        process = {"pid": 1000 + len(self.lines), "start_time": 1, "exe": f"/usr/bin/{program}",
                   "command_line": f"{program} {arguments}", "parents": ["/usr/bin/bash"], "uid": os.getuid(), "user": USER,
                   "session": 1}
        self.lines.append({"kind": kind, "path": str(path), "process": process, "mode": "read", **more})

    def add_again(self, kind: str, path: pathlib.Path, **more):
        """A further activity of the process that did the last one."""
        self.lines.append({"kind": kind, "path": str(path), "process": self.lines[-1]["process"], **more})

    def attach(self, mount_point: pathlib.Path):
        self.lines.append({"kind": "medium_attached", "medium": {"mount_point": str(mount_point), "device": "/dev/sdz1",
                                                                 "file_system": "vfat", "name": "Recorded stick"}})

    def write(self):
        self.path.write_text("".join(json.dumps(line) + "\n" for line in self.lines))


def record(site, home: pathlib.Path, medium: pathlib.Path) -> Recording:
    """Makes the story's files and the recording of what was done with them."""
    rows = site.customers
    recording = Recording(site.folder / "story.jsonl")

    def make(folder: pathlib.Path, name: str, numbers) -> pathlib.Path:
        invent.write_csv(folder / name, [rows[number] for number in numbers])
        return folder / name

    recording.attach(medium)
    export = make(home, "export.csv", range(live.CUSTOMERS))
    recording.add("opening", export, "wc", "-l export.csv")
    forty = make(home, "forty.csv", live.BLOCKED)
    recording.add("opening", forty, "cp", "forty.csv /media/stick/")
    (medium / "forty.csv").touch()
    recording.add_again("opening", medium / "forty.csv", mode="write", on_medium=True)
    for number, numbers in enumerate(live.SENT):
        part = make(home, f"part{number:02d}.csv", numbers)
        recording.add("opening", part, "curl", f"--data-binary @{part.name} http://127.0.0.1:8080/upload")
    recording.add("opening", export, "zip", "-q export.zip export.csv")
    nine = make(home, "nine.csv", live.SLICE)
    recording.add("opening", nine, "cp", "nine.csv /media/stick/")
    copy = make(medium, "nine.csv", live.SLICE)
    recording.add_again("closed_after_write", copy, on_medium=True)
    recording.write()
    return recording


def play(story: live.Story) -> None:
    """The collector is down while everything happens: nothing may be lost, nothing counted twice."""
    site, checks = story.site, story.checks
    checks.act("(e) the collector is stopped before the first act, and comes back when the last is over")
    site.collector.stop()
    site.agent.start()
    site.start_collector()
    checks.act(f"(a) {USER} opens an export of all {live.CUSTOMERS} customers with an ordinary program")
    story.check_access(USER)
    checks.act("(b) copies 40 of them to a stick (verdict only: a recording cannot be blocked)")
    story.check_block()
    checks.act("(c) sends 30 files of 16 overlapping customers each by curl")
    story.check_transfers()
    checks.act("(d) zips the export")
    story.check_archive()
    checks.act("(f) copies 9 more to the stick, too few for the rule")
    found = story.wait_events(2, "the small copy", channel="removable_media")
    checks.that("the copy of 9 is reported", sorted(e["distinct_customers"] for e in found) == [9, 40])
