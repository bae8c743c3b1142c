"""`vigie scan` over what file systems hold beside plain files: each gets its object with its reason, the rest is scanned all the same, and
the exit code says that not all was evaluated. As processes, with real FIFOs, sockets, devices, users and terminals."""

import argparse
import json
import os
import pathlib
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARIES = None
MAIL = "Please write to someone.invented@example.com today.\n"
NOBODY = 65534
TIME_LIMIT = 60
SPARSE_BYTES = 3 << 30


def run(*arguments, **more) -> subprocess.CompletedProcess:
    return subprocess.run([BINARIES / "vigie", "scan", *arguments], capture_output=True, timeout=TIME_LIMIT, **more)


def scan(*arguments, **more) -> tuple[int, dict, str]:
    """Exit code, answers by path, errors."""
    done = run("--json", *arguments, **more)
    lines = done.stdout.decode("utf-8").splitlines()
    answers = {answer["path"]: answer for answer in map(json.loads, lines)}
    assert len(answers) == len(lines), "two objects for one path"
    return done.returncode, answers, done.stderr.decode("utf-8", "replace")


class OddFiles(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name: str, text: str = MAIL) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def expect(self, answers: dict, path, evaluated: str, reasons: list[str]):
        answer = answers[str(path)]
        self.assertEqual((answer["evaluated"], answer["reasons"]), (evaluated, reasons), path)

    def expect_found(self, answers: dict, path):
        self.assertEqual(answers[str(path)]["classes"]["email_address"]["distinct"], 1, path)

    def test_fifos_and_sockets_are_answered_and_never_waited_for(self):
        mail = self.write("mail")
        os.mkfifo(self.folder / "fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.folder / "socket"))
            listener.listen()
            code, answers, _ = scan(self.folder)
        self.assertEqual(code, 1)
        self.assertEqual(len(answers), 3)
        self.expect_found(answers, mail)
        for odd in ("fifo", "socket"):
            self.expect(answers, self.folder / odd, "none", ["unsupported"])

    def test_devices_are_not_read(self):
        code, answers, _ = scan("/dev/null", "/dev/zero", "/dev/full")
        self.assertEqual(code, 1)
        for device in ("/dev/null", "/dev/zero", "/dev/full"):
            self.expect(answers, device, "none", ["unsupported"])

    def test_loops_of_symlinks_end(self):
        mail = self.write("a/b/mail")
        (self.folder / "a/b/up").symlink_to(self.folder / "a")
        (self.folder / "a/self").symlink_to("self")
        (self.folder / "a/ping").symlink_to("pong")
        (self.folder / "a/pong").symlink_to("ping")
        (self.folder / "a/broken").symlink_to("nowhere")
        code, answers, errors = scan(self.folder)
        self.assertEqual((code, list(answers)), (1, [mail]), errors)

    def test_a_symlink_that_is_given_is_followed_and_a_broken_one_is_an_error(self):
        mail = self.write("mail")
        (self.folder / "link").symlink_to(mail)
        (self.folder / "self").symlink_to("self")
        code, answers, errors = scan(self.folder / "link", self.folder / "self")
        self.assertEqual(code, 2)
        self.expect_found(answers, self.folder / "link")
        self.assertIn("self", errors)

    def test_what_may_not_be_read_is_unreadable(self):
        mail = self.write("mail")
        secret = self.write("secret")
        inside = self.write("closed/inside")
        os.chmod(secret, 0)
        os.chmod(self.folder / "closed", 0)
        self.addCleanup(os.chmod, self.folder / "closed", 0o700)
        as_other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        code, answers, errors = scan(self.folder, **as_other)
        self.assertEqual(code, 1, errors)
        self.expect_found(answers, mail)
        self.expect(answers, secret, "none", ["unreadable"])
        self.expect(answers, self.folder / "closed", "none", ["unreadable"])
        self.assertNotIn(inside, answers)

    def test_what_vanishes_meanwhile_is_unreadable_or_was_scanned(self):
        """Files and folders come and go in the middle; those that stay are all found."""
        stay = [self.write(f"{i:02d}/stay{i}") for i in range(30)]
        stop = threading.Event()

        def churn():
            number = 0
            while not stop.is_set():
                folder = self.folder / f"{number % 30:02d}" / "passing"
                folder.mkdir(exist_ok=True)
                for name in "abc":
                    (folder / name).write_text(MAIL)
                shutil.rmtree(folder)
                number += 1

        churning = threading.Thread(target=churn)
        churning.start()
        try:
            for _ in range(5):
                code, answers, errors = scan("--jobs", "2", self.folder)
                self.assertEqual((code, errors), (1, ""))
                for path in stay:
                    self.expect_found(answers, path)
                for path in set(answers) - set(stay):
                    answer = answers[path]
                    gone = (answer["evaluated"], answer["reasons"]) == ("none", ["unreadable"])
                    self.assertTrue(gone or answer["evaluated"] in ("full", "partial"), answer)
        finally:
            stop.set()
            churning.join()

    def test_a_file_that_shrinks_while_it_is_read_is_answered(self):
        path = self.folder / "shrinking"
        with open(path, "wb") as file:
            file.truncate(200 << 20)
        scanning = subprocess.Popen([BINARIES / "vigie", "scan", "--json", path], stdout=subprocess.PIPE)
        for size in range(150 << 20, 0, -(10 << 20)):
            os.truncate(path, size)
        out, _ = scanning.communicate(timeout=TIME_LIMIT)
        answer = json.loads(out)
        self.assertIn(answer["evaluated"], ("full", "partial"))
        self.assertEqual(answer["evaluated"] == "full", not answer["reasons"])

    def test_three_sparse_gigabytes_are_too_large_within_the_time(self):
        path = self.folder / "sparse"
        with open(path, "wb") as file:
            file.write(MAIL.encode())
            file.truncate(SPARSE_BYTES)
        begin = time.monotonic()
        code, answers, _ = scan(path)
        self.assertEqual(code, 1)
        answer = answers[str(path)]
        self.assertEqual(answer["bytes"], SPARSE_BYTES)
        self.assertEqual(answer["evaluated"], "partial")
        self.assertTrue({"too_large", "timed_out"} & set(answer["reasons"]), answer)
        self.expect_found(answers, path)
        self.assertLess(time.monotonic() - begin, 30)

    def test_deep_trees_are_walked_to_the_end_of_what_a_path_may_be(self):
        here = os.open(self.folder, os.O_RDONLY)
        depth = 3000  # with names of two bytes: twice PATH_MAX
        try:
            for _ in range(depth):
                os.mkdir("d", dir_fd=here)
                below = os.open("d", os.O_RDONLY, dir_fd=here)
                os.close(here)
                here = below
        finally:
            os.close(here)
        mail = self.write("/".join(["d"] * 500) + "/mail")
        code, answers, errors = scan(self.folder)
        self.assertEqual((code, errors), (1, ""))
        self.expect_found(answers, mail)
        deepest = max(answers, key=len)
        self.expect(answers, deepest, "none", ["unreadable"])
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def test_names_cannot_break_the_output(self):
        names = [b"new\nline", b"escape\x1b[2J\x07", b"bad\xff\xfeutf8", b"quote\"\\", "accent é 漢字".encode(), b" ", b"-rf", b"a" * 255]
        for name in names:
            with open(os.path.join(os.fsencode(self.folder), name), "wb") as file:
                file.write(MAIL.encode())
        done = run("--json", self.folder)
        answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
        self.assertEqual(len(answers), len(names))
        self.assertTrue(all(answer["classes"] for answer in answers))
        table = run(self.folder).stdout
        self.assertNotIn(b"\x1b", table)
        self.assertNotIn(b"\x07", table)
        table.decode("utf-8")
        self.assertEqual(table.count(b"email_address"), len(names))
        self.assertFalse(any(line.startswith(b"line") for line in table.splitlines()))

    def test_exit_codes_say_clean_found_and_wrong(self):
        clean = self.write("clean", "nothing to see\n")
        mail = self.write("mail")
        self.assertEqual(scan(clean)[0], 0)
        self.assertEqual(scan(mail, clean)[0], 1)
        code, answers, errors = scan(clean, self.folder / "not there", mail)
        self.assertEqual((code, len(answers)), (2, 2))
        self.assertIn("not there", errors)
        self.assertEqual(run("--jobs", "0", clean).returncode, 2)
        self.assertEqual(run().returncode, 2)

    def test_jobs_are_respected(self):
        """While many files are scanned, as many inspectors are at work as was asked for."""
        for i in range(40):
            self.write(f"{i}", MAIL * 20_000)
        for jobs in (1, 3):
            scanning = subprocess.Popen([BINARIES / "vigie", "scan", "--json", "--jobs", str(jobs), self.folder],
                                        stdout=subprocess.PIPE)
            reading = threading.Thread(target=scanning.stdout.read)
            reading.start()
            most = 0
            while reading.is_alive():
                most = max(most, inspectors_of(scanning.pid))
                reading.join(0.01)
            self.assertEqual(scanning.wait(), 1)
            scanning.stdout.close()
            self.assertEqual(most, jobs)

    def test_progress_is_for_terminals_only(self):
        for i in range(5):
            self.write(f"{i}")
        self.assertEqual(run("--json", self.folder).stderr, b"")
        ours, theirs = pty.openpty()
        scanning = subprocess.Popen([BINARIES / "vigie", "scan", "--json", self.folder], stdout=subprocess.PIPE, stderr=theirs)
        out, _ = scanning.communicate(timeout=TIME_LIMIT)
        os.close(theirs)
        shown = os.read(ours, 65536)
        os.close(ours)
        self.assertIn(b"5 files", shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), "the line is erased at the end")
        self.assertEqual(len(out.splitlines()), 5)

    def test_standard_input_is_scanned_once_and_bounded(self):
        code, answers, _ = scan("-", input=MAIL.encode())
        self.assertEqual(code, 1)
        self.expect_found(answers, "-")
        with open("/dev/zero", "rb") as endless:
            code, answers, _ = scan("-", stdin=endless)
        self.assertEqual(code, 1)
        self.expect(answers, "-", "partial", ["too_large", "unsupported"])

    def test_it_goes_on_when_its_reader_leaves(self):
        """As with head: an end, no crash and no hanging."""
        for i in range(200):
            self.write(f"{i:03d}")
        scanning = subprocess.Popen([BINARIES / "vigie", "scan", "--json", self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        scanning.stdout.readline()
        scanning.stdout.close()
        self.assertNotIn(scanning.wait(TIME_LIMIT), (-6, -11))
        scanning.stderr.close()


def inspectors_of(pid: int) -> int:
    """Inspectors that are children of this scan, whichever thread started them; their converters are children of theirs."""
    count = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                count += pathlib.Path(f"/proc/{child}/comm").read_text().startswith("vigie-inspecto")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return count


def main() -> int:
    global BINARIES
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    arguments, rest = parser.parse_known_args()
    BINARIES = arguments.binaries.absolute()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
