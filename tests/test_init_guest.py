"""The line as a guest in a prompt: a session with it and one without print the same, whatever the hooks beside it look at."""

import os
import re
import subprocess

import pytest
from commands import PATIENCE_S
from line_shells import call, installed, program  # noqa: F401
from live_lines import live, warm
from terminal import Terminal

from ccmon.setup import snippets
from ccmon.setup.prompts import ABOVE, BARE, SHOWN

pytestmark = pytest.mark.newest_only

HOOKS = """
last_of() { echo "function:$? ${PIPESTATUS[*]} _:$_"; }
PS1='[$? ${PIPESTATUS[*]} $_ \\$]P> '
"""
BEFORE, ARRAY = 'PROMPT_COMMAND=\'echo "before:$? ${PIPESTATUS[*]} _:$_"; last_of\'\n', "PROMPT_COMMAND=(last_of 'true | true')\n"
EXPORTED = BEFORE + "export PROMPT_COMMAND PS1; export -f last_of; set -a\n"
READONLY = BEFORE + "readonly PROMPT_COMMAND PS1\n"
AFTER = 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }echo after:\\$? \\${PIPESTATUS[*]} \\$_"\n'
SESSION = r"""
true | false | true
echo "${PIPESTATUS[*]} $_"
(exit 7)
sleep 0 & p=$!
wait; [ "$!" = "$p" ]; echo $?; jobs
set -o; shopt; trap
trap 'echo "E:$BASH_COMMAND $?"' ERR; trap 'echo "R:$BASH_COMMAND"' RETURN
set -E
false
false && true
set +E; trap - ERR RETURN
set -x
:
set +x
set -euo pipefail
false && true
echo lives
set +eu +o pipefail
set -o posix
false | true
set +o posix; set -fC; IFS=c_; shopt -s extglob nullglob failglob nocasematch
:
set +fC; unset IFS; shopt -u extglob nullglob failglob nocasematch
readonly line before status
alias read=false printf=false
:
bash --norc -i </dev/null; exit_of_child=$?
PS1=${PS1/'${PIPESTATUS[*]}'} dash -i </dev/null
PS1=${PS1/'${PIPESTATUS[*]}'} busybox sh -i </dev/null
env -i bash --norc -i </dev/null
unset PS1 PROMPT_COMMAND
env | grep -i ccmon
bash -c 'declare -f | grep -i ccmon'
"""
TRAPS = r"""
trap 'echo "D:$BASH_COMMAND"' DEBUG
:
set -T
false | true
set +T; trap - DEBUG
shopt -s extdebug
:
shopt -u extdebug
"""
EXIT = "trap 'echo bye' EXIT\n"


LINE = {"bash": "CC \1\33[1m\2guest\1\33[0m\2 line", "zsh": "CC %Bguest%b line", "fish": "CC \33[1mguest\33[0m line"}


@pytest.fixture
def place(installed):
    """A machine on which the line is fresh, and for each shell one of its own."""
    live(installed)
    warm(installed, "--format", "plain")
    for shell, line in LINE.items():
        (installed.cache / shell).write_text(line + "\n")
    return installed


def session(machine, words, text, **env):
    """What an interactive shell prints, all of it, that reads these lines; the ids of processes left out."""
    program(words[0])
    done = subprocess.run(words, env=machine.env(**env), cwd=str(machine.cwd), input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=PATIENCE_S, start_new_session=True)
    return re.sub(r"(?<=\[1\] )\d+|\(\d+\)", "N", re.sub("[\1\2]", "", done.stdout.decode("utf-8", "replace")))


def bash(machine, rc, lines):
    (machine.home / "rc").write_text(rc)
    return session(machine, ["bash", "--noprofile", "--rcfile", str(machine.home / "rc"), "-i"], lines)


def block(machine, shell, where):
    """What `ccmon init --write` puts into the start-up file, or the words of the manual."""
    ccmon = str(machine.bin / "ccmon")
    if where == BARE:
        prompt = "PS1='${CCMON_LINE:+$CCMON_LINE }'$PS1\n" if shell == "bash" else ""
        return f'eval "$({ccmon} init {shell})"\n{prompt}:\n'
    return snippets.block(shell, snippets.SnippetValues(ccmon, [], "", "", "")._replace(where=where))


@pytest.mark.parametrize("where, before, after, more", [
    (SHOWN, "", AFTER, TRAPS), (SHOWN, EXPORTED, AFTER, TRAPS), (SHOWN, ARRAY, "", TRAPS), (ABOVE, "", "", TRAPS),
    (ABOVE, BEFORE, AFTER, TRAPS), (BARE, "", AFTER, ""), (BARE, EXPORTED, "", ""), (BARE, ARRAY, AFTER, "")])
