"""Files that only a password opens. Their ciphers are the real ones where Python or the tools that setup.sh installs have them; else
the content is noise and the structure says that it is encrypted, which is all that anybody without the password can see."""

import base64
import hashlib
import os
import random
import struct
import subprocess
import tempfile

from archive_formats import SEVEN_ZIP_AES, rar4, rar5, seven_zip
from office_formats import PdfWriter, zipped
from old_office_formats import biff, compound
from people import Leak
from text_formats import comma


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def zip_crypto(leak: Leak) -> bytes:
    """By Info-ZIP, with the cipher of PKWARE."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "list.csv"), "wb") as file:
            file.write(comma(leak).encode())
        subprocess.run(["zip", "-q", "-P", "not a secret", "out.zip", "list.csv"], cwd=folder, check=True)
        with open(os.path.join(folder, "out.zip"), "rb") as file:
            return file.read()


def zip_aes(leak: Leak) -> bytes:
    """WinZip's AE-2: method 99 and its extra field."""
    content = noise(len(comma(leak)) + 28)
    extra = struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, 3, 8)
    name = b"list.csv"
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 51, 1, 99, 0, 0x5C21, 0, len(content), len(comma(leak)), len(name), len(extra))
    local += name + extra + content
    central = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 51, 51, 1, 99, 0, 0x5C21, 0, len(content), len(comma(leak)), len(name),
                                        len(extra), 0, 0, 0, 0, 0) + name + extra
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def zip_in_zip(leak: Leak) -> bytes:
    return zipped({"locked.zip": zip_crypto(leak)})


def seven_zip_aes(leak: Leak) -> bytes:
    content = noise((len(comma(leak)) + 15) // 16 * 16)
    return seven_zip(content, SEVEN_ZIP_AES)


def pdf_rc4(leak: Leak) -> bytes:
    """With the standard security handler, revision 2: RC4 of 40 bits, an owner's password and a user's (ISO 32000-1, 7.6.3)."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    user, owner = (b"user" + padding)[:32], (b"owner" + padding)[:32]
    entry = rc4(hashlib.md5(owner).digest()[:5], user)
    identifier = b"0123456789abcdef"
    key = hashlib.md5(user + entry + struct.pack("<i", -4) + identifier).digest()[:5]

    class Encrypting(PdfWriter):
        def stream(self, page):
            number = 5 + 2 * self.pages.index(page)
            own = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
            return rc4(own, super().stream(page))

    trailer = f"/ID[<{identifier.hex()}><{identifier.hex()}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{entry.hex()}>"
    return Encrypting(leak, bytes).write(trailer + f"/U<{rc4(key, padding).hex()}>>>")


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def office(leak: Leak) -> bytes:
    """What Office makes of a document with a password: the package as one stream (MS-OFFCRYPTO)."""
    return compound({"EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>", "EncryptedPackage": noise(len(comma(leak)))})


def open_document(leak: Leak) -> bytes:
    manifest = '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    manifest += '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data><manifest:algorithm/>'
    manifest += "</manifest:encryption-data></manifest:file-entry></manifest:manifest>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": noise(len(comma(leak))),
                   "META-INF/manifest.xml": manifest}, stored=["mimetype", "content.xml"])


def old_word(leak: Leak) -> bytes:
    head = bytearray(0x800)
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, 0xC1, 0, 0x40C, 0, 0x1300)
    return compound({"WordDocument": bytes(head) + noise(len(comma(leak))), "1Table": noise(5000)})


def old_sheet(leak: Leak) -> bytes:
    begin = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    return compound({"Workbook": begin + biff(0x2F, struct.pack("<HHH", 1, 1, 1) + noise(48)) + noise(len(comma(leak)))})


def smime(leak: Leak) -> bytes:
    """By openssl, to a certificate of the moment."""
    with tempfile.TemporaryDirectory() as folder:
        def run(*arguments, data=b""):
            return subprocess.run(["openssl", *arguments], cwd=folder, input=data, capture_output=True, check=True).stdout

        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "certificate", "-subj", "/CN=reader")
        body = b"Content-Type: text/csv\r\n\r\n" + comma(leak).encode()
        return run("smime", "-encrypt", "-aes256", "-from", "a@sender.example", "-to", "b@receiver.example", "-subject", "Liste",
                   "certificate", data=body)


def pgp(leak: Leak) -> bytes:
    packet = b"\xd2\xff" + struct.pack(">I", len(comma(leak)) + 1) + b"\x01" + noise(len(comma(leak)))
    return b"-----BEGIN PGP MESSAGE-----\n\n" + base64.encodebytes(packet) + b"-----END PGP MESSAGE-----\n"


ENCRYPTED = {
    "zip, ZipCrypto": zip_crypto,
    "zip, AES": zip_aes,
    "zip in zip, ZipCrypto": zip_in_zip,
    "7z, AES": seven_zip_aes,
    "rar 4, encrypted": lambda leak: rar4(noise(len(comma(leak))), 0x8004),
    "rar 5, encrypted": lambda leak: rar5(noise(len(comma(leak))), encrypted=True),
    "pdf, RC4": pdf_rc4,
    "docx, encrypted": office,
    "odt, encrypted": open_document,
    "doc, encrypted": old_word,
    "xls, encrypted": old_sheet,
    "mail, S/MIME": smime,
    "pgp, armoured": pgp,
}
