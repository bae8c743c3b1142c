"""Bombs, and every format of the corpus cut short and with bits flipped: an answer in bounded time and memory, a reason, and never
"full" with customers missing. Prints what each bomb took."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "corpus"))

import bombs  # noqa: E402
import corpus_test  # noqa: E402
import formats  # noqa: E402
import people  # noqa: E402

SECONDS = 45  # of which a scan's own budget is ten; machines are busy
MEBIBYTES = 150
# Formats in which a cut or a changed letter leaves a whole file: there is nothing to tell it by.
WITHOUT_END = {"zst", "compress", "ar", "deb", "iso9660", "source code", "xml, latin-1 declared"}

# Readers of these do not look at checksums, or there are none: a changed bit may hide rows from everybody.
WITHOUT_CHECKSUM = ("sqlite", "pdf")


class Measured:
    """One scan of one file by the real programs: its answer, and what it took."""

    def __init__(self, binaries: pathlib.Path, path: pathlib.Path):
        read, write = os.pipe()
        begin = time.monotonic()
        pid = os.posix_spawn(binaries / "vigie", ["vigie", "scan", "--json", str(path)], os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_CLOSE, read)])
        os.close(write)
        with os.fdopen(read) as out:
            self.answer = json.loads(out.read())
        _, status, usage = os.wait4(pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - begin
        # Of the largest process, inspectors included; never below what this test itself takes when it starts them.
        self.mebibytes = usage.ru_maxrss / 1024


def is_sanitized(binaries: pathlib.Path) -> bool:
    return b"__asan_init" in (binaries / "vigie-inspector").read_bytes()


def bomb_problem(measured: Measured, reasons: set, sanitized: bool) -> str:
    answer = measured.answer
    if answer["evaluated"] == "full" or measured.exit_code != 1:
        return f"was taken for {answer['evaluated']}, exit code {measured.exit_code}"
    if not reasons & set(answer["reasons"]):
        return f"reasons {answer['reasons']}, none of {sorted(reasons)}"
    if measured.seconds > SECONDS:
        return f"took {measured.seconds:.1f} s"
    if measured.mebibytes > MEBIBYTES and not sanitized:
        return f"took {measured.mebibytes:.0f} MiB"
    return ""


def explode(binaries: pathlib.Path, folder: pathlib.Path) -> list[str]:
    problems = []
    sanitized = is_sanitized(binaries)

    def measure(name: str) -> tuple[int, Measured]:
        path = folder / name.replace(" ", "-")
        subprocess.run([sys.executable, bombs.__file__, name, path], check=True)
        measured = Measured(binaries, path)
        return path.stat().st_size, measured

    print(f"{'bomb':<34}{'bytes':>12}{'seconds':>9}{'MiB':>6}  answer")
    # Most of them wait for their time to be up: side by side.
    with concurrent.futures.ThreadPoolExecutor(3) as several:
        for name, (size, measured) in zip(bombs.BOMBS, several.map(measure, bombs.BOMBS)):
            answer = measured.answer
            print(f"{name:<34}{size:>12}{measured.seconds:>9.1f}{measured.mebibytes:>6.0f}  {answer['evaluated']}: "
                  + ", ".join(answer["reasons"]))
            if problem := bomb_problem(measured, bombs.BOMBS[name][1], sanitized):
                problems.append(f"{name}: {problem}")
    return problems


def spoiled(content: bytes, chance: random.Random) -> list[tuple[str, bytes]]:
    cuts = [("cut", content[: len(content) * i // 7]) for i in range(1, 7)]
    flips = []
    for _ in range(5):
        changed = bytearray(content)
        for _ in range(1 + chance.randrange(4)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        flips.append(("flipped", bytes(changed)))
    return cuts + flips


def has_an_end(form: formats.Format) -> bool:
    text = form.name in formats.text_formats.TEXT or " csv in " in form.name
    return not text and not form.opaque and form.name not in WITHOUT_END and not form.name.startswith(("eml", "mbox"))


def damage(site: corpus_test.Site, folder: pathlib.Path, chance: random.Random) -> list[str]:
    """Of the prose of each format, cut and changed files."""
    folder.mkdir()
    cases = {}
    for number, form in enumerate(formats.all_formats()):
        leak = people.VARIANTS["prose"](form.script)
        for turn, (kind, content) in enumerate(spoiled(form.make(leak), chance)):
            path = folder / f"{number:03d}-{turn:02d}"
            path.write_bytes(content)
            cases[str(path)] = (form, leak, kind)
    answers = site.scan(folder)
    problems = [f"no answer for {path}" for path in cases if path not in answers]
    for path, answer in answers.items():
        form, leak, kind = cases[path]
        found = set(answer["customers"]["records"])
        where = f"{form.name}, {kind}"
        if "inspector_failed" in answer["reasons"]:
            problems.append(f"{where}: the inspector died of it")
        if (answer["evaluated"] == "full") != (not answer["reasons"]):
            problems.append(f"{where}: {answer['evaluated']} with {answer['reasons']}")
        # A flipped bit makes one customer's number another's.
        if found - leak.records and kind == "cut":
            problems.append(f"{where}: found somebody who is not in it")
        # A flipped bit may change a letter where there is no checksum; a cut that is called whole must have lost nobody.
        missing = len(leak.records - found)
        if kind == "flipped" and form.name.startswith(WITHOUT_CHECKSUM):
            continue
        if has_an_end(form) and answer["evaluated"] == "full" and missing > (0 if kind == "cut" else 4):
            problems.append(f"{where}: full, and {missing} are missing")
    print(f"{len(cases)} damaged files of {len(formats.all_formats())} formats")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--part", choices=["bombs", "damage"], required=True)
    parser.add_argument("--seed", type=int, default=20260101)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        if arguments.part == "bombs":
            problems = explode(arguments.binaries, folder)
        else:
            print(f"seed {arguments.seed}")
            problems = damage(corpus_test.Site(arguments.binaries, folder), folder / "damaged", random.Random(arguments.seed))
    print(*(f"WRONG: {problem}" for problem in problems), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
