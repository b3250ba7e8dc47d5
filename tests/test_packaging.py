"""The package: what the wheel holds and asks for, that it installs and runs, and that an uninstalled copy runs too."""

import email
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import installs
import pytest
import pytz
from commands import ROOT, Machine
from full_screen import leave, live, shown
from terminal import Terminal

from ccmon import __version__
from ccmon.call_table import PAGES

pytestmark = pytest.mark.newest_only

NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "node_modules", "venv", "env")
DATA_FILES = {
    "share/man/man1/ccmon.1": "man/ccmon.1",
    "share/man/man1/ccmon-line.1": "man/ccmon-line.1",
    "share/man/man1/ccmon-history.1": "man/ccmon-history.1",
    "share/man/man1/ccmon-learn.1": "man/ccmon-learn.1",
    "share/man/man5/ccmon-config.5": "man/ccmon-config.5",
    "share/bash-completion/completions/ccmon": "completions/ccmon",
    "share/zsh/site-functions/_ccmon": "completions/_ccmon",
    "share/fish/vendor_completions.d/ccmon.fish": "completions/ccmon.fish",
}
# Its upload to the package index is another program's: only ccmon-cli is ours.
OTHER_PROGRAM = re.compile(r"\bpip[\w.]* install (?:-\S+ )*[\"']?ccmon(?!-cli)\b")

# One worker makes the wheel and the environments, once.
together = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def run(*command, env=None, cwd=None):
    return subprocess.run([str(word) for word in command], env=env, cwd=cwd and str(cwd), stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8", timeout=300)


def pip_environment():
    """Where pip finds the user's own index; the tests' home knows none."""
    if os.name != "posix":
        return dict(os.environ)
    import pwd
    return {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}


def pip(*words, cwd=None):
    done = run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words, env=pip_environment(), cwd=cwd)
    assert done.returncode == 0, done.stderr


def venv(folder, *packages):
    """A fresh environment of the running interpreter with these packages; returns its folder of programs."""
    assert run(sys.executable, "-m", "venv", "--without-pip", folder).returncode == 0
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", programs / "python", "install", *packages)
    return programs


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of the checkout, so that nothing is built in it."""
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "ccmon", ignore=NOT_COPIED))


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, cwd=source)      # the first command has that
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(source, tmp_path_factory):
    """The programs' folder of the environment that the README's first command has made, once its monitor was seen and left."""
    machine = Machine(tmp_path_factory.mktemp("first"))
    live(machine)
    command = next(line.strip() for line in (ROOT / "README.md").read_text().splitlines() if "python3 -m venv .venv &&" in line)
    (machine.bin / "python3").symlink_to(Path(sys.base_prefix) / "bin/python3")
    own = Path(pip_environment()["HOME"]) / ".config/pip/pip.conf"             # the user's own index
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    env = {**settings, **machine.env(TERM=None, PYTHONPATH=None, PIP_CONFIG_FILE=own if own.exists() else None)}
    with Terminal(["/bin/sh", "-c", command], env=env, cwd=str(source)) as term:
        for _ in range(1200):          # it installs first
            if term.process.poll() is not None or "1,234" in term.text():
                break
            time.sleep(0.2)
        shown(term)
        leave(term)
    machine.close()
    return source / ".venv/bin"


@pytest.fixture(scope="module")
def piped(wheel, tmp_path_factory):
    """The programs' folder of pipx, with the wheel in an environment that pipx made."""
    folder = tmp_path_factory.mktemp("pipx")
    env = {**pip_environment(), "PIPX_HOME": str(folder / "home"), "PIPX_BIN_DIR": str(folder / "bin"),
           "PIPX_MAN_DIR": str(folder / "share" / "man"), "PIPX_DEFAULT_PYTHON": sys.executable}
    done = run(venv(folder / "venv", "pipx >= 1.3") / "pipx", "install", wheel, env=env)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


@pytest.fixture(scope="module")
def pytz_alone(tmp_path_factory):
    """The python of an environment with nothing but pytz."""
    folder = tmp_path_factory.mktemp("pytz")
    (installs.environment(folder) / "pytz").symlink_to(Path(pytz.__file__).parent)
    return folder / "bin/python"


@pytest.fixture
def env(home):
    """A user's environment without ccusage."""
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "LINES": "24"}


class TestWheel:
    pytestmark = together

    def metadata(self, wheel):
        with zipfile.ZipFile(str(wheel)) as files:
            (name,) = [n for n in files.namelist() if n.endswith(".dist-info/METADATA")]
            return email.message_from_bytes(files.read(name))

    def test_its_name_and_version(self, wheel):
        fields = self.metadata(wheel)
        assert (fields["Name"], fields["Version"]) == ("ccmon-cli", __version__)
        assert wheel.name == f"ccmon_cli-{__version__}-py3-none-any.whl"

    def test_its_requirements_are_these_and_no_more(self, wheel):
        fields = self.metadata(wheel)
        needed = [line.replace(" ", "").replace("'", '"') for line in fields.get_all("Requires-Dist") if "extra" not in line]
        assert sorted(line.partition(";")[0] for line in needed) == ["pytz>=2019.1", "tabulate>=0.8.8", "windows-curses"]
        assert [line for line in needed if ";" in line and 'sys_platform=="win32"' in line] == needed[2:]
        assert fields["Requires-Python"] == ">=3.8"

    def test_it_holds_the_package_and_nothing_else(self, wheel):
        with zipfile.ZipFile(str(wheel)) as files:
            modules = {name for name in files.namelist() if name.endswith(".py")}
            others = {name.split("/")[0] for name in files.namelist()} - {"ccmon"}
        assert modules == {path.relative_to(ROOT).as_posix() for path in (ROOT / "ccmon").rglob("*.py")}
        assert others == {f"ccmon_cli-{__version__}.{kind}" for kind in ("data", "dist-info")}

    def test_it_carries_the_licence(self, wheel):
        with zipfile.ZipFile(str(wheel)) as files:
            assert any(name.endswith("/LICENSE") for name in files.namelist())


