"""Office documents, written by hand from their formats: Office Open XML, OpenDocument, rich text, PDF."""

import io
import zipfile
from xml.sax.saxutils import escape

from people import Leak

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/"
ROWS_PER_SLIDE = 12


def zipped(entries: dict, stored=()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def package(content_type: str, main: str, parts: dict) -> bytes:
    """An Office Open XML package with its type, its relations and its properties."""
    types = f'{XML}<Types xmlns="{MAIN}package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    types += f'<Override PartName="/{main}" ContentType="{content_type}+xml"/></Types>'
    relations = f'{XML}<Relationships xmlns="{MAIN}package/2006/relationships"><Relationship Id="rId1" Type="{MAIN}officeDocument'
    relations += f'/2006/relationships/officeDocument" Target="{main}"/></Relationships>'
    return zipped({"[Content_Types].xml": types, "_rels/.rels": relations, **parts})


def word_runs(text: str) -> str:
    """A paragraph whose words are torn into runs, as spelling checkers leave them."""
    middle = len(text) // 2
    runs = "".join(f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(t)}</w:t></w:r>' for t in (text[:middle], text[middle:]))
    return f"<w:p>{runs}</w:p>"


def word(kind: str):
    def make(leak: Leak) -> bytes:
        rows = [leak.columns, *[row.values() for row in leak.rows]] if leak.rows else []
        table = "".join("<w:tr>" + "".join(f"<w:tc>{word_runs(v)}</w:tc>" for v in row) + "</w:tr>" for row in rows)
        body = (f"<w:tbl>{table}</w:tbl>" if rows else "") + "".join(word_runs(p) for p in leak.paragraphs)
        document = f'{XML}<w:document xmlns:w="{MAIN}wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
        return package(kind, "word/document.xml", {"word/document.xml": document})

    return make


def column_name(column: int) -> str:
    return "ABCDEFGHIJ"[column]


class Sheet:
    """A workbook of one sheet; strings in a table of their own or in the cells, digits as numbers."""

    def __init__(self, leak: Leak, inline: bool, numbers: bool):
        self.inline, self.numbers, self.strings = inline, numbers, []
        texts = [list(row.values()) for row in leak.rows] or [[p] for p in leak.paragraphs]
        rows = ([leak.columns] if leak.rows else []) + texts
        self.rows = "".join(self.row(number + 1, row) for number, row in enumerate(rows))

    def row(self, number: int, values) -> str:
        cells = "".join(self.cell(f"{column_name(i)}{number}", v) for i, v in enumerate(values) if v)
        return f'<row r="{number}">{cells}</row>'

    def cell(self, place: str, value: str) -> str:
        digits = value.replace(" ", "").replace("+", "")
        if self.numbers and digits.isdigit():
            return f'<c r="{place}"><v>{int(digits)}</v></c>'
        if self.inline:
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        self.strings.append(f"<si><t>{escape(value)}</t></si>")
        return f'<c r="{place}" t="s"><v>{len(self.strings) - 1}</v></c>'


def workbook(kind: str, inline=False, numbers=False):
    def make(leak: Leak) -> bytes:
        sheet = Sheet(leak, inline, numbers)
        name = f"{MAIN}spreadsheetml/2006/main"
        book = f'<sheets><sheet name="Clients" sheetId="1" r:id="rId1"/></sheets>'
        relation = f'<Relationship Id="rId1" Type="{MAIN}officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        return package(kind, "xl/workbook.xml", {
            "xl/workbook.xml": f'{XML}<workbook xmlns="{name}" xmlns:r="{MAIN}officeDocument/2006/relationships">{book}</workbook>',
            "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{MAIN}package/2006/relationships">{relation}</Relationships>',
            "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{name}"><sheetData>{sheet.rows}</sheetData></worksheet>',
            "xl/sharedStrings.xml": f'{XML}<sst xmlns="{name}">{"".join(sheet.strings)}</sst>',
        })

    return make


def slides(kind: str):
    def make(leak: Leak) -> bytes:
        names = f'xmlns:a="{MAIN}drawingml/2006/main" xmlns:p="{MAIN}presentationml/2006/main"'
        parts = {"ppt/presentation.xml": f"{XML}<p:presentation {names}/>"}

        def paragraph(text):
            return f"<a:p><a:r><a:t>{escape(text[:5])}</a:t></a:r><a:r><a:t>{escape(text[5:])}</a:t></a:r></a:p>"

        def slide(content):
            parts[f"ppt/slides/slide{len(parts)}.xml"] = f"{XML}<p:sld {names}><p:cSld><p:spTree>{content}</p:spTree></p:cSld></p:sld>"

        for at in range(0, len(leak.rows), ROWS_PER_SLIDE):
            rows = leak.rows[at : at + ROWS_PER_SLIDE]
            cells = ["".join(f"<a:tc><a:txBody>{paragraph(v)}</a:txBody></a:tc>" for v in row.values()) for row in rows]
            slide("<a:tbl>" + "".join(f"<a:tr>{c}</a:tr>" for c in cells) + "</a:tbl>")
        for text in leak.paragraphs:
            slide(f"<p:sp><p:txBody>{paragraph(text)}</p:txBody></p:sp>")
        return package(kind, "ppt/presentation.xml", parts)

    return make


