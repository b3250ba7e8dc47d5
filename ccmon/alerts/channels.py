"""The door to those who tell the user: the desktop's notifications, a command of the user's, a webhook.

Each gives what became of it in a few words, raises Untold with the reason, and takes a few seconds at most. The address of a
webhook is a secret: it is in no message of this room.
"""

import os
import shlex
import subprocess
import sys
import time
from typing import Dict, List, Mapping, Optional, Sequence

from ccmon.model import CcmonError
from ccmon.system import private, processes

TIMEOUT_S = 5.0
COMMAND_S = 30.0
PAUSES_S = (1.0, 3.0)                  # before the second and the third try
WEBHOOK_VARIABLE, = processes.SECRET_VARIABLES
_POSIX = os.name == "posix"
_APPLE = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
_WINDOWS = ("Add-Type -AssemblyName System.Windows.Forms; $n = New-Object System.Windows.Forms.NotifyIcon; "
            "$n.Icon = [System.Drawing.SystemIcons]::Information; $n.Visible = $true; "
            "$n.ShowBalloonTip(4000, $env:CCMON_ALERT_TITLE, $env:CCMON_ALERT_TEXT, 'Info'); Start-Sleep 4; $n.Dispose()")
_DESKTOPS = {"darwin": "osascript", "win32": "powershell"}


class Untold(CcmonError):
    """The channel did not take it; why, with the way out where there is one."""


class _Again(Exception):
    """It may go better the next time."""


# --- the desktop --------------------------------------------------------------------------------------------------------

def desktop_program(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """The path of the program that shows notifications. Raises Untold."""
    name = _DESKTOPS.get(platform, "notify-send")
    found = processes.which(name, env)
    if found is None:
        package = ": install libnotify (Debian: libnotify-bin)" if name == "notify-send" else ""
        raise Untold(f"{name} was not found{package}")
    return found


def desktop(title: str, text: str, env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Show a notification. Raises Untold."""
    program = desktop_program(env, platform)
    told = {"CCMON_ALERT_TITLE": title, "CCMON_ALERT_TEXT": text}
    _run([program, *_desktop_words(title, text, platform)], {**processes.environment(env), **_bus(env), **told}, 2 * TIMEOUT_S)
    return f"shown by {os.path.basename(program)}"


def _desktop_words(title: str, text: str, platform: str) -> List[str]:
    if platform == "darwin":
        return [word for line in _APPLE for word in ("-e", line)] + [title, text]
    if platform == "win32":            # the words come by the environment: nothing of them is code
        return ["-NoProfile", "-NonInteractive", "-Command", _WINDOWS]
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ["--app-name=ccmon", "--", title, body]


def _bus(env: Mapping[str, str]) -> Dict[str, str]:
    """A tmux server or cron often does not know the session's bus; it has a usual place."""
    if not _POSIX or env.get("DBUS_SESSION_BUS_ADDRESS"):
        return {}
    path = os.path.join(env.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}", "bus")
    return {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"} if os.path.exists(path) else {}


# --- a command ----------------------------------------------------------------------------------------------------------

def command_words(command: Optional[str], env: Mapping[str, str]) -> List[str]:
    """The words of the user's command, the first as a path; no shell reads them. Raises Untold."""
    try:
        words = processes.split(command or "")
    except ValueError as err:
        raise Untold(f"alert_command cannot be read ({err})") from None
    if not words:
        raise Untold("alert_command is not set")
    program = os.path.expanduser(words[0])
    found = program if os.path.dirname(program) else processes.which(program, env)
    if found is None:
        raise Untold(f"alert_command: {words[0]} was not found")
    return [found, *words[1:]]


def command(line: Optional[str], values: Mapping[str, str], env: Mapping[str, str]) -> str:
    """Run the user's command with the values in its environment. Raises Untold."""
    _run(command_words(line, env), {**processes.environment(env), **values}, COMMAND_S)
    return "ran, exit code 0"


def _run(words: Sequence[str], env: Mapping[str, str], timeout_s: float) -> None:
    """Run it, with all that it starts, for so long at most. Raises Untold."""
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.Popen(processes.arguments(words), env=dict(env), stdin=nowhere, stdout=nowhere,  # nosec B603
                                   stderr=nowhere, **processes.APART)  # the user's own words, no shell
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else err
        raise Untold(f"{os.path.basename(words[0])} could not be started ({reason})") from None
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        processes.end(process.pid)
        process.wait()
        raise Untold(f"{os.path.basename(words[0])} took more than {timeout_s:g} s and was ended") from None
    if code:
        raise Untold(f"{os.path.basename(words[0])} ended with exit code {code}")


# --- a webhook ----------------------------------------------------------------------------------------------------------

def webhook_source(path: Optional[str], env: Mapping[str, str]) -> str:
    """Where its address is kept, in words that may be shown. Raises Untold where none is, or where it is not safe."""
    webhook_url(path, env)
    return WEBHOOK_VARIABLE if env.get(WEBHOOK_VARIABLE) else str(path)


def webhook_url(path: Optional[str], env: Mapping[str, str]) -> str:
    """The address, a secret: from the environment, else the only line of the file. Raises Untold."""
    text, where = env.get(WEBHOOK_VARIABLE, "").strip(), WEBHOOK_VARIABLE
    if not text:
        if not path:
            raise Untold(f"there is no address: write it into a file of mode 0600, and alert_webhook_file = FILE; or {where}")
        text, where = _secret(os.path.expanduser(path)), path
    from urllib.parse import urlsplit
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not text.isascii() or not text.isprintable() or " " in text:
        raise Untold(f"what is in {where} is no address that begins with https://")
    return text


def _secret(path: str) -> str:
    try:
        fd = private.open_plain(path, os.O_RDONLY)
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) else err
        raise Untold(f"{path} cannot be read ({reason})") from None
    try:
        if _POSIX and os.fstat(fd).st_mode & 0o077:
            raise Untold(f"others can read {path}: chmod 600 {shlex.quote(path)}")
        return os.read(fd, 4096).decode("utf-8", "replace").strip()
    finally:
        os.close(fd)


def webhook(url: str, document: Mapping[str, object], timeout_s: float = TIMEOUT_S,
            pauses_s: Sequence[float] = PAUSES_S) -> str:
    """Post the document as JSON; again after a pause where that may help. Raises Untold."""
    import json
    body = json.dumps(document).encode()
    for tried, pause_s in enumerate((*pauses_s, 0.0), 1):
        try:
            return _posted(url, body, timeout_s)
        except _Again as err:
            reason = str(err)
            if tried <= len(pauses_s):
                time.sleep(pause_s)
    raise Untold(f"{reason}, tried {len(pauses_s) + 1} times")


def _posted(url: str, body: bytes, timeout_s: float) -> str:
    """One try. _Again where another one may help, else Untold."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, build_opener
    headers = {"Content-Type": "application/json", "User-Agent": "ccmon"}
    try:
        with build_opener(_elsewhere()).open(Request(url, body, headers, method="POST"), timeout=timeout_s) as answer:
            return f"taken, HTTP {answer.status}"
    except HTTPError as err:
        err.close()
        if err.code == 429 or err.code >= 500:
            raise _Again(f"the server answered HTTP {err.code}") from None
        raise Untold(f"the server refused it, HTTP {err.code}") from None
    except (OSError, HTTPException, ValueError) as err:        # their texts may hold the address
        raise _Again(_reason(err, timeout_s)) from None


def _elsewhere() -> "type":
    """A secret is not carried to where the server sends us: a redirection is a refusal."""
    from urllib.request import HTTPRedirectHandler

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:        # type: ignore[override]
            return None
    return Stay


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