def test_bash_shows_the_same_as_ever_and_the_line(place, where, before, after, more):
    line = re.sub("[\1\2]", "", LINE["bash"]) + ("\n" if where == ABOVE else " ")
    rc = HOOKS + before + ("(exit 3) && :\n" if where != BARE else ":\n")
    expected = bash(place, rc + after, EXIT + more + SESSION)
    shown = bash(place, rc + block(place, "bash", where) + after, EXIT + more + SESSION)
    assert shown.count(line) >= 30 and shown.replace(line, "") == expected
    assert "bye" in expected and "lives" in expected and expected.count("before:") >= 25 * ("before:" in before)


def test_what_may_not_be_changed_in_bash_stays_without_a_word(place):
    for rc in (READONLY, BEFORE + "shopt -u promptvars\n"):
        expected = bash(place, HOOKS + rc + ":\n", "false\n")
        for where in (SHOWN, ABOVE, BARE):
            ours = block(place, "bash", where).split("PS1=")[0]
            assert re.sub("CC .*\n", "", bash(place, HOOKS + rc + ours + ":\n", "false\n")) == expected
    assert "CC " in bash(place, HOOKS + "shopt -u promptvars\n" + block(place, "bash", ABOVE), "\n")
    rc = "trap ':' CHLD\nPS1='$ '\n"       # two $( ) in one command with such a trap are a syntax error (bash 5.2)
    assert all(bash(place, rc + block(place, "bash", where), ":\n").count("CC ") == 2 for where in (SHOWN, ABOVE))
    gone = block(place, "bash", SHOWN).replace("/ccmon", "/gone")
    assert bash(place, HOOKS + "(exit 3) && :\n" + gone, ":\n") == bash(place, HOOKS + "(exit 3) && :\n", ":\n")
    script = place.home / "script"
    script.write_text('echo "${PS1-none} ${CCMON_LINE-none}"')
    (place.home / "rc").write_text(block(place, "bash", SHOWN))
    assert call(place, ["bash", str(script)], BASH_ENV=place.home / "rc").out == "none none\n"


def test_a_trap_that_times_commands_does_not_time_the_prompt(place):
    timer = "trap 'began=${began-$BASH_COMMAND}' DEBUG\nPROMPT_COMMAND='echo \"<$began>\"; unset began'\nPS1='$ '\n"
    assert "<sleep 0>" in bash(place, timer + block(place, "bash", ABOVE), ":\nsleep 0\n")


def test_a_restricted_shell_says_nothing_and_has_no_line(place):
    (place.home / "rc").write_text("PS1='$ '\n" + block(place, "bash", SHOWN))
    (place.home / ".zshrc").write_text("unsetopt zle prompt_sp prompt_cr\nPROMPT='$ '\n" + block(place, "zsh", SHOWN))
    for words in (["bash", "--noprofile", "--rcfile", str(place.home / "rc"), "-r", "-i"], ["zsh", "-r", "-i"]):
        shown = session(place, words, "false\n")
        assert "restricted" not in shown and "CC" not in shown and "$ " in shown


ZSH_HOOKS = """
unsetopt zle prompt_sp prompt_cr
PROMPT='[%?]P> '
one() { print "one:$? $pipestatus _:$_" }
two() { print "two:$? $pipestatus _:$_" }
preexec() { print "preexec:$1" }
"""
ZSH_SESSION = r"""
true | false | true
print "$pipestatus $_"
sleep 0 & p=$!
wait; [[ $! == $p ]]; print $?; jobs
setopt; unsetopt; trap; functions | grep -c .
trap 'print "D:$ZSH_DEBUG_CMD"' DEBUG
false
trap - DEBUG; TRAPDEBUG() { print "T:$ZSH_DEBUG_CMD" }
:
unfunction TRAPDEBUG; trap 'print "E:$?"' ZERR
false
trap - ZERR; TRAPZERR() { print "Z:$?" }
false
unfunction TRAPZERR; setopt xtrace
:
unsetopt xtrace; setopt ksharrays shwordsplit noglob noclobber cshnullcmd
:
unsetopt ksharrays shwordsplit noglob noclobber cshnullcmd; trap 'print CHLD' CHLD
/bin/true
trap - CHLD; setopt allexport warncreateglobal
:
export RPROMPT PROMPT
zsh -f -i </dev/null
env | grep -i ccmon
print -r -- "$RPROMPT"
setopt errexit nounset
false && true
print lives
"""


@pytest.mark.parametrize("where", [SHOWN, BARE])
def test_zsh_shows_the_same_as_ever(place, where):
    ours, end = block(place, "zsh", where), ":\n" if where == BARE else "(exit 3) && :\n"
    def prints(rc):
        (place.home / ".zshrc").write_text(rc)
        return re.sub(r"(?m)^\d+$", "N", session(place, ["zsh", "-i"], ZSH_SESSION))       # how many functions there are
    rc = ZSH_HOOKS + "precmd_functions+=(one)\n", "precmd_functions+=(two)\n" + end
    without = prints("".join(rc))
    assert "lives" in without and without.count("two:") > 20
    for with_it in (ours + "".join(rc), rc[0] + ours + rc[1], "".join(rc) + ours):
        assert prints(with_it) == without