ODF = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "table", "draw"))


def open_document(kind: str, frame: str):
    """`frame` is what stands around the table or the text."""

    def make(leak: Leak) -> bytes:
        def cell(value):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

        rows = "".join("<table:table-row>" + "".join(map(cell, row.values())) + "</table:table-row>" for row in leak.rows)
        rows += "".join(f"<table:table-row>{cell(p)}</table:table-row>" for p in leak.paragraphs if "spreadsheet" in frame)
        table = f'<table:table table:name="Clients">{rows}</table:table>' if rows else ""
        text = "".join(f"<text:p>{escape(p[:7])}<text:span>{escape(p[7:])}</text:span></text:p>" for p in leak.paragraphs)
        body = frame.format(table if table else text)
        return zipped({
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"{XML}<office:document-content {ODF}><office:body>{body}</office:body></office:document-content>",
            "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }, stored=["mimetype"])

    return make


def rich_text(leak: Leak) -> bytes:
    def text(value):
        return "".join(c if ord(c) < 128 else f"\\'{c.encode('cp1252').hex()}" if c in "éèêàçôïœ" else f"\\u{ord(c)}?" for c in value)

    rows = "".join("\\trowd " + "".join(f"\\pard\\intbl {text(v)}\\cell " for v in row.values()) + "\\row\n" for row in leak.rows)
    paragraphs = "".join(f"\\pard {{\\b {text(p[:9])}}}{text(p[9:])}\\par\n" for p in leak.paragraphs)
    return ("{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\n" + rows + paragraphs + "}").encode("ascii")


class PdfWriter:
    """Pages of lines in Helvetica, every cell set where its column begins; a cross-reference table with the right offsets."""

    LINES = 40

    def __init__(self, leak: Leak, compress):
        self.compress = compress
        lines = [list(row.values()) for row in leak.rows] or [[p] for p in leak.paragraphs]
        self.pages = [lines[at : at + self.LINES] for at in range(0, len(lines), self.LINES)]

    def stream(self, page) -> bytes:
        out = []
        for number, cells in enumerate(page):
            for column, value in enumerate(cells):
                quoted = value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
                out.append(f"BT /F1 8 Tf 1 0 0 1 {30 + 190 * column} {780 - 18 * number} Tm ({quoted}) Tj ET")
        return "\n".join(out).encode("cp1252")

    def objects(self) -> list[bytes]:
        kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(self.pages)))
        made = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(self.pages)}>>".encode(),
                b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
        for i, page in enumerate(self.pages):
            content = self.compress(self.stream(page))
            size = "[0 0 1400 800]"
            made.append(f"<</Type/Page/Parent 2 0 R/MediaBox{size}/Contents {5 + 2 * i} 0 R/Resources<</Font<</F1 3 0 R>>>>>>".encode())
            filters = "/Filter/FlateDecode" if self.compress is not bytes else ""
            made.append(f"<</Length {len(content)}{filters}>>stream\n".encode() + content + b"\nendstream\n")
        return made

    def write(self, trailer: str = "") -> bytes:
        out, offsets = b"%PDF-1.4\n", []
        objects = self.objects()
        for number, body in enumerate(objects):
            offsets.append(len(out))
            out += f"{number + 1} 0 obj".encode() + body + b"endobj\n"
        table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{o:010d} 00000 n \n" for o in offsets)
        return out + f"{table}trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n".encode()


def pdf(compress):
    return lambda leak: PdfWriter(leak, compress).write()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml."
MACRO = "application/vnd.ms-{}.{}.macroEnabled.main"

OFFICE = {
    "docx": word(WORD + "document.main"),
    "dotx": word(WORD + "template.main"),
    "docm": word(MACRO.format("word", "document")),
    "xlsx, shared strings": workbook(SHEET + "sheet.main"),
    "xlsx, inline strings": workbook(SHEET + "sheet.main", inline=True),
    "xlsx, numbers": workbook(SHEET + "sheet.main", numbers=True),
    "xltx": workbook(SHEET + "template.main"),
    "xlsm": workbook(MACRO.format("excel", "sheet")),
    "pptx": slides(SLIDES + "presentation.main"),
    "potx": slides(SLIDES + "template.main"),
    "pptm": slides(MACRO.format("powerpoint", "presentation")),
    "odt": open_document("text", "<office:text>{}</office:text>"),
    "ott": open_document("text-template", "<office:text>{}</office:text>"),
    "ods": open_document("spreadsheet", "<office:spreadsheet>{}</office:spreadsheet>"),
    "odp": open_document("presentation", "<office:presentation><draw:page><draw:frame>{}</draw:frame></draw:page></office:presentation>"),
    "rtf": rich_text,
}
