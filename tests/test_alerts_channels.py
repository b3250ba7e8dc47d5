"""The channels of alerts: a real server, real programs, and what may never be seen."""

import os
import socket
import time

import pytest
from webhooks import SECRET, calls, direct, program, server  # noqa: F401

from ccmon.alerts import channels
from ccmon.alerts.channels import NotDelivered

QUICK = (0.0, 0.0)
DOCUMENT = {"text": "a: b", "content": "a: b", "ccmon": {"percent": 82.0}}


def post(url, timeout_s=5.0, pauses_s=QUICK):
    return channels.webhook(url, DOCUMENT, timeout_s, pauses_s)


def refusal(work, *words, **named):
    """Why it was not told; the secret is in no part of the error."""
    with pytest.raises(NotDelivered) as told:
        work(*words, **named)
    assert SECRET not in repr(told.getrepr(chain=True, showlocals=False)) and SECRET not in str(told.value)
    return str(told.value)


# --- the webhook ---

def test_a_webhook_gets_the_document():
    with server() as hook:
        assert post(hook.url) == "taken, HTTP 204"
    assert hook.taken == [DOCUMENT] and hook.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize("answers, tries", [([500], 2), ([503, 429], 3), ([0, 200], 2)])
def test_what_may_pass_is_tried_again(answers, tries):
    with server(answers) as hook:
        assert post(hook.url).startswith("taken")
    assert len(hook.taken) == tries


@pytest.mark.parametrize("answers, tries, said", [
    ([500] * 9, 3, "the server answered HTTP 500, tried 3 times"), ([404], 1, "the server refused it, HTTP 404"),
    ([401], 1, "HTTP 401"), ([302], 1, "HTTP 302"), ([307], 1, "HTTP 307"), ([0] * 9, 3, "the connection was broken off")])
def test_what_does_not_pass_is_told_without_the_address(answers, tries, said):
    with server(answers) as hook:
        assert said in refusal(post, hook.url)
    assert len(hook.taken) == tries


def test_a_slow_server_is_left():
    with server(slow_s=1) as hook:
        assert refusal(post, hook.url, timeout_s=0.1) == "no answer within 0.1 s, tried 3 times"


def test_a_pause_comes_before_another_try():
    with server([500, 500]) as hook:
        began = time.monotonic()
        post(hook.url, pauses_s=(0.2, 0.3))
        assert time.monotonic() - began >= 0.5


def test_a_server_that_is_not_there():
    with socket.socket() as taken:     # bound, but it does not listen
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/{SECRET}"
        assert refusal(post, url) == "connection refused, tried 3 times"


def test_a_server_that_speaks_something_else():
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert "the certificate or TLS is wrong" in refusal(post, f"https://127.0.0.1:{_answering(other)}/{SECRET}")
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = refusal(post, f"http://127.0.0.1:{_answering(other)}/{SECRET}")
    assert "no proper answer (BadStatusLine)" in said


def _answering(listening):
    """The port of a server that answers everyone with nonsense."""
    import threading

    def serve():
        try:
            while True:
                with listening.accept()[0] as client:
                    client.recv(65536)
                    client.sendall(b"nonsense " + SECRET.encode() + b"\r\n\r\n")
        except OSError:
            pass
    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


# --- its address ---

def kept(tmp_path, text, mode=0o600):
    path = tmp_path / "hook url"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_the_address_is_in_a_file_or_in_the_environment(tmp_path):
    path = kept(tmp_path, f"https://hooks.example/{SECRET}\n")
    assert channels.webhook_url(path, {}) == f"https://hooks.example/{SECRET}"
    assert channels.webhook_url(path, {"CCMON_ALERT_WEBHOOK_URL": "https://x.example/y"}) == "https://x.example/y"
    assert channels.webhook_source(path, {}) == path
    assert channels.webhook_source(None, {"CCMON_ALERT_WEBHOOK_URL": "https://x.example/y"}) == "CCMON_ALERT_WEBHOOK_URL"


@pytest.mark.parametrize("text", [f"ftp://h/{SECRET}", SECRET, "", f"https://{SECRET}\x07.example", f"https:///{SECRET}",
                                  f"https://h:99999999/{SECRET}", f"https://h/{SECRET} x", f"https://[{SECRET}", f"https://ä/{SECRET}"])