def test_zsh_has_the_line_in_the_right_prompt_only_while_it_stands(place):
    (place.home / ".zshrc").write_text("PROMPT='P> '; RPROMPT='mine $x'; export RPROMPT; unsetopt prompt_subst\n"
                                       + block(place, "zsh", SHOWN))
    with Terminal([program("zsh"), "-i"], columns=150, env=place.env(), cwd=str(place.cwd)) as term:
        term.wait_for("CC guest line")
        term.wait_until(lambda: term.lines()[0].endswith("mine $x"), "the prompt of before")
        term.send("env | sed -n '/^RPROMPT/s/^/<</p'; print \"<<$options[promptsubst]\"\r")
        term.wait_for("<<off")
        assert "<<RPROMPT=mine $x\n" in term.text().replace(" \n", "\n").replace(" \n", "\n")


FISH_HOOKS = """function fish_greeting; end
function fish_prompt; echo "[$status $pipestatus]" >>~/log; echo 'P> '; end
function one --on-event fish_prompt; echo "one:$status $pipestatus" >>~/log; end
function done --on-event fish_postexec; echo "done:$status $pipestatus $argv" >>~/log; end
"""
FISH_LAST = 'function two --on-event fish_prompt; echo "two:$status $pipestatus" >>~/log; end\n'
FISH_LINES = ["true | false | true", "false", "sleep 0 &", "set -l p $last_pid; wait; test $p = $last_pid; jobs >>~/log",
              "fish -N -c 'echo \"child $CCMON_LINE\"' >>~/log", "env | string match '*CCMON*' >>~/log",
              "echo (count $CCMON_LINE)", "echo the-end >>~/log"]


def test_fish_shows_the_same_as_ever(place):
    logs, log = [], place.home / "log"
    for ours in ("", block(place, "fish", SHOWN)):
        path = place.home / ".config/fish/config.fish"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FISH_HOOKS + ours + FISH_LAST)
        with Terminal([program("fish"), "-i"], columns=150, env=place.env(), cwd=str(place.cwd)) as term:
            term.wait_for("P>")
            for n, line in enumerate(FISH_LINES, 2):
                term.send(line + "\r")
                term.wait_until(lambda n=n: log.exists() and log.read_text().count("two:") >= n, line)
                if line.startswith("sleep"):
                    term.wait_for("has ended")         # told once, before the next prompt or after it
                term.wait_until(lambda: log.read_text().endswith("]\n"), "the prompt that comes after what hears of it")
            assert ("CC guest line" in term.text()) == bool(ours)
        logs.append(log.read_text())
        os.unlink(str(log))
    assert logs[0] == logs[1] and "the-end" in logs[0]


def test_fish_says_nothing_when_ccmon_or_its_interpreter_is_gone(place):
    path = place.home / ".config/fish/config.fish"
    path.parent.mkdir(parents=True)
    path.write_text(block(place, "fish", SHOWN))
    text = call(place, [str(place.bin / "ccmon"), "init", "fish"]).out
    (place.bin / "ccmon").write_text("#!/gone/python\n")
    assert call(place, [program("fish"), "-i", "-c", "true"]).err == ""
    (place.bin / "ccmon").unlink()
    done = call(place, ["fish", "-N", "-c", text + "_ccmon_usual=x _ccmon_refresh"])
    assert (done.code, done.out, done.err) == (0, "", "")


# bash 3.2 is macOS's; these came later
LATER = [r"\|&", r"&>>", r";;?&", r"\$\{\w+(\[[^]]*\])?(\^|,)", r"\$\{\w+(\[[^]]*\])?@\w\}",
         r"\b(declare|typeset|local) -\w*[Ang]",
         r"\b(mapfile|readarray|coproc)\b", r"\{\w+\}[<>]", r"\$\{?(EPOCH\w+|BASHPID|BASH_ARGV0|SRANDOM|PROMPT_DIRTRIM)\b",
         r"\[\[ -[vR] ", r"\[-\d+\]", r"printf -v", r"%\(", r"\bread -\w*[Ni]", r"\bwait -[np]", r"\$'[^']*\\u", r"\$\{ ",
         r"shopt -\w+ (autocd|globstar|lastpipe|inherit_errexit|localvar\w*|checkjobs|dirspell|direxpand)", r"\bexport -\w*p\b"]


@pytest.mark.parametrize("where", [BARE, SHOWN, ABOVE])
def test_bash_32_knows_every_construct(where):
    places = snippets.SnippetValues("/bin/ccmon", [], "/cache", "bash", "/config", where=where)
    text = snippets.TARGETS["bash"](places) + snippets.block("bash", places)
    assert [pattern for pattern in LATER if re.search(pattern, text)] == []
    for newer in ("a |& b", "${a^^}", "${a@P}", "local -n a", "exec {a}>b"):
        assert any(re.search(pattern, newer) for pattern in LATER)
