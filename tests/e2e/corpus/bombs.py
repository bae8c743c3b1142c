"""Files made to use up whoever opens them. Small on disk, or quickly made."""

import base64
import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib

from office_formats import MAIN, WORD, XML, package, zipped

MILLION = 1_000_000


def fixed_block(matches: list[tuple[int, int]]) -> bytes:
    """A block of copies with the fixed codes of DEFLATE (RFC 1951, 3.2.6), filled up to five bytes. Lengths below 11 only."""
    bits = [0, 1, 0]  # not the last; fixed codes

    def put_code(code, width):
        bits.extend(code >> i & 1 for i in reversed(range(width)))

    for length, distance in matches:
        put_code(length - 3 + 1, 7)
        base, code = 1, 0
        while True:
            extra = max(0, code // 2 - 1)
            if distance < base + (1 << extra):
                break
            base += 1 << extra
            code += 1
        put_code(code, 5)
        bits.extend((distance - base) >> i & 1 for i in range(extra))
    put_code(0, 7)
    # With more than two bits to spare the next block would begin here.
    assert 38 <= len(bits) <= 40
    return sum(bit << i for i, bit in enumerate(bits)).to_bytes(5, "little")


def stored(size: int, last: int = 0) -> bytes:
    return struct.pack("<BHH", last, size, size ^ 0xFFFF)


def gzip_quine() -> bytes:
    """A gzip that unpacks to itself, after Russ Cox, "Zip Files All The Way Down" (https://research.swtch.com/zip): commands of five bytes
    that print a literal or repeat what was printed, in an order in which they print themselves, and a checksum that is right of itself."""
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    print0, print1, print4 = stored(0), stored(5), stored(20)
    print_head, repeat_head = stored(len(head) + 5), fixed_block([(7, 15), (8, 15)])
    repeat4 = fixed_block([(10, 20), (10, 20)])
    repeat_tail, print_tail = fixed_block([(9, 18), (9, 18)]), stored(18)

    def whole(checksum: int) -> bytes:
        body = head + print_head + head + print_head + repeat_head + print1 + repeat_head + print1 + print1
        body += print4 + repeat_head + print1 + print1 + print4 + repeat4 + print4 + repeat4 + print4 + repeat4 + print4 + repeat4
        body += print4 + repeat4 + print0 + print0 + print_tail + repeat4 + print0 + print0 + print_tail
        size = len(body) + 3 * 5 + 2 * 13 - 5
        tail = stored(0, last=1) + struct.pack("<II", checksum, size)
        made = body + repeat_tail + tail + repeat_tail + tail
        assert len(made) == size
        return made

    # The checksum of the file is an affine function of the checksum in it: 32 equations of 32 bits.
    constant = zlib.crc32(whole(0))
    columns = [zlib.crc32(whole(1 << bit)) ^ constant ^ 1 << bit for bit in range(32)]
    return whole(solve(columns, constant))


def solve(columns: list[int], wanted: int) -> int:
    """Which columns add up (XOR) to what is wanted."""
    basis = {}
    for bit, column in enumerate(columns):
        which = 1 << bit
        for high, (value, parts) in sorted(basis.items(), reverse=True):
            if column >> high & 1:
                column, which = column ^ value, which ^ parts
        if column:
            basis[column.bit_length() - 1] = (column, which)
    found = 0
    for high, (value, parts) in sorted(basis.items(), reverse=True):
        if wanted >> high & 1:
            wanted, found = wanted ^ value, found ^ parts
    assert wanted == 0, "no checksum is right of itself"
    return found


def zip_entry(name: bytes, content: bytes, offset: int) -> tuple[bytes, bytes]:
    """A stored entry and what the directory says of it."""
    check = struct.pack("<IIIHH", zlib.crc32(content), len(content), len(content), len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 0, 0, 0x5C21) + check + name + content
    return local, b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 0, 0, 0x5C21) + check + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name


def zip_end(entries: int, directory: int, offset: int) -> bytes:
    """With the records of zip64."""
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries, entries, directory, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, offset + directory, 1)
    few = min(entries, 0xFFFF)
    return end64 + locator + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, few, few, directory, offset, 0)


def million_entries_zip() -> bytes:
    out, directory, offset = io.BytesIO(), io.BytesIO(), 0
    for number in range(MILLION):
        local, central = zip_entry(b"%x" % number, b"a@example.com", offset)
        out.write(local)
        directory.write(central)
        offset += len(local)
    out.write(directory.getbuffer())
    out.write(zip_end(MILLION, directory.tell(), offset))
    return out.getvalue()


def overlapping_zip() -> bytes:
    """After David Fifield's bomb: every name in the directory leads to the same large entry."""
    content = zlib.compress(bytes(30 << 20), 9)[2:-4]
    name = b"0"
    check = struct.pack("<IIIHH", zlib.crc32(bytes(30 << 20)), len(content), 30 << 20, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0x5C21) + check + name + content
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0x5C21) + check + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central * 5000 + zip_end(5000, 5000 * len(central), len(local))


