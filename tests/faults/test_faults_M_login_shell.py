"""bash that starts as a login shell, as on macOS: the line is written where it is read, and taken out of wherever it is."""

import subprocess

import pytest
from line_shells import install, program

from ccmon.doctor import line
from ccmon.errors import CcmonError
from ccmon.setup import dotfiles, init, visibility
from ccmon.setup.prompt_check import NOT_SEEN, SEEN
from ccmon.setup.uninstall import Uninstall
from ccmon.system import shared_files, start_up_files

pytestmark = pytest.mark.newest_only

READS_RC = 'if [ -f ~/.bashrc ]; then . "$HOME/.bashrc"; fi\n'
FILES = (".bashrc", ".bash_profile", ".bash_login", ".profile")


@pytest.fixture
def mac(machine, monkeypatch):
    """A machine on which terminals start login shells."""
    install(machine)
    monkeypatch.setattr(start_up_files, "is_login_usual", lambda: True)
    return machine


def run(machine, *, undo=False):
    return init.run("bash", not undo, undo, machine.env(), "bare")


def having(machine):
    """The files of the home that have the block."""
    return [name for name in FILES if b"# >>> ccmon >>>" in ((shared_files.read(str(machine.home / name))) or b"")]


def filled(machine, files):
    for name, text in files.items():
        (machine.home / name).write_text(text)


def bytes_of(machine):
    return {path.name: path.read_bytes() for path in machine.home.iterdir() if path.is_file()}


@pytest.mark.parametrize("files, name", [
    ({}, ".bash_profile"), ({".bashrc": "a=1\n"}, ".bash_profile"), ({".profile": "a=1\n"}, ".profile"),
    ({".bash_login": "", ".profile": "a=1\n"}, ".bash_login"), ({".bash_profile": "a=1", ".profile": ""}, ".bash_profile"),
    ({".bash_profile": READS_RC, ".bashrc": "a=1\n"}, ".bash_profile")])
def test_M03_it_is_written_where_a_login_shell_reads_it(mac, files, name):
    filled(mac, files)
    before = bytes_of(mac)
    assert f"set up in {mac.home / name}." in run(mac) and having(mac) == [name]
    once = bytes_of(mac)
    run(mac)
    assert bytes_of(mac) == once       # the second time nothing is added
    assert f"Taken out of {mac.home / name}." in run(mac, undo=True) and bytes_of(mac) == before


@pytest.mark.parametrize("files, name", [
    ({".bashrc": "@"}, ".bash_profile"), ({".bashrc": "@", ".bash_profile": "a=1\n"}, ".bash_profile"),
    ({".bashrc": "@", ".bash_profile": READS_RC}, ".bashrc"), ({".bashrc": "@", ".profile": "[ -r ~/.bashrc ]&&source ~/.bashrc"},
                                                               ".bashrc"),
    ({".profile": "@", ".bash_profile": "# . ~/.profile\n"}, ".bash_profile"),
    ({".profile": "@", ".bash_profile": "source '~/.profile'\n"}, ".profile"),
    ({".bash_login": "@", ".bashrc": ""}, ".bash_login")])
def test_M03_what_an_earlier_ccmon_or_a_hand_has_put_elsewhere_is_found(mac, files, name, monkeypatch):
    """It stays where it is read, and is moved where it is not; there is one block at the end, and none after undo."""
    filled(mac, {name: text.replace("@", "") for name, text in files.items()})
    before = bytes_of(mac)
    for place in (place for place, text in files.items() if "@" in text):
        monkeypatch.setattr(dotfiles, "path_to_write", lambda *_, name=place: str(mac.home / name))
        run(mac)
        monkeypatch.undo()
        monkeypatch.setattr(start_up_files, "is_login_usual", lambda: True)
        assert having(mac) == [place]
    plan = init.edit("bash", mac.env())
    assert plan.path == str(mac.home / name) and {one.path for one in plan.moved} == {
        str(mac.home / place) for place in having(mac) if place != name}
    said = run(mac)
    assert having(mac) == [name] and said.count("Taken out of") == len(plan.moved)
    run(mac, undo=True)
    assert having(mac) == [] and bytes_of(mac) == before


