"""What a terminal gets to see of the history: colours, widths, and the pager with all that can happen to it."""

import shutil

import pytest
from commands import HOUR, NOW, block
from terminal import Terminal

pytestmark = pytest.mark.newest_only

DAYS = 40


@pytest.fixture
def recorded(machine):
    """Forty sessions, one a day, the last one at the limit."""
    machine.answers([block(NOW - at * 24 * HOUR, 7100 if at == 1 else 100 * at) for at in range(1, DAYS + 1)])
    assert machine.run("record").code == 0
    return machine


def window(machine, *words, columns=80, rows=24, **env):
    """A terminal in which ccmon history runs."""
    variables = machine.env(CCMON_NOW=NOW, **env)
    return Terminal(machine.command("history", *words), columns, rows, env=variables, term=variables["TERM"])


def ended(term):
    """The screen of a call that ends by itself."""
    assert term.wait_exit() == 0, term.text()
    return term.lines()


def test_a_short_table_is_printed_with_bars_and_colours(recorded):
    with window(recorded, "--by", "week", PAGER="false") as term:
        lines = ended(term)
        assert lines[0].split() == ["week", "sessions", "tokens", "cost", "highest", "hits", "bar"]
        assert "█" in lines[2] and b"\x1b[38;5;214m" in term.raw and "\x1b[?1049h" not in term.raw.decode()


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100, 160])
def test_lines_fit_the_window(recorded, columns):
    for words in (["--rows", "4"], ["--by", "day", "--rows", "4"]):
        with window(recorded, *words, columns=columns) as term:
            lines = ended(term)
            assert sum(line.startswith("2025-11") for line in lines) == 4
            assert "█▂ " in term.text() or columns < 100 or "--by" not in words            # the hours of a day


def test_no_color_means_none(recorded):
    with window(recorded, "--rows", "4", NO_COLOR="1") as term:
        ended(term)
        assert b"\x1b" not in term.raw


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
@pytest.mark.parametrize("env", [{}, {"PAGER": "less"}, {"PAGER": "less -R +1"}], ids=["none named", "less", "with words"])
def test_a_long_table_goes_through_the_pager(recorded, env):
    with window(recorded, **env) as term:
        term.wait_for("2025-11-23")
        assert "average" not in term.text() and term.process.poll() is None and "[38" not in term.text()
        shown = [line[:10] for line in term.lines() if line.startswith("2025-")]
        assert shown == sorted(shown, reverse=True)        # the newest first, as on the screen
        term.send("G")
        term.wait_for("reached the limit")
        term.send("q")
        assert term.wait_exit() == 0 and "Traceback" not in term.text()


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_ctrl_c_in_the_pager_is_the_pagers(recorded):
    with window(recorded) as term:
        term.wait_for("2025-11-23")
        term.send("ctrl-c")
        term.pause()                   # the terminal forgets what was typed before a Ctrl-C
        term.send("G")
        term.wait_for("average")
        term.send("q")
        assert term.wait_exit() == 0


@pytest.mark.parametrize("words, pager", [
    (["--no-pager"], "echo paged"), ([], ""), ([], "cat"), ([], "/nonexistent/pager -R"), ([], "no-such-pager"), ([], "'"),
    ([], "."), (["--csv"], "echo paged"), (["--json"], "echo paged"), (["--table", "tsv"], "echo paged")])
def test_what_is_printed_whole(recorded, words, pager):
    with window(recorded, *words, rows=60, columns=4000 if "--json" in words else 300, PAGER=pager, LINES="24") as term:
        lines = ended(term)
        assert "paged" not in term.text() and "Traceback" not in term.text()
        assert any("3,100" in line or "3100" in line for line in lines) and len([line for line in lines if line]) <= 48


@pytest.mark.parametrize("pager", ["true", "false", "head -n 1", "sh -c 'exec 0<&-; sleep 0.1'"])
def test_a_pager_that_is_left_early_is_no_error(recorded, pager):
    with window(recorded, PAGER=pager) as term:
        lines = [line for line in ended(term) if line]
        assert len(lines) == (1 if pager.startswith("head") else 0)


def test_the_reader_of_a_pipe_may_leave_early(recorded):
    result = recorded.shell(f"CCMON_NOW={NOW} PAGER=false $CCMON history | head -n 1; exit 0")
    assert result.code == 0 and result.err == "" and result.out.startswith("start") and result.out.count("\n") == 1


def test_a_pipe_gets_everything_without_bars(recorded):
    out = recorded.run("history", "--by", "day", COLUMNS="30", PAGER="false").out
    assert len(out.splitlines()) == DAYS + 8 and "hits" in out and "█" not in out and "\x1b" not in out


@pytest.mark.parametrize("term, begins", [("xterm-256color", "\x1b[38;5;111m"), ("xterm-16color", "\x1b[94m"),
                                          ("xterm", "\x1b[35m"), ("dumb", None)])
def test_as_many_colours_as_the_terminal_has(machine, term, begins):
    shown = machine.run("--demo", "--once", now=1795358530, FORCE_COLOR="1", TERM=term).out
    assert (begins in shown) if begins else ("\x1b" not in shown and "55 %" in shown)