def test_what_is_no_address_is_not_repeated(tmp_path, text):
    path = kept(tmp_path, text)
    assert refusal(channels.webhook_url, path, {}) == f"what is in {path} is no address that begins with https://"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_way_out(tmp_path, mode):
    path = kept(tmp_path, f"https://h/{SECRET}", mode)
    said = refusal(channels.webhook_url, path, {})
    assert said == f"others can read {path}: chmod 600 '{path}'"
    assert os.system(said.split(": ")[1]) == 0 and channels.webhook_url(path, {})


def test_files_that_are_none(tmp_path):
    assert "No such file" in refusal(channels.webhook_url, str(tmp_path / "none"), {})
    assert "it is a folder, not a plain file" in refusal(channels.webhook_url, str(tmp_path), {})
    assert "alert_webhook_file = FILE" in refusal(channels.webhook_url, None, {})


# --- programs ---

def environment(tmp_path, **more):
    return {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path), "CCMON_ALERT_WEBHOOK_URL": f"https://h/{SECRET}", **more}


def test_the_desktop_gets_title_and_text_as_words(tmp_path):
    shown = program(tmp_path / "notify-send")
    assert channels.desktop("-t & $(id)", "82% <b> 'x' \"y\"", environment(tmp_path)) == "shown by notify-send"
    words = calls(shown)[0]
    assert words[:4] == ["--app-name=ccmon", "--", "-t & $(id)", "82% &lt;b&gt; 'x' \"y\""]
    assert not any(SECRET in word for word in words)


@pytest.mark.parametrize("platform, name", [("darwin", "osascript"), ("win32", "powershell"), ("linux", "notify-send")])
def test_each_system_has_its_program(tmp_path, platform, name):
    assert f"{name} was not found" in refusal(channels.desktop, "a", "b", {"PATH": str(tmp_path)}, platform)
    shown = program(tmp_path / name)
    channels.desktop('t"; do evil', "$(x)", environment(tmp_path), platform)
    words = calls(shown)[0]
    assert 'CCMON_ALERT_TITLE=t"; do evil' in words and "CCMON_ALERT_TEXT=$(x)" in words
    own = words[:-2]
    script = " ".join(own[:-2]) if platform != "win32" else " ".join(own)
    assert "evil" not in script and "$(x)" not in script


def test_a_bus_is_found_where_the_environment_names_none(tmp_path):
    (tmp_path / "bus").touch()
    assert channels._bus({"XDG_RUNTIME_DIR": str(tmp_path)}) == {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}
    assert channels._bus({"DBUS_SESSION_BUS_ADDRESS": "x", "XDG_RUNTIME_DIR": str(tmp_path)}) == {}


def test_a_command_gets_its_words_and_the_values_but_not_the_secret(tmp_path):
    told = program(tmp_path / "tell me")
    line = f"'{told}' 'a b' \\$HOME"
    assert channels.command(line, {"CCMON_ALERT_TEXT": "x y"}, environment(tmp_path)) == "ran, exit code 0"
    assert calls(told) == [["a b", "$HOME", "CCMON_ALERT_TEXT=x y"]]


@pytest.mark.parametrize("line, said", [(None, "is not set"), ("  ", "is not set"), ("'x", "No closing quotation"),
                                        ("nowhere-to-be-found x", "nowhere-to-be-found was not found"),
                                        ("/nowhere/x", "x could not be started"), ("false", "false ended with exit code 1"),
                                        ("sh -c 'exit 7'", "sh ended with exit code 7")])
def test_a_command_that_fails_says_why(tmp_path, line, said):
    assert said in refusal(channels.command, line, {}, environment(tmp_path))


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(channels, "COMMAND_S", 0.3)
    line = f"sh -c 'sleep 300 & echo $! >{tmp_path}/pid; wait'"
    assert refusal(channels.command, line, {}, environment(tmp_path)) == "sh took more than 0.3 s and was ended"
    from commands import alive, wait_until
    wait_until(lambda: not alive(int((tmp_path / "pid").read_text())), "what it started ends")


def test_a_program_of_the_present_folder_is_not_taken(tmp_path, monkeypatch):
    program(tmp_path / "notify-send")
    monkeypatch.chdir(tmp_path)
    assert "was not found" in refusal(channels.desktop, "a", "b", {"PATH": ".:"})
