"""Claude Code's own file, brought into the history where it has changed: who is logged in, windows, credits."""

from ccmon.pipeline.history import History
from ccmon.quick_typing import TYPE_CHECKING, List, Optional, Tuple
from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.sources import claude_files
from ccmon.usage.account_note import AccountNote

if TYPE_CHECKING:
    from ccmon.pipeline.stored import AccountHistory
    from ccmon.sources.claude_files import FileText
    from ccmon.usage.account_json import AccountReport

paths = config.login_files
NOT_JSON = "it was cut off, or is no JSON object"


def has_changed(ctx: Context, history: "AccountHistory") -> bool:
    """Whether take() would find the file changed; False where it is not to be read, or nothing can be stored."""
    if ctx.demo is not None or not ctx.settings.account_file or not history.is_writable():
        return False
    before, stamp = history.account_note(), claude_files.stamp(paths(ctx.env))
    return stamp != before.stamp and (bool(before.path) or not set(stamp.split()) <= {claude_files.MISSING})


def take(ctx: Context, history: History) -> None:
    """Bring what the file reports into the store, where it has changed; what was read before stays where it cannot be read."""
    if not has_changed(ctx, history):
        return
    before, files = history.account_note(), paths(ctx.env)
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
    stamp = "" if account_json.is_ahead(account, now) else stamp       # it counts when the clock is right
    return AccountNote(stamp, text.path, account.read_at, account.dropped, "", account.login, account.credits,
                       before.before(account.login)), account
