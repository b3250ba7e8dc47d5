"""The door to what carries alerts: the desktop's notifications, a command of the user's, a webhook, whose address is a secret.

Each gives what became of it in a few words, raises NotDelivered with the reason, and takes a few seconds at most.
"""

import os
import shlex
import subprocess
import sys
import time
from contextlib import suppress

from ccmon import private
from ccmon.errors import CcmonError
from ccmon.quick_typing import Any, Callable, Dict, List, Mapping, Optional, Sequence
from ccmon.system import processes

TIMEOUT_S = 5.0                        # a try of a webhook, from its first step to its last
COMMAND_S = 30.0
_MOST_ADDRESS = 4096                   # bytes
PAUSES_S = (1.0, 3.0)                  # before the second and the third try
WEBHOOK_VARIABLE, = processes.SECRET_VARIABLES
_POSIX = os.name == "posix"
_APPLE = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
_WINDOWS = ("Add-Type -AssemblyName System.Windows.Forms; $n = New-Object System.Windows.Forms.NotifyIcon; "
            "$n.Icon = [System.Drawing.SystemIcons]::Information; $n.Visible = $true; "
            "$n.ShowBalloonTip(4000, $env:CCMON_ALERT_TITLE, $env:CCMON_ALERT_TEXT, 'Info'); Start-Sleep 4; $n.Dispose()")
_DESKTOPS = {"darwin": "osascript", "win32": "powershell"}
_HIDDEN = {                            # why a notification is not seen that its program took
    "darwin": "allow them in System Settings > Notifications > Script Editor, which osascript counts as (open it once where it "
              "is not in the list), and turn off a Focus",
    "win32": "allow them in Settings > System > Notifications, and turn off Do not disturb (Focus assist)"}
_HIDDEN_ELSEWHERE = "a program of the desktop shows them, of GNOME or KDE, else dunst or mako: start one; turn off do not disturb"


class NotDelivered(CcmonError):
    """The channel did not take it; why, with the way out where there is one."""

    joint = ": "


class _Again(Exception):
    """It may go better the next time."""


# --- the desktop --------------------------------------------------------------------------------------------------------

