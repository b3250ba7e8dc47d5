"""`ccmon doctor` on a healthy machine and on broken ones: each command it names is run, and what was broken is well again."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
import strangers
from commands import NOW, block
from patient import TOPICS, Patient, patient  # noqa: F401
from terminal import Terminal

pytestmark = pytest.mark.newest_only


def test_a_healthy_machine(patient):
    code, checks = patient.doctor()
    assert code == 0 and {topic: check["state"] for topic, check in checks.items()} == dict.fromkeys(TOPICS, "ok")
    says = {topic: check["says"] for topic, check in checks.items()}
    assert says["ccusage"].startswith(f"20.0.24, {patient.ccusage}, runs in 0.") and says["Node"].startswith("v20.1.0, ")
    assert says["history"] == f"{patient.store}, sound: 1 session, 0.1 MB" and "1 file, the newest" in says["logs"]
    assert says["settings"].startswith("all by default") and "settings.json" in says["Claude Code"]


def test_it_changes_nothing_and_needs_nothing(machine):
    before = sorted(machine.folder.rglob("*"))
    done = machine.run("doctor", now=None)
    assert done.code == 0 and done.err == "" and "hint   logs" in done.out
    assert [path for path in sorted(machine.folder.rglob("*")) if path not in before] == [machine.folder / "runs"]


def test_a_machine_on_which_nothing_was_used_yet_has_no_failures(machine):
    (machine.bin / "ccusage").unlink()
    machine.run("--once", now=None)
    rows = [row for row in machine.run("doctor", now=None).out.splitlines() if row[7:12] == "cache"]
    assert [row.split()[0] for row in rows] == ["ok"]


# --- broken, and mended -------------------------------------------------------------------------------------------------

def configured(patient):
    patient.configure("[ccmon]\n# mine\nthemme = dark\nplan = max5\n")


def damaged(patient):
    content = bytearray(patient.store.read_bytes())
    content[4096:12288] = b"\x5a" * 8192
    patient.store.write_bytes(content)


def newer_schema(patient):
    with closing(sqlite3.connect(str(patient.store))) as db:
        db.execute("PRAGMA user_version = 9900")


def no_json(patient):
    path = patient.home / ".claude/settings.json"
    path.write_text(path.read_text().replace('"type"', "oops\n\"type\""))


def moved(patient):
    path = patient.home / ".claude/settings.json"
    path.write_text(path.read_text().replace(str(patient.bin / "ccmon"), "/gone/ccmon"))


def half_a_block(patient):
    (patient.home / ".bashrc").write_text("alias l=ls\n# >>> ccmon >>>\n")


def block_of_a_ccmon_that_is_gone(name, shell):
    def breaks(patient):
        assert patient.shell(f"ccmon init {shell} --write").code == 0
        path = patient.home / name
        path.write_text(path.read_text().replace(str(patient.bin), "/gone/bin"))
    return breaks


def own_prompt(patient):
    (patient.home / ".bashrc").write_text("build() { PS1='mine> '; }\nPROMPT_COMMAND=build\n")
    assert patient.shell("ccmon init bash --write").code == 1


def no_hooks(patient):
    path = patient.home / ".claude/settings.json"
    path.write_text(path.read_text().replace("{", '{\n  "disableAllHooks": true,', 1))


def line_of_a_project(patient):
    (patient.cwd / ".claude").mkdir()
    line = json.dumps({"type": "command", "command": "date"})
    (patient.cwd / ".claude/settings.json").write_text(f'{{\n "a": 1,\n "statusLine": {line},\n "b": 2\n}}\n')


def failed_before(patient):
    patient.fails()
    patient.run("record", now=None)
    patient.answers([block(NOW - 3600, 1234)])


def without_ccusage(patient):
    patient.ccusage.unlink()
    shutil.rmtree(patient.home / ".claude/projects")


def slow_by_configuration(patient):
    patient.configure("[ccmon]\ntimeout = 0.3\n")
    patient.slow(1)


WEBHOOK = "[ccmon]\nalerts = 80\nalert_by = webhook\nalert_webhook_file = ~/hook\n"
SECRET = "https://hooks.example/s3cr3t-token"


def webhook_for_all(patient):
    patient.configure(WEBHOOK)
    (patient.home / "hook").write_text(SECRET)
    (patient.home / "hook").chmod(0o644)


def no_webhook_yet(patient):
    patient.configure(WEBHOOK)
    patient.script("editor", f'echo {SECRET} >"$2"\n')


def no_address(patient):
    no_webhook_yet(patient)
    (patient.home / "hook").write_text("s3cr3t-token")
    (patient.home / "hook").chmod(0o600)


def alerts_by(channels):
    return lambda patient: patient.configure(f"[ccmon]\nalerts = 80\nalert_by = {channels}\n")


BROKEN = [
    ("alerts", "fault", webhook_for_all, {}, "others can read"),
    ("alerts", "fault", no_webhook_yet, {}, "No such file"),
    ("alerts", "fault", no_address, {}, "is no address"),
    ("alerts", "fault", alerts_by("none"), {}, "alert_by names no channel"),
    ("alerts", "fault", alerts_by("command"), {}, "command: alert_command is not set"),
    ("alerts", "hint", alerts_by("bell, command"), {"CCMON_ALERT_COMMAND": "gone-command"}, "gone-command was not found"),
    ("alerts", "fault", alerts_by("webhook"), {"CCMON_ALERT_WEBHOOK_URL": "s3cr3t-token"}, "is no address"),
    ("ccusage", "hint", without_ccusage, {}, "was not found: Claude Code's log files are read instead"),
    ("ccusage", "hint", lambda patient: patient.ccusage.unlink(), {}, "log files are read instead"),
    ("ccusage", "fault", lambda patient: patient.ccusage.unlink(), {"CCMON_SOURCE": "ccusage"}, "was not found"),
    ("ccusage", "fault", lambda patient: patient.slow(1), {"CCMON_TIMEOUT": "0.3"}, "took longer than 0.3 s"),
    ("ccusage", "fault", slow_by_configuration, {}, "took longer than 0.3 s"),
    ("ccusage", "fault", lambda patient: None, {"CCMON_CCUSAGE": "/gone", "CCMON_SOURCE": "ccusage"}, "'/gone'"),
    ("ccusage", "hint", lambda patient: patient.configure("[ccmon]\nccusage = /gone\n"), {}, "'/gone'"),
    ("logs", "fault", lambda patient: None, {"CLAUDE_CONFIG_DIR": "/gone"}, "CLAUDE_CONFIG_DIR leads to /gone/projects"),
    ("settings", "fault", configured, {}, "line 3: unknown option 'themme' (did you mean theme?)"),
    ("settings", "fault", lambda patient: patient.configure("plan = pro\n"), {}, "line 1: settings stand below"),
    ("settings", "fault", lambda patient: None, {"CCMON_PLAN": "nonsense"}, "CCMON_PLAN: 'nonsense' is no plan"),
    ("time", "fault", lambda patient: None, {"CCMON_TIMEZONE": "Europe/Nowhere"}, "Nowhere"),
    ("time", "fault", lambda patient: patient.configure("[ccmon]\ntimezone = Europe/Nowhere\n"), {}, "Nowhere"),
    ("time", "fault", lambda patient: None, {"CCMON_NOW": "teatime"}, "teatime"),
    ("time", "hint", lambda patient: None, {"CCMON_NOW": NOW}, "stands still"),
    ("time", "hint", lambda patient: None, {"TZ": "America/New_York"}, "times are shown in Europe/Warsaw"),
    ("history", "fault", damaged, {}, "is damaged"),
    ("history", "fault", lambda patient: patient.store.write_text("not at all " * 999), {}, "is damaged"),
    ("history", "hint", lambda patient: patient.store.chmod(0o644), {}, "others on this machine may read"),
    ("history", "fault", lambda patient: None, {"CCMON_DATA_DIR": "/dev/null/x"}, "/dev/null is in the way"),
    ("cache", "fault", lambda patient: patient.cache.chmod(0o777), {}, "others on this machine may write"),
    ("cache", "hint", failed_before, {}, "1 time in a row"),
    ("Claude Code", "fault", no_json, {}, "is not JSON at line"),
    ("Claude Code", "fault", moved, {}, "/gone/ccmon, which is not there"),
    ("Claude Code", "hint", lambda patient: patient.shell("ccmon init claude --undo"), {}, "not connected"),
    ("Claude Code", "hint", no_hooks, {}, "not seen: disableAllHooks in"),
    ("Claude Code", "hint", line_of_a_project, {}, "has a status line for this project"),
    ("shells", "hint", own_prompt, {}, "the line is set up, but not seen: a start-up file of bash makes the prompt anew"),
    ("shells", "fault", half_a_block, {}, "do not match"),
    ("shells", "fault", block_of_a_ccmon_that_is_gone(".bashrc", "bash"), {}, "/gone/bin/ccmon"),
    ("shells", "fault", block_of_a_ccmon_that_is_gone(".zshrc", "zsh"), {}, "/gone/bin/ccmon"),
    ("shells", "fault", block_of_a_ccmon_that_is_gone(".tmux.conf", "tmux"), {}, "/gone/bin/ccmon"),
    ("shells", "fault", block_of_a_ccmon_that_is_gone(".config/fish/config.fish", "fish"), {}, "/gone/bin/ccmon"),
    ("locale", "hint", lambda patient: None, {"LC_ALL": "C"}, "not UTF-8"),
    ("locale", "hint", lambda patient: None, {"LC_ALL": "xx_YY.UTF-8"}, "not generated"),
]


@pytest.mark.parametrize("topic, state, breaks, env, says", BROKEN,
                         ids=[f"{number} {row[0]}" for number, row in enumerate(BROKEN)])
def test_what_is_broken_is_well_after_the_command(patient, topic, state, breaks, env, says):
    breaks(patient)
    code, checks = patient.doctor(**env)
    check = checks[topic]
    assert "s3cr3t" not in str(checks)
    assert (check["state"], code) == (state, 1 if state == "fault" else 0) and says in check["says"]
    assert {other: found["state"] for other, found in checks.items() if found["state"] == "fault"} in ({}, {topic: "fault"})
    assert "\n" not in check["mend"] and str(patient.home) not in check["mend"]
    _, after = patient.doctor(check["mend"], **env)
    assert after[topic]["state"] == "ok", after[topic]


def test_a_configuration_is_mended_at_its_line_alone(patient):
    configured(patient)
    patient.doctor(patient.doctor()[1]["settings"]["mend"])
    assert (patient.home / ".config/ccmon/config.ini").read_text() == "[ccmon]\n# mine\nplan = max5\n"


def test_what_a_wrong_configuration_leaves_is_used(patient):
    configured(patient)
    assert patient.doctor(CCMON_SOURCE="logs")[1]["ccusage"]["says"] == "not asked: source = logs"
    assert patient.doctor(CCMON_SOURCE="nonsense")[1]["ccusage"]["says"].startswith("20.0.24")


def test_a_damaged_history_is_moved_and_kept(patient):
    damaged(patient)
    content = patient.store.read_bytes()
    patient.doctor(patient.doctor()[1]["history"]["mend"])
    kept, = patient.store.parent.glob("damaged.*/ccmon.db")
    assert kept.read_bytes() == content and not patient.store.exists()


def test_a_history_of_a_newer_ccmon_is_not_moved_away(patient):
    newer_schema(patient)
    check = patient.doctor()[1]["history"]
    assert check["state"] == "fault" and "newer ccmon" in check["says"] and check["mend"].startswith("git pull")


# --- tmux ---------------------------------------------------------------------------------------------------------------

@pytest.fixture
def server(patient):
    """A tmux server that was started with a poor PATH."""
    if shutil.which("tmux", path="/usr/bin:/bin") is None:
        pytest.skip("tmux is not installed")
    patient.tmux("new-session", "-d", "sleep 1000", PATH="/usr/bin:/bin")
    yield patient
    patient.tmux("kill-server")


@pytest.mark.parametrize("shown, remembers, state", [(True, False, "fault"), (False, False, "hint"), (True, True, "hint")])
def test_a_tmux_server_with_a_poor_path(server, shown, remembers, state):
    if not remembers:
        server.store.unlink()
    if shown:
        server.tmux("set", "-g", "status-right", "#(ccmon-line tmux)")
        server.tmux("set", "-g", "status-right-length", "100")
    code, checks = server.doctor()
    assert (checks["tmux"]["state"], code) == (state, 1 if state == "fault" else 0)
    assert checks["tmux"]["mend"] == 'tmux set-environment -g PATH "$PATH"'
    _, after = server.doctor(checks["tmux"]["mend"])
    assert after["tmux"]["state"] == "ok" and ("shows the line" in after["tmux"]["says"]) is shown


def test_a_tmux_server_that_hides_the_line(server):
    server.tmux("set-environment", "-g", "PATH", server.env()["PATH"])
    assert server.shell("ccmon init tmux --write && tmux source-file ~/.tmux.conf").code == 0
    assert "shows the line" in server.doctor()[1]["tmux"]["says"]
    for option, value, says in (("status", "off", "status is off"), ("status-right-length", "20", "the server cuts it"),
                                ("status-right", "theme", "a theme has set status-right")):
        server.tmux("set", "-g", option, value)
        code, checks = server.doctor()
        assert (code, checks["tmux"]["state"]) == (0, "hint") and says in checks["tmux"]["says"]
        assert "shows the line" in server.doctor(checks["tmux"]["mend"])[1]["tmux"]["says"], option


# --- permissions --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shut", [".claude/projects", ".claude", ".claude/projects/-home-dev-app", "a log", ".local/share/ccmon",
                                  ".local/share/ccmon/ccmon.db", ".cache/ccmon", ".config/ccmon/config.ini"])
def test_what_is_shut_is_opened(shut):
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    patient = Patient(folder)
    try:
        patient.configure("[ccmon]\nplan = max5\n")
        log = next((patient.home / ".claude/projects").rglob("*.jsonl"))
        path = log if shut == "a log" else log.parent if "-home" in shut else patient.home / shut
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "12345", str(patient.home)], check=True)
        path.chmod(0)
        broken = json.loads(strangers.call(["doctor", "--json"], patient.env(CCMON_NOW=NOW, TERM="dumb")).out)["checks"]
        check = next(check for check in broken if check["state"] == "fault")
        assert check["mend"].startswith("chmod ") and (check["topic"] == "logs") is (path == log or ".claude" in shut)
        subprocess.run(["/bin/sh", "-c", check["mend"]], env=patient.env(), check=True, timeout=30,
                       preexec_fn=(lambda: os.setuid(12345)) if os.getuid() == 0 else None)
        well = json.loads(strangers.call(["doctor", "--json"], patient.env(CCMON_NOW=NOW, TERM="dumb")).out)
        assert next(c for c in well["checks"] if c["topic"] == check["topic"])["state"] in ("ok", "hint"), well
    finally:
        path.chmod(0o700)
        shutil.rmtree(folder)


# --- it never fails itself ----------------------------------------------------------------------------------------------

def a_folder_for(path):
    def breaks(patient):
        for file in (patient.home / path).parent.glob(Path(path).name + "*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        (patient.home / path).mkdir(parents=True)
    return breaks


def a_file_for(path):
    def breaks(patient):
        shutil.rmtree(patient.home / path)
        (patient.home / path).write_text("in the way")
    return breaks


def rubbish_in(path):
    def breaks(patient):
        (patient.home / path).parent.mkdir(parents=True, exist_ok=True)
        (patient.home / path).write_bytes(b"\xff\0\x1b[2J" * 99)
    return breaks


@pytest.mark.parametrize("breaks", [
    *map(a_folder_for, [".local/share/ccmon/ccmon.db", ".config/ccmon/config.ini", ".claude/settings.json", ".bashrc",
                        ".cache/ccmon/state"]),
    *map(a_file_for, [".local/share/ccmon", ".cache/ccmon", ".claude", ".claude/projects"]),
    *map(rubbish_in, [".local/share/ccmon/ccmon.db", ".config/ccmon/config.ini", ".claude/settings.json", ".bashrc",
                      ".cache/ccmon/state"])])
@pytest.mark.parametrize("words", [["--json"], []])
def test_it_never_fails_itself(patient, breaks, words):
    breaks(patient)
    done = patient.run("doctor", *words, now=None)
    assert done.code in (0, 1) and done.err == "" and "\x1b" not in done.out and "cannot be looked at" not in done.out
    if not words:
        first = [row[7:].split("  ")[0] for row in done.out.splitlines() if row[:1].strip() and row[7:8].strip()]
        assert first[:len(TOPICS)] == TOPICS
        assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("env", [{"HOME": "/nonexistent"}, {"HOME": "/"}, {"PATH": ""}, {"PATH": "relative:"}, {"TERM": None},
                                 {"LC_ALL": None}, {"TMUX": "/nonexistent,1,0"}, {"ZDOTDIR": "/dev/null"}])
def test_poor_surroundings_are_rows(patient, env):
    done = patient.run("doctor", now=None, **env)
    assert done.code in (0, 1) and done.err == "" and "cannot be looked at" not in done.out


def test_a_demo_is_no_patient(machine):
    assert machine.run("doctor", "--demo")[::2] == (2, "ccmon: ccmon doctor looks at this machine: leave --demo away\n")


# --- the terminal -------------------------------------------------------------------------------------------------------

def on_a_terminal(patient, columns, term="xterm-256color", **env):
    with Terminal(patient.command("doctor"), columns=columns, rows=40, env=patient.env(**env), term=term) as terminal:
        terminal.wait_exit()
        return of_today(list(terminal.screen.display)), bytes(terminal.raw)


def of_today(rows):
    """As they are while the table of prices is new: a test is none the worse for it."""
    until = next(number for number, row in enumerate(rows[1:], 1) if row[:7].strip())
    is_old = rows[0].startswith("hint") and "prices are of" in " ".join(rows[:until])
    return [rows[0], *(row.replace("1 hint", "nothing is wrong") for row in rows[until:])] if is_old else rows


def test_a_row_a_topic_fits_80_columns(patient):
    rows, raw = on_a_terminal(patient, 80)
    assert [row[7:20].strip() for row in rows[:15]] == TOPICS and rows[16].strip() == "nothing is wrong"
    assert b"38;5;" in raw and b"38;5;" not in on_a_terminal(patient, 80, NO_COLOR="1")[1]
    assert "256 colours" in rows[12] and "80x40" in rows[12]


def test_without_utf8_all_is_ascii(patient):
    assert patient.run("doctor", LC_ALL="C", now=None).out.isascii()


def test_a_terminal_of_an_unknown_type(patient):
    rows, _ = on_a_terminal(patient, 80, term="nonsense")
    assert rows[12].startswith("fault  terminal     the terminal type 'nonsense' (TERM) is not known")
    assert rows[14].strip() == "run: export TERM=xterm-256color"
