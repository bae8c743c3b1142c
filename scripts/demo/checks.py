"""The statements of the story, each shown as it is found true or false."""

import sys


class Checks:
    def __init__(self):
        self.failed: list[str] = []
        self.colour = sys.stdout.isatty()

    def _mark(self, good: bool) -> str:
        text = "ok  " if good else "FAIL"
        return f"\033[{32 if good else 31}m{text}\033[0m" if self.colour else text

    def act(self, text: str):
        print(f"\n{text}", flush=True)

    def that(self, statement: str, good: bool, found: object = "") -> bool:
        print(f"  {self._mark(good)} {statement}" + (f"  [{found}]" if found != "" else ""), flush=True)
        if not good:
            self.failed.append(statement)
        return good

    def note(self, text: str):
        print(f"       {text}", flush=True)
