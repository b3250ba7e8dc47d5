"""S-12: a cache that takes no new file (full, quota, `ulimit -f 0`, read-only): ccusage is not run for every line."""

import os
import re
import subprocess
import time

import pytest
from commands import ROOT, wait_until
from live_lines import STALE_S, age, live, one_line, warm
from terminal import Terminal

from ccmon import locks, private

pytestmark = pytest.mark.newest_only

PLACES = {                             # what is refused, as code that every Python runs that is started
    "no new file": "if flags & os.O_CREAT and not os.path.exists(path): raise OSError(28, 'No space left on device')",
    "no room": "if flags & (os.O_CREAT | os.O_TRUNC) and path[-5:] != '/lock': raise OSError(122, 'Disk quota exceeded')",
    "no state": "pass"}
SITE = """import os
_open = os.open
def open(path, flags, *more, **named):
    if str(path).startswith({cache!r}):
        {refuse}
    return _open(path, flags, *more, **named)
os.open = open
_replace = os.replace
def replace(source, target, **named):
    if {place!r} == "no state" and str(target).startswith({cache!r}) and os.path.basename(target) == "state":
        raise OSError(28, 'No space left on device')
    return _replace(source, target, **named)
os.replace = replace
"""
NO_TIMES = "\ndef utime(*_words, **_named):\n    raise OSError(28, 'No space left on device')\nos.utime = utime\n"
DIALECTS = [["--statusline"], ["--statusline", "--format", "claude"], ["--statusline", "--format", "tmux"]]


@pytest.fixture(params=["ulimit"])
def full(machine, request):
    """A function that fills the machine's disk from then on."""
    usual = machine.env

    def fill(more=""):
        if request.param == "ulimit":
            limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$0" "$@"', *machine.command()]
            machine.command = lambda *words: [*limited, *words]
        else:
            folder = machine.folder / "site"
            folder.mkdir()
            (folder / "sitecustomize.py").write_text(
                SITE.format(cache=str(machine.cache), refuse=PLACES[request.param], place=request.param) + more)
            machine.env = lambda **words: usual(**{"PYTHONPATH": f"{folder}:{ROOT}", **words})
    machine.fill = fill
    return machine


every_place = pytest.mark.parametrize("full", ["ulimit", *PLACES], indirect=True)


def count_in_names(machine):
    """Let ccusage count its runs by folders: those need no room in a file."""
    machine.ccusage.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "ccusage 20.0.24"; exit 0; }}\n'
                               f'mkdir "{machine.folder}/run.$$"\n. "{machine.folder}/behaviour"\n')


def runs(machine):
    """How often ccusage was run."""
    return len(list(machine.folder.glob("run.*")))


def ask(machine, times=2):
    """Ask for several lines, several times, with the refreshers' ends between."""
    for _ in range(times):
        for words in DIALECTS:
            assert machine.run(*words, "--wait", "0", now=None).out.strip()
            wait_until(machine.idle, "the refresher ends")


@every_place
def test_S12_lines_of_a_disk_that_has_filled_run_ccusage_once(full):
    live(full)
    warm(full)
    age(full, STALE_S)
    count_in_names(full)
    full.fill()
    ask(full)
    assert runs(full) == 1
    full.idle()
    locks.rest(str(full.cache), 0)                 # the pause is over
    ask(full, 1)
    assert runs(full) == 2


@every_place
def test_S12_first_lines_of_a_full_disk_run_ccusage_at_most_once(full):
    live(full)
    count_in_names(full)
    full.fill()
    ask(full)
    assert runs(full) <= 1


def test_S12_a_changed_configuration_on_a_full_disk_is_no_reason_for_every_line(full):
    live(full)
    warm(full)
    full.configure("[ccmon]\nplan = max5\nline_ttl = 600\n", is_old=True)
    count_in_names(full)
    full.fill()
    ask(full)
    assert runs(full) == 1


def test_S12_a_source_that_fails_on_a_full_disk_is_not_run_for_every_line(full):
    live(full)
    warm(full)
    age(full, STALE_S)
    full.fails()
    count_in_names(full)
    full.fill()
    ask(full)
    assert runs(full) == 1


@pytest.mark.parametrize("full", ["no state"], indirect=True)
def test_S12_where_not_even_a_time_can_be_noted_the_refresher_keeps_the_lock(full):
    live(full)
    warm(full)
    age(full, STALE_S)
    count_in_names(full)
    full.fill(NO_TIMES)
    for _ in range(6):
        full.run("--statusline", now=None)
        wait_until(lambda: runs(full) == 1, "ccusage runs")
    assert not full.idle()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="mounts a disk")
def test_S12_a_disk_that_is_really_full(machine):
    live(machine)
    machine.cache.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(machine.cache)], check=False).returncode:
        pytest.skip("may not mount")
    try:
        warm(machine)
        with open(machine.cache / "ballast-1", "wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(4096))
        age(machine, STALE_S)          # does not fit either
        state = (machine.cache / "state").read_bytes()
        (machine.cache / "state").write_bytes(re.sub(rb"^\d+ \d+ \d+ ", b"1 1 1 ", state))
        count_in_names(machine)
        ask(machine)
        assert runs(machine) == 1
        (machine.cache / "ballast-1").unlink()
        locks.rest(str(machine.cache), 0)
        wait_until(lambda: one_line(machine.run("--statusline", now=None)).startswith("CC 131%"), "the line")
        wait_until(machine.idle, "the refresher ends")
        assert not locks.rests(str(machine.cache), time.time())
    finally:
        subprocess.run(["umount", "-l", str(machine.cache)], check=False)


def test_S12_the_screen_of_a_full_disk_reads_no_more_often_than_a_line(full):
    live(full)
    warm(full)
    age(full, STALE_S)
    live(full, 350)
    count_in_names(full)
    full.fill()
    with Terminal(full.command("--interval", "0.5", "--ccusage", str(full.ccusage)), env=full.env(), cwd=str(full.cwd)) as term:
        term.wait_for("350 of")
        term.pause(3)
        assert "350 of" in term.text() and runs(full) == 1
        term.send("q")
        assert term.wait_exit() == 0


@pytest.mark.parametrize("ahead_s, want", [(-1, False), (30, True), (60, True), (3600, False)])
def test_S12_a_rest_of_a_clock_that_was_ahead_is_none(tmp_path, ahead_s, want):
    (tmp_path / "lock").write_text("")
    private.set_time(str(tmp_path / "lock"), time.time() + ahead_s)
    assert locks.rests(str(tmp_path), time.time()) == want


def test_S12_a_rest_outlives_the_signature_of_another_holder(tmp_path):
    locks.unlock(locks.lock(str(tmp_path)))
    assert locks.rest(str(tmp_path), 15)
    fd = locks.lock(str(tmp_path))
    os.pwrite(fd, b"1", 0)
    locks.rest(str(tmp_path), 15)
    locks.sign(fd, os.getpid())
    assert locks.rests(str(tmp_path), time.time())
    locks.unlock(fd)
    assert not locks.rest(str(tmp_path), 0)
