"""The leak, act by act, played with real tools by an ordinary user and checked against what the story did."""

import datetime
import pathlib
import pwd
import subprocess
import time

import invent
from vigie_site import Site, SiteError, wait_for

CUSTOMERS = 1584
BLOCKED = range(1000, 1040)                                            # 40 on the way to the stick
SENT = [range(8 * number, 8 * number + 16) for number in range(30)]    # 30 files of 16, overlapping
SLICE = range(500, 509)                                                # 9: below the rule's limit
OUTGOING_BEFORE_COPY = len(set(BLOCKED).union(*SENT))
OUTGOING_BEFORE_ZIP = len(set(BLOCKED).union(SLICE, *SENT))


class Story:
    """What the acts share. `run_as_user` starts a program as the ordinary user; `user` is whom the events must name."""

    def __init__(self, site: Site, checks, home: pathlib.Path, medium: pathlib.Path):
        self.site = site
        self.checks = checks
        self.home = home
        self.medium = medium

    # -- asking -----------------------------------------------------------------------------------------------------------

    def events(self, channel: str = "", **wanted) -> list[dict]:
        """Stored events of a channel whose fields are as wanted."""
        query = ["events", "query"] + (["--channel", channel] if channel else [])
        found = self.site.try_ask(*query) or []
        return [event for event in found if all(event.get(key) == value for key, value in wanted.items())]

    def wait_events(self, count: int, what: str, channel: str = "", **wanted) -> list[dict]:
        try:
            return wait_for(lambda: len(found := self.events(channel, **wanted)) >= count and found, 20, what, 0.1)
        except SiteError:
            return self.events(channel, **wanted)

    def incident(self) -> dict:
        incidents = self.site.try_ask("incidents", "list") or []
        return incidents[0] if incidents else {}

    def wait_incident(self, customers: int) -> dict:
        try:
            return wait_for(lambda: (found := self.incident()).get("distinct_customers") == customers and found, 20,
                            "the incident", 0.1)
        except SiteError:
            return self.incident()

    def fresh_agent(self) -> dict | None:
        """The one agent, once it has been heard of after this was first asked and has sent everything."""
        self.asked_at = getattr(self, "asked_at", None) or time.time()
        agents = self.site.try_ask("agents", "list") or []
        heard = [agent for agent in agents if unix_time(agent["last_seen_at"]) > self.asked_at]
        return heard[0] if heard and heard[0]["sensors"] and heard[0]["spooled_events"] == 0 else None

    def gaps(self) -> list[dict]:
        """But those of files that were removed at once."""
        told = [event for event in self.events() if event.get("gap")]
        return [event for event in told if "gone before they could be looked at" not in event["gap"]["reason"]]

    # -- checking ---------------------------------------------------------------------------------------------------------

    def check_access(self, user: str):
        found = self.wait_events(1, "the access", channel="local", activity="open", distinct_customers=CUSTOMERS)
        self.checks.that(f"opening it is an access event of {CUSTOMERS} customers", len(found) >= 1)
        self.checks.that(f"it names the user {user}", bool(found) and found[0]["user"] == user,
                         found[0]["user"] if found else "no event")

    def check_block(self):
        found = self.wait_events(1, "the block", channel="removable_media", verdict="block")
        self.checks.that("one blocked copy of 40 customers is reported", [e["distinct_customers"] for e in found] == [40],
                         [e["distinct_customers"] for e in found])

    def check_transfers(self):
        found = self.wait_events(len(SENT), "the transfers", channel="network_transfer")
        self.checks.that(f"each of the {len(SENT)} transfers is reported, once", len(found) == len(SENT), len(found))
        self.checks.that("each shows 16 customers, audited, not blocked",
                         all(e["distinct_customers"] == 16 and e["verdict"] == "audit" for e in found))

    def check_incident(self, customers: int, events: int):
        incident = self.wait_incident(customers)
        self.checks.that(f"the incident counts exactly {customers} distinct customers",
                         incident.get("distinct_customers") == customers, incident.get("distinct_customers"))
        self.checks.that(f"and exactly {events} events", incident.get("events") == events, incident.get("events"))

    def check_small_copy(self):
        found = self.wait_events(2, "the small copy", channel="removable_media")
        self.checks.that(f"the copy of {len(SLICE)} is reported, allowed",
                         [e["distinct_customers"] for e in found if e["verdict"] != "block"] == [len(SLICE)])

    def check_archive(self):
        found = self.wait_events(1, "the archive", channel="archive")
        self.checks.that(f"packing it is reported with {CUSTOMERS} customers",
                         bool(found) and found[0]["distinct_customers"] == CUSTOMERS)
        self.wait_incident(CUSTOMERS)

    def check_end(self, user: str, host: str):
        drained = wait_for(lambda: self.fresh_agent() or None, 30, "the agent's next heartbeat", 0.5)
        self.checks.that("nothing waits in the spool any more", drained["spooled_events"] == 0)
        # zip makes its file and removes it at once, to see whether it may
        lost = sum(int(sensor["lost"]) - int(sensor["gone"]) for sensor in drained["sensors"])
        self.checks.that("no sensor lost an event of a file that is there", lost == 0 and not self.gaps(), lost)
        self.check_incident(CUSTOMERS, len(SENT) + 3)
        incidents = self.site.ask("incidents", "list")
        self.checks.that("one incident was raised, not a flood", len(incidents) == 1, len(incidents))
        incident = self.incident()
        expected = {"rule": "bulk-customers", "severity": "critical", "user": user, "host": host, "state": "open",
                    "distinct_customers": CUSTOMERS}
        for field, value in expected.items():
            self.checks.that(f"its {field} is {value}", incident.get(field) == value, incident.get(field))
        ways = ["archive", "network_transfer", "removable_media"]
        self.checks.that("its ways out are " + ", ".join(ways), sorted(incident.get("channels", [])) == ways)


