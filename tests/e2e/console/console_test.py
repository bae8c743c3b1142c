"""The console in Chromium against a real collector and agent: sign-in, an incident seen live, what people do with it, a dossier with the
right figures, a collector killed in mid-work, a policy pushed, roles, hostile names, content security policy, accessibility.
console_steps.mjs is what the browser does.

usage: console_test.py --binaries DIR [--console DIR] [--screenshots DIR]
  --console      where npm has installed the console's packages; default: console beside DIR
  --screenshots  one PNG for each page; default: screenshots beside DIR
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import invent
import replay_story
from vigie_site import Site, SiteError

CUSTOMERS = 400
HOSTILE = "<img src=x onerror=window.hostile=1>"
PATIENCE = 480  # seconds for all that the browser does; below the test's own limit, so that what was started is stopped
LEAKED = {"camille": 12, HOSTILE: 9}  # files of 16 customers each, 8 of them new
POLICY = """version: 1
rules:
  - {id: transfers-are-audited, when: {channels: [network_transfer], customers_at_least: 1}, action: audit}
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


def prepare(site: Site):
    site.build_index()
    site.start_collector()
    site.write_agent_config([], [], f"sensors: {{replay: '{record(site)}'}}\n")
    site.enroll_agent()


def live_limit() -> int:
    """Milliseconds in which an incident is on the page: one second, more where others want the machine, too."""
    return 1000 if os.getloadavg()[0] <= (os.cpu_count() or 1) else 5000


def end(browser: subprocess.Popen):
    """With Chromium, which is in its group."""
    if browser.poll() is None:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


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
        "affected": [customer["id"] for customer in site.customers[:expected_customers("camille")]],
        "hostile": HOSTILE,
        "user": "camille",
        "leak": (site.folder / "home" / "part0-03 .csv").read_text(),
        "customers": expected_customers("camille"),
        "known": CUSTOMERS,
        "policy": POLICY,
        "live_limit": live_limit(),
    }
    script = pathlib.Path(__file__).with_name("console_steps.mjs")
    browser = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    watchdog = threading.Timer(PATIENCE, end, [browser])
    watchdog.start()
    try:
        browser.stdin.write(json.dumps(given))
        browser.stdin.close()
        asked = {"WATCHING": site.agent.start, "KILL": site.collector.kill, "START": site.start_collector}
        for line in browser.stdout:
            asked.get(line.strip(), lambda said=line: print(said, end="", flush=True))()
        code = browser.wait(30)
        if code < 0:
            print(f"FAILED: the browser's part ended with signal {-code}; it may take {PATIENCE} s")
        return 0 if code == 0 else 1
    finally:
        watchdog.cancel()
        end(browser)


def missing(arguments) -> str:
    if not shutil.which("node"):
        return "node is not installed"
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