def million_entries_tar() -> bytes:
    member = tarfile.TarInfo("a@example.com").tobuf(tarfile.USTAR_FORMAT)
    thousand = gzip.compress(member * 1000, 6)
    return thousand * (MILLION // 1000)


def zeros_gzip(gibibytes: int = 4) -> bytes:
    return gzip.compress(bytes(16 << 20)) * (64 * gibibytes)


def nested_zips() -> bytes:
    """Each of eight holds eight; three gibibytes in all."""
    bomb = zipped({"zeros": bytes(6 << 20)})
    for _ in range(3):
        bomb = zipped({f"{i}.zip": bomb for i in range(8)})
    return bomb


def deep_zips() -> bytes:
    bomb = zipped({"list.csv": "a@example.com"})
    for _ in range(200):
        bomb = zipped({"deeper.zip": bomb}, stored=["deeper.zip"])
    return bomb


def entities(root: str = "list", inside: str = "{}") -> str:
    names = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">\n' for i in range(1, 10))
    return f'<?xml version="1.0"?>\n<!DOCTYPE {root} [\n<!ENTITY e0 "a@example.com ">\n{names}]>\n{inside.format("<t>&e9;</t>")}'


def laughing_docx() -> bytes:
    document = entities("w:document", f'<w:document xmlns:w="{MAIN}wordprocessingml/2006/main">{{}}</w:document>')
    return package(WORD + "document.main", "word/document.xml", {"word/document.xml": document})


def repeated(start: bytes, chunk: bytes, times: int, end: bytes) -> tuple[bytes, int, int]:
    """DEFLATE of the start, the chunk so many times, and the end, without packing each; its checksum and its size unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(start)
    for _ in range(times):
        checksum = zlib.crc32(chunk, checksum)
    size = len(start) + len(chunk) * times + len(end)
    return first + middle * times + packer.compress(end) + packer.flush(), zlib.crc32(end, checksum), size


def sheet_of_rows() -> bytes:
    name = b"xl/worksheets/sheet1.xml"
    start = f'{XML}<worksheet xmlns="{MAIN}spreadsheetml/2006/main"><sheetData>'.encode()
    packed, checksum, size = repeated(start, b"<row><c><v>0</v></c></row>" * 20_000, 1200, b"</sheetData></worksheet>")
    small = zipped({"[Content_Types].xml": f"{XML}<Types/>", "xl/workbook.xml": f"{XML}<workbook/>"})
    with zipfile.ZipFile(io.BytesIO(small)) as archive:
        offset = archive.start_dir
    directory = small[offset : small.rindex(b"PK\x05\x06")]
    check = struct.pack("<IIIHH", checksum, len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0x5C21) + check + name + packed
    directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0x5C21) + check + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name
    return small[:offset] + local + directory + zip_end(3, len(directory), offset + len(local))


def pdf_stream() -> bytes:
    """One page whose content unpacks to a gibibyte, by a stream within a stream."""
    packed, _, _ = repeated(b"", b"BT /F1 8 Tf 30 700 Td (a@example.com) Tj ET\n" * 22_000, 1024, b"")
    packed = zlib.compress(b"\x78\x9c" + packed, 9)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[4 0 R]/Count 1>>", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R/Resources<</Font<</F1 3 0 R>>>>>>",
               b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(packed) + packed + b"\nendstream"]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (i + 1, o) for i, o in enumerate(objects)) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def large_dictionary() -> bytes:
    return lzma.compress(bytes(8 << 20), format=lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 30, "preset": 0}])


def base64_in_base64() -> bytes:
    import base64

    bomb = b"someone.invented@example.com " * 2000
    for _ in range(30):
        bomb = base64.b64encode(bomb) if len(bomb) < 30 << 20 else bomb
    return bomb


# What it is, how to make it, and the reasons of which its answer must have one.
BOMBS = {
    "a gzip that unpacks to itself": (gzip_quine, {"too_deep"}),
    "a zip of a million entries": (million_entries_zip, {"too_many_entries", "timed_out"}),
    "a tar.gz of a million entries": (million_entries_tar, {"too_many_entries", "timed_out"}),
    "a zip whose entries overlap": (overlapping_zip, {"too_large", "timed_out", "unsupported"}),
    "four gibibytes of zeros": (zeros_gzip, {"too_large", "timed_out"}),
    "zips of zips of zeros": (nested_zips, {"too_large", "timed_out"}),
    "two hundred zips in each other": (deep_zips, {"too_deep"}),
    "xml entities": (lambda: entities().encode(), {"too_large"}),
    "xml entities in a docx": (laughing_docx, {"too_large"}),
    "a sheet of 24 million rows": (sheet_of_rows, {"too_large", "timed_out"}),
    "a page of a gibibyte": (pdf_stream, {"too_large", "timed_out", "corrupt", "unsupported"}),
    "a dictionary of a gibibyte": (large_dictionary, {"too_large", "unsupported"}),
    "base64 thirty times": (base64_in_base64, {"too_deep", "too_large", "timed_out"}),
}


def main() -> None:
    """Writes one: name, path. In a process of its own, whose memory is not counted as the inspector's."""
    name, path = sys.argv[1:]
    with open(path, "wb") as file:
        file.write(BOMBS[name][0]())


if __name__ == "__main__":
    main()
