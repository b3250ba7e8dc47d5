"""Row M-8: locales that a machine has not; everything that ccmon shows draws by one rule, and the C library is made to follow."""

import locale
import os
import re
import sys
import time

import pytest
from commands import HOUR, ROOT, block
from full_screen import leave, monitor

from ccmon import line_answer, output

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")]
# What it says, and whether it is UTF-8 by its name.
VARIABLES = [
    ({}, False), ({"LANG": "C"}, False), ({"LC_ALL": "POSIX"}, False), ({"LANG": "C.UTF-8"}, True),
    ({"LC_ALL": "en_PL.UTF-8"}, True), ({"LANG": "en_PL.UTF-8"}, True), ({"LC_CTYPE": "UTF-8"}, True),
    ({"LC_CTYPE": "UTF-8", "LANG": "de_DE.UTF-8"}, True),
    ({"LC_ALL": "xx_XX.utf8"}, True), ({"LC_ALL": "xx_XX"}, False), ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "pl_PL.UTF-8"}, True),
    ({"LC_ALL": "C", "LANG": "C.UTF-8"}, False), ({"LC_CTYPE": "C.UTF-8", "LANG": "xx_XX"}, True), ({"LANG": "en_US"}, False),
    ({"LANG": "hi_IN"}, False), ({"LC_ALL": "de_DE.ISO8859-1"}, False), ({"LC_ALL": "zh_CN.eucCN", "LANG": "C.UTF-8"}, False),
    ({"LC_ALL": "en_US.UTF-8", "LC_CTYPE": "C"}, True)]
# The locales of machines: a new Mac, one before macOS 15, Linux of three kinds; on one every name is a locale.
MACHINES = {"new Mac": {"C", "POSIX", "C.UTF-8", "en_US.UTF-8", "UTF-8", "de_DE.UTF-8"},
            "Mac": {"C", "POSIX", "en_US.UTF-8", "UTF-8", "de_DE.ISO8859-1", "zh_CN.eucCN"},
            "Linux": {"C", "POSIX", "C.UTF-8", "en_US.UTF-8", "hi_IN"}, "small": {"C", "POSIX", "C.UTF-8"},
            "old": {"C", "POSIX", "en_US.UTF-8", "de_DE.UTF-8"}, "musl": None}


class Library:
    """setlocale and nl_langinfo of a machine that has those locales alone."""

    def __init__(self, names):
        self.names, self.characters = names, "C"

    def setlocale(self, category, name=None):
        if name is None:
            return self.characters
        wanted = {self._of_environment(kind) for kind in ("LC_CTYPE", "LC_TIME")} if name == "" else {name}
        wanted = wanted if category == locale.LC_ALL or name else {self._of_environment("LC_CTYPE")}
        if self.names is not None and (wanted - self.names or category == locale.LC_ALL and "UTF-8" in wanted):
            raise locale.Error("unsupported locale setting")
        self.characters = self._of_environment("LC_CTYPE") if name == "" else name
        return self.characters

    def _of_environment(self, kind):
        name = next(filter(None, map(os.environ.get, ("LC_ALL", kind, "LANG"))), None)
        return name or ("C" if self.names is not None else "C.UTF-8")

    def nl_langinfo(self, _item):
        is_any = self.names is None and self.characters not in ("C", "POSIX")
        return "UTF-8" if "UTF-8" in self.characters or self.characters == "hi_IN" or is_any else "US-ASCII"


@pytest.fixture
def variables(monkeypatch):
    """A function that sets the variables of the locale, and no other."""
    def put(given):
        for name in ("LC_ALL", "LC_CTYPE", "LC_TIME", "LANG"):
            monkeypatch.setenv(name, given[name]) if name in given else monkeypatch.delenv(name, raising=False)
    return put


@pytest.mark.parametrize("names", MACHINES.values(), ids=MACHINES)
def test_M08_one_rule_for_the_screen_and_the_line_on_every_machine(monkeypatch, variables, names):
    for given, utf8 in VARIABLES:
        library = Library(names)
        monkeypatch.setattr(output.locale, "setlocale", library.setlocale)
        monkeypatch.setattr(output.locale, "nl_langinfo", library.nl_langinfo)
        variables(given)
        assert (output.utf8(), line_answer.is_utf8(os.environ)) == (utf8, utf8), given
        assert not utf8 or library.nl_langinfo(locale.CODESET) == "UTF-8", given          # else curses paints blanks
        for platform in ("darwin", "linux"):
            monkeypatch.setattr(output.sys, "platform", platform)
            before = library.characters
            wanted = {"en_US.UTF-8"} if platform == "darwin" else {"C.UTF-8", "en_US.UTF-8"} & (names or {"C.UTF-8"})
            assert output.installed_locale() in wanted and library.characters == before


def test_M08_without_any_utf8_locale_nothing_is_painted_that_curses_cannot(monkeypatch, variables):
    library = Library({"C", "POSIX"})
    monkeypatch.setattr(output.locale, "setlocale", library.setlocale)
    monkeypatch.setattr(output.locale, "nl_langinfo", library.nl_langinfo)
    variables({"LC_ALL": "C.UTF-8"})
    assert not output.utf8() and output.installed_locale() == "C.UTF-8"


# --- the same by the real commands --------------------------------------------------------------------------------------

EVERY_WAY = r"""
for words in --once --statusline --statusline '--statusline --format tmux' '--statusline --format tmux' 'history --chart'; do
    $CCMON $words </dev/null; echo '<end>'
done
for turn in 1 2; do echo '{}' | $CCMON --statusline --format claude; echo '<end>'; done
sh "$ROOT/ccmon/ccmon-line" tmux; echo '<end>'
"""
MAC = """
import locale
real = locale.setlocale
def setlocale(category, name=None):
    import os
    if name == "":
        name = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "C")
    if name not in (None, "C", "POSIX", "en_US.UTF-8", "UTF-8") or name == "UTF-8" and category == locale.LC_ALL:
        raise locale.Error("unsupported locale setting")
    return real(category, {"en_US.UTF-8": "C.UTF-8", "UTF-8": "C.UTF-8"}.get(name, name))
locale.setlocale = setlocale
"""


@pytest.mark.parametrize("given", [{"LANG": "en_PL.UTF-8"}, {"LC_CTYPE": "UTF-8"}, {"LC_ALL": "xx_XX.utf8"}, {"LC_ALL": "xx_XX"},
                                   {}], ids=str)
def test_M08_screen_reports_and_line_draw_alike(machine, given):
    """As the names say, on a machine like a Mac; but for a locale that Python replaces by C.UTF-8 itself."""
    machine.answers([block(int(time.time()) - HOUR, 1234)])
    machine.configure("[ccmon]\ntemplate = {bar}\n", is_old=True)
    (machine.cwd / "sitecustomize.py").write_text(MAC)
    env = {"LC_ALL": None, "PYTHONPATH": f"{machine.cwd}:{ROOT}", "ROOT": ROOT,
           "PATH": f"{machine.bin}:{os.path.dirname(sys.executable)}:/usr/bin:/bin", **given}
    shown = machine.shell(EVERY_WAY, CCMON_NOW=None, **env)
    parts = shown.out.split("<end>\n")[:-1]
    utf8 = "LC_ALL" not in given or line_answer.is_utf8(given)
    assert len(parts) == 9 and all(part.strip() for part in parts), shown
    assert {not part.isascii() for part in parts} == {utf8}, parts
    with monitor(machine, env=env) as term:
        term.wait_for("1,234 of")
        assert {bar[0] for bar in re.findall(r"[█#]{3,}", term.text())} == {"█" if utf8 else "#"}
        leave(term)
