"""The numbers at one time under the settings of a call: what every view shows."""

from __future__ import annotations

from ccmon.model import Facts, Login, Snapshot
from ccmon.quick_typing import TYPE_CHECKING, Optional, Tuple
from ccmon.settings.context import Context
from ccmon.system import processes
from ccmon.text import with_name

if TYPE_CHECKING:
    from ccmon.usage.utilization import Options


def snapshot(ctx: Context, facts: Facts, now: int, plan: Optional[str] = None) -> Snapshot:
    """The numbers at `now` (epoch s), under another plan where one is named; commands in warnings as they are typed here."""
    from ccmon.usage import compute  # most of the history does without
    result = compute.assess(facts, usage_options(ctx, facts.reported.login, plan), ctx.zone, now,
                            stale_after_s=ctx.stale_after_s(facts.reported.source))
    return result._replace(warnings=tuple(
        notice._replace(text=with_name(notice.text, processes.own_command(ctx.callers_env)))
        if "ccmon " in notice.text else notice for notice in result.warnings))


def usage_options(ctx: Context, login: Login, plan: Optional[str] = None) -> Options:
    """What the settings ask for of the account of that login, or another plan."""
    from ccmon.usage.utilization import Options
    settings, (name, by_account) = ctx.settings, (plan, False) if plan else plan_of(ctx, login)
    return Options(plan=name, explicit_limit=None if plan else settings.explicit_limit, rule=settings.reset,
                   plans=settings.plans, by_account=by_account)


def plan_of(ctx: Context, login: Login) -> Tuple[str, bool]:
    """The name of the plan in force, and whether it is the account's own: so where none is set."""
    is_own = bool(login.plan) and ctx.settings.origin["plan"] == "default" and ctx.demo is None
    return (login.plan, True) if is_own else (ctx.settings.plan, False)
