"""What one call works with: its settings, places, zone and owner, joined from flags, environment and configuration."""

from typing import Mapping, NamedTuple, Optional, Tuple

from ccmon import linecache
from ccmon.model import CcmonError, Facts, Given, Login, Owner, Snapshot, Source, UsageError
from ccmon.settings import config, options, own_themes
from ccmon.system import clock
from ccmon.usage import compute


class Context(NamedTuple):
    """The settings in force and where things are."""

    env: Mapping[str, str]
    paths: config.Paths
    cache: Optional[str]               # folder of the line cache
    owner: Owner
    settings: options.Settings
    zone: clock.Zone
    background: bool = False           # the detached refresher: no process but one ccusage
    utf8: bool = True                  # the locale that a line is for
    demo: Optional[int] = None         # start of the simulated session, None on real data

    def now(self) -> int:
        """Epoch seconds, or what CCMON_NOW says."""
        return clock.now(self.env)

    def view(self, facts: Facts, now: int, plan: Optional[str] = None) -> Snapshot:
        """The numbers of one moment under these settings, or under another plan."""
        settings, (asked, by_account) = self.settings, (plan, False) if plan else self.plan_of(facts.login)
        choice = compute.Options(plan=asked, explicit_limit=None if plan else settings.explicit_limit, rule=settings.reset,
                                 plans=settings.plans, by_account=by_account)
        return compute.assess(facts, choice, self.zone, now, stale_after_s=self.stale_after_s(facts.source))

    def plan_of(self, login: Login) -> Tuple[str, bool]:
        """The plan that is asked for, and whether it is the account's own: so where none is set."""
        found = bool(login.plan) and self.settings.origin["plan"] == "default" and self.demo is None
        return (login.plan, True) if found else (self.settings.plan, False)

    def fresh_s(self, source: Source) -> float:
        """How long what was read counts as fresh: a slow source is asked less often."""
        return max(self.settings.line_ttl, 5 * source.took_s)

    def stale_after_s(self, source: Source) -> int:
        """Data older than this are marked as old."""
        return int(3 * max(self.fresh_s(source), self.settings.interval))


def prepare(flags: Mapping[str, Given], env: Mapping[str, str]) -> Context:
    """The context of a call on real data. UsageError names the place of a wrong setting."""
    paths = config.paths(env)
    try:
        sections = config.read(paths.config, options.SECTIONS)
        settings, zone = in_force(flags, options.from_environment(env), sections)
        clock.now(env)
    except CcmonError as err:
        raise UsageError(str(err)) from None
    return Context(env, paths, linecache.folder(env), config.owner(env), settings, zone, utf8=linecache.is_utf8(env))


def in_force(flags: Mapping[str, Given], environment: Mapping[str, Given],
             sections: Mapping[str, Mapping[str, Given]]) -> Tuple[options.Settings, clock.Zone]:
    """The settings and the zone that these layers make. CcmonError names the place of a wrong one."""
    layers = flags, environment, options.from_file(sections)
    settings = settings_of(layers, sections)
    return settings, _zone(settings.timezone, *layers)


def settings_of(layers: Tuple[Mapping[str, Given], Mapping[str, Given], Mapping[str, Given]],
                sections: Mapping[str, Mapping[str, Given]]) -> options.Settings:
    """The settings of these layers, with the plans, prices and themes of config.ini."""
    return options.resolve(*layers, options.plan_table(sections), options.price_table(sections), own_themes.table(sections))


def _zone(name: str, *layers: Mapping[str, Given]) -> clock.Zone:
    try:
        return clock.zone(name)
    except CcmonError as err:
        where = next((layer["timezone"].where for layer in layers if "timezone" in layer), "default")
        raise UsageError(f"{where}: {err}") from None
