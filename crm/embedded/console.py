"""What `manage.py up` says at the terminal: short lines, one voice."""

import sys
import time


class Console:
    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """One step, with the seconds since the start."""
        passed = time.monotonic() - self._began
        for line in text.splitlines() or [""]:
            print(f"{passed:6.1f} s  {line}", flush=True)

    def complain(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def ready(self, address: str, *, demo: bool, logs: str) -> None:
        """The only thing most people read."""
        lines = ["", f"  The CRM is ready:  {address}", ""]
        if demo:
            lines += ["  Demo sign-ins (name / password):"]
            lines += [f"    {name:<8} / demo-{name}" for name in DEMO_USERS]
            lines += [""]
        lines += [f"  Logs are in {logs}. Ctrl-C stops everything.", ""]
        print("\n".join(lines), flush=True)


DEMO_USERS = ("admin", "manager", "rep", "agent")
