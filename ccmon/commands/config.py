"""`ccmon config`: shows every setting with its origin, and changes config.ini by one value or in the user's editor.

It works on a wrong configuration, too: that is when it is wanted most.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import SimpleNamespace

from ccmon import call, output, streams
from ccmon.errors import CcmonError, Unwritable, UsageError
from ccmon.quick_typing import Dict, List, Mapping, NamedTuple, Optional
from ccmon.settings import config, context, ini_sections, options
from ccmon.settings.ini_sections import Address, Setting
from ccmon.settings.options import OPTIONS
from ccmon.text import clean, did_you_mean, plain
from ccmon.typed_values import RawValue
from ccmon.views import config_table

OK, USAGE = 0, 2
Sections = Mapping[str, Mapping[str, RawValue]]
WORDS = {"list": 0, "get": 1, "set": 2, "unset": 1, "edit": 0, "path": 0}      # that follow the action


class ConfigState(NamedTuple):
    """config.ini as it is now, and what else sets something."""

    path: Optional[str]
    content: Optional[str]             # None when there is no file
    sections: Sections                 # empty when it does not parse
    flags: Dict[str, RawValue]
    environment: Dict[str, RawValue]
    fault: Optional[str]               # the first thing that is wrong, None when all is well

    @property
    def layers(self) -> ini_sections.Layers:
        """Nearest first."""
        return dict(zip(options.LEVELS, (self.flags, self.environment, self.sections.get("ccmon", {}))))


def run(given: SimpleNamespace) -> int:
    """Do the action; the exit code."""
    _check_words(given)
    if given.action in ("set", "unset"):
        from ccmon import line_cache
        from ccmon.settings import config_file
        from ccmon.system import shared_files
        path = _needed(config.paths(os.environ).config)
        with config_file.locked(path):
            code = shared_files.repeated(lambda: _changed(given, path))
        line_cache.outdate(os.environ)
        return code
    state = _state(call.flags(given), os.environ)
    if given.action == "list":
        return _list(given, state)
    if given.action == "get":
        print(_get(state, given.name))
        return OK
    path = _needed(state.path)
    if given.action == "path":
        print(path)
    else:
        return _edit(path, state.content)
    return OK


def _changed(given: SimpleNamespace, path: str) -> int:
    """One value is set or taken out, in the file as it is now."""
    state = _state(call.flags(given), os.environ)
    if given.action == "set":
        return _set(state, path, ini_sections.address(given.name), given.value)
    return _unset(state, path, given.name)


def _check_words(given: SimpleNamespace) -> None:
    """Every action takes its own number of words."""
    words = [word for word in (given.name, given.value) if word is not None]
    if len(words) != WORDS[given.action]:
        form = " ".join(("NAME", "VALUE")[:WORDS[given.action]])
        raise UsageError(f"config {given.action} takes {form or 'no further words'}. As in: ccmon config {given.action}"
                         + {0: "", 1: " plan", 2: " plan max5"}[WORDS[given.action]])
    if given.json and given.action != "list":
        raise UsageError(f"--json has no meaning with config {given.action}", "It is for: ccmon config --json")


def _needed(path: Optional[str]) -> str:
    if path is None:
        raise UsageError("there is no home directory for a config.ini", "Set HOME or XDG_CONFIG_HOME")
    return path


# --- what is set ----------------------------------------------------------------------------------------------------------

def _state(flags: Dict[str, RawValue], env: Mapping[str, str]) -> ConfigState:
    path, environment = config.paths(env).config, options.from_environment(env)
    content: Optional[str] = None
    try:
        content = _content(path) if path else None
        sections = _parsed(content, path)
    except CcmonError as err:
        return ConfigState(path, content, {}, flags, environment, str(err))
    return ConfigState(path, content, sections, flags, environment, _fault(flags, environment, sections))


def _content(path: str) -> Optional[str]:
    if not os.path.lexists(path):
        return None                    # as with most: nothing is loaded for it
    from ccmon.settings import config_file
    return config_file.text_of(path)


def _parsed(content: Optional[str], path: Optional[str]) -> Sections:
    return {} if not content else config.sections_of(content.lstrip("\ufeff"), path or "", options.SECTIONS)


def _fault(flags: Mapping[str, RawValue], environment: Mapping[str, RawValue], sections: Sections) -> Optional[str]:
    """What is wrong with these settings, taken together."""
    try:
        context.in_force(flags, environment, sections)
    except CcmonError as err:
        return str(err)
    return None


def _fault_in(content: str, path: str) -> Optional[str]:
    """What is wrong with that content of config.ini."""
    try:
        return _fault({}, {}, _parsed(content, path))
    except CcmonError as err:
        return str(err)


def _list(given: SimpleNamespace, state: ConfigState) -> int:
    settings = [*ini_sections.settings(state.layers, _plan_of_account(state)), *ini_sections.other_settings(state.sections)]
    exists = state.content is not None
    if given.json:
        import json
        print(json.dumps({**config_table.document(settings, state.path, exists), "fault": state.fault}))
    else:
        _show(state, output.with_theme(settings, os.environ), exists)
    return streams.complain(state.fault, USAGE) if state.fault else OK


def _plan_of_account(state: ConfigState) -> str:
    """The plan that Claude Code's own file named, as the history has it; "" where there is none, or something is wrong."""
    if state.fault:
        return ""
    ctx = context.prepare(state.flags, os.environ)
    if ctx.settings.origin["plan"] != "default" or not ctx.paths.store or not os.path.exists(ctx.paths.store):
        return ""
    if not ctx.settings.account_file:
        return ""
    from ccmon.store import history_path  # only where nothing else sets the plan
    from ccmon.usage import account_note
    try:
        return account_note.load(history_path.one_note(ctx.paths.store, ctx.owner, account_note.KEY)).login.plan
    except LookupError:
        from ccmon.pipeline import stored
        with stored.opened(ctx, stored.SCREEN_BUSY_MS, stored.AccountHistory) as history:
            return history.account_note().login.plan


