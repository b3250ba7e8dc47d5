"""Node.js and npm as `ccmon doctor` finds them: those on PATH, else those that ccusage gets. Changes nothing."""

from typing import Mapping, Optional

from ccmon.doctor import probes, verdicts
from ccmon.errors import CcmonError
from ccmon.sources import ccusage


def measured(wanted: Optional[str], remembered: Optional[str], env: Mapping[str, str], home: Optional[str]) -> verdicts.Node:
    """The Node.js of the ccusage that is found; wanted and remembered: what may name that one."""
    try:
        program: Optional[str] = ccusage.find(wanted, remembered, env, home).path
    except CcmonError:
        program = None
    on_path = probes.which("node", env)
    path = on_path or ccusage.node_of(program, env, home)
    installer = next((name for name in verdicts.INSTALLERS if probes.which(name, env)), None)
    version = probes.said([path, "--version"], env) if path else None
    npm = probes.which("npm", env) or (probes.beside(path, "npm") if path else None)
    return verdicts.Node(path, version, npm, installer, on_path is not None)
