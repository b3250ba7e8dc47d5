"""What is typed on a terminal, out of the bytes that it sends: no pasted text, and no reports of the terminal.

A name is a key: a character, or one such as up; OTHER is a character that is no key, PASTE text that was left out.
An unknown sequence is nothing: neither the escape key nor any of its bytes, however slowly it comes.
"""

from __future__ import annotations

from functools import lru_cache

from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Optional, Pattern, Sequence, Union

OTHER, PASTE, CTRL_C, CTRL_L = "", "paste", "ctrl-c", "ctrl-l"
STORED, LEAVE = "L", "q"               # keys whose effect is stored, or gives the terminal to somebody else
MOST_KEYS = 8                          # so many characters at once are typed; more are pasted where that is not marked
HANDS_S = 0.1                          # nobody types two different keys faster
AFTER_TEXT_S = 0.5
PASTE_S = 1.0                          # without a byte for so long a paste is over, even if its end is lost
SEQUENCE_S = 0.5                       # from one byte of an escape sequence to the next it takes no longer
ESCAPE_S = 0.25                        # the escape key alone: a slow line brings an arrow key in pieces
ALT_S = 0.05                           # with Alt a character comes with its escape; hands are slower
ANSWER_S = 10.0                        # what the terminal was asked for, which a slow line may bring in pieces, too
_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"
_LONGEST = 4096                        # bytes of a sequence; more than that is none
_CSI = (rb"\x1b+\[(?:\[.|M[^\x1b]{3}|[0-?]*[ -/]*[@-LN-Z\\-~]|[0-?]*[ -/]+[M\[]|[0-?]+[ -/]*[M\[]"       # "[[": the console's
        rb"|[0-?]*[ -/]*(?=[^ -~]))")                                                 # M without numbers: the old mouse's
_SS3 = rb"\x1b+O[0-9;]*(?:[ -/:<-~]|(?=[^ -~]))"
_OSC = rb"\x1b+\][^\x07\x1b\x18\x1a]*(?:[\x07\x18\x1a]|\x1b\\|(?=\x1b[^\\]))"       # CAN and SUB break off
_STRING = rb"\x1b+[P_^X][^\x1b\x18\x1a]*(?:[\x18\x1a]|\x1b\\|(?=\x1b[^\\]))"          # DCS, APC, PM, SOS
_ALT = rb"\x1b+(?:[ -/]+[0-~]|[^\x1b\[O\]P_^X -/])"                                # a character with Alt; or a character set
_SEQUENCE = b"|".join((_CSI, _SS3, _OSC, _STRING, _ALT))
_BEGINS = b"[O]P_^X"                   # what stands behind the escape of a sequence; none of these is a key of ccmon
_WHEEL = rb"\x1b\[(?:<(6[45]);\d+;\d+M|M([`a])..|(9[67]);\d+;\d+M)"      # SGR's, the old one, urxvt's
_ANSWERS = (b"\x1b]11;", b"\x1b[?")     # of the terminal: its background, what kind it is
_COLOUR = rb"\x1b\]11;(?:r?|rg|rgba?:?|rgba?:[0-9a-fA-F]{0,4}(?:/[0-9a-fA-F]{0,4}){0,3})(?:\x07|\x1b\\?)?"  # so far
_NOTCH = 3                             # rows, as terminals make arrows of a wheel
_USUAL: Dict[bytes, str] = {b"\x1b[5~": "pgup", b"\x1b[6~": "pgdn", b"\x1bOM": "enter"}
_USUAL.update({b"\x1b" + lead + end: name for lead in (b"[", b"O") for end, name in (
    (b"A", "up"), (b"B", "down"), (b"C", "right"), (b"D", "left"), (b"H", "home"), (b"F", "end"))})
