"""Where the command lines of the table are carried out."""

import dataclasses
import pathlib
import subprocess

from odd_sinks import NAME_SERVER, davfs_config
from people import People, remove_people
from rows import Row
from sinks import Sinks
from vigie_site import Site

DISPLAY = ":77"


@dataclasses.dataclass
class Run:
    """One command line, by one user, with one file."""
    row: Row
    tag: str
    role: str
    clean: bool
    folder: pathlib.Path = None
    ended: int = None
    output: str = ""
    arrived: bytes = b""


class World:
    """Disks, users, servers, shares; everything it made it takes away."""

    def __init__(self, site: Site):
        self.site = site
        self.mounts: list[pathlib.Path] = []
        self.sinks = self.screen = None
        self.home, self.medium = site.disk("home", 512), site.disk("medium", 256)
        self.home.mount()
        self.people = People({"audit": self.home.mount_point / "audit", "block": self.home.mount_point / "block",
                              "sink": site.folder / "sink"})
        self.sinks = Sinks(self.people["sink"].folder(site.folder / "outside"), self.people["sink"])
        self.obscured = subprocess.run(["rclone", "obscure", "x"], check=True, capture_output=True, text=True).stdout.strip()
        for role in ("audit", "block"):
            self._furnish(self.people[role])
        self._outside()

    def _furnish(self, person):
        for name in ("out", "rows", "Nextcloud", "Dropbox/team"):
            person.folder(person.home / name)
        person.own(person.home / "Dropbox")
        (person.home / "rclone.conf").write_text(
            f"[drive]\ntype = ftp\nhost = 127.0.0.1\nport = {self.sinks.ports['ftp']}\nuser = anonymous\n"
            f"pass = {self.obscured}\n")
        person.own(person.home / "rclone.conf")
        msmtp = f"msmtp --file=/dev/null --host=127.0.0.1 --port={self.sinks.ports['smtp']} --from=x@example.com"
        self.msmtp = msmtp

    def _outside(self):
        site = self.site
        self.svn = site.folder / "svn"
        self.age = site.folder / "age.key"
        subprocess.run(["age-keygen", "-o", self.age], check=True, stderr=subprocess.DEVNULL)
        public = subprocess.run(["age-keygen", "-y", self.age], check=True, capture_output=True).stdout
        pathlib.Path(f"{self.age}.pub").write_bytes(public)
        subprocess.run(["svnadmin", "create", self.svn], check=True)
        subprocess.run(["chmod", "-R", "a+rwX", self.svn], check=True)
        self.screen = subprocess.Popen(["Xvfb", DISPLAY, "-ac", "-nolisten", "tcp"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.share, self.bind, self.dav = (site.folder / name for name in ("share", "bind", "dav"))

    def mount_shares(self):
        """After the agent was started: mounts come and go."""
        site, sinks = self.site, self.sinks
        key = sinks.folder / "ssh" / "user"
        self._mount(self.share, ["sshfs", "-p", sinks.ports["sshport"], "-o",
                                 f"allow_other,IdentityFile={key},StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,umask=000",
                                 f"{self.people['sink'].name}@127.0.0.1:{sinks.received}", self.share])
        self._mount(self.bind, ["bindfs", "--perms=a+rwX", sinks.received, self.bind])
        self._mount(self.dav, ["mount", "-t", "davfs", "-o", f"conf={davfs_config(site.folder)},file_mode=666,dir_mode=777",
                               f"http://127.0.0.1:{sinks.ports['dav']}", self.dav])
        self.medium.mount()
        self.medium.mount_point.chmod(0o777)
        site.agent.require_running()

    def _mount(self, place: pathlib.Path, command: list):
        place.mkdir()
        subprocess.run(list(map(str, command)), check=True, timeout=30, stdin=subprocess.DEVNULL)
        self.mounts.append(place)

    def places(self) -> list[pathlib.Path]:
        homes = [self.people[role].home / folder for role in ("audit", "block") for folder in ("Nextcloud", "Dropbox/team")]
        return [self.sinks.received, self.medium.mount_point, *homes]

    def words(self, run: Run, port: int) -> dict:
        person = self.people[run.role]
        options = f"-i {self.sinks.folder}/ssh/{person.name}.key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        ssh_port = self.sinks.ports["sshport"]
        return self.sinks.ports | {
            "s": run.folder / "export.csv", "d": run.folder, "t": run.tag, "m": self.medium.mount_point, "share": self.share,
            "bind": self.bind, "home": person.home, "out": person.home / "out", "sink": self.sinks.received, "port": port,
            "ssh": f"ssh -p {ssh_port} {options}", "scp": f"scp -q -P {ssh_port} {options}", "sftp": f"sftp -q -P {ssh_port} {options}",
            "dav": self.sinks.ports["dav"], "davshare": self.dav, "dns": NAME_SERVER, "echo": self.sinks.echoes.address_of(run.tag),
            "printer": self.sinks.printer.server, "spool": self.sinks.printer.spool, "svn": self.svn, "age": self.age, "msmtp": self.msmtp, "obscured": self.obscured,
            "display": DISPLAY}

    def close(self):
        for place in reversed(self.mounts):
            subprocess.run(["umount", "--lazy", place], check=False)
        if self.screen:
            self.screen.terminate()
            self.screen.wait(10)
        if self.sinks:
            self.sinks.close()
        remove_people()
