"""A server for webhooks on this machine, and programs that note how they were called."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple, Sequence

import pytest

SECRET = "s3cr3t-token"


class Hook(NamedTuple):
    """Where to post, and what came."""

    url: str
    taken: List[Any]                   # documents
    headers: List[Any]


@contextmanager
def server(answers: Sequence[int] = (), slow_s: float = 0) -> Iterator[Hook]:
    """Gives these answers one after the other, then 204; 0 breaks the connection off."""
    left = list(answers)
    hook = Hook("", [], [])

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Note it, and answer as told."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = left.pop(0) if left else 204
            hook.taken.append(json.loads(body))
            hook.headers.append(dict(self.headers))
            time.sleep(slow_s)
            if code == 0:
                self.connection.close()
                return
            self.send_response(code, "see " + self.path)
            self.send_header("Content-Length", "0")
            if 300 <= code < 400:
                self.send_header("Location", self.path + "/moved")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hook._replace(url=f"http://127.0.0.1:{made.server_port}/{SECRET}")
    finally:
        made.shutdown()
        made.server_close()


def program(path: Path, then: str = "") -> Path:
    """A program that writes its words and CCMON_ALERT_* variables to PATH.log, a call a line, and does what follows."""
    told = 'printf "%s|" "$@"; env | grep ^CCMON_ALERT_ | sort | tr "\\n" "|"; echo'
    path.write_text(f'#!/bin/sh\n{{ {told}; }} >>"{path}.log"\n{then}\n')
    path.chmod(0o755)
    return path


def calls(path: Path) -> List[List[str]]:
    """What program() has written, a list a call."""
    log = Path(f"{path}.log")
    return [line.split("|")[:-1] for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy between the tests and their server."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
