"""The sources of ccmon, parsed once in a process: tests that read all of them are in one group, and so in one process."""

import ast
import gc
from functools import lru_cache
from pathlib import Path
from typing import Dict, List

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ccmon"
together = pytest.mark.xdist_group("sources")


@lru_cache(maxsize=None)
def texts() -> Dict[str, str]:
    """The text of each file, by its path in the package without the suffix."""
    return {path.relative_to(PACKAGE).with_suffix("").as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


@lru_cache(maxsize=None)
def nodes() -> Dict[str, List[ast.AST]]:
    """All nodes of the syntax tree of each file, the module first."""
    gc.disable()
    found = {name: list(ast.walk(ast.parse(text))) for name, text in texts().items()}
    gc.freeze()                        # so many stay that looking through them, again and again, would cost more than all this
    gc.enable()
    return found
