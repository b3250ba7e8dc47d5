"""Rows M of tests/faults/README.md, a newer Python: what is private in the standard library may be gone or another one."""

import ast
import importlib
import json
import pkgutil
import subprocess
import sys
import types
from functools import lru_cache
from pathlib import Path

import own_sources
import pytest

import ccmon
from ccmon import checked
from ccmon.sources import hook

ROOT = Path(ccmon.__file__).resolve().parent.parent
WITH_FALL_BACK = {                     # tests here provoke them, and test_quick_typing.py
    *((path, name) for path in ("ccmon/sources/hook.py", "ccmon/checked.py") for name in ("_json", "_json.make_scanner")),
    ("ccmon/checked.py", "_json.make_encoder"), ("ccmon/checked.py", "_json.encode_basestring_ascii"),
    ("ccmon/quick_typing.py", "collections._tuplegetter"), ("ccmon/output.py", "_locale"),
    *((f"ccmon/{path}.py", "_signal") for path in ("system/signals", "fullscreen/guardian", "fullscreen/screen_signals")),
    ("ccmon/settings/config.py", "_sha2"), ("ccmon/settings/config.py", "_sha2.sha256"),
    ("ccmon/blake.py", "_blake2"), ("ccmon/blake.py", "_blake2.blake2b")}
OF_NAMED_TUPLES = {"_replace", "_asdict", "_fields", "_make"}
DOCUMENTED = {"_exit", "_thread", "__future__"}        # with an underscore, and in Python's manual all the same
SUBMODULES = {"concurrent.futures", "os.path", "http.client", "importlib.machinery", "importlib.metadata", "importlib.util",
              "urllib.error", "urllib.parse", "urllib.request"}
CLAUDES = """{"model": {"id": "x", "ą": "\\u0105\\n"}, "z": null,
    "rate_limits": {"five_hour": {"used_percentage": 3.5, "n": [1, -2e3]}}}"""


# --- the scanner of JSON --------------------------------------------------------------------------------------------------

def scanner_of_a_newer_python(rules):
    return rules.hook_of_python_3_99


def scanner_with_other_arguments(rules, *, depth):
    return rules, depth


def scanner_that_answers_otherwise(_rules):
    return lambda _text: {}


@pytest.mark.parametrize("private", [
    None, {}, {"make_scanner": scanner_of_a_newer_python}, {"make_scanner": scanner_with_other_arguments},
    {"make_scanner": scanner_that_answers_otherwise}], ids=["no _json", "no scanner", "asks more", "arguments", "answer"])
def test_M01_claudes_json_is_read_by_whatever_scanner_a_python_has(private, monkeypatch):
    stand_in = private if private is None else types.SimpleNamespace(**private)
    monkeypatch.setitem(sys.modules, "_json", stand_in)
    assert hook.parse(CLAUDES) == json.loads(CLAUDES)
    assert [hook.parse(text) for text in ("", "{", "[1,", "NaN", '"a\tb"', "{} more")] == [None, None, None, "NaN", "a\tb", {}]
    for read in (checked.value, checked.unchecked_value):
        assert read(f" {CLAUDES}\n") == json.loads(CLAUDES)
        for text in ("", "{", "[1,", "NaN", '"a\tb"', "{} more", "1" * 5000, "[" * 100_000):
            with pytest.raises((ValueError, RecursionError)):
                read(text)


@pytest.mark.parametrize("private", [
    {}, None, {"make_encoder": lambda *_: "other", "encode_basestring_ascii": repr}, {"make_encoder": None}],
    ids=["its own", "no _json", "answer", "no encoder"])
def test_M01_json_is_written_by_whatever_encoder_a_python_has(private, monkeypatch):
    if private != {}:
        monkeypatch.setitem(sys.modules, "_json", private if private is None else types.SimpleNamespace(**private))
    for value in ({"a": [1, 2.5, 1e300, -0.0, None, True, "é\"\n\u2028\ud800", (), {}], "b": {"c": 10 ** 30}}, "x", [], 0.1):
        assert checked.json_text(value) == json.dumps(value)
    with pytest.raises(TypeError):
        checked.json_text({"a": object()})


