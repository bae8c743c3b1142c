"""The console in Chromium against a real collector and agent: sign-in, an incident seen live, what people do with it, a dossier with the
right figures, a collector killed in mid-work, a policy pushed, where incidents are sent, roles, hostile names, content security policy,
accessibility. console_steps.mjs is what the browser does.

usage: console_test.py --binaries DIR [--console DIR] [--screenshots DIR]
  --console      where npm has installed the console's packages; default: console beside DIR
  --screenshots  one PNG for each page; default: screenshots beside DIR
"""

import argparse
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading

import invent
import replay_story
from vigie_site import Site, SiteError

CUSTOMERS = 400
HOSTILE = "<img src=x onerror=window.hostile=1>"
PATIENCE = 840  # seconds for all that the browser does; below the test's own limit, so that what was started is stopped
LEAKED = {"camille": 12, HOSTILE: 9}  # files of 16 customers each, 8 of them new
POLICY = """version: 1
rules:
  - {id: transfers-are-audited, when: {channels: [network_transfer], customers_at_least: 1}, action: audit}
  - {id: would-refuse, when: {channels: [network_transfer], paths: ["**/part1-*"]}, action: block, shadow: true}
thresholds:
  - id: bulk-customers
    when: {channels: [network_transfer]}
    measure: distinct_customers
    per: [user]
    window: 24h
    over: 40
    severity: critical
  - id: slow-drip
    when: {channels: [network_transfer]}
    measure: distinct_customers
    per: [user]
    window: 7d
    over: 300
    severity: medium
"""


def record(site: Site) -> pathlib.Path:
    """Transfers of customer files by an ordinary user, and by one whose name and files are markup."""
    home = site.folder / "home"
    home.mkdir()
    recording = replay_story.Recording(site.folder / "console.jsonl")
    for number, (user, files) in enumerate(LEAKED.items()):
        replay_story.USER = user
        for part in range(files):
            first = 150 * number + 8 * part
            path = home / f"part{number}-{part:02d} {HOSTILE if part == 1 else ''}.csv"
            invent.write_csv(path, site.customers[first:first + 16])
            recording.add("opening", path, "curl", "--data-binary @part.csv http://127.0.0.1:8080/upload")
    recording.write()
    return recording.path


def expected_customers(user: str) -> int:
    return 8 * LEAKED[user] + 8


def on_a_hostile_host(site: Site):
    """The agent's workstation is called as markup, too. Only root may call a machine otherwise."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        print("skipped: a host name of markup needs root")
        return
    wrapped = site.folder / "agent-elsewhere"
    program = "import os, socket, sys; socket.sethostname(sys.argv[1]); os.execv(sys.argv[2], sys.argv[2:])"
    wrapped.write_text(f"#!/bin/sh\nexec unshare --uts '{sys.executable}' -c '{program}' '{HOSTILE}' '{site.agent.command[0]}' \"$@\"\n")
    wrapped.chmod(0o755)
    site.agent.command[0] = str(wrapped)


def prepare(site: Site):
    on_a_hostile_host(site)
    site.build_index()
    site.start_collector()
    # The recording plays at once: the policy must not have to come from the collector first.
    site.write_agent_config([], [], f"sensors: {{replay: '{record(site)}'}}\npolicy: '{site.folder}/policy.yaml'\n")
    site.enroll_agent()


def live_limit() -> int:
    """Milliseconds in which an incident is on the page: one second, more where others want the machine, too."""
    return 1000 if os.getloadavg()[0] <= (os.cpu_count() or 1) else 5000


def end(browser: subprocess.Popen):
    """With Chromium, which is in its group."""
    if browser.poll() is None:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


class Integrations:
    """Where incidents are sent: a webhook of this process over TLS, and one where nobody listens."""

    def __init__(self, site: Site):
        self.site = site
        self.taken: list[dict] = []
        state = site.collector_state
        receiver = self

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(state / "server.crt", state / "server.key")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.ports = {"soc": self.server.server_port, "away": nobody.getsockname()[1]}

    def add(self):
        secret = self.site.folder / "webhook.secret"
        secret.write_text("a secret of the end-to-end test")
        secret.chmod(0o600)
        destinations = "".join(
            f"  - {{name: {name}, webhook: {{url: 'https://localhost:{port}/hook', secret: {{file: {secret}}}}}, "
            f"ca: {self.site.collector_state}/ca.crt}}\n" for name, port in self.ports.items())
        self._restart(f"integrations:\n  destinations:\n{destinations}")

    def remove(self):
        tests = [finding for finding in self.taken if finding["metadata"]["event_code"] == "test"]
        tell("the receiver has got one test", len(tests) == 1, len(tests))
        incidents = [finding for finding in self.taken if finding["metadata"]["event_code"] == "incident"]
        told = json.dumps(incidents)
        tell("and the incident, its user as a pseudonym", len(incidents) > 0 and "user-" in told and "camille" not in told, told[:200])
        self._restart("")

    def _restart(self, more: str):
        self.site.collector.stop()
        self.site.write_collector_config()
        with open(self.site.folder / "collector.yaml", "a") as file:
            file.write(more)
        self.site.start_collector()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


failed = []


def tell(what: str, good: bool, seen=""):
    if not good:
        failed.append(what)
    print(f"ok     {what}" if good else f"FAILED {what}: {seen}", flush=True)


def check_log(site: Site, tokens: list[str]):
    """Nothing personal in the collector's log; workstations are named there."""
    log = (site.folder / "vigie-collector.log").read_text(errors="replace")
    personal = ["camille", "part0-", "part1-", *(customer["email"] for customer in site.customers), *(customer["id"] for customer in site.customers)]
    tell(f"no user, file or customer is in the collector's log of {len(log)} bytes", len(log) > 0 and not any(word in log for word in personal),
         [word for word in personal if word in log][:3])
    tell(f"nor any of {len(tokens)} tokens", len(tokens) > 3 and not any(secret in log for secret in tokens))


