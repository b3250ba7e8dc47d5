"""What `ccmon doctor` and `ccmon why` say of Claude Code's own file."""

import pytest
from claude_account import HOUR, NOW, text
from scenes import FixedZone

from ccmon.doctor.check import Commands
from ccmon.doctor.files import verdict
from ccmon.model import LearnedLimit, Login, Snapshot, Source
from ccmon.usage import account_json
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.views.evidence import Evidence, account_document
from ccmon.views.why_numbers import account as account_lines

pytestmark = pytest.mark.newest_only

FOUND = account_json.parse(text())
NOTE = AccountNote("1.2.3", "/home/u/.claude.json", NOW, 0, "", FOUND.login, FOUND.credits)


def learned(tokens, low=0.9, high=1.1):
    return LearnedLimit(tokens, round(low * tokens), round(high * tokens), "cost")


UNREAD, UNASKED = AccountNote(), AskedNote()


def stored(note=UNREAD, learned=None, asked=UNASKED):
    return note, learned, asked


@pytest.mark.parametrize("account, is_read, state, says", [
    (stored(), True, "ok", "has not been read so far"), (stored(NOTE), False, "ok", "account_file = no"),
    (stored(NOTE), True, "ok", "reads /home/u/.claude.json, 2h 00m old (off: account_file = no)"),
    (stored(NOTE._replace(fault="it is not there")), True, "hint", "is not read: it is not there"),
    (stored(NOTE, None, AskedNote(NOW, 1, account_json.NO_PLAN.sentence, (), True)), True, "hint",
     "claude is not logged in to a plan that has limits"),
    (stored(NOTE, learned(140_000)), True, "ok", "account_file = no"),
    (stored(NOTE, learned(80_000)), True, "ok", "account_file = no"),
    (stored(NOTE, learned(36_000)), True, "hint", "plan max20 by Claude Code's own file, which is as old as the last "
     "login; the learned limit, about 36,000 tokens, is nearer to max5"),
    (stored(NOTE, learned(36_000, high=9)), True, "ok", "account_file = no"),
    (stored(NOTE._replace(login=Login("x")), learned(9)), True, "ok", "account_file = no"),
])
def test_the_verdict(account, is_read, state, says):
    check = verdict(*account, is_read, NOW + 2 * HOUR, Commands("/home/u"))
    assert (check.state, check.mend is not None) == (state, state == "hint") and says in check.says


@pytest.mark.parametrize("note, dropped, expected", [
    (AccountNote(), 0, []),
    (AccountNote(), 2, ["2 members of the last status line left out: no reset, or no percentage that can be"]),
    (NOTE, 0, ["~/.claude.json", f"login {NOTE.login.account}, plan max20, tier default_claude_max_20x",
               "its windows are of 17:00, 2h 00m old", "extra usage: $3.41 of $50"]),
    (NOTE._replace(dropped=1, fault="it was cut off", credits=()), 3, [
        "~/.claude.json", f"login {NOTE.login.account}, plan max20, tier default_claude_max_20x",
        "its windows are of 17:00, 2h 00m old", "! it is not read now: it was cut off; what stands here was read before",
        "1 member of this file left out: no reset, or no percentage that can be",
        "2 members of the last status line left out: no reset, or no percentage that can be"]),
])
def test_why_says_where_it_stands_how_old_it_is_and_what_was_left_out(note, dropped, expected):
    snapshot = Snapshot(*[None] * 15)._replace(now=NOW + 2 * HOUR, source=Source())
    evidence = Evidence(snapshot, FixedZone(), *[None] * 11)._replace(account=note, windows_dropped=dropped, home="/home/u")
    assert list(account_lines(evidence, 80)) == expected
    assert (account_document(evidence) is None) is (note == AccountNote())
