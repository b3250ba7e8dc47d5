"""A webhook that drips, redirects or floods, and programs that hang: each has so long as a whole, and its address is a secret."""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from commands import ROOT, alive, asleep, wait_until
from webhooks import SECRET, direct, program  # noqa: F401

from ccmon.alerts import channels
from ccmon.alerts.channels import NotDelivered
from ccmon.system import processes

pytestmark = pytest.mark.newest_only

WHOLE_S = 0.3                          # of an exchange
HEAD = b"HTTP/1.1 200 OK\r\n"


class Peer:
    """What stands behind a port: it does as the given function says with each connection, and counts what it was sent."""

    def __init__(self, act, listening):
        self.act, self.listening, self.sent = act, listening, []
        self.port = listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self.one, args=(self.listening.accept()[0],), daemon=True).start()

    def one(self, client):
        with client, suppress(OSError):
            client.settimeout(20)
            self.sent.append(client.recv(65536))
            self.act(client)


@contextmanager
def peer(act):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Peer(act, listening)


def drip(before, byte=b"x"):
    """Some bytes, then one every tenth of the time: no wait for a byte is ever too long."""
    def act(client):
        client.sendall(before)
        while True:
            client.sendall(byte)
            time.sleep(WHOLE_S / 10)
    return act


def flood(before, part):
    def act(client):
        client.sendall(before)
        while True:
            client.sendall(part)
    return act


def says(answer):
    return lambda client: client.sendall(answer)


def silent(client):
    while client.recv(65536):          # the body may come after the head
        pass


def post(peer, scheme="http", whole_s=WHOLE_S):
    """What the sender says; the secret is in no part of it."""
    began = time.monotonic()
    try:
        said = channels.webhook(f"{scheme}://127.0.0.1:{peer.port}/{SECRET}", {"text": "x"}, whole_s, ())
    except NotDelivered as error:
        said = str(error)
        assert SECRET not in repr(error.__context__) and SECRET not in repr(error.__cause__)
    assert SECRET not in said and time.monotonic() - began < 40
    return said


LATE = f"no answer within {WHOLE_S:g} s, tried 1 times"


def trying():
    """The threads that still wait for a server."""
    return [thread for thread in threading.enumerate() if thread.name == "webhook"]


ENDLESS = {
    "never answers": silent, "drips the first line": drip(b"HTTP/1."), "drips the headers": drip(HEAD + b"A: "),
    "drips lines": drip(HEAD, b"\r"), "drips go-ons": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "floods go-ons": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)}


@pytest.mark.parametrize("name", ENDLESS)
def test_X12_an_exchange_has_so_long_as_a_whole(name):
    with peer(ENDLESS[name]) as slow:
        assert post(slow) == LATE
        wait_until(lambda: not trying(), "the connection is broken off, and no thread stays behind")


@pytest.mark.parametrize("act", [drip(b"\x16\x03\x03\x40\x00"), silent])
def test_X12_an_exchange_that_ends_in_the_middle_of_tls(act):
    with peer(act) as slow:
        assert post(slow, "https") == LATE
        wait_until(lambda: not trying(), "the connection is broken off, and no thread stays behind")


@pytest.mark.parametrize("name", ["drips lines", "floods go-ons"])
def test_X12_a_connection_that_is_made_when_nobody_waits_any_more(name, monkeypatch):
    make = socket.create_connection

    def late(*words, **named):
        time.sleep(2 * WHOLE_S)
        return make(*words, **named)
    monkeypatch.setattr(socket, "create_connection", late)
    with peer(ENDLESS[name]) as slow:
        assert post(slow) == LATE
        wait_until(lambda: not trying(), "the connection is not used, and no thread stays behind")


def test_X12_nobody_who_takes_the_connection():
    with socket.socket() as full:      # who fills its queue keeps everybody else waiting
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with suppress(OSError), socket.create_connection(full.getsockname(), 5):
            Full = type("Full", (), {"port": full.getsockname()[1]})
            assert post(Full) == LATE


def test_X12_a_host_that_is_looked_for_without_end(monkeypatch):
    looked = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: looked.wait(20))
    with pytest.raises(NotDelivered, match=LATE):
        channels.webhook(f"http://hooks.example/{SECRET}", {}, WHOLE_S, ())
    looked.set()


@pytest.mark.parametrize("act", [drip(b"\x16\x03\x03\x40\x00"), silent], ids=["drips", "is silent"])
def test_X12_tls_that_drips(act):
    with peer(act) as slow:
        assert post(slow, "https") == LATE