_USUAL.update({b"\x1b[1~": "home", b"\x1b[7~": "home", b"\x1b[4~": "end", b"\x1b[8~": "end"})
CONTROLS = {3: CTRL_C, 8: "backspace", 9: "tab", 10: "enter", 12: CTRL_L, 13: "enter", 127: "backspace"}
_CHARACTERS = {"tab", "enter", "backspace"}        # they stand in texts, too


class ScreenEvent(NamedTuple):
    """What `Screen.wait` saw: key, paste (text that was left out), background, signal, redraw, resize, wake or closed."""

    kind: str
    value: Union[str, int, None] = None    # the key's name, the background's colour or the signal's number


@lru_cache(maxsize=None)
def _pattern(text: bytes) -> "Pattern[bytes]":
    """Compiled when the first key comes: the first frame stands before that."""
    import re
    return re.compile(text, re.DOTALL)


class Decoder:
    """Bytes to names, whatever the pieces that they come in."""

    def __init__(self, sequences: Mapping[bytes, str]) -> None:
        """`sequences` are the keys of this terminal, beside the usual ones."""
        self._sequences = {**_USUAL, **sequences}
        self.answers: List[bytes] = []     # of the terminal, whole; whoever reads them takes them out
        self.is_awaiting = False           # an answer
        self.reset()

    def reset(self) -> None:
        """Forget what has begun."""
        self._rest, self._since_s, self._last_s, self._escaped_s = b"", 0.0, 0.0, -SEQUENCE_S
        self.pasting = False

    @property
    def due_s(self) -> Optional[float]:
        """When that which has begun is over, should nothing more come; None: nothing has."""
        if not self._rest or self.pasting:
            return None
        if self._rest.startswith(_ANSWERS):
            return self._since_s + ANSWER_S
        return self._since_s + (SEQUENCE_S if self.is_awaiting or self._rest.strip(b"\x1b") else ESCAPE_S)

    def decoded(self, data: bytes, now_s: float) -> List[str]:
        """The names; without data only what is over by now."""
        names = self._over(now_s)
        if not data:
            return names
        names += self._before(data[0], now_s)
        is_held = self._rest and not (self._rest + data).strip(b"\x1b")         # the escape key: its time runs from the first on
        hand = self.pasting and len(data) == 1 and now_s - self._last_s >= HANDS_S     # one that knows nothing of a paste
        self._last_s = self._last_s if hand else now_s
        self._rest += data
        length = -1
        while self._rest and length != len(self._rest):
            length = len(self._rest)
            names += self._out_of_paste() if self.pasting else self._next()
        self._since_s = self._since_s if is_held else now_s
        self._rest = self._rest if len(self._rest) < _LONGEST else self._rest[:2] + self._rest[-1:]      # it goes on, unread
        return names

    def _before(self, first: int, now_s: float) -> List[str]:
        """What the next byte tells of the escape before it: that it was the key, or begins a sequence that came late."""
        if self.pasting:
            return []
        if not self._rest and first in _BEGINS and now_s - self._escaped_s < SEQUENCE_S:
            self._rest = b"\x1b"
        elif self._rest.startswith(_ANSWERS[0]) and now_s - self._since_s > SEQUENCE_S and not _pattern(_COLOUR).fullmatch(
                self._rest + bytes([first])):
            self._rest = b""           # its end is lost, and this is typed
        elif self._rest and not self._rest.strip(b"\x1b") and first not in b"\x1b" + _BEGINS and now_s - self._since_s > ALT_S:
            self._rest = b""
            return ["esc"]
        return []

    def _over(self, now_s: float) -> List[str]:
        """What has not come to its end in time: the escape key, or nothing."""
        if self.pasting and now_s - self._last_s >= PASTE_S:
            self.reset()
        if self.due_s is None or now_s < self.due_s:
            return []
        names = [] if self._rest.strip(b"\x1b") else ["esc"]
        self._escaped_s = self.due_s if names else self._escaped_s
        self._rest = b""
        return names

    def _out_of_paste(self) -> List[str]:
        _, end, after = self._rest.partition(_END)
        self.pasting = not end
        self._rest = after if end else self._rest[-len(_END) + 1:]
        return [PASTE] if end else []

    def _next(self) -> List[str]:
        """The names of the next key or sequence, or nothing while it has not come as a whole."""
        for length in range(min(8, len(self._rest)), 0, -1):           # the terminal's own keys, whatever they are
            if self._rest[:length] in self._sequences:
                name = self._sequences[self._rest[:length]]
                self._rest = self._rest[length:]
                return [name]
        if self._rest[0] != 27:
            code, self._rest = self._rest[0], self._rest[1:]
            name = CONTROLS.get(code, chr(code) if 32 <= code < 127 else OTHER)
            return [name] if code < 128 or code >= 192 else []         # one for all bytes of a character
        match = _pattern(_SEQUENCE).match(self._rest)
        if match is None:
            return []
        self._rest = self._rest[match.end():]
        self.answers += [match.group()] if match.group().startswith(_ANSWERS) else []
        self.pasting = match.group() == _BEGIN
        wheel, with_alt = _pattern(_WHEEL).fullmatch(match.group()), match.group().lstrip(b"\x1b")
        if with_alt in (b"\x03", b"\x0c"):
            return [CONTROLS[with_alt[0]]]
        if wheel:
            return ["up" if (wheel[1] or wheel[2] or wheel[3]) in (b"64", b"`", b"96") else "down"] * _NOTCH
        return [PASTE] if self.pasting else []


