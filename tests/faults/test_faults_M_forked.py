"""M-10: what a process may not ask of macOS that was forked and began no other program; notifications that nobody sees."""

import os
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from commands import ROOT, alive, wait_until
from live_lines import STALE_S, age, live, one_line, refresher, warm
from terminal import Terminal
from webhooks import program, server

from ccmon import locks
from ccmon import refresher as door
from ccmon.alerts import channels
from ccmon.system import process_facts

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
# As it is on macOS: the system is asked for proxies by _scproxy, which ends the process here.
APPLE = """
import sys, types
def asked(*_):
    import os
    os.write(2, b"the system was asked")
    os._exit(99)
sys.modules["_scproxy"] = types.SimpleNamespace(_get_proxy_settings=asked, _get_proxies=asked)
real, sys.platform = sys.platform, "darwin"
import urllib.request
sys.platform = real
"""


# --- proxies ---

@pytest.mark.parametrize("env, way", [
    ({}, "direct"), ({"no_proxy": "127.0.0.1"}, "direct"), ({"http_proxy": "PROXY"}, "proxy"), ({"HTTP_PROXY": "PROXY"}, "proxy"),
    ({"http_proxy": "PROXY", "no_proxy": "127.0.0.1"}, "direct"), ({"http_proxy": "PROXY", "NO_PROXY": "*"}, "direct"),
    ({"https_proxy": "PROXY"}, "direct"), ({"http_proxy": "PROXY", "no_proxy": "example.org"}, "proxy")], ids=str)
def test_M10_a_webhook_goes_by_the_proxies_of_the_environment_alone(monkeypatch, env, way):
    def asked(*_):
        raise AssertionError("the system was asked")
    for name in ("getproxies", "getproxies_macosx_sysconf", "proxy_bypass_macosx_sysconf", "getproxies_registry"):
        monkeypatch.setattr(urllib.request, name, asked, raising=False)
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with server() as direct, server() as proxy:
        for name, value in env.items():
            monkeypatch.setenv(name, value.replace("PROXY", proxy.url))
        assert channels.webhook(direct.url, {"text": "x"}, pauses_s=()) == "taken, HTTP 204"
        assert {"direct": len(direct.taken), "proxy": len(proxy.taken)} == {"direct": 0, "proxy": 0, way: 1}


def test_M10_nothing_else_asks_the_system_for_addresses():
    users = {path.name: path.read_text() for path in (ROOT / "ccmon").rglob("*.py") if "urllib.request" in path.read_text()}
    assert list(users) == ["channels.py"] and "ProxyHandler(getproxies_environment())" in users["channels.py"]


# --- the refresher ---

@pytest.fixture
def apple(machine, tmp_path):
    """A machine on which each Python asks the system as on macOS, and forked refreshers begin anew, as there."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(APPLE + "import ccmon.refresher\nccmon.refresher.EXECUTES = True\n")
    usual = machine.env
    machine.env = lambda **more: usual(**{"PYTHONPATH": f"{folder}:{ROOT}", **more})
    return machine


def test_M10_a_refresher_begins_anew_and_does_all_that_a_forked_one_does(apple):
    """One process with one lock from the fork on: a new line, one ccusage, a webhook, none of the caller's descriptors."""
    machine = apple
    with server() as hook:
        live(machine)
        machine.configure("[ccmon]\nline_ttl = 600\nlimit = 10000\nalerts = 80\nalert_by = webhook\n", is_old=True)
        assert one_line(machine.run("--statusline", "--wait", "30", now=None, CCMON_ALERT_WEBHOOK_URL=hook.url)) == warm(machine)
        wait_until(lambda: hook.taken, "it is told")
    live(machine, 3500)
    machine.gated()
    age(machine, STALE_S)
    before = machine.runs()
    words = ["--statusline", "--template", "{percent} \udcff"]
    machine.run(*words, now=None)
    pid = refresher(machine)
    call = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert call[1:3] == [b"-c", door.ANEW.encode()] and os.fsencode(words[-1]) in call
    assert process_facts.is_ccmon([os.fsdecode(word) for word in call])
    assert pid in {one.pid for one in process_facts.running_ccmon()} and locks.holder_pid(str(machine.cache)) == pid
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    held = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    assert {place for place in held if place.startswith("/")} <= {
        "/dev/null", f"{machine.cache}/lock", *(place for place in held if "ccmon.db" in place)}
    assert locks.lock(str(machine.cache)) is None
    machine.run(*words, now=None)
    machine.opens()
    wait_until(machine.idle, "it ends")
    assert machine.runs() == before + 1 and not machine.overlaps()
    wait_until(lambda: not alive(pid), "it has learned")
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 35%")


