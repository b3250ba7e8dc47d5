"""Asking the user's own claude program for the account's limits, where `official = claude` asks for it: experimental."""

import os

from ccmon.pipeline.account import paths
from ccmon.pipeline.history import History
from ccmon.quick_typing import Dict, Mapping
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources import ccusage, ccusage_output, program_search
from ccmon.usage import account_json, account_note
from ccmon.usage.account_json import ClaudeAnswer
from ccmon.usage.account_note import AskedNote


def ask_when_due(ctx: Context, history: History) -> None:
    """Ask where nothing fresher is stored; one process at a time, by the caller. A failure is noted, no error."""
    now = ctx.now()
    can_store = history.is_writable() and not ctx.is_stored_only
    if ctx.demo is not None or ctx.settings.official != "claude" or not can_store:
        return
    before = history.asked_note()
    newest_at = max((one.read_at for one in history.facts(now).reported.windows), default=0)
    if not account_note.is_due(before, newest_at, now):
        return
    login = history.account_note()
    answer = _answer(ctx, login.path, now)
    failed = bool(answer.sentence)
    note = AskedNote(now, before.failures + 1 if failed else 0, answer.sentence,
                     before.credits if failed else answer.account.credits, answer.is_lasting)
    history.write_asked(note, answer.account.windows, login.login.account)


def _answer(ctx: Context, file: str, now: int) -> ClaudeAnswer:
    try:
        env = environment(ctx.env, file)
        program = program_search.find_claude(env, ctx.paths.home)
        return account_json.parse_answer(ccusage.ask_claude(program, account_json.REQUEST, ctx.settings.timeout, env,
                                                      ctx.paths.home), now)
    except ccusage_output.Failed as err:
        return ClaudeAnswer(account_json.NOTHING, str(err), isinstance(err, ccusage_output.NotFound))


def environment(env: Mapping[str, str], file: str) -> Dict[str, str]:
    """Of a list of folders claude can use none: it is given the one whose file counts, or none where that is in the home."""
    named = [part.strip() for part in env.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    rest = {name: value for name, value in env.items() if name != "CLAUDE_CONFIG_DIR"}
    if not named:
        return rest
    account_path = file or next(iter(paths(env)), "")
    in_home = account_path == os.path.join(env.get("HOME", ""), config.LOGIN_FILE)
    return rest if in_home or not account_path else {**rest, "CLAUDE_CONFIG_DIR": os.path.dirname(account_path)}
