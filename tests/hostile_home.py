"""A home full of hostile data, and every command called on it within this process: what each may print is checked here.

Only the start of ccusage is left out (its answer is put in) and that of the detached refresher; both are in
test_faults_hostile_places.py.
"""

import atexit
import csv
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Sequence, Tuple
from unittest import mock

import openmetrics_text
from commands import HOUR, NOW, Result, block
from hostile import NOTES, OWN, ROWS, check_text

from ccmon import cli, line_answer, refresher
from ccmon.model import Source
from ccmon.pipeline import history
from ccmon.pipeline.history import SourceAnswer
from ccmon.settings import context
from ccmon.sources import ccusage, ccusage_output, hook
from ccmon.store import ledger
from ccmon.store.messages import LogMessage
from ccmon.views.line.dialects import DIALECTS

CELLS = 60
PLAIN = ("plain", "ansi", "bash", "fish", "starship", "claude")     # their lines are what is seen
CODES = {0, 1, 2, 10, 11, 20, 30}
TEMPLATE = ("{percent} {used} {limit} {left} {burn} {sustainable} {end} {reset} {left_time} {cost} {model} {models} {plan} "
            "{bar:5} {likely} {likely_week} {out_median} {official_5h} {official_7d} {context} {session_model} {session_cost} "
            "{age} {state} {source}")


# --- what each command may print ----------------------------------------------------------------------------------------

class _Page(HTMLParser):
    """Fails on what runs or is fetched."""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag not in ("script", "img", "iframe", "object", "embed", "form", "foreignobject"), tag
        for name, value in attrs:
            assert not name.startswith("on") and (name not in ("href", "src") or value == "data:,"), (tag, name, value)

    handle_startendtag = handle_starttag


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def is_json(out: str) -> None:
    """One strict JSON value, on one line or several, without raw control characters."""
    check_text(out)
    json.loads(out, parse_constant=_refuse)


def is_html(out: str) -> None:
    """A page that runs and fetches nothing."""
    check_text(out)
    page = _Page()
    page.feed(out)
    page.close()


def is_csv(out: str) -> None:
    """A table of which no cell is a formula."""
    check_text(out.replace("\r\n", "\n"))
    rows = list(csv.reader(io.StringIO(out, newline="")))
    assert len({len(row) for row in rows}) <= 1
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t]|-\D", cell)]


def is_openmetrics(out: str) -> None:
    """An exposition by the letter."""
    check_text(out)
    openmetrics_text.parse(out)


def is_wide(out: str) -> None:
    """Text of any width."""
    check_text(out)


def is_text(out: str) -> None:
    """Text for the window."""
    check_text(out, CELLS)


def is_picture(out: str) -> None:
    """The same; where there is nothing to see, one sentence."""
    check_text(out, CELLS if "\n" in out.strip() else None)


Check = Callable[[str], None]
COMMANDS: Tuple[Tuple[str, Check], ...] = (
    ("--once", is_text), ("--once --compact --ascii", is_text), ("--once --plan custom_max", is_text), ("--json", is_json),
    ("--json --plan ml_auto", is_json), ("why", is_wide), ("why --json", is_json), ("history", is_wide),
    ("history --host all", is_wide), ("history --by day", is_wide), ("history --by hour", is_wide),
    ("history --by model --host all", is_wide), ("history --json --host all", is_json), ("history --csv --host all", is_csv),
    ("history --csv --by model", is_csv), ("history --by project", is_wide), ("history --csv --by project --host all", is_csv),
    ("history --table html", is_wide), ("history --table github", is_wide),
    ("history --chart", is_picture), ("history --chart week", is_picture), ("history --heatmap", is_picture),
    ("history --sort -cost", is_wide), ("history --check", is_wide), ("report", is_wide),
    ("report --markdown --host all", is_wide), ("report --html - --host all", is_html),
    ("report --period month --html -", is_html), ("export --openmetrics", is_openmetrics), ("hit --list", is_wide),
    ("learn --report", is_wide), ("learn --json", is_json), ("learn --share", is_wide), ("record", is_wide))
FEW = tuple(pair for pair in COMMANDS if pair[0] in ("--once", "--json", "why", "history", "record"))


# --- the home -----------------------------------------------------------------------------------------------------------

def run_script(store: Path, sql: str) -> None:
    """Run SQL on a store."""
    with closing(sqlite3.connect(store)) as db:
        db.executescript(sql)


