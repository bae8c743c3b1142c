#!/usr/bin/env python3
"""Plays the leak of 1,584 customers against a real agent and a real collector, and checks every statement of the story.

usage: demo.py --binaries DIR [--once]
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import replay_story
import story as live
from checks import Checks
from console_login import Login
from upload_server import UploadServer
from vigie_site import Site, SiteError, running_as_root, wait_for
from watcher import Watcher

POLICY = pathlib.Path(__file__).with_name("policy.yaml").read_text()


def ordinary_user() -> str:
    """Who called sudo, else the first user with a home, else nobody."""
    called = os.environ.get("SUDO_USER", "root")
    if called != "root":
        return called
    people = [entry.pw_name for entry in pwd.getpwall() if 1000 <= entry.pw_uid < 60000]
    return people[0] if people else "nobody"


def start_centre(site: Site, checks: Checks):
    checks.act(f"Inventing {live.CUSTOMERS} customers, building their index, starting the collector")
    site.build_index()
    site.start_collector()
    info = site.ask("index", "info", site.folder / "customers.index")
    checks.that(f"the index holds {live.CUSTOMERS} records", int(info["records"]) == live.CUSTOMERS, info["records"])
    checks.note(f"collector: gRPC with mutual TLS on {site.address}")


def demo_live(site: Site, checks: Checks):
    user = ordinary_user()
    home, medium = site.disk("home"), site.disk("medium")
    home.mount(user)
    start_centre(site, checks)
    site.write_agent_config([home.mount_point], [medium.mount_point])
    site.enroll_agent()
    site.start_agent()
    checks.note(f"agent: enrolled, watching {home.mount_point}")
    medium.mount(user)
    server, watcher = UploadServer(), Watcher(site)
    try:
        live.play_live(live.Story(site, checks, home.mount_point, medium.mount_point), user, server, watcher)
    finally:
        watcher.close()
        server.close()
    live.Story(site, checks, home.mount_point, medium.mount_point).check_end(live.login_user(user), socket.gethostname())


def demo_replay(site: Site, checks: Checks):
    print("Not root: no kernel sensor can run. The story is played from a recording through the replay sensor, and nothing is blocked.")
    home, medium = site.folder / "home", site.folder / "medium"
    home.mkdir()
    medium.mkdir()
    start_centre(site, checks)
    recording = replay_story.record(site, home, medium)
    site.write_agent_config([], [], f"sensors: {{replay: {recording.path}}}\n")
    site.enroll_agent()
    story = live.Story(site, checks, home, medium)
    replay_story.play(story)
    story.check_end(replay_story.USER, socket.gethostname())


def show_incident(site: Site):
    incident = site.ask("incidents", "list")[0]
    shown = site.ask("incidents", "show", incident["id"])
    print("\nThe incident, as `vigie incidents show` tells it:\n")
    print(site.vigie("incidents", "show", incident["id"]))
    (site.folder / "incident.json").write_text(json.dumps(shown))


def stay_up(site: Site, login: Login):
    login.show()
    command = " ".join(site.vigie_command("incidents", "list"))
    print(f"\nThe collector stays up at {site.address}. Try:\n  {command}\nCtrl-C ends the demo.", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


def check_machine(binaries: pathlib.Path):
    """One clear sentence for what is missing."""
    for name in ("vigie", "vigie-agent", "vigie-inspector", "vigie-collector"):
        if not (binaries / name).exists():
            raise SiteError(f"{binaries / name} is missing: run 'make build' first")
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < 256 << 20:
        raise SiteError(f"only {free >> 20} MiB are free below {folder} and the demo needs 256: make room or set TMPDIR")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--once", action="store_true", help="end after the story instead of staying up")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the clean-up below
    checks, site = Checks(), None
    try:
        check_machine(options.binaries)
        site = Site(options.binaries.resolve(), POLICY, live.CUSTOMERS)
        (demo_live if running_as_root() else demo_replay)(site, checks)
        show_incident(site)
        login = Login(site)
        login.check(checks)
        if not options.once:
            stay_up(site, login)
    except (SiteError, subprocess.CalledProcessError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if site:
            site.close()
    verdict = "Every statement of the story held." if not checks.failed else f"{len(checks.failed)} statements did NOT hold."
    print(f"\n{verdict}")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
