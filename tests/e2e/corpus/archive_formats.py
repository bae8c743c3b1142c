"""Archives and compressed files written by hand from their formats, where Python's library has no writer: each holds one file."""

import binascii
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

from office_formats import zipped

NAME = b"list.csv"


def tar(content: bytes, form=tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        member = tarfile.TarInfo(NAME.decode())
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def cpio(content: bytes) -> bytes:
    """New ASCII format."""

    def entry(name, data, mode):
        fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + name + b"\0"
        return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)

    made = entry(NAME, content, 0o100644) + entry(b"TRAILER!!!", b"", 0)
    return made + bytes(-len(made) % 512)


def ar(members: dict) -> bytes:
    made = b"!<arch>\n"
    for name, content in members.items():
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content + bytes(b"\n" * (len(content) % 2))
    return made


def deb(content: bytes) -> bytes:
    return ar({"debian-binary": b"2.0\n", "control.tar.gz": gzip.compress(tar(b"Package: x\n")), "data.tar.xz": lzma.compress(tar(content))})


def rpm(content: bytes) -> bytes:
    """The lead, two empty headers of one entry, and a cpio under gzip."""
    lead = b"\xed\xab\xee\xdb\x03\x00" + struct.pack(">HH", 0, 1) + b"list-1.0".ljust(66, b"\0") + struct.pack(">HH", 1, 5) + bytes(16)
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 8) + struct.pack(">IIII", 1000, 6, 0, 1) + b"list\0\0\0\0"
    return lead + header + header + gzip.compress(cpio(content))


def iso9660(content: bytes) -> bytes:
    """A volume with one file in its root directory (ECMA-119)."""

    def both(value):
        return struct.pack("<I", value) + struct.pack(">I", value)

    def record(name, block, size, flags):
        body = struct.pack("BB", 0, 0) + both(block) + both(size) + bytes(7) + struct.pack("BBB", flags, 0, 0) + struct.pack("<H", 1)
        body += struct.pack(">H", 1) + bytes([len(name)]) + name + bytes((len(name) + 1) % 2)
        return bytes([len(body)]) + body[1:]

    root = record(b"\0", 18, 2048, 2)
    volume = b"\1CD001\1\0" + b"LINUX".ljust(32) + b"LIST".ljust(32) + bytes(8) + both(21 + len(content) // 2048) + bytes(32)
    volume += struct.pack("<H", 1) + struct.pack(">H", 1) + struct.pack("<H", 1) + struct.pack(">H", 1)
    volume += struct.pack("<H", 2048) + struct.pack(">H", 2048) + both(10) + struct.pack("<II", 19, 0) + struct.pack(">II", 19, 0) + root
    volume = volume.ljust(881, b" ") + b"\1"
    directory = record(b"\0", 18, 2048, 2) + record(b"\1", 18, 2048, 2) + record(b"LIST.CSV;1", 20, len(content), 0)
    paths = b"\1\0" + struct.pack("<I", 18) + struct.pack("<H", 1) + b"\0\0"
    blocks = [volume, b"\xffCD001\1", directory, paths]
    # Writers add 150 blocks of zeros; without any, readers find the volume too short.
    padded = content + bytes(-len(content) % 2048) + bytes(150 * 2048)
    return bytes(16 * 2048) + b"".join(b.ljust(2048, b"\0") for b in blocks) + padded


def seven_zip(content: bytes, coder: bytes = b"\x01\x00") -> bytes:
    """One stored file; `coder` names another method, such as the one that encrypts."""
    packed = b"\x06\x00\x01\x09" + number(len(content)) + b"\x00"
    folder = b"\x07\x0b\x01\x00\x01" + coder + b"\x0c" + number(len(content)) + b"\x0a\x01" + struct.pack("<I", zlib.crc32(content)) + b"\x00"
    name = NAME.decode().encode("utf-16-le") + b"\0\0"
    files = b"\x05\x01\x11" + number(len(name) + 1) + b"\x00" + name + b"\x00"
    header = b"\x01\x04" + packed + folder + b"\x08\x00\x00" + files + b"\x00"
    start = struct.pack("<QQI", len(content), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + content + header


def number(value: int) -> bytes:
    """7-Zip's way with numbers, always at full length."""
    return b"\xff" + struct.pack("<Q", value)


SEVEN_ZIP_AES = b"\x24\x06\xf1\x07\x01\x12" + b"\x53\x0f" + bytes(16)


def rar4(content: bytes, flags: int = 0x8000) -> bytes:
    """One stored file; 0x8004 are the flags of an encrypted one."""

    def block(kind, flags, fields):
        body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    file = struct.pack("<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0x5C210000, 20, 0x30, len(NAME), 0o100644) + NAME
    return b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6)) + block(0x74, flags, file) + content + block(0x7B, 0x4000, b"")


def rar5(content: bytes, encrypted: bool = False) -> bytes:
    def size(value):
        made = b""
        while value > 127:
            made += bytes([value & 127 | 128])
            value >>= 7
        return made + bytes([value])

    def block(body):
        sized = size(len(body)) + body
        return struct.pack("<I", zlib.crc32(sized)) + sized

    # Kind 2 is a file: extra area, data area, CRC; method 0 stores.
    extra = size(0x24) + size(1) + size(0) + size(0) + b"\x0f" + bytes(32) if encrypted else b""
    flags = 2 | (1 if extra else 0)
    file = size(2) + size(flags) + (size(len(extra)) if extra else b"") + size(len(content)) + size(4) + size(len(content)) + size(0o100644)
    file += struct.pack("<I", zlib.crc32(content) ^ encrypted) + size(0) + size(1) + size(len(NAME)) + NAME + extra
    return b"Rar!\x1a\x07\x01\x00" + block(b"\x01\x00\x00") + block(file) + content + block(b"\x05\x00\x00")


def cab(content: bytes) -> bytes:
    """One folder without compression, its data in blocks of 32 KiB (MS-CAB)."""
    blocks = [content[i : i + 32768] for i in range(0, len(content), 32768)]
    files = struct.pack("<IIHHHH", len(content), 0, 0, 0x5C21, 0, 0x20) + NAME + b"\0"
    first_file = 36 + 8
    first_block = first_file + len(files)
    data = b"".join(struct.pack("<IHH", 0, len(b), len(b)) + b for b in blocks)
    head = b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, first_block + len(data), 0, first_file, 0, 3, 1, 1, 1, 0, 7, 0)
    return head + struct.pack("<IHH", first_block, len(blocks), 0) + files + data