class Home:
    """A home that can be made anew in a moment, and calls of ccmon in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.cwd, self.fresh = folder, folder / "home", folder / "elsewhere", folder / "fresh.db"
        self.answer: bytes = json.dumps({"blocks": [block(NOW - 2 * HOUR, 4_200)]}).encode()
        self.config, self.store = self.home / ".config/ccmon/config.ini", self.home / ".local/share/ccmon/ccmon.db"
        self.cache, self.project = self.home / ".cache/ccmon", self.home / ".claude/projects/p"
        self.clear()
        self._fill()
        shutil.copy(self.store, self.fresh)

    def clear(self) -> None:
        """Nothing is there but empty folders."""
        for folder in (self.home, self.cwd):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.config.parent, self.store.parent, self.cache, self.project, self.cwd):
            folder.mkdir(parents=True)

    def begin(self) -> None:
        """A history, and nothing else."""
        self.clear()
        shutil.copy(self.fresh, self.store)

    def env(self, **more: Any) -> Dict[str, str]:
        """The whole environment of a call."""
        usual = {"HOME": self.home, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "CCMON_NOW": NOW,
                 "COLUMNS": CELLS, "LINES": 20, "CCMON_WAIT": 0, "CCMON_CCUSAGE": "/bin/true"}
        return {name: str(value) for name, value in {**usual, **more}.items()}

    def _fill(self) -> None:
        """Sessions, minutes, hits, readings and a learned state."""
        ctx = context.prepare({}, self.env())
        told = {"blocks": [block(NOW - hours * HOUR, 3000 + hours) for hours in (200, 30, 9, 2)]}
        said = [LogMessage((NOW - 600 * at) * 1000, at, at, 1, "claude-opus-4-1", "-src-shop", 10, 90, 5, 0, 700, None)
                for at in range(9)]
        with history.opened(ctx, 1000) as kept:
            blocks = ccusage_output.parse(json.dumps(told), NOW).blocks
            kept.store_answer(SourceAnswer(blocks, Source("ccusage", refreshed=NOW - 2)), NOW)
            assert kept.store is not None
            kept.store.change_owner(ctx.owner, lambda db, owner: ledger.count(db, owner, said))
            kept.add_hit(NOW - 30 * HOUR)
        self.poison([(name, ROWS[name]) for name in sorted(set(ROWS) - {"session", "snapshot", "model"})],
                    {key: value for key, value in NOTES.items() if key not in ("moved_aside", "host")})

    # what is put into it

    def poison(self, rows: Iterable[Tuple[str, Mapping[str, Any]]], notes: Mapping[str, Any]) -> None:
        """Write rows and notes into the store as far as sqlite takes them."""
        kept = [*rows, *(("note", {"key": key, "value": value}) for key, value in notes.items())]
        with closing(sqlite3.connect(self.store)) as db, db:
            for table, row in kept:
                deed = "REPLACE" if table != "session" else "IGNORE"       # its snapshots are of its number
                values = [text.encode("utf-8", "replace").decode() if isinstance(text, str) else text for text in row.values()]
                marks = ", ".join("?" * len(row))
                with suppress(sqlite3.IntegrityError):
                    db.execute(f"INSERT OR {deed} INTO {table} ({', '.join(row)}) VALUES ({marks})", values)

    def script(self, sql: str) -> None:
        """Run SQL on the store."""
        run_script(self.store, sql)

    # calls

    def call(self, *words: str, stdin: bytes = b"", **env: Any) -> Result:
        """A call of the command line."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        streams = mock.patch.multiple(sys, stdout=out, stderr=err, stdin=io.TextIOWrapper(io.BytesIO(stdin)))
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)}
        with self._inside(env, stdin), streams:
            code = cli.main(words)
        for number, handler in before.items():
            signal.signal(number, handler)
        return Result(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))  # type: ignore[attr-defined]

    def line(self, *words: str, stdin: bytes = b"", **env: Any) -> str:
        """A status line, with its end, that is not in the cache."""
        from ccmon.commands import statusline
        said: List[bytes] = []
        with self._inside(env, stdin), mock.patch.object(line_answer, "put", said.append):
            assert statusline.statusline(["--statusline", *words]) == 0
        return said[0].decode("utf-8")

    @contextmanager
    def _inside(self, env: Mapping[str, Any], stdin: bytes) -> Iterator[None]:
        """As a process of its own would see the world; nothing is started."""
        answer, told = (content.decode("utf-8-sig", "replace") for content in (self.answer, stdin))
        clock = SimpleNamespace(time=lambda: float(NOW), monotonic=lambda: 0.0)
        with ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, self.env(**env), clear=True))
            stack.enter_context(mock.patch.multiple(ccusage, fetch=lambda *_: answer, version=lambda *_: None))
            stack.enter_context(mock.patch.object(refresher, "refresh", lambda *_: True))
            stack.enter_context(mock.patch.multiple(hook, read_stdin=lambda: told, time=clock))
            there = os.getcwd()
            os.chdir(self.cwd)
            stack.callback(os.chdir, there)
            yield

    # what must hold

    def check(self, words: str, is_right: Check, stdin: bytes = b"", **env: Any) -> Result:
        """The command ends as commands do, and says nothing that is unclean."""
        result = self.call(*words.split(), stdin=stdin, **env)
        assert result.code in CODES, f"{words}: {result.code}, {result.err}{self._log()}"
        check_text(result.err)
        if result.out:
            is_right(result.out)
        return result

    def check_all(self, commands: Sequence[Tuple[str, Check]] = COMMANDS, dialects: Iterable[str] = tuple(DIALECTS)) -> None:
        """Every command, every dialect; nothing was run or written where it should not be."""
        for words, is_right in commands:
            self.check(words, is_right)
        self.check_dialects(names=dialects)
        self.check_untouched()

    def check_dialects(self, stdin: bytes = b"", names: Iterable[str] = tuple(DIALECTS)) -> None:
        """One line of each, also with a template of all fields."""
        for name in names:
            for more in ((), ("--template", TEMPLATE, "--max-width", "1000")):
                shown = self.line("--format", name, *more, stdin=stdin)
                assert shown.endswith("\n") and len(shown.splitlines()) == 1 and shown.strip(), (name, shown)
                assert "internal error" not in shown, f"{name}: {shown}{self._log()}"
                check_text(shown, (1000 if more else 80) if name in PLAIN else None, OWN.get(name, "(?!)"))

    def check_untouched(self) -> None:
        """Nothing lies outside the folders of ccmon."""
        assert not list(self.cwd.iterdir()) and not list(self.folder.rglob("*[pP][wW][nN][eE][dD]*"))

    def _log(self) -> str:
        log = self.home / ".local/state/ccmon/ccmon.log"
        return "\n" + log.read_text() if log.exists() else ""


@lru_cache(maxsize=None)
def shared() -> Home:
    """The home of this process; gone with it."""
    folder = tempfile.mkdtemp(prefix="ccmon-hostile-")
    atexit.register(shutil.rmtree, folder, True)
    return Home(Path(folder))
