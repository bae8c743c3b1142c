"""The labelled corpus: every format and disguise × every reshaping of a customer list, scanned by the real programs.

Each file must show exactly the customers that were written into it, or be listed with the reason why not; strangers of the same shape
and recombined names show nobody. Prints one table: format × reshaping → "exact", or what is known to be missed and why.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import formats
import people

COLUMNS = "key=id,name=name,email=email,phone=phone,text=function,text=company,text=service"
FRENCH_ONLY = {"phones"}


class Case:
    def __init__(self, form: formats.Format, variant: str, path: pathlib.Path):
        self.form, self.variant, self.path = form, variant, path
        self.leak = people.VARIANTS[variant](form.script)

    def write(self) -> None:
        self.path.write_bytes(self.form.make(self.leak))

    def problem(self, answer: dict | None) -> str:
        """What is wrong with the answer; nothing if it is as it must be."""
        if answer is None:
            return "no answer"
        found, expected = set(answer["customers"]["records"]), set() if self.form.opaque else self.leak.records
        if found - expected:
            return f"{len(found - expected)} of {len(found)} found are not in it"
        if found != expected and self.variant not in self.form.gaps:
            return f"{len(found)} of {len(expected)} found, {answer['evaluated']} {','.join(answer['reasons'])}"
        if found == expected and self.variant in self.form.gaps:
            return "a known gap that is none: " + self.form.gaps[self.variant]
        return self.honesty(answer)

    def honesty(self, answer: dict) -> str:
        reasons = set(answer["reasons"])
        if reasons - self.form.also != self.form.reasons or (answer["evaluated"] == "full") != (not reasons):
            return f"{answer['evaluated']} with reasons {sorted(reasons)}, not {sorted(self.form.reasons)}"
        return ""

    def cell(self, answer: dict | None) -> str:
        if self.problem(answer):
            return "WRONG"
        if self.form.opaque:
            return ",".join(sorted(self.form.reasons))
        if self.variant in self.form.gaps:
            return f"{len(answer['customers']['records'])}/{len(self.leak.records)}"
        return "exact" if self.leak.records else "none"


class Site:
    """A directory, its key, its ledger and its index, made by the real `vigie`."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path):
        self.vigie, self.folder = binaries / "vigie", folder
        people.write_csv(folder / "directory.csv", people.directory())
        self.run("index", "key", "--out", folder / "key")
        self.run("index", "build", "--directory", folder / "directory.csv", "--columns", COLUMNS, "--region", "FR", "--key-file",
                 folder / "key", "--ledger", folder / "ledger", "--out", folder / "index")

    def run(self, *arguments, allowed=(0,)) -> str:
        done = subprocess.run([self.vigie, *arguments], capture_output=True, text=True, timeout=250)
        if done.returncode not in allowed:
            raise SystemExit(f"vigie {arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def scan(self, path) -> dict:
        out = self.run("scan", "--json", "--records", "--index", self.folder / "index", "--key-file", self.folder / "key", path,
                       allowed=(0, 1))
        return {answer["path"]: answer for answer in map(json.loads, out.splitlines())}


def make_cases(folder: pathlib.Path, only: str) -> list[Case]:
    cases = []
    for number, form in enumerate(formats.all_formats()):
        for variant in people.VARIANTS:
            if only not in form.name or (variant in FRENCH_ONLY and form.script != "french"):
                continue
            cases.append(Case(form, variant, folder / f"{number:03d}-{variant.replace(' ', '-')}{form.suffix}"))
            cases[-1].write()
    return cases


def print_table(cases: list[Case], answers: dict) -> None:
    width = max(len(case.form.name) for case in cases) + 2
    print("".ljust(width) + "".join(f"{variant:<15}" for variant in people.VARIANTS) + "evaluated")
    rows = {}
    for case in cases:
        rows.setdefault(case.form.name, {})[case.variant] = case
    for name, row in rows.items():
        cells = [row[v].cell(answers.get(str(row[v].path))) if v in row else "-" for v in people.VARIANTS]
        form = next(iter(row.values())).form
        print(name.ljust(width) + "".join(f"{cell:<15}" for cell in cells) + (",".join(sorted(form.reasons)) or "full"))
    for form in {case.form.name: case.form for case in cases}.values():
        for variant, reason in form.gaps.items():
            print(f"known gap: {form.name}, {variant}: {reason}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="formats whose name has this in it")
    parser.add_argument("--keep", type=pathlib.Path, help="write the corpus here and leave it")
    arguments = parser.parse_args()
    people.check_directory()
    with tempfile.TemporaryDirectory() as scratch:
        site = Site(arguments.binaries, pathlib.Path(scratch))
        folder = arguments.keep or pathlib.Path(scratch) / "corpus"
        os.makedirs(folder, exist_ok=True)
        cases = make_cases(folder, arguments.only)
        answers = site.scan(folder)
    print_table(cases, answers)
    wrong = [(case, case.problem(answers.get(str(case.path)))) for case in cases]
    wrong = [(case, problem) for case, problem in wrong if problem]
    for case, problem in wrong:
        print(f"WRONG: {case.form.name}, {case.variant}: {problem}")
    print(f"{len(cases)} files, {len(cases) - len(wrong)} as they must be")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
