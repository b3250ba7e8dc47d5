"""The accounts as they are now: what Claude Code has sent in each folder is taken into the history before it is read."""

from ccmon import line_answer
from ccmon.pipeline import refresh
from ccmon.quick_typing import List
from ccmon.settings import accounts, config
from ccmon.settings.context import Context, for_account
from ccmon.usage.accounts import ListedAccount, next_account


def current_accounts(ctx: Context) -> List[ListedAccount]:
    """Every account of this machine and of merged histories, in the order in which they are gone through. Raises CcmonError."""
    env = ctx.callers_env
    if ctx.demo is not None:
        return []
    for group in accounts.folder_groups(env, ctx.settings):
        own = config.with_folders(env, group.folders)
        cache = line_answer.folder(own)
        refresh.take_readings(ctx._replace(env=own, cache=cache, owner=group.owner, chosen=None, asked_env=None))
    return accounts.all_accounts(env, ctx.settings, ctx.paths.store, ctx.now())


def shown_name(ctx: Context, there: List[ListedAccount]) -> str:
    """The name of the one that this call shows; "" where it is none of them."""
    if ctx.chosen:
        word = ctx.chosen.name
        return next((one.name for one in there if word in one.all_names), "")
    return next((one.name for one in there if one.owner == ctx.owner and one.is_last and not one.is_merged), "")


def following(ctx: Context) -> "tuple[Context, int, int]":
    """The context for the next account, its number among them from 1 on, and how many there are; the same one where there is no
    other. Raises CcmonError."""
    there = current_accounts(ctx)
    name = shown_name(ctx, there)
    if not there or len(there) == 1 and name:
        return ctx, 1, 1
    at, account = next_account(there, name)
    return for_account(ctx, accounts.shown_account(account, account.name, ctx.callers_env)), at + 1, len(there)
