#!/usr/bin/env python3
"""Delivery: what a collector takes in durably, counted and thresholded, against the same stream of the same batches with no work behind it;
how long acknowledgements and incidents take at half of that load; both again with more events in the store (--stored); ten
thousand workstations, and their return after a restart.

usage: delivery_bench.py [--rounds N] [--agents N] [--stored N]     VIGIE_BENCH_DIRECTORY: on whose disk (default: the temporary directory)
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(os.environ.get("VIGIE_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BINARIES = pathlib.Path(os.environ.get("VIGIE_BIN_DIR", ROOT / "build/bench/bin"))
sys.path[:0] = [str(ROOT / "scripts/demo"), str(ROOT / "tests/fleet")]

from fleet_processes import Collector, Fleet, free_port, problems_of  # noqa: E402
from vigie_site import SiteError, wait_for  # noqa: E402

SENDERS = 32
EVENTS_OF_EACH = 4000
BATCH = 100
GROWTH_RATE = 5000  # events a second
MIXED_BATCH_BYTES = BATCH * 600  # of the simulator's events, about


def row(identity, what, **fields):
    print(json.dumps({"id": identity, "what": what, **fields}, ensure_ascii=False), flush=True)


class Place:
    """A collector in a folder of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-bench-", dir=os.environ.get("VIGIE_BENCH_DIRECTORY")))
        self.collector = Collector(BINARIES, self.folder, self.folder)
        self.collector.start()

    def fleet(self, *arguments, address=None) -> Fleet:
        return Fleet(BINARIES, self.folder, address or self.collector.address, *arguments)

    def run(self, *arguments, address=None) -> dict:
        fleet = self.fleet(*arguments, address=address)
        try:
            result = fleet.finish(900)
        finally:
            fleet.close()
        if problems_of(result):
            raise SiteError("; ".join(problems_of(result)))
        return result

    def close(self):
        self.collector.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def flood(place: Place, number: int, bare: bool, each: int = EVENTS_OF_EACH) -> float:
    """Events a second, with workstations that nobody has seen before."""
    common = ["--agents", SENDERS, "--flood", each, "--batch", BATCH, "--credentials", place.folder / f"flood{number}.json"]
    if not bare:
        return place.run(*common, *(["--push-policy"] if number == 0 else []))["events_per_second"]
    server = subprocess.Popen([BINARIES.parent / "fleet" / "bare_collector", f"127.0.0.1:{free_port()}", place.collector.state],
                              stdout=subprocess.PIPE, text=True)
    try:
        return place.run(*common, address=f"127.0.0.1:{server.stdout.readline().strip()}")["events_per_second"]
    finally:
        server.kill()
        server.wait()


def throughput(place: Place, rounds: int) -> float:
    ours, ratios = [], []
    for number in range(rounds):
        ours.append(flood(place, number, bare=False))
        ratios.append(ours[-1] / flood(place, number, bare=True))
    durable = statistics.median(ours)
    row("delivery_throughput", f"durable, deduplicated, thresholded events, {SENDERS} workstations, batches of {BATCH}", value=round(durable),
        unit="events/s", peer="a bare gRPC stream of the same batches", ratio=round(statistics.median(ratios), 3), at_least=0.10, aim=0.25)
    return durable


def lone_fsync_p99(folder: pathlib.Path, batches: int = 200) -> float:
    """Milliseconds."""
    times, data = [], os.urandom(MIXED_BATCH_BYTES)
    with open(folder / "fsync.probe", "wb", buffering=0) as file:
        for _ in range(batches):
            begin = time.perf_counter()
            file.write(data)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - begin) * 1000)
    (folder / "fsync.probe").unlink()
    return statistics.quantiles(times, n=100)[98]


def latency(place: Place, rate: float, rounds: int):
    acknowledgements, ratios, incidents = [], [], []
    for number in range(rounds):
        alone = lone_fsync_p99(place.folder)
        result = place.run("--agents", SENDERS, "--rate", round(rate), "--seconds", 8, "--batch", BATCH, "--burst", BATCH,
                           "--probe-every", 200)
        acknowledgements.append(result["acknowledgement_milliseconds"]["p99"])
        incidents.append(result["incident_milliseconds"]["p99"])
        ratios.append(acknowledgements[-1] / alone)
    row("delivery_acknowledgement_p99", f"acknowledgement, p99, at {rate:.0f} events/s", value=round(statistics.median(acknowledgements), 2),
        unit="ms", peer="p99 of a lone fsync of one batch", ratio=round(statistics.median(ratios), 2), at_least=10, aim=3, lower_is_better=True)
    row("delivery_incident_p99", "event on the wire to incident on a watching client, p99, at that load",
        value=round(statistics.median(incidents), 1), unit="ms", at_least=1000, aim=100, lower_is_better=True)