def _show(state: ConfigState, settings: List[Setting], exists: bool) -> None:
    """With the colours of the settings where these can be had."""
    table = config_table.lines(settings, state.path, exists, output.size().columns if sys.stdout.isatty() else None)
    if state.fault:
        print("\n".join(map(plain, table)))
    else:
        output.show(context.prepare(state.flags, os.environ, switch=False), table, pager=False)


def _get(state: ConfigState, name: str) -> str:
    """The value in force, as it is written; an empty line for none."""
    if state.fault:
        raise UsageError(state.fault)
    address = ini_sections.address(name)
    if address.section == "ccmon":
        of_account = _plan_of_account(state) if address.key == "plan" else ""
        return next(one.text for one in ini_sections.settings(state.layers, of_account) if one.name == address.key)
    own = state.sections.get(address.section, {}).get(address.key)
    if own is not None:
        return own.text
    table = options.plan_table({}) if address.section == "plans" else {}
    if address.key not in table:
        names = [*table, *state.sections.get(address.section, {})]
        raise UsageError(f"there is no '{clean(name)}'{did_you_mean(address.key, names)}", "To see them all: ccmon config")
    return str(table[address.key])


# --- one value ------------------------------------------------------------------------------------------------------------

def _set(state: ConfigState, path: str, address: Address, text: str) -> int:
    """Write it when it is right by itself and makes nothing wrong that was right."""
    from ccmon.settings import config_file
    text = ini_sections.ini_value(address, text)
    before = _readable(state, path)
    _check_alone(state, address, text)
    after = config_file.with_value(before or "", address.section, address.key, text)
    written = _parsed(after, path).get(address.section, {}).get(address.key)
    if written is None or written.text != text:
        raise UsageError(f"'{clean(address.key)}' cannot be a name in config.ini: leave out = : [ ], and # or ; at its beginning")
    fault = _fault_in(after, path)
    if fault and not _fault_in(before or "", path):
        raise UsageError(_unchanged(fault))
    old = state.sections.get(address.section, {}).get(address.key)
    config_file.write(path, before, after)
    was = f" (was {old.text or 'empty'})" if old and old.text != text else ""
    print(clean(f"{address.key} = {text}{was}: {written.where}"))
    return _warn(state, address, fault)


def _readable(state: ConfigState, path: str) -> Optional[str]:
    """The content, of which one value can be changed. UsageError where its lines are not clear."""
    from ccmon.settings import config_file
    content = config_file.text_of(path)
    try:
        _parsed(content, path)
        return content
    except CcmonError as err:
        raise UsageError(f"{err}; nothing was changed", "To mend it: ccmon config edit") from None


def _check_alone(state: ConfigState, address: Address, text: str) -> None:
    """A wrong value is refused whatever else is wrong; a plan may be one of [plans]."""
    others = {name: values for name, values in state.sections.items() if name != "ccmon"}
    if _fault({}, {}, others):
        others = {}
    own = {**others.get(address.section, {}), address.key: RawValue(text, address.key)}
    fault = _fault({}, {}, {**others, address.section: own})
    if fault:
        raise UsageError(_unchanged(fault))