def test_M01_nothing_is_missed_where_a_python_lacks_its_private_modules():
    """What is loaded in the place of each is what Python documents, and does the same."""
    code = ("import hashlib, locale, signal, sys\nfor name in sys.argv[2:]: sys.modules[name] = None\n"
            "from ccmon.settings import config\nfrom ccmon import output\nfrom ccmon.system import signals\n"
            "from ccmon.fullscreen import screen_signals\n"
            "from ccmon.sources import log_entries\n"
            "print(log_entries.digest('a'), config.owner({'HOME': '/home/a'}).account, output.utf8(),\n"
            "      output.installed_locale(), *map(int, (*signals.heeded(), signals.STOP or 0, *screen_signals.SIZE_CHANGED)),\n"
            "      output.locale.__name__, signals.signal.__name__)")
    outs = [subprocess.run([sys.executable, "-c", code, "--", *hidden], cwd=ROOT, capture_output=True, text=True).stdout.split()
            for hidden in ((), ("_sha2", "_blake2", "_signal", "_locale"))]
    assert len(outs[0]) > 5 and outs[0][:-2] == outs[1][:-2]
    assert (outs[0][-2:], outs[1][-2:]) == (["_locale", "_signal"], ["locale", "signal"])


# --- nothing private ------------------------------------------------------------------------------------------------------

def defined(nodes):
    """The names that a file gives: of attributes, functions, classes and values."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store):
            yield node.attr if isinstance(node, ast.Attribute) else node.id


def private_names(nodes, own):
    """What is private in the standard library, or in a module of it that its manual does not have; own: names given by us."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] != "ccmon":
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute) and node.attr not in own and node.attr not in OF_NAMED_TUPLES:
            names = [node.attr]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr") and len(node.args) > 1:
            names = [getattr(node.args[1], "value", "")]
        else:
            continue
        for name in names:
            parts = str(name).split(".")
            hidden = [part for part in parts if part[:1] == "_" and not part.endswith("__") and part not in DOCUMENTED]
            package = ".".join(parts[:2])
            nested = isinstance(node, (ast.Import, ast.ImportFrom)) and package not in SUBMODULES and is_module(package)
            if hidden or nested:
                yield str(name)


@lru_cache(maxsize=None)
def is_module(name):
    """Whether it is a module inside a package of the standard library."""
    package, _, inner = name.partition(".")
    if package[:1] == "_":             # found as private; not every Python has it
        return False
    path = getattr(importlib.import_module(package), "__path__", None) if inner and package != "ccmon" else None
    return any(found.name == inner for found in pkgutil.iter_modules(path or []))


@own_sources.together
def test_M01_nothing_private_of_the_standard_library_is_used_but_with_a_fall_back():
    files = own_sources.nodes()
    own = {name for nodes in files.values() for name in defined(nodes)}
    found = {(f"ccmon/{room}.py", name) for room, nodes in files.items() for name in private_names(nodes, own)}
    assert len(files) > 100 and found == WITH_FALL_BACK


@pytest.mark.parametrize("code, name", [
    ("import _thread_", "_thread_"), ("from json.scanner import make_scanner", "json.scanner"), ("parser._actions", "_actions"),
    ("from argparse import _HelpAction", "argparse._HelpAction"), ("getattr(curses, '_x')", "_x"),
    ("import json.decoder", "json.decoder"), ("argparse._SubParsersAction", "_SubParsersAction"), ("os._exit(0)", None),
    ("sys.__stdout__", None), ("x._replace(a=1)", None), ("self._own = 1\nself._own", None), ("import urllib.request", None)])
def test_M01_that_search_sees_them(code, name):
    nodes = list(ast.walk(ast.parse(code)))
    found = list(private_names(nodes, set(defined(nodes))))
    assert (name in found) if name else not found
