"""Every format and disguise with what a scan must say of it."""

import dataclasses
import zlib
from collections.abc import Callable

import archive_formats
import encrypted_formats
import mail_formats
import office_formats
import old_office_formats
import text_formats
from people import Leak

OVERWRITTEN = "SQLite overwrites the beginning of a row that is deleted alone: what remains are values that touch each other"
SAME_LENGTH = "rows of the same length, when that is one of dumps (8, 15, 16, 18 or 32 bytes), are taken for a dump and joined"
GAPS = {
    "sqlite, rows deleted singly": dict.fromkeys(["whole", "no accents", "phones", "columns"], OVERWRITTEN),
    "hex, by row": {"phones": SAME_LENGTH},
}

UNSUPPORTED = frozenset({"unsupported"})
ENCRYPTED = frozenset({"encrypted"})


@dataclasses.dataclass
class Format:
    name: str
    make: Callable[[Leak], bytes]
    script: str = "french"
    # Why it is not inspected in full, whatever is in it; nothing means that `evaluated` is `full`.
    reasons: frozenset = frozenset()
    # Further reasons that large files of it may have.
    also: frozenset = frozenset()
    # Nobody can be found, and `reasons` say why.
    opaque: bool = False
    # Variants whose people are not all found, with the reason why not: then those found must still be right.
    gaps: dict = dataclasses.field(default_factory=dict)
    suffix: str = ""


def encoded(encoding: str):
    def make(leak: Leak) -> bytes:
        text = text_formats.separated(";")(leak)
        # As any program does that writes an encoding without the ligature.
        return text.replace("œ", "oe").replace("Œ", "OE").encode(encoding) if encoding in ("cp850", "iso8859-1") else text.encode(encoding)

    return make


def as_bytes(made) -> bytes:
    return made.encode("utf-8") if isinstance(made, str) else made


def in_bytes(make):
    return lambda leak: as_bytes(make(leak))


def archived(pack):
    return lambda leak: pack(text_formats.comma(leak).encode())


def all_formats() -> list[Format]:
    made = [Format(name, in_bytes(make), suffix=".png" if "png" in name else "") for name, make in text_formats.TEXT.items()]
    for script, encodings in text_formats.ENCODINGS.items():
        made += [Format(f"{script} csv in {encoding}", encoded(encoding), script) for encoding in encodings]
    made += [Format(name, make) for name, make in office_formats.OFFICE.items()]
    made += [Format("pdf", office_formats.pdf(bytes)), Format("pdf, compressed", office_formats.pdf(zlib.compress))]
    made += [Format(name, make, reasons=UNSUPPORTED) for name, make in old_office_formats.OLD_OFFICE.items()]
    made += [Format(name, make) for name, make in mail_formats.MAIL.items()]
    made += [Format(name, make, reasons=UNSUPPORTED) for name, make in mail_formats.PICTURES.items()]
    made += [Format(name, archived(pack)) for name, pack in archive_formats.ARCHIVES.items()]
    made += [Format(name, make, reasons=ENCRYPTED, opaque=True) for name, make in encrypted_formats.ENCRYPTED.items()]
    for form in made:
        if form.name == "mail, S/MIME":  # its body is looked at as bytes, too
            form.reasons = ENCRYPTED | UNSUPPORTED
        if form.name == "pgp, armoured":  # and so is its packet, if it is large enough to be called unknown
            form.also = UNSUPPORTED
        form.gaps = GAPS.get(form.name, {})
    return made
