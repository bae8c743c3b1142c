"""Evidence of a real agent and a real collector, both killed again and again, in the hands of others: whoever has nothing but a file of it and
the authority's certificate verifies it, and each flipped byte of the file and each change of the store is found and named, and nothing else.
"""

import argparse
import contextlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys

from kill_test import CUSTOMERS, POLICY, Killer, RecordedStory, Uploads, all_is_delivered
from vigie_site import Site, SiteError, wait_for

FILES = 1000
KILLS_OF_EACH = 4
FLIPS = 100


class Stranger:
    """Somebody with a folder of his own, an empty environment and two files."""

    def __init__(self, site: Site):
        self.vigie = site.binaries / "vigie"
        self.folder = site.folder / "stranger"
        self.folder.mkdir()
        shutil.copy(site.collector_state / "ca.crt", self.folder)

    def verify(self, evidence: bytes, *more: str) -> tuple[int, dict]:
        (self.folder / "file").write_bytes(evidence)
        done = subprocess.run([self.vigie, "--output", "json", *more, "evidence", "verify", "file"], cwd=self.folder, env={},
                              capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout)


class ChangedStore:
    """A copy of the collector's state, in which one thing is not as it was."""

    def __init__(self, site: Site, sql: list[str]):
        self.site, self.state = site, site.folder / "changed"
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(site.collector_state, self.state)
        with contextlib.closing(sqlite3.connect(self.state / "collector.db")) as store:
            for statement in sql:
                store.execute(statement)
            store.commit()

    def faults(self) -> str:
        """What vigie-collector check says; nothing if it finds nothing."""
        done = subprocess.run([self.site.binaries / "vigie-collector", "check", "--state", self.state], capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode else ""


def kill_both(site: Site, story, options, chance: random.Random) -> None:
    options.live = False
    for victim in ["agent"] * KILLS_OF_EACH + ["collector", "agent"] * KILLS_OF_EACH:
        options.victim = victim
        Killer(site, options, chance).strike()
    with contextlib.suppress(SiteError):
        wait_for(lambda: story.finished() and all_is_delivered(site), 120, "the story to end", 0.2)


def problems_of_file(site: Site, evidence: bytes, events: list[str], chance: random.Random) -> list[str]:
    stranger = Stranger(site)
    code, report = stranger.verify(evidence, "--ca", "ca.crt")
    problems = [] if code == 0 and report["authority_checked"] else [f"the file is good, and is said not to be: {report}"]
    if report["signed_by_host"] != report["events"] or report["events"] != len(events):
        problems.append(f"{len(events)} events, and of these are signed {report['signed_by_host']} of {report['events']}")
    for place in chance.sample(range(len(evidence)), FLIPS):
        flipped = bytearray(evidence)
        flipped[place] ^= 1 << chance.randrange(8)
        if stranger.verify(bytes(flipped))[0] != 1:
            problems.append(f"byte {place} of {len(evidence)} was flipped, and the file is said to be good")
    return problems + problems_of_name(stranger, evidence, events)


def problems_of_name(stranger: Stranger, evidence: bytes, events: list[str]) -> list[str]:
    """Of a file in which one event says another path that one, and who follows it, are named."""
    place = evidence.index(b"upload0007.csv")
    changed = evidence[:place] + b"upload0008.csv" + evidence[place + 14:]
    code, report = stranger.verify(changed, "--ca", "ca.crt")
    named = {fault["event"] for fault in report["faults"] if fault["kind"] in ("event", "host")}
    print(f"a changed event of the file: {sorted(named)}, {report['broken']} broken, {report['signed_by_host']} good")
    return [] if code == 1 and len(named) == 1 and named < set(events) else [f"named were {named}: {report}"]


def problems_of_store(site: Site) -> list[str]:
    with contextlib.closing(sqlite3.connect(site.collector_state / "collector.db")) as store:
        chosen = store.execute("SELECT position, id FROM events ORDER BY position").fetchall()
    (before, _), (one, one_id), (other, other_id), (last, last_id) = chosen[19], chosen[20], chosen[21], chosen[-1]
    exchange = [f"CREATE TEMP TABLE kept AS SELECT {one + other} - position AS position, id, event, leaf FROM events WHERE position IN ({one}, {other})",
                f"UPDATE events SET id = 'none' WHERE position = {one}",
                f"UPDATE events SET (id, event, leaf) = (SELECT id, event, leaf FROM kept k WHERE k.position = events.position) WHERE position = {other}",
                f"UPDATE events SET (id, event, leaf) = (SELECT id, event, leaf FROM kept k WHERE k.position = events.position) WHERE position = {one}"]
    cases = {
        "nothing": ([], []),
        "a changed event": ([f"UPDATE events SET event = CAST(replace(event, 'upload', 'Upload') AS BLOB) WHERE position = {one}"],
                            [f"event {one_id} is not the one that was chained"]),
        "a removed event": ([f"DELETE FROM events WHERE position = {one}"], [f"missing after position {before} and before {other}"]),
        "the last event removed": ([f"DELETE FROM events WHERE position = {last}"], [f"is said to stand at {last}"]),
        "two events exchanged": (exchange, [f"event {one_id} is not the one that was chained", f"event {other_id} is not the one that was chained"]),
        "a changed leaf": ([f"UPDATE events SET leaf = zeroblob(32) WHERE position = {one}"],
                                    [f"event {one_id} is not the one that was chained"]),
        "a forged head": (["UPDATE evidence_heads SET chain = zeroblob(32) WHERE position = (SELECT max(position) FROM evidence_heads)"],
                          ["is broken after position"]),
        "another signature": (["UPDATE evidence_batches SET batch = CAST(replace(batch, x'30', x'31') AS BLOB) WHERE number = 1"], ["batch 1"]),
    }
    problems = []
    for name, (sql, said) in cases.items():
        faults = ChangedStore(site, sql).faults()
        print(f"-- {name}:\n{faults.strip()[:400] or 'no fault'}")
        problems += [f"{name}: {sentence!r} is not said, but: {faults}" for sentence in said if sentence not in faults]
        if not said and faults:
            problems.append(f"nothing was changed, and it is said: {faults}")
        if last_id in faults.replace(one_id, "").replace(other_id, ""):
            problems.append(f"{name}: the untouched {last_id} is named, too")
    return problems


def problems_of_running(site: Site) -> list[str]:
    """What a collector on such a store says of the incident itself."""
    path = site.collector_state / "collector.db"
    with contextlib.closing(sqlite3.connect(path)) as store:
        position, = store.execute("SELECT min(position) FROM incident_events").fetchone()
        store.execute("DELETE FROM events WHERE position = ?", (position,))
        store.commit()
    site.start_collector()
    done = subprocess.run(site.vigie_command("evidence", "check", "inc-1"), capture_output=True, text=True)
    print(done.stdout.strip())
    found = done.returncode == 1 and f"the event at position {position} of the collector's chain is not there" in done.stdout
    return [] if found else [f"a removed event of the incident is not named: {done}"]


def run(site: Site, options, chance: random.Random) -> list[str]:
    site.build_index()
    site.start_collector()
    story = RecordedStory(site, Uploads(FILES, chance))
    site.enroll_agent()
    site.agent.start()
    kill_both(site, story, options, chance)
    file = site.folder / "inc-1.evidence"
    site.vigie("evidence", "export", "inc-1", "--out", file)
    events = [event["id"] for event in site.ask("events", "query", "--incident", "inc-1")]
    site.agent.stop()
    site.collector.kill()
    evidence = file.read_bytes()
    lives = {event.rpartition("/")[0] for event in events}
    print(f"{len(events)} events of {len(lives)} lives of the agent, {len(evidence)} bytes of evidence")
    problems = [] if len(lives) > 1 and len(events) == FILES else ["this is not what was to be proved"]
    return problems + problems_of_file(site, evidence, events, chance) + problems_of_store(site) + problems_of_running(site)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    site = Site(options.binaries.resolve(), POLICY, CUSTOMERS)
    try:
        problems = run(site, options, random.Random(options.seed))
    finally:
        site.close()
    for problem in problems:
        print(f"PROBLEM {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
