"""What `ccmon doctor` thinks of what was measured: one verdict a topic, with the command that mends it. No looking here."""

import re
from typing import Container, List, NamedTuple, Optional, Tuple

from ccmon.doctor.mending import HOMELESS, Owned
from ccmon.model import Place
from ccmon.setup.snippets import for_sh
from ccmon.text import count, duration, plural

OK, HINT, FAULT = "ok", "hint", "fault"
INSTALLERS = {                         # of Node.js; the first that is there
    "brew": "brew install node", "apt-get": "sudo apt-get install nodejs npm", "dnf": "sudo dnf install nodejs",
    "pacman": "sudo pacman -S nodejs npm", "apk": "sudo apk add nodejs npm", "zypper": "sudo zypper install nodejs npm",
    "winget": "winget install OpenJS.NodeJS.LTS"}
LITTLE_FREE, LEAST_FREE = 50_000_000, 65_536       # bytes; with less, sqlite's journal and its index have no room
_NODE = "https://nodejs.org/en/download"
BY_HAND = f"xdg-open {_NODE}"
_OPENERS = {"darwin": "open", "win32": "start"}        # of addresses
_REMEDY = re.compile(r"^(?P<says>.*)\. (?:Install|Try|Run|Update|To see it)\b[^:]*: (?P<command>\S.*?)(?: \(ccmon --demo.*\))?$")
_TOO_SLOW = re.compile(r"^(?P<says>.*), try --timeout (?P<seconds>\d+)$")


class Check(NamedTuple):
    """The verdict on one topic."""

    topic: str
    state: str                         # ok | hint | fault
    says: str
    mend: Optional[str] = None         # a command for a shell; None when it is ok


def remedy(sentence: str) -> Tuple[str, Optional[str]]:
    """What an error says, and the command that it names as the way out."""
    slow = _TOO_SLOW.match(sentence)
    if slow:
        return slow["says"], f"ccmon config set timeout {slow['seconds']}"
    found = _REMEDY.match(sentence)
    return (found["says"], found["command"]) if found else (sentence, None)


def where_it_counts(check: Check, names: Container[str]) -> Check:
    """A setting of the environment hides that of the configuration, so it is changed there."""
    change = re.match(r"ccmon config set (?P<name>[a-z_]+) (?P<value>.*)", check.mend or "")
    variable = f"CCMON_{change['name'].upper()}" if change else ""
    return check._replace(mend=f"export {variable}={change['value']}") if change and variable in names else check


def exit_code(checks: List[Check]) -> int:
    """1 when something has to be mended."""
    return 1 if any(check.state == FAULT for check in checks) else 0


# --- programs ---------------------------------------------------------------------------------------------------------

def ccmon(version: str, python: str, path: Optional[str], first: Optional[str], same: bool) -> Check:
    """path: what was called, None when it was no command; first: the ccmon on PATH, the same one or another."""
    says = f"{version}, Python {python}"
    if path is None or first and same:
        return Check("ccmon", OK, says + (f", {first}" if first else ""))
    folder = for_sh(path.rpartition("/")[0])
    why = f"another ccmon comes first on PATH: {first}" if first else f"{path} is not on PATH"
    return Check("ccmon", HINT, f"{says}: {why}", f'export PATH={folder}:"$PATH"')


def by_hand(platform: str) -> str:
    """How to get Node.js where nothing here installs it; the platform is that of sys."""
    return f"{_OPENERS[platform]} {_NODE}" if platform in _OPENERS else BY_HAND


class Node(NamedTuple):
    """The Node.js on PATH, else the one that ccusage gets."""

    path: Optional[str]
    version: Optional[str]             # None: it did not say
    npm: Optional[str]
    installer: Optional[str]           # a key of INSTALLERS
    on_path: bool = True


