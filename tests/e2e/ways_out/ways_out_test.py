#!/usr/bin/env python3
"""The ways out of a workstation, each with a real tool of Debian's, a real agent and a real collector. Prints the table; exit 0 only if
every row holds.

Each row is run three times by ordinary users: with the customers by one whom the policy only watches (it must leak, and be told
exactly), with them by one whom it stops (nothing may arrive), and by the latter with a clean file (it must arrive, and nothing be told).
What no row can show is listed with its reason.

usage: ways_out_test.py --binaries DIR [--only TEXT]
"""

import argparse
import concurrent.futures
import dataclasses
import pathlib
import re
import signal
import subprocess
import sys
import time

import invent
from people import NAMES
from rows import CUSTOMERS, ROWS, UNSUPPORTED, Row
from sinks import Listener
from vigie_site import Site, SiteError, running_as_root
from world import Run, World

INDEXED = 2000      # more than leave: a set that is too large must show
WORKERS = 2
LAG_SECONDS = 10
MAIL = re.compile(rb"[\w.]+@s\d+\.example\.com")
CLEAN = b"nothing that belongs to anybody, line 00001\n"
SENSORS = "sensors: {deadline: 20s}\ninspector: {time_limit: 60s}\n"  # a loaded machine must not turn verdicts into late ones
POLICY = """
version: 1
rules:
  - {id: watch, when: {users: [AUDIT], customers_at_least: 10}, action: audit}
  - {id: stop, when: {users: [BLOCK], customers_at_least: 10, channels: [removable_media, web_upload, network_transfer, network_share,
     cloud_sync, email, print, archive, screenshot, bluetooth, remote_desktop, version_control]}, action: block}
  - {id: no-gathering, when: {users: [BLOCK], channels: [local], activities: [write], paths: ["**/gathered-*/**"],
     customers_at_least: 10}, action: block}
allowed_destinations: [127.0.0.2]
thresholds:
  - {id: gathered, when: {users: [AUDIT], channels: [local], activities: [write, rename]}, measure: distinct_customers,
     per: [user, destination], window: 24h, over: 1000, severity: high}
  - {id: all-ways, when: {users: [AUDIT], customers_at_least: 10}, measure: distinct_customers, per: [user], window: 24h, over: 100,
     severity: critical}
"""


def make_runs(world: World, rows: list[Row]) -> list[Run]:
    runs = []
    for number, row in enumerate(rows, 1):
        for letter, role, clean in (("a", "audit", False), ("b", "block", False), ("c", "block", True)):
            run = Run(row, f"way{number:02d}{letter}", role, clean)
            person = world.people[role]
            run.folder = person.folder(person.home / "rows" / run.tag)
            source = run.folder / "export.csv"
            if clean:
                source.write_bytes(CLEAN * 2000)
            else:
                invent.write_csv(source, world.site.customers[:CUSTOMERS])
            person.own(source)
            runs.append(run)
    return runs


def carry_out(world: World, run: Run):
    listener = Listener(world.sinks.received / run.tag) if "{port}" in run.row.command else None
    words = world.words(run, listener.port if listener else 0)
    try:
        done = world.people[run.role].run(run.row.command.format(**words), run.folder)
    finally:
        if listener:
            listener.thread.join(1)
            listener.close()
    run.ended, run.output = done.returncode, done.stdout
    until = time.monotonic() + (LAG_SECONDS if run.row.lags else 0)
    while True:
        run.arrived = what_arrived(world, run, words)
        if time.monotonic() >= until or CLEAN in run.arrived or len(set(MAIL.findall(run.arrived))) >= run.row.arrives:
            return
        time.sleep(0.2)


def what_arrived(world: World, run: Run, words: dict) -> bytes:
    row = run.row
    if row.show:
        return output_of(world, run, row.show.format(**words))
    if row.at:
        files = list(words["out"].glob(row.at.format(**words)))
    else:
        files = [file for place in world.places() for file in place.glob(f"*{run.tag}*")]
    return b"".join(output_of(world, run, f"exec < {file}; {row.unpack.format(**words)}") for file in files)


