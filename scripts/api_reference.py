#!/usr/bin/env python3
"""Writes the reference of the API, one HTML page without script, from the protos' descriptors and the table of who may call what.

usage: api_reference.py --descriptors FILE --methods method_table.cc --out DIR
FILE: protoc --include_source_info --include_imports --descriptor_set_out
"""

import argparse
import gzip
import html
import pathlib
import re

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

PACKAGE = "vigie.v1"
SERVICE_FIELD, METHOD_FIELD = 6, 2
MESSAGE_FIELD, NESTED_FIELD, MESSAGE_FIELDS, ENUM_FIELD, NESTED_ENUM_FIELD, ENUM_VALUES = 4, 3, 2, 5, 4, 2
REPEATED = FieldDescriptorProto.LABEL_REPEATED

STYLE = """:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { padding: 0.75rem; overflow-x: auto; border: 1px solid #8884; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8884; }
section { margin-top: 2.5rem; }
h3 { margin-bottom: 0.25rem; }
.roles { opacity: 0.75; }
nav ul { columns: 3 14rem; }
"""


def text(value: str) -> str:
    return html.escape(value.strip())


class Comments:
    """What the sources say of each element, by its path in the file's descriptor."""

    def __init__(self, file):
        self.by_path = {tuple(place.path): f"{place.leading_comments} {place.trailing_comments}".strip()
                        for place in file.source_code_info.location}

    def of(self, *path) -> str:
        return text(re.sub(r"\s+", " ", self.by_path.get(path, "")))


class Schema:
    def __init__(self, files):
        self.files = [file for file in files if file.package == PACKAGE]
        self.messages, self.enums = {}, {}
        for file in self.files:
            comments = Comments(file)
            for number, message in enumerate(file.message_type):
                self._add_message(f".{PACKAGE}", message, (MESSAGE_FIELD, number), comments)
            for number, enum in enumerate(file.enum_type):
                self.enums[f".{PACKAGE}.{enum.name}"] = (enum, (ENUM_FIELD, number), comments)

    def _add_message(self, scope, message, path, comments):
        name = f"{scope}.{message.name}"
        self.messages[name] = (message, path, comments)
        for number, nested in enumerate(message.nested_type):
            self._add_message(name, nested, (*path, NESTED_FIELD, number), comments)
        for number, enum in enumerate(message.enum_type):
            self.enums[f"{name}.{enum.name}"] = (enum, (*path, NESTED_ENUM_FIELD, number), comments)

    def reached_from(self, names) -> list[str]:
        """These types and those of their fields, in the order of their first mention."""
        reached, waiting = [], list(names)
        while waiting:
            name = waiting.pop(0)
            if name in reached or not (name in self.messages or name in self.enums):
                continue
            reached.append(name)
            if name in self.messages:
                waiting += [field.type_name for field in self.messages[name][0].field if field.type_name]
        return reached


def short(type_name: str) -> str:
    return type_name.removeprefix(f".{PACKAGE}.").removeprefix(".")


def type_text(field, schema) -> str:
    if field.type_name in schema.messages and schema.messages[field.type_name][0].options.map_entry:
        key, value = schema.messages[field.type_name][0].field
        return f"map&lt;{type_text(key, schema)}, {type_text(value, schema)}&gt;"
    if field.type_name:
        name = short(field.type_name)
        shown = f'<a href="#{name}">{name}</a>' if name != field.type_name.removeprefix(".") else name
    else:
        shown = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return f"list of {shown}" if field.label == REPEATED else shown


def message_section(name, schema) -> str:
    message, path, comments = schema.messages[name]
    rows = "".join(
        f"<tr><td><code>{text(field.json_name)}</code></td><td>{type_text(field, schema)}</td>"
        f"<td>{comments.of(*path, MESSAGE_FIELDS, number)}</td></tr>" for number, field in enumerate(message.field))
    table = f"<table><thead><tr><th>field</th><th>type</th><th></th></tr></thead><tbody>{rows}</tbody></table>" if rows else "<p>No fields.</p>"
    return f'<h3 id="{short(name)}">{short(name)}</h3><p>{comments.of(*path)}</p>{table}'


def enum_section(name, schema) -> str:
    enum, path, comments = schema.enums[name]
    rows = "".join(f"<tr><td><code>{text(value.name)}</code></td><td>{comments.of(*path, ENUM_VALUES, number)}</td></tr>"
                   for number, value in enumerate(enum.value))
    return f'<h3 id="{short(name)}">{short(name)}</h3><p>{comments.of(*path)}</p><table><tbody>{rows}</tbody></table>'