def node(found: Node, ccusage_runs: bool, by_hand: str = BY_HAND) -> Check:
    """ccusage may run without it: one beside ccusage, or a native one."""
    mend = INSTALLERS.get(found.installer or "", by_hand)
    if found.path is None:
        if ccusage_runs:
            return Check("Node", OK, "not on PATH; ccusage runs all the same")
        return Check("Node", HINT, "not found; ccusage from npm needs it", mend)
    if found.version is None:
        return Check("Node", HINT if ccusage_runs else FAULT, f"{found.path} does not run", mend)
    if found.npm is None and not ccusage_runs:
        return Check("Node", HINT, f"{found.version}, {found.path}; npm, which installs ccusage, is not there", mend)
    hidden = "" if found.on_path else ", which is not on PATH: ccusage gets it"
    return Check("Node", OK, f"{found.version}, {found.path}{hidden}")


class Ccusage(NamedTuple):
    """A run of ccusage."""

    source: str                        # auto | ccusage | logs
    path: Optional[str] = None
    version: Optional[str] = None
    took_s: float = 0.0
    error: Optional[str] = None
    missing: bool = False              # it cannot be started at all
    undo: Optional[str] = None         # the command that takes back the wrong name of the program


def ccusage(found: Ccusage, has_node: bool, install_node: Optional[str]) -> Check:
    """Where the log files stand in, those to come as well, it is a hint."""
    if found.source == "logs":
        return Check("ccusage", OK, "not asked: source = logs")
    if found.error is None:
        name = found.version or "of unknown version"
        return Check("ccusage", OK, f"{name}, {found.path}, runs in {found.took_s:.2f} s")
    says, mend = remedy(found.error)
    if says.startswith("Node.js was not found") and not has_node:
        mend = install_node
    elif says.startswith("ccusage found no Claude Code data"):
        mend = "claude"
    stand_in = found.missing and found.source == "auto"
    says += ": Claude Code's log files are read instead" if stand_in else ""
    return Check("ccusage", HINT if stand_in else FAULT, says, mend or found.undo or "ccusage blocks --json")


class Logs(NamedTuple):
    """Claude Code's log files."""

    folders: Tuple[str, ...]           # those that are there
    files: int
    newest_s: Optional[int]            # ago
    shut: Tuple[Place, ...]            # folders with something that cannot be read
    wanted: Tuple[str, ...]            # where they were looked for
    named: bool                        # by CLAUDE_CONFIG_DIR
    differs: Optional[Tuple[int, int]] = None          # tokens of the session that runs: as ccusage and as the logs have it


def logs(found: Logs, owned: Owned) -> Check:
    """None is no fault of a new machine, but one of a wrong CLAUDE_CONFIG_DIR."""
    if found.shut:
        first = found.shut[0]          # one command a look: the next one tells the next folder
        return Check("logs", FAULT, f"{first.path} cannot be read, or not all in it",
                     owned.permit(first, "-R u+rX", "CLAUDE_CONFIG_DIR" if found.named else None))
    if not found.folders and found.named:
        return Check("logs", FAULT, f"CLAUDE_CONFIG_DIR leads to {found.wanted[0]}, which is not there",
                     "unset CLAUDE_CONFIG_DIR")
    if not found.files:
        return Check("logs", HINT, f"none yet in {found.wanted[-1]}: Claude Code writes them", "claude")
    if found.differs:
        return Check("logs", HINT, f"ccusage counts {count(found.differs[0])} tokens in the session that runs, the log files "
                     f"hold {count(found.differs[1])}: the screen says ccusage's figure, the history that of the logs",
                     "npm install -g ccusage")
    newest = f", the newest {duration(found.newest_s)} old" if found.newest_s is not None else ""
    return Check("logs", OK, f"{plural(found.files, 'file')}{newest}, {', '.join(found.folders)}")


# --- settings ---------------------------------------------------------------------------------------------------------

def configuration(place: Optional[Place], error: Optional[str], given: int, owned: Owned) -> Check:
    """given: how many settings come from the file and the environment."""
    if error is None:
        there = place.path if place and place.exists else "no config.ini"
        if place and place.exists and not place.readable:
            says = f"{place.path} cannot be read: what is set in it is not in force"
            return Check("settings", FAULT, says, owned.permit(place, "u+rwx", None))
        return Check("settings", OK, f"{plural(given, 'setting') + ' of your own' if given else 'all by default'}, {there}")
    return Check("settings", FAULT, error, undo(error, place, owned))