def output_of(world: World, run: Run, command: str) -> bytes:
    """Neither file nor pipe of a carrier is read here: this process would carry what is in it, and all its later children with it."""
    place = world.site.folder / f"{run.tag}.output"
    with open(place, "wb") as output:
        subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, timeout=30)
    return place.read_bytes()


# -- what is told of a run ------------------------------------------------------------------------------------------------------------

def is_of(event: dict, run: Run) -> bool:
    file = event["file"]
    return run.tag in file["path"] or run.tag in file.get("previous_path", "") or run.tag in event["destination"]["name"]


def leads_there(event: dict, run: Run, words: dict) -> bool:
    for key, value in run.row.to.items():
        wanted = str(value).format(**words)
        if wanted not in str(event["destination"][key]):
            return False
    return True


def is_picture(row: Row, run: Run) -> bool:
    return row.picture and run.arrived.startswith(b"\x89PNG")


@dataclasses.dataclass
class Columns:
    """What was found true of a row; None: it makes no sense here."""
    leaks: bool = False
    seen: bool = False
    channel: bool = False
    who: bool = False
    records: bool = False
    destination: bool = False
    blocked: bool = False
    twin: bool = False
    told: bool = True  # what could only be refused too late was told as such


def judge(world: World, row: Row, runs: dict[str, Run], events: list[dict]) -> tuple[Columns, list[str]]:
    audit, block, twin = runs["a"], runs["b"], runs["c"]
    words = world.words(audit, 0)
    columns, notes = Columns(), []
    leaked = len(set(MAIL.findall(audit.arrived)))
    columns.leaks = leaked == CUSTOMERS if row.arrives == CUSTOMERS else leaked >= row.arrives
    columns.leaks = columns.leaks or is_picture(row, audit)
    if not columns.leaks:
        notes.append(f"does not leak: {leaked} customers, ended with {audit.ended}: {audit.output[-200:]}")
    name = world.people["audit"].name
    by_user = [event for event in events if event["user"] == name]
    of_run = [event for event in by_user if is_of(event, audit)]
    if not row.same_event:
        of_run += [event for event in by_user if event["process"]["exe"].endswith("/" + row.program) and event["channel"] == row.channel]
    columns.seen = any(event["distinct_customers"] for event in of_run)
    there = [event for event in of_run if event["channel"] == row.channel and row.activity in ("", event["activity"])]
    columns.channel = bool(there)
    programs = tuple(row.program.format(**words).split("|"))
    by = [event for event in there if event["user"] == name and 
          (not row.knows_program or pathlib.Path(event["process"]["exe"]).name.startswith(programs))]
    columns.who = bool(by)
    columns.records = exact_set(row, by)
    columns.destination = any(leads_there(event, audit, words | {"port": audit_port(by)}) for event in by)
    if not (columns.destination and columns.who and columns.records):
        notes.append("told: " + str([(e["channel"], pathlib.Path(e["process"]["exe"]).name, e["user"], e["distinct_customers"], e["reasons"],
                                      e["destination"], e["activity"]) for e in of_run][:4]))
    columns.blocked = not MAIL.search(block.arrived) and not is_picture(row, block) and (block.ended != 0 or not row.fails)
    if not columns.blocked:
        told = [(e["channel"], e["verdict"], e["late"], e["process"]["exe"]) for e in events if is_of(e, block)]
        notes.append(f"not blocked: ended with {block.ended}, {len(set(MAIL.findall(block.arrived)))} customers arrived, told: {told[:4]}")
    if row.block == "late":
        columns.told = any(event["verdict"] == "block" and event["late"] for event in events if is_of(event, block))
    touched = [event for event in events if is_of(event, twin) and (event["distinct_customers"] or event["verdict"] == "block")]
    columns.twin = (CLEAN in twin.arrived or is_picture(row, twin)) and twin.ended == 0 and not touched
    if not columns.twin:
        notes.append(f"twin: ended with {twin.ended}, {len(twin.arrived)} bytes arrived, {len(touched)} events: "
                     f"{twin.output[-200:]}")
    return columns, notes


