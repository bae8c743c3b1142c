#!/usr/bin/env python3
"""The reference of the API names every method with who may call it, leads nowhere into the void, and runs nothing."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCES = pathlib.Path(os.environ["VIGIE_SOURCE_DIR"])


def make_page() -> str:
    with tempfile.TemporaryDirectory() as folder:
        descriptors = pathlib.Path(folder) / "api.descriptors"
        protos = sorted(str(file.relative_to(SOURCES / "proto")) for file in (SOURCES / "proto/vigie/v1").glob("*.proto"))
        subprocess.run([os.environ["PROTOC"], "-I", SOURCES / "proto", "--include_source_info", "--include_imports",
                        f"--descriptor_set_out={descriptors}", *protos], check=True)
        subprocess.run([os.environ["PYTHON"], SOURCES / "scripts/api_reference.py", "--descriptors", descriptors, "--methods",
                        SOURCES / "server/api/method_table.cc", "--out", folder], check=True)
        return (pathlib.Path(folder) / "index.html").read_text()


class ApiReference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = make_page()

    def test_names_every_method_and_who_may_call_it(self):
        table = (SOURCES / "server/api/method_table.cc").read_text()
        methods = re.findall(r'\{"(\w+/\w+)", Caller', table)
        self.assertGreater(len(methods), 20)
        for method in methods:
            self.assertIn(f'id="{method}"', self.page)
        self.assertNotIn("May be called by: nobody", self.page)
        revoke = self.page.split('id="FleetService/RevokeAgent"')[1].split("</span>")[0]
        self.assertIn("May be called by: admin.", revoke)
        listed = self.page.split('id="FleetService/ListAgents"')[1].split("</span>")[0]
        self.assertIn("May be called by: admin, analyst, officer, auditor.", listed)

    def test_every_link_within_leads_somewhere(self):
        targets = set(re.findall(r'id="([^"]+)"', self.page))
        for link in re.findall(r'href="#([^"]+)"', self.page):
            self.assertIn(link, targets)

    def test_holds_no_script_and_no_inline_style(self):
        self.assertNotIn("<script", self.page)
        self.assertNotRegex(self.page, r"<[^>]*\s(style|on\w+)=")
        self.assertNotIn("<style", self.page)

    def test_tells_what_the_protos_say_of_a_field(self):
        self.assertIn("whom the audit names: one for each person or script", self.page)


if __name__ == "__main__":
    unittest.main()