class Typing:
    """Which of the names that came at once are heard: text is not, and what is stored hangs on no stray character."""

    def __init__(self) -> None:
        self._held: List[str] = []
        self.due_s: Optional[float] = None             # when those held back are heard, if nothing more comes
        self._text_s = self._quiet_s = 0.0             # until then it is text still, and a stored key one of many

    def heard(self, names: Sequence[str], now_s: float) -> List[str]:
        """The keys to act on now, and PASTE where text was left out; without names only those that were held back."""
        if PASTE in names:
            self._text_s = now_s + AFTER_TEXT_S
        characters = [name for name in names if len(name) <= 1 or name in _CHARACTERS]
        out = self._over(now_s)
        if not characters:
            return [*out, *names]
        if len(characters) > (1 if now_s < self._text_s and PASTE not in names else MOST_KEYS):
            return [*out, *self._text(names, now_s)]
        if set(characters) == {STORED}:
            return [*out, *self._hold(names, now_s)]
        out += [PASTE] if self._held else []
        self._held, self.due_s, self._quiet_s = [], None, now_s + HANDS_S
        return [*out, *(PASTE if name == STORED else name for name in names if name != OTHER)]

    def _over(self, now_s: float) -> List[str]:
        if self.due_s is None or now_s < self.due_s:
            return []
        held, self._held, self.due_s = self._held, [], None
        return held

    def _text(self, names: Sequence[str], now_s: float) -> List[str]:
        """Many characters at once: only a last key that leaves counts, as nothing is left that another program would get."""
        self._text_s = now_s + AFTER_TEXT_S
        self._held, self.due_s = ([LEAVE], now_s + HANDS_S) if names[-1] == LEAVE else ([], None)
        return [PASTE, *(name for name in names if name == CTRL_C)]

    def _hold(self, names: Sequence[str], now_s: float) -> List[str]:
        """Wait whether more follows; twice is to take it back, oftener a key that something lies on."""
        rest = [name for name in names if name != STORED]
        alone = bool(self._held) or now_s >= max(self._quiet_s, self._text_s)
        self._held = [*self._held, *(name for name in names if name == STORED)]
        if alone and self._held in ([STORED], [STORED] * 2):
            self.due_s = self._quiet_s = now_s + HANDS_S
            return rest
        self._held, self.due_s, self._text_s = [], None, now_s + AFTER_TEXT_S
        return [*rest, PASTE]
