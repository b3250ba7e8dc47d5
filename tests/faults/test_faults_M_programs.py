"""A PATH of four folders, as launchd, cron and xbar give it: ccusage and its Node.js are found all the same."""

import json
import os

import pytest
from ccusage_places import no_system_ccusage, put  # noqa: F401
from commands import NOW, block, iso

from ccmon.errors import CcmonError
from ccmon.sources import ccusage, program_search

pytestmark = pytest.mark.newest_only

POOR = "/usr/bin:/bin:/usr/sbin:/sbin"
NODE_SCRIPT = "#!/usr/bin/env node\n"
LIB = "lib/node_modules/ccusage/dist/cli.js"


def node(name, path):
    """A stand-in for Node.js: it says which one it is, then does what the program says in sh."""
    put(path)
    path.write_text(f'#!/bin/sh\necho "{name}"\n')


def package(home, below):
    """ccusage as npm installs it: a link in bin to a script in lib."""
    script = home / below / LIB
    put(script)
    script.write_text(NODE_SCRIPT)
    (home / below / "bin").mkdir(exist_ok=True)
    (home / below / "bin/ccusage").symlink_to(script)


def written(home, below):
    """ccusage as a mere script."""
    put(home / below)
    (home / below).write_text(NODE_SCRIPT)


