"""Security, read from the sources: bandit's findings, what is put into SQL, the bounds of what ccmon depends on."""

import ast
import builtins
import configparser
import importlib
import os
import re
import subprocess
import sys

import pytest
from commands import ROOT
from extent import ALL

SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|WHERE|ON CONFLICT)\b")
KNOWN = {                              # variables in SQL, and why nobody else can say what they hold
    ("archive", "free"): "a number", ("archive", "one"): "min or max",
    ("check", "names"): "columns of a constant", ("check", "rule"): "of a constant",
    ("check", "table"): "of a constant", ("connection", "busy_ms"): "as :d, a number",
    ("connection", "named"): "letters, digits and underscores only", ("connection", "pragma"): "the word of a caller",
    ("database", "self"): "busy_ms as :d, a number", ("foreign", "_quoted"): "it puts names in quotes, their own quotes doubled",
    ("foreign", "columns"): "names of our own schema", ("foreign", "marks"): "question marks",
    ("foreign", "pragma"): "of a constant", ("foreign", "row"): "in quotes, as the table", ("foreign", "sums"): "of a constant",
    ("foreign", "table"): "in quotes, with its own quotes doubled, or a name of our own schema",
    ("foreign", "version"): "as :d, a number",
    ("join", "names"): "columns beside it", ("join", "table"): "the word of a caller, or of a constant",
    ("join_messages", "table"): "the word of a caller: model or project", ("learning", "first"): "of a constant",
    ("learning", "forecast"): "only its length", ("ledger", "table"): "one of two names beside it",
    ("merge", "pragma"): "of a constant", ("messages", "is_all"): "one of two words beside it",
    ("messages", "table"): "the word of a caller: model or project",
    ("present", "done"): "a condition beside it", ("present", "newest"): "a query beside it",
    ("reported", "names"): "of a constant", ("rows", "quote"): "in quotes, its own quotes doubled",
    ("schema", "default"): "of a constant beside it",
    ("schema", "end"): "words of a caller", ("schema", "lines"): "words of a caller", ("schema", "name"): "the word of a caller",
    ("schema", "table"): "minute or hour, or a name of our own schema", ("session_sums", "times"): "only its length",
    ("sessions", "select"): "a query beside it",
    ("usage", "rests"): "a condition beside it",
    ("window_readings", "name"): "of a constant", ("window_readings", "seconds"): "of a constant"}


def put_in(tree):
    """The expressions that are put into SQL text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and SQL.search("".join(part.value for part in node.values if hasattr(part, "value")
                                                                  and isinstance(part.value, str))):
            yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            of = node.func.value
            if isinstance(of, ast.Name) or isinstance(of, ast.Constant) and SQL.search(str(of.value)):
                yield from (*node.args, *(word.value for word in node.keywords))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
            sides = [side for side in (node.left, node.right) if not isinstance(side, ast.Constant)]
            if len(sides) == 1 and SQL.search(str(getattr(node.left, "value", "")) + str(getattr(node.right, "value", ""))):
                yield from sides


def rooms_of(tree):
    """The names under which a file knows other rooms of ccmon."""
    return {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
            if f"{node.module}.{alias.name}" in MODULES}


def variables(node, rooms=()):
    """The names in an expression that are neither constants of a module, nor modules, nor its own."""
    own = {name.id for part in ast.walk(node) if isinstance(part, ast.comprehension) for name in ast.walk(part.target)
           if isinstance(name, ast.Name)}
    found = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} - own
    return {name for name in found if not name.isupper() and not hasattr(builtins, name) and name not in rooms
            and not name[0].isupper()}


MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "ccmon").rglob("*.py")}
ROOMS = sorted((ROOT / "ccmon/store").glob("*.py"))


def test_what_is_put_into_sql_comes_from_the_source():
    """In the place of bandit's B608, which cannot tell a constant from data."""
    trees = {path.stem: ast.parse(path.read_text()) for path in ROOMS}
    found = {(room, name) for room, tree in trees.items() for node in put_in(tree) for name in variables(node, rooms_of(tree))}
    assert (found - set(KNOWN), set(KNOWN) - found) == (set(), set())


def test_no_other_room_speaks_sql():
    rooms = {path for path in (ROOT / "ccmon").rglob("*.py") if re.search(r"\.execute(many|script)?\(", path.read_text())}
    assert rooms <= set(ROOMS)


def test_this_test_would_see_data_in_sql():
    bad = ast.parse("""
db.execute(f"SELECT * FROM session WHERE host = '{host}'")
db.execute("SELECT * FROM session WHERE host = '%s'" % host)
db.execute("SELECT * FROM session WHERE host = " + host)
db.execute("SELECT * FROM session WHERE host = '{}'".format(host))
""")
    assert [variables(node) for node in put_in(bad)] == [{"host"}] * 4


def test_bandit_finds_nothing():
    """In the short form in the files that start programs or open connections."""
    pytest.importorskip("bandit", reason="bandit is not installed (it needs Python 3.10)")
    files = [str(path) for path in (ROOT / "ccmon").rglob("*.py") if ALL or re.search(
        r"subprocess|os\.exec|socket|urllib|mkstemp|eval\(|yaml|pickle|xml|hashlib|chmod", path.read_text())]
    done = subprocess.run([sys.executable, "-m", "bandit", "-q", *files, "--ini", "setup.cfg"], cwd=ROOT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


# --- what ccmon depends on ------------------------------------------------------------------------------------------------

def bounds(section, option):
    """{name: lowest version} of a list of requirements; None where none is named."""
    parser = configparser.ConfigParser()
    parser.read(str(ROOT / "setup.cfg"), encoding="utf-8")
    found = (re.match(r"([\w-]+)(?: *>= *([\w.]+))?", line) for line in parser[section][option].split("\n") if line.strip())
    return {match.group(1): match.group(2) for match in found if match}


def test_every_dependency_has_a_lowest_version():
    assert bounds("options", "install_requires") == {
        "pytz": "2019.1", "tabulate": "0.8.8", "windows-curses": None}
    assert bounds("options.extras_require", "ml") == {"scikit-learn": "1.0", "statsmodels": "0.13"}


@pytest.mark.skipif(not os.environ.get("LOWEST_VERSIONS"), reason="only where run.sh has installed the lowest versions")
@pytest.mark.parametrize("name", ["pytz", "tabulate"])
def test_the_whole_suite_runs_with_the_lowest_versions(name):
    """tests/run.sh installs them for the oldest Python; every other test is then one of them."""
    assert importlib.import_module(name).__version__ == bounds("options", "install_requires")[name]
