"""The line in tmux: which of its formats can be read on the bar, whether servers that run show it, and taking it out of them."""

from __future__ import annotations

import re

from ccmon.errors import CcmonError
from ccmon.quick_typing import List, Mapping, NamedTuple, Optional, Sequence
from ccmon.settings.themes import BRIGHT, DARK, LIGHT, READABLE, contrast, hexadecimal, surface_on
from ccmon.setup import dotfiles
from ccmon.setup.prompt_check import NOT_SEEN, SEEN, UNKNOWN, Visibility
from ccmon.setup.snippets import TMUX_BARE, TMUX_BEFORE, TMUX_LENGTH, for_sh
from ccmon.system import processes, tmux

_BARE = f"(?:{re.escape(TMUX_BARE)}(?= ))?"            # not in what earlier versions have written
RIGHT, LENGTH = "status-right", "status-right-length"
_SET = re.compile(rf"^\s*set(?:-option)?\s+-g\s+{LENGTH}\s+[\"']?(\d+)[\"']?\s*(?:#.*)?$", re.MULTILINE)
LEAST_CELLS = 60                       # of status-right; tmux cuts what is longer
CALL = re.compile(r"ccmon(-line)?\b")
_ROW = re.compile(r"^(?P<name>@?[\w-]+(?:\[\d+\])?)(?: (?P<value>.*))?$")

OPTIONS = ("status-style", "status-bg", "status-right-style")          # what the ground of status-right is made of
FORMATS = {DARK: "tmuxdark", LIGHT: "tmuxlight", BRIGHT: "tmuxbright"}
USUAL = "tmux"                         # on any ground

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# The sixteen colours are the terminal's: as xterm, VGA, GNOME (Tango), Solarized, macOS and Windows have them.
PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "vga": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "tango": "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    "solarized": "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 "
                 "002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3",
    "macos": "000000 990000 00a600 999900 0000b2 b200b2 00a6b2 bfbfbf 666666 e50000 00d900 e5e500 0000ff e500e5 00e5e5 e5e5e5",
    "windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
_FIRST = tuple(zip(*(colours.split() for colours in PALETTES.values())))


# --- the bar --------------------------------------------------------------------------------------------------------------

class Bar(NamedTuple):
    """The values of OPTIONS: as they are set, and what their formats stand for now; the same ones where there are none."""

    options: Sequence[str]
    expanded: Sequence[str]


def question(expanded: bool) -> str:
    """What tmux is asked for: the values, with a bar between them."""
    return "|".join(f"#{{E:{name}}}" if expanded else f"#{{{name}}}" for name in OPTIONS)


def answered(as_they_are: str, expanded: str) -> Optional[Bar]:
    """The bar in tmux's answers; None when it does not know what it was asked for."""
    both = [tuple(text.strip().split("|")) for text in (as_they_are, expanded)]
    if any(len(values) != len(OPTIONS) or not values[0] for values in both):
        return None
    # Not expanded where there are no formats: in a colour such as #F5E0DC they would read #F as one.
    return Bar(*both) if "#{" in as_they_are else Bar(both[0], both[0])


def format_of(bar: Optional[Bar]) -> str:
    """tmuxdark, tmuxlight or tmuxbright, where what they colour can be read on that bar; else the one for any ground."""
    if bar is None:
        return USUAL
    on, (style, _, right) = grounds(bar), bar.expanded
    own = _colours(_colour(right, "fg=") or _colour(style, "fg=") or "")
    is_pale = any(contrast(one, ground) < READABLE for one in own for ground in on)
    surface = surface_on(on)           # where its own words are hard to read, the one that gives every word a colour
    return FORMATS[BRIGHT] if surface == LIGHT and is_pale else FORMATS.get(surface, USUAL)


def has_usual_ground(formats: str) -> bool:
    """Whether status-right stands on the ground that OPTIONS give it, in the rows of status-format."""
    rows = [row for row in formats.splitlines() if "status-right}" in row]
    return all("status-right-style}" in row or "push-default" not in row for row in rows)


