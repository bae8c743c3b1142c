"""Formats of text: a leak as it stands in a table, a dump, a contact list, a log, and in plain prose."""

import base64
import csv
import html
import io
import json
import quopri
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

from people import Leak


def lines(leak: Leak) -> str:
    """The prose alone, each paragraph on a line."""
    return "".join(paragraph + "\n" for paragraph in leak.paragraphs)


def separated(separator: str):
    def make(leak: Leak) -> str:
        if leak.paragraphs:
            return lines(leak)
        out = io.StringIO()
        writer = csv.DictWriter(out, leak.columns, delimiter=separator)
        writer.writeheader()
        writer.writerows(leak.rows)
        return out.getvalue()

    return make


comma = separated(",")


def json_array(leak: Leak) -> str:
    return json.dumps(leak.rows or [{"text": p} for p in leak.paragraphs], indent=1)


def json_raw(leak: Leak) -> str:
    return json.dumps({"customers": leak.rows, "notes": leak.paragraphs}, ensure_ascii=False)


def json_lines(leak: Leak) -> str:
    return "".join(json.dumps(row) + "\n" for row in leak.rows or [{"text": p} for p in leak.paragraphs])


def xml_elements(leak: Leak) -> str:
    rows = "".join("<c>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in row.items()) + "</c>\n" for row in leak.rows)
    return f'<?xml version="1.0"?>\n<list>\n{rows}' + "".join(f"<p>{escape(p)}</p>\n" for p in leak.paragraphs) + "</list>\n"


def xml_attributes(leak: Leak) -> str:
    rows = "".join("<c " + " ".join(f"{k}={quoteattr(v)}" for k, v in row.items()) + "/>\n" for row in leak.rows)
    text = "".join(f"<p><![CDATA[{p}]]></p>\n" for p in leak.paragraphs)
    return f"<?xml version='1.0'?>\n<list>\n{rows}{text}</list>\n"


def xml_latin1(leak: Leak) -> bytes:
    text = xml_elements(leak).replace('"1.0"', '"1.0" encoding="ISO-8859-1"')
    return text.encode("latin-1", "xmlcharrefreplace")


def yaml_list(leak: Leak) -> str:
    rows = "".join("- " + "\n  ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in row.items()) + "\n" for row in leak.rows)
    return "---\n" + rows + "".join(f"- note: >-\n    {p}\n" for p in leak.paragraphs)


def named_entities(text: str) -> str:
    """é as &eacute;, what has no name as a number."""
    names = {ord(v): k.rstrip(";") for k, v in html.entities.html5.items() if len(v) == 1 and ord(v) > 127 and k.endswith(";")}
    return "".join(c if ord(c) < 128 else f"&{names[ord(c)]};" if ord(c) in names else f"&#{ord(c)};" for c in html.escape(text))


def html_table(leak: Leak) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{named_entities(v)}</td>" for v in row.values()) + "</tr>\n" for row in leak.rows)
    text = "".join(f"<p>{named_entities(p)}</p>\n" for p in leak.paragraphs)
    return f"<!doctype html><html><head><title>Liste</title></head><body><table>\n{rows}</table>{text}</body></html>"


def html_mailto(leak: Leak) -> str:
    def cell(column, value):
        return f'<a href="mailto:{urllib.parse.quote(value)}">{html.escape(value)}</a>' if column == "email" else html.escape(value)

    rows = "".join("<li>" + ", ".join(f"<b>{cell(k, v)}</b>" for k, v in row.items()) + "</li>\n" for row in leak.rows)
    return f'<html><meta charset="utf-8"><ul>\n{rows}</ul>' + "".join(f"<p>{html.escape(p)}\n" for p in leak.paragraphs)


def sql_dump(leak: Leak) -> str:
    def quoted(value):
        return "'" + value.replace("'", "''") + "'"

    text = "-- dump\nCREATE TABLE clients (a text);\n"
    for at in range(0, len(leak.rows), 10):
        text += f"INSERT INTO `clients` (`{'`, `'.join(leak.columns)}`) VALUES "
        text += ",".join("(" + ",".join(quoted(v) for v in row.values()) + ")" for row in leak.rows[at : at + 10]) + ";\n"
    return text + "".join(f"INSERT INTO `notes` VALUES ({quoted(p)});\n" for p in leak.paragraphs)


def sql_copy(leak: Leak) -> str:
    rows = "".join("\t".join(v or "\\N" for v in row.values()) + "\n" for row in leak.rows)
    return f"SET client_encoding = 'UTF8';\nCOPY public.clients ({', '.join(leak.columns or ['note'])}) FROM stdin;\n{rows}{lines(leak)}\\.\n"


VCARD = {"id": "UID", "name": "FN", "email": "EMAIL;TYPE=work", "phone": "TEL;TYPE=cell", "function": "TITLE", "company": "ORG",
         "service": "NOTE"}


def vcard(leak: Leak) -> str:
    cards = [[(VCARD[k], v) for k, v in row.items() if v] for row in leak.rows] + [[("NOTE", p)] for p in leak.paragraphs]
    return "".join("BEGIN:VCARD\r\nVERSION:3.0\r\n" + "".join(folded(f"{k}:{escaped(v)}") for k, v in card) + "END:VCARD\r\n" for card in cards)


def vcard_quoted(leak: Leak) -> str:
    def line(key, value):
        return f"{key};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:" + quopri.encodestring(value.encode()).decode().replace("\n", "\r\n") + "\r\n"

    cards = [[(VCARD[k].split(";")[0], v) for k, v in row.items() if v] for row in leak.rows] + [[("NOTE", p)] for p in leak.paragraphs]
    return "".join("BEGIN:VCARD\r\nVERSION:2.1\r\n" + "".join(line(k, v) for k, v in card) + "END:VCARD\r\n" for card in cards)


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def folded(line: str, width: int = 60) -> str:
    """As RFC 5545 and RFC 6350 wrap lines, by characters."""
    return "\r\n ".join(line[i : i + width] for i in range(0, len(line), width)) + "\r\n"


def calendar(leak: Leak) -> str:
    texts = [", ".join(v for v in row.values() if v) for row in leak.rows] + leak.paragraphs
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{i}\r\nDTSTART:20260105T080000Z\r\n" + folded("DESCRIPTION:" + escaped(text)) + "END:VEVENT\r\n"
        for i, text in enumerate(texts)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"


LDIF = {"id": "uid", "name": "cn", "email": "mail", "phone": "telephoneNumber", "function": "title", "company": "o", "service": "ou"}


def ldif(leak: Leak) -> str:
    def line(key, value):
        return f"{key}: {value}\n" if value.isascii() else f"{key}:: {base64.b64encode(value.encode()).decode()}\n"

    entries = [[(LDIF[k], v) for k, v in row.items() if v] for row in leak.rows] + [[("description", p)] for p in leak.paragraphs]
    text = "version: 1\n\n"
    for number, entry in enumerate(entries):
        text += f"dn: number={number},dc=invented\n" + "".join(line(k, v) for k, v in entry) + "\n"
    return text


def log(leak: Leak) -> str:
    texts = [" ".join(f'{k}="{v}"' for k, v in row.items()) for row in leak.rows] + [f'note="{p}"' for p in leak.paragraphs]
    return "".join(f"2026-01-05T08:{i // 60 % 60:02d}:{i % 60:02d}Z INFO [export] line={i} {text}\n" for i, text in enumerate(texts))


def settings(leak: Leak) -> str:
    """key=value without quotes, a line each."""
    texts = ["".join(f"{k}={v}\n" for k, v in row.items()) for row in leak.rows] + [f"note={p}\n" for p in leak.paragraphs]
    return "".join(f"[record {i}]\n{text}\n" for i, text in enumerate(texts))


def markdown(leak: Leak) -> str:
    if leak.paragraphs:
        return "# Notes\n\n" + "\n\n".join(f"* {p}" for p in leak.paragraphs) + "\n"
    rows = "".join("| " + " | ".join(row.values()) + " |\n" for row in leak.rows)
    return "# Liste\n\n| " + " | ".join(leak.columns) + " |\n|" + "---|" * len(leak.columns) + "\n" + rows


def source_code(leak: Leak) -> str:
    text = "#!/usr/bin/env python3\nCUSTOMERS = [\n" + "".join(f"    {json.dumps(list(row.values()))},\n" for row in leak.rows)
    return text + "]\n" + "".join(f"NOTE = \"{p.encode('unicode_escape').decode()}\"\n" for p in leak.paragraphs)


def percent(leak: Leak) -> str:
    rows = [urllib.parse.urlencode(row) for row in leak.rows] + [urllib.parse.urlencode({"text": p}) for p in leak.paragraphs]
    return "".join(f"GET /export?{row} HTTP/1.1\n" for row in rows)


def base64_block(leak: Leak) -> str:
    return "Here is the file:\n\n" + base64.encodebytes(comma(leak).encode()).decode() + "\nEnd.\n"


def base64_one_line(leak: Leak) -> str:
    return json.dumps({"attachment": base64.b64encode(comma(leak).encode()).decode()})


def base64_url_rows(leak: Leak) -> str:
    texts = [",".join(row.values()) for row in leak.rows] + leak.paragraphs
    return "".join(f"record {base64.urlsafe_b64encode(t.encode()).decode()}\n" for t in texts)


def base64_twice(leak: Leak) -> bytes:
    return base64.b64encode(base64.encodebytes(comma(leak).encode()))


def data_uri(leak: Leak) -> str:
    return f'<html><a href="data:text/csv;base64,{base64.b64encode(comma(leak).encode()).decode()}">download</a></html>'


def hexadecimal(leak: Leak) -> str:
    return "dump: " + comma(leak).encode().hex() + "\n"


def hexadecimal_rows(leak: Leak) -> str:
    texts = [";".join(row.values()) for row in leak.rows] + leak.paragraphs
    return "".join(t.encode().hex(" ") + "\n" for t in texts)


def quoted_printable(leak: Leak) -> bytes:
    return quopri.encodestring(comma(leak).encode())


TEXT = {
    "txt, tabs between": lambda leak: lines(leak) or "".join("\t".join(row.values()) + "\n" for row in leak.rows),
    "csv, comma": comma,
    "csv, semicolon": separated(";"),
    "csv, pipe": separated("|"),
    "tsv": separated("\t"),
    "csv called .png": comma,
    "json, \\u escapes": json_array,
    "json, raw": json_raw,
    "json lines": json_lines,
    "xml, elements": xml_elements,
    "xml, attributes and CDATA": xml_attributes,
    "xml, latin-1 declared": xml_latin1,
    "yaml": yaml_list,
    "html, table and entities": html_table,
    "html, list and mailto": html_mailto,
    "sql, insert": sql_dump,
    "sql, copy": sql_copy,
    "vcard 3": vcard,
    "vcard 2.1, quoted-printable": vcard_quoted,
    "ldif": ldif,
    "ics": calendar,
    "log": log,
    "key=value": settings,
    "markdown": markdown,
    "source code": source_code,
    "percent-encoded form": percent,
    "base64, wrapped": base64_block,
    "base64 in json": base64_one_line,
    "base64url, by row": base64_url_rows,
    "base64 in base64": base64_twice,
    "base64 in a data: link": data_uri,
    "hex": hexadecimal,
    "hex, by row": hexadecimal_rows,
    "quoted-printable": quoted_printable,
}

# Encodings of a semicolon CSV, by the script of the people in it.
ENCODINGS = {
    "french": ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252", "iso8859-15", "mac-roman",
               "cp850"],
    "polish": ["utf-8", "utf-16-le", "cp1250", "iso8859-2", "cp852"],
    "russian": ["utf-8", "utf-16-be", "cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"],
    "japanese": ["utf-8", "utf-16-le", "shift-jis", "euc-jp", "iso2022-jp"],
}
