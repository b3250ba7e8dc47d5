"""Our own NamedTuple is that of typing, whatever is asked of it."""

import copy
import pickle
import subprocess
import sys
import typing

import pytest
from commands import ROOT

from ccmon import quick_typing
from ccmon.model import MergedOwner, Owner

SOURCE = '''
class Point(NamedTuple):
    """A place."""

    x: int
    label: "typing.Optional[NotYet]" = None
    y: float = 0.5

    @property
    def sum(self) -> float:
        """Of both."""
        return self.x + self.y

    def moved(self, by: int) -> "Point":
        return self._replace(x=self.x + by)

class Names(NamedTuple):
    self: int
    cls: int = 1
    new: int = 2

class Empty(NamedTuple):
    """None."""

class Subclass(Point):
    __slots__ = ()

class Wide(NamedTuple):
    {wide}

class WideLess(NamedTuple):
    {less}
'''.replace("{wide}", "\n    ".join(f"f{index}: int = {index}" for index in range(40))).replace(
    "{less}", "\n    ".join(f"f{index}: int" for index in range(40)))
MINE, THEIRS = ({"NamedTuple": base, "typing": typing, "__name__": "made"}
                for base in (quick_typing.NamedTuple, typing.NamedTuple))
exec(SOURCE, MINE)
exec(SOURCE, THEIRS)
ASKED = [
    "Point(1)", "Point(1, 'a', 2)", "Point(y=1, x=2)", "Point()", "Point(1, 2, 3, 4)", "Point(1, z=2)", "Point(1).sum",
    "Point(1).moved(2)", "Point(1)._replace(y=3)", "Point(1)._replace(z=3)", "Point(1)._asdict()", "Point._make([1, 2, 3])",
    "Point._make([1])", "Point._fields", "Point._field_defaults", "Point.__doc__", "Point.__name__", "Point.__qualname__",
    "Point.__module__", "Point.__slots__", "Point(1) == (1, None, 0.5)", "hash(Point(1)) == hash((1, None, 0.5))", "Point(1)[0]",
    "Point(1)[:2]", "sorted([Point(2), Point(1)])", "[*Point(1)]", "Point(1).w", "setattr(Point(1), 'x', 2)", "Point.sum.__doc__",
    "Names(0)", "Names(self=1, new=3)", "Names(0)._replace(self=2, cls=3)", "Names._make([1, 2, 3])",
    "Empty()", "Empty(1)", "Empty._fields", "Subclass(1)", "Subclass(1)._replace(x=2)",
    "type(Subclass(1)._replace(x=2)).__name__",
    "Wide()", "Wide(f39=1)[-1]", "Wide(1, f0=2)", "Wide(x=1)", "Wide(*range(41))", "WideLess()",
    "WideLess(*range(38), f39=1, f38=2)", "Wide(*range(40)) == Wide()", "isinstance(Point(1), tuple)",
    "Point.__annotations__['x']", "Point(1).__getnewargs__()", "Point.x.__get__(Point(7))", "type(Point).__name__"]


def outcome(words, names):
    try:
        return repr(eval(words, names))
    except (AttributeError, TypeError, ValueError):        # which of them depends on the version of Python
        return "refused"


@pytest.mark.parametrize("fallback", [False, True])
def test_it_does_what_that_of_typing_does(fallback):
    names = MINE if not fallback else {**MINE, **without_the_private_getter()}
    assert {words: outcome(words, names) for words in ASKED} == {words: outcome(words, THEIRS) for words in ASKED}


def without_the_private_getter():
    """The classes where collections has no descriptor of its own."""
    import collections
    spoilt = typing.cast(typing.Any, type(sys)("ccmon.quick_typing"))
    source = (ROOT / "ccmon/quick_typing.py").read_text(encoding="utf-8")
    kept = collections._tuplegetter
    try:
        del collections._tuplegetter
        exec(source, vars(spoilt))
    finally:
        collections._tuplegetter = kept
    made = {"NamedTuple": spoilt.NamedTuple, "typing": typing, "__name__": "made"}
    exec(SOURCE, made)
    return made


@pytest.mark.parametrize("body", ["x: int = 0\n    y: int", "_x: int", "x: int\n    def __new__(cls): pass", "_fields = 3",
                                  "x: int\n    def _replace(self): pass", "x: int\n    __slots__ = ()"])
def test_what_typing_refuses_is_refused(body):
    for names in (MINE, THEIRS):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            exec(f"class Wrong(NamedTuple):\n    {body}", dict(names))


def test_another_base_is_not_dropped_in_silence():
    with pytest.raises(TypeError):
        exec("class Wrong(NamedTuple, dict):\n    x: int", dict(MINE))


def test_values_can_be_copied_and_sent_to_other_processes():
    for value in (Owner("host", "1"), MergedOwner("host", "1")):
        for other in (copy.copy(value), copy.deepcopy(value), *(pickle.loads(pickle.dumps(value, each)) for each in range(6))):
            assert other == value and type(other) is type(value)


def test_making_a_class_compiles_nothing():
    code = ("import builtins, sys\nfrom ccmon.quick_typing import NamedTuple\n"
            "builtins.eval = builtins.exec = builtins.compile = None\n"
            "made = type(NamedTuple)\n"
            "class Point(NamedTuple):\n    x: int\n    y: int = 1\n"
            "print(Point(3))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Point(x=3, y=1)\n", "")