def grounds(bar: Bar) -> List[str]:
    """What the ground of status-right may be, as #rrggbb: several for one of the terminal's own colours, none if open."""
    style, background, right = bar.expanded
    if any(set(re.split("[ ,]+", one)) & {"reverse", "dim"} for one in (style, right)):
        return []
    named = filter(None, (_colour(right, "bg="), _usual(background), _colour(style, "bg=")))
    return _colours(next(named, ""))


def _colour(style: str, lead: str) -> Optional[str]:
    """What follows `fg=` or `bg=`, as tmux reads a style: the last one counts."""
    colour: Optional[str] = None
    for word in re.split("[ ,]+", style):
        colour = word[len(lead):] if word.startswith(lead) else None if word in ("default", "none") else colour
    return _usual(colour)


def _usual(colour: Optional[str]) -> Optional[str]:
    return None if colour in (None, "", "default") else colour


def _colours(name: str) -> List[str]:
    """A colour as tmux writes it."""
    number = re.fullmatch(r"colou?r([0-9]{1,3})", name)
    bright = name.startswith("bright")
    plain = name[len("bright"):] if bright else name
    if re.fullmatch("#[0-9a-fA-F]{6}", name):
        return [name.lower()]
    if plain in NAMES:
        return ["#" + colour for colour in _FIRST[NAMES.index(plain) + 8 * bright]]
    index = int(number[1]) if number else 256
    if index < 16:
        return ["#" + colour for colour in _FIRST[index]]
    return [hexadecimal(index)] if index < 256 else []


def word(bar: Optional[Bar]) -> str:
    """The format's name for the command in status-right: as long as the bar is that one, and USUAL on any other.

    tmux chooses each time. Nothing of a style is written that could mean something there: ? stands for any one character.
    """
    name = format_of(bar)
    if bar is None or name == USUAL:
        return USUAL
    expanded = bar.expanded is not bar.options
    pattern = re.sub("[^A-Za-z0-9=|_-]", "?", "|".join(bar.expanded))
    return f"#{{?#{{m:{pattern},{question(expanded)}}},{name},{USUAL}}}"


def _printed(words: Sequence[str], env: Mapping[str, str]) -> Optional[str]:
    """What tmux answers; None where no server runs."""
    program = processes.which("tmux", env) if tmux.has_server(env) else None
    return processes.printed([program, *words], env) if program else None


def bar_here(env: Mapping[str, str]) -> Optional[Bar]:
    """tmux's bar as its server shows it, else as its configuration says."""
    options = _printed(["display-message", "-p", question(expanded=False)], env)
    if options:
        expanded = _printed(["display-message", "-p", question(expanded=True)], env)
        formats = _printed(["show-options", "-gqv", "status-format"], env)
        return answered(options, expanded or "") if has_usual_ground(formats or "") else None
    return of_config(dotfiles.text_of(dotfiles.path_of("tmux", env)))


def of_config(text: str) -> Optional[Bar]:
    """The bar that a tmux.conf makes, where no server runs; None where formats make it."""
    values = {"status-style": "bg=green,fg=black", "status-bg": "default", "status-right-style": "default"}
    for name in OPTIONS:
        settings = re.findall(rf"^[ \t]*set(?:-option)?[ \t]+-[gaqsuw]*[ \t]+{name}[ \t]+(.*?)[ \t]*$", text, re.MULTILINE)
        if settings:
            values[name] = settings[-1].strip("'\"")
    if re.search(r"^[ \t]*set(?:-option)?[ \t][^#\n]*status-format", text, re.MULTILINE):
        return None
    options = tuple(values.values())
    return None if any("#{" in value or "|" in value for value in options) else Bar(options, options)


# --- the servers that run -------------------------------------------------------------------------------------------------

class Server(NamedTuple):
    """The options of a server that runs."""

    options: Mapping[str, str]         # the global ones
    session: Mapping[str, str]         # what the session in which one is has of its own
    path: str                          # of the start-up file
    in_file: bool                      # it has ccmon's lines
    is_last: bool                      # and nothing follows them