# Packages of ccusage (@: a mere script), every node, what chooses one (->: a link), the environment; where ccusage is found, and
# the node that it gets.
LAYOUTS = {
    "pnpm on macOS": (["@Library/pnpm/ccusage"], ["Library/pnpm/node"], {}, {}, "Library/pnpm/ccusage", "Library/pnpm/node"),
    "pnpm on macOS, bin": (["@Library/pnpm/bin/ccusage"], ["Library/pnpm/node"], {}, {}, "Library/pnpm/bin/ccusage",
                           "Library/pnpm/node"),
    "pnpm": (["@.local/share/pnpm/ccusage"], [".local/share/pnpm/nodejs/22.1.0/bin/node"], {}, {}, ".local/share/pnpm/ccusage",
             ".local/share/pnpm/nodejs/22.1.0/bin/node"),
    "pnpm, bin, node of nvm": (["@.local/share/pnpm/bin/ccusage"],
                               [".nvm/versions/node/v9.1.0/bin/node", ".nvm/versions/node/v22.1.0/bin/node"], {}, {},
                               ".local/share/pnpm/bin/ccusage", ".nvm/versions/node/v22.1.0/bin/node"),
    "PNPM_HOME": (["@elsewhere/ccusage"], [".volta/bin/node"], {}, {"PNPM_HOME": "elsewhere"}, "elsewhere/ccusage",
                  ".volta/bin/node"),
    "nvm, default": (["@.npm-global/bin/ccusage"], [f".nvm/versions/node/v{v}/bin/node" for v in ("18.2.0", "20.10.1", "22.9.0")],
                     {".nvm/alias/default": "lts/iron\n", ".nvm/alias/lts/iron": "v20.10.1\n"}, {}, ".npm-global/bin/ccusage",
                     ".nvm/versions/node/v20.10.1/bin/node"),
    "nvm, its own": (["nvm/versions/node/v18.2.0", "nvm/versions/node/v20.2.0"],
                     [f"nvm/versions/node/v{v}/bin/node" for v in ("18.2.0", "20.2.0")], {"nvm/alias/default": "18"},
                     {"NVM_DIR": "nvm"}, "nvm/versions/node/v18.2.0/bin/ccusage", "nvm/versions/node/v18.2.0/bin/node"),
    "fnm on macOS": (["Library/Application Support/fnm/node-versions/v22.1.0/installation"],
                     ["Library/Application Support/fnm/node-versions/v22.1.0/installation/bin/node"], {}, {},
                     "Library/Application Support/fnm/node-versions/v22.1.0/installation/bin/ccusage",
                     "Library/Application Support/fnm/node-versions/v22.1.0/installation/bin/node"),
    "fnm, default": ([".local/share/fnm/node-versions/v20.1.0/installation"],
                     [f".local/share/fnm/node-versions/v{v}/installation/bin/node" for v in ("20.1.0", "22.1.0")],
                     {".local/share/fnm/aliases/default": "->.local/share/fnm/node-versions/v20.1.0/installation"}, {},
                     ".local/share/fnm/aliases/default/bin/ccusage", ".local/share/fnm/aliases/default/bin/node"),
    "nodenv": ([".nodenv/versions/20.1.0", "@.nodenv/shims/ccusage"], [".nodenv/versions/20.1.0/bin/node",
               ".nodenv/versions/22.1.0/bin/node", ".nodenv/shims/node"], {".nodenv/version": "20.1.0\n"}, {},
               ".nodenv/versions/20.1.0/bin/ccusage", ".nodenv/versions/20.1.0/bin/node"),
    "nodebrew": ([".nodebrew/node/v20.1.0"], [".nodebrew/node/v20.1.0/bin/node"],
                 {".nodebrew/current": "->.nodebrew/node/v20.1.0"}, {}, ".nodebrew/current/bin/ccusage",
                 ".nodebrew/current/bin/node"),
    "asdf": ([".asdf/installs/nodejs/20.1.0", "@.asdf/shims/ccusage"], [".asdf/installs/nodejs/20.1.0/bin/node",
             ".asdf/installs/nodejs/22.1.0/bin/node", ".asdf/shims/node"], {".tool-versions": "ruby 3\nnodejs 20.1.0\n"}, {},
             ".asdf/installs/nodejs/20.1.0/bin/ccusage", ".asdf/installs/nodejs/20.1.0/bin/node"),
    "asdf, before": ([".asdf/installs/nodejs/18.1.0/.npm"], [".asdf/installs/nodejs/18.1.0/bin/node",
                     ".asdf/installs/nodejs/22.1.0/bin/node"], {}, {}, ".asdf/installs/nodejs/18.1.0/.npm/bin/ccusage",
                     ".asdf/installs/nodejs/18.1.0/bin/node"),
    "mise": ([".local/share/mise/installs/npm-ccusage/20.0.24"], [".local/share/mise/installs/node/22.1.0/bin/node",
             ".local/share/mise/installs/node/20.1.0/bin/node"], {".config/mise/config.toml": '[tools]\nnode = "20"\n'}, {},
             ".local/share/mise/installs/npm-ccusage/20.0.24/bin/ccusage", ".local/share/mise/installs/node/20.1.0/bin/node"),
    "proto": (["@.proto/shims/ccusage", ".proto/tools/node/globals"], [".proto/tools/node/22.1.0/bin/node"], {}, {},
              ".proto/tools/node/globals/bin/ccusage", ".proto/tools/node/22.1.0/bin/node"),
    "n": (["n"], ["n/bin/node"], {}, {"N_PREFIX": "n"}, "n/bin/ccusage", "n/bin/node"),
    "nvs": ([".nvs/node/22.1.0/x64"], [".nvs/node/22.1.0/x64/bin/node"], {}, {}, ".nvs/node/22.1.0/x64/bin/ccusage",
            ".nvs/node/22.1.0/x64/bin/node"),
    "volta": (["@.volta/bin/ccusage"], [".volta/bin/node"], {}, {}, ".volta/bin/ccusage", ".volta/bin/node"),
    "nix": (["@.nix-profile/bin/ccusage"], [".nix-profile/bin/node"], {}, {}, ".nix-profile/bin/ccusage",
            ".nix-profile/bin/node"),
    "bun": (["@.bun/bin/ccusage"], [".fnm/node-versions/v20.1.0/installation/bin/node"], {}, {}, ".bun/bin/ccusage",
            ".fnm/node-versions/v20.1.0/installation/bin/node"),
    "npm's prefix": (["own prefix"], [".volta/bin/node"], {".npmrc": "fund=false\nprefix = ${HOME}/own prefix\n"}, {},
                     "own prefix/bin/ccusage", ".volta/bin/node"),
}


def laid_out(home, name):
    """The layout of that name in that home, and its environment."""
    return laid(home, *LAYOUTS[name][:4])


def laid(home, packages, nodes, files, env):
    for below in packages:
        written(home, below[1:]) if below[0] == "@" else package(home, below)
    for below in nodes:
        node(below, home / below)
    for below, text in files.items():
        (home / below).parent.mkdir(parents=True, exist_ok=True)
        (home / below).symlink_to(home / text[2:]) if text[:2] == "->" else (home / below).write_text(text)
    return {"PATH": POOR, "HOME": str(home), **{name: str(home / below) for name, below in env.items()}}