def exact_set(row: Row, events: list[dict]) -> bool:
    """Parts have no customer in common, so that their sum is exact."""
    if any(len(set(event["lineage"])) < row.reads for event in events):
        return False
    if row.parts > 1:
        return len(events) == row.parts and sum(event["distinct_customers"] for event in events) == CUSTOMERS
    return bool(events) and all(event["distinct_customers"] == CUSTOMERS for event in events)


def audit_port(events: list[dict]) -> int:
    """A listener's port is new in each run: that it is one is all that can be asked afterwards."""
    return events[0]["destination"]["port"] if events else 0


def holds(row: Row, columns: Columns) -> bool:
    wanted = dataclasses.replace(columns, blocked=True) if row.block == "late" else columns
    return all(dataclasses.astuple(wanted))


# -- the table ------------------------------------------------------------------------------------------------------------------------

def mark(good: bool, late: bool = False) -> str:
    return "late" if late else ("yes" if good else "NO")


def print_table(judged: list[tuple[Row, Columns, list[str]]]):
    head = f"{'':2} {'command line':66} {'channel':16} {'leaks':5} {'seen':4} {'chan':4} {'who':4} {'set':4} {'dest':4} {'block':5} {'twin':4}"
    print(head + "\n" + "-" * len(head))
    for number, (row, columns, notes) in enumerate(judged, 1):
        late = row.block == "late" and not columns.blocked
        cells = [f"{mark(columns.leaks):5}", *(f"{mark(getattr(columns, name)):4}" for name in
                                              ("seen", "channel", "who", "records", "destination")),
                 f"{mark(columns.blocked, late):5}", f"{mark(columns.twin):4}"]
        state = "" if holds(row, columns) else "  <<<"
        shown = row.command if len(row.command) <= 66 else row.command[:63] + "..."
        print(f"{number:2} {shown:66} {row.channel:16} {' '.join(cells)}{state}")
        if not holds(row, columns):
            for note in notes:
                print(f"     {note}")


def wait_for_files(site: Site, count: int):
    """Until the agent knows every file, clean or not."""
    try:
        site.wait_until_known(count, patience=20, at_most=60)
    except SiteError:
        print("(the agent does not know all files yet: it will inspect them when they are opened)")


def wait_for_quiet(site: Site) -> list[dict]:
    """All events, once no more come."""
    events, since = [], time.monotonic()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = site.ask("events", "query")
        if len(found) > len(events):
            events, since = found, time.monotonic()
        agents = site.try_ask("agents", "list") or [{}]
        if time.monotonic() - since > 8 and agents[0].get("spooled_events") == 0:
            break
        time.sleep(0.5)
    return events


def send_to_company(world: World):
    """Whom the policy stops may send everything to the company's own server; what others send there counts for no threshold."""
    for role, customers in (("block", world.site.customers[:CUSTOMERS]), ("audit", world.site.customers[CUSTOMERS:])):
        person = world.people[role]
        folder = person.folder(person.home / "rows" / f"company-{role}")
        invent.write_csv(folder / "export.csv", customers)
        person.own(folder / "export.csv")
        url = f"http://127.0.0.2:{world.sinks.company_port}/company-{role}"
        person.run(f"curl -sf -T {folder}/export.csv {url}", folder)


def check_company(world: World, events: list[dict], problems: list[str]):
    for role, count in (("block", CUSTOMERS), ("audit", INDEXED - CUSTOMERS)):
        place = world.sinks.received / f"company-{role}"
        arrived = len(set(MAIL.findall(place.read_bytes()))) if place.exists() else 0
        told = [(event["rule"], event["verdict"], event["distinct_customers"], event["destination"]["address"]) for event in events
                if f"company-{role}" in event["file"]["path"] and event["channel"] == "network_transfer"]
        if arrived != count or told != [("allowed_destination", "allow", count, "127.0.0.2")]:
            problems.append(f"to an allowed destination {arrived} customers of {count} arrived, told: {told}")


def check_union(site: Site, problems: list[str]):
    """Each event of exactly 1,584 customers, and all of them together no more: they are the same ones every time."""
    incidents = [incident for incident in site.ask("incidents", "list") if incident["rule"] == "all-ways"]
    found = [incident["distinct_customers"] for incident in incidents]
    if found != [CUSTOMERS]:
        problems.append(f"over all ways {found} distinct customers were counted instead of {CUSTOMERS}")


