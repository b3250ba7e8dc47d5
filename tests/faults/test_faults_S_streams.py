"""S-5 and S-6: whatever stands on the three streams, the line comes and nobody waits."""

import json
import os
import re
import subprocess
import sys

import pytest
from commands import HOUR, PATIENCE_S, ROOT, wait_until
from line_shells import call, program
from live_lines import age, live, one_line, warm
from test_ccmon_line import line, shell  # noqa: F401
from test_hook import CLAUDE, told, used, words_of  # noqa: F401

pytestmark = pytest.mark.newest_only

# --- S-5: stdin -----------------------------------------------------------------------------------------------------------

def streams(kind):
    """A stdin on which nothing comes, and what has to stay open beside it."""
    reading, writing = os.openpty() if kind == "terminal" else os.pipe()
    return (writing, reading) if kind == "terminal" else (reading, writing)


def reads_of_stdin(machine, words, stdin, **env):
    """The line of a call, and the system calls with which it looked at its stdin."""
    log = machine.folder / "strace"
    program("strace")
    watched = "trace=read,readv,pread64,select,pselect6,poll,ppoll,epoll_ctl,ioctl,lseek"
    done = subprocess.run(["strace", "-f", "-o", str(log), "-e", watched, *words], env=machine.env(**env), cwd=str(machine.cwd),
                          stdin=stdin, capture_output=True, timeout=PATIENCE_S, check=True)
    asked = [row for row in log.read_text(errors="replace").splitlines()
             if re.search(r"\b(?:read|readv|pread64)\(0,|select6?\(1, \[0\]|poll\(\[\{fd=0|EPOLL_CTL_ADD, 0,", row)]
    return done.stdout.decode(), asked


def test_S05_no_dialect_but_claude_reads_stdin_on_either_road(machine):
    live(machine)
    warm(machine)
    stdin, open_too = streams("silent pipe")
    try:
        for words in ([], ["--plan", "max5"], ["--plan", "max5"], ["--bogus"]):        # cached, the long road, cached then, wrong
            shown, asked = reads_of_stdin(machine, machine.command("--statusline", *words), stdin)
            assert shown.startswith("CC ") and asked == [], words
    finally:
        os.close(stdin)
        os.close(open_too)


def test_S05_the_way_to_look_sees_that_claude_reads_it(used):  # noqa: F811
    stdin, open_too = streams("silent pipe")
    shown, asked = reads_of_stdin(used, used.command(*CLAUDE), stdin)
    os.close(stdin)
    os.close(open_too)
    assert "CC 10%" in shown and asked


@pytest.mark.parametrize("kind", ["terminal", "silent pipe"])
@pytest.mark.parametrize("name", ["plain", "json"])
def test_S05_a_terminal_or_a_silent_pipe_holds_no_dialect_up(machine, name, kind):
    live(machine)
    stdin, open_too = streams(kind)
    try:
        process = machine.start("--statusline", "--format", name, "--wait", "0", stdin=stdin)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, err, out.count("\n")) == (0, "", 1) and out.strip()
    finally:
        os.close(stdin)
        os.close(open_too)
    wait_until(machine.idle, "the refresher ends")


@pytest.mark.parametrize("stdin", ["silent", "terminal", "closed"])
def test_S05_claudes_row_never_waits_for_stdin(used, stdin):  # noqa: F811
    reading, writing = os.openpty() if stdin == "terminal" else os.pipe()
    streams = {"silent": reading, "terminal": writing, "closed": None}
    words = used.command(*CLAUDE)
    if stdin == "closed":
        words = ["/bin/sh", "-c", '"$@" <&-', "sh", *words]
    try:
        done = subprocess.run(words, env=used.env(), stdin=streams[stdin], stdout=subprocess.PIPE, timeout=PATIENCE_S, check=True)
    finally:
        os.close(reading)
        os.close(writing)
    assert "CC 10%" in words_of(done.stdout.decode())


def test_S05_a_document_in_pieces(used):  # noqa: F811
    process = used.start(*CLAUDE, stdin=subprocess.PIPE)
    document = json.dumps(told())
    process.stdin.write(document[:9])
    process.stdin.flush()
    out, _ = process.communicate(document[9:], timeout=PATIENCE_S)
    assert "CC 10%" in out or "5h 37%" in out         # within 50 ms or not: a row comes
    assert process.returncode == 0


