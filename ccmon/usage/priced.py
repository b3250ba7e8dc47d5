"""Finds the price of a model by its id in ccmon's lists, as ccusage 20 finds it in its own.

An id need not be listed: `us.anthropic.claude-sonnet-4-6-v1:0` holds one that is, `kimi-k2.5` is a part of one. Of several
the longest counts. Versions are distinguished: claude-opus-4 is not in claude-opus-4-9. `.` and `@` are as good as `-`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

from ccmon.quick_typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple
from ccmon.usage.price_table import FAMILIES

Rates = Tuple[float, float, float, float, float]   # USD per million tokens: input, output, cache 5 minutes, 1 hour, read
_LISTS = "ccmon.usage.price_lists."
_WORD = re.compile(r"[A-Za-z0-9]+")
_VERSION = re.compile(r"[-.]([0-9]+)")
_DATE_DIGITS = 8                       # 20250929 is a date, and no version
_DASHES = str.maketrans(".@", "--")


class PriceRow(NamedTuple):
    """The prices of a model."""

    rates: Rates
    beyond: Optional[Rates]            # for the tokens of a kind beyond 200,000
    size: int                          # in a context of more tokens than these, 0 for none,
    large: Optional[Rates]             # all tokens of the answer have these
    fast: float                        # what fast mode multiplies with


class _List:
    """Models and their prices, parsed when they are asked for; searched by words where none has just that id."""

    def __init__(self, *modules: str) -> None:
        self.prices: Dict[str, str] = {}
        for name in modules:
            for entry in import_module(_LISTS + name).TEXT.replace("\n", " ").split(";")[:-1]:
                price, _, models = entry.partition(": ")
                self.prices.update(dict.fromkeys(models.split(), price))
        self._index: Optional[_Index] = None

    @property
    def index(self) -> "_Index":
        """What an id is searched in."""
        self._index = self._index or _Index(self.prices)
        return self._index

    def row(self, model: str) -> PriceRow:
        """The price of one that is listed."""
        return _row(self.prices[model])

    def near(self, model: str) -> Optional[str]:
        """The longest of those that the id holds, or that hold the id; of the longest ones the first by its letters."""
        dashed, index = _dashed(model), self.index
        words = dict.fromkeys(_WORD.findall(model))
        inside = [name for word in words for name in index.by_word.get(word, ())
                  if _holds(model, name) or _holds(dashed, _dashed(name))]
        names = [*inside, *index.around(model, index.all), *index.around(dashed, index.all_dashed)]
        return min(names, key=lambda name: (-len(name), name)) if names else None


class _Index:
    """The ids of a list by their first words, and all of them as one text."""

    def __init__(self, models: Iterable[str]) -> None:
        self.dashed: Dict[str, str] = {}
        self.by_word: Dict[str, List[str]] = {}
        for model in sorted(models, reverse=True):                 # of two that differ in dashes the first counts
            self.dashed[_dashed(model)] = model
            word = _WORD.search(model)
            self.by_word.setdefault(word[0] if word else "", []).append(model)
        self.all = "\n".join(["", *models, ""])
        self.all_dashed = _dashed(self.all)

    def around(self, model: str, names: str) -> Iterator[str]:
        """Those that hold the id."""
        for at in _places(names, model):
            begin, end = names.rfind("\n", 0, at) + 1, names.index("\n", at)
            if _holds(names[begin:end], model):
                yield self.all[begin:end]


@lru_cache(maxsize=3)
def _list(*modules: str) -> _List:
    return _List(*modules)


_FIRST, _EXACT, _REST = ("first",), ("exact",), ("rest_1", "rest_2")


@lru_cache(maxsize=1024)
def find(model: str) -> Optional[PriceRow]:
    """The price of the model; None for an unknown model of an unknown family."""
    if not _WORD.search(model):
        return None
    first = _list(*_FIRST)
    if model in first.prices:
        return first.row(model)
    exact = _list(*_EXACT)
    named = model if model in exact.prices else exact.index.dashed.get(_dashed(model))
    if named:
        return exact.row(named)
    for names in (_FIRST, _REST):      # the last one is long: few ids need it
        models = _list(*names)
        name = model if model in models.prices else models.near(model)
        if name:
            return models.row(name)
    return next((find(listed) for family, listed in FAMILIES.items() if _holds(_dashed(model), family)), None)


def is_listed(model: str) -> bool:
    """Whether there is a model of just that id."""
    return any(model in _list(*modules).prices for modules in (_FIRST, _EXACT, _REST))


def _dashed(model: str) -> str:
    return model.translate(_DASHES)


def _row(text: str) -> PriceRow:
    """5 30 . 0.5 @272000 10 45 . 1 *2.5: rates, those in a context of more tokens, fast mode. + is beyond 200,000."""
    text, _, fast = text.partition(" *")
    text, _, large = text.partition(" @")
    text, _, beyond = text.partition(" +")
    size, _, large = large.partition(" ")
    given = [0.0 if part == "." else float(part) for part in text.split()[:2]]
    rates = _rates(text, (given[0], given[1], given[0] * 1.25, 0.0, given[0] * 0.1))
    return PriceRow(rates, _rates(beyond, rates) if beyond else None, int(size or 0), _rates(large, rates) if large else None,
               float(fast or 1))


def _rates(text: str, others: Rates) -> Rates:
    """Input, output, written, read; a dot is what the others have. Written for an hour costs twice the input."""
    read, out, written, cached = (other if part == "." else float(part)
                                  for part, other in zip(text.split(), (*others[:3], others[4])))
    return read, out, written, 2 * read, cached


# --- an id in another ----------------------------------------------------------------------------------------------------

def _holds(text: str, name: str) -> bool:
    """Whether the name is a part of the text, from one end of a word to another, and no version goes on behind it."""
    return any(not _alphanumeric(text[at - 1:at]) and _may_end(name, text[at + len(name):]) for at in _places(text, name))


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _may_end(name: str, rest: str) -> bool:
    if _alphanumeric(rest[:1]):
        return False
    version = _VERSION.match(rest) if "0" <= name[-1] <= "9" else None
    return version is None or len(version[1]) == _DATE_DIGITS and not _alphanumeric(rest[version.end():version.end() + 1])


def _alphanumeric(char: str) -> bool:
    return char.isascii() and char.isalnum()