def desktop_program(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """The path of the program that shows notifications. Raises NotDelivered."""
    name = _DESKTOPS.get(platform, "notify-send")
    path = processes.which(name, env)
    if path is None:
        raise NotDelivered(f"{name} was not found", "install libnotify (Debian: libnotify-bin)" if name == "notify-send" else "")
    return path


def desktop(title: str, text: str, env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Show a notification. Raises NotDelivered."""
    program = desktop_program(env, platform)
    values = {"CCMON_ALERT_TITLE": title, "CCMON_ALERT_TEXT": text}
    _run([program, *_desktop_words(title, text, platform)], {**processes.environment(env), **_bus(env), **values}, 2 * TIMEOUT_S)
    return f"shown by {os.path.basename(program)}"


def is_silent(platform: str = sys.platform) -> bool:
    """Whether the program reports nothing of a notification that nobody gets to see."""
    return platform in _DESKTOPS


def way_out(platform: str = sys.platform) -> str:
    """What helps where a notification is not seen."""
    return _HIDDEN.get(platform, _HIDDEN_ELSEWHERE)


def _desktop_words(title: str, text: str, platform: str) -> List[str]:
    if platform == "darwin":
        return [word for line in _APPLE for word in ("-e", line)] + [title, text]
    if platform == "win32":            # the words come by the environment: nothing of them is code
        return ["-NoProfile", "-NonInteractive", "-Command", _WINDOWS]
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ["--app-name=ccmon", "--", title, body]


def _bus(env: Mapping[str, str]) -> Dict[str, str]:
    """A tmux server or cron often has not the session's bus in its environment; it has a usual path."""
    if not _POSIX or env.get("DBUS_SESSION_BUS_ADDRESS"):
        return {}
    path = os.path.join(env.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}", "bus")
    return {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"} if os.path.exists(path) else {}


# --- a command ----------------------------------------------------------------------------------------------------------

def command_words(command: Optional[str], env: Mapping[str, str]) -> List[str]:
    """The words of the user's command, the first as a path; no shell reads them. Raises NotDelivered."""
    try:
        words = processes.split(command or "")
    except ValueError as err:
        raise NotDelivered(f"alert_command cannot be read ({err})") from None
    if not words:
        raise NotDelivered("alert_command is not set")
    program = os.path.expanduser(words[0])
    path = program if os.path.dirname(program) else processes.which(program, env)
    if path is None:
        raise NotDelivered(f"alert_command: {words[0]} was not found")
    return [path, *words[1:]]


def command(line: Optional[str], values: Mapping[str, str], env: Mapping[str, str]) -> str:
    """Run the user's command with the values in its environment. Raises NotDelivered."""
    _run(command_words(line, env), {**processes.environment(env), **values}, COMMAND_S)
    return "ran, exit code 0"


def _run(words: Sequence[str], env: Mapping[str, str], timeout_s: float) -> None:
    """Run it, with all that it starts, for so long at most. Raises NotDelivered."""
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.Popen(processes.arguments(words), env=dict(env), stdin=nowhere, stdout=nowhere,  # nosec B603
                                   stderr=nowhere, **processes.APART)  # the user's own words, no shell
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else err
        raise NotDelivered(f"{os.path.basename(words[0])} could not be started ({reason})") from None
    try:
        code = process.wait(timeout_s)
    except BaseException as err:       # a signal, too: nobody waits for it any more
        processes.end(process.pid)
        with suppress(subprocess.TimeoutExpired):
            process.wait(processes.PATIENCE_S)
        if not isinstance(err, subprocess.TimeoutExpired):
            raise
        raise NotDelivered(f"{os.path.basename(words[0])} took more than {timeout_s:g} s and was ended") from None
    if code:
        raise NotDelivered(f"{os.path.basename(words[0])} ended with exit code {code}")


# --- a webhook ----------------------------------------------------------------------------------------------------------

def webhook_source(path: Optional[str], env: Mapping[str, str]) -> str:
    """The variable or file that holds the address, which may be shown. Raises NotDelivered where there is no safe one."""
    webhook_url(path, env)
    return WEBHOOK_VARIABLE if env.get(WEBHOOK_VARIABLE) else str(path)


def webhook_url(path: Optional[str], env: Mapping[str, str]) -> str:
    """The address, a secret: from the environment, else the only line of the file. Raises NotDelivered."""
    text, where = env.get(WEBHOOK_VARIABLE, "").strip(), WEBHOOK_VARIABLE
    if not text:
        if not path:
            raise NotDelivered("there is no address",
                               f"write it into a file of mode 0600, and alert_webhook_file = FILE; or {where}")
        text, where = _secret(os.path.expanduser(path)), path
    from urllib.parse import urlsplit
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or not text.isascii() or not text.isprintable() or " " in text:
        raise NotDelivered(f"what is in {where} is no address that begins with https://")
    return text


def _secret(path: str) -> str:
    try:
        fd = private.open_plain(path, os.O_RDONLY)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else err
        raise NotDelivered(f"{path} cannot be read ({reason})") from None
    try:
        if _POSIX and os.fstat(fd).st_mode & 0o077:
            command = f"chmod 600 {shlex.quote(path)}"
            raise NotDelivered(f"others can read {path}", command, command)
        content = os.read(fd, _MOST_ADDRESS + 1)
        return content.decode("utf-8", "replace").strip() if len(content) <= _MOST_ADDRESS else ""
    finally:
        os.close(fd)


def webhook(url: str, document: Mapping[str, object], timeout_s: float = TIMEOUT_S, pauses_s: Sequence[float] = PAUSES_S) -> str:
    """Post the document as JSON; again after a pause where that may help. Raises NotDelivered."""
    import json
    body = json.dumps(document).encode()
    for tried, pause_s in enumerate((*pauses_s, 0.0), 1):
        try:
            return _posted(url, body, timeout_s)
        except _Again as err:
            reason = str(err)
            if tried <= len(pauses_s):
                time.sleep(pause_s)
    raise NotDelivered(f"{reason}, tried {len(pauses_s) + 1} times")


def _posted(url: str, body: bytes, timeout_s: float) -> str:
    """One try, which takes so long at most, whatever takes long. Raises _Again where another one may help, else NotDelivered."""
    import threading
    tried = _Try(url, body, timeout_s)
    working = threading.Thread(target=tried.run, name="webhook", daemon=True)
    working.start()
    working.join(timeout_s)
    if working.is_alive():
        tried.leave()
        raise _Again(f"no answer within {timeout_s:g} s")
    if tried.failure:
        raise tried.failure
    return tried.outcome


class _Try:
    """An exchange in a thread of its own: resolving a host cannot be given a time."""

    def __init__(self, url: str, body: bytes, timeout_s: float) -> None:
        self.url, self.body, self.timeout_s = url, body, timeout_s
        self.outcome, self.failure = "", None      # type: str, Optional[Exception]
        self._handles: List[Any] = []
        self._left = False

    def run(self) -> None:
        """Its outcome, or the failure; of the answer no more is read than its head."""
        from urllib.error import HTTPError
        from urllib.request import Request
        headers = {"Content-Type": "application/json", "User-Agent": "ccmon"}
        try:
            request = Request(self.url, self.body, headers, method="POST")
            with _opener(self._connected).open(request, timeout=self.timeout_s) as answer:
                self.outcome = f"taken, HTTP {answer.status}"
        except HTTPError as err:
            err.close()
            self.failure = _refusal(err.code)
        except Exception as err:       # their texts may hold the address
            self.failure = _Again(_reason(err, self.timeout_s))
        finally:
            for handle in self._handles:
                handle.close()

    def _connected(self, sock: Any) -> None:
        """Store a handle of a new socket that stays when TLS takes it over. Raises where the exchange was broken off before."""
        self._handles.append(sock.dup())
        if self._left:
            sock.close()
            raise ConnectionAbortedError

    def leave(self) -> None:
        """Break it off, so that the thread ends."""
        import socket
        self._left = True
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


def _refusal(code: int) -> Exception:
    """What an answer says that is no success."""
    if code == 429 or code >= 500:
        return _Again(f"the server answered HTTP {code}")
    if 300 <= code < 400:
        return NotDelivered(f"the server refers to another address, HTTP {code}: nothing is sent there. "
                            "Note the one that takes it")
    return NotDelivered(f"the server refused it, HTTP {code}")


def _opener(connected: Callable[[Any], None]) -> Any:
    """What opens an address by the proxies of the environment, and calls that with each socket. It follows no redirection.

    Not by the system's proxies: macOS ends a forked process that asks for them.
    """
    import socket
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener, getproxies_environment

    class Watched(HTTPConnection):     # its socket is seen before a proxy or TLS talks on it
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name == "sock" and type(value) is socket.socket:
                connected(value)

    class WatchedSecure(HTTPSConnection, Watched):
        pass

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:        # type: ignore[override]
            return None

    class Plain(HTTPHandler):
        def http_open(self, req: Any) -> Any:
            return self.do_open(Watched, req)

    class Secure(HTTPSHandler):
        def https_open(self, req: Any) -> Any:
            return self.do_open(WatchedSecure, req)

    return build_opener(ProxyHandler(getproxies_environment()), Stay(), Plain(), Secure())


def _reason(err: Exception, timeout_s: float) -> str:
    import socket
    import ssl
    inner = getattr(err, "reason", err)
    for kind, words in ((socket.timeout, f"no answer within {timeout_s:g} s"), (ConnectionRefusedError, "connection refused"),
                        (socket.gaierror, "the host was not found"), (ssl.SSLError, "the certificate or TLS is wrong"),
                        (ConnectionError, "the connection was broken off")):
        if isinstance(inner, kind):
            return words
    return getattr(inner, "strerror", None) or f"no proper answer ({type(inner).__name__})"
