"""Compound files (MS-CFB) written by hand: doc, xls, ppt and Outlook's msg."""

import struct

from people import Leak

FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512


def compound_entry(name: str, kind: int, first: int, size: int, sibling=FREE, child=FREE) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, FREE, sibling, child)
    return entry.ljust(116, b"\0") + struct.pack("<IQ", first, size)


def compound(streams: dict) -> bytes:
    """A file of version 3. Each stream is filled up to 4096 bytes, so that none is in the short-sector store."""
    padded = {n: s.ljust(max((len(s) + SECTOR - 1) // SECTOR * SECTOR, 4096), b"\0") for n, s in streams.items()}
    entries_needed = 1 + len(padded)
    directory_sectors = (entries_needed * 128 + SECTOR - 1) // SECTOR
    data_sectors = sum(len(s) for s in padded.values()) // SECTOR
    table_sectors = 1
    while table_sectors * 128 < table_sectors + directory_sectors + data_sectors:
        table_sectors += 1

    def chain(first, count):
        return [first + i + 1 for i in range(count - 1)] + [END]

    table = [TABLE] * table_sectors + chain(table_sectors, directory_sectors)
    entries, first = [compound_entry("Root Entry", 5, END, 0, child=1)], len(table)
    for number, (name, stream) in enumerate(padded.items()):
        last = number + 1 == len(padded)
        entries.append(compound_entry(name, 2, first, len(stream), sibling=FREE if last else number + 2))
        table += chain(first, len(stream) // SECTOR)
        first = len(table)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, table_sectors, table_sectors, 0, 4096, END, 0, END, 0)
    header += struct.pack(f"<{table_sectors}I", *range(table_sectors))
    fat = struct.pack(f"<{len(table)}I", *table).ljust(table_sectors * SECTOR, b"\xff")
    return header.ljust(SECTOR, b"\xff") + fat + b"".join(entries).ljust(directory_sectors * SECTOR, b"\0") + b"".join(padded.values())


def texts_of(leak: Leak) -> list[str]:
    return ["\t".join(row.values()) for row in leak.rows] + leak.paragraphs


def doc(leak: Leak) -> bytes:
    """Word 97: a file information block, the text in UTF-16 behind it, and a table of pieces with one piece."""
    text = "".join(t + "\r" for t in texts_of(leak)).encode("utf-16-le")
    begin = 0x800
    head = bytearray(begin)
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, 0xC1, 0, 0x40C, 0, 0x1200)
    struct.pack_into("<II", head, 0x18, begin, begin + len(text))
    pieces = struct.pack("<II", 0, len(text) // 2) + struct.pack("<HIH", 0, begin, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<I", head, 0x4C, len(text) // 2)
    struct.pack_into("<II", head, 0x1A2, 0, len(table))
    return compound({"WordDocument": bytes(head) + text, "1Table": table})


def biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(leak: Leak) -> bytes:
    """BIFF8 with the texts in its table of strings, which goes on in further records between two strings."""
    rows = [list(row.values()) for row in leak.rows] or [[p] for p in leak.paragraphs]
    values = [v for row in rows for v in row]
    strings, records = struct.pack("<II", len(values), len(values)), []
    for value in values:
        encoded = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        if len(strings) + len(encoded) > 8000:
            records.append(strings)
            strings = b""
        strings += encoded
    records.append(strings)
    table = biff(0xFC, records[0]) + b"".join(biff(0x3C, r) for r in records[1:])

    def begin(kind):
        return biff(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    def sheet_at(offset):
        return biff(0x85, struct.pack("<IHBB", offset, 0, 7, 0) + b"Clients")

    before, end = begin(5) + biff(0x42, struct.pack("<H", 1200)), biff(0x0A, b"")
    offset = len(before) + len(sheet_at(0)) + len(table) + len(end)
    cells, number = b"", 0
    for row, cells_of_row in enumerate(rows):
        for column in range(len(cells_of_row)):
            cells += biff(0xFD, struct.pack("<HHHI", row, column, 0, number))
            number += 1
    return compound({"Workbook": before + sheet_at(offset) + table + end + begin(0x10) + cells + end})


def atom(version: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<HHI", version, kind, len(data)) + data


def outline(text: bytes) -> bytes:
    return atom(0xF, 0x0FF0, atom(0, 0x0FA0, text))


def text_box(text: bytes) -> bytes:
    for container in (0xF00D, 0xF004, 0xF003, 0xF002, 0x040C):
        text = atom(0xF, container, text if container != 0xF00D else atom(0, 0x0FA0, text))
    return text


def ppt(place):
    """PowerPoint 97 with texts in atoms of UTF-16: in the outline, or in the text boxes that are drawn on slides."""

    def make(leak: Leak) -> bytes:
        texts = texts_of(leak)
        slides = b""
        for at in range(0, len(texts), 10):
            slides += atom(0xF, 0x03EE, place("\r".join(texts[at : at + 10]).encode("utf-16-le")))
        return compound({"PowerPoint Document": atom(0xF, 0x03E8, slides)})

    return make


def msg(leak: Leak) -> bytes:
    """Outlook: the subject and the body are streams named by their property and type (MS-OXMSG)."""
    body = "".join(t + "\r\n" for t in texts_of(leak)).encode("utf-16-le")
    return compound({"__properties_version1.0": bytes(32), "__substg1.0_0037001F": "Liste".encode("utf-16-le"),
                     "__substg1.0_1000001F": body})


OLD_OFFICE = {"doc": doc, "xls": xls, "ppt, outline": ppt(outline), "ppt, text boxes": ppt(text_box), "msg": msg}