class TestInstalled:
    pytestmark = together

    def test_the_first_command_of_the_readme_ends_in_the_running_monitor(self, installed):
        assert (installed / "ccmon").exists()          # and it was seen

    def test_the_command_runs(self, installed, env, tmp_path):
        done = run(installed / "ccmon", "--version", env=env, cwd=tmp_path)
        assert (done.stdout, done.stderr, done.returncode) == (f"ccmon {__version__}\n", "", 0)

    def test_the_demo_and_the_table_run(self, installed, env, tmp_path):
        frame = run(installed / "ccmon", "--demo", "--once", env=env, cwd=tmp_path)
        assert "runs out" in frame.stdout and frame.stderr == "" and frame.returncode in (0, 10, 11)
        table = run(installed / "ccmon", "--demo", "history", "--table", env=env, cwd=tmp_path)
        assert table.stdout.startswith("| ") and table.stderr == "" and table.returncode == 0

    def test_the_manual_is_in_the_package_itself(self, installed, env, tmp_path):
        """uv tool install, pip install --target: no man finds a page there."""
        for topic, file in PAGES.items():
            shown = run(installed / "ccmon", "help", "--man", topic, env=env, cwd=tmp_path)
            assert shown.stdout.startswith(file.upper().replace(".", "(") + ")") and (shown.stderr, shown.returncode) == ("", 0)

    @pytest.mark.parametrize("place, file", sorted(DATA_FILES.items()))
    def test_the_manual_and_the_completions_are_where_they_are_looked_for(self, installed, place, file):
        assert (installed.parent / place).read_bytes() == (ROOT / file).read_bytes()

    @pytest.mark.parametrize("name", ["ccmon", "ccmon-line"])
    def test_man_finds_the_page_beside_the_programs(self, installed, env, name):
        assert found_by_man(installed, env, name) == installed.parent / "share" / "man" / "man1" / f"{name}.1"

    def test_man_shows_it(self, installed, env):
        shown = run(the_man(), "ccmon-line", env={**env, "PATH": f"{installed}:{env['PATH']}", "PAGER": "cat"})
        assert "DESCRIPTION" in shown.stdout and shown.returncode == 0


class TestPipx:
    """pipx installs into an environment of its own, and puts programs and pages where shells and man look."""

    pytestmark = [*together, pytest.mark.nightly]      # the wheel is TestInstalled's

    def test_the_commands_run(self, piped, env):
        done = run(piped / "ccmon", "--version", env=env)
        assert (done.stdout, done.stderr, done.returncode) == (f"ccmon {__version__}\n", "", 0)
        line = run(piped / "ccmon-line", "nonsense", env=env)
        assert line.stdout.count("\n") == 1 and line.returncode == 0

    @pytest.mark.parametrize("name", ["ccmon", "ccmon-line"])
    def test_man_finds_the_page(self, piped, env, name):
        link = piped.parent / "share" / "man" / "man1" / f"{name}.1"
        assert link.is_symlink() and found_by_man(piped, env, name) == link.resolve()


def the_man():
    """The path of man, which knows a page by the folder of the program beside it."""
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    return shutil.which("man")


def found_by_man(programs, env, name):
    """The page that man would show with these programs on PATH, and nothing else told."""
    found = run(the_man(), "-w", name, env={**env, "PATH": f"{programs}:{env['PATH']}"})
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())


class TestUninstalled:
    pytestmark = together

    def test_a_frame_with_pytz_alone(self, source, pytz_alone, env):
        done = run(pytz_alone, "-m", "ccmon", "--demo", "--once", env=env, cwd=source)
        assert "runs out" in done.stdout and done.stderr == "" and done.returncode in (0, 10, 11)

    def test_without_ccusage_it_says_what_to_install(self, source, pytz_alone, env):
        done = run(pytz_alone, "-m", "ccmon", "--json", env=env, cwd=source)
        assert done.returncode == 30 and done.stderr.count("\n") == 1
        assert done.stderr.startswith("ccmon: Failed to get usage data: ") and "npm install -g ccusage" in done.stderr

    def test_a_table_without_tabulate_says_what_to_install(self, source, pytz_alone, env):
        done = run(pytz_alone, "-m", "ccmon", "--demo", "history", "--table", env=env, cwd=source)
        assert done.returncode == 30 and done.stdout == "" and done.stderr.count("\n") == 1
        assert "pip install tabulate" in done.stderr

    def test_json_needs_no_tabulate(self, source, pytz_alone, env):
        done = run(pytz_alone, "-m", "ccmon", "--demo", "history", "--json", env=env, cwd=source)
        assert done.stdout.startswith("[{") and done.stderr == "" and done.returncode == 0


# --- the name -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "man").iterdir()], ids=lambda path: path.name)
def test_nobody_is_sent_to_the_other_package_of_that_name(path):
    assert OTHER_PROGRAM.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text, wrong", [
    ("pip install ccmon", True), ("pip3 install ccmon.", True), ("pip install --upgrade ccmon\n", True),
    ('pipx install "ccmon"', True), ("pip install 'ccmon'", True),
    ("pip install ccmon-cli", False), ("pip install .", False), ("pip install -U ccmon-cli[test]", False),
])
def test_that_search(text, wrong):
    assert bool(OTHER_PROGRAM.search(text)) is wrong