def lha(content: bytes) -> bytes:
    """One stored file (-lh0-) with a header of level 0."""

    def crc16(data):
        value = 0
        for byte in data:
            value ^= byte
            for _ in range(8):
                value = value >> 1 ^ (0xA001 if value & 1 else 0)
        return value

    fields = b"-lh0-" + struct.pack("<IIIBB", len(content), len(content), 0x5C210000, 0x20, 0) + bytes([len(NAME)]) + NAME
    fields += struct.pack("<H", crc16(content))
    return bytes([len(fields), sum(fields) & 0xFF]) + fields + content + b"\0"


def zstd(content: bytes) -> bytes:
    """A frame of blocks that are stored (RFC 8878)."""
    blocks = [content[i : i + 100_000] for i in range(0, len(content), 100_000)]
    frame = b"\x28\xb5\x2f\xfd" + b"\xa0" + struct.pack("<I", len(content))
    for i, block in enumerate(blocks):
        frame += struct.pack("<I", len(block) << 3 | (i + 1 == len(blocks)))[:3] + block
    return frame


def xxh32(data: bytes) -> int:
    """For inputs below 16 bytes."""
    value = 0x165667B1 + len(data)
    while len(data) >= 4:
        value = (value + struct.unpack("<I", data[:4])[0] * 0xC2B2AE3D) & 0xFFFFFFFF
        value = (value << 17 | value >> 15) * 0x27D4EB2F & 0xFFFFFFFF
        data = data[4:]
    for byte in data:
        value = (value + byte * 0x165667B1) & 0xFFFFFFFF
        value = (value << 11 | value >> 21) * 0x9E3779B1 & 0xFFFFFFFF
    value = (value ^ value >> 15) * 0x85EBCA77 & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE3D & 0xFFFFFFFF
    return value ^ value >> 16


def lz4(content: bytes) -> bytes:
    """A frame of stored blocks of up to 64 KiB, without checksums of content."""
    descriptor = b"\x60\x40"
    frame = b"\x04\x22\x4d\x18" + descriptor + bytes([xxh32(descriptor) >> 8 & 0xFF])
    for i in range(0, len(content), 65536):
        block = content[i : i + 65536]
        frame += struct.pack("<I", len(block) | 0x80000000) + block
    return frame + bytes(4)


def compress(content: bytes) -> bytes:
    """Unix compress with literals only. Codes grow by a bit as the table of both sides fills, in groups of eight."""
    out, width, entries, group = bytearray(b"\x1f\x9d\x90"), 9, 256, []

    def flush():
        bits = sum(code << i * width for i, code in enumerate(group))
        out.extend(bits.to_bytes(width, "little") if len(group) == 8 else bits.to_bytes((len(group) * width + 7) // 8, "little"))
        group.clear()

    for byte in content:
        if entries > (1 << width) - 1 and width < 16:
            if group:
                group.extend([0] * (8 - len(group)))
                flush()
            width += 1
        group.append(byte)
        entries += 1
        if len(group) == 8:
            flush()
    flush()
    return bytes(out)


def lzip(content: bytes) -> bytes:
    """The stream of an lzma file between lzip's own head and trailer."""
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}]
    stream = lzma.compress(content, format=lzma.FORMAT_RAW, filters=filters)
    # The raw encoder writes the end marker that lzip demands.
    size = 6 + len(stream) + 20
    return b"LZIP\x01\x14" + stream + struct.pack("<IQQ", binascii.crc32(content), len(content), size)


ARCHIVES = {
    "zip": lambda c: zipped({"list.csv": c}),
    "zip, stored": lambda c: zipped({"list.csv": c}, stored=["list.csv"]),
    "7z": seven_zip,
    "rar 4": rar4,
    "rar 5": rar5,
    "tar, pax": tar,
    "tar, gnu": lambda c: tar(c, tarfile.GNU_FORMAT),
    "tar, ustar": lambda c: tar(c, tarfile.USTAR_FORMAT),
    "cpio": cpio,
    "iso9660": iso9660,
    "ar": lambda c: ar({"list.csv": c}),
    "deb": deb,
    "rpm": rpm,
    "cab": cab,
    "lha": lha,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda c: lzma.compress(c, format=lzma.FORMAT_ALONE),
    "lzip": lzip,
    "zst": zstd,
    "lz4": lz4,
    "compress": compress,
    "tar.gz": lambda c: gzip.compress(tar(c)),
    "zip in tar in gz": lambda c: gzip.compress(tar(zipped({"list.csv": c}))),
    "7z in rar in cab": lambda c: cab(rar5(seven_zip(c))),
}