def _unchanged(fault: str) -> str:
    return f"{fault}{'' if fault.endswith('?') else '.'} Nothing was changed"


def _warn(state: ConfigState, address: Address, fault: Optional[str]) -> int:
    """Warn where something else is wrong, or a nearer layer sets another value; the exit code."""
    if fault:
        streams.complain(f"still wrong: {fault}", OK)
    nearer = state.environment.get(address.key) if address.section == "ccmon" else None
    if nearer:
        streams.complain(f"{nearer.where} is set to '{nearer.text}' in the environment, and counts before config.ini", OK)
    return OK


def _unset(state: ConfigState, path: str, name: str) -> int:
    """Take out any value that is there, unknown ones too."""
    from ccmon.settings import config_file
    before = _readable(state, path)
    address = _there(state, name)
    after = None if before is None else config_file.without(before, address.section, address.key)
    if before is None or after is None:
        print(f"{clean(address.key)} is not set in {path}.")
        return OK
    fault = _fault_in(after, path)
    if fault and not _fault_in(before, path):
        raise UsageError(_unchanged(fault))
    where = state.sections[address.section][address.key].where
    config_file.write(path, before, _tidied(after, address.section, path))
    print(clean(f"Taken out: {address.key}, which was {where}"))
    return _warn(state, address, fault)


def _tidied(content: str, section: str, path: str) -> str:
    """Without the section when it is empty now; a theme in use may be an empty one."""
    from ccmon.settings import config_file
    shorter = config_file.without_section(content, section)
    return shorter if _fault_in(shorter, path) == _fault_in(content, path) else content


def _there(state: ConfigState, name: str) -> Address:
    """An unknown option may be meant, when the file has it."""
    if name.lower() in state.sections.get("ccmon", {}):
        return Address("ccmon", name.lower())
    return ini_sections.address(name)


# --- the editor -------------------------------------------------------------------------------------------------------------

def _edit(path: str, content: Optional[str]) -> int:
    """Open config.ini in the editor, and say afterwards what is wrong. A new one that is left as it was goes again."""
    from ccmon import line_cache
    from ccmon.settings import config_file
    from ccmon.system import shared_files
    words, is_new = _editor(os.environ), not os.path.lexists(path)
    if is_new:
        with suppress(shared_files.Changed):   # somebody else has just made one
            config_file.write(path, None, template())
    try:
        code = _call([*words, path])
    finally:
        if is_new:
            config_file.remove(path, template())
        line_cache.outdate(os.environ)
    if code:
        raise Unwritable(f"the editor {clean(words[0])} ended with {code}", "To use another one, set VISUAL or EDITOR")
    after = config_file.text_of(path)
    fault = None if after is None else _fault_in(after, path)
    if fault:
        return streams.complain(f"{fault}. To mend it: ccmon config edit", USAGE)
    print("Nothing was changed" if after == content else f"{path} is in order")
    return OK


def template() -> str:
    """A new config.ini: every option with what it means, none of them set."""
    rows = [f"# {option.help}\n# {option.name} = {option.default}".rstrip() + "\n" for option in OPTIONS]
    return "# Take the # away from a line to set it. What counts: ccmon config\n\n[ccmon]\n" + "\n".join(rows)


def _editor(env: Mapping[str, str]) -> List[str]:
    """VISUAL, EDITOR, or what every system has."""
    from ccmon.system import processes
    wanted = env.get("VISUAL") or env.get("EDITOR")
    if not wanted and not sys.stdin.isatty():
        raise UsageError("there is no terminal to edit in", "Set VISUAL or EDITOR, or change the file: ccmon config path")
    try:
        words = processes.split(wanted) if wanted else []
    except ValueError:
        raise UsageError("VISUAL or EDITOR has a quotation mark without an end", "Set it to a command") from None
    return words or ["notepad" if os.name == "nt" else "vi"]


def _call(words: List[str]) -> int:
    """The exit code of the editor; Ctrl-C meanwhile is the editor's."""
    from subprocess import Popen

    from ccmon.system import processes
    try:
        process = Popen(words, env=processes.environment(os.environ))  # the user's own, no shell  # nosec B603
    except OSError as err:
        raise UsageError(f"the editor {clean(words[0])} cannot be started ({err.strerror})", "Set VISUAL or EDITOR") from None
    import signal
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, interrupt)


