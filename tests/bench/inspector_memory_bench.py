#!/usr/bin/env python3
"""How much memory an inspector needs at most, on files made to make it need more.

Each bomb is inspected by `vigie scan`, without an index, in its confined process; the peak is that process's own high-water mark
(VmHWM of /proc/PID/status), its programs and libraries included. A bomb whose answer is `full`, has no reason or comes late
is told in the row and the row is then not met. One row for the worst, whose name it tells; with --all, one line for each on
standard error.
"""
import gzip
import io
import json
import lzma
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
import zlib

AT_MOST = 150.0
AIM = 64.0
LONGEST = 15.0  # seconds: the default budget, and the start of the process
MILLION = 1_000_000
MIB = 1 << 20
EASY = b"ann.martin@example.com;0639980123\n"


def repeated(data, count, level=9):
    """A raw deflate stream of `data` repeated, made without compressing all of it."""
    first = zlib.compressobj(level, zlib.DEFLATED, -15)
    block = first.compress(data) + first.flush(zlib.Z_FULL_FLUSH)
    return block * count + zlib.compressobj(level, zlib.DEFLATED, -15).flush()


def zip_of(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def zip_with_stream(path, name, packed, size):
    """One entry whose deflate stream is given; sizes as told, the checksum wrong."""
    tell = min(size, 0xFFFFFFFF)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), tell, len(name), 0) + name
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(packed), tell, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    path.write_bytes(local + packed + central + end)


def zip_bomb(path):
    zip_with_stream(path, b"zeros.txt", repeated(b"\0" * (8 * MIB), 500), 500 * 8 * MIB)


def text_bomb(path):
    zip_with_stream(path, b"customers.csv", repeated(EASY * 30_000, 4000), 0)


def nested_zips(path):
    data = io.BytesIO()
    zip_of(data, [(f"{i}.csv", EASY * 100_000) for i in range(10)])
    for _ in range(7):
        outer = io.BytesIO()
        zip_of(outer, [(f"{i}.zip", data.getvalue()) for i in range(10)])
        data = outer
    path.write_bytes(data.getvalue())


def gzip_of_zeros(path):
    member = gzip.compress(b"\0" * (100 * MIB), 9)
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(member)


def laughs(first="ha"):
    entities = f'<!ENTITY l0 "{first}">' + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return f"<!DOCTYPE a [{entities}]><a>&l11;</a>"


def billion_laughs(path):
    path.write_text('<?xml version="1.0"?>' + laughs())


def laughing_document(path):
    zip_of(path, [("[Content_Types].xml", "<Types/>"), ("word/document.xml", laughs())])


def endless_tag(path):
    path.write_bytes(b"<?xml version='1.0'?><a " + b"b='%s' " % (b"x" * 1000) * 200_000 + b"/>")


def deep_markup(path):
    path.write_bytes(b"<html>" + b"<div>" * (60 * MILLION))


def pdf_stream(path):
    packed = zlib.compress(b"BT /F1 9 Tf 50 700 Td (ann.martin@example.com) Tj ET\n" * 4 * MILLION, 9)
    path.write_bytes(b"%%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[10 0 R]/Count 1>>endobj\n"
                     b"3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n10 0 obj<</Type/Page/Parent 2 0 R/MediaBox"
                     b"[0 0 612 792]/Contents 11 0 R/Resources<</Font<</F1 3 0 R>>>>>>endobj\n11 0 obj<</Filter/FlateDecode/Length %d>>"
                     b"stream\n" % len(packed) + packed + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")


def pdf_objects(path):
    packed = zlib.compress(b"<</Title(ann.martin@example.com)>> " * 8 * MILLION, 9)
    path.write_bytes(b"%%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
                     b"4 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed +
                     b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")


def million_zip(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(MILLION):
            archive.writestr(zipfile.ZipInfo(f"{number}.csv"), b"a")


def million_tar(path):
    header = tarfile.TarInfo("customers.csv").tobuf()
    path.write_bytes(gzip.compress(header * 10_000, 9) * 100)


def seven_zip(path, size_code, packed, unpacked_bytes):
    """One entry of LZMA2, with a dictionary of 2^(size_code / 2 + 12)."""
    def number(value):
        return b"\xff" + struct.pack("<Q", value)
    header = (b"\1\4\6" + number(0) + b"\1\x09" + number(len(packed)) + b"\0\7\x0b\1\0\1\x21\x21\1" + bytes([size_code]) + b"\x0c" +
              number(unpacked_bytes) + b"\0\x08\0\0\5\1\x11" + number(5) + b"\0a\0\0\0" + b"\0\0")
    start = struct.pack("<QQL", len(packed), len(header), zlib.crc32(header))
    path.write_bytes(b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start + packed + header)


def giant_dictionary(path):
    packed = lzma.compress(b"\0" * (400 * MIB), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 1}])
    seven_zip(path, 39, packed, 400 * MIB)


def tall_dictionary(path):
    packed = lzma.compress(b"\0" * (400 * MIB), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 1}])
    seven_zip(path, 28, packed, 400 * MIB)


