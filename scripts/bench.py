#!/usr/bin/env python3
"""Builds and runs every benchmark and tables their rows, ratios first: build/bench.md, build/bench.json.

A benchmark is an executable tests/bench/*_bench (vigie_bench in CMake) or a script tests/bench/*_bench.py or *_bench.sh. It prints
lines of JSON: {"id", "what", "value", "unit", "peer", "ratio", "at_least", "aim"}, and where it matters "lower_is_better": true or
"reason": why there is no value (a peer that is not installed). The bounds are those of the ratio where there is one.
Scripts find the programs through VIGIE_BIN_DIR. Exit code 1 if a benchmark failed; unmet bounds are in the table.

usage: scripts/bench.py [--only WORD] [--no-build]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
FIELDS = ["id", "what", "value", "unit", "peer", "ratio", "at_least", "aim", "met"]


def build():
    subprocess.run(["cmake", "--preset", "bench"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "bench"], cwd=ROOT, check=True)


def benchmarks(only):
    found = sorted((BUILD / "bench" / "benches").glob("*_bench"))
    found += sorted(p for p in (ROOT / "tests" / "bench").glob("*_bench.*") if p.suffix in (".py", ".sh"))
    return [path for path in found if only in path.name]


def command(path):
    runner = {".py": [sys.executable], ".sh": ["bash"]}.get(path.suffix, [])
    return runner + [str(path)]


def failed(path, reason):
    return {"id": path.stem, "what": "did not run", "reason": reason, "failed": True}


def run(path):
    print(f"bench: {path.name}", file=sys.stderr, flush=True)
    environment = dict(os.environ, VIGIE_BIN_DIR=str(BUILD / "bench" / "bin"), VIGIE_SOURCE_DIR=str(ROOT))
    done = subprocess.run(command(path), stdout=subprocess.PIPE, text=True, env=environment, check=False)
    rows = []
    for line in done.stdout.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            rows.append(failed(path, "printed a line that is no JSON"))
    if done.returncode != 0:
        rows.append(failed(path, f"ended with {done.returncode}"))
    return rows


def met(row):
    measured = row.get("ratio") if row.get("ratio") is not None else row.get("value")
    bound = row.get("at_least")
    if bound is None:
        return None
    if measured is None:
        return False
    return measured <= bound if row.get("lower_is_better") else measured >= bound


def number(value):
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def cells(row):
    verdict = {True: "yes", False: "NO", None: ""}[row["met"]]
    value = f"{number(row.get('value'))} {row.get('unit') or ''}".strip()
    what = row["what"] + (f" ({row['reason']})" if row.get("reason") else "")
    sign = "≤ " if row.get("lower_is_better") else "≥ "
    bounds = [sign + number(row[k]) if row.get(k) is not None else "" for k in ("at_least", "aim")]
    return [number(row.get("ratio")), verdict, *bounds, value, row.get("peer") or "", what, row["id"]]


def table(rows):
    lines = [["ratio", "met", "at least", "aim", "value", "peer", "what", "id"]] + [cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]]) + "\n"


def main():
    options = argparse.ArgumentParser(description="Runs the benchmarks.")
    options.add_argument("--only", default="", help="those with this word in their name")
    options.add_argument("--no-build", action="store_true")
    arguments = options.parse_args()
    if not arguments.no_build:
        build()
    rows = [row for path in benchmarks(arguments.only) for row in run(path)]
    for row in rows:
        row["met"] = met(row)
    rows.sort(key=lambda row: row.get("ratio") is None)
    (BUILD / "bench.md").write_text(table(rows), encoding="utf-8")
    plain = [{field: row.get(field) for field in FIELDS} for row in rows]
    (BUILD / "bench.json").write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(rows), end="")
    return 1 if any(row.get("failed") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
