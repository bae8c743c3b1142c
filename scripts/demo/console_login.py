"""A browser's way into the collector, as far as the demo checks it: the console's first page, and signing in by name and password."""

import http.client
import json
import secrets
import ssl
import urllib.parse

from checks import Checks
from vigie_site import Site

USER_NAME = "demo"


class Login:
    """A user of the console, and where to sign in."""

    def __init__(self, site: Site):
        self.site = site
        self.url = f"https://{site.http_address}/"
        self.password = secrets.token_urlsafe(12)
        site.vigie("users", "add", USER_NAME, "--role", "admin", "--password", given=f"{self.password}\n{self.password}\n")

    def _ask(self, method: str, path: str, body: dict | None = None):
        trusted = ssl.create_default_context(cafile=str(self.site.collector_state / "ca.crt"))
        connection = http.client.HTTPSConnection(urllib.parse.urlsplit(self.url).netloc, timeout=20, context=trusted)
        try:
            connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def console_is_built(self) -> bool:
        return (self.site.binaries.parent / "share/vigie/console/index.html").exists()

    def check(self, checks: Checks):
        checks.act("A browser comes to the console")
        page, text = self._ask("GET", "/")
        if self.console_is_built():
            checks.that("the console's first page is there", page.status == 200 and b"<html" in text, page.status)
        else:
            checks.that("without a console, / says how one gets there", b"console.directory" in text, page.status)
        answer, body = self._ask("POST", "/session", {"name": USER_NAME, "password": self.password})
        signed_in = answer.status == 200 and json.loads(body)["name"] == USER_NAME
        checks.that("signing in by name and password opens a session", signed_in, answer.status)
        cookie = answer.getheader("Set-Cookie", "")
        checks.that("its cookie is for this host alone, and for no script",
                    cookie.startswith("__Host-") and "HttpOnly" in cookie and "SameSite=Strict" in cookie)

    def show(self):
        what = "The console" if self.console_is_built() else "The console is not built (npm and node are missing); its address would be"
        print(f"\n{what}: {self.url}\n  sign in as  {USER_NAME}  with the password  {self.password}\n"
              "  (the certificate is the demo's own: the browser will ask once)", flush=True)
