"""What a call works with: the user's own home and settings, or those of a demo."""

from __future__ import annotations

import os
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Iterator

from ccmon import arguments
from ccmon.pipeline import sweeping
from ccmon.settings import config
from ccmon.settings.context import Context, prepare
from ccmon.system import private
from ccmon.typed_values import Layer


@contextmanager
def context_of(given: SimpleNamespace) -> Iterator[Context]:
    """What the call works with; a demo's own home goes when the call ends."""
    flags = arguments.flags(given)
    sweeping.sweep(os.environ)
    if not getattr(given, "demo", False):
        yield prepare(flags, os.environ)
        return
    with private.temporary(".ccmon-demo-", os.environ) as folder:
        yield _demo_context(flags, folder)


def _demo_context(flags: Layer, folder: str) -> Context:
    """A context whose home is the folder, with a history of simulated sessions."""
    from ccmon.pipeline import demo
    configured = config.paths(os.environ).config
    own = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder,
           "XDG_CONFIG_HOME": os.path.dirname(os.path.dirname(configured)) if configured else folder}
    ctx = prepare(flags, {**{name: value for name, value in os.environ.items() if name != "CCMON_DATA_DIR"}, **own},
                  switch=False)
    if ctx.settings.origin["plan"] == "default":
        ctx = ctx._replace(settings=ctx.settings._replace(plan=demo.PLAN))
    first = demo.anchor(ctx.now())
    ctx = ctx._replace(demo=first)
    demo.write_history(ctx, first)
    return ctx
