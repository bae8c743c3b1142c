"""Mail, databases and pictures that carry a leak."""

import base64
import email.message
import email.policy
import os
import sqlite3
import struct
import tempfile
import zlib

from office_formats import SHEET, workbook, zipped
from people import Leak
from text_formats import comma, html_table, lines


def body_of(leak: Leak) -> str:
    return "Bonjour,\n\n" + (lines(leak) or "\n".join(" ; ".join(row.values()) for row in leak.rows)) + "\nCordialement\n"


def message(**headers) -> email.message.EmailMessage:
    made = email.message.EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"] = "writer@sender.example", "reader@receiver.example"
    made["Subject"] = headers.get("subject", "Liste")
    made["Date"] = "Mon, 05 Jan 2026 08:00:00 +0000"
    return made


def plain_mail(encoding: str, charset: str = "utf-8"):
    def make(leak: Leak) -> bytes:
        made = message()
        text = body_of(leak) if charset == "utf-8" else body_of(leak).replace("œ", "oe").replace("Œ", "OE")
        made.set_content(text, charset=charset, cte=encoding)
        return made.as_bytes()

    return make


def html_mail(leak: Leak) -> bytes:
    made = message()
    made.set_content("See the other part.")
    made.add_alternative(html_table(leak), subtype="html")
    return made.as_bytes()


def attached(name: str, content: bytes) -> bytes:
    made = message()
    made.set_content("See attached.")
    made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def mailbox(leak: Leak) -> bytes:
    """One message for some rows each."""
    box = b""
    texts = [",".join(row.values()) for row in leak.rows] + leak.paragraphs
    for at in range(0, len(texts), 8):
        made = message()
        made.set_content("\n".join(texts[at : at + 8]) + "\n", cte="quoted-printable")
        box += b"From writer@sender.example Mon Jan  5 08:00:00 2026\n" + made.as_bytes(policy=email.policy.compat32) + b"\n"
    return box


def forwarded(leak: Leak) -> bytes:
    inner = message(subject="inner")
    inner.set_content(body_of(leak), cte="base64")
    made = message()
    made.set_content("Forwarded.")
    made.add_attachment(inner)
    return made.as_bytes()


def database(leak: Leak) -> bytes:
    columns = leak.columns or ["note"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        connection = sqlite3.connect(path)
        connection.execute(f"CREATE TABLE clients ({', '.join(c + ' TEXT' for c in columns)})")
        rows = [list(row.values()) for row in leak.rows] or [[p] for p in leak.paragraphs]
        connection.executemany(f"INSERT INTO clients VALUES ({', '.join('?' * len(columns))})", rows)
        connection.commit()
        connection.close()
        with open(path, "rb") as file:
            return file.read()


def deleted_rows(removal: str):
    """A database whose rows were deleted and not wiped."""

    def make(leak: Leak) -> bytes:
        columns = leak.columns or ["note"]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "file")
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA secure_delete = OFF")
            connection.execute(f"CREATE TABLE clients (number INTEGER PRIMARY KEY, {', '.join(c + ' TEXT' for c in columns)})")
            rows = [list(row.values()) for row in leak.rows] or [[p] for p in leak.paragraphs]
            connection.executemany(f"INSERT INTO clients VALUES (NULL, {', '.join('?' * len(columns))})", rows)
            connection.commit()
            connection.execute(removal)
            connection.commit()
            connection.close()
            with open(path, "rb") as file:
                return file.read()

    return make


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixel = zlib.compress(b"\0\xff")
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), *chunks, (b"IDAT", pixel), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(k, d) for k, d in parts)


def png_text(leak: Leak) -> bytes:
    return png([(b"iTXt", b"Description\0\0\0fr\0\0" + comma(leak).encode())])


def png_compressed(leak: Leak) -> bytes:
    return png([(b"iTXt", b"Description\0\1\0fr\0\0" + zlib.compress(comma(leak).encode()))])


def jpeg(segments: list[tuple[int, bytes]]) -> bytes:
    made = b"\xff\xd8"
    for marker, data in [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), *segments]:
        made += struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
    return made + b"\xff\xd9"


def jpeg_comment(leak: Leak) -> bytes:
    return jpeg([(0xFE, comma(leak).encode())])


def jpeg_exif(leak: Leak) -> bytes:
    """The comment that Windows writes: UTF-16 in an entry of the first image directory."""
    text = comma(leak).encode("utf-16-le") + b"\0\0"
    directory = struct.pack("<HHHIII", 1, 0x9C9C, 1, len(text), 26, 0)
    return jpeg([(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + directory + text)])


def gif_comment(leak: Leak) -> bytes:
    """Sub-blocks of up to 255 bytes cut the text, whatever stands there."""
    data = comma(leak).encode()
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    return b"GIF89a\x01\0\x01\0\0\0\0!\xfe" + blocks + b"\0;"


def zip_in_mail_in_zip(leak: Leak) -> bytes:
    return zipped({"mail.eml": attached("list.zip", zipped({"list.csv": comma(leak)}))})


MAIL = {
    "eml, 8bit": plain_mail("8bit"),
    "eml, quoted-printable": plain_mail("quoted-printable"),
    "eml, quoted-printable latin-1": plain_mail("quoted-printable", "iso-8859-1"),
    "eml, base64": plain_mail("base64"),
    "eml, html alternative": html_mail,
    "eml, csv attached": lambda leak: attached("list.csv", comma(leak).encode()),
    "eml, xlsx attached": lambda leak: attached("list.xlsx", workbook(SHEET + "sheet.main")(leak)),
    "eml, mail attached": forwarded,
    "mbox": mailbox,
    "zip in mail in zip": zip_in_mail_in_zip,
    "sqlite": database,
    "sqlite, emptied table": deleted_rows("DELETE FROM clients"),
    "sqlite, dropped table": deleted_rows("DROP TABLE clients"),
    "sqlite, rows deleted singly": deleted_rows("DELETE FROM clients WHERE number > 0"),
}

PICTURES = {
    "png, text": png_text,
    "png, compressed text": png_compressed,
    "jpeg, comment": jpeg_comment,
    "jpeg, exif comment": jpeg_exif,
    "gif, comment": gif_comment,
    "picture with a zip behind": lambda leak: png([]) + zipped({"list.csv": comma(leak)}),
}