def test_M10_where_no_other_program_can_begin_the_forked_one_goes_on(tmp_path, monkeypatch):
    """Also with a lock that is a file of its own."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    monkeypatch.setattr(door, "EXECUTES", True)
    monkeypatch.setattr(locks, "flocked", lambda _fd: None)
    fd = locks.lock(str(tmp_path))
    assert locks.file_of(fd) == str(tmp_path / "lock.held")
    door.detach(["--statusline", "x"], fd, lambda argv, lock: (tmp_path / "done").write_text(f"{argv} {locks.held(lock)}"))
    wait_until(lambda: (tmp_path / "done").exists() and (tmp_path / "done").read_text(), "the work is done")
    assert (tmp_path / "done").read_text() == "['--statusline', 'x'] True"


def test_M10_the_new_program_has_a_lock_that_is_a_file(tmp_path, monkeypatch):
    """With the number, the path and the words that it was called with."""
    seen = []
    monkeypatch.setattr(locks, "flocked", lambda _fd: None)
    monkeypatch.setattr(door, "work_of_the_test", raising=False,
                        value=lambda argv, fd: seen.append((argv, locks.held(fd), list(sys.argv))))
    fd = locks.lock(str(tmp_path))
    path = locks._files.pop(fd)
    monkeypatch.setattr(sys, "argv", ["-c", "/bin/ccmon", "ccmon.refresher", "work_of_the_test", str(fd), path, "a", "b c"])
    door.go_on()
    assert seen == [(["a", "b c"], True, ["/bin/ccmon", "a", "b c"])] and not os.get_inheritable(fd)
    locks.unlock(fd)
    assert not os.path.exists(path)


# --- notifications ---

def ask(machine, answer, code):
    """What alerts test shows on a terminal, with that answer."""
    with Terminal(machine.command("alerts", "test", "--alert-by", "desktop"), env=machine.env(), cwd=str(machine.cwd)) as term:
        term.wait_for("Is it on the screen? [y/N]:")
        time.sleep(0.2)
        term.send(answer)
        assert term.wait_exit() == code
        return " ".join(term.text().split())


@pytest.mark.parametrize("platform, name, says", [
    (None, "notify-send", "do not disturb"), ("darwin", "osascript", "System Settings > Notifications > Script Editor")])
def test_M10_the_test_of_alerts_asks_whether_it_was_seen(machine, tmp_path, platform, name, says):
    program(machine.bin / name)
    if platform:
        folder = tmp_path / "site"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(
            "import sys\nfrom ccmon.alerts import channels\nfor name in ('desktop_program', 'desktop', 'is_silent', 'way_out'):\n"
            f"    call = getattr(channels, name)\n    call.__defaults__ = ({platform!r},)\n")
        usual = machine.env
        machine.env = lambda **more: usual(**{"PYTHONPATH": f"{folder}:{ROOT}", **more})
    assert says not in ask(machine, "y\r", 0)
    assert says in ask(machine, "n\r", 1) and says in ask(machine, "\r", 1)
    assert says not in ask(machine, "\x04", 0)
    done = machine.run("alerts", "test", "--alert-by", "desktop")
    lines = done.out.splitlines()
    assert (done.code, lines[0]) == (0, f"desktop ok      shown by {name}") and len(lines) == (2 if platform else 1)
    assert not platform or "whether it is seen is not known here: type ccmon alerts test in a terminal" in lines[1]
