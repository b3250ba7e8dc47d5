"""What people are told to type: `ccmon`, or the path that works where that name is not on PATH."""


NAME = "ccmon"
COMMANDS = ("accounts", "alerts", "completion", "config", "doctor", "export", "help", "history", "hit", "init", "learn", "merge",
            "record", "report", "uninstall", "version", "why")
_TYPED = rf"(?<![\w/.~-])ccmon(?= (?:--[a-z]|(?:{'|'.join(COMMANDS)})\b))|(?<=[Rr]un )ccmon\b(?! [a-z])"


def with_name(sentence: str, name: str) -> str:
    """The sentence with every command of ccmon as it is called here; sentences about ccmon stay as they are."""
    if name == NAME or NAME not in sentence:
        return sentence
    import re
    return re.sub(_TYPED, lambda _: name, sentence)
