"""For the container's health check: exit code 0 when the web server here answers /healthz."""

import http.client
import os
import sys


def answers(port: int, host: str, server: str = "127.0.0.1") -> bool:
    """``host`` must be one that the CRM serves, otherwise it refuses to answer."""
    asked = http.client.HTTPConnection(server, port, timeout=4)
    try:
        asked.request("GET", "/healthz", headers={"Host": host})
        with asked.getresponse() as answer:
            answer.read()
            return answer.status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def served_host() -> str:
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return first if first not in {"", "*"} else "localhost"


if __name__ == "__main__":
    sys.exit(0 if answers(8000, served_host()) else 1)
