"""Values that want to run in a shell or bar, for the tests of the status line; and a machine on which everything does."""

import sys

from commands import HOUR, NOW, Machine, block
from hypothesis import strategies as st

from ccmon import text
from ccmon.views.line.dialects import DIALECTS

HOSTILE = ["$(touch PWNED)", "`touch PWNED`", "${HOME}", "$HOME", "$[1+1]", "$'a'", "\\u", "\\$", "\\", "%n", "%F{red}",
           "%(?.a.b)",
           "#(touch PWNED)", "##(touch PWNED)", "(touch PWNED)", "{HOME}", "#[fg=red]", "[fg=red]", "#S", "#{pid}", "%{F#f00}",
           "%%{F-}", "{F#f00}", "|", "| bash=/bin/sh", "---", "-----", "<b>", "</b>", "&amp;", "&", "!", "!!", "~", "'", '"',
           "\x1b[31m", "\x1b]0;x\x07", "\n", "\r", "\t", "\x00", "\x01", "\x02", "\x7f", "\x9b31m", "\u202e", "\u2028", "\u200b",
           "\ud800", "a", " ", "$", "`", "%", "#", "łódź", "日本"]
hostile_texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=3)), min_size=1, max_size=6).map("".join)
EVIL = "$(touch pwned)`touch pwned`#(touch pwned)#[bold]%n%f{red}|<b>&!"


def spelled(name, shown):
    """What is read of a value."""
    return DIALECTS[name].spell(text.clean(shown))


def put_place(machine: Machine) -> None:
    """Put ccmon on PATH, with 40 % of a plan whose name wants to run, and models that do, too."""
    program = machine.bin / "ccmon"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ccmon \"$@\"\n")
    program.chmod(0o755)
    machine.answers([block(NOW - 2 * HOUR, 2800, models=["$(touch pwned)", "`id`", "%n", "#(id)"])])
    machine.configure(f"[ccmon]\nplan = {EVIL}\nline_ttl = 600\n[plans]\n{EVIL} = 7000\n", is_old=True)
