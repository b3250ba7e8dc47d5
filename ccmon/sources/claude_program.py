"""The door to the user's own claude program, which is asked for the account's limits where the user wants that.

It is run by the rules of ccusage: in a group of its own, with a time-out, with what it prints capped; none of it is left.
"""

from typing import Mapping, Optional, Sequence

from ccmon.sources import ccusage, program_folders
from ccmon.sources.cancel import Cancel
from ccmon.sources.ccusage import Failed, NotFound, Program, TooMuch, TooSlow
from ccmon.system import processes

__all__ = ["Failed", "NotFound", "ask", "find"]

WORDS = ("-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose", "--setting-sources", "",
         "--strict-mcp-config", "--no-session-persistence")
NESTED = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT")          # with these it refuses: it believes to be inside itself


def find(env: Mapping[str, str], home: Optional[str]) -> Program:
    """The claude on PATH, else where it is usually installed. Raises NotFound."""
    path = processes.which("claude", env) or program_folders.search(program_folders.folders(env, home), "claude", env)
    if path is None:
        raise NotFound("claude was not found", "Install Claude Code")
    return Program((path,), path)


def ask(program: Program, request: str, timeout_s: float, env: Mapping[str, str], home: Optional[str],
        words: Sequence[str] = WORDS) -> str:
    """What it prints when it is given that line. Raises Failed with one sentence."""
    child = {name: value for name, value in env.items() if name not in NESTED}
    try:
        ended = ccusage.run(program, words, timeout_s, child, home, _ignore, Cancel(), request.encode())
    except TooSlow:
        raise Failed(f"claude took longer than {timeout_s:g} s and was stopped", "It is asked again later") from None
    except TooMuch:
        raise Failed("claude printed too much and was stopped", "Update Claude Code") from None
    except Failed:
        raise Failed(f"{ccusage.shown(program.path)} could not be started", "Try: claude --version", missing=True) from None
    if ended.code != 0 and b'"control_response"' not in ended.out:
        how = f"was killed by signal {-ended.code}" if ended.code < 0 else f"failed with exit code {ended.code}"
        line = ccusage.error_line(ended.err.decode("utf-8", "replace")) or "it did not say why"
        raise Failed(f"claude {how}: {line.rstrip('.')}", "To see it, run: claude -p hello")
    return ended.out.decode("utf-8-sig", "replace")


def _ignore(_pid: int) -> None:
    pass