def test_X12_tls_that_is_none():
    with peer(says(b"\x00garbage" * 99)) as odd:
        assert "the certificate or TLS is wrong" in post(odd, "https", 20) or ssl.OPENSSL_VERSION_INFO < (1, 1)


BODIES = {"of a gigabyte": flood(HEAD + b"Content-Length: 1073741824\r\n\r\n", bytes(1 << 16)),
          "without end": flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(1 << 16) + b"\r\n"),
          "that drips": drip(HEAD + b"Content-Length: 999999\r\n\r\n")}


@pytest.mark.parametrize("name", BODIES)
def test_X12_a_body_is_not_read(name):
    with peer(BODIES[name]) as big:
        assert post(big, whole_s=20) == "taken, HTTP 200"
    wait_until(lambda: not trying(), "the connection is broken off")


@pytest.mark.parametrize("answer", [HEAD + b"A" * 100_000, HEAD + b"A: b\r\n" * 1000 + b"\r\n", b"H" * 100_000],
                         ids=["a long header", "many headers", "a long first line"])
def test_X12_heads_have_bounds(answer):
    with peer(says(answer)) as big:
        said = post(big, whole_s=20)
        assert "no proper answer" in said or "broken off" in said


@pytest.mark.parametrize("code", [300, 301, 302, 303, 307, 308])
def test_X12_nothing_is_sent_to_where_a_server_refers(code):
    with peer(says(HEAD + b"\r\n")) as other:
        for target in (f"http://127.0.0.1:{other.port}/{SECRET}", f"http://localhost:{other.port}/", "file:///etc/passwd",
                       "/again", "ftp://127.0.0.1/", "//127.0.0.1:1", "http://[", ""):
            head = f"HTTP/1.1 {code} see {SECRET}\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
            with peer(says(head.encode())) as sends:
                said = post(sends, whole_s=20)
                assert f"refers to another address, HTTP {code}" in said or "no proper answer" in said, (target, said)
                assert len(sends.sent) == 1
        assert other.sent == []


# --- the address -------------------------------------------------------------------------------------------------------------

def test_X12_a_file_of_the_address_that_is_no_such(tmp_path):
    path = tmp_path / "hook"
    made = {"a pipe, not a plain file": lambda: os.mkfifo(path), "is no address": lambda: path.write_bytes(os.urandom(1 << 20))}
    for reason, make in made.items():
        make()
        path.chmod(0o600)
        with pytest.raises(NotDelivered, match=reason):
            channels.webhook_url(str(path), {})
        path.unlink()
    path.write_text("https://h/" + "a" * 5000)         # cut, it would be another address
    path.chmod(0o600)
    with pytest.raises(NotDelivered, match="is no address") as refused:
        channels.webhook_url(str(path), {})
    assert "aaa" not in str(refused.value)


# --- programs ----------------------------------------------------------------------------------------------------------------

def test_X12_a_command_that_floods_and_leaves_a_child_is_over_when_it_is(tmp_path):
    line = f"sh -c 'yes & echo $! >{tmp_path}/pid; head -c 10000000 /dev/zero'"
    assert channels.command(line, {}, {"PATH": "/usr/bin:/bin"}) == "ran, exit code 0"
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_X12_a_command_ends_with_who_waits_for_it(tmp_path):
    code = ("import sys; sys.path.insert(0, sys.argv[1]); from ccmon.system import signals; signals.end_in_order(); "
            "from ccmon.alerts import channels; channels.command(sys.argv[2], {}, {'PATH': '/usr/bin:/bin'})")
    pid = tmp_path / "pid"
    waiting = subprocess.Popen([sys.executable, "-c", code, str(ROOT), f"sh -c 'sleep 300 & echo $! >{pid}; wait'"])
    child = int(wait_until(lambda: pid.exists() and pid.read_text().strip(), "the command runs"))
    wait_until(lambda: asleep(waiting.pid), "it is waited for")
    waiting.terminate()
    assert waiting.wait(20) == 143
    wait_until(lambda: not alive(child), "the command ends with it")


@pytest.mark.parametrize("then, said", [
    ("echo 3.2; sleep 300 & exit 0", "3.2"), ("yes", None), ("sleep 300", None), ("exit 4", None), ("printf 'a\\nb'", "a\nb")],
    ids=["a child holds the pipe", "a flood", "hangs", "fails", "answers"])
def test_X12_programs_that_doctor_asks_have_bounds(tmp_path, monkeypatch, then, said):
    monkeypatch.setattr(processes, "PATIENCE_S", 1.0)
    asked = program(tmp_path / "asked", then)
    assert processes.printed([str(asked)], {"PATH": "/usr/bin:/bin"}) == said
