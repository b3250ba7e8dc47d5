"""What tokens cost: the price of a model by its id, from the user's own prices or the table. Unknown models have no price."""

from __future__ import annotations

import re
from functools import lru_cache

from ccmon.model import UsageRow
from ccmon.quick_typing import Mapping, NamedTuple, Optional, Protocol, Tuple, Union
from ccmon.usage.price_table import LONG_TOKENS

_FAST = "-fast"
_VENDOR = re.compile(r"[/:]|\.(?=[a-z])|(?<![a-z0-9])(?=claude-)")   # behind these, an id begins as others do that lack them
_DASHES = str.maketrans(".@", "--")


class Large(NamedTuple):
    """The prices of an answer whose context (input and cache) has more tokens than size: all its tokens have them."""

    size: int
    rates: Tuple[float, ...]           # of the five kinds


class Price(NamedTuple):
    """USD per million tokens of each kind."""

    input: float
    output: float
    cache_5m: float                    # written for five minutes
    cache_1h: float                    # written for an hour
    cache_read: float
    # The same five for tokens of that kind beyond 200,000, where those differ; or those of a large context
    long: Union[None, Tuple[float, ...], Large] = None

    def times(self, factor: float) -> "Price":
        """All prices multiplied."""
        plain = [rate * factor for rate in self.plain]
        if isinstance(self.long, Large):
            return Price._make([*plain, Large(self.long.size, tuple(rate * factor for rate in self.long.rates))])
        return Price._make([*plain, self.long and tuple(rate * factor for rate in self.long)])

    @property
    def plain(self) -> Tuple[float, ...]:
        """The first five."""
        return self.input, self.output, self.cache_5m, self.cache_1h, self.cache_read


class Usage(Protocol):
    """The tokens of one answer, and their cost in its line of the log (USD, None as a rule)."""

    @property
    def model(self) -> Optional[str]:
        """Id of the model, with -fast behind it in fast mode; None when no model was asked."""

    @property
    def input(self) -> int:
        """Tokens, as all those below."""

    @property
    def output(self) -> int: ...

    @property
    def cache_5m(self) -> int: ...

    @property
    def cache_1h(self) -> int: ...

    @property
    def cache_read(self) -> int: ...

    @property
    def cost_usd(self) -> Optional[float]: ...


def cost_usd(usage: Usage, own: Mapping[str, Price]) -> Optional[float]:
    """Cost of the answer in USD: that of its line, else by the prices; None when the model is unknown."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    tokens = (usage.input, usage.output, usage.cache_5m, usage.cache_1h, usage.cache_read)
    if not any(tokens):
        return 0.0
    price = lookup(usage.model, own) if usage.model else None
    return None if price is None else _sum(tokens, price)


def used_usd(used: UsageRow, own: Mapping[str, Price]) -> Optional[float]:
    """What the tokens of an hour cost together, in USD; None when the model is unknown.

    A sum lacks two things: all that was written to the cache counts as written for five minutes, and no answer as one of a
    long context.
    """
    tokens = (used.input, used.output, used.cache_creation, 0, used.cache_read)
    if not any(tokens):
        return 0.0
    price = lookup(used.model, own) if used.model else None
    return None if price is None else _sum(tokens, price._replace(long=None))


def _sum(tokens: Tuple[int, ...], price: Price) -> float:
    plain: Tuple[float, ...] = price[:5]
    dearer = price.long or plain
    if isinstance(dearer, Large):
        plain = dearer = dearer.rates if sum(tokens) - tokens[1] > dearer.size else plain
    if max(tokens) <= LONG_TOKENS:     # nearly all; in the same order, so that it is the same sum
        given, made, five, hour, read = tokens
        return (given * plain[0] + made * plain[1] + five * plain[2] + hour * plain[3] + read * plain[4]) / 1_000_000
    total = 0.0
    for number, rate, beyond in zip(tokens, plain, dearer):
        total += min(number, LONG_TOKENS) * rate + max(0, number - LONG_TOKENS) * beyond
    return total / 1_000_000


def lookup(model: str, own: Mapping[str, Price]) -> Optional[Price]:
    """The price of the model: the user's own with the longest name that the id begins with, else that of the table."""
    names = [name for name in own if _begins(model, name)] if own else []
    if not names:
        return _listed(model)
    name = max(names, key=len)
    # A price of one's own is the plain one, unless its name says fast too.
    return own[name] if _FAST in name else own[name].times(_fast(model))


def plain_rates(model: str, own: Mapping[str, Price]) -> Optional[Tuple[float, ...]]:
    """USD per million tokens of the five kinds in an answer of up to LONG_TOKENS in all; None where it needs cost_usd."""
    price = lookup(model, own)
    is_plain = price is not None and not (isinstance(price.long, Large) and price.long.size < LONG_TOKENS)
    return price.plain if price is not None and is_plain else None


def token_rates(model: str, own: Mapping[str, Price] = {}) -> Optional[Tuple[float, ...]]:  # noqa: B006
    """USD per token of input, output, what is written to the cache and what is read from it; None when the model is unknown."""
    price = lookup(model, own)
    return price and tuple(rate / 1e6 for rate in (price.input, price.output, price.cache_5m, price.cache_read))


def _begins(model: str, name: str) -> bool:
    """Names in config.ini are in small letters; what providers put before the id may be left out, and . and @ be -."""
    small = model.lower()
    if small.startswith(name):
        return True
    dashed, wanted = small.translate(_DASHES), name.translate(_DASHES)
    return dashed.startswith(wanted) or any(dashed.startswith(wanted, match.end()) for match in _VENDOR.finditer(small))


def _fast(model: str) -> float:
    """What fast mode multiplies the prices with; 1 without it."""
    if not model.endswith(_FAST):
        return 1.0
    from ccmon.usage import priced
    row = priced.find(model[:-len(_FAST)])
    return row.fast if row else 1.0


@lru_cache(maxsize=1024)
def _listed(model: str) -> Optional[Price]:
    """The price by the table. What ends in -fast is a model in fast mode, where it has one, else it may be a model."""
    from ccmon.usage import priced  # not for the start of a command that asks for no price
    factor = _fast(model)
    is_model = not model.endswith(_FAST) or factor == 1 and priced.is_listed(model)
    row = priced.find(model if is_model else model[:-len(_FAST)])
    if row is None:
        return None
    return Price(*row.rates, Large(row.size, row.large) if row.large else row.beyond).times(factor)
