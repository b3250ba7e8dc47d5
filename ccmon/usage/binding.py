"""Which limit decides how much is left: the one that is used up, else the one that runs out first, else the fullest."""

from __future__ import annotations

from ccmon.model import NEAR_PERCENT, Binding, Block, Limit, Runway, Window
from ccmon.quick_typing import List, NamedTuple, Optional, Sequence, Tuple
from ccmon.sources.session_json import label, length_s
from ccmon.usage.outlook import EARLY_RULES, is_likelihood
from ccmon.usage.utilization import Utilization

EARLY = 20                             # percent: before that a plain rate says little
SESSION = "five_hour"
LIKELY, HARDLY = 0.5, 0.4              # a window that was binding stays one down to the second
_CLEARLY_POINTS = 3.0                  # so much fuller
_CLEARLY_SLACK = 1.15                  # so much longer than to its reset
_CLEARLY_S = 1800                      # so much earlier
_RANKS = ("session", "near", "runs_out", "full")


class Candidate(NamedTuple):
    """A limit of the whole account, or of the only model in use."""

    name: str
    percent: float
    resets_at: int                     # epoch s
    full: bool
    forecast: Optional[Runway]         # None where its pace is unknown
    slack: float = 1.0                 # by a plain rate: the time until it is used up, of that until its reset
    whole: bool = True                 # False: of the one model in use


def tightest(windows: Sequence[Window], session: Optional[Candidate], block: Optional[Block], before: str,
            now: int) -> Optional[Binding]:
    """The tightest of the windows and the session; `before` is the name of the one that was, and why.

    A window of one model counts where the running session (block) uses that model alone. None without candidates.
    """
    candidates = [Candidate(one.name, one.percent, one.resets_at, one.percent >= 100, one.forecast, _slack(one, now),
                            one.scope == "account") for one in windows if one.name != SESSION and binds(one, block)]
    candidates += [session] if session else []
    name, _, why = before.partition(" ")
    ranked = [(_rank(one, why if one.name == name else ""), one) for one in candidates]
    best = max([rank for rank, _ in ranked], default=None)
    if best is None:
        return None
    among = [one for rank, one in ranked if rank == best]
    chosen = {3: _opens_last, 2: _runs_out_first, 1: _fullest, 0: _first}[best](among, name)
    return Binding(chosen.name, label(chosen.name), chosen.percent, chosen.resets_at, _why(chosen, best), chosen.forecast)


def binds(window: Window, block: Optional[Block]) -> bool:
    """Whether the window stops everything that runs: one of the account, or of the only model in use."""
    return window.scope == "account" or is_only_model(window.scope, block.models if block else ())


def is_only_model(name: str, ids: Sequence[str]) -> bool:
    """Whether all of these models are the one that a window's scope names (Opus 4.5)."""
    words = name.lower().replace(".", " ").replace("-", " ").split()
    return bool(ids) and all(_holds(one.lower().replace(".", "-").replace("_", "-").split("-"), words) for one in ids)


def _holds(parts: List[str], words: List[str]) -> bool:
    return any(parts[at:at + len(words)] == words for at in range(len(parts)))


def _slack(window: Window, now: int) -> float:
    """By the pace of the window so far."""
    whole_s, ahead_s = length_s(window.name), window.resets_at - now
    gone_s = (whole_s or 0) - ahead_s
    return (100 - window.percent) * gone_s / (window.percent * ahead_s) if min(gone_s, ahead_s, window.percent) > 0 else 1.0


def session_candidate(full: Utilization, limit: Limit, forecast: Optional[Runway], resets_at: int, now: int,
               ends_at: Optional[int]) -> Optional[Candidate]:
    """The running session; None without a percentage. ends_at: at the rate of the last hour."""
    if full.percent is None:
        return None
    over = full.percent > 100 and not limit.unknown or full.source == "official" and full.percent >= 100
    slack = 1.0 if ends_at is None else (ends_at - now) / max(1, resets_at - now)
    return Candidate(SESSION, full.percent, resets_at, over, forecast, slack)


def pace_runway(predicted_end: Optional[int], opens_at: int) -> Optional[Runway]:
    """The forecast of a session by the pace of the last hour; opens_at: when it begins anew."""
    if predicted_end is None:
        return None
    end = min(predicted_end, opens_at)
    return Runway(end, end, end, float(predicted_end < opens_at), "last_hour", resets_at=opens_at)


def runs_out(percent: float, forecast: Optional[Runway]) -> bool:
    """Whether a window more likely than not runs out before its reset; a rate says so from a fifth on."""
    if forecast is None or forecast.rule in EARLY_RULES and percent < EARLY:
        return False
    return forecast.probability >= LIKELY


def _rank(one: Candidate, why: str) -> int:
    """why: it was the tightest last time, "" for one that was not."""
    if one.full:
        return 3
    if runs_out(one.percent, one.forecast) or why in ("runs_out", "close") and _hardly_lasts(one):
        return 2
    return int(one.percent >= (NEAR_PERCENT - _CLEARLY_POINTS if why == "near" else NEAR_PERCENT))


def _why(one: Candidate, rank: int) -> str:
    """close: it was to run out last time, and lasts by so little that nothing else replaces it."""
    if rank == 2 and not runs_out(one.percent, one.forecast):
        return "near" if one.percent >= NEAR_PERCENT else "close"
    return _RANKS[rank]


def _hardly_lasts(one: Candidate) -> bool:
    """Whether it lasts by a forecast that is nearly even, or by a plain rate, which knows no likelihood, but only just."""
    if one.forecast is None or one.percent < EARLY and not is_likelihood(one.forecast):
        return False
    return one.forecast.probability >= HARDLY if is_likelihood(one.forecast) else one.slack < _CLEARLY_SLACK


def _opens_last(among: Sequence[Candidate], before: str) -> Candidate:
    return max(among, key=lambda one: (one.resets_at // 60, one.whole, one.name == before, one.name))


def _runs_out_first(among: Sequence[Candidate], before: str) -> Candidate:
    first = min(among, key=lambda one: (_end(one), one.name))
    stays = next((one for one in among if one.name == before), first)
    return first if _end(stays) - _end(first) > _CLEARLY_S else stays


def _fullest(among: Sequence[Candidate], before: str) -> Candidate:
    first = max(among, key=lambda one: (one.percent, one.name))
    stays = next((one for one in among if one.name == before), first)
    return stays if first.percent - stays.percent < _CLEARLY_POINTS else first


def _first(among: Sequence[Candidate], before: str) -> Candidate:
    """The session, else the week, else the fullest."""
    return min(among, key=lambda one: (one.name != SESSION, one.name != "seven_day", -one.percent, one.name))


def _end(one: Candidate) -> int:
    assert one.forecast is not None
    return one.forecast.median


def tightest_first(windows: Sequence[Window], chosen: Optional[Binding]) -> Tuple[Window, ...]:
    """What binds, then the others by how full they are."""
    name = chosen.name if chosen else SESSION
    return tuple(sorted(windows, key=lambda one: (one.name != name, -one.percent, one.resets_at, one.name)))