def test_M03_on_linux_it_stays_where_a_hand_has_moved_it(machine, monkeypatch):
    install(machine)
    assert f"set up in {machine.home}/.bashrc." in run(machine) and having(machine) == [".bashrc"]
    (machine.home / ".bashrc").rename(machine.home / ".bash_login")
    run(machine)
    assert having(machine) == [".bash_login"]
    (machine.home / ".profile").write_bytes((machine.home / ".bash_login").read_bytes())           # and in a second one
    found = Uninstall(machine.env(), history=False).survey()
    assert {str(machine.home / name) for name in (".bash_login", ".profile")} <= set(found.start_up)
    assert "nothing" not in run(machine, undo=True) and having(machine) == []
    assert "There is nothing of ccmon" in run(machine, undo=True)


def test_M03_a_new_bash_shows_it_and_doctor_finds_it(mac):
    """Real shells: as terminals start them there, and one that reads ~/.profile and is no bash."""
    env = mac.env(SHELL=program("bash"))
    start_up = f"PATH={mac.bin}:$PATH\nPS1='$ '\n"         # /etc/profile may leave little of PATH
    (mac.home / ".profile").write_text(start_up)
    run(mac)
    shown = line.with_sight(line.start_up("bash", env), env)
    assert (shown.path, shown.set_up, shown.seen.state) == (str(mac.home / ".profile"), True, SEEN)
    for shell in ("dash", "zsh"):
        words = [program(shell), "-c", "set -eu; . ~/.profile; echo ended"]
        done = subprocess.run(words, env=env, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("ended\n", "")
    done = subprocess.run([program("dash"), "-l", "-i"], env=env, input="exit\n", capture_output=True, text=True)
    assert "not found" not in done.stderr and "ccmon" not in done.stderr
    (mac.home / ".bash_login").write_text(start_up)            # now that one is read
    found = visibility.visibility("bash", env)
    assert found.state == NOT_SEEN and found.says.endswith(f"starts as a login shell here, and does not read {mac.home}/.profile")
    assert found.command == "ccmon init bash --write"
    run(mac)
    assert having(mac) == [".bash_login"] and visibility.visibility("bash", env).state == SEEN


def test_M03_a_file_that_only_login_shells_read_is_told_elsewhere(machine):
    install(machine)
    run(machine)
    (machine.home / ".bashrc").rename(machine.home / ".bash_profile")
    found = visibility.visibility("bash", machine.env(SHELL=program("bash")))
    assert found.state == NOT_SEEN and "does not read" in found.says and found.command.startswith("ccmon init bash --undo")


def test_M03_the_text_names_the_file(mac):
    assert "in ~/.bash_profile," in init.run("bash", False, False, mac.env(), "bare")


@pytest.mark.parametrize("words, is_read", [
    ('. "$HOME"/.bashrc', True), ('[ -s ~/.bashrc ] && \\. "${HOME}/.bashrc"', True), (". ~/.bashrc\r", False),
    ("(. ~/.bashrc)", True), (". '@/.bashrc'", True),
    ("source .bashrc", True), ('. "$DOTFILES/.bashrc"', True), (". ~/dotfiles/.bashrc", False), (". /etc/.bashrc", False),
    ("umask 077  # unlike . ~/.bashrc", False)])
def test_M03_a_file_that_reads_another_one_is_understood_as_bash_does(tmp_path, words, is_read):
    home = tmp_path / "my home"
    home.mkdir()
    (home / ".bash_profile").write_text(words.replace("@", str(home)) + "\n")
    (home / ".bashrc").write_text("")
    assert (str(home / ".bashrc") in start_up_files.read_at_start(str(home), True)) is is_read


def test_M03_after_a_file_that_bash_may_not_read_it_reads_no_other(mac):
    """A folder of that name is one, also for root; a link that leads nowhere is none."""
    filled(mac, {".profile": "a=1\n"})
    (mac.home / ".bash_login").symlink_to("nowhere")
    assert start_up_files.bash_path(str(mac.home)) == str(mac.home / ".profile")
    (mac.home / ".bash_profile").mkdir()
    with pytest.raises(CcmonError, match=r"bash_profile cannot be read \(.*\). Nothing was changed"):
        run(mac)
    assert bytes_of(mac)[".profile"] == b"a=1\n"