def callers(method_table: str) -> dict[str, str]:
    """Who may call each method, as method_table.cc says it."""
    found = {}
    for name, caller, rest in re.findall(r'\{\s*"(\w+/\w+)",\s*Caller::(\w+),([^}]*)\}', method_table):
        roles = re.findall(r"\bk(Analysts|Auditors|Officers|Admins)\b", rest)
        found[name] = {"kAgent": "agents, by their certificate", "kAnyone": "anyone: what lets him in is in the request"}.get(
            caller, ", ".join(["admin", *[role.lower().removesuffix("s") for role in roles if role != "Admins"]]))
    return found


def curl_example(service, method) -> str:
    path = f"/{PACKAGE}.{service.name}/{method.name}"
    common = 'curl --cacert STATE/ca.crt -H "Authorization: Bearer $(cat TOKEN_FILE)"'
    if method.client_streaming:
        return "<p>Takes a stream: over gRPC only.</p>"
    if not method.server_streaming:
        return f"<pre>{common} \\\n     -H 'Content-Type: application/json' -d '{{}}' https://COLLECTOR{path}</pre>"
    return (f"<pre>printf '\\0\\0\\0\\0\\2{{}}' | {common} \\\n     -H 'Content-Type: application/connect+json' --data-binary @- -N "
            f"https://COLLECTOR{path}</pre>")


def method_section(service, method, allowed, comment) -> str:
    name = f"{service.name}/{method.name}"
    answer = short(method.output_type)
    shown_answer = f'a stream of <a href="#{answer}">{answer}</a>' if method.server_streaming else f'<a href="#{answer}">{answer}</a>'
    asked = short(method.input_type)
    return (f'<h3 id="{name}">{text(method.name)}</h3><p>{comment}</p>'
            f'<p><a href="#{asked}">{asked}</a> → {shown_answer}. <span class="roles">May be called by: {text(allowed.get(name, "nobody"))}.</span></p>'
            f"{curl_example(service, method)}")


def service_section(file, number, allowed) -> str:
    service, comments = file.service[number], Comments(file)
    methods = "".join(method_section(service, method, allowed, comments.of(SERVICE_FIELD, number, METHOD_FIELD, place))
                      for place, method in enumerate(service.method))
    return f'<section><h2 id="{service.name}">{service.name}</h2><p>{comments.of(SERVICE_FIELD, number)}</p>{methods}</section>'


def page(schema, allowed) -> str:
    services = sorted(((file, number) for file in schema.files for number in range(len(file.service))),
                      key=lambda entry: entry[0].service[entry[1]].name)
    asked = [kind for file, number in services for method in file.service[number].method
             for kind in (method.input_type, method.output_type)]
    types = [name for name in schema.reached_from(asked) if not (name in schema.messages and schema.messages[name][0].options.map_entry)]
    links = "".join(f'<li><a href="#{file.service[number].name}">{file.service[number].name}</a></li>' for file, number in services)
    sections = "".join(service_section(file, number, allowed) for file, number in services)
    shapes = "".join(message_section(name, schema) if name in schema.messages else enum_section(name, schema)
                     for name in sorted(types, key=short))
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<title>Vigie API</title><link rel="stylesheet" href="/api/style.css"></head><body><h1>Vigie API</h1>'
            f"<p>Each method is <code>POST /{PACKAGE}.SERVICE/METHOD</code> by the Connect protocol, in protobuf's JSON, and the same over gRPC. "
            f"Calls need an API token (<code>vigie token create-api</code>). Errors are <code>{{&quot;code&quot;, &quot;message&quot;}}</code>. "
            f"64-bit numbers are strings in JSON, bytes are base64, times are RFC 3339.</p>"
            f"<nav><ul>{links}</ul></nav>{sections}<section><h2>Messages</h2>{shapes}</section></body></html>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--descriptors", "--methods", "--out"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    options = parser.parse_args()
    schema = Schema(FileDescriptorSet.FromString(options.descriptors.read_bytes()).file)
    written = page(schema, callers(options.methods.read_text()))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "style.css").write_text(STYLE)
    (options.out / "index.html.gz").write_bytes(gzip.compress(written.encode(), mtime=0))
    (options.out / "index.html").write_text(written)


if __name__ == "__main__":
    main()
