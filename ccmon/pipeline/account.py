"""Claude Code's own file, brought into the history where it has changed: who is logged in, windows, credits; and the same asked
of the user's own claude program, where `official = claude` asks for it: experimental."""

import os

from ccmon.pipeline.history import History
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, Mapping, Optional, Tuple
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources import claude_files
from ccmon.usage import account_note
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.when import SKEW_S

if TYPE_CHECKING:
    from ccmon.sources.claude_files import FileText
    from ccmon.usage.account_json import AccountReport, ClaudeAnswer

NOT_JSON = "it was cut off, or is no JSON object"


def take(ctx: Context, history: History) -> None:
    """Bring what the file reports into the store, where it has changed; what was read before stays where it cannot be read."""
    if not history.has_account_changed():
        return
    before, files = history.account_note(), config.login_files(ctx.env)
    stamp = claude_files.stamp(files)
    note, account = chosen(before, claude_files.texts(files), stamp, ctx.now())
    if (note, account) != (before, None):
        history.write_account(note, account.windows if account else ())


def chosen(before: AccountNote, texts: "List[FileText]", stamp: str, now: int) -> "Tuple[AccountNote, Optional[AccountReport]]":
    """The note to store, and what the file that counts reports now; None where what was read before goes on to count."""
    from ccmon.usage import account_json  # where the file has changed
    read = [(one, account_json.parse(one.text)) for one in texts if not one.fault]
    faults = [(one, one.fault) for one in texts if one.fault] + [(one, NOT_JSON) for one, account in read if account is None]
    good = [(one, account) for one, account in read if account is not None]
    lost = next((fault for one, fault in faults if one.path == before.path or not good), "")
    if not good or lost:
        again = any(one.fault and not one.lasting for one in texts)
        return before._replace(stamp="" if again else stamp, fault=lost or "it is not there"), None
    text, account = max(good, key=lambda pair: (bool(pair[1].login.account), pair[1].login_at or pair[0].written_at))
    stamp = "" if account.read_at > now + SKEW_S else stamp    # of the future: it counts when the clock is right
    return AccountNote(stamp, text.path, account.read_at, account.dropped, "", account.login, account.credits,
                       before.before(account.login)), account


# --- asking -----------------------------------------------------------------------------------------------------------------

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


def _answer(ctx: Context, file: str, now: int) -> "ClaudeAnswer":
    from ccmon.sources import ccusage, ccusage_output, program_search  # where it is asked for
    from ccmon.usage import account_json
    from ccmon.usage.account_json import ClaudeAnswer
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
    account_path = file or next(iter(config.login_files(env)), "")
    in_home = account_path == os.path.join(env.get("HOME", ""), config.LOGIN_FILE)
    return rest if in_home or not account_path else {**rest, "CLAUDE_CONFIG_DIR": os.path.dirname(account_path)}
