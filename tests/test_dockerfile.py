"""The Dockerfile: what it names is there, what ccmon needs gets in, a linter is content; built where there is an engine."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from commands import ROOT

from ccmon import __version__

pytestmark = pytest.mark.newest_only

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def instructions():
    """(word, the rest) of each, lines that go on joined."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line]


def stages():
    """The instructions of each FROM, with its own first."""
    found = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def copied():
    """The sources of every COPY from the checkout."""
    return [path for word, rest in instructions() if word == "COPY" and "--from=" not in rest for path in rest.split()[:-1]]


def test_only_known_instructions():
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "ENTRYPOINT"}
    assert {word for word, _ in instructions()} == known


def test_what_it_copies_is_in_the_checkout():
    assert len(copied()) > 5 and all((ROOT / path).exists() for path in copied())


def test_what_it_copies_is_not_ignored_and_nothing_else_is_sent():
    rules = [line for line in IGNORED if line and not line.startswith("#")]
    assert rules[0] == "*" and {rule[1:] for rule in rules if rule[0] == "!"} == {path.rstrip("/") for path in copied()}


def test_everything_that_is_installed_is_copied():
    """The package, what setup.cfg names as files, and what setup.cfg reads."""
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:man|completions)/\S+|\bREADME\.md|\bLICENSE\b", setup)) | {"ccmon/ccmon-line"}
    assert len(named) > 6 and all(any((ROOT / name) == ROOT / path or (ROOT / path) in (ROOT / name).parents for path in copied())
                                  for name in named)


def test_each_stage_that_is_copied_from_is_there():
    names = {rest.split(" AS ")[1] for word, rest in instructions() if word == "FROM" and " AS " in rest}
    assert {name for _, rest in instructions() for name in re.findall(r"--from=(\S+)", rest)} == names == {"ccusage", "ccmon"}


def test_every_base_and_ccusage_have_a_version():
    given = dict(rest.split("=") for word, rest in instructions() if word == "ARG")
    for word, rest in instructions():
        if word == "FROM":
            image, tag = rest.split(" AS ")[0].split(":")
            name = re.search(r"\$\{(\w+)\}-alpine$", tag)[1]
            assert re.fullmatch(r"[\d.]+", given[name]) and image in ("python", "node")
    assert "ccusage@20.0.24" in TEXT


def test_the_image_runs_ccmon_as_nobody_in_particular():
    last = dict(stages()[-1])
    assert last["ENTRYPOINT"] == '["ccmon"]' and re.fullmatch(r"[1-9]\d*:[1-9]\d*", last["USER"])
    assert last["VOLUME"] == last["WORKDIR"] == "/data" and "-m 1777 /data" in last["RUN"]
    assert {"HOME=/data", "CLAUDE_CONFIG_DIR=/claude", "LANG=C.UTF-8", "TERM=xterm-256color"} <= set(last["ENV"].split())
    words = [word for word, _ in stages()[-1]]
    assert words.index("RUN") < words.index("USER") and words.count("RUN") == 1


def test_no_cache_is_left():
    assert all("--no-cache-dir" in rest for word, rest in instructions() if word == "RUN" and "pip install" in rest)
    assert not any("pip" in rest or "npm" in rest for word, rest in stages()[-1] if word == "RUN")


def test_hadolint_is_content():
    program = shutil.which("hadolint", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))
    if program is None:
        pytest.skip("hadolint is not installed")
    found = subprocess.run([program, "--no-color", str(ROOT / "Dockerfile")], capture_output=True, timeout=60, encoding="utf-8")
    assert (found.stdout, found.returncode) == ("", 0)


# --- a real engine --------------------------------------------------------------------------------------------------------

def engine():
    """The program that can build here, or None; docker alone is often there without its engine."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, timeout=60).returncode == 0:
            return name
    return None


@pytest.mark.slow
def test_it_is_built_and_runs(tmp_path):
    program = engine()
    if program is None:
        pytest.skip("no engine to build an image with")
    image = f"ccmon-test-{os.getpid()}"
    built = subprocess.run([program, "build", "-q", "-t", image, str(ROOT)], capture_output=True, timeout=900, encoding="utf-8")
    assert built.returncode == 0, built.stderr
    try:
        calls = [[], ["--entrypoint", "ccusage"]]
        said = [subprocess.run([program, "run", "--rm", *words, image, "--version"], capture_output=True, timeout=120,
                               encoding="utf-8").stdout.strip() for words in calls]
        assert said == [f"ccmon {__version__}", "ccusage 20.0.24"]
    finally:
        subprocess.run([program, "rmi", "-f", image], capture_output=True, timeout=120, check=False)