def stored_events(place: Place) -> int:
    with sqlite3.connect(f"file:{place.collector.state}/collector.db?mode=ro", uri=True) as store:
        return store.execute("SELECT count(*) FROM events").fetchone()[0]


def at_size(place: Place, number: int, events: int) -> tuple[float, float]:
    """(events a second, p99 of an acknowledgement at 5,000 a second in milliseconds) with at least so many events stored."""
    missing = events - stored_events(place)
    if missing > 0:
        flood(place, 2 * number, bare=False, each=-(-missing // SENDERS // BATCH) * BATCH)
    taken = flood(place, 2 * number + 1, bare=False)
    mixed = place.run("--agents", SENDERS, "--rate", GROWTH_RATE, "--seconds", 8, "--batch", BATCH, "--burst", BATCH)
    return taken, mixed["acknowledgement_milliseconds"]["p99"]


def growth(place: Place, sizes: list[int]):
    first = None
    for number, events in enumerate(sizes):
        taken, acknowledged = at_size(place, 1000 + number, events)
        first = first or (taken, acknowledged)
        row(f"delivery_throughput_{events}", f"the same with {events:,} events stored", value=round(taken), unit="events/s",
            peer=f"with {sizes[0]:,}", ratio=round(taken / first[0], 2))
        row(f"delivery_acknowledgement_p99_{events}", f"acknowledgement, p99, at {GROWTH_RATE} events/s with {events:,} events stored",
            value=round(acknowledged, 2), unit="ms", peer=f"with {sizes[0]:,}", ratio=round(acknowledged / first[1], 2), lower_is_better=True)


def memory_of_a_fleet(place: Place, agents: int) -> tuple[int, dict]:
    """(highest resident bytes while all are connected, what the fleet says after a kill and a return)."""
    fleet = place.fleet("--agents", agents, "--rate", 1000, "--seconds", 100_000, "--patience", 300, "--spread", 20, "--check", "--push-policy",
                        "--credentials", place.folder / "fleet.json")
    try:
        wait_for(fleet.running, 900, "the fleet to be connected", 0.5)
        time.sleep(15)  # a heartbeat of everybody
        memory = place.collector.memory()["VmHWM"]
        place.collector.kill()
        place.collector.start()
        time.sleep(5)  # at least one line of progress since
        wait_for(lambda: fleet.all_connected(agents), 300, "the fleet to be back", 0.5)
        return memory, fleet.end()
    finally:
        fleet.close()


def fleet_rows(agents: int):
    bars = {"at_least": 1024, "aim": 400} if agents == 10_000 else {}
    times = {"at_least": 120, "aim": 30} if agents == 10_000 else {}
    place = Place()
    try:
        memory, result = memory_of_a_fleet(place, agents)
    finally:
        place.close()
    row(f"delivery_memory_{agents}", f"collector, {agents} workstations connected over TLS, 1000 events/s, highest resident", value=round(memory / 2**20),
        unit="MiB", lower_is_better=True, **bars)
    problems = problems_of(result)
    back = [outage["seconds"] for outage in result["outages"]]
    row(f"delivery_return_{agents}", f"kill -9 with {agents} workstations connected: all are back, no event lost", unit="s", lower_is_better=True,
        value=round(max(back), 1) if back and not problems else None, **times, **({"reason": "; ".join(problems)} if problems else {}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--agents", type=int, action="append", help="sizes of the fleet (default 100, 1000, 10000)")
    parser.add_argument("--stored", type=int, action="append", help="sizes of the store (default 100000, 1000000; a million takes 1.9 GB)")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    place = Place()
    try:
        durable = throughput(place, options.rounds)
        latency(place, durable / 2, options.rounds)
        growth(place, options.stored or [100_000, 1_000_000])
    finally:
        place.close()
    for agents in options.agents or [100, 1000, 10_000]:
        fleet_rows(agents)


if __name__ == "__main__":
    sys.exit(main())