def undo(error: str, place: Optional[Place], owned: Owned) -> str:
    """The command that takes back the setting which an error names at its beginning, or leads to it."""
    if place and error.startswith(place.path):
        if place.exists and not place.readable:
            return owned.permit(place, "u+rw", None)
        if "belongs to another user" in error or "can be written by others" in error:
            return owned.permit(place, "go-w", None if owned.inside(place.path) else "XDG_CONFIG_HOME")
        if place.folder or "not a plain file" in error:
            return owned.aside(place.path, "moved")
        line = re.match(r", line (\d+)", error[len(place.path):])
        return owned.edit(place.path, int(line[1]) if line else 1)
    variable = re.match(r"CCMON_[A-Z_]+", error)
    if variable or error.startswith("--"):
        return f"unset {variable[0]}" if variable else "ccmon doctor"
    return owned.edit(place.path, 1) if place and place.exists else "env | grep ^CCMON_"


class Time(NamedTuple):
    """The zone of all times, and this machine's."""

    zone: str
    error: Optional[str] = None
    undo: Optional[str] = None
    by_default: bool = False           # nobody chose the zone
    differs: bool = False              # clocks here show something else now
    here: str = ""
    fixed: bool = False                # CCMON_NOW is set


def time(found: Time) -> Check:
    """The zone, and whether the clock goes."""
    if found.error is not None:
        says, command = remedy(found.error)
        return Check("time", FAULT, says, command or found.undo)
    if found.fixed:
        return Check("time", HINT, "the clock stands still: CCMON_NOW is set", "unset CCMON_NOW")
    if found.by_default and found.differs:
        return Check("time", HINT, f"times are shown in {found.zone}, clocks here show {found.here}",
                     "ccmon config set timezone local")
    return Check("time", OK, f"zone {found.zone}" + (f"; clocks here show {found.here}" if found.differs else ""))


# --- what is kept -----------------------------------------------------------------------------------------------------

class Kept(NamedTuple):
    """A file or folder of ccmon's own."""

    place: Optional[Place]             # None: there is no home for it
    above: Optional[Place] = None      # the lowest folder over it that there is
    problem: Optional[str] = None      # what is damaged
    contents: str = ""
    variable: Optional[str] = None     # of the environment, which led here
    free: Optional[int] = None         # bytes of its disk that this user may fill; None: not known
    strange: Optional[str] = None      # why it is not used, as the rest of a sentence
    odd: Optional[str] = None          # the path that is to blame for that, where it is not what is in the file
    link: bool = False                 # it leads to a file that could be used
    beside: Optional[Place] = None     # what sqlite has put beside it, if that is shut
    taken: Optional[Place] = None      # what of it another user owns, or could exchange


def _shut(kept: Kept, owned: Owned) -> Optional[Tuple[str, str]]:
    """Why it cannot be written, and what mends that."""
    place, above = kept.place, kept.above
    if place is None:
        return "there is no home directory to keep it in", HOMELESS
    for file in filter(None, (place, kept.beside)):
        if file.exists and not (file.readable and file.writable):
            return f"{file.path} cannot be read and written", _permit(file, owned, kept.variable)
    if above and not above.folder:     # a file, or a link that leads nowhere
        aside = f"mv {owned.word(above.path)} {owned.word(above.path + '.old')}"
        return f"{above.path} is in the way: it is no folder", f"unset {kept.variable}" if kept.variable else aside
    if above and not above.writable:
        return f"nothing can be written to {above.path}", owned.permit(above, "u+rwx", kept.variable)
    return None


def _permit(file: Place, owned: Owned, variable: Optional[str]) -> str:
    """The same for what sqlite has put beside a file: it got the file's mode."""
    main = re.sub("-(wal|shm|journal)$", "", file.path)
    return owned.permit(file._replace(path=main), "u+rwX", variable, "" if file.folder else "*")


