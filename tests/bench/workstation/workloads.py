"""What people do on a workstation that an on-access agent can slow down. Each workload prepares itself on the volume (untimed), runs
(timed), and leaves the volume as `prepare` wants it."""

import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import tarfile
import time

from vigie_site import wait_for

SOURCE = pathlib.Path("/usr/src/linux-source-6.1.tar.xz")  # Debian's linux-source-6.1
QUIET_PROCESS = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
QUIET = {**QUIET_PROCESS, "check": True}


def unpacked_source(folder: pathlib.Path) -> pathlib.Path:
    """The kernel's source as a plain tar."""
    plain = folder / "source.tar"
    if not plain.exists():
        with open(plain, "wb") as out:
            subprocess.run(["xz", "--decompress", "--stdout", SOURCE], stdout=out, check=True)
    return plain


class Timing:
    def __init__(self, wall: float, cpu: float):
        self.wall, self.cpu = wall, cpu


def timed(*command, **options) -> Timing:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([*map(str, command)], **{**QUIET, **options})
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Timing(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


class Untar:
    what = "untar of the Linux 6.1 source (78,000 files)"

    def __init__(self, volume, folder: pathlib.Path, members: tuple[str, ...] = ()):
        self.volume, self.archive, self.members = volume, unpacked_source(folder), members

    def prepare(self):
        self.volume.clear()

    def run(self) -> Timing:
        return timed("tar", "-xf", self.archive, "-C", self.volume.path, *self.members)


class UntarSome(Untar):
    """For a peer that takes minutes for all of it."""
    what = "untar of fs/ and net/ of it (4,000 files)"

    def __init__(self, volume, folder):
        super().__init__(volume, folder, ("linux-source-6.1/fs", "linux-source-6.1/net"))


class Origin:
    """A repository of 8,000 files with two branches: as its author has it, each object a file, and as a server keeps it, in one pack."""

    def __init__(self, folder: pathlib.Path):
        self.loose, self.served = folder / "origin", folder / "served"
        self.daemon = None
        if self.served.exists():
            return
        parts = [f"linux-source-6.1/{name}" for name in ("fs", "net", "kernel", "include/linux", "sound")]
        self.loose.mkdir()
        subprocess.run(["tar", "-xf", unpacked_source(folder), "-C", self.loose, "--strip-components=1", *parts], check=True)
        self._git("init", "--quiet", "--initial-branch=one")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", "one")
        self._git("checkout", "--quiet", "-b", "two")
        for number, path in enumerate(sorted((self.loose / "fs").rglob("*.c"))):
            if number % 2 == 0:
                path.write_text(path.read_text(errors="replace") + "\n")
        self._git("commit", "--quiet", "--all", "--message", "two")
        self._git("clone", "--quiet", "--bare", "--no-hardlinks", self.loose, self.served)
        subprocess.run(["git", "repack", "-a", "-d", "--quiet"], cwd=self.served, check=True)

    def _git(self, *arguments):
        subprocess.run(["git", "-c", "gc.auto=0", "-c", "user.name=Bench", "-c", "user.email=bench@example.com", *map(str, arguments)],
                       cwd=self.loose, check=True)

    def serve(self) -> str:
        """Its address, served by git's own daemon on loopback until `close`."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if not self.daemon:
            self.daemon = subprocess.Popen(["git", "daemon", "--listen=127.0.0.1", f"--port={port}", "--reuseaddr", "--export-all",
                                            f"--base-path={self.served.parent}"], start_new_session=True, **QUIET_PROCESS)
            self.address = f"git://127.0.0.1:{port}/{self.served.name}"
            wait_for(lambda: subprocess.run(["git", "ls-remote", self.address], **QUIET_PROCESS).returncode == 0, 20, "git daemon", 0.1)
        return self.address

    def close(self):
        if self.daemon:
            os.killpg(self.daemon.pid, signal.SIGTERM)
            self.daemon.wait()


class GitClone:
    """Over the network, as people clone: one pack comes, and the files are made from it."""
    what = "git clone over git:// and a checkout of another branch (8,000 files)"

    def __init__(self, volume, origin: Origin):
        self.volume, self.origin = volume, origin

    def prepare(self):
        self.volume.clear()

    def source(self) -> list:
        return [self.origin.serve()]

    def run(self) -> Timing:
        clone = self.volume.path / "clone"
        first = timed("git", "clone", "--quiet", *self.source(), clone)
        second = timed("git", "checkout", "--quiet", "one", cwd=clone)
        return Timing(first.wall + second.wall, first.cpu + second.cpu)


class GitCloneLoose(GitClone):
    """From a folder of this machine that was never packed: each object is a file, copied and read back."""
    what = "the same from a local folder of loose objects"

    def source(self) -> list:
        return ["--no-hardlinks", self.origin.loose]


class Compile:
    what = "make -j2 of the kernel's libbpf (C)"

    def __init__(self, volume, folder: pathlib.Path):
        self.volume, self.archive = volume, unpacked_source(folder)

    def prepare(self):
        build = self.volume.path / "build"
        if not (self.volume.path / "linux-source-6.1").exists():
            self.volume.clear()
            parts = [f"linux-source-6.1/{name}" for name in ("tools/lib", "tools/include", "tools/scripts", "tools/build", "tools/arch", "scripts", "include/uapi")]
            subprocess.run(["tar", "-xf", self.archive, "-C", self.volume.path, *parts], check=True)
        subprocess.run(["rm", "-rf", build], check=True)
        build.mkdir()

    def run(self) -> Timing:
        source = self.volume.path / "linux-source-6.1/tools/lib/bpf"
        return timed("make", "-C", source, "-j2", f"OUTPUT={self.volume.path}/build/", self.volume.path / "build/libbpf.a")


class CleanOpens:
    """Files that have been there for long, and that the guard knows."""

    def __init__(self, volume, workload: pathlib.Path, count: int):
        self.volume, self.workload, self.count = volume, workload, count
        self.what = f"{count:,} opens of clean, known files"
        self.list = volume.folder / f"list-{count}"

    def prepare(self):
        tree = self.volume.path / f"known-{self.count}"
        if tree.exists():
            return
        self.volume.clear()
        rng, paths = random.Random(5), []
        for number in range(self.count):
            path = tree / f"{number // 500}" / f"note-{number}.txt"
            if number % 500 == 0:
                path.parent.mkdir(parents=True)
            path.write_text("nothing of interest " * rng.randrange(10, 250))
            paths.append(str(path))
        self.list.write_text("\n".join(paths) + "\n")
        os.sync()

    def run(self) -> Timing:
        return timed(self.workload, "read", self.list)


def sensitive_archive(folder: pathlib.Path, rows: list[dict], count: int) -> pathlib.Path:
    """`count` new directories with one file of 16 customers each."""
    import invent
    archive = folder / "sensitive.tar"
    with tarfile.open(archive, "w") as out:
        for number in range(count):
            part = folder / "part.csv"
            invent.write_csv(part, [rows[(number * 3 + row) % len(rows)] for row in range(16)])
            out.add(part, f"export-{number:03d}/customers-{number:03d}.csv")
    return archive