def test_S05_on_a_machine_so_busy_that_the_time_is_over_at_once_what_is_there_is_read(tmp_path):
    (tmp_path / "told").write_bytes(b"x" * 100_000)
    code = "import time; from ccmon.sources import hook; print(len(hook._read_within(time.monotonic() - 9)))"
    with open(str(tmp_path / "told"), "rb") as there:
        done = subprocess.run([sys.executable, "-c", code], stdin=there, stdout=subprocess.PIPE, cwd=str(ROOT), check=True)
    assert int(done.stdout) == 100_000


def test_S05_what_stands_on_stdin_is_left_for_the_next_command(used):  # noqa: F811
    script = '{ "$@" --statusline --format ansi >/dev/null; "$@" --statusline; cat; }'
    done = subprocess.run(["/bin/sh", "-c", script, "sh", *used.command()], env=used.env(), input=b"left", stdout=subprocess.PIPE)
    assert done.stdout.endswith(b"\nleft")


@pytest.mark.parametrize("shell", [["dash"], ["bash"]], ids=" ".join)
def test_S05_the_launcher_leaves_stdin_alone_too(line, shell):  # noqa: F811
    warm(line)
    stdin, open_too = streams("silent pipe")
    os.write(open_too, b"left")
    for old_s in (0, 10 * HOUR):       # the cached line; then it asks ccmon
        age(line, old_s)
        done = subprocess.run([*shell, str(line.bin / "ccmon-line")], env=line.env(), stdin=stdin, stdout=subprocess.PIPE,
                              timeout=PATIENCE_S, check=True)
        assert done.stdout.startswith(b"CC 131%")
    assert os.read(stdin, 9) == b"left"
    os.close(stdin)
    os.close(open_too)


# --- S-6: streams that are closed, full or broken -------------------------------------------------------------------------

@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "2>&-", "<&-", "<&- >&- 2>&-", "2>/dev/full", "| head -c 0"])
@pytest.mark.parametrize("cached", [False, True])
def test_S06_closed_and_broken_streams(machine, streams, cached):
    live(machine)
    if cached:
        warm(machine)
    done = machine.shell(f"$CCMON --statusline {streams}")
    assert (done.code, done.err) == (0, "")
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() == 1
    assert one_line(machine.run("--statusline", now=None)).startswith("CC 131%")


@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "2>&-", "<&-", "<&- >&- 2>&-", "| head -c 0"])
def test_S06_closed_and_broken_streams_of_the_launcher(line, shell, streams):  # noqa: F811
    warm(line)
    done = line.shell(f"{' '.join(shell)} {line.bin}/ccmon-line {streams}")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("streams", [">/dev/full", "<&- >&- 2>&-", "| head -c 0"])
@pytest.mark.parametrize("words", ["--format claude", "--bogus"])
def test_S06_nor_do_other_words_fail_on_them(machine, words, streams):
    live(machine)
    done = machine.shell(f"$CCMON --statusline --wait 0 {words} {streams}; echo $? >code")
    assert (done.err, (machine.cwd / "code").read_text()) == ("", "0\n")
    wait_until(machine.idle, "the refresher ends")


@pytest.mark.parametrize("streams", ["<&-", "<&- >&- 2>&-"])
def test_S06_the_lock_is_held_even_when_it_could_have_got_the_number_of_a_closed_stream(machine, streams):
    live(machine)
    machine.gated()
    machine.shell(f"$CCMON --statusline --wait 0 {streams}")
    wait_until(machine.runs, "ccusage runs")
    assert not machine.idle()
    machine.opens()
    wait_until(machine.idle, "the refresher ends")


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
                                 {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "xx_YY.nope"}])
def test_S06_no_codec_stops_what_it_cannot_write(machine, env):
    live(machine)
    for _ in range(2):                 # the long road, then the cached line
        done = call(machine, machine.command("--statusline", "--template", "ż→\udcff {used} █", "--wait", "30"), **env)
        assert (done.code, done.err) == (0, "") and "9.2k" in done.out and done.out.count("\n") == 1