def history(kept: Kept, newer: bool, owned: Owned) -> Check:
    """newer: a ccmon of another age has written it."""
    if kept.place and kept.odd is not None:
        return Check("history", FAULT, f"{kept.place.path} {kept.strange}", owned.untangle(kept.odd, kept.link))
    if kept.place and kept.taken is not None:
        return Check("history", FAULT, f"{kept.place.path} {kept.strange}", owned.take(kept.taken, kept.variable))
    shut = _shut(kept, owned)
    if shut or kept.place is None:
        return Check("history", FAULT, *(shut or ("", "")))
    path = kept.place.path
    if kept.free is not None and kept.free < LEAST_FREE:
        return Check("history", FAULT, f"the disk is full: nothing can be written to {path}", owned.largest(path))
    if kept.problem is not None and newer:
        return Check("history", FAULT, kept.problem, "git pull && .venv/bin/pip install .")
    if kept.strange is not None:
        return Check("history", FAULT, f"{path} {kept.strange}", owned.aside(path, "moved"))
    if kept.problem is not None:
        return Check("history", FAULT, f"{path} is damaged: {kept.problem}", owned.aside(path, "damaged"))
    if kept.free is not None and kept.free < LITTLE_FREE:
        return Check("history", HINT, f"the disk has {kept.free / 1e6:.0f} MB left for {path}", owned.largest(path))
    if not kept.place.exists:
        return Check("history", OK, f"nothing yet; it will be {path}")
    if kept.place.mode & 0o077:
        mend = f"chmod 600 {owned.word(path)}*" if kept.place.own else owned.permit(kept.place, "600", kept.variable)
        return Check("history", HINT, f"others on this machine may read {path}", mend)
    return Check("history", OK, f"{path}, sound: {kept.contents}")


def cache(kept: Kept, failures: int, owned: Owned) -> Check:
    """failures: refreshes in a row that gave nothing."""
    if kept.taken is not None:
        says = f"{kept.taken.path} belongs to another user"
        return Check("cache", FAULT, says, owned.take(kept.taken, kept.variable))
    shut = _shut(kept, owned)
    if shut or kept.place is None:
        return Check("cache", FAULT, *(shut or ("", "")))
    path = kept.place.path
    if not kept.place.exists:
        return Check("cache", OK, f"nothing yet; it will be {path}")
    if kept.place.mode & 0o022:
        return Check("cache", FAULT, f"others on this machine may write to {path}", f"chmod 700 {owned.word(path)}")
    if failures:
        return Check("cache", HINT, f"refreshing it failed, {plural(failures, 'time')} in a row", "ccmon record")
    return Check("cache", OK, f"{path}, {kept.contents}")


# --- where it is shown ------------------------------------------------------------------------------------------------

class Terminal(NamedTuple):
    """The terminal that ccmon runs in."""

    trouble: Optional[str]             # why no full screen can be drawn
    is_terminal: bool
    term: str
    colours: int
    columns: int
    rows: int
    theme: str = ""
    install: str = ""                  # what brings curses, where that is missing


def terminal(found: Terminal) -> Check:
    """Whether the full screen can be drawn, and how."""
    if not found.is_terminal:
        return Check("terminal", OK, "none here: standard input or output is something else")
    if found.trouble is not None:
        return Check("terminal", FAULT, found.trouble, found.install or "export TERM=xterm-256color")
    says = f"{found.term}, {found.columns}x{found.rows}, {plural(found.colours, 'colour')}"
    if found.columns < 20 or found.rows < 5:
        return Check("terminal", HINT, f"{says}: very small", "stty columns 80 rows 24")
    return Check("terminal", OK, says + (f", theme {found.theme}" if found.theme else ""))


def locale(name: str, utf8: bool, known: bool, mend: str = "export LC_ALL=C.UTF-8") -> Check:
    """Whether bars and boxes can be drawn; mend: how to have a locale of this machine in which they can."""
    if utf8 and known:
        return Check("locale", OK, f"{name}, UTF-8")
    if utf8:
        return Check("locale", HINT, f"{name} is not generated on this machine", mend)
    return Check("locale", HINT, f"{name or 'none is set'}, not UTF-8: only ASCII is drawn", mend)


def summary(checks: List[Check]) -> str:
    """2 faults, 1 hint; or that there is none."""
    numbers = [(sum(check.state == state for check in checks), state) for state in (FAULT, HINT)]
    found = ", ".join(plural(number, state) for number, state in numbers if number)
    return found or "nothing is wrong"
