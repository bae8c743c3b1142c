#!/usr/bin/env python3
"""What the console's pages ask for at first view, over HTTPS with a session as the console asks it, of a collector whose store is full:
p50 and p95 of each request against 300 ms; at three sizes, so that growth shows. Then the first view in Chromium (2 s) and its bundle
(500 kB), if the console is built.

usage: pages_bench.py [--events N …] [--rounds N]     VIGIE_BENCH_EVENTS=N: of this size only
Stores are filled once and kept in build/pages (VIGIE_BENCH_DIRECTORY: elsewhere); a new schema fills them anew.
"""
import argparse
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import ssl
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(os.environ.get("VIGIE_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BINARIES = pathlib.Path(os.environ.get("VIGIE_BIN_DIR", ROOT / "build/bench/bin"))
KEPT = pathlib.Path(os.environ.get("VIGIE_BENCH_DIRECTORY", ROOT / "build")) / "pages"
sys.path[:0] = [str(ROOT / "scripts/demo")]

from vigie_site import Program, SiteError, wait_for  # noqa: E402

SIZES = [100_000, 1_000_000, 10_000_000]
BAR = 300  # milliseconds
POLICY = """version: 1
thresholds:
  - {id: bulk, when: {channels: [removable_media, web_upload, print, network_share]}, measure: distinct_customers, per: [user], window: 24h,
     over: 1500, severity: critical}
  - {id: files, measure: distinct_files, per: [host], window: 1h, over: 200, severity: medium}
"""
HOUR = 3600


def row(identity, what, **fields):
    print(json.dumps({"id": identity, "what": what, **fields}, ensure_ascii=False), flush=True)


def sizes_of(events: int) -> tuple[int, int]:
    """(agents, incidents): 100,000 and 5,000 beside ten million events."""
    return max(1000, events // 100), max(50, events // 2000)


class Place:
    """A state directory with a full store, filled once."""

    def __init__(self, events: int):
        self.events = events
        self.agents, self.incidents = sizes_of(events)
        migrations = sorted((ROOT / "server/store/sqlite/migrations").glob("*.cc"))
        schema = hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()[:12]
        self.folder = KEPT / f"{events}-{schema}"
        self.state = self.folder / "state"
        self.story = self.folder / "story.json"

    def fill(self):
        if self.story.exists():
            return
        for old in KEPT.glob(f"{self.events}-*"):
            shutil.rmtree(old)
        self.folder.mkdir(parents=True)
        subprocess.run([BINARIES / "vigie-collector", "init", "--state", self.state, "--name", "localhost"], check=True, stdout=subprocess.DEVNULL)
        print(f"pages: filling a store with {self.events:,} events", file=sys.stderr, flush=True)
        told = subprocess.run([BINARIES.parent / "benches" / "pages_store", self.state, str(self.events), str(self.agents), str(self.incidents)],
                              check=True, stdout=subprocess.PIPE, text=True)
        self.story.write_text(told.stdout)

    def start(self) -> Program:
        (self.folder / "policy.yaml").write_text(POLICY)
        (self.folder / "collector.yaml").write_text(
            f"listen: {{grpc: '127.0.0.1:0', http: '127.0.0.1:0'}}\nstate: {self.state}\npolicy: {self.folder}/policy.yaml\n"
            "store: {kind: sqlite}\n" + (f"console: {{directory: {console[0]}}}\n" if (console := built_console()) else "") +
            f"tls: {{certificate: {self.state}/server.crt, key: {self.state}/server.key, client_ca: {self.state}/ca.crt}}\nlog: {{level: warning}}\n")
        (self.state / "http.address").write_text("")
        program = Program([str(BINARIES / "vigie-collector"), "--config", str(self.folder / "collector.yaml")], self.folder / "collector.log")
        program.start()
        wait_for(lambda: program.require_running() or (self.state / "http.address").read_text().strip() != "", 600, "the collector to listen")
        return program


class Console:
    """The calls that a browser makes, on one connection that stays."""

    def __init__(self, state: pathlib.Path):
        self.address = (state / "http.address").read_text().strip()
        trusted = ssl.create_default_context(cafile=str(state / "ca.crt"))
        trusted.check_hostname = False
        self.connection = http.client.HTTPSConnection(self.address, timeout=60, context=trusted)
        status, headers, body = self.ask("POST", "/session", {"token": (state / "admin.token").read_text().strip()}, {})
        if status != 200:
            raise SiteError(f"signing in was answered with {status}")
        self.headers = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-Vigie-CSRF": json.loads(body)["csrf"], "Accept-Encoding": "gzip",
                        "Connect-Protocol-Version": "1"}

    def ask(self, method: str, path: str, body: dict, headers: dict):
        self.connection.request(method, path, json.dumps(body), {"Content-Type": "application/json", **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def call(self, method: str, body: dict) -> tuple[float, int]:
        """(milliseconds, bytes of the answer)"""
        begin = time.perf_counter()
        status, _, answer = self.ask("POST", f"/vigie.v1.{method}", body, self.headers)
        milliseconds = (time.perf_counter() - begin) * 1000
        if status != 200:
            raise SiteError(f"{method} was answered with {status}: {answer[:200]}")
        return milliseconds, len(answer)


def moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def chart(end: int, buckets: int, bucket: int, **more) -> dict:
    until = (end // bucket + 1) * bucket
    return {"from": moment(until - buckets * bucket), "until": moment(until), "bucket": f"{bucket}s", "groupBy": "EVENT_GROUPING_CHANNEL", **more}


def requests_of(story: dict) -> dict[str, tuple[str, dict]]:
    """What each page asks for, by page and thing."""
    end, incident, user, host = story["end"], story["incident"], story["user"], story["host"]
    day, week = moment(end - 24 * HOUR), moment(end - 7 * 24 * HOUR)
    found = {"pageSize": 500, "since": day}
    shadow = {"shadow": True}
    one_rule = {"rule": "would-refuse", **shadow}
    weeks_sum = {"from": week, "until": moment(end)}
    return {
        "now_agents": ("FleetService/ListAgents", {"pageSize": 1}),
        "now_gaps": ("FleetService/ListGaps", {"since": day, "pageSize": 1000, "newestFirst": True}),
        "now_hour": ("EventService/SummarizeEvents", chart(end, 30, 120)),
        "now_day": ("EventService/SummarizeEvents", chart(end, 48, 1800)),
        "now_week": ("EventService/SummarizeEvents", chart(end, 42, 4 * HOUR)),
        "now_near": ("IncidentService/ListNearThresholds", {"limit": 8}),
        "incidents_closed": ("IncidentService/ListIncidents", {"state": "INCIDENT_STATE_CLOSED", "pageSize": 500}),
        "incidents_open": ("IncidentService/ListIncidents", {"state": "INCIDENT_STATE_OPEN", "pageSize": 500}),
        "incidents_unmask": ("UnmaskService/ListUnmaskRequests", {"open": True}),
        "incident": ("IncidentService/GetIncident", {"id": incident}),
        "incident_events": ("EventService/QueryEvents", {"incidentId": incident, "pageSize": 1000}),
        "incident_history": ("IncidentService/ListIncidentHistory", {"incidentId": incident, "pageSize": 1000}),
        "incident_similar": ("IncidentService/SimilarIncidents", {"id": incident, "limit": 20}),
        "incident_behaviour": ("EventService/SummarizeEvents", chart(end, 30, 24 * HOUR, filter={"user": user})),
        "incident_dossiers": ("DossierService/ListDossiers", {"incidentId": incident}),
        "dossiers": ("DossierService/ListDossiers", {"pageSize": 500}),
        "dossier": ("DossierService/GetDossier", {"id": story["dossier"]}),
        "investigate_day": ("EventService/QueryEvents", found),
        "investigate_all": ("EventService/QueryEvents", {"pageSize": 500}),
        "investigate_user": ("EventService/QueryEvents", {**found, "user": user}),
        "investigate_host": ("EventService/QueryEvents", {**found, "host": host}),
        "investigate_channel": ("EventService/QueryEvents", {**found, "channel": "CHANNEL_PRINT"}),
        "investigate_rare_channel": ("EventService/QueryEvents", {"pageSize": 500, "channel": "CHANNEL_BLUETOOTH"}),
        "investigate_user_channel": ("EventService/QueryEvents", {"pageSize": 500, "user": user, "channel": "CHANNEL_BLUETOOTH"}),
        "investigate_rule": ("EventService/QueryEvents", {**found, "rule": "customers-watched"}),
        "investigate_user_rule": ("EventService/QueryEvents", {"pageSize": 500, "user": user, "rule": "customers-watched"}),
        "investigate_shadow": ("EventService/QueryEvents", {"pageSize": 500, "since": week, **one_rule}),
        "investigate_chart": ("EventService/SummarizeEvents", chart(end, 97, 900)),
        "investigate_chart_user": ("EventService/SummarizeEvents", chart(end, 97, 900, filter={"user": user})),
        "fleet": ("FleetService/ListAgents", {"pageSize": 200}),
        "fleet_by_state": ("FleetService/ListAgents", {"pageSize": 200, "order": "AGENT_ORDER_STATE", "descending": True}),
        "fleet_search": ("FleetService/ListAgents", {"pageSize": 200, "words": "station-77"}),
        "fleet_gaps": ("FleetService/ListGaps", {"since": week, "pageSize": 500, "newestFirst": True}),
        "policy": ("PolicyService/GetPolicy", {}),
        "policy_shadow": ("EventService/SummarizeEvents", {**weeks_sum, "filter": shadow, "groupBy": "EVENT_GROUPING_RULE"}),
        "policy_shadow_users": ("EventService/SummarizeEvents", {**weeks_sum, "filter": one_rule, "groupBy": "EVENT_GROUPING_USER"}),
        "policy_versions": ("PolicyService/ListPolicyVersions", {}),
        "audit": ("AuditService/ListAudit", {"since": day, "pageSize": 500}),
        "settings": ("AccessService/ListApiTokens", {}),
    }


def measure(console: Console, asked: dict, rounds: int) -> dict[str, tuple[float, float, float, int]]:
    """By request: p50, p95, the first one, bytes; in turn, so that what else the machine does meets each alike."""
    times, sizes = {name: [] for name in asked}, {}
    for _ in range(rounds):
        for name, (method, body) in asked.items():
            milliseconds, sizes[name] = console.call(method, body)
            times[name].append(milliseconds)
    return {name: (statistics.median(each), statistics.quantiles(each, n=20)[18], each[0], sizes[name]) for name, each in times.items()}


def tell(place: Place, name: str, method: str, figures):
    p50, p95, first, size = figures
    what = f"{method} of {name}, p95 over HTTPS, {place.events:,} events, {place.agents:,} agents, {place.incidents:,} incidents"
    row(f"pages_{name}_{place.events}", f"{what} (p50 {p50:.1f} ms, the first {first:.1f} ms, {size:,} bytes)", value=round(p95, 1), unit="ms",
        at_least=BAR, lower_is_better=True)


def built_console() -> tuple[pathlib.Path, pathlib.Path] | None:
    """(the pages, the packages they were built with), of whichever build has them."""
    for build in (ROOT / "build/release", ROOT / "build/dev"):
        pages, packages = build / "share/vigie/console", build / "console"
        if (pages / "index.html").exists() and (packages / "node_modules/playwright-core").exists():
            return pages, packages
    return None


def first_view(place: Place, address: str):
    """In Chromium, and what of the console it loads, compressed."""
    console = built_console()
    bars = {"at_least": 2, "unit": "s", "lower_is_better": True}
    if console is None or not shutil.which("node") or not pathlib.Path("/usr/bin/chromium").exists():
        row("pages_first_view", "first view of Now in Chromium", reason="no console is built, or node or chromium is missing", **bars)
        return
    pages, packages = console
    told = subprocess.run(["node", ROOT / "tests/bench/first_view.mjs", packages, f"https://{address}", (place.state / "admin.token").read_text().strip()],
                          check=True, stdout=subprocess.PIPE, text=True)
    row("pages_first_view", f"first view of Now in Chromium, signed in, its cache empty, {place.events:,} events",
        value=round(json.loads(told.stdout)["seconds"], 2), **bars)
    sizes = subprocess.run(["node", ROOT / "server/console/scripts/bundle_size.mjs", pages], stdout=subprocess.PIPE, text=True, check=False)
    total = next(line for line in sizes.stdout.splitlines() if "total" in line).split()[0]
    row("pages_bundle", "what the first view loads, in brotli", value=round(int(total) / 1000, 1), unit="kB", at_least=500, lower_is_better=True)


def bench(events: int, rounds: int, with_browser: bool) -> dict:
    place = Place(events)
    place.fill()
    program = place.start()
    try:
        console = Console(place.state)
        asked = requests_of(json.loads(place.story.read_text()))
        figures = measure(console, asked, rounds)
        for name, (method, _) in asked.items():
            tell(place, name, method, figures[name])
        if with_browser:
            first_view(place, console.address)
    finally:
        program.kill()
    return {name: each[0] for name, each in figures.items()}


def tell_growth(medians: dict[int, dict]):
    """Of the request that grows most; nothing may grow faster than what is stored."""
    sizes = sorted(medians)
    for small, large in zip(sizes, sizes[1:]):
        name, times = max(((name, medians[large][name] / max(medians[small][name], 1)) for name in medians[large]), key=lambda each: each[1])
        row(f"pages_growth_{large}", f"growth of the median from {small:,} to {large:,} events, at most ({name})", value=round(times, 2), unit="×",
            at_least=large / small, lower_is_better=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[int(os.environ["VIGIE_BENCH_EVENTS"])] if "VIGIE_BENCH_EVENTS" in os.environ else SIZES)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    medians = {events: bench(events, options.rounds, events == max(options.events)) for events in sorted(options.events)}
    tell_growth(medians)


if __name__ == "__main__":
    sys.exit(main())