def check_places(site: Site, world: World, runs: list[Run], problems: list[str]):
    """Who gathers is counted by place: there is an incident of exactly the customers of each."""
    incidents = [incident for incident in site.ask("incidents", "list") if incident["rule"] == "gathered"]
    for run in runs:
        if run.row.channel != "local" or run.role != "audit":
            continue
        place = f"destination={world.people['audit'].home}/out/gathered-{run.tag}"
        found = [incident["distinct_customers"] for incident in incidents if place in incident["subject"]]
        if found != [CUSTOMERS]:
            problems.append(f"in the place {run.tag} {found} customers were counted as gathered instead of {CUSTOMERS}")


def play(site: Site, world: World, rows: list[Row]) -> list[str]:
    site.build_index()
    site.start_collector()
    site.write_agent_config([world.home.mount_point], [world.medium.mount_point], SENSORS)
    site.enroll_agent()
    for role in ("audit", "block"):
        world.sinks.key_for(world.people[role])
    site.start_agent()
    world.mount_shares()
    runs = make_runs(world, rows)
    wait_for_files(site, len(runs))
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda run: carry_out(world, run), [run for run in runs if not run.row.picture]))
    for run in runs:
        if run.row.picture:  # alone: it is judged by all that its user's carriers have read
            carry_out(world, run)
    send_to_company(world)
    events = wait_for_quiet(site)
    print(f"{len(runs)} command lines in {time.monotonic() - began:.0f} s, {len(events)} events\n")
    judged = []
    for number, row in enumerate(rows):
        columns, notes = judge(world, row, dict(zip("abc", runs[3 * number:3 * number + 3])), events)
        judged.append((row, columns, notes))
    print_table(judged)
    problems = [row.command for row, columns, _ in judged if not holds(row, columns)]
    check_company(world, events, problems)
    check_union(site, problems)
    check_places(site, world, runs, problems)
    print("", *(f"not shown: {command} ({channel}): {reason}" for command, channel, reason in UNSUPPORTED), sep="\n")
    print(f"\n{len(rows)} ways out, each asserted")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="rows whose command line holds this text")
    parser.add_argument("--log", action="store_true", help="print the end of the agent's log")
    options = parser.parse_args()
    if not running_as_root():
        print("e2e_ways_out: Skipped\nneeds root: fanotify's permission events, mounts and users\n[  SKIPPED ] e2e_ways_out (0 ms)")
        return 77
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the clean-up below
    return attempts(options, [row for row in ROWS if options.only in row.command])


MOST_AGAIN = 3


def attempts(options, rows: list[Row]) -> int:
    """A busy machine may delay a program of a row beyond what its command line allows for: a few rows may be played once more, alone,
    and it is said."""
    problems = attempt(options, rows)
    again = [row for row in rows if row.command in problems]
    if again and len(again) == len(problems) and len(again) <= MOST_AGAIN:
        print(f"\n{len(again)} of {len(rows)} rows are played once more:")
        problems = attempt(options, again)
    return 1 if problems else 0


def attempt(options, rows: list[Row]) -> list[str]:
    policy = POLICY.replace("AUDIT", NAMES["audit"]).replace("BLOCK", NAMES["block"])
    site, world = Site(options.binaries.resolve(), policy, INDEXED), None
    try:
        world = World(site)
        problems = play(site, world, rows)
        print(*(f"FAIL {problem}" for problem in problems), sep="\n")
        if options.log:
            print(site.agent.log.read_text()[-4000:], (site.folder / "outside/servers.log").read_text()[-2000:])
        return problems
    except (SiteError, subprocess.SubprocessError, OSError) as error:
        print(f"ways out: {error}", file=sys.stderr)
        return [str(error)]
    finally:
        try:
            site.agent.stop(30)
        finally:  # also after an agent that would not stop
            if world:
                world.close()
            site.close()


if __name__ == "__main__":
    sys.exit(main())