def shared_strings(path):
    sheet = "".join(f'<row><c t="s"><v>{i}</v></c></row>' for i in range(1000))
    strings = "".join(f"<si><t>customer {i} {'x' * 80}</t></si>" for i in range(2 * MILLION))
    zip_of(path, [("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"), ("xl/sharedStrings.xml", f"<sst>{strings}</sst>"),
                  ("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{sheet}</sheetData></worksheet>")])


def empty_strings(path):
    zip_of(path, [("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"),
                  ("xl/sharedStrings.xml", "<sst>" + "<si/>" * (30 * MILLION) + "</sst>")])


def database(path):
    connection = sqlite3.connect(path)
    connection.execute("create table files (name text, content blob)")
    connection.execute("insert into files values ('a', zeroblob(?))", (600 * MIB,))
    connection.executemany("insert into files values (?, ?)", [(f"{i}", EASY * 300_000) for i in range(6)])
    connection.commit()
    connection.close()


def one_line_json(path):
    with open(path, "wb") as file:
        file.write(b'{"customers": "')
        for _ in range(600):
            file.write(b"Ann Martin ann.martin@example.com " * 30_000)
        file.write(b'"}')


def deep_json(path):
    path.write_bytes(b"[" * (600 * MIB))


def base64_line(path):
    path.write_bytes(b"QW5uIE1hcnRpbiBhbm4u" * (30 * MILLION))


def rich_text(path):
    path.write_bytes(b"{\\rtf1" + b"{\\b " * (40 * MILLION))


BOMBS = [zip_bomb, text_bomb, nested_zips, gzip_of_zeros, billion_laughs, laughing_document, endless_tag, deep_markup, pdf_stream,
         pdf_objects, million_zip, million_tar, giant_dictionary, tall_dictionary, shared_strings, empty_strings, database,
         one_line_json, deep_json, base64_line, rich_text]


def children_of(pid):
    try:
        return [int(child) for task in os.listdir(f"/proc/{pid}/task")
                for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    except OSError:
        return []


def peak_mib(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


class Watch(threading.Thread):
    """The highest mark of any inspector that a scan starts; not of the tools that those start."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ended = pid, 0.0, False

    def run(self):
        while not self.ended:
            for child in children_of(self.pid):
                self.peak = max(self.peak, peak_mib(child))
            time.sleep(0.002)


def scan(vigie, path):
    begin = time.perf_counter()
    process = subprocess.Popen([vigie, "scan", "--json", "--jobs", "1", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watch = Watch(process.pid)
    watch.start()
    out, _ = process.communicate()
    watch.ended = True
    watch.join()
    return watch.peak, time.perf_counter() - begin, json.loads(out.splitlines()[0])


def complaint(answer, seconds):
    if answer["evaluated"] == "full" or not answer["reasons"]:
        return "was called full"
    if "inspector_failed" in answer["reasons"]:
        return "ended the inspector"
    return f"took {seconds:.1f} s" if seconds > LONGEST else ""


def main():
    vigie = os.path.join(os.environ.get("VIGIE_BIN_DIR", "build/release/bin"), "vigie")
    wanted = [name for name in sys.argv[1:] if not name.startswith("--")]
    worst, name_of_worst, complaints = 0.0, "", []
    for make in BOMBS:
        if wanted and make.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bomb"
            make(path)
            peak, seconds, answer = scan(vigie, path)
        wrong = complaint(answer, seconds)
        if "--all" in sys.argv:
            print(f"{make.__name__:18} {peak:7.1f} MiB {seconds:5.1f} s {answer['evaluated']:7} {','.join(answer['reasons'])} {wrong}",
                  file=sys.stderr, flush=True)
        if wrong:
            complaints.append(f"{make.__name__} {wrong}")
        if peak > worst:
            worst, name_of_worst = peak, make.__name__
    row = {"id": "inspector_memory", "what": f"inspector resident memory, index apart, on {len(BOMBS)} bombs; the worst: {name_of_worst}",
           "value": round(worst, 1), "unit": "MiB", "peer": None, "ratio": None, "at_least": AT_MOST, "aim": AIM, "lower_is_better": True}
    if complaints:
        row.update(value=None, reason="; ".join(complaints))
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
