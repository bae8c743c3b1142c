"""Ordinary users made for the test and removed afterwards, and programs run as them."""

import dataclasses
import os
import pathlib
import pwd
import signal
import subprocess

NAMES = {"audit": "vigie-way-audit", "block": "vigie-way-block", "sink": "vigie-way-sink"}
SECONDS = 30  # for one command line


@dataclasses.dataclass
class Person:
    name: str
    home: pathlib.Path

    @property
    def entry(self) -> pwd.struct_passwd:
        return pwd.getpwnam(self.name)

    def own(self, path: pathlib.Path):
        os.chown(path, self.entry.pw_uid, self.entry.pw_gid)

    def folder(self, path: pathlib.Path) -> pathlib.Path:
        path.mkdir(parents=True)
        self.own(path)
        return path

    def run(self, command: str, cwd: pathlib.Path) -> subprocess.CompletedProcess:
        """As the user in a terminal would; whatever it started ends with it."""
        environment = {"HOME": str(self.home), "USER": self.name, "LOGNAME": self.name, "LC_ALL": "C.UTF-8",
                       "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        uid, gid = str(self.entry.pw_uid), str(self.entry.pw_gid)
        # A login of their own, where the system keeps one: events name who logged in.
        words = ["sh", "-c", f"echo {uid} 2> /dev/null > /proc/self/loginuid; exec \"$@\"", "login", "setpriv", "--reuid", uid, "--regid",
                 gid, "--clear-groups", "bash", "-c", f"set -o pipefail\n{command}"]
        process = subprocess.Popen(words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            output = b"(did not end)"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        return subprocess.CompletedProcess(command, process.returncode, output.decode(errors="replace"), "")


class People:
    def __init__(self, homes: dict[str, pathlib.Path]):
        remove_people()  # of a run that was killed
        self.by_role = {}
        for role, name in NAMES.items():
            home = homes[role]
            subprocess.run(["useradd", "--no-create-home", "--home-dir", home, "--shell", "/bin/bash", "--password", "*", name], check=True)
            self.by_role[role] = Person(name, home)
            if not home.exists():
                home.mkdir()
            self.by_role[role].own(home)

    def __getitem__(self, role: str) -> Person:
        return self.by_role[role]


def remove_people():
    for name in NAMES.values():
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        for status in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if status.stat().st_uid == entry.pw_uid:
                    os.kill(int(status.name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                pass
        subprocess.run(["userdel", name], check=False, stderr=subprocess.DEVNULL)
