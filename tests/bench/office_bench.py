#!/usr/bin/env python3
"""Office documents and PDF: the inspection of files by `vigie scan` against unpacking or converting them alone.

Documents are made here, of invented people. Each round takes both in turn: `unzip -p FILE` or `pdftotext -layout FILE -` to
/dev/null, start of the process included, and `vigie scan`, whose own count of milliseconds (of the inspector, for each file) is
taken: one inspector, started and confined before, serves many files, so each run is given the file three times and the middle
one counts. Medians; a ratio above 1 means that Vigie is faster.
"""
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROUNDS = 7
FIRST = ["Jean", "Anne", "Luc", "Marie", "Paul", "Chloé", "Hugo", "Léa"]
LAST = ["Dupont", "Martin", "Bernard", "Petit", "Durand", "Moreau", "Fournier", "Girard"]
WORDS = "the quarterly report of the northern region shows that deliveries were late again and several sites asked for help".split()


def person(number):
    first, last = FIRST[number % 8], LAST[number // 8 % 8]
    return [f"{first} {last}", f"{first}.{last}{number}@example.com".lower(), f"336{number % 100000000:08d}", f"Site {number % 400}"]


def prose(rng, words):
    return " ".join(rng.choice(WORDS) for _ in range(words))


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def xlsx(path, rows):
    """As spreadsheet programs write it: styles, references, shared strings."""
    strings, positions, lines = [], {}, []

    def shared(text):
        if text not in positions:
            positions[text] = len(strings)
            strings.append(f"<si><t>{text}</t></si>")
        return positions[text]

    for row in range(1, rows + 1):
        name, mail, phone, site = person(row)
        cells = "".join(f'<c r="{column}{row}" s="2" t="s"><v>{shared(text)}</v></c>' for column, text in zip("ABD", (name, mail, site)))
        lines.append(f'<row r="{row}" spans="1:4" ht="15.75" customHeight="1" x14ac:dyDescent="0.25">{cells}<c r="C{row}" s="3"><v>{phone}</v></c></row>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    write_zip(path, [
        ("[Content_Types].xml", head + "<Types/>"),
        ("xl/workbook.xml", head + '<workbook xmlns:r="urn:r"><sheets><sheet name="Clients" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", head + '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", head + '<worksheet xmlns:x14ac="urn:x"><sheetData>' + "".join(lines) + "</sheetData></worksheet>"),
        ("xl/sharedStrings.xml", head + "<sst>" + "".join(strings) + "</sst>"),
    ])


def docx(path, paragraphs):
    rng = random.Random(7)
    body = []
    for number in range(paragraphs):
        runs = "".join(f'<w:r w:rsidRPr="00A7{number % 9999:04d}"><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/></w:rPr>'
                       f'<w:t xml:space="preserve">{prose(rng, 12)} </w:t></w:r>' for _ in range(3))
        mention = f"<w:r><w:t>{person(number)[1]}</w:t></w:r>" if number % 20 == 0 else ""
        body.append(f'<w:p w:rsidR="00B{number % 99999:05d}" w:rsidRDefault="00B{number % 99999:05d}"><w:pPr><w:spacing w:after="160"/></w:pPr>{runs}{mention}</w:p>')
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    write_zip(path, [("[Content_Types].xml", head + "<Types/>"), ("_rels/.rels", head + "<Relationships/>"),
                     ("word/document.xml", head + '<w:document xmlns:w="urn:w"><w:body>' + "".join(body) + "</w:body></w:document>")])


def pdf(path, pages):
    rng = random.Random(11)
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
    kids = []
    for page in range(pages):
        number = 10 + 2 * page
        kids.append(f"{number} 0 R")
        lines = [f"{person(page * 50 + i)[1]}  {prose(rng, 9)}" for i in range(48)]
        text = ("BT /F1 10 Tf 14 TL 50 780 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET").encode()
        objects[number] = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {number + 1} 0 R/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        objects[number + 1] = b"<</Length %d>>stream\n" % len(text) + text + b"\nendstream"
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {pages}>>".encode()
    out, offsets = bytearray(b"%PDF-1.4\n"), {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n" + b"".join(b"%d 1\n%010d 00000 n \n" % (n, offsets[n]) for n in sorted(objects))
    out += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    path.write_bytes(out)


def scan_seconds(vigie, path):
    done = subprocess.run([vigie, "scan", "--json", "--jobs", "1"] + [str(path)] * 3, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode > 1:
        raise RuntimeError(f"vigie scan ended with {done.returncode}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if any(answer["evaluated"] != "full" for answer in answers):
        raise RuntimeError(f"{path.name} was not evaluated in full: {answers[0]['reasons']}")
    return statistics.median(answer["milliseconds"] for answer in answers) / 1000


def peer_seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def measure(vigie, path, command):
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(peer_seconds(command))
        ours.append(scan_seconds(vigie, path))
    return statistics.median(ours), statistics.median(theirs)


def main():
    vigie = os.path.join(os.environ.get("VIGIE_BIN_DIR", "build/release/bin"), "vigie")
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        cases = [("office_xlsx", "xlsx, 60,000 rows", xlsx, 60_000, ["unzip", "-p"], []),
                 ("office_docx", "docx, 12,000 paragraphs", docx, 12_000, ["unzip", "-p"], []),
                 ("office_pdf", "PDF, 600 pages", pdf, 600, ["pdftotext", "-layout"], ["-"])]
        for name, what, make, size, before, after in cases:
            row = {"id": name, "what": f"{what}, inspected, against {before[0]} alone", "value": None, "unit": "MB/s",
                   "peer": " ".join(before), "ratio": None, "at_least": 0.5, "aim": 0.8}
            path = place / (name + "." + name.split("_")[1])
            make(path, size)
            if shutil.which(before[0]) is None:
                row["reason"] = f"{before[0]} is not installed"
            else:
                ours, theirs = measure(vigie, path, before + [str(path)] + after)
                row["value"] = round(path.stat().st_size / ours / 1e6, 2)
                row["ratio"] = round(theirs / ours, 3)
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
