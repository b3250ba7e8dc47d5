"""What tokens cost: the price of a model by its id, from the user's own prices or the table. Unknown models have no price."""

import re
from functools import lru_cache
from typing import Mapping, NamedTuple, Optional, Protocol, Tuple

from ccmon.model import Used
from ccmon.usage.price_table import BEDROCK, FAMILIES, FAST, LONG_CONTEXT, LONG_TOKENS

_FAST = "-fast"
_ID = re.compile(r"(?:openrouter/)?(?:anthropic/)?(?P<bedrock>(?:(?P<region>[a-z]+)\.)?anthropic\.)?"
                 r"(?P<family>claude-[a-z0-9.-]+?)(?:[-@][0-9]{8})?(?:-v[0-9](?::[0-9])?)?(?:\[1m\])?(?P<fast>-fast)?")


class Price(NamedTuple):
    """USD per million tokens of each kind."""

    input: float
    output: float
    cache_5m: float                    # written for five minutes
    cache_1h: float                    # written for an hour
    cache_read: float
    long: Optional[Tuple[float, ...]] = None   # the same five for tokens of that kind beyond 200,000, where those differ

    def times(self, factor: float) -> "Price":
        """All prices multiplied."""
        plain = [rate * factor for rate in self.plain]
        return Price._make([*plain, self.long and tuple(rate * factor for rate in self.long)])

    @property
    def plain(self) -> Tuple[float, ...]:
        """The first five."""
        return self.input, self.output, self.cache_5m, self.cache_1h, self.cache_read


class Usage(Protocol):
    """The tokens of one answer, and what its line in the log says that they cost (USD, None as a rule)."""

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
    """What the answer cost in USD: what its line says, else by the prices; None when the model is unknown."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    tokens = (usage.input, usage.output, usage.cache_5m, usage.cache_1h, usage.cache_read)
    if not any(tokens):
        return 0.0
    price = lookup(usage.model, own) if usage.model else None
    return None if price is None else _sum(tokens, price)


def used_usd(used: Used, own: Mapping[str, Price]) -> Optional[float]:
    """What the tokens of an hour cost together, in USD; None when the model is unknown.

    Two things are no longer known of a sum: all that was written to the cache counts as written for five minutes, and no
    answer as one of a long context.
    """
    tokens = (used.input, used.output, used.cache_creation, 0, used.cache_read)
    if not any(tokens):
        return 0.0
    price = lookup(used.model, own) if used.model else None
    return None if price is None else _sum(tokens, price._replace(long=None))


def _sum(tokens: Tuple[int, ...], price: Price) -> float:
    total = 0.0
    for number, rate, dearer in zip(tokens, price.plain, price.long or price.plain):
        total += min(number, LONG_TOKENS) * rate + max(0, number - LONG_TOKENS) * dearer
    return total / 1_000_000


def lookup(model: str, own: Mapping[str, Price]) -> Optional[Price]:
    """The price of the model: the user's own with the longest name that the id begins with, else that of the table."""
    names = [name for name in own if _begins(model, name)] if own else []
    if not names:
        return _listed(model)
    name = max(names, key=len)
    # A price of one's own is the plain one, unless its name says fast too.
    return own[name] if _FAST in name else own[name].times(_fast(model))


def _begins(model: str, name: str) -> bool:
    """Names in config.ini are in small letters; a vendor before the id may be left out."""
    bare = model.lower().rpartition("/")[2]
    return model.lower().startswith(name) or bare.startswith(name)


def _fast(model: str) -> float:
    """What fast mode multiplies the prices with; 1 without it."""
    found = _ID.fullmatch(model)
    return FAST.get(_family(found), 1.0) if found and found["fast"] else 1.0


def _family(found: "re.Match[str]") -> str:
    return found["family"].replace(".", "-")


@lru_cache(maxsize=256)
def _listed(model: str) -> Optional[Price]:
    """The price by the table. Only ids that are understood to the last letter have one."""
    found = _ID.fullmatch(model)
    family = _family(found) if found else ""
    if found is None or family not in FAMILIES:
        return None
    factor: Optional[float] = _fast(model)
    if found["bedrock"]:
        factor = None if found["fast"] else BEDROCK.get(family, {}).get(found["region"] or "")
    return None if factor is None else Price(*FAMILIES[family], LONG_CONTEXT.get(family)).times(factor)
