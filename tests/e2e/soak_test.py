"""Nobody hangs: people go on working on a watched file system while the agent and its inspectors are stopped and killed at random, and a
second program answers permission events of the same files.

The harness stands in for the service manager (READY=1, WATCHDOG=1 over NOTIFY_SOCKET, as WatchdogSec of the unit demands): an agent that
says nothing for WATCHDOG seconds, or START while it starts, is killed, one that has ended is started anew. Workers do what people
do (compile, unpack and read; from five minutes on, build a part of the kernel); one opens new and old files again and again, and
measures how long each open takes. None may take longer than the watchdog needs to notice, and no process may be left in an
uninterruptible wait.

usage: soak_test.py --binaries DIR [--minutes M] [--seed N]     (half an hour: --minutes 30)
"""

import argparse
import ctypes
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from vigie_site import Site, SiteError, running_as_root, wait_for

KERNEL_SOURCE = pathlib.Path("/usr/src/linux-source-6.1.tar.xz")  # Debian's linux-source-6.1; without it there is no kernel build
WATCHDOG = 4.0
START = 10.0  # an agent that has not said that it is ready is given so long
LONGEST_OPEN = START + WATCHDOG + 4  # noticed at the latest then, and killed, which answers; the rest is for a busy machine
POLICY = """
version: 1
rules:
  - {id: no-transfer, when: {channels: [network_transfer], customers_at_least: 1}, action: block}
"""


class SecondListener(threading.Thread):
    """Another program with permission events on the same file system (as an on-access scanner has): allows everything."""

    OPEN_PERM, ALLOW, CLASS_CONTENT, ADD_FILESYSTEM = 0x10000, 0x01, 0x04, 0x01 | 0x100
    METADATA = struct.Struct("=IBBHQii")

    def __init__(self, folder: pathlib.Path):
        super().__init__(daemon=True)
        libc = ctypes.CDLL(None, use_errno=True)
        self.group = libc.fanotify_init(self.CLASS_CONTENT, os.O_RDONLY | os.O_CLOEXEC)
        marked = libc.fanotify_mark(self.group, self.ADD_FILESYSTEM, ctypes.c_uint64(self.OPEN_PERM), -100, str(folder).encode())
        if self.group < 0 or marked != 0:
            raise OSError(ctypes.get_errno(), "fanotify")
        self.answered = 0

    def run(self):
        while True:
            try:
                events = os.read(self.group, 8192)
            except OSError:
                return
            while len(events) >= self.METADATA.size:
                length, _, _, _, _, descriptor, _ = self.METADATA.unpack_from(events)
                os.write(self.group, struct.pack("=iI", descriptor, self.ALLOW))
                os.close(descriptor)
                self.answered += 1
                events = events[length:]


class Manager(threading.Thread):
    """The service manager's part: starts the agent, listens to its signs of life, kills and restarts it."""

    def __init__(self, site: Site):
        super().__init__(daemon=True)
        self.site, self.stopping, self.restarts = site, threading.Event(), 0
        path = str(site.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(0.2)
        os.environ.update(NOTIFY_SOCKET=path, WATCHDOG_USEC=str(int(WATCHDOG * 1e6)))
        self.alive_at = time.monotonic()

    def run(self):
        while not self.stopping.is_set():
            try:
                self.socket.recv(4096)
                self.alive_at = time.monotonic()
            except TimeoutError:
                pass
            silent = time.monotonic() - self.alive_at > WATCHDOG
            if silent or not self.site.agent.running():
                self.site.agent.kill()
                self.site.agent.start()
                self.restarts += 1
                self.alive_at = time.monotonic() + START - WATCHDOG

    def close(self):
        self.stopping.set()
        self.join()
        os.environ.pop("NOTIFY_SOCKET")
        os.environ.pop("WATCHDOG_USEC")


class Worker(threading.Thread):
    """Does one thing again and again; counts, and remembers what failed."""

    def __init__(self, name: str, work):
        super().__init__(daemon=True)
        self.title, self.work, self.rounds, self.failure = name, work, 0, ""
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                self.work(self.rounds)
            except (OSError, subprocess.SubprocessError) as error:
                said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip().splitlines()[-3:]
                self.failure = " | ".join([f"{self.title}: {error}", *said])
                return
            self.rounds += 1


def run(*command, **options):
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **{"timeout": 120, **options})