def tmux_visibility(env: Mapping[str, str]) -> Optional[Visibility]:
    """By the server that this environment leads to; None when none runs."""
    shown = _printed(["show-options", "-g"], env)
    if shown is None:
        return None
    session, path = _printed(["show-options"], env) if env.get("TMUX") else None, dotfiles.path_of("tmux", env)
    is_last = dotfiles.block_position(path)[1]
    try:
        in_file = dotfiles.block(path) is not None
    except CcmonError:
        in_file = False
    return server_visibility(Server(options_of(shown), options_of(session or ""), path, in_file, is_last))


def options_of(shown: str) -> Mapping[str, str]:
    """What `show-options` prints, by name; the quotes around a value are left out."""
    matches = (match for match in map(_ROW.match, shown.splitlines()) if match)
    return {match["name"]: (match["value"] or "").strip("'\"") for match in matches}


def server_visibility(server: Server) -> Visibility:
    """What hides the line, the outermost first."""
    both = {**server.options, **server.session}
    if both.get("status") == "off":
        subject = "this session" if server.session.get("status") == "off" else "the server"
        flag = "" if server.session.get("status") == "off" else "-g "
        return Visibility(NOT_SEEN, f"{subject} shows no status line: status is off", f"tmux set {flag}status on")
    formats = [value for name, value in both.items() if name.startswith("status-format[")]
    if any(map(CALL.search, [both.get("status-left", ""), *formats])):
        return Visibility(SEEN, "the server shows it")
    if not CALL.search(both.get("status-right", "")):
        return _without(server)
    if formats and not any("status-right" in value for value in formats):
        return Visibility(NOT_SEEN, "the server's status-format leaves status-right out", "tmux set -gu status-format")
    length = both.get("status-right-length", "")
    if length.isdigit() and int(length) < LEAST_CELLS:
        flag = "" if "status-right-length" in server.session else "-g "
        return Visibility(NOT_SEEN, f"the server cuts it: status-right-length is {length}",
                          f"tmux set {flag}status-right-length 100")
    return Visibility(SEEN, "the server shows it")


def _without(server: Server) -> Visibility:
    if CALL.search(server.options.get("status-right", "")):
        return Visibility(NOT_SEEN, "this session has a status-right of its own", "tmux set -u status-right")
    if not server.in_file:
        return Visibility(NOT_SEEN, "the server does not show it", "ccmon init tmux --write")
    read_again = f"tmux source-file {for_sh(server.path)}"
    if not server.is_last:
        says = f"what stands below ccmon's lines in {server.path} may set status-right anew, as a theme does"
        return Visibility(NOT_SEEN, says, f"ccmon init tmux --undo && ccmon init tmux --write && {read_again}")
    return Visibility(UNKNOWN, "the server has not read it yet, or a theme has set status-right since", read_again)


# --- taking it out --------------------------------------------------------------------------------------------------------

def with_line(calls: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """The sockets of the servers that show the line by one of these calls."""
    return [socket for socket in (tmux.sockets(env) if calls else []) if _cut(tmux.option(socket, RIGHT, env), calls) is not None]


def clear(socket: str, calls: Sequence[str], start_up: str, env: Mapping[str, str]) -> bool:
    """Take the calls out of a server, whose start-up file now holds that text: whether that was done.

    What else stands in status-right stays. Its length is what it was, where that is noted and ours is still there.
    """
    right = _cut(tmux.option(socket, RIGHT, env), calls)
    if right is None or not tmux.set_option(socket, RIGHT, right, env):
        return False
    before, lengths = tmux.option(socket, TMUX_BEFORE, env), _SET.findall(start_up)
    if tmux.option(socket, LENGTH, env) == str(TMUX_LENGTH):
        tmux.set_option(socket, LENGTH, before or (lengths[-1] if lengths else None), env)
    if before:
        tmux.set_option(socket, TMUX_BEFORE, None, env)
    return True


def _cut(right: Optional[str], calls: Sequence[str]) -> Optional[str]:
    """The text without the calls and what --write puts before each; None when none is in it.

    Of the same program, whatever format it is asked for: another one is chosen on a bar of another colour.
    """
    rest = right
    for program in dict.fromkeys(call.rpartition(" ")[0] if "#{" not in call else call.partition(" #{")[0] for call in calls):
        rest = None if rest is None else re.sub(rf"{_BARE} ?{re.escape(program)} [^()]*\)", "", rest)
    return None if rest == right else rest