def unix_time(text: str) -> float:
    """Of a time as the command line writes it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def login_user(user: str) -> str:
    """Whom events name when `user` acts from this session: the audit login user, where the system keeps one."""
    try:
        login = int(pathlib.Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        login = 4294967295
    return user if login == 4294967295 else pwd.getpwuid(login).pw_name


def play_live(story: Story, user: str, server, watcher) -> None:
    """With real files, real media and the kernel's sensors."""
    site, checks, home = story.site, story.checks, story.home
    rows = site.customers
    named = login_user(user)

    def as_user(*command):
        """What it says goes to a file: whoever reads from a carrier's pipe carries, and so would this program and all that it starts."""
        said = site.folder / "said"
        with open(said, "w", encoding="utf-8") as output:
            done = subprocess.run(["runuser", "-u", user, "--", *map(str, command)], cwd=home, stdout=output, stderr=output)
        done.stderr = said.read_text(encoding="utf-8")
        return done

    def write_as_user(name: str, numbers):
        source = site.folder / "made" / name
        source.parent.mkdir(exist_ok=True)
        invent.write_csv(source, [rows[number] for number in numbers])
        as_user("cp", source, home / name)

    checks.act(f"(a) {user} opens an export of all {CUSTOMERS} customers with an ordinary program")
    write_as_user("export.csv", range(CUSTOMERS))
    as_user("wc", "-l", home / "export.csv")
    story.check_access(named)

    checks.act("(b) copies 40 of them to a stick")
    write_as_user("forty.csv", BLOCKED)
    copied = as_user("cp", home / "forty.csv", story.medium / "forty.csv")
    checks.that("cp is refused", copied.returncode != 0, copied.stderr.strip())
    target = story.medium / "forty.csv"
    checks.that("the stick holds no data", not target.exists() or target.stat().st_size == 0)
    story.check_block()

    checks.act("(c) sends 30 files of 16 overlapping customers each by curl, (e) while the collector is down for some seconds")
    for number, numbers in enumerate(SENT):
        name = f"part{number:02d}.csv"
        write_as_user(name, numbers)
        if number == 10:
            site.collector.stop()
            stopped_at = time.monotonic()
        if number == 20:
            time.sleep(max(0.0, 3 - (time.monotonic() - stopped_at)))
            checks.note(f"the collector was down for {time.monotonic() - stopped_at:.1f} s")
            site.start_collector()
        as_user("curl", "--silent", "--data-binary", f"@{home / name}", server.url)
    checks.that("all 30 arrived: an audit rule hinders nobody", len(server.received) == 30, len(server.received))
    story.check_transfers()
    story.check_incident(OUTGOING_BEFORE_COPY, len(SENT) + 1)

    checks.act(f"(f) copies {len(SLICE)} more to the stick, too few for the rule: the threshold still counts")
    write_as_user("nine.csv", SLICE)
    copied = as_user("cp", home / "nine.csv", story.medium / "nine.csv")
    checks.that("cp is allowed", copied.returncode == 0, copied.stderr.strip())
    check_latency(story, watcher, story.medium / "nine.csv")
    story.check_small_copy()
    story.check_incident(OUTGOING_BEFORE_ZIP, len(SENT) + 2)

    checks.act("(d) zips the export")
    as_user("zip", "-q", home / "export.zip", home / "export.csv")
    story.check_archive()


def check_latency(story: Story, watcher, copy: pathlib.Path) -> None:
    """From the last write of the copy, by its own time stamp, to the incident that counts its customers."""
    last_write = copy.stat().st_mtime
    try:
        heard = wait_for(lambda: watcher.first(lambda incident: incident["distinct_customers"] >= OUTGOING_BEFORE_ZIP), 10,
                         "the watch")
        story.checks.that("from its last write to `vigie incidents watch`: under 1 s", heard - last_write < 1,
                          f"{(heard - last_write) * 1000:.0f} ms")
    except SiteError as error:
        story.checks.that("the incident reached `vigie incidents watch`", False, error)