def compile_program(folder: pathlib.Path):
    """A program of some files, made anew each time."""
    for number in range(8):
        (folder / f"part{number}.c").write_text("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                                                f"int part{number}(void) {{ return printf(\"part\\n\"); }}\n")
    (folder / "main.c").write_text("int part0(void);\nint main(void) { return part0() < 0; }\n")
    (folder / "Makefile").write_text("program: $(patsubst %.c,%.o,$(wildcard *.c))\n\tcc -o $@ $^\nclean:\n\trm -f *.o program\n")

    def work(_):
        run("make", "-C", folder, "clean")
        run("make", "-j2", "-C", folder, "program")
        run(folder / "program")

    return work


def build_kernel_part(folder: pathlib.Path):
    """The kernel's libbpf, by the kernel's own makefiles, made anew each time."""
    names = ("tools/lib", "tools/include", "tools/scripts", "tools/build", "tools/arch", "scripts", "include/uapi")
    run("tar", "-xf", KERNEL_SOURCE, "-C", folder, "--strip-components=1", *(f"linux-source-6.1/{name}" for name in names))
    output = folder / "build"

    def work(_):
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir()
        run("make", "-C", folder / "tools/lib/bpf", "-j2", f"OUTPUT={output}/", output / "libbpf.a", timeout=600)

    return work


def unpack(archive: pathlib.Path, folder: pathlib.Path):
    def work(number):
        target = folder / f"unpacked{number % 2}"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        run("tar", "-xf", archive, "-C", target)
        run("find", target, "-type", "f", "-exec", "cksum", "{}", "+")

    return work


class Opener(Worker):
    """Writes and reads files; the longest time that one of them took."""

    def __init__(self, folder: pathlib.Path):
        super().__init__("opening", self.open_files)
        self.folder, self.old, self.longest = folder, folder / "old.txt", 0.0
        self.old.write_text("an old file\n")

    def open_files(self, number):
        new = self.folder / f"new{number % 50}.txt"
        self.timed(lambda: new.write_text(f"a new file, {number}\n"))
        self.timed(new.read_text)
        self.timed(self.old.read_text)
        time.sleep(0.02)

    def timed(self, open_one):
        begin = time.monotonic()
        open_one()
        self.longest = max(self.longest, time.monotonic() - begin)


class Villain(threading.Thread):
    """Stops or kills the agent or an inspector, at random moments."""

    def __init__(self, site: Site, chance: random.Random):
        super().__init__(daemon=True)
        self.site, self.chance, self.stopping, self.deeds = site, chance, threading.Event(), {}

    def run(self):
        while not self.stopping.wait(self.chance.uniform(0.3, 2.5)):
            victim = self.chance.choice(["agent", "inspector", "inspector"])
            deed = self.chance.choice([signal.SIGKILL, signal.SIGSTOP])
            pids = [self.site.agent.process.pid] if victim == "agent" else self.site.inspector_pids()
            if not pids:
                continue
            try:
                os.kill(self.chance.choice(pids), deed)
            except ProcessLookupError:
                continue
            name = f"{victim} {deed.name}"
            self.deeds[name] = self.deeds.get(name, 0) + 1


def hanging() -> list[str]:
    """Processes that wait uninterruptibly in fanotify."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            waits = (folder / "wchan").read_text()
            if "fanotify" in waits:
                found.append(f"{(folder / 'comm').read_text().strip()} ({folder.name}) in {waits}")
        except OSError:
            continue
    return found


class Soak:
    """The site, those who work on it, and those who disturb it."""

    def __init__(self, options):
        self.options, self.problems = options, []
        self.site = Site(options.binaries, POLICY, 64)
        self.manager = self.villain = None

    def set_up(self):
        site = self.site
        site.build_index()
        site.start_collector()
        # Events that a stopped agent has not read yet keep deleted files on the disk.
        disk = site.disk("home", 512)
        disk.mount()
        site.write_agent_config([disk.mount_point], [], "sensors: {deadline: 2s}\n")
        site.enroll_agent()
        folders = [disk.mount_point / name for name in ("compile", "unpack", "open")]
        for folder in folders:
            folder.mkdir()
        archive = site.folder / "archive.tar"
        run("tar", "-cf", archive, "-C", "/usr/share", "doc/libc6", "doc/make", "doc/gcc-12-base", "perl5")
        self.second = SecondListener(disk.mount_point)
        self.second.start()
        self.workers = [Worker("compiling", compile_program(folders[0])), Worker("unpacking", unpack(archive, folders[1])),
                        Opener(folders[2])]
        if self.options.minutes >= 5 and KERNEL_SOURCE.exists():
            kernel = disk.mount_point / "kernel"
            kernel.mkdir()
            self.workers.append(Worker("building the kernel's libbpf", build_kernel_part(kernel)))

    def play(self):
        self.manager, self.villain = Manager(self.site), Villain(self.site, random.Random(self.options.seed))
        self.site.agent.start()
        wait_for(self.site.agent_is_ready, 30, "the agent to be ready", 0.05)
        for thread in (self.manager, self.villain, *self.workers):
            thread.start()
        end = time.monotonic() + 60 * self.options.minutes
        while time.monotonic() < end and not any(worker.failure for worker in self.workers):
            time.sleep(0.5)
        self.villain.stopping.set()
        self.villain.join()
        for worker in self.workers:
            worker.stopping.set()
        for worker in self.workers:
            worker.join(LONGEST_OPEN + 60)

    def judge(self):
        for worker in self.workers:
            if worker.is_alive():
                self.problems.append(f"{worker.title} hangs")
            if worker.failure:
                self.problems.append(worker.failure)
            if worker.rounds == 0:
                self.problems.append(f"{worker.title} never came round: this proves nothing")
        longest = self.workers[2].longest
        if longest > LONGEST_OPEN:
            self.problems.append(f"an open took {longest:.1f} s")
        if not self.second.answered or not self.manager.restarts:
            self.problems.append("the second listener or the watchdog had nothing to do: this proves nothing")
        done = ", ".join(f"{worker.title} {worker.rounds} times" for worker in self.workers)
        deeds = ", ".join(f"{name} {count} times" for name, count in sorted(self.villain.deeds.items()))
        print(f"{self.options.minutes:g} min: {done}; longest open {longest:.2f} s; {deeds}; agent started anew {self.manager.restarts} times")

    def close(self):
        if self.villain:
            self.villain.stopping.set()
        if self.manager and self.manager.is_alive():
            self.manager.close()
        if self.site.agent.running():
            self.site.agent.kill()
        self.problems += [f"left waiting: {one}" for one in hanging()]
        self.site.close()


def soak(options) -> list[str]:
    played = Soak(options)
    try:
        played.set_up()
        played.play()
        played.judge()
    except SiteError as error:
        played.problems.append(str(error))
    finally:
        played.close()
    return played.problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    if not running_as_root():
        print("[  SKIPPED ] soak: not root, no kernel sensor can run")
        return 77
    print(f"seed {options.seed}")
    problems = soak(options)
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
