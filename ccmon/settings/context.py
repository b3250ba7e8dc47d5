"""What one call works with: its settings, paths, zone and owner, joined from flags, environment and configuration."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice

from ccmon import line_answer, private
from ccmon.errors import CcmonError, UsageError
from ccmon.quick_typing import TYPE_CHECKING, Iterator, Mapping, NamedTuple, Optional, Tuple
from ccmon.settings import config, ini_sections, options
from ccmon.system import clock, processes
from ccmon.text import with_name
from ccmon.typed_values import Layer, Layers

if TYPE_CHECKING:
    from ccmon.model import Login, Owner, Source
    from ccmon.settings import accounts
    from ccmon.usage.accounts import Chosen


_LEAD, _MOST_NAMES = ".ccmon-", 20_000                 # as in newfiles.py
_TARGETS = ("bash", "zsh", "fish", "tmux", "claude")


class Context(NamedTuple):
    """The settings in force and where things are."""

    env: Mapping[str, str]
    paths: config.Paths
    cache: Optional[str]               # folder of the line cache
    owner: "Owner"
    settings: options.Settings
    zone: clock.TimeZone
    background: bool = False           # the detached refresher: no process but one ccusage
    utf8: bool = True                  # the locale that a line is for
    demo: Optional[int] = None         # start of the simulated session, None on real data
    chosen: Optional["Chosen"] = None  # the account that is shown, where one was named
    asked_env: Optional[Mapping[str, str]] = None          # the environment of the call, where `env` is another account's

    @property
    def callers_env(self) -> Mapping[str, str]:
        """The environment in which the call was made."""
        return self.env if self.asked_env is None else self.asked_env

    @property
    def line_cache(self) -> Optional[str]:
        """Folder in which the lines of this call lie: `cache` but for another account."""
        return self.cache if self.asked_env is None else line_answer.folder(self.asked_env)

    @property
    def is_stored_only(self) -> bool:
        """Whether it is about another machine, of which there is a merged history and nothing else."""
        return self.chosen is not None and self.chosen.is_merged

    def now(self) -> int:
        """Epoch seconds, or what CCMON_NOW says."""
        return clock.now(self.env)

    def zone_hint(self, now: int) -> str:
        """How to have the times of this computer's clocks, where the default zone is in force and they show others; else ""."""
        if self.demo is not None or self.settings.origin["timezone"] != "default":
            return ""
        here = clock.zone("local", now)
        if here.offset_s(now) == self.zone.offset_s(now):
            return ""
        words = f"Times of {self.zone.name}. This computer's: ccmon config set timezone local"
        return with_name(words, processes.own_command(self.callers_env))

    def plan_of(self, login: "Login") -> Tuple[str, bool]:
        """The name of the plan in force, and whether it is the account's own: so where none is set."""
        is_own = bool(login.plan) and self.settings.origin["plan"] == "default" and self.demo is None
        return (login.plan, True) if is_own else (self.settings.plan, False)

    def fresh_s(self, source: "Source") -> float:
        """How long what was read counts as fresh: a slow source is asked less often."""
        return max(self.settings.line_ttl, 5 * source.took_s)

    def stale_after_s(self, source: "Source") -> int:
        """Data older than this are marked as old."""
        return int(3 * max(self.fresh_s(source), self.settings.interval))


def prepare(flags: Layer, env: Mapping[str, str], switch: bool = True) -> Context:
    """The context of a call on real data, of the account that it names; without switch that of the environment. UsageError."""
    paths = config.paths(env)
    try:
        sections = config.read(paths.config, options.SECTIONS)
        settings, zone = in_force(flags, options.from_environment(env), sections)
        now = clock.now(env)
    except CcmonError as err:
        raise UsageError(err.what, err.way_out) from None
    ctx = Context(env, paths, line_answer.folder(env), config.owner(env), settings, zone, utf8=line_answer.is_utf8(env))
    if not (switch and settings.account):
        return ctx
    from ccmon.settings import accounts  # with the history: other calls do without
    where = _where("account", flags, options.from_environment(env), options.from_file(sections))
    return for_account(ctx, accounts.account_named(settings.account, where, env, settings, paths.store, now))


def for_account(ctx: Context, own: "accounts.ShownAccount") -> Context:
    """The context for that account; also from that of another one."""
    return ctx._replace(env=own.env, cache=line_answer.folder(own.env), owner=own.owner, chosen=own.chosen,
                        asked_env=ctx.callers_env)


def in_force(flags: Layer, environment: Layer, sections: Layers) -> Tuple[options.Settings, clock.TimeZone]:
    """The settings and the zone that these layers make. CcmonError names where a wrong one stands."""
    layers = flags, environment, options.from_file(sections)
    settings = settings_of(layers, sections)
    try:
        zone = clock.zone(settings.timezone)
    except CcmonError as err:
        raise UsageError(f"{_where('timezone', *layers)}: {err}") from None
    return settings, zone.with_dial(settings.clock)


def settings_of(layers: Tuple[Layer, Layer, Layer], sections: Layers) -> options.Settings:
    """The settings of these layers, with the plans, prices and themes of config.ini."""
    return options.resolve(*layers, options.plan_table(sections), options.price_table(sections),
                           ini_sections.theme_table(sections), ini_sections.account_table(sections))


def _where(name: str, *layers: Layer) -> str:
    return next((layer[name].where for layer in layers if name in layer), "default")


# --- what was left behind ---------------------------------------------------------------------------------------------------

def sweep(env: Mapping[str, str]) -> None:
    """Take away what a killed ccmon has left behind wherever ccmon itself makes files; the cache is swept when a line is written.
    Once in the life of this process; never an error."""
    folders = [folder for folder in dict.fromkeys([*private.temporary_folders(env), *_folders(env)]) if _may_hold_parts(folder)]
    if folders:
        from ccmon.system import newfiles  # as good as never
        newfiles.sweep(folders)


def _may_hold_parts(folder: str) -> bool:
    """Whether any name there begins as those of ccmon's unfinished files do."""
    with suppress(OSError, ValueError), os.scandir(folder) as entries:
        return any(one.name.startswith(_LEAD) for one in islice(entries, _MOST_NAMES))
    return False


def _folders(env: Mapping[str, str]) -> Iterator[str]:
    from ccmon.system import start_up_files  # `config` does without
    paths = config.paths(env)
    yield from (os.path.dirname(os.path.realpath(path)) for path in (paths.config, paths.store) if path)
    with suppress(CcmonError):
        yield from (os.path.dirname(os.path.realpath(start_up_files.path_of(target, env))) for target in _TARGETS)
