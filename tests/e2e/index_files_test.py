"""The customer index as files that change: deltas, their damage, kill -9 in the middle, reports, canaries, several ledgers. By the real
`vigie`, and what an agent finds with the result."""

import argparse
import csv
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "corpus"))

import people  # noqa: E402
from replay_story import Recording  # noqa: E402
from vigie_site import Site, wait_for  # noqa: E402

BINARIES = None
COLUMNS = "key=id,name=name,email=email,phone=phone,text=function,text=company,text=service"
FIELDS = [*people.FIELDS, "trap"]


class Home:
    """Where the directory's owner works: one directory, one ledger, one key, one index."""

    def __init__(self, folder: pathlib.Path, rows: list[dict]):
        folder.mkdir()
        self.folder, self.rows = folder, rows
        self.given = len(rows)  # record ids so far
        self.run(0, "index", "key", "--out", self.path("key"))

    def path(self, name: str) -> pathlib.Path:
        return self.folder / name

    def run(self, expected: int, *arguments) -> subprocess.CompletedProcess:
        done = subprocess.run([BINARIES / "vigie", *map(str, arguments)], capture_output=True, text=True, timeout=60)
        assert done.returncode == expected, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def write_directory(self) -> pathlib.Path:
        with open(self.path("directory.csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
        return self.path("directory.csv")

    def options(self) -> list:
        return ["--columns", COLUMNS, "--region", "FR", "--key-file", self.path("key"), "--ledger", self.path("ledger"),
                "--canary-column", "trap"]

    def build(self, expected=0, *more) -> subprocess.CompletedProcess:
        return self.run(expected, "index", "build", "--directory", self.write_directory(), *self.options(), "--out", self.path("index"),
                        *more)

    def delta(self, name: str, expected=0) -> subprocess.CompletedProcess:
        return self.run(expected, "index", "delta", "--from", self.path("index"), "--to-directory", self.write_directory(), *self.options(),
                        "--out", self.path(name))

    def apply(self, name: str, expected=0, *more) -> subprocess.CompletedProcess:
        return self.run(expected, "index", "apply", "--index", self.path("index"), "--delta", self.path(name), "--key-file",
                        self.path("key"), *more)

    def ids_of(self, rows) -> set:
        """Record ids as the ledger has them."""
        out = self.run(0, "index", "resolve", "--ledger", self.path("ledger"), "--ids", ",".join(map(str, range(1, self.given + 1)))).stdout
        by_key = {key: int(number) for number, key in (line.split(",") for line in out.splitlines())}
        return {by_key[row["id"]] for row in rows}

    def find(self, text: str, index: str = "index") -> dict:
        self.path("text").write_text(text, encoding="utf-8")
        done = subprocess.run([BINARIES / "vigie", "scan", "--json", "--records", "--index", self.path(index), "--key-file",
                               self.path("key"), self.path("text")], capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)["customers"]

    def found(self, text: str, index: str = "index") -> set:
        return set(self.find(text, index)["records"])

    def state(self) -> str:
        return json.loads(self.run(0, "index", "info", self.path("index"), "--output", "json").stdout)["state"]


def text_of(rows) -> str:
    return "".join(";".join(row[field] for field in people.FIELDS) + "\n" for row in rows)


def mails_of(rows) -> str:
    return "\n".join(row["email"] for row in rows) + "\n"


class IndexFiles(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        everyone = people.directory()
        self.rows, self.later = everyone[:160], everyone[160:]

    def home(self, name: str = "home", rows=None) -> Home:
        return Home(self.folder / name, [dict(row) for row in (self.rows if rows is None else rows)])

    def changed_home(self) -> tuple[Home, list[dict], str]:
        """A home with an index and a delta: ten came, five left, one has another address. Also those who left, and the old address."""
        home = self.home()
        home.build()
        gone, home.rows = home.rows[:5], home.rows[5:] + [dict(row) for row in self.later[:10]]
        old_mail = home.rows[7]["email"]
        home.rows[7]["email"] = "another.address@example.org"
        home.delta("delta")
        home.given += 10
        return home, gone, old_mail

    def test_a_delta_adds_changes_and_removes_and_ids_stay(self):
        home, gone, old_mail = self.changed_home()
        before = home.ids_of(gone)
        home.apply("delta")
        self.assertEqual(home.found(text_of(home.rows)), home.ids_of(home.rows))
        self.assertEqual(home.found(text_of(gone)), set())
        self.assertEqual(home.found(old_mail), set())
        self.assertEqual(home.found("another.address@example.org"), home.ids_of([home.rows[7]]))
        self.assertEqual(home.found(mails_of(self.later)), home.ids_of(self.later[:10]))
        self.assertEqual(before, home.ids_of(gone), "who left keeps the id")

    def test_after_deltas_the_index_answers_as_one_built_anew(self):
        home = self.home()
        home.build()
        for number in range(4):
            home.rows = home.rows[3:] + [dict(row) for row in self.later[5 * number : 5 * number + 5]]
            home.given += 5
            home.rows[number]["phone"] = f"06399899{number:02d}"
            home.delta(f"delta{number}")
            home.apply(f"delta{number}")
        shutil.copy(home.path("index"), home.path("grown"))
        home.build()
        for variant in people.VARIANTS.values():
            leak = variant("french")
            text = "\n".join([*(";".join(row.values()) for row in leak.rows), *leak.paragraphs])
            self.assertEqual(home.found(text), home.found(text, "grown"))

    def test_applied_twice_it_is_there_already(self):
        home, _, _ = self.changed_home()
        home.apply("delta")
        content, digests = home.path("index").read_bytes(), home.path("index.digests").read_bytes()
        self.assertIn("already", home.apply("delta").stdout)
        self.assertEqual((content, digests), (home.path("index").read_bytes(), home.path("index.digests").read_bytes()))

    def test_the_second_delta_is_refused_before_the_first(self):
        home, _, _ = self.changed_home()
        shutil.copy(home.path("index"), home.path("agents"))
        home.apply("delta")
        home.rows.pop()
        home.delta("second")
        done = home.run(2, "index", "apply", "--index", home.path("agents"), "--delta", home.path("second"), "--key-file", home.path("key"))
        self.assertIn("another state", done.stderr)

    def test_a_damaged_delta_is_refused_and_the_index_stays(self):
        home, _, _ = self.changed_home()
        content, delta = home.path("index").read_bytes(), home.path("delta").read_bytes()
        chance = random.Random(3)
        damaged = [delta[: len(delta) * i // 10] for i in range(10)] + [delta + b"x"]
        for _ in range(15):
            at = chance.randrange(len(delta))
            damaged.append(delta[:at] + bytes([delta[at] ^ 1 << chance.randrange(8)]) + delta[at + 1 :])
        for bytes_ in damaged:
            home.path("damaged").write_bytes(bytes_)
            done = home.apply("damaged", 2)
            self.assertTrue(done.stderr.startswith("vigie: "), done.stderr)
            self.assertEqual(content, home.path("index").read_bytes())
        home.apply("delta")

    def test_a_foreign_delta_or_key_is_refused_and_the_index_stays(self):
        home, _, _ = self.changed_home()
        other = self.home("other")
        other.build()
        content = other.path("index").read_bytes()
        arguments = ["index", "apply", "--index", other.path("index"), "--delta"]
        done = other.run(2, *arguments, home.path("delta"), "--key-file", other.path("key"))
        self.assertIn("made for index", done.stderr)
        done = home.run(2, "index", "apply", "--index", home.path("index"), "--delta", home.path("delta"), "--key-file", other.path("key"))
        self.assertIn("key", done.stderr)
        done = other.run(2, *arguments, home.path("index"), "--key-file", other.path("key"))
        self.assertIn("not a delta", done.stderr)
        self.assertEqual(content, other.path("index").read_bytes())

    def test_killed_at_any_moment_there_is_the_old_index_or_the_new_one(self):
        home, _, _ = self.changed_home()
        old, old_digests = home.path("index").read_bytes(), home.path("index.digests").read_bytes()
        command = [BINARIES / "vigie", "index", "apply", "--index", home.path("index"), "--delta", home.path("delta"), "--key-file",
                   home.path("key")]
        chance = random.Random(9)
        begin = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        takes, new = time.monotonic() - begin, home.path("index").read_bytes()
        seen = set()
        for _ in range(60):
            home.path("index").write_bytes(old)
            home.path("index.digests").write_bytes(old_digests)
            applying = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, takes))
            applying.send_signal(signal.SIGKILL)
            applying.wait()
            content = home.path("index").read_bytes()
            self.assertIn(content, (old, new))
            seen.add(content == new)
        home.apply("delta")
        self.assertEqual(home.path("index").read_bytes(), new)
        home.rows.pop()
        home.delta("next")
        home.apply("next")
        self.assertEqual(home.found(text_of(home.rows)), home.ids_of(home.rows))

    def test_killed_between_index_and_digests_the_next_apply_puts_it_right(self):
        home, _, _ = self.changed_home()
        digests = home.path("index.digests").read_bytes()
        home.apply("delta")
        home.path("index.digests").write_bytes(digests)
        home.rows.pop()
        self.assertIn("another state", home.delta("next", 2).stderr)
        home.apply("delta")
        home.delta("next")
        home.apply("next")
        self.assertIn("already", home.apply("delta").stdout)
        home.rows.pop()
        home.delta("third")

    def test_beside_the_index_it_leaves_the_index_alone(self):
        home, _, _ = self.changed_home()
        content = home.path("index").read_bytes()
        home.apply("delta", 0, "--out", home.path("copy"))
        self.assertEqual(content, home.path("index").read_bytes())
        self.assertEqual(home.found(text_of(home.rows), "copy"), home.ids_of(home.rows))

    def test_every_delta_is_another_state(self):
        home, _, _ = self.changed_home()
        first = home.state()
        home.apply("delta")
        self.assertNotEqual(first, home.state())

    def test_the_report_names_everything_left_out_and_no_value(self):
        home = self.home(rows=self.rows + [{**row, "id": "", "email": "nobody.special@example.com"} for row in self.rows[:150]])
        home.rows[3]["email"], home.rows[4]["phone"] = "not an address", "12"
        done = home.build(1, "--report", home.path("report.csv"))
        with open(home.path("report.csv"), newline="", encoding="utf-8") as file:
            report = list(csv.DictReader(file))
        self.assertEqual(set(report[0]), {"row", "column", "reason"})
        skipped = [line for line in report if "key is empty" in line["reason"]]
        self.assertEqual([int(line["row"]) for line in skipped], list(range(162, 312)))
        self.assertEqual({(int(line["row"]), line["column"]) for line in report} - {(int(s["row"]), s["column"]) for s in skipped},
                         {(5, "email"), (6, "phone")})
        written = home.path("report.csv").read_text(encoding="utf-8") + done.stdout + done.stderr
        for secret in ("nobody.special", "not an address", home.rows[0]["name"]):
            self.assertNotIn(secret, written)
        self.assertEqual(home.path("report.csv").stat().st_mode & 0o777, 0o600)
        self.assertIn("more; --report", done.stdout)

    def test_canaries_are_told_by_build_delta_scan_and_ledger(self):
        home = self.home()
        home.rows[11]["trap"], home.rows[12]["trap"] = "yes", "x"
        home.build()
        self.assertEqual(home.find(text_of(home.rows[10:13]))["canaries"], 2)
        self.assertNotIn("canaries", home.find(text_of(home.rows[20:30])))
        home.rows[11]["trap"], home.rows[21]["trap"] = "", "true"
        home.delta("delta")
        home.apply("delta")
        self.assertEqual(home.find(text_of(home.rows[20:22]))["canaries"], 1)
        resolved = json.loads(home.run(0, "index", "resolve", "--ledger", home.path("ledger"), "--ids", "13,14,22", "--output", "json").stdout)
        self.assertEqual([one["canary"] for one in resolved], [True, False, True])
        self.assertEqual(json.loads(home.run(0, "index", "info", home.path("index"), "--output", "json").stdout)["canaries"],
                         len({12, 21} | ({11} if home.find(text_of([home.rows[11]])).get("canaries") else set())))

    def test_indexes_of_two_ledgers_are_reported_apart(self):
        french, others = self.home("french"), self.home("others", self.later[:40] + self.rows[:3])
        french.build()
        others.build()
        french.path("text").write_text(text_of(self.rows[:7] + self.later[:4]), encoding="utf-8")
        command = [BINARIES / "vigie", "scan", "--json", "--records"]
        for home in (french, others):
            command += ["--index", home.path("index"), "--key-file", home.path("key")]
        done = subprocess.run([*command, french.path("text")], capture_output=True, text=True, timeout=60)
        customers = json.loads(done.stdout)["customers"]
        self.assertEqual(customers["records"], list(range(1, 8)))
        self.assertEqual([other["records"] for other in customers["other_ledgers"]], [[1, 2, 3, 4, 41, 42, 43]])
        self.assertEqual(customers["distinct"], 14, "the people of one ledger are not those of another")

    def test_indexes_of_one_ledger_are_added_up(self):
        home = self.home()
        home.build()
        shutil.copy(home.path("index"), home.path("first"))
        home.rows = [dict(row) for row in self.later[:20]]
        home.given += 20
        home.build()
        home.path("text").write_text(text_of(self.rows[:2] + self.later[:2]), encoding="utf-8")
        done = subprocess.run([BINARIES / "vigie", "scan", "--json", "--records", "--index", home.path("first"), "--index", home.path("index"),
                               "--key-file", home.path("key"), home.path("text")], capture_output=True, text=True, timeout=60)
        customers = json.loads(done.stdout)["customers"]
        self.assertEqual(customers["records"], [1, 2, 161, 162])
        self.assertNotIn("other_ledgers", customers)

    def test_without_its_key_an_index_finds_nothing_and_says_nothing(self):
        home = self.home()
        home.build()
        content = home.path("index").read_bytes() + home.path("index.digests").read_bytes()
        for row in home.rows:
            for value in (row["email"], row["name"], row["phone"], row["phone"][1:], row["id"], row["company"]):
                for form in (value, value.lower(), value.upper(), people.plain(value).lower()):
                    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                        self.assertNotIn(form.encode(encoding), content)
        done = subprocess.run([BINARIES / "vigie", "scan", "--index", home.path("index"), home.path("key")], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 2)


class Agents(unittest.TestCase):
    """What an agent finds before and after its index is replaced, in a file that did not change."""

    def test_an_agent_finds_with_the_delta_what_it_did_not_find_without(self):
        site = Site(BINARIES, POLICY, 200)
        self.addCleanup(site.close)
        everyone, site.customers = site.customers, site.customers[:50]
        site.build_index()
        site.start_collector()
        upload = site.folder / "upload.csv"
        with open(upload, "w", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, list(everyone[0])).writerows(everyone[40:70])
        self.play(site, upload, 1)
        site.enroll_agent()
        site.start_agent()
        wait_for(lambda: self.customers_of(site) == [10], 30, "the first upload")
        site.agent.stop()
        self.apply_delta(site, everyone)
        self.play(site, upload, 2)
        site.agent.start()
        wait_for(lambda: self.customers_of(site) == [10, 30], 30, "the second upload")

    @staticmethod
    def play(site, path, times):
        """An agent goes on where it was in the recording."""
        recording = Recording(site.folder / "story.jsonl")
        for _ in range(times):
            recording.add("opening", path, "curl", f"-T {path.name} http://127.0.0.1:8080/")
        recording.write()
        site.write_agent_config([], [], f"sensors: {{replay: {recording.path}}}\n")

    @staticmethod
    def customers_of(site) -> list[int]:
        events = site.try_ask("events", "query", "--channel", "network_transfer") or []
        return [event["distinct_customers"] for event in events]

    @staticmethod
    def apply_delta(site, everyone):
        folder = site.folder
        people.write_csv(folder / "later.csv", everyone, list(everyone[0]))
        site.vigie("index", "delta", "--from", folder / "customers.index", "--to-directory", folder / "later.csv", "--columns",
                   "key=id,name=name,email=email,phone=phone,text=company", "--region", "FR", "--key-file", folder / "tenant.key",
                   "--ledger", folder / "ledger", "--out", folder / "delta")
        site.vigie("index", "apply", "--index", folder / "customers.index", "--delta", folder / "delta", "--key-file",
                   folder / "tenant.key")


POLICY = """
version: 1
thresholds:
  - {id: bulk, when: {channels: [network_transfer]}, measure: distinct_customers, per: [user], window: 24h, over: 5, severity: high}
"""


def main() -> int:
    global BINARIES
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    arguments, rest = parser.parse_known_args()
    BINARIES = arguments.binaries.absolute()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