def check_curl(site: Site, api_token: str):
    """A script asks as the API's reference says: with a token, and nothing but curl."""
    def ask(*more: str) -> tuple[str, dict]:
        ran = subprocess.run(["curl", "--silent", "--show-error", "--cacert", site.collector_state / "ca.crt", "--write-out", "\n%{http_code}", *more,
                              "--json", "{}", f"https://{site.http_address}/vigie.v1.IncidentService/ListIncidents"],
                             capture_output=True, text=True, timeout=30, check=True)
        body, _, status = ran.stdout.rpartition("\n")
        return status, json.loads(body)

    status, answer = ask("--header", f"Authorization: Bearer {api_token}")
    customers = {incident["user"]: incident["distinctCustomers"] for incident in answer.get("incidents", []) if incident["rule"] == "bulk-customers"}
    tell("curl with a token is told of the incidents", status == "200" and customers == {user: expected_customers(user) for user in LEAKED}, (status, customers))
    status, answer = ask()
    tell("and without one of nothing", status == "401" and answer["code"] == "unauthenticated" and "incidents" not in answer, (status, answer))


def enrol_another(site: Site, enrolment_token: str):
    """A second workstation, which never starts."""
    config = site.folder / "another.yaml"
    config.write_text((site.folder / "agent.yaml").read_text().replace(f"state: {site.folder}/agent\n", f"state: {site.folder}/another\n"))
    subprocess.run([site.binaries / "vigie-agent", "enroll", "--config", config, "--token", enrolment_token], check=True, timeout=60,
                   stdout=subprocess.DEVNULL)


def token(site: Site, name: str, role: str) -> str:
    return site.vigie("token", "create-api", name, "--role", role).strip().splitlines()[-1]


def steps(site: Site, arguments) -> int:
    """The browser's part, and what it asks for meanwhile."""
    given = {
        "url": f"https://{site.http_address}",
        "console": str(arguments.console),
        "screenshots": str(arguments.screenshots),
        "tokens": {"admin": (site.collector_state / "admin.token").read_text().strip(), "analyst": token(site, "anna", "analyst"),
                   "auditor": token(site, "aude", "auditor"), "officer": token(site, "odile", "officer")},
        "ledger": str(site.folder / "ledger"),
        "emails": [customer["email"] for customer in site.customers],
        "affected": [customer["id"] for customer in site.customers[:expected_customers("camille")]],
        "hostile": HOSTILE,
        "user": "camille",
        "leak": (site.folder / "home" / "part0-03 .csv").read_text(),
        "customers": expected_customers("camille"),
        "others": expected_customers(HOSTILE),
        "known": CUSTOMERS,
        "policy": POLICY,
        "live_limit": live_limit(),
    }
    tokens = list(given["tokens"].values())
    script = pathlib.Path(__file__).with_name("console_steps.mjs")
    browser = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    watchdog = threading.Timer(PATIENCE, end, [browser])
    watchdog.start()
    integrations = Integrations(site)
    try:
        browser.stdin.write(json.dumps(given))
        browser.stdin.close()
        asked = {"WATCHING": site.agent.start, "KILL": site.collector.kill, "START": site.start_collector,
                 "INTEGRATE": integrations.add, "SEPARATE": integrations.remove}
        for line in browser.stdout:
            if line.startswith("ENROL "):
                tokens.append(line.split()[1])
                enrol_another(site, tokens[-1])
                continue
            asked.get(line.strip(), lambda said=line: print(said, end="", flush=True))()
        code = browser.wait(30)
        if code < 0:
            print(f"FAILED: the browser's part ended with signal {-code}; it may take {PATIENCE} s")
        check_curl(site, given["tokens"]["analyst"])
        check_log(site, tokens)
        return 0 if code == 0 and not failed else 1
    finally:
        watchdog.cancel()
        integrations.close()
        end(browser)


def missing(arguments) -> str:
    if not shutil.which("node"):
        return "node is not installed"
    if not shutil.which("curl"):
        return "curl is not installed"
    if not pathlib.Path("/usr/bin/chromium").exists():
        return "chromium is not installed"
    if not (arguments.console / "node_modules" / "playwright-core").is_dir():
        return "the console was not built"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--console", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.binaries = arguments.binaries.resolve()
    arguments.console = (arguments.console or arguments.binaries.parent / "console").resolve()
    arguments.screenshots = (arguments.screenshots or arguments.binaries.parent / "screenshots").resolve()
    if reason := missing(arguments):
        print(f"e2e_console: Skipped\n{reason}\n[  SKIPPED ] e2e_console (0 ms)")
        return 77
    arguments.screenshots.mkdir(parents=True, exist_ok=True)
    site = Site(arguments.binaries, POLICY, CUSTOMERS)
    try:
        prepare(site)
        return steps(site, arguments)
    except (SiteError, subprocess.SubprocessError) as error:
        print(f"FAILED: {error}")
        return 1
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(main())
