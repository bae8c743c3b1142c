#!/usr/bin/env python3
"""Writes version_N.sql: version_N-1.sql after one more migration, with more invented rows if they are given.

    next_version.py N ../../../../server/store/sqlite/migrations/NAME.cc [ROWS.sql]
"""
import pathlib
import re
import sqlite3
import sys


def main():
    version, migration = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder = pathlib.Path(__file__).parent
    database = sqlite3.connect(":memory:", isolation_level=None)
    if version > 1:
        database.executescript((folder / f"version_{version - 1}.sql").read_text())
    database.executescript(re.search(r'R"sql\((.*?)\)sql"', migration.read_text(), re.S).group(1))
    if len(sys.argv) > 3:
        database.executescript(pathlib.Path(sys.argv[3]).read_text())
    lines = [line for line in database.iterdump() if "sqlite_sequence" not in line]
    (folder / f"version_{version}.sql").write_text(
        f"-- Version {version} of the store, with invented rows: as the collector that knew {version} migrations left it.\n"
        "PRAGMA foreign_keys=OFF;\n" + "\n".join(lines) + f"\nPRAGMA user_version={version};\n")


main()