CHOICES = [
    (".nvm/versions/node/v@", {".nvm/alias/default": "lts/*\n", ".nvm/alias/lts/*": "lts/jod\n",
                              ".nvm/alias/lts/jod": "v20.1.0\n"}),
    (".local/share/mise/installs/node/@", {".config/mise/config.toml": '[tools]\nruby = "3"\nnode = { version = "20" }\n'}),
    (".local/share/mise/installs/node/@", {".config/mise/config.toml": '[tools.node]\nversion = "20"\n'}),
    (".local/share/mise/installs/node/@", {"mise.toml": '[tools]\n"core:node" = ["prefix:20", "22"]\n'}),
    (".local/share/mise/installs/node/@", {".config/mise/config.toml": '[tools]\nnode = "lts"\n',
                                           ".local/share/mise/installs/node/lts": "->.local/share/mise/installs/node/20.1.0"}),
    (".asdf/installs/nodejs/@", {".tool-versions": "ruby 3\nnodejs 20.1.0 22.1.0 system  # both\n"}),
    (".asdf/installs/nodejs/@", {".tool-versions": "nodejs lts-jod\n",
                                 ".asdf/installs/nodejs/lts-jod": "->.asdf/installs/nodejs/20.1.0"}),
    (".proto/tools/node/@", {".proto/.prototools": 'node = "20.1.0"\n'}),
    ("data/fnm/node-versions/v@/installation", {"data/fnm/aliases/default": "->data/fnm/node-versions/v20.1.0/installation"}),
    ("config/nvm/versions/node/v@", {"config/nvm/alias/default": "20"})]


