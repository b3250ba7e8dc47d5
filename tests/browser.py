"""Headless Chromium through its debugging pipe: a page as a person sees it, wide or narrow, light, dark or on paper.

The page may have no script of its own; what is asked of it is asked by the debugger.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_S = 60.0                      # only ever spent by a test that fails


def program() -> Optional[str]:
    """The browser on PATH."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One page; `events` are what the browser told."""

    def __init__(self, folder: Path) -> None:
        read, self._out = os.pipe()
        self._in, write = os.pipe()
        # The pipe's ends must be descriptors 3 and 4 of the browser, whatever their numbers are here.
        words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                 "--remote-debugging-pipe", "--disable-background-networking", f"--user-data-dir={folder}", "about:blank"]
        script = f'exec 8<&{read} 9>&{write}; exec "$0" "$@" 3<&8 4>&9 8<&- 9>&-'
        self._process = subprocess.Popen(["/bin/bash", "-c", script, str(program()), *words], pass_fds=(read, write),
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                         env={**os.environ, "HOME": str(folder)})
        os.close(read)
        os.close(write)
        self._number, self._buffer = 0, b""
        self.events: List[Dict[str, Any]] = []
        self._session: Optional[str] = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "Audits"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def call(self, method: str, **params: Any) -> Dict[str, Any]:
        """The answer to a command of the DevTools protocol."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._out, json.dumps({"id": self._number, "method": method, "params": params, **session}).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def _message(self) -> Dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while b"\0" not in self._buffer:
            assert select.select([self._in], [], [], max(0, deadline - time.monotonic()))[0], "the browser is silent"
            found = os.read(self._in, 1 << 20)
            assert found, "the browser has ended"
            self._buffer += found
        line, self._buffer = self._buffer.split(b"\0", 1)
        return dict(json.loads(line))

    def show(self, path: Path, width: int, scheme: str = "light", media: str = "") -> None:
        """Load the file in a window so many pixels wide."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message())

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def requests(self) -> List[str]:
        """Every address that the page asked for."""
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def complaints(self) -> List[Dict[str, Any]]:
        """What stands in the console, and issues that the browser found."""
        told = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded")
        return [event for event in self.events if event.get("method") in told]

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self, path: Path) -> None:
        """The page as it would be printed."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
