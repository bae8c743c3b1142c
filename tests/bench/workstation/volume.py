"""An ext4 file system in memory (a loop device over /dev/shm), so that no disk's mood is measured."""

import pathlib
import shutil
import subprocess
import tempfile


class Volume:
    def __init__(self, gibibytes: int):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-bench-", dir="/dev/shm"))
        self.folder.chmod(0o755)
        self.path = self.folder / "volume"
        self.path.mkdir()
        image = self.folder / "image"
        with open(image, "wb") as file:
            file.truncate(gibibytes << 30)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-N", "800000", "-m", "0", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, self.path], check=True)

    def clear(self):
        for entry in self.path.iterdir():
            if entry.name == "lost+found":
                continue
            if entry.is_dir():
                subprocess.run(["rm", "-rf", entry], check=True)
            else:
                entry.unlink()

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