@pytest.mark.parametrize("below, files", CHOICES)
def test_M04_the_version_is_the_one_that_the_manager_would_take(tmp_path, no_node_here, below, files):
    """Not the newest one."""
    nodes = [below.replace("@", version) + "/bin/node" for version in ("20.1.0", "22.1.0")]
    env = laid(tmp_path, ["@.npm-global/bin/ccusage"], nodes, files, {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"})
    found = program_search.node_path(str(tmp_path / ".npm-global/bin/ccusage"), env, str(tmp_path))
    assert os.path.realpath(found) == os.path.realpath(tmp_path / below.replace("@", "20.1.0") / "bin/node")


@pytest.fixture
def no_node_here(monkeypatch):
    """A node of this machine must not be found: its folders are not on the PATH of these tests."""
    usual = program_search.processes.folders
    own = POOR.split(":")
    monkeypatch.setattr(program_search.processes, "folders", lambda env: [one for one in usual(env) if one not in own])


@pytest.mark.parametrize("name", LAYOUTS)
def test_M04_each_managers_ccusage_is_found_and_gets_its_own_node(tmp_path, no_node_here, name):
    env = laid_out(tmp_path, name)
    program = program_search.find_ccusage(None, None, env, str(tmp_path))
    assert os.path.relpath(program.path, tmp_path) == LAYOUTS[name][4]
    assert os.path.relpath(program_search.node_path(program.path, env, str(tmp_path)), tmp_path) == LAYOUTS[name][5]
    child = ccusage._environment(program, env, str(tmp_path))["PATH"].split(":")
    assert all(os.path.isabs(folder) for folder in child)


def test_M04_the_child_runs_with_it(tmp_path):
    """By a real start: what no other part of the machine has on PATH is the program's interpreter."""
    env = laid_out(tmp_path, "pnpm, bin, node of nvm")
    if os.path.lexists("/usr/bin/node") or os.path.lexists("/bin/node"):
        env["PATH"] = "/nonexistent"
        (tmp_path / ".local/share/pnpm/bin/ccusage").write_text("#!/bin/sh\nexec node\n")
    program = program_search.find_ccusage(None, None, env, str(tmp_path))
    assert ccusage.fetch(program, 20, env, str(tmp_path)).strip() == ".nvm/versions/node/v22.1.0/bin/node"


def test_M04_a_node_on_path_is_left_in_its_place(tmp_path):
    """Only that of the program's own installation goes before it."""
    mine, own = tmp_path / "mine", tmp_path / ".nvm/versions/node/v20.1.0"
    node("mine", mine / "node")
    written(tmp_path, ".npm-global/bin/ccusage")
    package(tmp_path, ".nvm/versions/node/v20.1.0")
    node("own", own / "bin/node")
    env = {"PATH": f"{mine}:{POOR}"}
    for path, first in ((tmp_path / ".npm-global/bin/ccusage", mine / "node"), (own / "bin/ccusage", own / "bin/node")):
        assert program_search.node_path(str(path), env, str(tmp_path)) == str(first)
        assert program_search.child_folders(str(path), env, str(tmp_path))[-4:] == POOR.split(":")


def test_M04_a_shim_keeps_its_manager_and_gets_it(tmp_path, no_node_here):
    """On PATH it chooses the version itself; where no version is found, what it calls is handed on."""
    env = laid_out(tmp_path, "asdf")
    put(tmp_path / "brew/asdf")
    shim = str(tmp_path / ".asdf/shims/ccusage")
    rich = {**env, "PATH": f"{tmp_path}/.asdf/shims:{tmp_path}/brew"}
    assert program_search.find_ccusage(None, None, rich, str(tmp_path)).path == shim
    remembered = program_search.find_ccusage(None, shim, env, str(tmp_path)).path
    assert remembered.endswith("installs/nodejs/20.1.0/bin/ccusage")
    put(tmp_path / ".local/bin/asdf")
    assert str(tmp_path / ".local/bin") in program_search.child_folders(shim, env, str(tmp_path))


def test_M04_what_others_could_exchange_is_not_handed_on(tmp_path, no_node_here, monkeypatch):
    env = laid_out(tmp_path, "bun")
    program = str(tmp_path / ".bun/bin/ccusage")
    folder = tmp_path / ".fnm/node-versions/v20.1.0"
    folder.chmod(0o777)
    assert program_search.node_path(program, env, str(tmp_path)) is None
    folder.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    node("planted", tmp_path / "node")
    relative = {**env, "PATH": ".:bin:", "FNM_DIR": ".", "NVM_DIR": "x", "PNPM_HOME": "y"}
    assert program_search.node_path(program, relative, str(tmp_path)) == str(folder / "installation/bin/node")
    assert program_search.node_path(program, relative, None) is None and program_search.folders(relative, "home") == []


def test_M04_the_path_that_fnm_makes_for_one_shell_is_not_remembered(tmp_path, no_node_here):
    env = laid_out(tmp_path, "fnm, default")
    shell = tmp_path / "run/fnm_multishells/123_456"
    shell.parent.mkdir(parents=True)
    shell.symlink_to(tmp_path / ".local/share/fnm/node-versions/v20.1.0/installation")
    found = program_search.find_ccusage(None, None, {**env, "PATH": f"{shell}/bin"}, str(tmp_path)).path
    assert found == str(tmp_path / ".local/share/fnm/node-versions/v20.1.0/installation/bin/ccusage")


def test_M04_programs_that_are_named_or_asked_otherwise_are_found_alike(tmp_path):
    env = {"PATH": "/nonexistent"}
    bunx, claude = put(tmp_path / ".bun/bin/bunx"), put(tmp_path / ".claude/local/claude")
    assert program_search.find_ccusage("bunx ccusage", None, env, str(tmp_path)).argv == (bunx, "ccusage")
    assert program_search.find_claude(env, str(tmp_path)).path == claude
    with pytest.raises(CcmonError):
        program_search.find_claude(env, None)


def test_M04_a_ccusage_without_node_is_told(machine):
    """The numbers come from the logs then, and nobody is left to guess why."""
    log = machine.home / ".claude/projects/a/1.jsonl"
    log.parent.mkdir(parents=True)
    usage = {"input_tokens": 1000, "output_tokens": 1800}
    log.write_text(json.dumps({"type": "assistant", "timestamp": iso(NOW - 600), "requestId": "r", "message": {
        "id": "m", "model": "claude-sonnet-4-5-20250929", "usage": usage}}, separators=(",", ":")) + "\n")
    machine.ccusage.write_text("#!/bin/sh\necho 'env: node: No such file or directory' >&2\nexit 127\n")
    machine.answers([block(NOW - 3600, 700)])
    assert machine.run("record").code == 0
    told = " ".join(machine.run("why").out.split())
    assert "Node.js was not found by /" in told and "Put it on PATH, or name both: --ccusage '/path/to/node" in told
    assert "logs (ccusage fails), 0 s" in machine.run("--once").out
    doctor = {check["topic"]: check for check in machine.run("doctor", "--json").json["checks"]}
    assert "Node.js was not found by" in doctor["ccusage"]["says"] and "log files are read instead" in doctor["ccusage"]["says"]
